// SPDX-License-Identifier: GPL-2.0
/*
 * A headless Chromium, told what to do by its DevTools protocol: JSON, with a
 * NUL behind each message, on its descriptors 3 and 4.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <json-c/json.h>

#include "browser.h"

#define PATIENCE_MS	(120 * 1000)	/* the machine may do much else */

static pid_t chromium;
static int to, from, messages;
static char dir[] = "/tmp/capsplit-report-XXXXXX";
static char *session, *input;
static size_t have, room;

static struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

/* The next message, without the NUL; to be freed */
static struct json_object *next_message(void)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	struct json_object *o;
	char *end;
	ssize_t n;

	while (!(end = have ? memchr(input, '\0', have) : NULL)) {
		if (have == room) {
			room = room ? 2 * room : 65536;
			input = realloc(input, room);
			if (!input)
				abort();
		}
		if (poll(&p, 1, PATIENCE_MS) != 1)
			return NULL;
		n = read(from, input + have, room - have);
		if (n <= 0)
			return NULL;
		have += n;
	}
	o = json_tokener_parse(input);
	have -= end + 1 - input;
	memmove(input, end + 1, have);
	return o;
}

/* The answer to a command, of which @params is used up; to be freed */
static struct json_object *command(const char *method,
				   struct json_object *params)
{
	struct json_object *o = json_object_new_object(), *answer;
	const char *text;
	size_t len;
	int id = ++messages;

	json_object_object_add(o, "id", json_object_new_int(id));
	json_object_object_add(o, "method", json_object_new_string(method));
	if (params)
		json_object_object_add(o, "params", params);
	if (session)
		json_object_object_add(o, "sessionId",
				       json_object_new_string(session));
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	len = strlen(text) + 1;
	if (write(to, text, len) != (ssize_t)len)
		return NULL;
	json_object_put(o);
	while ((answer = next_message())) {
		if (json_object_get_int(get(answer, "id")) == id)
			return answer;
		json_object_put(answer);
	}
	return NULL;
}

static struct json_object *string_param(struct json_object *o, const char *key,
					const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
	return o;
}

static bool start(void)
{
	int in[2], out[2];
	char *profile;

	if (pipe(in) || pipe(out))
		return false;
	to = in[1];
	from = out[0];
	fcntl(to, F_SETFD, FD_CLOEXEC);
	fcntl(from, F_SETFD, FD_CLOEXEC);
	chromium = fork();
	if (chromium < 0)
		return false;
	if (chromium)
		return !close(in[0]) && !close(out[1]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	/* out of the way of 3 and 4 first */
	in[0] = fcntl(in[0], F_DUPFD, 10);
	out[1] = fcntl(out[1], F_DUPFD, 10);
	dup2(in[0], 3);
	dup2(out[1], 4);
	dup2(open("/dev/null", O_RDWR), 2);
	dup2(2, 1);
	if (asprintf(&profile, "--user-data-dir=%s", dir) < 0)
		_exit(127);
	/* Root's browser has no sandbox; it sees a file of ours, and no network */
	execlp("chromium", "chromium", "--headless=new", "--no-sandbox",
	       "--disable-gpu", "--hide-scrollbars", "--no-first-run",
	       "--disable-background-networking", "--disable-component-update",
	       "--remote-debugging-pipe", profile, "about:blank", NULL);
	_exit(127);
}

/* Commands go to the page from now on */
static bool attach(const char *url)
{
	struct json_object *o = json_object_new_object(), *answer;
	char *target = NULL;

	answer = command("Target.createTarget", string_param(o, "url", url));
	if (get(get(answer, "result"), "targetId"))
		target = strdup(json_object_get_string(
			get(get(answer, "result"), "targetId")));
	json_object_put(answer);
	if (!target)
		return false;
	o = string_param(json_object_new_object(), "targetId", target);
	json_object_object_add(o, "flatten", json_object_new_boolean(true));
	answer = command("Target.attachToTarget", o);
	if (get(get(answer, "result"), "sessionId"))
		session = strdup(json_object_get_string(
			get(get(answer, "result"), "sessionId")));
	json_object_put(answer);
	free(target);
	return session;
}

const char *browser_open(const char *file)
{
	char *path = realpath(file, NULL), *url;
	int looks;

	if (!path || asprintf(&url, "file://%s", path) < 0)
		return "there is no such file";
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(dir) || !start())
		return "cannot start a process";
	if (!attach(url))
		return "chromium does not answer";
	/* The empty page that comes first is complete as well */
	for (looks = 0; looks < 600; looks++) {
		if (!strcmp(browser_ask("location.protocol + document.readyState"),
			    "file:complete"))
			return NULL;
		usleep(100000);
	}
	return "the page does not load";
}

void browser_close(void)
{
	char *rm;

	if (chromium > 0) {
		kill(-chromium, SIGKILL);
		waitpid(chromium, NULL, 0);
	}
	/* its children may write until they notice */
	if (asprintf(&rm, "for i in 1 2 3; do rm -rf %s && break; sleep 1; done 2>/dev/null", dir) > 0 &&
	    system(rm))
		fprintf(stderr, "cannot remove %s\n", dir);
}

const char *browser_ask(const char *expression)
{
	static struct json_object *answer;
	struct json_object *o = json_object_new_object(), *value;

	string_param(o, "expression", expression);
	json_object_object_add(o, "returnByValue", json_object_new_boolean(true));
	json_object_object_add(o, "awaitPromise", json_object_new_boolean(true));
	json_object_put(answer);
	answer = command("Runtime.evaluate", o);
	value = get(get(get(answer, "result"), "result"), "value");
	return value ? json_object_get_string(value) : "";
}

/* The window's new size reaches the page when it is drawn next, not at once */
static bool settles(int width)
{
	char look[256];

	snprintf(look, sizeof(look),
		 "new Promise(done => { let tries = 0; (function look() {"
		 " if (innerWidth !== %d && tries++ < 500) setTimeout(look, 20);"
		 " else requestAnimationFrame(() => requestAnimationFrame(() =>"
		 " done(innerWidth))); })(); })", width);
	return atoi(browser_ask(look)) == width;
}

bool browser_looks(int width, int height, bool dark)
{
	struct json_object *o = json_object_new_object();
	struct json_object *feature = json_object_new_object();
	struct json_object *features = json_object_new_array(), *a, *b;
	bool good;

	json_object_object_add(o, "width", json_object_new_int(width));
	json_object_object_add(o, "height", json_object_new_int(height));
	json_object_object_add(o, "deviceScaleFactor", json_object_new_int(1));
	json_object_object_add(o, "mobile", json_object_new_boolean(false));
	a = command("Emulation.setDeviceMetricsOverride", o);
	string_param(feature, "name", "prefers-color-scheme");
	string_param(feature, "value", dark ? "dark" : "light");
	json_object_array_add(features, feature);
	o = json_object_new_object();
	json_object_object_add(o, "features", features);
	b = command("Emulation.setEmulatedMedia", o);
	good = get(a, "result") && get(b, "result");
	json_object_put(a);
	json_object_put(b);
	return good && settles(width);
}

static int sextet(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digits, c);

	return c && at ? at - digits : -1;
}

bool browser_picture(const char *file)
{
	struct json_object *o = json_object_new_object(), *answer;
	const char *p;
	unsigned int bits = 0, nr = 0;
	FILE *f = fopen(file, "w");
	bool good;

	answer = command("Page.captureScreenshot",
			 string_param(o, "format", "png"));
	p = json_object_get_string(get(get(answer, "result"), "data"));
	good = f && p;
	for (; good && sextet(*p) >= 0; p++) {
		bits = bits << 6 | sextet(*p);
		nr += 6;
		if (nr >= 8) {
			nr -= 8;
			putc(bits >> nr & 255, f);
		}
	}
	json_object_put(answer);
	return f && !fclose(f) && good;
}

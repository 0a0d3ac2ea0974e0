// SPDX-License-Identifier: GPL-2.0
/* The report of capsplit why: refusals, the grant for all, what was used. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include <sys/wait.h>
#include <json-c/json.h>

#include "launch.h"
#include "policy.h"
#include "why.h"

/*
 * The spelling that every version takes: of systemd, libcap and pam_cap some
 * know no cap_tracing, and all take 41.
 */
static char *list(uint64_t caps, const char *between, const char *before,
		  bool upper)
{
	char *text = format("%s", ""), *longer, *p;
	int cap;

	for (cap = 0; cap < 64; cap++) {
		if (!(caps & CAP_BIT(cap)))
			continue;
		if (cap == NR_TRACING)
			longer = format("%s%s%s%d", text, *text ? between : "",
					before, cap);
		else
			longer = format("%s%s%s%s", text, *text ? between : "",
					before, caps_name(cap));
		free(text);
		text = longer;
	}
	for (p = text; upper && *p; p++)
		*p = toupper((unsigned char)*p);
	return text;
}

/* In single quotes, as a shell takes it, where that is needed */
static char *quoted(const char *text)
{
	char *q, *to;

	if (*text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-:@%")])
		return must(strdup(text));
	q = to = must(malloc(4 * strlen(text) + 3));
	*to++ = '\'';
	for (; *text; text++)
		to += sprintf(to, *text == '\'' ? "'\\''" : "%c", *text);
	strcpy(to, "'");
	return q;
}

static bool is_script(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char two[2] = "";
	bool is = fd >= 0 && read(fd, two, 2) == 2 && two[0] == '#' &&
		  two[1] == '!';

	if (fd >= 0)
		close(fd);
	return is;
}

/* The file of the program that was refused: CMD may have started others */
static char *file_of(const struct why *w, const struct why_refusal *r)
{
	const char *comm = r->e.comm, *base;
	char *found;

	base = w->program ? strrchr(w->program, '/') + 1 : "";
	/* The kernel keeps 15 characters of a name */
	if (strncmp(base, comm, 15) && strlen(comm) < 15 && !strchr(comm, '/')) {
		found = launch_find(comm);
		if (found)
			return found;
	}
	return w->program ? must(strdup(w->program)) : NULL;
}

/* What the file gives already is kept: setcap replaces it */
static char *setcap_of(const char *path, uint64_t grant)
{
	struct file_caps f = { 0 };
	char *caps, *file, *line;

	if (is_script(path))
		return format("# %s is a script, whose file capabilities do not count\n",
			      path);
	caps_of_file(-1, path, &f);
	caps = list(grant | f.permitted, ",", "", false);
	file = quoted(path);
	line = format("setcap %s+ep %s\n", caps, file);
	free(caps);
	free(file);
	return line;
}

/* A line for each program that was refused something */
static char *setcap_lines(const struct why *w)
{
	struct {
		char *path;
		uint64_t grant;
	} *files = must(calloc(w->nr + 1, sizeof(*files)));
	char *lines = format("%s", ""), *line, *longer, *path;
	size_t n = 0, i, k;

	for (i = 0; i < w->nr; i++) {
		if (!why_in_grant(w, &w->refusal[i]))
			continue;
		path = file_of(w, &w->refusal[i]);
		if (!path)
			continue;
		for (k = 0; k < n && strcmp(files[k].path, path); k++)
			;
		if (k == n)
			files[n++].path = must(strdup(path));
		files[k].grant |= w->refusal[i].least;
		free(path);
	}
	for (i = 0; i < n; i++) {
		line = setcap_of(files[i].path, files[i].grant);
		longer = format("%s%s", lines, line);
		free(lines);
		free(line);
		free(files[i].path);
		lines = longer;
	}
	free(files);
	return lines;
}

static char *unit_lines(const struct why *w)
{
	char *caps = list(w->grant, " ", "", true);
	char *lines = format("[Service]\nUser=%s\nAmbientCapabilities=%s\nCapabilityBoundingSet=%s\nNoNewPrivileges=yes\n",
			     w->user, caps, caps);

	free(caps);
	return lines;
}

static char *conf_line(const struct why *w)
{
	char *caps = list(w->grant, ",", "^", false);
	char *line = format("%s %s", caps, w->user);

	free(caps);
	return line;
}

static char *how_it_ended(const struct why *w)
{
	if (WIFSIGNALED(w->status))
		return format("killed by signal %d", WTERMSIG(w->status));
	return format("exit status %d", WEXITSTATUS(w->status));
}

static const char *error_name(const struct why_refusal *r)
{
	return r->e.key.err ? policy_errno(r->e.key.err) : "shows less";
}

static void print_refusal(const struct why_refusal *r)
{
	char *asked = caps_text(r->e.key.denied), *least = caps_text(r->least);
	char *comm = out_safe(r->e.comm);

	printf("  %s%s%s %s%s%s  %s(%s, %llu time%s)%s\n", out_bad(),
	       error_name(r), out_end(), why_call(r->e.key.nr),
	       r->object ? "  " : "", r->object ? r->object : "", out_dim(),
	       comm, (unsigned long long)r->count, r->count == 1 ? "" : "s",
	       out_end());
	if (r->e.key.denied)
		printf("      asked for  %s\n", asked);
	if (r->grantable)
		printf("      takes      %s%s%s\n", out_good(), least,
		       out_end());
	if (r->why)
		printf("      because    %s\n", r->why);
	if (r->hint)
		printf("      note       %s\n", r->hint);
	free(asked);
	free(least);
	free(comm);
}

static void print_kind(const struct why *w, enum why_kind kind,
		       const char *title)
{
	bool any = false;
	size_t i;

	for (i = 0; i < w->nr; i++) {
		if (w->refusal[i].kind != kind)
			continue;
		if (!any)
			printf("\n%s:\n", title);
		any = true;
		print_refusal(&w->refusal[i]);
	}
}

static void print_grant(const struct why *w)
{
	char *names = caps_text(w->grant), *setcap = setcap_lines(w);
	char *unit = unit_lines(w), *conf = conf_line(w);

	printf("\nThe grant for all of that: %s%s%s. One of these gives it:\n",
	       out_good(), names, out_end());
	if (*setcap)
		printf("\n# to whoever runs the file\n%s", setcap);
	printf("\n# to a service\n%s", unit);
	printf("\n# to the user's logins, in /etc/security/capability.conf\n%s\n",
	       conf);
	free(names);
	free(setcap);
	free(unit);
	free(conf);
}

static void print_used(const struct why *w)
{
	uint64_t used = 0, unused;
	char *text;
	int cap;

	printf("\nCapabilities that were used:\n");
	for (cap = 0; cap < 64; cap++) {
		const struct why_used *u = &w->used[cap];

		if (!u->granted)
			continue;
		if (!u->in_passing)
			used |= CAP_BIT(cap);
		printf("  %-22s %llu times, by %s%s\n", caps_name(cap),
		       (unsigned long long)u->granted,
		       u->calls ? u->calls : "?",
		       u->in_passing ? " (in passing: not needed)" : "");
	}
	unused = w->number[WHY_PRESENT] & ~used;
	text = caps_text(used);
	printf("needed: %s\n", text);
	free(text);
	text = unused == caps_known() ? format("all") : caps_text(unused);
	printf("present, and never needed: %s\n", text);
	free(text);
}

static unsigned long long lost(const struct why *w)
{
	return w->number[WHY_LOST_TASKS] + w->number[WHY_LOST_REFUSALS] +
	       w->number[WHY_LOST_EVENTS] + w->number[WHY_LOST_USES];
}

static void print_text(const struct why *w)
{
	char *end = how_it_ended(w), *program = out_safe(w->argv[0]);

	printf("%s: %s, %llu capability checks, %zu different refusal%s\n",
	       program, end, (unsigned long long)w->number[WHY_CHECKS], w->nr,
	       w->nr == 1 ? "" : "s");
	if (lost(w))
		printf("%sNot everything was seen: %llu processes, %llu refusals and %llu uses were lost%s\n",
		       out_bad(), (unsigned long long)w->number[WHY_LOST_TASKS],
		       (unsigned long long)(w->number[WHY_LOST_REFUSALS] +
					    w->number[WHY_LOST_EVENTS]),
		       (unsigned long long)w->number[WHY_LOST_USES], out_end());
	print_kind(w, WHY_TRACING, "Refused");
	print_kind(w, WHY_LESS, w->all ? "Not refused, but less is shown" :
		   "Not refused, but less is shown (not in the grant: see --all)");
	print_kind(w, WHY_OTHER, w->all ? "Refused, and not about tracing" :
		   "Refused, and not about tracing (not in the grant: see --all)");
	print_kind(w, WHY_NOTHING, "Refused, and no capability opens it");
	if (w->grant)
		print_grant(w);
	if (!w->nr)
		printf("\nThe kernel refused nothing.%s\n", w->status ?
		       " The program gave up for a reason of its own; some look themselves whether they run as root" : "");
	if (w->granted)
		print_used(w);
	free(end);
	free(program);
}

static struct json_object *refusal_json(const struct why_refusal *r)
{
	static const char * const kinds[] = {
		[WHY_TRACING] = "tracing", [WHY_LESS] = "shows-less",
		[WHY_OTHER] = "other", [WHY_NOTHING] = "no-capability",
	};
	struct json_object *o = must(json_object_new_object());

	js_set(o, "kind", js_text(kinds[r->kind]));
	js_set(o, "syscall", js_text(why_call(r->e.key.nr)));
	js_set(o, "errno", r->e.key.err ? js_text(error_name(r)) : NULL);
	js_set(o, "object", r->object ?
	       must(json_object_new_string(r->object)) : NULL);
	js_set(o, "process", js_text(r->e.comm));
	js_set(o, "pid", json_object_new_int(r->e.pid));
	js_set(o, "times", json_object_new_int64(r->count));
	js_set(o, "asked_for", js_caps(r->e.key.denied));
	js_set(o, "least_grant", r->grantable ? js_caps(r->least) : NULL);
	js_set(o, "operation", js_text(r->op ? r->op->id : NULL));
	js_set(o, "because", js_text(r->why));
	js_set(o, "note", js_text(r->hint));
	return o;
}

static struct json_object *used_json(const struct why *w)
{
	struct json_object *a = must(json_object_new_array()), *o;
	int cap;

	for (cap = 0; cap < 64; cap++) {
		if (!w->used[cap].granted)
			continue;
		o = must(json_object_new_object());
		js_set(o, "capability", js_text(caps_name(cap)));
		js_set(o, "times", json_object_new_int64(w->used[cap].granted));
		js_set(o, "needed",
		       json_object_new_boolean(!w->used[cap].in_passing));
		json_object_array_add(a, o);
	}
	return a;
}

static void print_json(const struct why *w)
{
	struct json_object *o = js_begin(), *a;
	char *setcap = setcap_lines(w), *unit = unit_lines(w);
	char *conf = conf_line(w);
	size_t i;

	js_set(o, "kernel", kernel_json(&w->kernel));
	js_set(o, "exit_status", WIFEXITED(w->status) ?
	       json_object_new_int(WEXITSTATUS(w->status)) : NULL);
	js_set(o, "signal", WIFSIGNALED(w->status) ?
	       json_object_new_int(WTERMSIG(w->status)) : NULL);
	js_set(o, "checks", json_object_new_int64(w->number[WHY_CHECKS]));
	js_set(o, "lost", json_object_new_int64(lost(w)));
	a = must(json_object_new_array());
	for (i = 0; i < w->nr; i++)
		json_object_array_add(a, refusal_json(&w->refusal[i]));
	js_set(o, "refusals", a);
	js_set(o, "grant", js_caps(w->grant));
	/* Lines, which js_text() would not leave alone */
	js_set(o, "setcap", *setcap ? must(json_object_new_string(setcap)) :
				      NULL);
	js_set(o, "unit", w->grant ? must(json_object_new_string(unit)) : NULL);
	js_set(o, "capability_conf", w->grant ? js_text(conf) : NULL);
	js_set(o, "used", used_json(w));
	js_set(o, "present", js_caps(w->number[WHY_PRESENT]));
	js_print(o);
	free(setcap);
	free(unit);
	free(conf);
}

void why_report(const struct why *w)
{
	if (!w->number[WHY_CHECKS] && !w->nr)
		warn("nothing was seen of the program: it may have been started by another process");
	if (json_wanted)
		print_json(w);
	else
		print_text(w);
}

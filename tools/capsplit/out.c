// SPDX-License-Identifier: GPL-2.0
/* What is printed: text that is only text, colours on terminals, JSON. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <json-c/json.h>

#include "capsplit.h"

static bool colours;

/* Whatever was lost on the way out, somebody must learn of it */
static void close_stdout(void)
{
	bool lost = ferror(stdout);
	int err = 0;

	if (fclose(stdout)) {
		lost = true;
		err = errno;
	}
	if (!lost)
		return;
	fprintf(stderr, "%s: cannot write the output%s%s\n", cli_name,
		err ? ": " : "", err ? strerror(err) : "");
	_exit(REFUSED);
}

/* A file opened in the place of stdout would be written to */
static void fill_descriptor(int fd)
{
	int got;

	if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
		return;
	/* Not for the use it has: reading from it or writing there fails */
	got = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	if (got >= 0 && got != fd)
		close(got);
}

void out_begin(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		fill_descriptor(fd);
	atexit(close_stdout);
	colours = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") &&
		  getenv("TERM") && strcmp(getenv("TERM"), "dumb");
}

void *must(void *pointer)
{
	if (pointer)
		return pointer;
	fprintf(stderr, "%s: out of memory\n", cli_name);
	_exit(REFUSED);
}

char *format(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	return must(text);
}

/* Bytes of a well-formed UTF-8 character at @s, 0 where there is none */
static size_t utf8_length(const unsigned char *s)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int code;
	size_t n, i;

	if (s[0] < 0x80)
		return 1;
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;
	if (!n || s[0] > 0xf4)
		return 0;
	code = s[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	return n;
}

/* C1 controls move a terminal's cursor as well as C0's do */
static bool controls(const unsigned char *s, size_t n)
{
	return (n == 1 && (s[0] < 0x20 || s[0] == 0x7f)) ||
	       (n == 2 && s[0] == 0xc2 && s[1] < 0xa0);
}

char *out_safe(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char *safe = must(malloc(4 * strlen(text) + 1)), *to = safe;
	size_t n, i;

	for (; *s; s += n) {
		n = utf8_length(s);
		if (n && !controls(s, n)) {
			memcpy(to, s, n);
			to += n;
			continue;
		}
		n = n ? n : 1;
		for (i = 0; i < n; i++)
			to += sprintf(to, "\\x%02x", s[i]);
	}
	*to = '\0';
	return safe;
}

const char *out_good(void)
{
	return colours ? "\033[32m" : "";
}

const char *out_bad(void)
{
	return colours ? "\033[31m" : "";
}

const char *out_dim(void)
{
	return colours ? "\033[2m" : "";
}

const char *out_end(void)
{
	return colours ? "\033[0m" : "";
}

void js_set(struct json_object *o, const char *key, struct json_object *v)
{
	if (json_object_object_add(o, key, v))
		must(NULL);
}

struct json_object *js_begin(void)
{
	struct json_object *o = must(json_object_new_object());
	const char *command = strchr(cli_name, ' ');

	js_set(o, "abi", json_object_new_int(CAPSPLIT_ABI));
	js_set(o, "command", js_text(command ? command + 1 : NULL));
	return o;
}

void js_print(struct json_object *o)
{
	puts(must((void *)json_object_to_json_string_ext(o,
			JSON_C_TO_STRING_PRETTY |
			JSON_C_TO_STRING_NOSLASHESCAPE)));
	json_object_put(o);
}

/* JSON is UTF-8: other bytes are written as \xNN */
struct json_object *js_text(const char *text)
{
	struct json_object *o;
	char *safe;

	if (!text)
		return NULL;
	safe = out_safe(text);
	o = must(json_object_new_string(safe));
	free(safe);
	return o;
}

struct json_object *js_caps(uint64_t caps)
{
	struct json_object *a = must(json_object_new_array());
	int cap;

	for (cap = 0; cap < 64; cap++) {
		if (caps & CAP_BIT(cap))
			json_object_array_add(a, js_text(caps_name(cap)));
	}
	return a;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A run as text: "== name value" lines, and "== name" before each stream of
 * lines, which are indented by "| " so that nothing in them looks like ours.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict.h"

static void put_stream(FILE *f, const char *name, const struct buffer *b)
{
	const char *p = b->data, *end = p + b->len;

	if (!b->len)
		return;
	fprintf(f, "== %s\n", name);
	while (p < end) {
		const char *nl = memchr(p, '\n', end - p);
		size_t n = (nl ? nl : end) - p;

		fprintf(f, "| %.*s\n", (int)n, p);
		p = nl ? nl + 1 : end;
	}
}

bool record_write(const struct result *res, const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return false;
	fprintf(f, "== ready %d\n", res->ready);
	if (res->has_status)
		fprintf(f, "== status %d\n", res->status);
	fprintf(f, "== sealed %d\n== bad-seal %d\n== timed-out %d\n",
		res->sealed, res->bad_seal, res->timed_out);
	fprintf(f, "== qemu %d\n", res->qemu_status);
	if (res->trouble[0])
		fprintf(f, "== trouble %s\n", res->trouble);
	put_stream(f, "ktap", &res->ktap);
	put_stream(f, "kmsg", &res->kmsg);
	put_stream(f, "console", &res->console);
	put_stream(f, "leaks", &res->leaks);
	return !fclose(f);
}

static struct buffer *stream(struct result *res, const char *name)
{
	if (!strcmp(name, "ktap"))
		return &res->ktap;
	if (!strcmp(name, "kmsg"))
		return &res->kmsg;
	if (!strcmp(name, "console"))
		return &res->console;
	if (!strcmp(name, "leaks"))
		return &res->leaks;
	return NULL;
}

static bool value(struct result *res, const char *name, const char *text)
{
	int n = atoi(text);

	if (!strcmp(name, "ready"))
		res->ready = n;
	else if (!strcmp(name, "status")) {
		res->has_status = true;
		res->status = n;
	} else if (!strcmp(name, "sealed"))
		res->sealed = n;
	else if (!strcmp(name, "bad-seal"))
		res->bad_seal = n;
	else if (!strcmp(name, "timed-out"))
		res->timed_out = n;
	else if (!strcmp(name, "qemu"))
		res->qemu_status = n;
	else if (!strcmp(name, "trouble"))
		snprintf(res->trouble, sizeof(res->trouble), "%s", text);
	else
		return false;
	return true;
}

bool record_read(struct result *res, const char *path)
{
	FILE *f = fopen(path, "r");
	struct buffer *to = NULL;
	char line[8192], *space;
	bool ok = true;

	memset(res, 0, sizeof(*res));
	if (!f)
		return false;
	while (ok && fgets(line, sizeof(line), f)) {
		if (to && !strncmp(line, "| ", 2)) {
			buffer_add(to, line + 2, strlen(line + 2));
			continue;
		}
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		ok = !strncmp(line, "== ", 3);
		space = ok ? strchr(line + 3, ' ') : NULL;
		if (space) {
			*space++ = '\0';
			ok = value(res, line + 3, space);
		} else if (ok) {
			to = stream(res, line + 3);
			ok = to;
		}
	}
	fclose(f);
	return ok;
}

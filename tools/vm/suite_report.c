// SPDX-License-Identifier: GPL-2.0
/* What came of one suite. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "run.h"
#include "suite.h"

#define TAIL_LINES	12

static void parse(const struct suite *s, struct ktap *k)
{
	struct buffer b = { 0 };

	buffer_load(&b, s->log);
	ktap_parse(k, b.data, b.len);
	free(b.data);
}

static void tail(const char *path)
{
	struct buffer b = { 0 };
	const char *p;
	int lines = 0;

	buffer_load(&b, path);
	for (p = b.data + b.len; p > b.data; p--)
		if (p[-1] == '\n' && p != b.data + b.len &&
		    ++lines == TAIL_LINES)
			break;
	if (b.len)
		printf("   the end of %s:\n", path);
	while (p < b.data + b.len) {
		size_t n = strcspn(p, "\n");

		printf("   | %.*s\n", (int)n, p);
		p += n;
		p += *p == '\n';
	}
	free(b.data);
}

static void list(const char *what, const struct texts *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		printf("   %s%s\n", what, t->v[i]);
}

/* What the suite has for a person, whatever came of it */
static void show(const char *path)
{
	struct buffer b = { 0 };
	const char *p, *end;

	buffer_load(&b, path);
	for (p = b.data; p && p < b.data + b.len; p = end + 1) {
		end = memchr(p, '\n', b.data + b.len - p);
		if (!end)
			break;
		if (!strncmp(p, "# | ", 4))
			printf("   %.*s\n", (int)(end - p - 2), p + 2);
	}
	free(b.data);
}

static void print_status(int st)
{
	if (WIFSIGNALED(st))
		printf("   its command was killed by signal %d\n",
		       WTERMSIG(st));
	else if (WEXITSTATUS(st))
		printf("   its command exited with status %d\n",
		       WEXITSTATUS(st));
}

void suite_report(const struct suite *s, struct sums *sums)
{
	unsigned long failed;
	struct timespec now;
	struct ktap k;

	parse(s, &k);
	clock_gettime(CLOCK_MONOTONIC, &now);
	failed = k.failed + k.missing;
	if (!s->skips)
		failed += k.skipped;
	/* Whatever else is wrong is at least one failure */
	if (!failed && (s->status || k.problems.n || !k.has_plan))
		failed = 1;
	sums->passed += k.passed;
	sums->failed += failed;

	printf("%-7s %s ", failed ? "not ok" : "ok", s->name);
	if (k.checks)
		printf(" %lu checks,", k.checks);
	if (failed)
		printf(" %lu failed,", failed);
	if (k.skipped)
		printf(" %lu skipped,", k.skipped);
	printf(" %lu tests, %ld s (CPU %ld s)\n",
	       k.passed + k.failed + k.skipped,
	       (long)(now.tv_sec - s->start.tv_sec),
	       (long)(s->used.ru_utime.tv_sec + s->used.ru_stime.tv_sec));
	if (s->shows)
		show(s->log);
	if (failed) {
		list("not ok: ", &k.failures);
		list("", &k.problems);
		if (!s->skips)
			list("skipped: ", &k.skips);
		print_status(s->status);
		tail(s->log);
		tail(s->err);
	}
	fflush(stdout);
	ktap_free(&k);
}

void suite_progress(const struct suite *s, char *text, size_t size)
{
	struct ktap k;

	parse(s, &k);
	if (k.has_plan)
		snprintf(text, size, "%s %lu/%lu", s->name,
			 k.passed + k.failed + k.skipped, k.planned);
	else
		snprintf(text, size, "%s", s->name);
	ktap_free(&k);
}

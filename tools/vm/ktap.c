// SPDX-License-Identifier: GPL-2.0
/*
 * A reader of TAP 13 and KTAP.  It is strict where a lost or doubled line
 * could turn a failure into a pass, and skips whatever is not TAP.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ktap.h"

#define DEPTH_MAX	16
#define PLAN_MAX	100000000UL

/* One level of nesting, told apart by its indentation */
struct level {
	size_t indent;
	bool has_plan;
	unsigned long planned, seen, plan_at, failed;
	/* of the subtests that belong to the next result at this level */
	bool child_bad;
};

struct reader {
	struct ktap *k;
	struct level level[DEPTH_MAX];
	int depth;		/* index of the current level */
};

static struct level *top(struct reader *r)
{
	return &r->level[r->depth];
}

/* Ends the innermost level; true if everything in it was well */
static bool close_level(struct reader *r)
{
	struct level *l = top(r);
	struct ktap *k = r->k;
	bool ok = !l->failed;

	if (l->has_plan && l->plan_at && l->plan_at < l->seen) {
		texts_add(&k->problems, "the plan stands in the middle of the results");
		ok = false;
	}
	if (l->has_plan && l->seen > l->planned) {
		texts_add(&k->problems, "%lu tests planned, %lu reported",
			  l->planned, l->seen);
		ok = false;
	}
	if (l->has_plan && l->seen < l->planned) {
		if (r->depth)
			texts_add(&k->problems,
				  "a subtest reports %lu of %lu planned tests",
				  l->seen, l->planned);
		ok = false;
	}
	if (l->child_bad)
		ok = false;
	return ok;
}

static void to_indent(struct reader *r, size_t indent)
{
	while (r->depth && indent < top(r)->indent) {
		bool ok = close_level(r);

		r->depth--;
		if (!ok)
			top(r)->child_bad = true;
	}
	if (indent > top(r)->indent) {
		if (r->depth + 1 == DEPTH_MAX) {
			texts_add(&r->k->problems, "subtests nest too deeply");
			return;
		}
		r->depth++;
		*top(r) = (struct level){ .indent = indent };
	}
}

/* The text behind "# SKIP" and the like, or NULL */
static const char *directive(const char *line, const char *word)
{
	const char *p = line;
	size_t n = strlen(word);

	while ((p = strchr(p, '#'))) {
		p++;
		while (*p == ' ')
			p++;
		if (!strncasecmp(p, word, n) && !isalnum((unsigned char)p[n])) {
			p += n;
			while (*p == ' ' || *p == ':')
				p++;
			return p;
		}
	}
	return NULL;
}

static void plan(struct reader *r, const char *p)
{
	struct level *l = top(r);
	struct ktap *k = r->k;
	const char *why;
	char *end;

	if (l->has_plan) {
		texts_add(&k->problems, "the stream has a second plan: %s", p);
		l->failed++;
		return;
	}
	l->planned = strtoul(p + 3, &end, 10);
	if (end == p + 3 || l->planned > PLAN_MAX) {
		texts_add(&k->problems, "the plan is no number: %s", p);
		l->failed++;
		return;
	}
	l->has_plan = true;
	l->plan_at = l->seen;
	if (l->planned)
		return;
	why = directive(p, "SKIP");
	if (why && *why && !r->depth) {
		k->skipped++;
		texts_add(&k->skips, "everything: %s", why);
	} else if (!why || !*why) {
		texts_add(&k->problems, "the plan is of no tests at all");
		l->failed++;
	}
}

/* The description without number, dash and directive */
static void name_of(const char *p, char *name, size_t size)
{
	size_t len;

	while (isdigit((unsigned char)*p))
		p++;
	while (*p == ' ')
		p++;
	if (*p == '-' && p[1] == ' ')
		p += 2;
	len = strcspn(p, "#");
	while (len && p[len - 1] == ' ')
		len--;
	snprintf(name, size, "%.*s", (int)len, p);
}

static void result(struct reader *r, const char *p, bool ok)
{
	struct level *l = top(r);
	struct ktap *k = r->k;
	const char *why = directive(p, "SKIP");
	char name[256], *end;
	unsigned long n;

	l->seen++;
	name_of(p, name, sizeof(name));
	n = strtoul(p, &end, 10);
	if (end != p && n != l->seen) {
		texts_add(&k->problems, "test %lu (%s) comes where %lu is due",
			  n, name, l->seen);
		l->failed++;
	}
	if (!*name)
		snprintf(name, sizeof(name), "test %lu", l->seen);
	if (ok && l->child_bad)
		texts_add(&k->problems, "%s says ok, yet a subtest of it failed",
			  name);
	ok = ok && !l->child_bad;
	l->child_bad = false;
	if (ok && why && !*why) {
		texts_add(&k->problems, "%s is skipped without a reason", name);
		ok = false;
	}
	if (!ok) {
		l->failed++;
		texts_add(&k->failures, "%s", name);
	} else if (why) {
		texts_add(&k->skips, "%s: %s", name, why);
	}
	if (r->depth)
		return;
	if (!ok)
		k->failed++;
	else if (why)
		k->skipped++;
	else
		k->passed++;
}

static bool word(const char **p, const char *w)
{
	size_t n = strlen(w);

	if (strncmp(*p, w, n) || ((*p)[n] && (*p)[n] != ' '))
		return false;
	*p += n;
	while (**p == ' ')
		(*p)++;
	return true;
}

static void line(struct reader *r, char *text)
{
	const char *p = text + strspn(text, " ");
	size_t indent = p - text;

	if (!strncmp(p, "Bail out!", 9)) {
		r->k->bailed = true;
		texts_add(&r->k->problems, "%s", p);
	} else if (!strncmp(p, "1..", 3) && isdigit((unsigned char)p[3])) {
		to_indent(r, indent);
		plan(r, p);
	} else if (word(&p, "ok")) {
		to_indent(r, indent);
		result(r, p, true);
	} else if (!strncmp(p, "not ok", 6) && (p += 4, word(&p, "ok"))) {
		to_indent(r, indent);
		result(r, p, false);
	} else if (!strncmp(p, "# checks: ", 10)) {
		r->k->checks += strtoul(p + 10, NULL, 10);
	}
}

static void finish(struct reader *r)
{
	struct level *l = &r->level[0];
	struct ktap *k = r->k;

	to_indent(r, 0);
	close_level(r);
	k->has_plan = l->has_plan;
	k->planned = l->planned;
	if (!l->has_plan)
		texts_add(&k->problems, "there is no plan");
	else if (l->seen < l->planned)
		k->missing = l->planned - l->seen;
	if (k->missing)
		texts_add(&k->problems, "%lu of %lu planned tests are missing",
			  k->missing, k->planned);
	/* Subtests whose own test never came to an end */
	if (l->child_bad)
		texts_add(&k->problems, "subtests failed and their test has no result");
}

void ktap_parse(struct ktap *k, const char *text, size_t len)
{
	struct reader r = { .k = k };
	const char *end = text + len;

	memset(k, 0, sizeof(*k));
	while (text < end) {
		const char *nl = memchr(text, '\n', end - text);
		size_t n = (nl ? nl : end) - text;
		char *copy = strndup(text, n);

		if (!copy)
			abort();
		n = strlen(copy);
		while (n && isspace((unsigned char)copy[n - 1]))
			copy[--n] = '\0';
		line(&r, copy);
		free(copy);
		text = nl ? nl + 1 : end;
	}
	finish(&r);
}

void ktap_free(struct ktap *k)
{
	texts_free(&k->failures);
	texts_free(&k->skips);
	texts_free(&k->problems);
}

// SPDX-License-Identifier: GPL-2.0
/* Warnings and reports of the kernel that leave the guest alive. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "splat.h"

#define FOUND_MAX	20

/* The same date everywhere, compared as text */
static void today(char *date, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	strftime(date, size, "%Y-%m-%d", gmtime_r(&now, &tm));
}

/* Cuts "regex   # reason" in two; a rule without a reason is an error */
static bool split_reason(char *line)
{
	char *hash = strstr(line, " # ");
	char *tab = strstr(line, "\t# ");

	if (!hash || (tab && tab < hash))
		hash = tab;
	if (!hash || !hash[3])
		return false;
	while (hash > line && isspace((unsigned char)hash[-1]))
		hash--;
	*hash = '\0';
	return *line;
}

static bool is_date(const char *p)
{
	static const char form[] = "dddd-dd-dd";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)p[i]) :
				     p[i] != '-')
			return false;
	return p[i] == ' ' || p[i] == '\t';
}

static bool add(struct splat_rule **list, size_t *count, char *line,
		bool dated, char *why, size_t size)
{
	struct splat_rule rule = { .expired = false };
	char date[16];

	if (!split_reason(line)) {
		snprintf(why, size, "'%s' gives no reason", line);
		return false;
	}
	if (dated) {
		if (!is_date(line)) {
			snprintf(why, size,
				 "'%s' does not begin with an expiry date such as 2031-12-31",
				 line);
			return false;
		}
		today(date, sizeof(date));
		rule.expired = strncmp(line, date, 10) < 0;
		line += 10 + strspn(line + 10, " \t");
	}
	if (regcomp(&rule.re, line, REG_EXTENDED | REG_NOSUB)) {
		snprintf(why, size, "'%s' is no regular expression", line);
		return false;
	}
	*list = realloc(*list, (*count + 1) * sizeof(**list));
	if (!*list)
		abort();
	(*list)[(*count)++] = rule;
	return true;
}

static bool load(struct splat_rule **list, size_t *count, const char *dir,
		 const char *name, bool dated, char *why, size_t size)
{
	char path[4096], line[1024], detail[1200];
	bool ok = true;
	int no = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f) {
		snprintf(why, size, "cannot read %s: %s", path,
			 strerror(errno));
		return false;
	}
	while (ok && fgets(line, sizeof(line), f)) {
		no++;
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		ok = add(list, count, line, dated, detail, sizeof(detail));
		if (!ok)
			snprintf(why, size, "%s, line %d: %s", path, no,
				 detail);
	}
	fclose(f);
	return ok;
}

bool splat_load(struct splat_rules *s, const char *dir, char *why, size_t size)
{
	memset(s, 0, sizeof(*s));
	if (!load(&s->deny, &s->denies, dir, "splat.deny", false, why, size) ||
	    !load(&s->allow, &s->allows, dir, "splat.allow", true, why, size))
		return false;
	/* A scan for nothing would pass everything */
	if (!s->denies)
		snprintf(why, size, "%s/splat.deny lists nothing", dir);
	return s->denies;
}

/* The message proper: without kmsg's or the console's prefixes */
static const char *message(const char *p)
{
	const char *q = p;

	/* "6,339,5140900,-;text" */
	while (isdigit((unsigned char)*q) || *q == ',' || *q == '-' ||
	       *q == 'c')
		q++;
	if (q > p && *q == ';')
		return q + 1;
	/* "[    1.234567] [  T12] text" */
	while (*p == '[') {
		q = p + 1 + strspn(p + 1, " 0123456789.TC");
		if (*q != ']')
			break;
		p = q + 1;
		p += strspn(p, " ");
	}
	return p;
}

static bool matches(const struct splat_rule *list, size_t count,
		    const char *text)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!list[i].expired &&
		    !regexec(&list[i].re, text, 0, NULL, 0))
			return true;
	return false;
}

static bool known(const struct texts *found, const char *text)
{
	size_t i;

	for (i = 0; i < found->n; i++)
		if (!strcmp(found->v[i], text))
			return true;
	return false;
}

void splat_scan(const struct splat_rules *s, const char *log, size_t len,
		struct texts *found)
{
	const char *end = log + len;

	while (log < end && found->n < FOUND_MAX) {
		const char *nl = memchr(log, '\n', end - log);
		size_t n = (nl ? nl : end) - log;
		char *copy = strndup(log, n);
		const char *text;

		if (!copy)
			abort();
		copy[strcspn(copy, "\r")] = '\0';
		text = message(copy);
		if (matches(s->deny, s->denies, text) &&
		    !matches(s->allow, s->allows, text) && !known(found, text))
			texts_add(found, "%s", text);
		free(copy);
		log = nl ? nl + 1 : end;
	}
}

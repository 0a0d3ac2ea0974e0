// SPDX-License-Identifier: GPL-2.0
/*
 * The list of mutants, and how one is applied.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutants.h"

/* "\n" and "\t" in the list stand for the characters */
static char *unescape(const char *text)
{
	char *out = malloc(strlen(text) + 1), *p = out;

	if (!out)
		return NULL;
	while (*text) {
		if (*text == '\\' && (text[1] == 'n' || text[1] == 't')) {
			*p++ = text[1] == 'n' ? '\n' : '\t';
			text += 2;
		} else {
			*p++ = *text++;
		}
	}
	*p = '\0';
	return out;
}

/**
 * mutants_read - read the list
 * @path: file with the list
 * @mutants: receives an array, for as long as the program runs
 *
 * Return: number of mutants, or -1 with a sentence on stderr.
 */
int mutants_read(const char *path, struct mutant **mutants)
{
	FILE *f = fopen(path, "r");
	struct mutant *list = NULL, *m = NULL;
	char *line = NULL;
	size_t size = 0;
	int n = 0, number = 0;
	ssize_t len;

	if (!f) {
		fprintf(stderr, "mutants: cannot read %s: %s\n", path,
			strerror(errno));
		return -1;
	}
	while ((len = getline(&line, &size, f)) > 0) {
		char *value, *paren;

		number++;
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		if (!len || *line == '#')
			continue;
		value = strchr(line, ':');
		if (!value)
			goto bad;
		*value++ = '\0';
		if (*value == ' ')
			value++;

		if (!strcmp(line, "mutant")) {
			paren = strstr(value, " (");
			list = realloc(list, ++n * sizeof(*list));
			if (!list || !paren)
				goto bad;
			m = &list[n - 1];
			memset(m, 0, sizeof(*m));
			*paren = '\0';
			m->name = strdup(value);
			m->meaning = strdup(paren + 2);
			m->meaning[strcspn(m->meaning, ")")] = '\0';
		} else if (!m) {
			goto bad;
		} else if (!strcmp(line, "first")) {
			m->first = strdup(value);
		} else if (!strcmp(line, "file")) {
			m->file = strdup(value);
		} else if (!strcmp(line, "from")) {
			m->from = unescape(value);
		} else if (!strcmp(line, "to")) {
			m->to = unescape(value);
		} else {
			goto bad;
		}
	}
	free(line);
	fclose(f);
	for (int i = 0; i < n; i++) {
		if (list[i].file && list[i].from && list[i].to)
			continue;
		fprintf(stderr, "mutants: %s: mutant %s lacks file, from or to\n",
			path, list[i].name);
		return -1;
	}
	*mutants = list;
	return n;
bad:
	fprintf(stderr, "mutants: %s: line %d is not \"mutant: name (meaning)\", first:, file:, from: or to:\n",
		path, number);
	fclose(f);
	return -1;
}

/* The text of its file and where the one place is; NULL after a sentence */
static char *read_file(const struct mutant *m, const char *path, char **at)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = fopen(path, "r");

	if (!f || getdelim(&text, &len, '\0', f) < 0) {
		fprintf(stderr, "mutants: cannot read %s: %s\n", path,
			strerror(errno));
		if (f)
			fclose(f);
		free(text);
		return NULL;
	}
	fclose(f);
	*at = strstr(text, m->from);
	if (*at && !strstr(*at + 1, m->from))
		return text;
	fprintf(stderr, "mutants: %s: the text to change occurs %s in %s: bring the list up to date\n",
		m->name, *at ? "more than once" : "nowhere", m->file);
	free(text);
	return NULL;
}

/**
 * mutant_apply - break the gate
 * @m: mutant
 * @tree: source tree to change
 * @dry_run: only see whether it could be
 *
 * Return: 0, or -1 with a sentence on stderr.
 */
int mutant_apply(const struct mutant *m, const char *tree, bool dry_run)
{
	char *path, *text, *at;
	FILE *f;
	int ret = -1;

	if (asprintf(&path, "%s/%s", tree, m->file) < 0)
		return -1;
	text = read_file(m, path, &at);
	if (!text || dry_run) {
		ret = text ? 0 : -1;
		goto out;
	}
	f = fopen(path, "w");
	if (f && fprintf(f, "%.*s%s%s", (int)(at - text), text, m->to,
			 at + strlen(m->from)) >= 0 && !fclose(f))
		ret = 0;
	else
		fprintf(stderr, "mutants: cannot write %s: %s\n", path,
			strerror(errno));
out:
	free(text);
	free(path);
	return ret;
}

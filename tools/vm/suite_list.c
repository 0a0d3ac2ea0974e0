// SPDX-License-Identifier: GPL-2.0
/* The list of suites. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

static void __attribute__((noreturn))
wrong(const char *path, int line, const char *what)
{
	fprintf(stderr, "suite: %s, line %d: %s\n", path, line, what);
	exit(2);
}

static void take(struct suites *s, char *text, const char *path, int line)
{
	char *colon = strchr(text, ':'), *word, *save = NULL;
	struct suite *n = &s->v[s->n];
	size_t i;

	if (!colon)
		wrong(path, line, "write \"name: command\"");
	*colon++ = '\0';
	colon += strspn(colon, " \t");
	if (!*colon)
		wrong(path, line, "the suite has no command");
	if (s->n == SUITES_MAX)
		wrong(path, line, "there are too many suites");
	memset(n, 0, sizeof(*n));
	word = strtok_r(text, " \t", &save);
	if (!word)
		wrong(path, line, "the suite has no name");
	/* It becomes a file's name */
	if (word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")])
		wrong(path, line, "a suite's name is of letters, digits, '.', '-' and '_'");
	for (i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].name, word))
			wrong(path, line, "a suite of this name is there already");
	n->name = strdup(word);
	n->command = strdup(colon);
	n->wanted = true;
	while ((word = strtok_r(NULL, " \t", &save))) {
		if (!strcmp(word, "&"))
			n->parallel = true;
		else if (!strcmp(word, "skips"))
			n->skips = true;
		else if (!strcmp(word, "shows"))
			n->shows = true;
		else
			wrong(path, line, "a suite's marks are '&', 'skips' and 'shows'");
	}
	s->n++;
}

void suites_load(struct suites *s, const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int line = 0;

	if (!f) {
		fprintf(stderr, "suite: cannot read the list %s: %s\n", path,
			strerror(errno));
		exit(2);
	}
	while ((len = getline(&text, &size, f)) > 0) {
		line++;
		while (len && isspace((unsigned char)text[len - 1]))
			text[--len] = '\0';
		if (*text && *text != '#')
			take(s, text, path, line);
	}
	free(text);
	fclose(f);
	if (!s->n) {
		fprintf(stderr, "suite: %s lists no suite\n", path);
		exit(2);
	}
}

void suites_select(struct suites *s, char **names, int n)
{
	size_t i;
	int j;

	for (i = 0; i < s->n; i++)
		s->v[i].wanted = false;
	for (j = 0; j < n; j++) {
		for (i = 0; i < s->n; i++)
			if (!strcmp(s->v[i].name, names[j]))
				break;
		if (i == s->n) {
			fprintf(stderr,
				"suite: there is no suite %s; see suite --list\n",
				names[j]);
			exit(2);
		}
		s->v[i].wanted = true;
	}
}

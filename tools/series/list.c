// SPDX-License-Identifier: GPL-2.0
/*
 * The series file: one line per commit, "name.patch +new/file ...".
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "series.h"

/**
 * series_read - read patches/<version>/series
 * @repo: repository, or a directory of the same shape
 * @version: base version
 * @s: receives the entries
 */
void series_read(const char *repo, const char *version, struct series *s)
{
	char *path = fmt("%s/patches/%s/series", repo, version);
	char *text = slurp(path, NULL), *line, *word, *l, *w;
	int number = 0;

	memset(s, 0, sizeof(*s));
	if (!text)
		fail("%s is missing", path);
	for (line = strsep(&text, "\n"); line; line = strsep(&text, "\n")) {
		struct entry *e = NULL;

		number++;
		l = line;
		l[strcspn(l, "#")] = '\0';
		for (word = strtok_r(l, " \t", &w); word;
		     word = strtok_r(NULL, " \t", &w)) {
			if (!e) {
				s->entry = realloc(s->entry, (s->nr + 1) *
						   sizeof(*s->entry));
				e = &s->entry[s->nr++];
				memset(e, 0, sizeof(*e));
				e->patch = strdup(word);
			} else if (*word == '+' && word[1] != '/' &&
				   !strstr(word, "..")) {
				e->added = realloc(e->added, (e->nr_added + 1) *
						   sizeof(*e->added));
				e->added[e->nr_added++] = strdup(word + 1);
			} else {
				fail("%s:%d: \"%s\" is not +a/new/file", path,
				     number, word);
			}
		}
	}
	free(path);
}

/* Folders of which every file belongs to the series */
static const char *const claimed[] = {
	"kernel", "fs", "include", "mm", "net", "drivers", "security",
	"tools/testing/selftests", "Documentation/admin-guide",
	"Documentation/userspace-api", "Documentation/trace",
};

static struct series *lint_series;
static const char *lint_repo;
static int lint_found;

static int lint_one(const char *path, const struct stat *st, int flag,
		    struct FTW *ftw)
{
	const char *name = path + strlen(lint_repo) + 1;
	int claims = 0;

	(void)st;
	(void)ftw;
	if (flag != FTW_F)
		return 0;
	for (size_t i = 0; i < lint_series->nr; i++)
		for (size_t j = 0; j < lint_series->entry[i].nr_added; j++)
			claims += !strcmp(name, lint_series->entry[i].added[j]);
	if (claims != 1) {
		note(claims ? "%s is claimed by more than one patch" :
		     "%s is claimed by no patch: commit it in the worktree, or move it out of the kernel's folders",
		     name);
		lint_found++;
	}
	return 0;
}

/**
 * series_lint - is every new file born in exactly one commit?
 * @repo: repository
 * @version: base version
 *
 * Return: number of files that are not, each named on stderr.
 */
int series_lint(const char *repo, const char *version)
{
	static struct series s;

	series_read(repo, version, &s);
	lint_series = &s;
	lint_repo = repo;
	lint_found = 0;
	for (size_t i = 0; i < sizeof(claimed) / sizeof(claimed[0]); i++) {
		char *dir = fmt("%s/%s", repo, claimed[i]);

		if (exists(dir))
			nftw(dir, lint_one, 64, FTW_PHYS);
		free(dir);
	}
	return lint_found;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A diff with as little context as applies safely.
 *
 * Context is upstream's text, of which a patch should carry little, and what
 * tells git apply where a hunk belongs when a point release has moved the
 * lines.  A hunk is safe when what it replaces occurs once in the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

#define MOST_CONTEXT 6

/* Text that a hunk expects to find: context and removed lines */
static char *preimage(const char *hunk, const char *end)
{
	char *out = malloc(end - hunk + 1), *to = out;

	if (!out)
		fail("out of memory");
	while (hunk < end) {
		size_t len = strcspn(hunk, "\n") + 1;

		if (*hunk == ' ' || *hunk == '-') {
			memcpy(to, hunk + 1, len - 1);
			to += len - 1;
		}
		hunk += len;
	}
	*to = '\0';
	return out;
}

static bool occurs_once(const char *text, const char *what)
{
	const char *at = strstr(text, what);

	while (at && at != text && at[-1] != '\n')
		at = strstr(at + 1, what);
	if (!at)
		return false;
	do {
		at = strstr(at + 1, what);
	} while (at && at[-1] != '\n');
	return !at;
}

static bool safe(const char *diff, const char *before)
{
	const char *hunk = strstr(diff, "\n@@ ");

	while (hunk) {
		const char *body = strchr(hunk + 1, '\n') + 1;
		const char *next = strstr(body, "\n@@ ");
		const char *end = next ? next + 1 : body + strlen(body);
		char *what = preimage(body, end);
		bool once = *what && occurs_once(before, what);

		free(what);
		if (!once)
			return false;
		hunk = next;
	}
	return true;
}

/**
 * smallest_diff - the change of a commit to one file
 * @p: where everything is
 * @commit: commit
 * @path: file it modifies
 *
 * Return: the diff, with one line of context or as many more as it takes for
 * every hunk to have one place where it can go.
 */
char *smallest_diff(const struct place *p, const char *commit,
		    const char *path)
{
	char *parent = fmt("%s^:%s", commit, path);
	char *before = git(p, "show", parent, NULL), *diff = NULL, *u;

	for (int n = 1; n <= MOST_CONTEXT; n++) {
		free(diff);
		u = fmt("-U%d", n);
		diff = git(p, "diff-tree", "-p", u, "--no-commit-id",
			   "--full-index", "--no-renames", "--no-color",
			   "--no-ext-diff", "--diff-algorithm=histogram",
			   commit, "--", path, NULL);
		free(u);
		if (safe(diff, before))
			break;
	}
	free(before);
	free(parent);
	return diff;
}

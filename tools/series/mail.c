// SPDX-License-Identifier: GPL-2.0
/*
 * The series as it would be mailed: numbered patches behind a cover letter,
 * without those that patch what Debian adds to the kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "series.h"

static bool is_mailed(const struct place *p, const char *commit)
{
	char *group = chomp(git(p, "log", "-1",
		"--format=%(trailers:key=Series-group,valueonly,separator=)",
		commit, NULL));
	bool mailed = strcmp(group, "distro");

	free(group);
	return mailed;
}

/* The last commit that is mailed; those that are not come behind it */
static char *last_mailed(const struct place *p, const char *tip)
{
	char *range = fmt("base/%s..%s", p->version, tip), *last = NULL;
	char *commits = git(p, "rev-list", range, NULL), *rest = commits;
	char *commit;

	while (!last && (commit = strsep(&rest, "\n")) && *commit)
		if (is_mailed(p, commit))
			last = fmt("%s", commit);
	if (!last)
		fail("patches/%s has no patch to mail", p->version);
	free(commits);
	free(range);
	return last;
}

/* Put TEXT in the place of the first WHAT */
static char *replace(char *in, const char *what, const char *text)
{
	char *at = strstr(in, what), *out;

	if (!at)
		fail("git's cover letter has no \"%s\"", what);
	out = fmt("%.*s%s%s", (int)(at - in), in, text, at + strlen(what));
	free(in);
	return out;
}

/* Its first line is the subject, what follows the empty line the rest */
static void write_cover(const struct place *p, const char *dir)
{
	char *ours = fmt("%s/patches/cover-letter", p->repo);
	char *path = fmt("%s/0000-cover-letter.patch", dir);
	char *text = slurp(ours, NULL), *cover = slurp(path, NULL);
	char *body = text ? strstr(text, "\n\n") : NULL;

	if (!body)
		fail("%s has no subject and text", ours);
	if (!cover)
		fail("cannot read %s: %s", path, strerror(errno));
	*body = '\0';
	cover = replace(cover, "*** SUBJECT HERE ***", text);
	cover = replace(cover, "*** BLURB HERE ***", chomp(body + 2));
	if (spill(path, cover, strlen(cover)))
		fail("cannot write %s: is the disk full?", path);
	free(cover);
	free(text);
	free(path);
	free(ours);
}

/* The tree that the patches make of the base, by themselves */
static char *applied(const struct place *p, const char *patches)
{
	char *list = fmt("%s", patches), *rest = list, *patch, *tree;

	index_of_base(p);
	while ((patch = strsep(&rest, "\n")) && *patch)
		if (!strstr(patch, "/0000-"))
			free(git(p, "apply", "--cached", patch, NULL));
	tree = chomp(git(p, "write-tree", NULL));
	index_drop(p);
	free(list);
	return tree;
}

/**
 * mail - write the series to build/VERSION/mail, and prove that it applies
 * @p: where everything is
 *
 * Return: 0 if the patches make the worktree's tree out of the base.
 */
int mail(const struct place *p)
{
	char *dir = fmt("%s/%s/mail", p->build, p->version);
	char *tip, *last, *names, *made, *meant;
	size_t nr = 0;

	base_import(p);
	tip = series_build(p, p->repo);
	last = last_mailed(p, tip);
	remove_tree(dir);
	make_parents(dir);
	names = git(p, "format-patch", "--cover-letter", "--no-signature",
		    "--output-directory", dir,
		    fmt("base/%s..%s", p->version, last), NULL);
	write_cover(p, dir);
	made = applied(p, names);
	meant = chomp(git(p, "rev-parse", fmt("%s^{tree}", last), NULL));
	for (char *c = names; *c; c++)
		nr += *c == '\n';
	if (strcmp(made, meant)) {
		note("the patches in %s do not make the worktree's tree", dir);
		return 1;
	}
	printf("series: %zu mails in %s; applied to the base they make the worktree's tree\n",
	       nr, dir);
	return 0;
}

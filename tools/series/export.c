// SPDX-License-Identifier: GPL-2.0
/*
 * From commits back to patches and new files.
 *
 * The same commits give the same bytes, and nothing is written before all of
 * them have been found to be in order.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "series.h"

#define SLUG_LENGTH 60

/* A file that the export writes */
struct output {
	char *path;		/* below the repository */
	char *data;
	size_t len;
};

struct export {
	struct output *out;
	size_t nr;
	char **added;		/* every new file so far */
	size_t nr_added;
	bool distro;		/* past the last patch for upstream */
	char *list;		/* the series file */
};

static void put(struct export *x, char *path, char *data, size_t len)
{
	x->out = realloc(x->out, (x->nr + 1) * sizeof(*x->out));
	if (!x->out)
		fail("out of memory");
	x->out[x->nr++] = (struct output){ path, data, len };
}

static void append(char **text, const char *more)
{
	char *both = fmt("%s%s", *text, more);

	free(*text);
	*text = both;
}

/* "tracefs: let CAP_TRACING in" becomes tracefs-let-cap_tracing-in.patch */
static char *patch_name(const char *subject)
{
	char *name = malloc(SLUG_LENGTH + sizeof(".patch")), *to = name;

	if (!name)
		fail("out of memory");
	for (; *subject && to < name + SLUG_LENGTH; subject++) {
		if (isalnum((unsigned char)*subject) || *subject == '_')
			*to++ = tolower((unsigned char)*subject);
		else if (to > name && to[-1] != '-')
			*to++ = '-';
	}
	while (to > name && to[-1] == '-')
		to--;
	strcpy(to, ".patch");
	return name;
}

static bool is_added(const struct export *x, const char *path)
{
	for (size_t i = 0; i < x->nr_added; i++)
		if (!strcmp(x->added[i], path))
			return true;
	return false;
}

static void set_group(struct export *x, const char *body, const char *subject)
{
	bool distro = strstr(body, "\nSeries-group: distro\n") != NULL;

	if (x->distro && !distro)
		fail("\"%s\" comes after a patch of the distro group: move it before, that group is never mailed",
		     subject);
	if (distro && !x->distro)
		append(&x->list, "\n# group: distro (never mailed)\n");
	x->distro = distro;
}

static void new_file(const struct place *p, struct export *x,
		     const char *commit, const char *path)
{
	char *blob = fmt("%s:%s", commit, path), *text, *line;

	text = git(p, "cat-file", "blob", blob, NULL);
	put(x, fmt("%s", path), text, strlen(text));
	x->added = realloc(x->added, (x->nr_added + 1) * sizeof(*x->added));
	x->added[x->nr_added++] = fmt("%s", path);
	line = fmt(" +%s", path);
	append(&x->list, line);
	free(line);
	free(blob);
}

static void export_commit(const struct place *p, struct export *x,
			  const char *commit)
{
	char *subject = chomp(git(p, "show", "-s", "--format=%s", commit, NULL));
	char *body = git(p, "show", "-s", "--format=%b", commit, NULL);
	char *head = git(p, "show", "-s",
			 "--format=From: %an <%ae>%nDate: %aD%nSubject: %s",
			 commit, NULL);
	char *changes = git(p, "diff-tree", "-r", "--no-commit-id",
			    "--no-renames", "--name-status", commit, NULL);
	char *name = patch_name(subject), *text, *line, *rest, *path;
	char *marked = fmt("\n%s", body);
	bool diff = false;

	if (!strncmp(subject, "fixup!", 6) || !strncmp(subject, "squash!", 7))
		fail("\"%s\" waits to be folded: git rebase -i --autosquash base/%s",
		     subject, p->version);
	if (!strstr(marked, "\nSigned-off-by: "))
		fail("\"%s\" has no Signed-off-by: git commit --amend -s",
		     subject);
	set_group(x, marked, subject);

	for (size_t i = 0; i < x->nr; i++) {
		path = strrchr(x->out[i].path, '/');
		if (path && !strcmp(path + 1, name))
			fail("two commits give the patch name %s: change the subject of one",
			     name);
	}
	append(&x->list, name);
	text = fmt("%s\n%s\n", head, chomp(body));
	rest = changes;
	for (line = strsep(&rest, "\n"); line && *line;
	     line = strsep(&rest, "\n")) {
		char status = *line, *hunks, *base;

		path = line + 2;
		base = fmt("base/%s:%s", p->version, path);
		if (status == 'A') {
			new_file(p, x, commit, path);
		} else if (status != 'M') {
			fail("\"%s\" removes or renames %s: the series only edits upstream files and adds new ones",
			     subject, path);
		} else if (is_added(x, path)) {
			fail("\"%s\" edits %s, which another commit adds: fold it into that one, a new file is born complete",
			     subject, path);
		} else {
			if (!diff)
				append(&text, "---\n");
			diff = true;
			hunks = smallest_diff(p, commit, path);
			append(&text, hunks);
			free(hunks);
		}
		free(base);
	}
	append(&x->list, "\n");
	put(x, fmt("patches/%s/%s", p->version, name), text, strlen(text));
	free(marked);
	free(name);
	free(changes);
	free(head);
	free(body);
	free(subject);
}

static bool is_output(const struct export *x, const char *path)
{
	for (size_t i = 0; i < x->nr; i++)
		if (!strcmp(x->out[i].path, path))
			return true;
	return false;
}

/* What the series had before and has no more */
static void remove_stale(const struct place *p, const struct export *x,
			 const char *repo, bool verbose)
{
	char *list = fmt("%s/patches/%s/series", repo, p->version);
	struct series old = { 0 };

	if (exists(list))
		series_read(repo, p->version, &old);
	for (size_t i = 0; i < old.nr; i++) {
		for (size_t j = 0; j <= old.entry[i].nr_added; j++) {
			char *name = j ? fmt("%s", old.entry[i].added[j - 1]) :
				     fmt("patches/%s/%s", p->version,
					 old.entry[i].patch);
			char *path = fmt("%s/%s", repo, name);

			if (!is_output(x, name) && !unlink(path) && verbose)
				printf("- %s\n", name);
			free(path);
			free(name);
		}
	}
	free(list);
}

/**
 * series_export - write patches, new files and the series file
 * @p: where everything is
 * @tip: last commit of the series
 * @repo: where to write to
 * @verbose: say which files change
 */
void series_export(const struct place *p, const char *tip, const char *repo,
		   bool verbose)
{
	char *base = fmt("base/%s", p->version), *range, *commits, *merges;
	struct export x = { .list = fmt("# One line per commit, in order: the patch, and the new files born with it.\n\n# group: upstream\n") };
	char *commit, *rest;

	range = fmt("%s..%s", base, tip);
	merges = git(p, "rev-list", "--merges", range, NULL);
	if (*merges)
		fail("the worktree has a merge: rebase it, a series is a line of commits");
	commits = git(p, "rev-list", "--reverse", range, NULL);
	rest = commits;
	for (commit = strsep(&rest, "\n"); commit && *commit;
	     commit = strsep(&rest, "\n"))
		export_commit(p, &x, commit);
	put(&x, fmt("patches/%s/series", p->version), x.list, strlen(x.list));

	remove_stale(p, &x, repo, verbose);
	for (size_t i = 0; i < x.nr; i++) {
		char *path = fmt("%s/%s", repo, x.out[i].path), *old;
		size_t len = 0;

		old = slurp(path, &len);
		if (!old || len != x.out[i].len ||
		    memcmp(old, x.out[i].data, len)) {
			if (verbose)
				printf("%c %s\n", old ? '~' : '+',
				       x.out[i].path);
			if (spill(path, x.out[i].data, x.out[i].len))
				fail("cannot write %s: %s: nothing is lost, run make refresh again",
				     path, strerror(errno));
		}
		free(old);
		free(path);
	}
	free(merges);
	free(commits);
	free(range);
	free(base);
}

/**
 * refresh - write the worktree's commits back to the repository
 * @p: where everything is
 */
void refresh(const struct place *p)
{
	char *path = fmt("%s/%s/patched/src", p->build, p->version);
	char *state = fmt("%s/%s/series.state", p->build, p->version);
	char *dirty, *head, *print, *text;

	if (!exists(path))
		fail("%s is missing: run make worktree V=%s", path, p->version);
	dirty = must(path, "git", "status", "--porcelain",
		     "--untracked-files=no", NULL);
	if (*dirty)
		fail("%s has edits that are not committed: commit them there first",
		     path);
	if (run(path, NULL, "git", "merge-base", "--is-ancestor",
		fmt("base/%s", p->version), "HEAD", NULL))
		fail("%s is not based on base/%s", path, p->version);
	head = chomp(must(path, "git", "rev-parse", "HEAD", NULL));
	series_export(p, head, p->repo, true);
	print = series_fingerprint(p, p->repo);
	text = fmt("%s %s\n", print, head);
	if (spill(state, text, strlen(text)))
		fail("cannot write %s: is the disk full?", state);
	free(text);
	free(print);
	free(head);
	free(dirty);
	free(state);
	free(path);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * From patches and new files to commits, and to the worktree.
 *
 * The commits are made in an index of their own, without a work tree: that
 * takes a second, and when it is done the worktree changes in one step, in
 * which git writes only the files that differ.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "series.h"

/* "Key: value" of a patch's header, which ends at the first empty line */
static char *header(const char *text, const char *key, const char *patch)
{
	size_t len = strlen(key);

	for (const char *p = text; *p && *p != '\n';) {
		size_t line = strcspn(p, "\n");

		if (!strncmp(p, key, len) && !strncmp(p + len, ": ", 2))
			return strndup(p + len + 2, line - len - 2);
		p += line + (p[line] == '\n');
	}
	fail("%s has no line \"%s: ...\"", patch, key);
}

/* The commit message: subject, empty line, body up to the diff */
static char *message(const char *text, const char *patch)
{
	char *subject = header(text, "Subject", patch), *out, *s = subject;
	const char *body = strstr(text, "\n\n"), *end;

	if (!body)
		fail("%s has no body", patch);
	if (!strncmp(s, "[PATCH] ", 8))
		s += 8;
	body += 2;
	end = strstr(body, "\n---\n");
	out = fmt("%s\n\n%.*s\n", s, (int)(end ? end - body :
		  (long)strlen(body)), body);
	free(subject);
	return out;
}

/* Author and dates of the commit are those of the patch: the same id again */
static void author(const char *text, const char *patch)
{
	char *from = header(text, "From", patch), *lt = strstr(from, " <");
	char *date = header(text, "Date", patch);

	if (!lt || !strchr(lt, '>'))
		fail("%s: \"From: %s\" is not a name and an address", patch,
		     from);
	*lt = '\0';
	lt[2 + strcspn(lt + 2, ">")] = '\0';
	setenv("GIT_AUTHOR_NAME", from, 1);
	setenv("GIT_AUTHOR_EMAIL", lt + 2, 1);
	setenv("GIT_AUTHOR_DATE", date, 1);
	setenv("GIT_COMMITTER_NAME", from, 1);
	setenv("GIT_COMMITTER_EMAIL", lt + 2, 1);
	setenv("GIT_COMMITTER_DATE", date, 1);
	free(from);
	free(date);
}

static void apply(const struct place *p, const char *patch, const char *text)
{
	char *dir = fmt("--git-dir=%s/linux.git", p->build);

	if (!strstr(text, "\ndiff --git "))
		goto out;
	if (!run(NULL, NULL, "git", dir, "apply", "--cached",
		 "--whitespace=nowarn", patch, NULL))
		goto out;
	/* A newer point release may have moved the lines: merge, never guess */
	note("%s does not apply as it is, see above: trying a three-way merge",
	     patch);
	if (run(NULL, NULL, "git", dir, "apply", "--cached", "--3way",
		"--whitespace=nowarn", patch, NULL))
		fail("%s does not apply to base %s: the file and the line are named above; the worktree is as it was",
		     patch, p->version);
out:
	free(dir);
}

static void add_file(const struct place *p, const char *repo, const char *name)
{
	char *path = fmt("%s/%s", repo, name), *id, *info, *dir;
	struct stat st;
	char *found;

	if (stat(path, &st))
		fail("series names %s, which is missing", path);
	dir = fmt("--git-dir=%s/linux.git", p->build);
	found = must(NULL, "git", dir, "ls-files", "--", name, NULL);
	if (*found)
		fail("series adds %s, which base %s has already", name,
		     p->version);
	id = chomp(git(p, "hash-object", "-w", "--no-filters", path, NULL));
	info = fmt("%s,%s,%s", st.st_mode & 0100 ? "100755" : "100644", id,
		   name);
	free(git(p, "update-index", "--add", "--cacheinfo", info, NULL));
	free(found);
	free(info);
	free(id);
	free(dir);
	free(path);
}

/**
 * index_of_base - use an index of our own from here on, with the base in it
 * @p: where everything is
 *
 * Until index_drop().
 */
void index_of_base(const struct place *p)
{
	char *index = fmt("%s/.series-index", p->build);
	char *stale = fmt("%s.lock", index);

	/* git leaves its lock when it is killed; ours says nobody else is here */
	unlink(stale);
	unlink(index);
	index_file(index);
	free(git(p, "read-tree", fmt("base/%s", p->version), NULL));
	free(stale);
	free(index);
}

/**
 * index_drop - remove that index, and use the usual one again
 * @p: where everything is
 */
void index_drop(const struct place *p)
{
	char *index = fmt("%s/.series-index", p->build);

	index_file(NULL);
	unlink(index);
	free(index);
}

/**
 * series_build - make the commits of a series on its base
 * @p: where everything is
 * @repo: where patches and new files are taken from
 *
 * Return: id of the last commit.
 */
char *series_build(const struct place *p, const char *repo)
{
	char *base = fmt("base/%s", p->version);
	char *parent = chomp(git(p, "rev-parse", "--verify", base, NULL));
	struct series s;

	series_read(repo, p->version, &s);
	index_of_base(p);
	for (size_t i = 0; i < s.nr; i++) {
		char *patch = fmt("%s/patches/%s/%s", repo, p->version,
				  s.entry[i].patch);
		char *text = slurp(patch, NULL), *tree, *msg, *file;
		char *commit;

		if (!text)
			fail("series names %s, which is missing", patch);
		apply(p, patch, text);
		for (size_t j = 0; j < s.entry[i].nr_added; j++)
			add_file(p, repo, s.entry[i].added[j]);
		tree = chomp(git(p, "write-tree", NULL));
		author(text, patch);
		msg = message(text, patch);
		file = fmt("%s/.series-message", p->build);
		if (spill(file, msg, strlen(msg)))
			fail("cannot write %s: is the disk full?", file);
		commit = chomp(git(p, "commit-tree", tree, "-p", parent, "-F",
				   file, NULL));
		free(parent);
		parent = commit;
		unlink(file);
		free(file);
		free(msg);
		free(tree);
		free(text);
		free(patch);
	}
	index_drop(p);
	free(base);
	return parent;
}

/**
 * series_fingerprint - what the commits of a series are made from
 * @p: where everything is
 * @repo: where patches and new files are
 *
 * Return: a hash over the base, the series file, patches and new files.
 */
char *series_fingerprint(const struct place *p, const char *repo)
{
	char *tmp = fmt("%s/.series-fingerprint", p->build), *out, *path;
	struct series s;
	FILE *f;

	series_read(repo, p->version, &s);
	make_parents(tmp);
	f = fopen(tmp, "w");
	if (!f)
		fail("cannot write %s: %s", tmp, strerror(errno));
	out = git(p, "rev-parse", fmt("base/%s", p->version), NULL);
	fputs(out, f);
	free(out);
	for (size_t i = 0; i < s.nr; i++) {
		for (size_t j = 0; j <= s.entry[i].nr_added; j++) {
			size_t len = 0;
			char *text;

			path = j ? fmt("%s/%s", repo, s.entry[i].added[j - 1]) :
			       fmt("%s/patches/%s/%s", repo, p->version,
				   s.entry[i].patch);
			text = slurp(path, &len);
			fprintf(f, "%s %zu\n", path + strlen(repo), len);
			if (text)
				fwrite(text, 1, len, f);
			free(text);
			free(path);
		}
	}
	if (fclose(f))
		fail("cannot write %s: is the disk full?", tmp);
	out = chomp(git(p, "hash-object", "--no-filters", tmp, NULL));
	unlink(tmp);
	free(tmp);
	return out;
}

static char *tip_of(const char *tree)
{
	return chomp(must(tree, "git", "rev-parse", "HEAD", NULL));
}

/* The unpatched tree: a worktree at the base that nobody edits */
static void stock_tree(const struct place *p)
{
	char *path = fmt("%s/%s/stock/src", p->build, p->version);
	char *base = fmt("base/%s", p->version), *file;

	file = fmt("%s/.git", path);
	if (!exists(file)) {
		make_parents(path);
		remove_tree(path);
		free(git(p, "worktree", "prune", NULL));
		free(git(p, "worktree", "add", "-q", "--detach", path, base,
			 NULL));
	}
	free(file);
	free(base);
	free(path);
}

/**
 * worktree - bring the worktree up to date with patches and new files
 * @p: where everything is
 *
 * What has not been written back by refresh is never overwritten: the worktree
 * is used as it is, or, if the repository has changed too, nothing is done.
 */
void worktree(const struct place *p)
{
	char *path = fmt("%s/%s/patched/src", p->build, p->version);
	char *state = fmt("%s/%s/series.state", p->build, p->version);
	char *branch = fmt("series/%s", p->version);
	char *file = fmt("%s/.git", path), *have, *want, *tip, *dirty;
	bool fresh;

	base_import(p);
	stock_tree(p);
	want = series_fingerprint(p, p->repo);
	have = slurp(state, NULL);	/* "fingerprint commit" */
	fresh = !exists(file);

	if (!fresh) {
		char *head = tip_of(path);
		bool changed = !have || strncmp(have, want, strlen(want));
		bool local = !have || !strstr(have, head);

		dirty = must(path, "git", "status", "--porcelain",
			     "--untracked-files=no", NULL);
		if (local || *dirty) {
			if (changed)
				fail("%s has %s that were never written back, and patches/%s has changed as well: run make refresh V=%s on a copy and merge, or drop one of the two",
				     path, *dirty ? "edits" : "commits",
				     p->version, p->version);
			note("using %s as it is: its %s are not in patches/%s yet (make refresh writes them back)",
			     path, *dirty ? "edits" : "commits", p->version);
			return;
		}
		free(dirty);
		free(head);
		if (!changed)
			return;
	}

	tip = series_build(p, p->repo);
	if (fresh) {
		make_parents(path);
		remove_tree(path);
		free(git(p, "worktree", "prune", NULL));
		free(git(p, "worktree", "add", "-q", "-B", branch, path, tip,
			 NULL));
	} else {
		free(must(path, "git", "reset", "-q", "--hard", tip, NULL));
	}
	free(have);
	have = fmt("%s %s\n", want, tip);
	if (spill(state, have, strlen(have)))
		fail("cannot write %s: is the disk full?", state);
	note("%s is at the end of the series", path);
	free(tip);
	free(have);
	free(want);
	free(file);
	free(branch);
	free(state);
	free(path);
}

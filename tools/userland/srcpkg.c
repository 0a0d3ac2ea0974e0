// SPDX-License-Identifier: GPL-2.0
/*
 * srcpkg - build a source package of Debian's with our patches
 *
 * userland/NAME/build says how, a keyword a line:
 *
 *   source NAME SUITE...   with Debian's patches, from the first of the suites
 *                          that hands it out
 *   tarball NAME SUITE...  what Debian has it from, without Debian's patches
 *   deb PACKAGE SUITE      a package of another suite, unpacked to ../extra
 *   own FILE               a program of ours, beside the recipe
 *   tree SUITE             where it is built, if that is not Debian 13
 *   version-of BINARY      the version that the image has of that package
 *   run PROGRAM [ARG...]   in the source; %v is the version, %j the jobs
 *   keep FILE AS           what the package is built for
 *
 * What ends in .patch beside it is applied beforehand.  It is built in a tree
 * of Debian's that has the compiler, and that has the patched kernel's
 * <linux/capability.h> in place of Debian's.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcap.h"

#define MAX_WORDS	64
#define MAX_LINES	32

struct line {
	char *word[MAX_WORDS + 1];
	int nr;
};

static const char *apt, *build, *header, *jobs, *name;
static char recipe[PATH_MAX], tree[PATH_MAX], out[PATH_MAX], log_file[PATH_MAX];
static char version[64];
static struct line lines[MAX_LINES];
static int nr_lines;

static void must(const char *dir, const char *what, const char *const argv[])
{
	if (run(dir, log_file, argv))
		die("%s; the reason is at the end of %s", what, log_file);
}

#define MUST(dir, what, ...) \
	must(dir, what, (const char *const[]){ __VA_ARGS__, NULL })

/* The tree's share of a path, and the path */
#define WORK		"/work"
#define SOURCE		WORK "/source"

static void read_recipe(void)
{
	static const char *const known[] = {
		"source", "tarball", "deb", "own", "tree", "version-of", "run",
		"keep",
	};
	char path[PATH_MAX], *text, *line, *next;

	join(path, "%s/build", recipe);
	text = read_all(path, NULL);
	if (!text)
		die("%s is missing; the packages are the directories of userland/",
		    path);
	for (line = text; *line; line = next) {
		struct line *l = &lines[nr_lines];
		size_t i;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (*line == '#' || !*line)
			continue;
		if (nr_lines == MAX_LINES)
			die("%s has more than %d lines", path, MAX_LINES);
		for (char *w = strtok(line, " \t"); w; w = strtok(NULL, " \t")) {
			if (l->nr == MAX_WORDS)
				die("%s: more than %d words in a line", path,
				    MAX_WORDS);
			l->word[l->nr++] = w;
		}
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (l->nr > 1 && !strcmp(l->word[0], known[i]))
				break;
		}
		if (i == sizeof(known) / sizeof(known[0]))
			die("%s: '%s' is no keyword with something after it",
			    path, l->word[0]);
		nr_lines++;
	}
}

static struct line *find(const char *keyword)
{
	for (int i = 0; i < nr_lines; i++) {
		if (!strcmp(lines[i].word[0], keyword))
			return &lines[i];
	}
	return NULL;
}

/* "BINARY VERSION", a line of the list of what the image has */
static void find_version(const char *binary)
{
	char path[PATH_MAX], *text, *key, *at;

	join(path, "%s/images/debian.packages", build);
	text = read_all(path, NULL);
	if (asprintf(&key, "\n%s ", binary) < 0)
		die("out of memory");
	at = text ? strstr(text, key) : NULL;
	if (!at)
		die("%s does not name the image's %s; run `make image'", path,
		    binary);
	at += strlen(key);
	at[strcspn(at, "\n")] = '\0';
	keep(version, sizeof(version), at);
	free(key);
	free(text);
}

static int is_patch(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 6 && !strcmp(d->d_name + len - 6, ".patch");
}

/* @mark and what the file of the recipe says */
static char *mark_file(char *mark, const char *file)
{
	char path[PATH_MAX], *more, *text;

	join(path, "%s/%s", recipe, file);
	text = read_all(path, NULL);
	if (!text || asprintf(&more, "%s\n%s\n%s", mark, path, text) < 0)
		die("cannot read %s", path);
	free(text);
	free(mark);
	return more;
}

/* What is built from: header, recipe, patches, programs, version */
static char *wanted(void)
{
	char *mark = read_all(header, NULL), *more;
	struct dirent **patches;
	int nr;

	if (!mark || !strstr(mark, "CAP_TRACING"))
		die("%s is not the patched kernel's; run `make selftests'",
		    header);
	mark = mark_file(mark, "build");
	nr = scandir(recipe, &patches, is_patch, alphasort);
	for (int i = 0; i < nr; i++)
		mark = mark_file(mark, patches[i]->d_name);
	for (int i = 0; i < nr_lines; i++) {
		if (!strcmp(lines[i].word[0], "own"))
			mark = mark_file(mark, lines[i].word[1]);
	}
	if (asprintf(&more, "%s %s\n%s", name, version, mark) < 0)
		die("out of memory");
	return more;
}

static void find_tree(void)
{
	const struct line *l = find("tree");

	join(tree, "%s/images/userland%s%s.tree", build, l ? "-" : "",
	     l ? l->word[1] : "");
	if (access(tree, F_OK))
		die("%s is missing; run `make userland USERLAND=%s'", tree, name);
}

static bool tarball_only(void)
{
	return find("tarball");
}

static const struct line *source_line(void)
{
	return tarball_only() ? find("tarball") : find("source");
}

/*
 * The .dsc or the tarball that is unpacked.  apt checks both against the signed
 * lists.  Some mirrors have tarballs whose packaging they do not have.
 */
static void fetch_source(char *file)
{
	const char *ending = tarball_only() ? ".orig.tar." : ".dsc";
	const struct line *l = source_line();
	char dir[PATH_MAX], what[128];
	struct dirent **found = NULL;
	int nr = 0, i;

	join(dir, "%s/downloads/%s", build, name);
	snprintf(what, sizeof(what), "%s%s%s", l->word[1], *version ? "=" : "",
		 version);
	MUST(NULL, "cannot remove the last download", "rm", "-rf", dir);
	make_dirs(dir);
	for (i = 2; i < l->nr; i++) {
		if (!run(dir, log_file, (const char *const[]){
				apt, "--suite", l->word[i], "--", "source",
				"-qq", "--only-source", "--download-only", what,
				tarball_only() ? "--tar-only" : NULL, NULL }))
			break;
	}
	if (i == l->nr)
		die("Debian does not hand out the source of %s; try again later, or `make image' first if the image is old (log: %s)",
		    what, log_file);
	nr = scandir(dir, &found, NULL, alphasort);
	for (i = 0; i < nr; i++) {
		if (strstr(found[i]->d_name, ending))
			join(file, "%s/%s", dir, found[i]->d_name);
	}
	if (!*file)
		die("no *%s* came to %s", ending, dir);
}

static void copy_own(const struct line *l)
{
	char from[PATH_MAX], to[PATH_MAX];

	join(from, "%s/%s", recipe, l->word[1]);
	join(to, "%s" SOURCE, tree);
	MUST(NULL, "cannot copy a program", "cp", from, to);
}

static void unpack(void)
{
	char file[PATH_MAX] = "", source[PATH_MAX], path[PATH_MAX];
	struct dirent **patches;
	int nr;

	if (source_line())
		fetch_source(file);
	join(source, "%s" WORK, tree);
	MUST(NULL, "cannot remove the last build", "rm", "-rf", source);
	make_dirs(source);
	join(source, "%s" SOURCE, tree);
	if (!source_line()) {
		make_dirs(source);
		join(path, "%s/downloads/%s", build, name);
		MUST(NULL, "cannot remove the last download", "rm", "-rf", path);
		make_dirs(path);
	} else if (tarball_only()) {
		make_dirs(source);
		MUST(NULL, "cannot unpack the source: is the disk full?", "tar",
		     "-xf", file, "-C", source, "--strip-components=1");
	} else {
		MUST(NULL, "cannot unpack the source: is the disk full?",
		     "dpkg-source", "--no-check", "-x", file, source);
	}
	nr = scandir(recipe, &patches, is_patch, alphasort);
	for (int i = 0; i < nr; i++) {
		join(path, "%s/%s", recipe, patches[i]->d_name);
		MUST(source, "a patch does not apply", "patch", "-p1", "--quiet",
		     "--batch", "--input", path);
	}
}

/* Not installed: the tree stays as its own suite has it */
static void unpack_deb(const struct line *l)
{
	char dir[PATH_MAX], extra[PATH_MAX], path[PATH_MAX], key[128];
	struct dirent **found = NULL;
	int nr;

	if (l->nr != 3)
		die("userland/%s/build: deb PACKAGE SUITE", name);
	join(dir, "%s/downloads/%s", build, name);
	join(extra, "%s" WORK "/extra", tree);
	make_dirs(extra);
	MUST(dir, "Debian does not hand out a package; try again later", apt,
	     "--suite", l->word[2], "--", "download", "-qq", l->word[1]);
	snprintf(key, sizeof(key), "%s_", l->word[1]);
	nr = scandir(dir, &found, NULL, alphasort);
	for (int i = 0; i < nr; i++) {
		if (strncmp(found[i]->d_name, key, strlen(key)) ||
		    !strstr(found[i]->d_name, ".deb"))
			continue;
		join(path, "%s/%s", dir, found[i]->d_name);
		MUST(NULL, "cannot unpack a package: is the disk full?",
		     "dpkg-deb", "-x", path, extra);
		return;
	}
	die("no package %s came to %s", l->word[1], dir);
}

/* @word with %v and %j replaced */
static char *expand(const char *word)
{
	char *text = strdup(word), *at, *more;

	while (text && (at = strchr(text, '%'))) {
		const char *by = at[1] == 'v' ? version : jobs;

		if (at[1] != 'v' && at[1] != 'j')
			die("userland/%s/build: %s: %%v and %%j are known",
			    name, word);
		*at = '\0';
		if (asprintf(&more, "%s%s%s", text, by, at + 2) < 0)
			die("out of memory");
		free(text);
		text = more;
	}
	if (!text)
		die("out of memory");
	return text;
}

static void compile(const struct line *l)
{
	const char *argv[MAX_WORDS + 8] = { "chroot", tree, "env", "-C", SOURCE };
	char what[128];
	int nr = 5;

	for (int i = 1; i < l->nr; i++)
		argv[nr++] = expand(l->word[i]);
	snprintf(what, sizeof(what), "%s failed", l->word[1]);
	must(NULL, what, argv);
}

static void keep_file(const struct line *l)
{
	char from[PATH_MAX], part[PATH_MAX], to[PATH_MAX];
	char *path = expand(l->word[1]);

	if (l->nr != 3)
		die("userland/%s/build: keep FILE AS", name);
	join(from, "%s" SOURCE "/%s", tree, path);
	join(part, "%s/.part", out);
	join(to, "%s/%s", out, l->word[2]);
	MUST(NULL, "cannot keep what was built", "strip", "-o", part, from);
	if (rename(part, to))
		die("cannot write %s", to);
	free(path);
}

int main(int argc, char **argv)
{
	char stamp[PATH_MAX], place[PATH_MAX], *is, *want;
	const struct line *l;

	self = "srcpkg";
	if (argc != 6) {
		fputs("usage: srcpkg APT-PRIVATE BUILD HEADER JOBS NAME\n"
		      "Build Debian's source package NAME as userland/NAME/build says.\n",
		      stderr);
		return 2;
	}
	apt = argv[1];
	build = argv[2];
	header = argv[3];
	jobs = argv[4];
	name = self = argv[5];
	if (strchr(name, '/'))
		die("a package is a name, not a path");
	if (!getcwd(place, sizeof(place)))
		die("the current directory is gone");
	join(recipe, "%s/userland/%s", place, name);
	join(out, "%s/userland/%s", build, name);
	join(log_file, "%s/build.log", out);
	join(stamp, "%s/stamp", out);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	read_recipe();
	find_tree();
	if ((!source_line() && !find("own")) || !find("keep"))
		die("userland/%s/build has to say source, tarball or own, and keep",
		    name);
	l = find("version-of");
	if (l)
		find_version(l->word[1]);
	want = wanted();
	is = read_all(stamp, NULL);
	if (is && !strcmp(is, want))
		return 0;
	make_dirs(out);
	unlink(stamp);
	unlink(log_file);
	say("building %s %s (log: %s)", name, version, log_file);
	join(place, "%s/usr/include/linux/capability.h", tree);
	MUST(NULL, "cannot put the header in place", "cp", header, place);
	unpack();
	for (int i = 0; i < nr_lines; i++) {
		if (!strcmp(lines[i].word[0], "deb"))
			unpack_deb(&lines[i]);
		else if (!strcmp(lines[i].word[0], "own"))
			copy_own(&lines[i]);
		else if (!strcmp(lines[i].word[0], "run"))
			compile(&lines[i]);
		else if (!strcmp(lines[i].word[0], "keep"))
			keep_file(&lines[i]);
	}
	join(place, "%s" WORK, tree);
	MUST(NULL, "cannot remove the build", "rm", "-rf", place);
	write_all(stamp, want);
	say("%s is ready", out);
	return 0;
}

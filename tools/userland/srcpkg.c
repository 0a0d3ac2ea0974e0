// SPDX-License-Identifier: GPL-2.0
/*
 * srcpkg - build a source package of Debian's with our patches
 *
 * userland/NAME/build says how, a keyword a line, words "in quotes" if need be:
 *
 *   staged DIR             no source package: a copy of build/DIR
 *   source NAME SUITE...   with Debian's patches, from the first of the suites
 *                          that hands it out
 *   tarball NAME SUITE...  what Debian has it from, without Debian's patches
 *   deb PACKAGE SUITE      a package of another suite, unpacked to ../extra
 *   own FILE               a program of ours, beside the recipe
 *   tree SUITE             where it is built, if that is not Debian 13
 *   version-of BINARY      the version that the image has of that package
 *   run PROGRAM [ARG...]   in the source; %v is the version, %j the jobs
 *   keep FILE AS           what is used alone: build/userland/NAME/AS
 *   repack PACKAGE SUITE [FILE=PATH...]
 *                          Debian's package with files of the build, see
 *                          repack.c, and `suffix TEXT' behind its version
 *   debs                   what the build left beside the source
 *
 * Packages come to build/debs/NAME.
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

#include "srcpkg.h"

const char *apt, *build, *name;
char tree[PATH_MAX], log_file[PATH_MAX];
struct line lines[MAX_LINES];
int nr_lines;

static const char *header, *jobs;
static char recipe[PATH_MAX], out[PATH_MAX];
static char version[64];

void must(const char *dir, const char *what, const char *const argv[])
{
	if (run(dir, log_file, argv))
		die("%s; the reason is at the end of %s", what, log_file);
}

/* The next word of a line, which may be quoted; NULL at its end */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \t");
	const char *end = " \t";

	if (!*word)
		return NULL;
	if (*word == '"') {
		word++;
		end = "\"";
	}
	*at = word + strcspn(word, end);
	if (**at)
		*(*at)++ = '\0';
	return word;
}

static void read_recipe(void)
{
	static const char *const known[] = {
		"source", "tarball", "staged", "deb", "own", "tree",
		"version-of", "run", "keep", "suffix", "repack", "debs",
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
		for (char *w = next_word(&line); w; w = next_word(&line)) {
			if (l->nr == MAX_WORDS)
				die("%s: more than %d words in a line", path,
				    MAX_WORDS);
			l->word[l->nr++] = w;
		}
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (!strcmp(l->word[0], known[i]) &&
			    l->nr > !!strcmp(known[i], "debs"))
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

/* The checksums and names of a directory's files */
static char *contents_of(const char *dir)
{
	char path[PATH_MAX], *text;

	join(path, "%s/%s", build, dir);
	text = output_of((const char *const[]){ "sh", "-c",
		"cd \"$1\" && find . -type f -printf '%m %P\\n' | LC_ALL=C sort && "
		"find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum",
		"sh", path, NULL });
	if (!text)
		die("cannot read %s; run `make deb'", path);
	return text;
}

/* What is built from: header, recipe, patches, version, our own files */
static char *wanted(void)
{
	char *mark = read_all(header, NULL), *more, *text;
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
	text = find("staged") ? contents_of(find("staged")->word[1]) : strdup("");
	if (!text || asprintf(&more, "%s %s\n%s%s", name, version, mark, text) < 0)
		die("out of memory");
	free(text);
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

	join(source, "%s" SOURCE, tree);
	if (find("staged")) {
		join(path, "%s/%s", build, find("staged")->word[1]);
		MUST(NULL, "cannot copy the source: is the disk full?", "cp",
		     "-R", path, source);
		return;
	}
	if (!source_line()) {
		make_dirs(source);
		return;
	}
	fetch_source(file);
	if (tarball_only()) {
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

void fetch_deb(const char *package, const char *suite, char *path)
{
	char dir[PATH_MAX], key[128];
	struct dirent **found = NULL;
	int nr;

	join(dir, "%s/downloads/%s", build, name);
	MUST(dir, "Debian does not hand out a package; try again later", apt,
	     "--suite", suite, "--", "download", "-qq", package);
	snprintf(key, sizeof(key), "%s_", package);
	nr = scandir(dir, &found, NULL, alphasort);
	for (int i = 0; i < nr; i++) {
		if (strncmp(found[i]->d_name, key, strlen(key)) ||
		    !strstr(found[i]->d_name, ".deb"))
			continue;
		join(path, "%s/%s", dir, found[i]->d_name);
		return;
	}
	die("no package %s came to %s", package, dir);
}

/* Not installed: the tree stays as its own suite has it */
static void unpack_deb(const struct line *l)
{
	char extra[PATH_MAX], path[PATH_MAX];

	if (l->nr != 3)
		die("userland/%s/build: deb PACKAGE SUITE", name);
	join(extra, "%s" WORK "/extra", tree);
	make_dirs(extra);
	fetch_deb(l->word[1], l->word[2], path);
	MUST(NULL, "cannot unpack a package: is the disk full?", "dpkg-deb",
	     "-x", path, extra);
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

/* Empty directories for what is fetched and for what is built */
static void begin(void)
{
	char dir[PATH_MAX];

	join(dir, "%s/downloads/%s", build, name);
	remove_tree(dir);
	make_dirs(dir);
	join(dir, "%s" WORK, tree);
	remove_tree(dir);
	make_dirs(dir);
}

static bool makes_packages(void)
{
	return find("debs") || find("repack");
}

static void keep_packages(const char *want)
{
	char work[PATH_MAX], debs[PATH_MAX];

	if (!makes_packages())
		return;
	if (find("repack") && !find("suffix"))
		die("userland/%s/build has to say suffix", name);
	if (find("repack"))
		repack(find("suffix")->word[1]);
	join(work, "%s" WORK, tree);
	join(debs, "%s/debs/%s", build, name);
	if (!publish(work, debs, want))
		die("the build made no packages; see %s", log_file);
}

/* Nothing has changed since, and nobody has taken the result away */
static bool is_built(const char *stamp, const char *want)
{
	char debs[PATH_MAX], *is = read_all(stamp, NULL);
	bool same = is && !strcmp(is, want);

	free(is);
	join(debs, "%s/debs/%s/recipe", build, name);
	return same && (!makes_packages() || !access(debs, F_OK));
}

int main(int argc, char **argv)
{
	char stamp[PATH_MAX], place[PATH_MAX], *want;
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
	if (!find("keep") && !makes_packages())
		die("userland/%s/build has to say keep, repack or debs", name);
	l = find("version-of");
	if (l)
		find_version(l->word[1]);
	want = wanted();
	if (is_built(stamp, want))
		return 0;
	make_dirs(out);
	unlink(stamp);
	unlink(log_file);
	say("building %s %s (log: %s)", name, version, log_file);
	join(place, "%s/usr/include/linux/capability.h", tree);
	MUST(NULL, "cannot put the header in place", "cp", header, place);
	begin();
	if (source_line() || find("staged") || find("own"))
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
	keep_packages(want);
	join(place, "%s" WORK, tree);
	remove_tree(place);
	write_all(stamp, want);
	say("%s is ready", out);
	return 0;
}

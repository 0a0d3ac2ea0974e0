// SPDX-License-Identifier: GPL-2.0
/*
 * repack PACKAGE SUITE [FILE=PATH...] - Debian's package with files of ours
 *
 * FILE of the source (or of the tree, if it begins with a slash) takes the
 * place of PATH, which the package has.  All else stays Debian's but version,
 * changelog, checksums and dependencies on the same version of another package
 * that is repacked with it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "srcpkg.h"

static const char *suffix;
/* Debian's version of the package of each line */
static char *debians[MAX_LINES];

static bool is_repack(const struct line *l)
{
	return !strcmp(l->word[0], "repack");
}

static void root_of(const char *package, char *root)
{
	join(root, "%s" WORK "/repack/%s", tree, package);
}

/* The value of a field of a control file, as it stands there */
static char *field_of(const char *control, const char *key)
{
	char *line, *value = NULL;
	const char *at;

	if (asprintf(&line, "\n%s: ", key) < 0)
		die("out of memory");
	at = strstr(control, line);
	if (at) {
		at += strlen(line);
		value = strndup(at, strcspn(at, "\n"));
	}
	free(line);
	return value;
}

static char *replaced(char *text, const char *what, const char *by)
{
	char *at, *more;
	size_t done = 0;

	while ((at = strstr(text + done, what))) {
		done = at - text + strlen(by);
		*at = '\0';
		if (asprintf(&more, "%s%s%s", text, by, at + strlen(what)) < 0)
			die("out of memory");
		free(text);
		text = more;
	}
	return text;
}

static char *read_control(const char *root, char *path)
{
	char *text;

	join(path, "%s/DEBIAN/control", root);
	text = read_all(path, NULL);
	if (!text)
		die("cannot read %s", path);
	return text;
}

static void take_apart(int nr)
{
	char deb[PATH_MAX] = "", root[PATH_MAX], path[PATH_MAX], *control;
	const struct line *l = &lines[nr];

	if (l->nr < 3)
		die("userland/%s/build: repack PACKAGE SUITE [FILE=PATH...]",
		    name);
	fetch_deb(l->word[1], l->word[2], deb);
	root_of(l->word[1], root);
	make_dirs(root);
	MUST(NULL, "cannot take a package apart: is the disk full?",
	     "dpkg-deb", "-R", deb, root);
	control = read_control(root, path);
	debians[nr] = field_of(control, "Version");
	if (!debians[nr])
		die("%s has no version", path);
	free(control);
}

/* As debhelper strips what it packages */
static void strip_file(const char *path)
{
	char magic[5] = "";
	FILE *f = fopen(path, "r");

	if (!f || !fread(magic, 1, 4, f))
		die("cannot read %s", path);
	fclose(f);
	if (!strcmp(magic, "\177ELF"))
		MUST(NULL, "strip failed", "strip", "--strip-unneeded",
		     "--remove-section=.comment", "--remove-section=.note",
		     path);
	else if (!strcmp(magic, "!<ar"))
		MUST(NULL, "strip failed", "strip", "--strip-debug",
		     "--enable-deterministic-archives", path);
}

static void replace_file(const char *root, char *pair)
{
	char from[PATH_MAX], to[PATH_MAX], *path = strchr(pair, '=');

	if (!path)
		die("userland/%s/build: %s is not FILE=PATH", name, pair);
	*path++ = '\0';
	join(from, "%s%s%s", tree, *pair == '/' ? "" : SOURCE "/", pair);
	join(to, "%s/%s", root, path);
	if (access(to, F_OK))
		die("Debian's package has no %s any more; say in userland/%s/build what it has",
		    path, name);
	/* into the file that is there, and so with its mode */
	MUST(NULL, "the build did not make what is to be packaged", "cp",
	     "--no-preserve=mode", from, to);
	strip_file(to);
}

/* Our entry at the head of the changelog, with the date of the one below */
static void add_changelog(const char *root, const char *package,
			  const char *version)
{
	char path[PATH_MAX], plain[PATH_MAX], *old, *date, *text;

	join(path, "%s/usr/share/doc/%s/changelog.Debian.gz", root, package);
	join(plain, "%s/usr/share/doc/%s/changelog.Debian", root, package);
	MUST(NULL, "the package has no changelog", "gzip", "-d", path);
	old = read_all(plain, NULL);
	date = old ? strstr(old, "\n -- ") : NULL;
	date = date ? strstr(date, ">  ") : NULL;
	if (!date)
		die("%s is not what a Debian changelog looks like", plain);
	if (asprintf(&text, "%.*s (%s%s) UNRELEASED; urgency=medium\n\n"
		     "  * Know CAP_TRACING, capability 41.\n\n"
		     " -- capsplit maintainers <maintainers@capsplit.invalid>  %.*s\n\n%s",
		     (int)strcspn(old, " "), old, version, suffix,
		     (int)strcspn(date + 3, "\n"), date + 3, old) < 0)
		die("out of memory");
	write_all(plain, text);
	MUST(NULL, "cannot compress the changelog", "gzip", "-9n", plain);
	free(text);
	free(old);
}

/* "BEFORE VERSION AFTER" with our version in place of Debian's */
static char *new_version(char *control, const char *before, const char *version,
			 const char *after)
{
	char *was, *is;

	if (asprintf(&was, "%s%s%s", before, version, after) < 0 ||
	    asprintf(&is, "%s%s%s%s", before, version, suffix, after) < 0)
		die("out of memory");
	control = replaced(control, was, is);
	free(was);
	free(is);
	return control;
}

static void edit_control(const char *root, int nr)
{
	char path[PATH_MAX], *control = read_control(root, path), *before;

	control = new_version(control, "\nVersion: ", debians[nr], "\n");
	for (int i = 0; i < nr_lines; i++) {
		if (!is_repack(&lines[i]))
			continue;
		if (asprintf(&before, "%s (= ", lines[i].word[1]) < 0)
			die("out of memory");
		control = new_version(control, before, debians[i], ")");
		free(before);
	}
	write_all(path, control);
	free(control);
}

static void put_together(int nr)
{
	const struct line *l = &lines[nr];
	char root[PATH_MAX], to[PATH_MAX];

	root_of(l->word[1], root);
	for (int i = 3; i < l->nr; i++)
		replace_file(root, l->word[i]);
	edit_control(root, nr);
	add_changelog(root, l->word[1], debians[nr]);
	MUST(root, "cannot make the checksums", "sh", "-c",
	     "find . -type f ! -path './DEBIAN/*' -printf '%P\\0' | "
	     "LC_ALL=C sort -z | xargs -0r md5sum >DEBIAN/md5sums");
	join(to, "%s" WORK, tree);
	MUST(NULL, "dpkg-deb failed: is the disk full?", "dpkg-deb",
	     "--root-owner-group", "-Zxz", "-b", root, to);
}

void repack(const char *with)
{
	suffix = with;
	for (int i = 0; i < nr_lines; i++) {
		if (is_repack(&lines[i]))
			take_apart(i);
	}
	for (int i = 0; i < nr_lines; i++) {
		if (is_repack(&lines[i]))
			put_together(i);
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The base: a Debian kernel source package, imported as one commit.
 *
 * patches/<version>/base pins the package by version and checksum.  A newer
 * point release than the pinned one is taken, and said.
 */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "series.h"

struct base {
	char *package;
	char *version;
	char *sha256;
	long files;
};

static char *value(const char *text, const char *key, const char *path)
{
	size_t len = strlen(key);
	const char *p = text;

	for (; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
		if (!strncmp(p, key, len) && p[len] == ' ')
			return strndup(p + len + 1,
				       strcspn(p + len + 1, "\n"));
	fail("%s has no line \"%s ...\"", path, key);
}

static void read_base(const struct place *p, struct base *b)
{
	char *path = fmt("%s/patches/%s/base", p->repo, p->version);
	char *text = slurp(path, NULL), *files;

	if (!text)
		fail("no base %s: patches/ has none of that name (V=%s)",
		     p->version, p->version);
	b->package = value(text, "package", path);
	b->version = value(text, "version", path);
	b->sha256 = value(text, "sha256", path);
	files = value(text, "files", path);
	b->files = atol(files);
	free(files);
	free(text);
	free(path);
}

static void __attribute__((noreturn)) no_package(const char *package)
{
	fail("apt knows no package %s: this base needs Debian 12 with its security updates, or Debian 13",
	     package);
}

/* The version apt would install now, or NULL */
static char *candidate(const char *package)
{
	char *out = must(NULL, "apt-cache", "policy", package, NULL);
	char *at = strstr(out, "Candidate: "), *version = NULL;

	if (at && strncmp(at + 11, "(none)", 6))
		version = strndup(at + 11, strcspn(at + 11, "\n"));
	free(out);
	return version;
}

static long lines_of(const char *text)
{
	long lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static char *find_deb(const char *dir, const char *package, const char *version)
{
	/* apt writes the colon of an epoch as %3a; kernels have none */
	char *name = fmt("%s_%s_all.deb", package, version);
	char *path = fmt("%s/%s", dir, name);

	free(name);
	if (exists(path))
		return path;
	free(path);
	return NULL;
}

/* The package file in build/downloads, fetched if need be */
static char *fetch(const struct place *p, struct base *b, bool *pinned)
{
	char *dir = fmt("%s/downloads", p->build), *deb, *take, *sum;

	make_parents(dir);
	mkdir(dir, 0755);
	take = p->take ? strdup(p->take) : candidate(b->package);
	if (!take) {
		note("fetching the list of Debian's packages");
		free(must(NULL, "apt-get", "-qq", "update", NULL));
		take = candidate(b->package);
	}
	if (!take) {
		deb = find_deb(dir, b->package, b->version);
		if (!deb)
			no_package(b->package);
		take = strdup(b->version);
	}
	*pinned = !strcmp(take, b->version);
	if (!*pinned)
		note("base %s is pinned to %s; taking %s%s", p->version,
		     b->version, take,
		     p->take ? "" : ", which Debian serves now");

	deb = find_deb(dir, b->package, take);
	if (!deb) {
		char *spec = fmt("%s=%s", b->package, take);

		note("fetching %s", spec);
		/* apt checks what it fetches against Debian's signed index */
		if (run(dir, NULL, "apt-get", "-qq", "-o",
			"APT::Sandbox::User=root", "download", spec, NULL))
			fail("apt-get download %s failed: is there such a version, is the network up, is there room on the disk?",
			     spec);
		deb = find_deb(dir, b->package, take);
		if (!deb)
			fail("apt-get left no package %s in %s", spec, dir);
		free(spec);
	}
	if (*pinned) {
		sum = must(NULL, "sha256sum", deb, NULL);
		if (strncmp(sum, b->sha256, strlen(b->sha256)))
			fail("%s has not the checksum that patches/%s/base pins: remove it and try again",
			     deb, p->version);
		free(sum);
	}
	free(b->version);
	b->version = take;
	free(dir);
	return deb;
}

static long counted;

static int count_one(const char *path, const struct stat *st, int flag,
		     struct FTW *ftw)
{
	(void)path;
	(void)st;
	(void)ftw;
	counted += flag == FTW_F || flag == FTW_SL;
	return 0;
}

/*
 * Unpack the package and find the source tree in it.  SERIES_BASE_TREE, for
 * tests, names a tree that is taken instead of a package.
 */
static char *unpack(const struct place *p, struct base *b, const char *tmp,
		    bool *pinned)
{
	const char *given = getenv("SERIES_BASE_TREE");
	char *deb, *tarball, *package, *tree = fmt("%s/tree", tmp);

	mkdir(tree, 0755);
	if (given) {
		char *from = fmt("%s/.", given);

		*pinned = !p->take;
		if (p->take)
			b->version = strdup(p->take);
		free(must(NULL, "cp", "-a", from, tree, NULL));
		free(from);
		return tree;
	}
	deb = fetch(p, b, pinned);
	note("unpacking %s", deb);
	package = fmt("%s/package", tmp);
	if (run(NULL, NULL, "dpkg-deb", "-x", deb, package, NULL))
		fail("cannot unpack %s: is it whole, and the disk not full?",
		     deb);
	tarball = fmt("%s/usr/src/%s.tar.xz", package, b->package);
	if (run(NULL, NULL, "tar", "-xJf", tarball, "-C", tree,
		"--strip-components=1", NULL))
		fail("cannot unpack %s: is the disk full?", tarball);
	remove_tree(package);
	free(package);
	free(tarball);
	free(deb);
	return tree;
}

/* One commit with every file of the tree, the same on every machine */
static void import_tree(const struct place *p, const struct base *b,
			const char *tmp, const char *tree, bool pinned)
{
	char *index = fmt("%s/index", tmp), *work = fmt("--work-tree=%s", tree);
	char *dir = fmt("--git-dir=%s/linux.git", p->build);
	char *list, *id, *commit, *message, *tag;
	long files;

	counted = 0;
	nftw(tree, count_one, 64, FTW_PHYS);
	if (pinned && counted != b->files)
		fail("base %s unpacks to %ld files, not to the %ld that patches/%s/base says",
		     p->version, counted, b->files, p->version);

	index_file(index);
	/*
	 * Debian's .gitignore ends in a line that ignores everything: without
	 * -f git adds nothing and says nothing.
	 */
	free(must(tree, "git", dir, work, "-c", "core.autocrlf=false", "add",
		  "-f", "-A", ".", NULL));
	list = must(tree, "git", dir, work, "ls-files", NULL);
	files = lines_of(list);
	if (files != counted)
		fail("git took %ld files of the %ld of base %s", files, counted,
		     p->version);
	id = chomp(git(p, "write-tree", NULL));
	index_file(NULL);

	message = fmt("%s %s", b->package, b->version);
	setenv("GIT_AUTHOR_NAME", "capsplit", 1);
	setenv("GIT_AUTHOR_EMAIL", "maintainers@capsplit.invalid", 1);
	setenv("GIT_AUTHOR_DATE", "@1000000000 +0000", 1);
	setenv("GIT_COMMITTER_NAME", "capsplit", 1);
	setenv("GIT_COMMITTER_EMAIL", "maintainers@capsplit.invalid", 1);
	setenv("GIT_COMMITTER_DATE", "@1000000000 +0000", 1);
	commit = chomp(git(p, "commit-tree", "-m", message, id, NULL));
	/* The tag comes last: without it the import starts over */
	tag = fmt("refs/tags/base/%s", p->version);
	free(git(p, "update-ref", tag, commit, NULL));
	note("base %s is %s, %ld files", p->version, message, files);
	free(tag);
	free(message);
	free(commit);
	free(list);
	free(id);
	free(dir);
	free(work);
	free(index);
}

/* A file of its own, or, after git has tidied up, a line in packed-refs */
static bool has_ref(const char *store, const char *ref)
{
	return exists(store) && !run(NULL, NULL, "git", "--git-dir", store,
				     "show-ref", "--verify", "--quiet", ref,
				     NULL);
}

/**
 * base_import - have base/<version> in the object store
 * @p: where everything is
 *
 * Does nothing if it is there.  An import that was cut off starts over.
 */
void base_import(const struct place *p)
{
	char *store = fmt("%s/linux.git", p->build);
	char *ref = fmt("refs/tags/base/%s", p->version);
	char *tmp = fmt("%s/.import-%s", p->build, p->version);
	struct base b = { 0 };
	bool pinned;
	char *tree;

	read_base(p, &b);
	remove_tree(tmp);
	if (!has_ref(store, ref)) {
		make_parents(store);
		free(must(NULL, "git", "init", "-q", "--bare", store, NULL));
		/* It would tidy up behind our back, beside the next command */
		free(git(p, "config", "gc.auto", "0", NULL));
		mkdir(tmp, 0755);
		tree = unpack(p, &b, tmp, &pinned);
		import_tree(p, &b, tmp, tree, pinned);
		free(tree);
		remove_tree(tmp);
	}
	free(store);
	free(ref);
	free(tmp);
}

/**
 * base_pinned - which version of Debian's package the series is for
 * @p: where everything is
 *
 * Return: the version that patches/<version>/base pins.
 */
char *base_pinned(const struct place *p)
{
	struct base b = { 0 };

	read_base(p, &b);
	return b.version;
}

/**
 * base_candidate - which version Debian serves now
 * @p: where everything is
 *
 * Asks its mirrors.
 *
 * Return: the version.
 */
char *base_candidate(const struct place *p)
{
	struct base b = { 0 };
	char *take;

	read_base(p, &b);
	if (run(NULL, NULL, "apt-get", "-qq", "update", NULL))
		fail("cannot ask Debian's mirrors what is newest: is the network up, and are you root?");
	take = candidate(b.package);
	if (!take)
		no_package(b.package);
	return take;
}

/**
 * base_pin - what patches/<version>/base would say of what was imported
 * @p: where everything is; with @p->take
 *
 * Return: its lines.
 */
char *base_pin(const struct place *p)
{
	char *list = git(p, "ls-tree", "-r", "--name-only",
			 fmt("base/%s", p->version), NULL);
	struct base b = { 0 };
	char *deb, *sum = NULL, *pin;

	read_base(p, &b);
	deb = find_deb(fmt("%s/downloads", p->build), b.package, p->take);
	if (deb) {
		sum = must(NULL, "sha256sum", deb, NULL);
		sum[strcspn(sum, " ")] = '\0';
	}
	pin = fmt("package %s\nversion %s\nsha256 %s\nfiles %ld\n", b.package,
		  p->take, sum ?: "0", lines_of(list));
	free(list);
	free(deb);
	free(sum);
	return pin;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * libcap-build - Debian's libcap2 packages with CAP_TRACING in them
 *
 * For each release in the file "base": fetch the source package, apply our
 * series after Debian's own patches, build the packages (which runs libcap's
 * own tests) and put them into $BUILD/debs/libcap/UPSTREAM-VERSION.  That
 * directory appears whole or not at all; with the same inputs nothing is done.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "libcap.h"

/* Counts as an input: raise it when a change here changes the packages. */
#define RECIPE "libcap-build recipe 2\n"

static const char *here, *build, *apt, *jobs;

static int load_base(struct release *rel, int max)
{
	char path[PATH_MAX], a[128], b[128], c[128], d[2], suffix[32] = "";
	char *text, *line, *save = NULL;
	int n = 0, words;

	join(path, "%s/base", here);
	text = read_all(path, NULL);
	if (!text)
		die("cannot read %s: %s", path, strerror(errno));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		words = sscanf(line, "%127s %127s %127s %1s", a, b, c, d);
		if (words <= 0 || *a == '#')
			continue;
		if (words == 2 && !strcmp(a, "suffix")) {
			keep(suffix, sizeof(suffix), b);
		} else if (words == 2 && n && !strcmp(a, "orig")) {
			keep(rel[n - 1].orig, 65, b);
		} else if (words == 2 && n && !strcmp(a, "debian")) {
			keep(rel[n - 1].debian, 65, b);
		} else if (words == 3 && n < max) {
			memset(&rel[n], 0, sizeof(*rel));
			keep(rel[n].suite, 32, a);
			keep(rel[n].upstream, 32, b);
			keep(rel[n].version, 64, c);
			keep(rel[n].suffix, 32, suffix);
			n++;
		} else {
			die("%s: the line '%s' is not understood; its head says what may stand there",
			    path, line);
		}
	}
	free(text);
	return n;
}

/* A line of "series": the patch, and the new files that belong to it. */
static bool next_in_series(FILE *f, char *patch, char *files, size_t room)
{
	char line[1024], *word;

	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "#\n")] = '\0';
		word = strtok(line, " \t");
		if (!word)
			continue;
		keep(patch, 256, word);
		*files = '\0';
		while ((word = strtok(NULL, " \t"))) {
			if (*word != '+')
				die("series: '%s' is neither a patch nor a +file",
				    word);
			if (strlen(files) + strlen(word) + 1 > room)
				die("series: too many files for %s", patch);
			strcat(files, word);
		}
		return true;
	}
	return false;
}

static FILE *open_series(void)
{
	char path[PATH_MAX];
	FILE *f;

	join(path, "%s/series", here);
	f = fopen(path, "r");
	if (!f)
		die("cannot read %s: %s", path, strerror(errno));
	return f;
}

static void add_file(FILE *out, const char *path)
{
	size_t size;
	char *text = read_all(path, &size);

	if (!text)
		die("cannot read %s: %s", path, strerror(errno));
	fwrite(text, 1, size, out);
	free(text);
}

/*
 * All that the packages depend on, as one text: kept beside them, it tells
 * whether they are still what would be built.
 */
static char *recipe_of(const struct release *rel)
{
	char patch[256], files[512], path[PATH_MAX], *text, *name;
	FILE *series = open_series(), *out;
	size_t size;

	out = open_memstream(&text, &size);
	if (!out)
		die("out of memory");
	fprintf(out, RECIPE "%s %s %s%s\n%s\n%s\n", rel->suite, rel->upstream,
		rel->version, rel->suffix, rel->orig, rel->debian);
	while (next_in_series(series, patch, files, sizeof(files))) {
		join(path, "%s/%s", here, patch);
		add_file(out, path);
		for (name = strtok(files, "+"); name; name = strtok(NULL, "+")) {
			join(path, "%s/files/%s", here, name);
			fprintf(out, "+%s\n", name);
			add_file(out, path);
		}
	}
	fclose(series);
	fclose(out);
	return text;
}

static void must(const char *dir, const char *log, const char *what,
		 const char *const argv[])
{
	const char *const tail[] = { "tail", "-n", "15", log, NULL };

	if (!run(dir, log, argv))
		return;
	run(NULL, NULL, tail);
	die("%s failed; the whole log is %s", what, log);
}

static void unpack(const struct tarballs *tars, const char *src,
		   const char *log)
{
	const char *const orig[] = { "tar", "-xf", tars->orig, "-C", src,
				     "--strip-components=1", NULL };
	const char *const debian[] = { "tar", "-xf", tars->debian, "-C", src,
				       NULL };
	/* Applies Debian's own patches, and needs no .dsc for it. */
	const char *const before[] = { "dpkg-source", "--before-build", ".",
				       NULL };

	make_dirs(src);
	must(src, log, "unpacking libcap", orig);
	must(src, log, "unpacking Debian's part of libcap", debian);
	must(src, log, "applying Debian's patches", before);
}

static void apply_series(const char *src, const char *version, const char *log)
{
	char patch[256], files[512], from[PATH_MAX], to[PATH_MAX], *name;
	const char *const argv[] = { "patch", "-p1", "-F0", "-f",
				     "--no-backup-if-mismatch", "-i", from,
				     NULL };
	const char *const cp[] = { "cp", "--", from, to, NULL };
	const char *const tail[] = { "grep", "-E", "^(patching file|.*FAILED)",
				     log, NULL };
	FILE *series = open_series();

	while (next_in_series(series, patch, files, sizeof(files))) {
		for (name = strtok(files, "+"); name; name = strtok(NULL, "+")) {
			join(from, "%s/files/%s", here, name);
			join(to, "%s/%s", src, name);
			if (!access(to, F_OK))
				die("libcap %s has a %s of its own now; drop ours from the series",
				    version, name);
			must(NULL, log, "copying a new file", cp);
		}
		join(from, "%s/%s", here, patch);
		if (run(src, log, argv)) {
			run(NULL, NULL, tail);
			die("%s does not apply to libcap %s; the files and hunks are above, the whole log is %s",
			    patch, version, log);
		}
	}
	fclose(series);
}

/*
 * libcap without our patches, for the tests to compare with: the three
 * programs, static, so that they run in any guest.
 */
static void build_stock(const char *src, const char *stock, const char *log)
{
	const char *const cp[] = { "cp", "-a", "--", src, stock, NULL };
	const char *const lib[] = { "make", "-C", "libcap", "GOLANG=no",
				    "PTHREADS=no", "SHARED=no", "libcap.a",
				    NULL };
	const char *const progs[] = { "make", "-C", "progs", "GOLANG=no",
				      "PTHREADS=no", "SHARED=no", "DYNAMIC=no",
				      "LDFLAGS=-static", "LDFLAGS_SUFFIX=",
				      "capsh", "setcap", "getcap", NULL };

	remove_tree(stock);
	must(NULL, log, "copying libcap", cp);
	must(stock, log, "building the unpatched library", lib);
	must(stock, log, "building the unpatched programs", progs);
}

/* What the packages install, below one directory. */
static void unpack_packages(const char *debs, const char *root, const char *log)
{
	char path[PATH_MAX];
	const char *const x[] = { "dpkg-deb", "-x", path, root, NULL };
	struct dirent *e;
	DIR *d;

	remove_tree(root);
	make_dirs(root);
	d = opendir(debs);
	while (d && (e = readdir(d))) {
		if (!strstr(e->d_name, ".deb"))
			continue;
		join(path, "%s/%s", debs, e->d_name);
		must(NULL, log, "unpacking the packages", x);
	}
	if (d)
		closedir(d);
}

/*
 * Our entry at the head of debian/changelog.  It takes the date of Debian's
 * newest, so that the same sources make the same packages on any day.
 */
static void add_changelog(const char *src, const char *suffix, char *version,
			  size_t room)
{
	char path[PATH_MAX], *old, *text, *end, *date;

	join(path, "%s/debian/changelog", src);
	old = read_all(path, NULL);
	text = old ? strchr(old, '(') : NULL;
	end = text ? strchr(text, ')') : NULL;
	date = end ? strstr(end, "\n -- ") : NULL;
	date = date ? strstr(date, ">  ") : NULL;
	if (!date)
		die("%s is not what a Debian changelog looks like", path);
	snprintf(version, room, "%.*s%s", (int)(end - text) - 1, text + 1,
		 suffix);
	if (asprintf(&text,
		     "libcap2 (%s) UNRELEASED; urgency=medium\n\n"
		     "  * Know CAP_TRACING, capability 41.\n\n"
		     " -- capsplit maintainers <maintainers@capsplit.invalid>  %.*s\n\n%s",
		     version, (int)strcspn(date + 3, "\n"), date + 3, old) < 0)
		die("out of memory");
	write_all(path, text);
	free(text);
	free(old);
}

static void lock(const char *dir)
{
	char path[PATH_MAX];
	int fd;

	make_dirs(dir);
	join(path, "%s/lock", dir);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	if (fd < 0)
		die("cannot open %s: %s", path, strerror(errno));
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return;
	say("waiting for another build of the same");
	if (flock(fd, LOCK_EX))
		die("cannot lock %s: %s", path, strerror(errno));
}

static void build_one(const struct release *rel)
{
	char work[PATH_MAX], out[PATH_MAX], src[PATH_MAX], log[PATH_MAX];
	char stock[PATH_MAX], path[PATH_MAX], version[128], options[64];
	/*
	 * -nc: it is clean, and libcap's distclean would ask our git if so.
	 * timeout: one of libcap's tests forks among its threads, and might hang.
	 */
	const char *const pkg[] = { "timeout", "--foreground", "900",
				    "dpkg-buildpackage", "-B", "-us", "-uc",
				    "-d", "-nc", NULL };
	char *recipe = recipe_of(rel), *have;
	struct tarballs tars;
	int n;

	join(work, "%s/libcap/%s", build, rel->upstream);
	join(out, "%s/debs/libcap/%s", build, rel->upstream);
	lock(work);
	join(path, "%s/recipe", out);
	have = read_all(path, NULL);
	n = have && !strcmp(have, recipe);
	free(have);
	if (n) {
		free(recipe);
		return;
	}

	/* apt leaves out what it finds in the working directory */
	if (chdir(work))
		die("cannot enter %s: %s", work, strerror(errno));
	join(path, "%s/downloads/libcap", build);
	fetch(rel, apt, path, &tars);
	join(src, "%s/src", work);
	join(log, "%s/log", work);
	remove_tree(src);
	unlink(log);
	unpack(&tars, src, log);
	say("building libcap %s as it is, to compare with", rel->upstream);
	join(stock, "%s/stock", work);
	build_stock(src, stock, log);
	apply_series(src, rel->upstream, log);
	add_changelog(src, rel->suffix, version, sizeof(version));
	say("building libcap2 %s and running its tests (log: %s)", version,
	    log);

	/* no installer packages, no debug symbols, but the tests always */
	snprintf(options, sizeof(options), "noautodbgsym parallel=%s", jobs);
	setenv("DEB_BUILD_OPTIONS", options, 1);
	setenv("DEB_BUILD_PROFILES", "noudeb", 1);
	must(src, log, "building libcap's packages", pkg);
	join(path, "%s/root", work);
	unpack_packages(work, path, log);
	join(path, "%s/debs/libcap", build);
	make_dirs(path);
	n = publish(work, out, recipe);
	if (!n)
		die("the build made no packages; see %s", log);
	say("%d packages of libcap2 %s in %s", n, version, out);
	free(recipe);
}

int main(int argc, char **argv)
{
	struct release rel[8];
	int i, n;

	if (argc != 4) {
		fprintf(stderr,
			"usage: BUILD=DIR libcap-build LIBCAP-PATCH-DIR APT-PRIVATE JOBS\n");
		return 2;
	}
	build = getenv("BUILD");
	if (!build || *build != '/')
		die("BUILD must be the absolute path of the build directory");
	here = realpath(argv[1], NULL);
	if (!here)
		die("cannot find %s: %s", argv[1], strerror(errno));
	apt = realpath(argv[2], NULL);
	if (!apt)
		die("cannot find %s: %s", argv[2], strerror(errno));
	jobs = argv[3];
	/* make's own flags are none of libcap's business */
	unsetenv("MAKEFLAGS");
	unsetenv("MAKELEVEL");
	unsetenv("MFLAGS");
	unsetenv("V");
	unsetenv("CFLAGS");
	setenv("LC_ALL", "C.UTF-8", 1);
	n = load_base(rel, 8);
	if (!n)
		die("%s/base names no release", here);
	for (i = 0; i < n; i++)
		build_one(&rel[i]);
	return 0;
}

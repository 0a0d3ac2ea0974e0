// SPDX-License-Identifier: GPL-2.0
/*
 * Build one flavour of the guest kernel: configure, check the configuration,
 * compile with ccache if there is one, and put the image in place at the end.
 *
 * DIR holds one flavour: src (the sources), obj (what is built), bzImage.
 * An interrupted build goes on where it stopped, because make does; a second
 * build of the same flavour waits for the first.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "kbuild.h"

#define MAX_FRAGMENTS 8

struct job {
	const char *dir;		/* build/<version>/<flavour> */
	const char *fragments[MAX_FRAGMENTS];
	int nr_fragments;
	const char *config;		/* a whole one, in place of tinyconfig */
	const char *seed;		/* a flavour whose objects to begin with */
	const char *target;
	const char *cc;
	const char *jobs;
	const char *cache;
	long expected;
};

static const char *const program = "kernel";

static void die(const char *fmt, const char *what)
{
	fprintf(stderr, "%s: ", program);
	fprintf(stderr, fmt, what, strerror(errno));
	fputc('\n', stderr);
	exit(1);
}

static bool in_path(const char *name)
{
	char *path = strdup(getenv("PATH") ?: "/usr/bin:/bin"), *dir, *save;
	bool found = false;

	for (dir = strtok_r(path, ":", &save); dir && !found;
	     dir = strtok_r(NULL, ":", &save)) {
		char *file;

		if (asprintf(&file, "%s/%s", dir, name) < 0)
			break;
		found = !access(file, X_OK);
		free(file);
	}
	free(path);
	return found;
}

static char *join(const char *dir, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		die("%s: %s", "out of memory");
	return path;
}

/* One build of a flavour at a time: the second waits, and says so */
static void lock_flavour(const char *dir)
{
	char *path = join(dir, ".lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		die("cannot write %s: %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		fprintf(stderr, "%s: another build of %s is running: waiting for it\n",
			program, dir);
		if (flock(fd, LOCK_EX))
			die("cannot lock %s: %s", path);
	}
	free(path);
	/* fd stays open: the lock goes with the process */
}

/* make in the object tree, with what keeps results equal from run to run */
static int kernel_make(const struct job *job, const char *target, bool quiet,
		       const char *log, long expected, long *built)
{
	char *src = join(job->dir, "src"), *out = join(job->dir, "obj");
	char *cc, *o, *j;
	int rc;

	if (asprintf(&cc, "CC=%s%s", job->cache ? "ccache " : "", job->cc) < 0 ||
	    asprintf(&o, "O=%s", out) < 0 ||
	    asprintf(&j, "-j%s", job->jobs) < 0)
		die("%s: %s", "out of memory");

	char *argv[] = {
		"make", "-C", src, o, j, cc, "LOCALVERSION=",
		"KBUILD_BUILD_TIMESTAMP=@0", "KBUILD_BUILD_USER=capsplit",
		"KBUILD_BUILD_HOST=capsplit", "KBUILD_BUILD_VERSION=1",
		(char *)target, quiet ? "-s" : NULL, NULL
	};

	rc = progress_run(argv, job->dir, log, expected, built);
	free(cc);
	free(o);
	free(j);
	free(src);
	free(out);
	return rc;
}

static void append(FILE *to, const char *path)
{
	FILE *from = fopen(path, "r");
	char buf[4096];
	size_t n;

	if (!from)
		die("cannot read %s: %s", path);
	while ((n = fread(buf, 1, sizeof(buf), from)) > 0)
		fwrite(buf, 1, n, to);
	fclose(from);
}

/* Is @path at least as new as each fragment it was made from? */
static bool up_to_date(const struct job *job, const char *path)
{
	struct stat st, frag;

	if (stat(path, &st) || job->config)
		return false;
	for (int i = 0; i < job->nr_fragments; i++)
		if (stat(job->fragments[i], &frag) ||
		    frag.st_mtime > st.st_mtime)
			return false;
	return true;
}

static void configure(const struct job *job, const char *log)
{
	char *config = join(job->dir, "obj/.config");
	char *stamp = join(job->dir, "obj/.configured");
	FILE *f;

	if (up_to_date(job, stamp)) {
		free(config);
		free(stamp);
		return;
	}
	unlink(stamp);
	if (job->config) {
		char *dir = join(job->dir, "obj");

		mkdir(dir, 0755);
		free(dir);
		unlink(config);
	} else if (kernel_make(job, "tinyconfig", true, log, 0, NULL)) {
		fprintf(stderr, "%s: tinyconfig failed, see %s\n", program, log);
		exit(1);
	}
	f = fopen(config, "a");
	if (!f)
		die("cannot write %s: %s", config);
	if (job->config)
		append(f, job->config);
	for (int i = 0; i < job->nr_fragments; i++)
		append(f, job->fragments[i]);
	if (fclose(f))
		die("cannot write %s: %s", config);
	if (kernel_make(job, "olddefconfig", true, log, 0, NULL)) {
		fprintf(stderr, "%s: olddefconfig failed, see %s\n", program, log);
		exit(1);
	}
	for (int i = 0; i < job->nr_fragments; i++)
		if (kconfig_check(config, job->fragments + i,
				  job->nr_fragments - i))
			exit(1);
	f = fopen(stamp, "w");
	if (!f || fclose(f))
		die("cannot write %s: %s", stamp);
	free(config);
	free(stamp);
}

/* A reader of bzImage sees the old one or the new one, never half of one */
static void publish(const struct job *job)
{
	char *from = join(job->dir, "obj/arch/x86/boot/bzImage");
	char *tmp = join(job->dir, ".bzImage.new");
	char *to = join(job->dir, "bzImage");
	FILE *out = fopen(tmp, "w");

	if (!out)
		die("cannot write %s: %s", tmp);
	append(out, from);
	if (ferror(out) || fclose(out))
		die("cannot write %s: %s", tmp);
	if (rename(tmp, to))
		die("cannot write %s: %s", to);
	free(from);
	free(tmp);
	free(to);
}

/*
 * The objects of another flavour, with their times: make then compiles what
 * another configuration changes, and the rest is there.
 */
static void seed(const struct job *job)
{
	char *from = join(job->seed, "obj"), *to = join(job->dir, "obj");
	char *part = join(job->dir, ".obj.new"), *log = join(job->dir, "build.log");
	char *stamp = join(job->dir, ".obj.new/.configured");
	char *copy[] = { "cp", "-a", "--reflink=auto", from, part, NULL };
	char *clear[] = { "rm", "-rf", part, NULL };

	if (access(to, F_OK) &&
	    (progress_run(clear, job->dir, log, 0, NULL) ||
	     progress_run(copy, job->dir, log, 0, NULL) ||
	     (unlink(stamp) && errno != ENOENT) || rename(part, to))) {
		fprintf(stderr, "%s: cannot copy %s: is the disk full? See %s\n",
			program, from, log);
		exit(1);
	}
	free(stamp);
	free(log);
	free(part);
	free(to);
	free(from);
}

static const struct argp_option options[] = {
	{ "cc", 'c', "COMPILER", 0, "compile with this (gcc)", 0 },
	{ "jobs", 'j', "N", 0, "run N compilers at a time (1)", 0 },
	{ "cache", 'C', "DIR", 0, "use ccache, with its cache in DIR", 0 },
	{ "fragment", 'f', "FILE", 0,
	  "configuration over tinyconfig, may be repeated", 0 },
	{ "config", 'k', "FILE", 0,
	  "fragments go over this, in place of tinyconfig", 0 },
	{ "seed", 's', "DIR", 0,
	  "begin with the objects of the flavour in DIR", 0 },
	{ "target", 't', "TARGET", 0,
	  "make this (bzImage, which comes to DIR/bzImage)", 0 },
	{ "expected", 'e', "N", 0,
	  "objects that a build from nothing compiles", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct job *job = state->input;

	switch (key) {
	case 'c':
		job->cc = arg;
		return 0;
	case 'j':
		job->jobs = arg;
		return 0;
	case 'C':
		job->cache = arg;
		return 0;
	case 'k':
		job->config = arg;
		return 0;
	case 's':
		job->seed = arg;
		return 0;
	case 't':
		job->target = arg;
		return 0;
	case 'e':
		job->expected = atol(arg);
		return 0;
	case 'f':
		if (job->nr_fragments == MAX_FRAGMENTS)
			argp_error(state, "more than %d fragments",
				   MAX_FRAGMENTS);
		job->fragments[job->nr_fragments++] = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (job->dir)
			argp_error(state, "one flavour at a time");
		job->dir = arg;
		return 0;
	case ARGP_KEY_END:
		if (!job->dir || (!job->nr_fragments && !job->config))
			argp_error(state, "name a directory, and a fragment or a configuration");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "DIR",
		"Build the kernel of DIR/src in DIR/obj and put it at DIR/bzImage.",
		NULL, NULL, NULL
	};
	struct job job = { .cc = "gcc", .jobs = "1", .target = "bzImage" };
	char *log, *src, *stamp;
	bool first, image;
	long built;

	argp_parse(&argp, argc, argv, 0, NULL, &job);

	src = join(job.dir, "src/Makefile");
	if (access(src, R_OK)) {
		fprintf(stderr, "%s: %s is missing: run make worktree\n",
			program, src);
		return 1;
	}
	lock_flavour(job.dir);
	if (job.cache && in_path("ccache")) {
		setenv("CCACHE_DIR", job.cache, 1);
		setenv("CCACHE_BASEDIR", job.dir, 1);
		setenv("CCACHE_DEPEND", "1", 1);
	} else {
		job.cache = NULL;
	}

	image = !strcmp(job.target, "bzImage");
	stamp = join(job.dir, "bzImage");
	first = access(stamp, R_OK) != 0;
	if (job.seed)
		seed(&job);
	log = join(job.dir, "build.log");
	configure(&job, log);
	if (kernel_make(&job, job.target, false, log, first ? job.expected : 0,
			&built)) {
		fprintf(stderr, "%s: the build of %s failed: the whole log is %s\n",
			program, job.dir, log);
		return 1;
	}
	if (image)
		publish(&job);
	fprintf(stderr, "%s: %s is ready, %ld objects compiled\n", program,
		image ? stamp : job.target, built);
	free(stamp);
	free(log);
	free(src);
	return 0;
}

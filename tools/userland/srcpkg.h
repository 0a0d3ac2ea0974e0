/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_SRCPKG_H
#define CAPSPLIT_SRCPKG_H

#include "libcap.h"

#define MAX_WORDS	64
#define MAX_LINES	32

/* A line of userland/NAME/build */
struct line {
	char *word[MAX_WORDS + 1];
	int nr;
};

/* The build tree's share of a path, and the path */
#define WORK		"/work"
#define SOURCE		WORK "/source"

/* srcpkg.c: what is built, where, and with what */
extern const char *apt, *build, *name;
extern char tree[PATH_MAX], log_file[PATH_MAX];
extern struct line lines[MAX_LINES];
extern int nr_lines;

/* Runs a program with its output in the log, or ends with "WHAT; ..." */
void must(const char *dir, const char *what, const char *const argv[]);

#define MUST(dir, what, ...) \
	must(dir, what, (const char *const[]){ __VA_ARGS__, NULL })

/* The path of the package @package of @suite, newly fetched */
void fetch_deb(const char *package, const char *suite, char *path);

/*
 * repack.c: does what the lines "repack" say, with @suffix at the end of each
 * version.  The packages come to the tree's WORK.
 */
void repack(const char *suffix);

#endif

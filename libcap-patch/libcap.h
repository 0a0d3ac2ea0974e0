/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_LIBCAP_H
#define CAPSPLIT_LIBCAP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* One release of the file "base". */
struct release {
	char suite[32];
	char upstream[32];
	char version[64];	/* Debian's, with epoch */
	char orig[65], debian[65];
	char suffix[32];
};

/* Where the tarballs to build from are. */
struct tarballs {
	char orig[PATH_MAX], debian[PATH_MAX];
};

/* util.c */
extern const char *self;	/* what messages begin with */

void die(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A path that fits, or the end. */
void join(char *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A copy that fits, or the end. */
void keep(char *out, size_t room, const char *text);
void make_dirs(const char *path);
char *read_all(const char *path, size_t *size);	/* NULL if there is none */
void write_all(const char *path, const char *text);
/*
 * Run a program, in a directory and with its output in a log where these are
 * given, and return its exit status.
 */
int run(const char *dir, const char *log, const char *const argv[]);
/* The same with what it prints as a string; NULL if it failed. */
char *output_of(const char *const argv[]);
void remove_tree(const char *path);
/*
 * Move the packages of the directory @work to @out, with what they were made
 * from as the file "recipe", and return their number.  What was there before
 * goes only when all is ready.
 */
int publish(const char *work, const char *out, const char *recipe);

/* fetch.c */
void fetch(const struct release *rel, const char *apt, const char *downloads,
	   struct tarballs *out);

#endif

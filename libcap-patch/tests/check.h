/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_LIBCAP_CHECK_H
#define CAPSPLIT_LIBCAP_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* What the tests are about */
#define TRACING		41
#define MASK_TEXT	"0000028000000000"	/* bits 39 and 41 */

/* Begin every test's name: what is under test, and which version of it. */
extern const char *about, *version;

/* Print the version line and, once the number of tests is known, the plan. */
void tap_begin(void);
void tap_plan(int tests);
int tap_end(void);	/* the exit status; prints the plan if nobody has */

/* One test: its name, printf-like, is what ought to be so. */
void ok(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Why the last one failed; prints nothing if it did not. */
void note(const char *what, const char *text);

/* What a program did. */
struct result {
	int status;		/* exit status, 128 + signal, 127 not found */
	char out[65536];	/* stdout and stderr as they came */
};

extern struct result res;	/* of the last run() */

/*
 * Run a program, the words of which end with NULL, and return its exit status.
 * as_uid() runs it as that user, without a supplementary group.
 */
int run(const char *word, ...) __attribute__((sentinel));
int as_uid(int uid, const char *word, ...) __attribute__((sentinel));
bool said(const char *text);		/* text occurs in the output */
bool said_just(const char *text);	/* it is the whole of the output */
/* The last run's exit status is @status; the test's name follows. */
void exits(int status, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A line "NAME:\tHEX" of /proc/PID/status is in the output. */
bool status_line(const char *name, const char *hex);

/* The capability xattr of a file is that of cap_bpf,cap_tracing+ep. */
bool xattr_right(const char *path);
bool copy_program(const char *from, const char *to);
char *slurp(const char *path);		/* NULL if it cannot be read */
char *path_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Use the packages unpacked below dir/root for programs and libraries. */
void use_packages(const char *dir);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_HOST_H
#define CAPSPLIT_TOOLTABLE_HOST_H

#include <stdio.h>
#include <sys/types.h>

/* One sentence, then exit 2. */
void die(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
char *text_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void make_dirs(const char *path);
FILE *open_to_write(const char *path);
void close_written(FILE *f, const char *path);
char *contents(const char *path);
/* Whether two pages say the same, but for versions; if not, a sentence. */
char *pages_differ(const char *path, const char *page, const char *target);

/* One table of all tools, a line each, for who reads the tests' output. */
struct summary {
	const char *tool, *version, *command, *today, *here, *verdict;
};
void summary_head(void);
void summary_line(const struct summary *s);

/* What the guest prints; ARGV[0] is tools/vm/run. */
FILE *guest_boot(char *const argv[], volatile pid_t *pid);

#endif

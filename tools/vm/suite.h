/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_SUITE_H
#define VM_SUITE_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

#include "ktap.h"

#define SUITES_MAX	128

/* A line of the list: "name [&] [skips] [shows]: command" */
struct suite {
	char *name;
	char *command;
	bool parallel;		/* "&": may run beside others so marked */
	bool skips;		/* its command itself judges what it skips */
	bool shows;		/* its lines "# | ..." are for who reads this */
	bool wanted;
	bool done;
	pid_t pid;
	struct timespec start;
	int status;		/* as wait4 gives it */
	struct rusage used;	/* by it and its children */
	char log[4096], err[4096];
};

struct suites {
	struct suite v[SUITES_MAX];
	size_t n;
};

/* suite_list.c: exits with a sentence if the list is wrong */
void suites_load(struct suites *s, const char *path);
void suites_select(struct suites *s, char **names, int n);

/* suite_report.c: prints a suite's outcome and adds it to the sums */
struct sums {
	unsigned long passed, failed;
};
void suite_report(const struct suite *s, struct sums *sums);
void suite_progress(const struct suite *s, char *text, size_t size);

#endif

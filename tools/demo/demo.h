/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_DEMO_H
#define CAPSPLIT_DEMO_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "cases.h"
#include "console.h"

#define MAX_CASES 64

enum side { STOCK, PATCHED };

/* One of the two guests, and what it has told so far. */
struct machine {
	const char *name;		/* as --kernel has it */
	const char *expected_caps;	/* of alice's process, from its file */
	char caps[32];
	enum verdict verdict[MAX_CASES];
	size_t ended;
	bool done;			/* it reached its last line */
	char scene[128];		/* what was wrong before it began */
	char at[64];			/* the case it is in */
	bool complained;		/* the kernel, on its console */
	char complaint[256];

	pid_t pid;
	int fd;				/* its standard output; -1: at its end */
	int status;
	char line[4096];
	size_t len;
	FILE *log;
};

size_t cells_wrong(const struct machine m[2]);
void print_table(FILE *to, const struct machine m[2], const char *base);
void print_tap(const struct machine m[2], const char *results);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_TOOLS_H
#define CAPSPLIT_TOOLTABLE_TOOLS_H

#include <stdbool.h>
#include <stdio.h>

#include "list.h"

/* After the columns: who lacks a right runs what works with it. */
enum { BOB_RUNS = COLUMNS, NO_BPF_RUNS, NO_TRACING_RUNS, RUNS };

/* One guest: a kernel, and who runs the tools there. */
struct run {
	const char *name;		/* also its directory of logs */
	const char *kernel;		/* as --kernel has it */
	const char *user;		/* as tools-guest has it */
	const char *expected_caps;
	char caps[32];
	enum verdict verdict[MAX_ENTRIES];
	int links[MAX_ENTRIES];		/* BPF programs attached */
	char error[MAX_ENTRIES][200];	/* what it gave up with */
	char version[64];		/* of the package */
	char scene[128];		/* what went wrong beside the tools */
	char unlisted[128];		/* a tool that the list does not have */
	bool done;			/* it reached its last line */
	bool complained;		/* the kernel, on its console */
	char complaint[256];
};

/* A tool's name in the guest and its arguments. */
const char *command_of(const struct entry *e);

void print_table(FILE *to, const struct list *list, const struct run run[],
		 const char *base);
/* The lines that `make test' shows. */
void print_summary(const struct list *list, const struct run run[]);
void print_rst(FILE *to, const struct list *list, const struct run run[],
	       const char *base);
/* PAGE_WRONG: what is wrong with the page that was compared; NULL: nothing. */
size_t print_tap(const struct list *list, const struct run run[],
		 bool compared, const char *page_wrong, const char *results);

#endif

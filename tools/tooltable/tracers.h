/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_TRACERS_H
#define CAPSPLIT_TOOLTABLE_TRACERS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "tracer_list.h"

/* One guest: a kernel, and a part of the list's lines. */
struct guest {
	const char *name;		/* also its directory of logs */
	const char *kernel, *part;
	volatile pid_t pid;
	FILE *from;
	char *console;
	char scene[128];		/* what went wrong beside the tools */
	bool done;			/* it reached its last line */
	int status;
	bool complained;		/* the kernel, on its console */
	char complaint[256];
};

#define GUESTS 3

/* What all of them found. */
struct found {
	struct guest guest[GUESTS];
	char version[MAX_PROGRAMS][128];
	enum verdict verdict[MAX_ROWS][ACCOUNTS];
	char error[MAX_ROWS][ACCOUNTS][256];
};

void tracers_table(FILE *to, const struct tracers *t, const struct found *f);
/* The lines that `make test' shows. */
void tracers_summary(const struct tracers *t, const struct found *f);
void tracers_page(FILE *to, const struct tracers *t, const struct found *f,
		  const char *base);
/* PAGE_WRONG: what is wrong with the page that was compared; NULL: nothing. */
size_t tracers_tap(const struct tracers *t, const struct found *f,
		   bool compared, const char *page_wrong, const char *results);

#endif

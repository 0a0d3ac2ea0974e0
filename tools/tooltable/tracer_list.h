/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_TRACER_LIST_H
#define CAPSPLIT_TOOLTABLE_TRACER_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "list.h"

#define MAX_PROGRAMS 8
#define MAX_ROWS 160

/* Who runs a row's commands. */
enum account { AT_STOCK, HERE, NOBODY, NO_BPF, NO_TRACING, ACCOUNTS };

extern const char *const account_name[ACCOUNTS];	/* one word each */

struct program {
	char *title, *path, *version;	/* version: the argument that asks */
	bool fakeroot;		/* it asks for uid 0, and is told so */
	size_t first, rows;
};

struct row {
	size_t program;
	char *commands, *shows, *today, *note;		/* "": none */
	bool bpf, tracing;				/* needed here */
	bool twice;					/* at two settings */
	enum verdict want[ACCOUNTS];	/* UNKNOWN: there is no such account */
};

struct tracers {
	struct program program[MAX_PROGRAMS];
	struct row row[MAX_ROWS];
	size_t programs, rows;
};

/* Says on standard error what is wrong with the file, and exits with 2. */
void tracers_load(struct tracers *t, const char *path);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* The randomized attacker in guests, one for each seed, and what it covered. */
#ifndef _FUZZ_H
#define _FUZZ_H

#include <stdbool.h>
#include <stdio.h>

/* Of all guests: how often each thing was tried, and how often it was done */
struct record {
	char *kind, *name;
	unsigned long tried, done;
};

struct coverage {
	struct record *records;
	size_t nr;
};

/*
 * Adds one guest's output, and says whether its tests passed if @clean is not
 * NULL; the steps it says it took, or -1 if it says none
 */
long coverage_read(struct coverage *c, FILE *in, bool *clean);
void coverage_print(struct coverage *c, FILE *out);
/* As a table of reStructuredText */
void coverage_print_rst(struct coverage *c, FILE *out);
void coverage_free(struct coverage *c);

#endif /* _FUZZ_H */

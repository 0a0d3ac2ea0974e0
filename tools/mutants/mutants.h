/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <stdbool.h>

/**
 * struct mutant - one broken gate
 * @name: short name
 * @meaning: what it would mean if no test noticed
 * @file: path below the source tree
 * @from: text that occurs exactly once in @file
 * @to: what replaces it
 * @first: suite that is likely to notice and is asked before all of them
 */
struct mutant {
	char *name;
	char *meaning;
	char *file;
	char *from;
	char *to;
	char *first;
};

/* record.c */
int mutants_read(const char *path, struct mutant **mutants);
int mutant_apply(const struct mutant *m, const char *tree, bool dry_run);

#endif /* MUTANTS_H */

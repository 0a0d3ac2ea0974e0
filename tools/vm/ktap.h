/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_KTAP_H
#define VM_KTAP_H

#include <stdbool.h>
#include <stddef.h>

/* A list of sentences or names, each allocated */
struct texts {
	char **v;
	size_t n;
};

/*
 * What a TAP 13 or KTAP stream says.  The counts are of tests at the top
 * level; a test with a failed, malformed or incomplete subtest has failed,
 * whatever its own line says.
 */
struct ktap {
	unsigned long passed, failed, skipped;
	bool has_plan;
	unsigned long planned;
	unsigned long missing;		/* planned and never reported */
	unsigned long checks;		/* sum of "# checks: N" lines */
	bool bailed;
	struct texts failures;		/* names of tests that are not ok */
	struct texts skips;		/* "name: reason" */
	struct texts problems;		/* what is wrong with the stream */
};

void ktap_parse(struct ktap *k, const char *text, size_t len);
void ktap_free(struct ktap *k);

void texts_add(struct texts *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void texts_free(struct texts *t);

#endif

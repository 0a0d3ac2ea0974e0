/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_VERDICT_H
#define VM_VERDICT_H

#include <stdbool.h>
#include <stdio.h>

#include "run.h"
#include "splat.h"

enum verdict {
	VERDICT_PASS	= 0,
	VERDICT_TEST	= 1,	/* a test failed, or its stream is malformed */
	VERDICT_SPLAT	= 2,	/* the kernel complained, or leaked */
	VERDICT_DEAD	= 3,	/* died, hung, or results are missing */
	VERDICT_HARNESS	= 4,	/* we cannot tell */
};

/* Which skips are declared: names, as in the stream */
struct may_skip {
	const char *const *names;
	size_t n;
};

/* Says on "to", a sentence per line, all that stands against a pass */
enum verdict verdict(const struct result *res, const struct splat_rules *rules,
		     const struct may_skip *skip, FILE *to);

/* A run as one readable text, for the tests of verdict() */
bool record_write(const struct result *res, const char *path);
bool record_read(struct result *res, const char *path);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_UPSTREAM_VERDICTS_H
#define CAPSPLIT_UPSTREAM_VERDICTS_H

#include <stddef.h>

enum says { SAYS_OK, SAYS_FAIL, SAYS_SKIP };

struct verdict {
	char *test;
	enum says says;
};

/* In the order in which they were printed */
struct verdicts {
	struct verdict *verdict;
	size_t nr, room;
};

/* Add what a line says, if it is one of a test's: "#1/u name OK" and the like */
void verdicts_read(struct verdicts *v, const char *line);
/* The verdict on the test of that name, or NULL */
const struct verdict *verdicts_find(const struct verdicts *v, const char *test);
const char *verdict_word(enum says says);
void verdicts_free(struct verdicts *v);

#endif

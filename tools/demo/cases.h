/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_DEMO_CASES_H
#define CAPSPLIT_DEMO_CASES_H

#include <stddef.h>

enum verdict {
	UNKNOWN,
	WORKS,
	REFUSED,
	BROKEN,		/* neither: the demo itself, or a tool, is at fault */
};

struct demo_case {
	const char *id;		/* also the name of its log */
	const char *title;
	const char *reason;	/* why it is refused, where it is */
	enum verdict stock, patched;
};

extern const struct demo_case demo_cases[];
extern const size_t demo_case_count;

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* The harmless operations of the policy table, tried for real. */
#ifndef CAPSPLIT_PROBE_H
#define CAPSPLIT_PROBE_H

#include "subject.h"

#define PROBE_NOT_TRIED	(-1)	/* not harmless, or not possible here */

/*
 * Tries them as @s would, in a child; result[] gets for each operation of the
 * table 0, an errno or PROBE_NOT_TRIED.
 */
void probe_all(const struct subject *s, int result[], int nr);

#endif

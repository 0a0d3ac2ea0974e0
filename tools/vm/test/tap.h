/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_TEST_TAP_H
#define VM_TEST_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* TAP for the tests of the machine itself; the plan comes last */
static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3)))
static inline bool tap(bool ok, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", ok ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	tap_failed += !ok;
	return ok;
}

static inline int tap_end(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif

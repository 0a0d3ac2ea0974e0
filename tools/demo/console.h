/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_DEMO_CONSOLE_H
#define CAPSPLIT_DEMO_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

/* True, and LINE says what: a kernel message that LISTS take for a fault. */
bool console_complaint(const char *console, const char *lists, char *line,
		       size_t size);

#endif

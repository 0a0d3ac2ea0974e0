// SPDX-License-Identifier: GPL-2.0
/* Why a guest died: the console's most telling line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

/* In this order: the first kind found names the cause best */
static const char *const marks[] = {
	"BUG: KASAN", "BUG: unable to handle", "kernel BUG at",
	"Unable to mount root", "general protection fault", "Oops:",
	"Kernel panic - not syncing", "Out of memory", "vm-init:",
};

static void copy_line(const char *p, char *why, size_t size)
{
	size_t len = strcspn(p, "\r\n");

	snprintf(why, size, "%.*s", (int)len, p);
}

void autopsy(const char *console, char *why, size_t size)
{
	struct buffer b = { 0 };
	size_t i;
	char *p;

	why[0] = '\0';
	buffer_load(&b, console);
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		p = strstr(b.data, marks[i]);
		if (p) {
			copy_line(p, why, size);
			break;
		}
	}
	free(b.data);
}

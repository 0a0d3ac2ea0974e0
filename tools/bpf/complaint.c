// SPDX-License-Identifier: GPL-2.0
/* What libbpf complains about, for messages of our own. */
#include <stdio.h>
#include <string.h>
#include <bpf/libbpf.h>

#include "complaint.h"

static char last[512];

static int keep(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_WARN) {
		vsnprintf(last, sizeof(last), fmt, ap);
		last[strcspn(last, "\n")] = '\0';
	}
	return 0;
}

void complaint_keep(void)
{
	libbpf_set_print(keep);
}

const char *complaint(void)
{
	static char text[sizeof(last) + 4];

	snprintf(text, sizeof(text), *last ? " (%s)" : "%s", last);
	return text;
}

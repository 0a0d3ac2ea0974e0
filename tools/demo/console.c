// SPDX-License-Identifier: GPL-2.0
/*
 * Did the kernel complain while the tools ran?  By the runner's own lists.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "splat.h"

bool console_complaint(const char *console, const char *lists, char *line,
		       size_t size)
{
	struct splat_rules rules;
	struct texts found = { 0 };
	char *text = NULL;
	size_t len = 0, n;
	char buf[65536];
	FILE *f, *all;

	if (!splat_load(&rules, lists, line, size))
		return true;
	f = fopen(console, "r");
	all = open_memstream(&text, &len);
	if (!f || !all) {
		snprintf(line, size, "cannot read %s", console);
		return true;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)))
		fwrite(buf, 1, n, all);
	fclose(f);
	fclose(all);
	splat_scan(&rules, text, len, &found);
	if (found.n)
		snprintf(line, size, "%s", found.v[0]);
	n = found.n;
	texts_free(&found);
	free(text);
	return n;
}

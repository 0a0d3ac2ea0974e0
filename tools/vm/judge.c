// SPDX-License-Identifier: GPL-2.0
/* vm-run --verdict: the verdict over the run that has just ended. */
#include <stdio.h>
#include <string.h>

#include "verdict.h"

int judge(const struct options *o, const struct run *r, struct result *res)
{
	const struct may_skip skip = { o->may_skip, o->may_skipc };
	struct splat_rules rules;
	char dir[PATH_MAX + 8], why[8192];
	enum verdict v;

	buffer_load(&res->console, r->console);
	if (o->record && !record_write(res, o->record))
		fatal("cannot write %s", o->record);
	snprintf(dir, sizeof(dir), "%s/bin", r->build);
	if (!splat_load(&rules, dir, why, sizeof(why)))
		fatal("%s; run make vm", why);
	v = verdict(res, &rules, &skip, stderr);
	if (v == VERDICT_DEAD && !res->sealed) {
		autopsy(r->console, why, sizeof(why));
		if (*why)
			fprintf(stderr, "vm: its last word: %s\n", why);
	}
	if (v)
		fprintf(stderr, "vm: the console log is %s\n", r->console);
	return v;
}

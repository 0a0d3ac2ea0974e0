/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_TRACERS_GUEST_H
#define CAPSPLIT_TOOLTABLE_TRACERS_GUEST_H

#include "guest_child.h"
#include "tracer_list.h"

#define WORK "/run/tracers"	/* where the commands start */

/* What became of the commands of one row. */
struct outcome {
	enum verdict verdict;
	char error[256];	/* what a refusal said */
};

/* Run them one after the other, up to one that fails, and tell in the log. */
struct outcome steps_run(const struct program *p, const struct row *r,
			 const struct who *who);

/* The place as it is before each row: traces, events, files, sysctls. */
void place_make(uid_t uid, int paranoid, int kptr_restrict);
void place_clean(void);
/* What root does meanwhile, over and over: his process's number. */
pid_t place_root_acts(void);

#endif

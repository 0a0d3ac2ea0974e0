/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_GUEST_H
#define CAPSPLIT_TOOLTABLE_GUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "guest_child.h"
#include "list.h"
#include "scene.h"

#define SBIN "/usr/sbin/"
#define SUFFIX "-libbpf"

enum state { LOADING, WAITING, ENDING };

/* A tool that is running. */
struct job {
	const struct entry *e;		/* NULL: a free place */
	struct child child;
	enum state state;
	long long started, deadline;
	int acts;			/* that it has had to see */
	int links;			/* BPF programs that it has attached */
	int steady;			/* looks for which that was so */
	bool killed;			/* it did not end in time */
};

bool job_start(struct job *j, const struct entry *e, uid_t uid);
bool job_waits(const struct job *j);	/* asleep, for events or a while */
int job_links(const struct job *j);

/* The capabilities of alice's processes, as /proc has them. */
const char *alices_capabilities(void);

#endif

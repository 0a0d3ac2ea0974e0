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

bool job_start(struct job *j, const struct entry *e, const struct who *who);
bool job_waits(const struct job *j);	/* asleep, for events or a while */
int job_links(const struct job *j);

/* root, alice, bob, no-bpf or no-tracing; NULL: nobody is called that. */
const struct who *account(const char *name);
/* The effective capabilities of its processes, as /proc has them. */
const char *capabilities_of(const struct who *who);

#endif

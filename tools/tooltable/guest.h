/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_GUEST_H
#define CAPSPLIT_TOOLTABLE_GUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "list.h"

#define ALICE 1000
#define SBIN "/usr/sbin/"
#define SUFFIX "-libbpf"

/* What a tool prints, as much as is kept of it. */
struct text {
	char *v;
	size_t len;
};

enum state { LOADING, WAITING, ENDING };

/* A tool that is running. */
struct job {
	const struct entry *e;		/* NULL: a free place */
	pid_t pid;
	int out_fd, err_fd;		/* -1: at its end */
	struct text out, err;
	enum state state;
	long long started, deadline;
	int acts;			/* that it has had to see */
	int links;			/* BPF programs that it has attached */
	int steady;			/* looks for which that was so */
	bool killed;			/* it did not end in time */
};

long long now_ms(void);
bool job_start(struct job *j, const struct entry *e, uid_t uid);
void job_read(struct job *j);
bool job_waits(const struct job *j);	/* asleep, for events or a while */
int job_links(const struct job *j);
void text_free(struct text *t);

/* The capabilities of alice's processes, as /proc has them. */
const char *alices_capabilities(void);

/* What root does for the tools to see: bit N of DEEDS is deed number N. */
int deed_number(const char *name);	/* -1: unknown */
bool scene_set(void);
void scene_act(unsigned int deeds);

#endif

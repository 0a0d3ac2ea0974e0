/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_GUEST_CHILD_H
#define CAPSPLIT_TOOLTABLE_GUEST_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ALICE 1000
#define BOB 1001

/* What a tool prints, as much as is kept of it. */
struct text {
	char *v;
	size_t len;
};

/* Who runs it, and how: what the kernel does not know is not raised. */
struct who {
	uid_t uid;		/* 0: root, with all capabilities */
	const char *home;	/* where it starts */
	bool bpf, tracing;	/* in all sets, ambient too */
	bool terminal;		/* a screen and a keyboard of its own */
};

/* Its standard output is a terminal, or it would keep it to itself. */
struct child {
	pid_t pid;
	int out_fd, err_fd;	/* -1: at its end */
	struct text out, err;
};

long long now_ms(void);
bool child_start(struct child *c, const struct who *who, char *const argv[]);
void child_read(struct child *c);	/* what there is, without waiting */
void child_free(struct child *c);	/* closes, and forgets what it said */

#endif

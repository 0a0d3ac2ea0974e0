/* SPDX-License-Identifier: GPL-2.0 */
/* A program that is to be started with other rights than the caller's. */
#ifndef CAPSPLIT_LAUNCH_H
#define CAPSPLIT_LAUNCH_H

#include "capsplit.h"

struct launch {
	uint64_t caps;
	struct user user;
	bool as_user, has_caps;
	bool new_privs;		/* no_new_privs is not set */
	bool plain;		/* nor the bounding set cut: just start it */
	bool keep_caps;		/* as the caller would start it */
	bool cut_bounding;	/* launch_check() says whether it can be */
	int token;		/* for its bpf(2); 0: none */
	struct proc_caps have;	/* the caller's: launch_check() asks */
	char **argv;
};

/* Each ends the program with a sentence where it cannot be */
void launch_check(struct launch *l);		/* by the caller's rights */
void launch_check_file(const struct launch *l);	/* by the program's file */
void launch_become(const struct launch *l);
void launch_exec(const struct launch *l) __attribute__((noreturn));

/* Where execvp() will find it, as far as can be told from here; NULL: nowhere */
char *launch_find(const char *name);

#endif

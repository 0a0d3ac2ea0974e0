/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of capsplit why. */
#ifndef CAPSPLIT_WHY_H
#define CAPSPLIT_WHY_H

#include "capsplit.h"
#include "policy.h"
#include "why_bpf.h"

enum why_kind {
	WHY_TRACING,	/* of perf, tracefs or bpf(2): part of the grant */
	WHY_LESS,	/* no error, but less is shown */
	WHY_OTHER,	/* takes a capability that is not about tracing */
	WHY_NOTHING,	/* no capability was asked for */
};

struct why_refusal {
	struct why_event e;
	uint64_t count;
	char *object;			/* safe to print; NULL */
	enum why_kind kind;
	const struct policy_op *op;	/* that stands for it; NULL */
	const char *why;		/* the table's reason; NULL */
	uint64_t least;			/* would have allowed it */
	bool grantable;
	const char *hint;		/* NULL */
};

struct why {
	struct kernel kernel;
	struct why_refusal *refusal;
	size_t nr, room;
	uint64_t number[WHY_NR_NUMBERS];
	struct why_used {
		uint64_t granted;	/* times */
		bool in_passing;	/* never but while memory is counted */
		char *calls;		/* the first of those that asked */
	} used[64];
	char **argv;
	char *program;			/* the file; NULL when not found */
	char *user;			/* whom to grant it to */
	int status;			/* as waitpid() has it */
	uint64_t grant;
	bool all, granted;
};

/* why_watch.c: loads and attaches, or ends the program with a sentence */
struct why_watch;
struct why_watch *why_watch_begin(uint64_t cookie);
int why_watch_fd(const struct why_watch *w);
void why_watch_take(struct why_watch *w, struct why *to);
void why_watch_end(struct why_watch *w, struct why *to);	/* and counts */

/* why_describe.c */
const char *why_call(unsigned int nr);		/* "openat" */
unsigned int why_object_of(unsigned int nr);	/* for the BPF side's calls */
/* Fills in all but the event and the count, and merges what is the same */
void why_describe(struct why *w);
bool why_in_grant(const struct why *w, const struct why_refusal *r);

/* why_grant.c: the policy's operation that a refused call stands for */
void why_judge(const struct why *w, struct why_refusal *r);

/* why_report.c */
void why_report(const struct why *w);

#endif

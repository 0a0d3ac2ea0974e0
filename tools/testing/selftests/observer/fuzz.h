/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the randomized attacker share: its dice, what it knows of
 * the machine, and the record of what it tried.
 */
#ifndef _OBSERVER_FUZZ_H
#define _OBSERVER_FUZZ_H

#include "attack.h"

/* Dice: the same throws for the same seed */
struct dice {
	__u64 state;
};

__u32 throw(struct dice *d, __u32 sides);	/* 0 ... @sides - 1 */
__u64 throw_number(struct dice *d);		/* any, the awkward ones often */
static inline bool one_in(struct dice *d, __u32 n)
{
	return !throw(d, n);
}

/* How often something was tried, and how often the kernel did it */
struct record {
	char kind[12], name[52];
	__u32 tried, done;
};

#define MAX_RECORDS	4096
#define MAX_STEPS	64	/* of those just before */
#define NR_PARTS	7
#define LAST_OF_ROOT	64	/* descriptors below are not the attacker's */

/* Shared by the attacker and whoever judges it */
struct journal {
	__u32 nr_records;
	struct record records[MAX_RECORDS];
	__u64 taken[NR_PARTS], spent[NR_PARTS];	/* steps, and ns */
	bool gained;		/* a right that is not the attacker's */
	__u64 nr_steps;
	char steps[MAX_STEPS][120];
};

/* Names that root has found before: an attacker need not search */
#define MAX_NAMES	512
struct names {
	unsigned int nr;
	char *name[MAX_NAMES];
};

struct root_bpf {
	__u32 map_id, prog_id, link_id, btf_id;
	int map_fd, prog_fd, link_fd;
};

struct fuzz {
	struct dice dice;
	struct journal *journal;
	pid_t victim;
	struct root_bpf root;
	int token;		/* that root has handed out, or -1 */
	struct names functions, tracepoints, files;
	int btf_ids[128];	/* of some functions */
	unsigned int nr_btf_ids;
};

/* @done is 0 or more if the kernel did it; pass -errno otherwise */
void note(struct fuzz *f, const char *kind, const char *name, long done);
void step(struct fuzz *f, const char *format, ...);

/* One step each, of whoever calls */
void fuzz_bpf_load(struct fuzz *f);
void fuzz_bpf_object(struct fuzz *f);
void fuzz_bpf_blind(struct fuzz *f);
void fuzz_perf(struct fuzz *f);
void fuzz_tracefs(struct fuzz *f);
void fuzz_uprobe(struct fuzz *f);
void fuzz_token(struct fuzz *f);

/* fuzz_attach.c: attach @prog, let it run, detach */
void fuzz_attach(struct fuzz *f, int prog, __u32 type, __u32 attach);
/* fuzz_bpf.c: look up once what all attackers need, for it takes long */
void find_btf_ids(void);

/* fuzz_token.c: root's side of it */
int hand_out_token(struct fuzz *f);	/* 0 or errno */
bool handed_token_intact(struct fuzz *f);

/* Things that probes see: calls, a file, now and then a task */
void be_active(struct fuzz *f);

/* fuzz_machine.c: what root finds, and what root has that must stay so */
int find_names(struct fuzz *f);		/* 0 or errno */
void reset_tracing(struct fuzz *f);
/*
 * What goes into set_ftrace_filter first: mostly a few, for a tracer of all
 * functions slows down what is to be tried.
 */
const char *some_functions(struct fuzz *f);

#endif /* _OBSERVER_FUZZ_H */

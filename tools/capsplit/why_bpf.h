/* SPDX-License-Identifier: GPL-2.0 */
/* What the BPF side of capsplit why tells the other: fixed sizes only. */
#ifndef CAPSPLIT_WHY_BPF_H
#define CAPSPLIT_WHY_BPF_H

#include <linux/types.h>

/* prctl(WHY_HELLO, cookie): here I am, watch me */
#define WHY_HELLO	0x77687931

/* In the place of a number: a call of a 32-bit program */
#define WHY_32BIT	0xfffffffeU

#define WHY_PATH	192
#define WHY_NAME	32	/* of a component, where a path is made of them */
#define WHY_WORDS	6

enum {
	WHY_COMPONENTS = 1,	/* path[] has names, the last one first */
	WHY_UNSEEN = 2,		/* refused before the kernel looked: seccomp */
	WHY_CHILD_NS = 4,	/* the task is in a child user namespace */
};

/* What a system call has of an object: struct why_call's bits */
enum {
	WHY_ARG = 7,		/* number of the argument */
	WHY_IS_PATH = 8, WHY_IS_FD = 16, WHY_HAS_DIRFD = 32,
	WHY_IS_BPF = 64, WHY_IS_PERF = 128,
};

/* One refusal; what is the same here is the same refusal */
struct why_key {
	__u32 nr;
	__s32 err;		/* 0: it went on, and shows less */
	__u64 denied;		/* capabilities that were asked for in vain */
	__u64 w[WHY_WORDS];	/* see why_describe.c */
	__u32 flags;
	__u32 pad;
	char path[WHY_PATH];
};

struct why_event {
	struct why_key key;
	__u64 effective;	/* what the task held */
	__u32 pid, uid;
	char comm[16];
};

/* Capabilities asked for: granted ones, and by whom */
struct why_use {
	__u32 nr;
	__u8 cap, granted, quiet, pad;
};

enum {
	WHY_LOST_TASKS, WHY_LOST_REFUSALS, WHY_LOST_EVENTS, WHY_LOST_USES,
	WHY_CHECKS, WHY_PRESENT, WHY_NR_NUMBERS
};

#endif

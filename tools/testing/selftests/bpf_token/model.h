/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small reference model of BPF tokens: who may do what, said a second time
 * and in another way than the kernel does.  It knows tasks, their descriptors
 * and what they carry, and says for each step what the kernel has to answer.
 */
#ifndef _BPF_TOKEN_MODEL_H
#define _BPF_TOKEN_MODEL_H

#include "token.h"

#define MODEL_ACTORS	8
#define MODEL_SLOTS	10	/* of an actor's descriptors */
#define MODEL_NO_TOKEN	MODEL_SLOTS	/* a descriptor of something else */
#define MODEL_PINS	4
#define MODEL_USES	11
#define MODEL_DEVICES	3
#define MODEL_CGROUPS	4
#define MODEL_ATTACHES	2
#define MODEL_DEPTH	8

enum model_op {
	OP_CREATE,	/* directly: @flags, @grant, into @slot */
	OP_DERIVE,	/* from @other; into @slot */
	OP_USE,		/* @use, naming @slot or, with -1, none */
	OP_LOAD,	/* @slot or -1, for the next call or (@flags) for exec */
	OP_REVOKE,	/* @slot by @other or -1 */
	OP_PIN,		/* @slot as @file */
	OP_GET,		/* @file into @slot */
	OP_OPEN,	/* device @file, or bpf.token of a cgroup, into @slot */
	OP_GET_PERM,	/* by @slot */
	OP_PUT_PERM,	/* by @slot */
	OP_CLOSE,	/* @slot */
	OP_INFO,	/* of @slot */
	OP_UNKNOWN,	/* a command that there is not */
	OP_SEND,	/* @slot to whom @other is, into its @file */
	OP_RECEIVE,	/* the other end: into @slot */
	OP_FORK,	/* the child is @other */
	OP_EXEC,
	OP_ATTACH,	/* @use, loaded as by OP_USE, to cgroup @file */
	OP_DROP,	/* all capabilities but @grant.caps */
	OP_EXIT,
	OP_SPAWN,	/* a new actor of user @flags with @grant.caps */
	OP_UNPIN,	/* by the test: @file */
	OP_CGROUP,	/* by the test: make @file, or remove it */
	NR_OPS,
};

struct model_step {
	enum model_op op;
	int actor, slot, other, file, use;
	__u32 flags;
	struct grant grant;
};

struct model_token {
	struct grant may;
	int parent;		/* -1: none */
	int cgroup;		/* that it is confined to; -1: none */
	int born;		/* which one of that name it is */
	__u32 depth;
	__u32 creator;
	__u64 uses;
	__u64 maker;		/* what the first one's maker held then */
	__u64 id;		/* the kernel's, once it has told; or 0 */
	bool revoked;
};

struct model_actor {
	bool alive;
	__u32 uid;
	__u64 caps;
	int slot[MODEL_SLOTS];	/* tokens, -1 for none */
	bool device[MODEL_SLOTS];
	int next, on_exec, process;
};

struct model {
	struct model_token *tokens;
	int nr_tokens, room;
	struct model_actor actors[MODEL_ACTORS];
	struct {
		int token;	/* -1: no such file */
		__u32 uid;
	} pins[MODEL_PINS];
	struct {
		bool alive;
		int born;	/* how often it was made */
		__u64 id;	/* the kernel's */
	} cgroups[MODEL_CGROUPS];
	int presented;		/* in the last OP_USE or OP_ATTACH, or -1 */
	int helped;		/* to attach, in OP_ATTACH, or -1 */
};

struct model_use {
	const char *name;
	__u32 cmd, type, attach;
	__u64 needs, or;
};

extern const struct model_use model_uses[MODEL_USES];
/* Programs for cgroups: to load one, as above */
extern const struct model_use model_attaches[MODEL_ATTACHES];
extern const char *const model_devices[MODEL_DEVICES];
extern const char *const model_cgroup_paths[MODEL_CGROUPS];
/* All that a token that is confined to a cgroup can allow */
extern const struct grant model_confined;

void model_init(struct model *m);
/* What the kernel has to answer, 0 or -errno; and take the step */
int model_step(struct model *m, const struct model_step *s);
bool model_live(const struct model *m, int token);
bool model_revoked(const struct model *m, int token);
/* May the test make or remove this cgroup now? */
bool model_cgroup_ready(const struct model *m, int cgroup);
/* May whoever holds @caps use a thing? */
bool model_suffice(const struct model_use *use, __u64 caps);
/* With what CAP_SYS_ADMIN stands for in BPF */
__u64 model_expand(__u64 caps);

/* model_actor.c: the other side, a task that does what it is told */
struct model_reply {
	int verdict;
	struct bpf_token_info info;
};

#define MODEL_CONTROL	99	/* the actor's socket */
#define MODEL_FD(slot)	(100 + (slot))
#define MODEL_PIN_DIR	"/tmp/token.model"
#define MODEL_CGROUP	"/tmp/token.model.cgroup"

/* Serves the socket until its other end is closed; never returns */
void model_act(const char *program, bool executed);
int model_send(int sock, const void *data, size_t size, int fd);
/* *@fd is -1 if none came; 0, or errno, ENOTCONN at the end */
int model_receive(int sock, void *data, size_t size, int *fd);

#endif /* _BPF_TOKEN_MODEL_H */

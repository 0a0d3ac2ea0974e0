/* SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1 */
/*
 * libcapsplit - BPF tokens: make, keep, present and revoke them
 *
 * Functions return a descriptor or 0, or a negative error, which is in errno,
 * too.  A kernel that lacks what is asked for is EOPNOTSUPP, always: nothing is
 * done with less rights instead.  See capsplit(3) and bpf_with_cap(3).
 */
#ifndef LIBCAPSPLIT_H
#define LIBCAPSPLIT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

union bpf_attr;			/* linux/bpf.h */

/* What a token allows: bit n for number n of the enumerations of linux/bpf.h */
struct capsplit_grant {
	uint64_t cmds;		/* enum bpf_cmd */
	uint64_t maps;		/* enum bpf_map_type */
	uint64_t progs;		/* enum bpf_prog_type */
	uint64_t attachs;	/* enum bpf_attach_type; 0 for programs without */
	uint64_t caps;		/* the capabilities that it carries */
	uint32_t cgroup_fd;	/* with CAPSPLIT_CGROUP */
	uint32_t reserved;	/* 0 */
};

/* Flags for those who make one */
#define CAPSPLIT_CGROUP		(1U << 26)	/* confine it to cgroup_fd */
#define CAPSPLIT_IGNORE_UNKNOWN	(15U << 28)	/* drop bits the kernel does not know */

struct capsplit_token_info {
	uint64_t cmds, maps, progs, attachs, caps;
	uint64_t id, parent_id;	/* 0: it has no parent */
	uint64_t uses;		/* how often it was presented */
	uint32_t creator_uid;
	uint32_t depth;		/* the number of its ancestors */
	uint32_t flags;		/* CAPSPLIT_INFO_* */
	uint32_t reserved;
	uint64_t cgroup_id;	/* that it is confined to; 0: none */
};

#define CAPSPLIT_INFO_CONFERS	(1U << 0)	/* it carries capabilities */
#define CAPSPLIT_INFO_REVOKED	(1U << 1)	/* it, or an ancestor */

/* Obtain one */
int capsplit_open_dev(const char *name);	/* "bpf", "bpf-net", "bpf-tracing" */
int capsplit_token_create(const struct capsplit_grant *grant, uint32_t flags);
int capsplit_token_derive(int token_fd, const struct capsplit_grant *grant,
			  uint32_t flags);
int capsplit_token_get(const char *path);

/* Manage it */
int capsplit_token_pin(int token_fd, const char *path);
int capsplit_token_query(int token_fd, struct capsplit_token_info *info);
int capsplit_token_revoke(int token_fd, int ancestor_fd); /* -1: CAP_SYS_ADMIN */

/* Present it: for one bpf(2), ... */
int bpf_with_cap(int cmd, union bpf_attr *attr, unsigned int size,
		 int token_fd);
/* ... for the calling thread's next one, whoever makes it; -1: for none */
int capsplit_load(int token_fd);
/* ... for every one of the program that this thread executes next; -1: none */
int capsplit_load_on_exec(int token_fd);
/* ... for every one of this process, by an open device, and no longer */
int capsplit_get_perm(int dev_fd);
int capsplit_put_perm(int dev_fd);

#ifdef __cplusplus
}
#endif

#endif

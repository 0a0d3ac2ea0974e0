/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF tokens that are confined to a cgroup: who attaches, detaches, asks.
 */
#ifndef _LINUX_BPF_TOKEN_CGROUP_H
#define _LINUX_BPF_TOKEN_CGROUP_H

#include <linux/types.h>
#include <uapi/linux/bpf.h>

struct bpf_prog;
struct bpf_token;
struct cgroup;
struct file;
struct kernfs_open_file;

#ifdef CONFIG_CGROUP_BPF_TOKEN

/* In token_cgroup.c */
bool bpf_prog_reaches(const struct bpf_prog *prog, struct cgroup *cgrp);
int bpf_perm_cgroup_attach(const struct bpf_prog *prog,
			   enum bpf_attach_type attach_type,
			   struct cgroup *cgrp);
bool bpf_perm_cgroup_capable(struct cgroup *cgrp,
			     enum bpf_attach_type attach_type);
bool bpf_perm_cgroup_asks(enum bpf_attach_type attach_type);
int bpf_perm_cgroup_query(struct cgroup *cgrp,
			  enum bpf_attach_type attach_type);

/* In token_cgroup_file.c */
int bpf_token_cgroup_open(struct kernfs_open_file *of);
struct bpf_token *bpf_cgroup_file_token(const struct file *file);

#else

static inline bool bpf_prog_reaches(const struct bpf_prog *prog,
				    struct cgroup *cgrp)
{
	return true;
}

static inline int bpf_perm_cgroup_attach(const struct bpf_prog *prog,
					 enum bpf_attach_type attach_type,
					 struct cgroup *cgrp)
{
	return 0;
}

static inline bool bpf_perm_cgroup_capable(struct cgroup *cgrp,
					   enum bpf_attach_type attach_type)
{
	return false;
}

static inline bool bpf_perm_cgroup_asks(enum bpf_attach_type attach_type)
{
	return false;
}

static inline int bpf_perm_cgroup_query(struct cgroup *cgrp,
					enum bpf_attach_type attach_type)
{
	return 0;
}

static inline struct bpf_token *bpf_cgroup_file_token(const struct file *file)
{
	return NULL;
}

#endif /* CONFIG_CGROUP_BPF_TOKEN */

#endif /* _LINUX_BPF_TOKEN_CGROUP_H */

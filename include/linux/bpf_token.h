/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF tokens that confer capabilities, are derived from others and revoked.
 */
#ifndef _LINUX_BPF_TOKEN_H
#define _LINUX_BPF_TOKEN_H

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/bpf.h>

/* How many times over a token may be derived */
#define BPF_TOKEN_MAX_DEPTH	8

struct bpf_token;
struct cgroup;
struct file;
struct seq_file;

/**
 * struct bpf_delegation - what a token knows of where it comes from
 * @parent: the token it was derived from, which it holds; %NULL for none
 * @cgroup: what it is confined to, which it holds; %NULL for nothing
 * @id: of this token, for as long as the system runs
 * @caps: capabilities it lets count
 * @uses: how often it was presented
 * @creator: effective uid of who made it
 * @depth: number of its ancestors
 * @confers: @caps are its holder's; otherwise its holder must have them in
 *	the token's user namespace
 * @revoked: it and all that derive from it are good for nothing any more
 */
struct bpf_delegation {
	struct bpf_token *parent;
	struct cgroup *cgroup;
	u64 id;
	u64 caps;
	atomic64_t uses;
	kuid_t creator;
	u32 depth;
	bool confers;
	bool revoked;
};

/* In token.c */
struct bpf_token *bpf_file_token(const struct file *file);
void bpf_token_show_fdinfo(struct seq_file *m, struct file *filp);

#ifdef CONFIG_BPF_TOKEN_DELEGATION

/* In token_delegate.c */
void bpf_token_init(struct bpf_token *token);
void bpf_token_uninit(struct bpf_token *token);
struct bpf_token *bpf_token_alloc(void);
struct bpf_token *bpf_token_present(struct bpf_token *token);
bool bpf_token_confers(const struct bpf_token *token, int cap);
bool bpf_token_counts(const struct bpf_token *token, int cap);
int bpf_token_live(const struct bpf_token *token);
int bpf_token_usable(const struct bpf_token *token);
int bpf_token_new_fd(struct bpf_token *token);
bool bpf_token_delegates(const union bpf_attr *attr);
int bpf_token_delegate(const union bpf_attr *attr);
int bpf_token_revoke(const union bpf_attr *attr);

/* In token_info.c */
void bpf_token_show_delegation(struct seq_file *m,
			       const struct bpf_token *token);
int bpf_token_get_info(struct file *file, const union bpf_attr *attr,
		       union bpf_attr __user *uattr);

#else

static inline void bpf_token_init(struct bpf_token *token)
{
}

static inline void bpf_token_uninit(struct bpf_token *token)
{
}

static inline struct bpf_token *bpf_token_present(struct bpf_token *token)
{
	return token;
}

static inline bool bpf_token_confers(const struct bpf_token *token, int cap)
{
	return false;
}

static inline bool bpf_token_counts(const struct bpf_token *token, int cap)
{
	return true;
}

static inline int bpf_token_live(const struct bpf_token *token)
{
	return 0;
}

static inline int bpf_token_new_fd(struct bpf_token *token)
{
	return -EINVAL;
}

static inline bool bpf_token_delegates(const union bpf_attr *attr)
{
	return false;
}

static inline int bpf_token_delegate(const union bpf_attr *attr)
{
	return -EINVAL;
}

static inline int bpf_token_revoke(const union bpf_attr *attr)
{
	return -EINVAL;
}

static inline void bpf_token_show_delegation(struct seq_file *m,
					     const struct bpf_token *token)
{
}

static inline int bpf_token_get_info(struct file *file,
				     const union bpf_attr *attr,
				     union bpf_attr __user *uattr)
{
	return -EINVAL;
}

#endif /* CONFIG_BPF_TOKEN_DELEGATION */

#ifdef CONFIG_CGROUP_BPF_TOKEN

/* In token_cgroup.c */
int bpf_token_confine(struct bpf_token *token, const struct bpf_token *parent,
		      const union bpf_attr *attr);
void bpf_token_confine_to(struct bpf_token *token, struct cgroup *cgrp);
void bpf_token_put_cgroup(struct bpf_token *token);
int bpf_token_cgroup_live(const struct bpf_token *token);
u64 bpf_token_cgroup_id(const struct bpf_token *token);

#else

static inline int bpf_token_confine(struct bpf_token *token,
				    const struct bpf_token *parent,
				    const union bpf_attr *attr)
{
	return 0;
}

static inline void bpf_token_put_cgroup(struct bpf_token *token)
{
}

static inline int bpf_token_cgroup_live(const struct bpf_token *token)
{
	return 0;
}

static inline u64 bpf_token_cgroup_id(const struct bpf_token *token)
{
	return 0;
}

#endif /* CONFIG_CGROUP_BPF_TOKEN */

#endif /* _LINUX_BPF_TOKEN_H */

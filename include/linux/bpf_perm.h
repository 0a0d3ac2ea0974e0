/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF tokens that no command names: for a thread's next bpf(2), or a process.
 */
#ifndef _LINUX_BPF_PERM_H
#define _LINUX_BPF_PERM_H

#include <linux/capability.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/types.h>
#include <uapi/linux/bpf.h>

struct bpf_token;
struct linux_binprm;

#ifdef CONFIG_BPF_TOKEN_DELEGATION

int __bpf_perm_enter(int cmd);
void __bpf_perm_leave(void);
struct bpf_token *bpf_perm_nest(int cmd);
void bpf_perm_unnest(struct bpf_token *active);
void __bpf_perm_exit(struct task_struct *tsk, bool group_dead);

struct bpf_token *__bpf_perm_active(void);
bool __bpf_perm_capable(int cap);
bool bpf_perm_attach_capable(enum bpf_prog_type prog_type,
			     enum bpf_attach_type attach_type, int cap);
struct bpf_token *__bpf_perm_token(bool by_fd, u32 ufd);

int bpf_perm_load(const union bpf_attr *attr);
void bpf_perm_set_process(struct bpf_token *token);
void bpf_perm_exec(const struct linux_binprm *bprm);
bool bpf_perm_process_caps(struct task_struct *tsk, kernel_cap_t *caps);

/* At the entry of bpf(2): what was loaded is good for this call alone */
static inline int bpf_perm_enter(int cmd)
{
	if (likely(!current->bpf_perm && !READ_ONCE(current->signal->bpf_perm)))
		return 0;
	return __bpf_perm_enter(cmd);
}

static inline void bpf_perm_leave(void)
{
	if (unlikely(current->bpf_perm))
		__bpf_perm_leave();
}

/**
 * bpf_perm_active - what is the active token?
 *
 * Return: it, which stays while the system call does; or %NULL.
 */
static inline struct bpf_token *bpf_perm_active(void)
{
	return likely(!current->bpf_perm) ? NULL : __bpf_perm_active();
}

/**
 * bpf_perm_capable - does the active token give a capability?
 * @cap: the capability
 *
 * For commands that take no token and know of no types.  A token that is
 * confined to a cgroup gives them nothing: they are about everything.
 *
 * Context: Process context.
 * Return: true if so; otherwise nothing is logged.
 */
static inline bool bpf_perm_capable(int cap)
{
	return unlikely(current->bpf_perm) && __bpf_perm_capable(cap);
}

/**
 * bpf_perm_token - get the token for a command that takes one
 * @by_fd: the command names one
 * @ufd: its descriptor
 *
 * Context: Process context.
 * Return: it, or the active one, for bpf_token_put(); %NULL for none; or the
 * error of bpf_token_get_from_fd().
 */
static inline struct bpf_token *bpf_perm_token(bool by_fd, u32 ufd)
{
	return likely(!by_fd && !current->bpf_perm) ?
	       NULL : __bpf_perm_token(by_fd, ufd);
}

/* Neither a thread nor a process inherits anything */
static inline void bpf_perm_fork(struct task_struct *tsk)
{
	tsk->bpf_perm = NULL;
}

static inline void bpf_perm_exit(struct task_struct *tsk, bool group_dead)
{
	if (unlikely(tsk->bpf_perm || (group_dead && tsk->signal->bpf_perm)))
		__bpf_perm_exit(tsk, group_dead);
}

#else

static inline int bpf_perm_enter(int cmd)
{
	return 0;
}

static inline void bpf_perm_leave(void)
{
}

static inline struct bpf_token *bpf_perm_nest(int cmd)
{
	return NULL;
}

static inline void bpf_perm_unnest(struct bpf_token *active)
{
}

static inline bool bpf_perm_capable(int cap)
{
	return false;
}

static inline bool bpf_perm_attach_capable(enum bpf_prog_type prog_type,
					   enum bpf_attach_type attach_type,
					   int cap)
{
	return false;
}

#ifdef CONFIG_BPF_SYSCALL
struct bpf_token *bpf_token_get_from_fd(u32 ufd);

static inline struct bpf_token *bpf_perm_token(bool by_fd, u32 ufd)
{
	return by_fd ? bpf_token_get_from_fd(ufd) : NULL;
}
#endif

static inline int bpf_perm_load(const union bpf_attr *attr)
{
	return -EINVAL;
}

static inline void bpf_perm_exec(const struct linux_binprm *bprm)
{
}

static inline bool bpf_perm_process_caps(struct task_struct *tsk,
					 kernel_cap_t *caps)
{
	return false;
}

static inline void bpf_perm_fork(struct task_struct *tsk)
{
}

static inline void bpf_perm_exit(struct task_struct *tsk, bool group_dead)
{
}

#endif /* CONFIG_BPF_TOKEN_DELEGATION */

#endif /* _LINUX_BPF_PERM_H */

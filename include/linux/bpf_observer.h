/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF under CAP_BPF + CAP_TRACING: what an observer may load.
 */
#ifndef _LINUX_BPF_OBSERVER_H
#define _LINUX_BPF_OBSERVER_H

#include <linux/capability.h>
#include <linux/types.h>
#include <uapi/linux/bpf.h>

/* Rounds of a loop helper, in an observer's program; they do not nest */
#define BPF_OBSERVER_MAX_LOOPS	8192

struct bpf_token;
struct btf;

#ifdef CONFIG_BPF_SYSCALL

bool bpf_tracing_capable(const struct bpf_token *token);
bool bpf_tracing_capable_noaudit(const struct bpf_token *token);
bool bpf_perfmon_prog_capable(const struct bpf_token *token,
			      enum bpf_prog_type type,
			      enum bpf_attach_type attach_type);
bool bpf_observer_prog(const struct bpf_token *token, enum bpf_prog_type type);
const char *bpf_observer_refuses_helper(u32 func_id, bool offered);
bool bpf_observer_kfunc(const struct btf *btf, u32 func_id);

#else

static inline bool bpf_tracing_capable(const struct bpf_token *token)
{
	return perfmon_capable();
}

static inline bool bpf_tracing_capable_noaudit(const struct bpf_token *token)
{
	return perfmon_capable();
}

#endif /* CONFIG_BPF_SYSCALL */

#endif /* _LINUX_BPF_OBSERVER_H */

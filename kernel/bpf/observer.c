// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF under CAP_BPF + CAP_TRACING.
 *
 * An observer holds CAP_TRACING and neither CAP_PERFMON nor CAP_SYS_ADMIN.
 * With CAP_BPF it loads programs that look at the kernel and at every task.
 * They may not decide for anyone: the types that do stay with CAP_PERFMON,
 * and of helpers and kfuncs an observer's program gets those that someone has
 * reviewed and found to act on nothing but the program's own maps and output.
 * The lists are of what is allowed, so that a new helper starts out closed.
 */

#include <linux/array_size.h>
#include <linux/bpf.h>
#include <linux/bpf_observer.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/user_namespace.h>

/* CAP_TRACING acts in the initial user namespace, and so do some tokens */
static bool acts_elsewhere(const struct bpf_token *token)
{
	return token && token->userns != &init_user_ns;
}

/**
 * bpf_tracing_capable - may the current task observe by way of BPF?
 * @token: BPF token presented, or %NULL
 *
 * CAP_PERFMON or CAP_SYS_ADMIN, or CAP_BPF and CAP_TRACING together, in the
 * initial user namespace.  CAP_TRACING alone must not relax the verifier.  A
 * token of another user namespace asks for CAP_PERFMON there, as ever, because
 * CAP_TRACING acts in the initial one only.
 *
 * Context: Process context.
 * Return: true if it may; otherwise one audit record names CAP_TRACING.
 */
bool bpf_tracing_capable(const struct bpf_token *token)
{
	if (acts_elsewhere(token))
		return bpf_token_capable(token, CAP_PERFMON);
	return bpf_token_capable_noaudit(token, CAP_PERFMON) ||
	       (bpf_token_capable_noaudit(token, CAP_BPF) &&
		(bpf_token_capable_noaudit(token, CAP_TRACING) ||
		 capable(CAP_TRACING)));
}

/**
 * bpf_tracing_capable_noaudit - the same where a refusal is not an error
 * @token: BPF token presented, or %NULL
 *
 * For relaxations that every program load asks about, and helpers that are
 * merely missing without them.
 *
 * Context: Process context.
 * Return: true if the current task may observe by way of BPF.
 */
bool bpf_tracing_capable_noaudit(const struct bpf_token *token)
{
	if (acts_elsewhere(token))
		return bpf_token_capable(token, CAP_PERFMON);
	return bpf_token_capable_noaudit(token, CAP_PERFMON) ||
	       (bpf_token_capable_noaudit(token, CAP_BPF) &&
		bpf_token_capable_noaudit(token, CAP_TRACING));
}

/* Program types that look and do not decide */
static bool observing_prog_type(enum bpf_prog_type type)
{
	switch (type) {
	case BPF_PROG_TYPE_KPROBE:
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_PERF_EVENT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_TRACING:
		return true;
	default:
		return false;
	}
}

/**
 * bpf_perfmon_prog_capable - may the current task load a tracing program?
 * @token: BPF token presented, or %NULL
 * @type: program type, one of those that ask for CAP_PERFMON
 * @attach_type: expected attach type
 *
 * fmod_ret programs replace return values: not for observers.
 *
 * Context: Process context.
 * Return: true if it may.
 */
bool bpf_perfmon_prog_capable(const struct bpf_token *token,
			      enum bpf_prog_type type,
			      enum bpf_attach_type attach_type)
{
	if (observing_prog_type(type) && attach_type != BPF_MODIFY_RETURN)
		return bpf_tracing_capable(token);
	return bpf_token_capable(token, CAP_PERFMON);
}

/**
 * bpf_observer_prog - is the current task loading as an observer?
 * @token: BPF token presented, or %NULL
 * @type: program type
 *
 * Networking programs are not restricted: CAP_NET_ADMIN is their authority.
 * BPF_PROG_TYPE_SYSCALL is, because it has the helpers of tracing programs.
 *
 * Context: Process context.
 * Return: true if the program gets reviewed helpers and kfuncs only.
 */
bool bpf_observer_prog(const struct bpf_token *token, enum bpf_prog_type type)
{
	return (observing_prog_type(type) || type == BPF_PROG_TYPE_SYSCALL) &&
	       !acts_elsewhere(token) &&
	       !bpf_token_capable_noaudit(token, CAP_PERFMON) &&
	       bpf_token_capable_noaudit(token, CAP_TRACING);
}

/* What a decision says if it names no capability */
enum {
	HELPER_OBSERVES = -1,
	HELPER_FOREIGN = -2,
};

/* One enumerator for each decision: the table below asks for every helper's */
enum {
#include "observer_helpers.h"
};

static const s8 observer_helpers[__BPF_FUNC_MAX_ID] = {
#define DECISION(name, ...)	OBSERVER_##name,
	___BPF_FUNC_MAPPER(DECISION)
#undef DECISION
};

/**
 * bpf_observer_refuses_helper - is this helper not for an observer's program?
 * @func_id: helper number, whatever the program said
 * @offered: the program's type has the helper
 *
 * Return: name of the capability that would allow it; %NULL if the helper was
 * reviewed and observes, or if the type of program does not have it anyway.
 */
const char *bpf_observer_refuses_helper(u32 func_id, bool offered)
{
	if (func_id >= ARRAY_SIZE(observer_helpers))
		return NULL;
	switch (observer_helpers[func_id]) {
	case HELPER_OBSERVES:
		return NULL;
	case HELPER_FOREIGN:
		return offered ? "CAP_PERFMON" : NULL;
	case CAP_SYS_ADMIN:
		return "CAP_SYS_ADMIN";
	default:
		return "CAP_PERFMON";
	}
}

/*
 * Kfuncs that observe: RCU sections, casts for reading, tasks held for as long
 * as the program runs.  Open-coded iterators are left out: nested, they hold a
 * CPU for as long as they like.
 */
BTF_SET_START(observer_kfuncs)
BTF_ID(func, bpf_rcu_read_lock)
BTF_ID(func, bpf_rcu_read_unlock)
BTF_ID(func, bpf_cast_to_kern_ctx)
BTF_ID(func, bpf_rdonly_cast)
BTF_ID(func, bpf_task_acquire)
BTF_ID(func, bpf_task_from_pid)
BTF_ID(func, bpf_task_release)
BTF_ID(func, bpf_dynptr_size)
BTF_ID(func, bpf_dynptr_is_null)
BTF_ID(func, bpf_dynptr_is_rdonly)
BTF_SET_END(observer_kfuncs)

/**
 * bpf_observer_kfunc - may an observer's program call this kfunc?
 * @btf: BTF that describes the kfunc
 * @func_id: BTF id of the kfunc in @btf
 *
 * A module's kfuncs are never reviewed here.
 *
 * Return: true if the kfunc was reviewed and observes.
 */
bool bpf_observer_kfunc(const struct btf *btf, u32 func_id)
{
	return btf_is_kernel(btf) && !btf_is_module(btf) &&
	       btf_id_set_contains(&observer_kfuncs, func_id);
}

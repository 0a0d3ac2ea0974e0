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

static bool perfmon_capable_noaudit(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_PERFMON) ||
	       ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

/**
 * bpf_tracing_capable - may the current task observe by way of BPF?
 * @token: BPF token presented, or %NULL
 *
 * CAP_PERFMON or CAP_SYS_ADMIN, or CAP_BPF and CAP_TRACING together, in the
 * initial user namespace.  CAP_TRACING alone must not relax the verifier.  A
 * token asks for CAP_PERFMON in its own user namespace, as ever, because
 * CAP_TRACING acts in the initial one only.
 *
 * Context: Process context.
 * Return: true if it may; otherwise one audit record names CAP_TRACING.
 */
bool bpf_tracing_capable(const struct bpf_token *token)
{
	if (token)
		return bpf_token_capable(token, CAP_PERFMON);
	return perfmon_capable_noaudit() ||
	       (ns_capable_noaudit(&init_user_ns, CAP_BPF) &&
		capable(CAP_TRACING));
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
	if (token)
		return bpf_token_capable(token, CAP_PERFMON);
	return perfmon_capable_noaudit() ||
	       (ns_capable_noaudit(&init_user_ns, CAP_BPF) &&
		ns_capable_noaudit(&init_user_ns, CAP_TRACING));
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
	       !token && !perfmon_capable_noaudit() &&
	       ns_capable_noaudit(&init_user_ns, CAP_TRACING);
}

/*
 * Helpers that observe.  Left out on purpose, of those that tracing programs
 * have: bpf_probe_write_user() writes another task's memory,
 * bpf_override_return() replaces results, bpf_send_signal*() kill,
 * bpf_setsockopt() reconfigures any socket from an iterator,
 * bpf_copy_from_user*() let the probed task sleep on a page that somebody
 * else withholds, bpf_sk_storage_*() charge the option memory of the socket
 * they watch, and bpf_sys_bpf() and bpf_sys_close() act with the rights of
 * whoever runs the program.
 */
static const bool observer_helpers[__BPF_FUNC_MAX_ID] = {
	/* The program's own maps, rings and control flow */
	[BPF_FUNC_map_lookup_elem]		= true,
	[BPF_FUNC_map_update_elem]		= true,
	[BPF_FUNC_map_delete_elem]		= true,
	[BPF_FUNC_map_push_elem]		= true,
	[BPF_FUNC_map_pop_elem]			= true,
	[BPF_FUNC_map_peek_elem]		= true,
	[BPF_FUNC_map_lookup_percpu_elem]	= true,
	[BPF_FUNC_for_each_map_elem]		= true,
	[BPF_FUNC_task_storage_get]		= true,
	[BPF_FUNC_task_storage_delete]		= true,
	[BPF_FUNC_inode_storage_get]		= true,
	[BPF_FUNC_inode_storage_delete]		= true,
	[BPF_FUNC_cgrp_storage_get]		= true,
	[BPF_FUNC_cgrp_storage_delete]		= true,
	[BPF_FUNC_kptr_xchg]			= true,
	[BPF_FUNC_spin_lock]			= true,
	[BPF_FUNC_spin_unlock]			= true,
	[BPF_FUNC_timer_init]			= true,
	[BPF_FUNC_timer_set_callback]		= true,
	[BPF_FUNC_timer_start]			= true,
	[BPF_FUNC_timer_cancel]			= true,
	[BPF_FUNC_tail_call]			= true,
	[BPF_FUNC_loop]				= true,
	[BPF_FUNC_dynptr_from_mem]		= true,
	[BPF_FUNC_dynptr_read]			= true,
	[BPF_FUNC_dynptr_write]			= true,
	[BPF_FUNC_dynptr_data]			= true,
	[BPF_FUNC_user_ringbuf_drain]		= true,
	[BPF_FUNC_ringbuf_output]		= true,
	[BPF_FUNC_ringbuf_reserve]		= true,
	[BPF_FUNC_ringbuf_submit]		= true,
	[BPF_FUNC_ringbuf_discard]		= true,
	[BPF_FUNC_ringbuf_query]		= true,
	[BPF_FUNC_ringbuf_reserve_dynptr]	= true,
	[BPF_FUNC_ringbuf_submit_dynptr]	= true,
	[BPF_FUNC_ringbuf_discard_dynptr]	= true,

	/* Output to whoever holds the buffer, and text handling */
	[BPF_FUNC_perf_event_output]		= true,
	[BPF_FUNC_skb_output]			= true,
	[BPF_FUNC_xdp_output]			= true,
	[BPF_FUNC_trace_printk]			= true,
	[BPF_FUNC_trace_vprintk]		= true,
	[BPF_FUNC_seq_printf]			= true,
	[BPF_FUNC_seq_write]			= true,
	[BPF_FUNC_seq_printf_btf]		= true,
	[BPF_FUNC_snprintf]			= true,
	[BPF_FUNC_snprintf_btf]			= true,
	[BPF_FUNC_strtol]			= true,
	[BPF_FUNC_strtoul]			= true,
	[BPF_FUNC_strncmp]			= true,

	/* Clocks, numbers and where the program runs */
	[BPF_FUNC_ktime_get_ns]			= true,
	[BPF_FUNC_ktime_get_boot_ns]		= true,
	[BPF_FUNC_ktime_get_coarse_ns]		= true,
	[BPF_FUNC_ktime_get_tai_ns]		= true,
	[BPF_FUNC_jiffies64]			= true,
	[BPF_FUNC_get_prandom_u32]		= true,
	[BPF_FUNC_get_smp_processor_id]		= true,
	[BPF_FUNC_get_numa_node_id]		= true,
	[BPF_FUNC_per_cpu_ptr]			= true,
	[BPF_FUNC_this_cpu_ptr]			= true,

	/* Memory, read without faulting pages in */
	[BPF_FUNC_probe_read]			= true,
	[BPF_FUNC_probe_read_str]		= true,
	[BPF_FUNC_probe_read_user]		= true,
	[BPF_FUNC_probe_read_user_str]		= true,
	[BPF_FUNC_probe_read_kernel]		= true,
	[BPF_FUNC_probe_read_kernel_str]	= true,

	/* The task, cgroup, file or socket at hand */
	[BPF_FUNC_get_current_pid_tgid]		= true,
	[BPF_FUNC_get_ns_current_pid_tgid]	= true,
	[BPF_FUNC_get_current_uid_gid]		= true,
	[BPF_FUNC_get_current_comm]		= true,
	[BPF_FUNC_get_current_task]		= true,
	[BPF_FUNC_get_current_task_btf]		= true,
	[BPF_FUNC_task_pt_regs]			= true,
	[BPF_FUNC_find_vma]			= true,
	[BPF_FUNC_get_cgroup_classid]		= true,
	[BPF_FUNC_get_current_cgroup_id]	= true,
	[BPF_FUNC_get_current_ancestor_cgroup_id] = true,
	[BPF_FUNC_current_task_under_cgroup]	= true,
	[BPF_FUNC_d_path]			= true,
	[BPF_FUNC_sock_from_file]		= true,
	[BPF_FUNC_get_socket_cookie]		= true,
	[BPF_FUNC_getsockopt]			= true,
	[BPF_FUNC_skc_to_tcp6_sock]		= true,
	[BPF_FUNC_skc_to_tcp_sock]		= true,
	[BPF_FUNC_skc_to_tcp_timewait_sock]	= true,
	[BPF_FUNC_skc_to_tcp_request_sock]	= true,
	[BPF_FUNC_skc_to_udp6_sock]		= true,
	[BPF_FUNC_skc_to_unix_sock]		= true,
	[BPF_FUNC_skc_to_mptcp_sock]		= true,
	[BPF_FUNC_xdp_get_buff_len]		= true,

	/* The event at hand: arguments, results, counters, stacks, symbols */
	[BPF_FUNC_get_func_arg]			= true,
	[BPF_FUNC_get_func_arg_cnt]		= true,
	[BPF_FUNC_get_func_ret]			= true,
	[BPF_FUNC_get_func_ip]			= true,
	[BPF_FUNC_get_attach_cookie]		= true,
	[BPF_FUNC_get_stackid]			= true,
	[BPF_FUNC_get_stack]			= true,
	[BPF_FUNC_get_task_stack]		= true,
	[BPF_FUNC_perf_event_read]		= true,
	[BPF_FUNC_perf_event_read_value]	= true,
	[BPF_FUNC_perf_prog_read_value]		= true,
	[BPF_FUNC_read_branch_records]		= true,
	[BPF_FUNC_get_branch_snapshot]		= true,
	[BPF_FUNC_btf_find_by_name_kind]	= true,
	[BPF_FUNC_kallsyms_lookup_name]		= true,
};

/**
 * bpf_observer_helper - may an observer's program call this helper?
 * @func_id: helper number, whatever the program said
 *
 * Return: true if the helper was reviewed and observes.
 */
bool bpf_observer_helper(u32 func_id)
{
	return func_id < ARRAY_SIZE(observer_helpers) &&
	       observer_helpers[func_id];
}

/* Kfuncs that observe: RCU sections, casts for reading, counted loops */
BTF_SET_START(observer_kfuncs)
BTF_ID(func, bpf_rcu_read_lock)
BTF_ID(func, bpf_rcu_read_unlock)
BTF_ID(func, bpf_cast_to_kern_ctx)
BTF_ID(func, bpf_rdonly_cast)
BTF_ID(func, bpf_iter_num_new)
BTF_ID(func, bpf_iter_num_next)
BTF_ID(func, bpf_iter_num_destroy)
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

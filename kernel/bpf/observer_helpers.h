/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an observer's BPF program may call: a decision on each helper, and why.
 *
 * Every helper of this kernel is decided on here, or observer.c does not
 * compile: a new one has to be reviewed first.  What counts is whether it acts
 * on anything but the program's own maps and output.
 *
 * HELPER_OBSERVES: open to observers
 * CAP_*: left to who holds the capability
 * HELPER_FOREIGN: other types' helper, refused wherever it turns up
 */

/* The program's own maps and control flow, bounded by the verifier */
OBSERVER_map_lookup_elem = HELPER_OBSERVES,	/* its own maps */
OBSERVER_map_update_elem = HELPER_OBSERVES,	/* its own maps */
OBSERVER_map_delete_elem = HELPER_OBSERVES,	/* its own maps */
OBSERVER_map_push_elem = HELPER_OBSERVES,	/* its own maps */
OBSERVER_map_pop_elem = HELPER_OBSERVES,	/* its own maps */
OBSERVER_map_peek_elem = HELPER_OBSERVES,	/* its own maps */
OBSERVER_map_lookup_percpu_elem = HELPER_OBSERVES,	/* its own maps */
OBSERVER_for_each_map_elem = HELPER_OBSERVES,	/* its own map; not nested, few elements */
OBSERVER_loop = HELPER_OBSERVES,		/* not nested, few rounds */
OBSERVER_find_vma = HELPER_OBSERVES,		/* reads under the lock of the mm, or gives up */
OBSERVER_tail_call = HELPER_OBSERVES,		/* into its own programs, 33 times at most */
OBSERVER_spin_lock = HELPER_OBSERVES,		/* in its own map values */
OBSERVER_spin_unlock = HELPER_OBSERVES,		/* in its own map values */
OBSERVER_task_storage_get = HELPER_OBSERVES,	/* a map of its own, charged to it */
OBSERVER_task_storage_delete = HELPER_OBSERVES,	/* a map of its own */
OBSERVER_inode_storage_get = HELPER_OBSERVES,	/* a map of its own, charged to it */
OBSERVER_inode_storage_delete = HELPER_OBSERVES,	/* a map of its own */
OBSERVER_cgrp_storage_get = HELPER_OBSERVES,	/* a map of its own, charged to it */
OBSERVER_cgrp_storage_delete = HELPER_OBSERVES,	/* a map of its own */
OBSERVER_dynptr_from_mem = HELPER_OBSERVES,	/* its own memory */
OBSERVER_dynptr_read = HELPER_OBSERVES,		/* its own memory */
OBSERVER_dynptr_write = HELPER_OBSERVES,	/* its own memory: others are read-only */
OBSERVER_dynptr_data = HELPER_OBSERVES,		/* its own memory */
OBSERVER_user_ringbuf_drain = HELPER_OBSERVES,	/* its own ring; not nested */
OBSERVER_ringbuf_output = HELPER_OBSERVES,	/* its own ring */
OBSERVER_ringbuf_reserve = HELPER_OBSERVES,	/* its own ring */
OBSERVER_ringbuf_submit = HELPER_OBSERVES,	/* its own ring */
OBSERVER_ringbuf_discard = HELPER_OBSERVES,	/* its own ring */
OBSERVER_ringbuf_query = HELPER_OBSERVES,	/* its own ring */
OBSERVER_ringbuf_reserve_dynptr = HELPER_OBSERVES,	/* its own ring */
OBSERVER_ringbuf_submit_dynptr = HELPER_OBSERVES,	/* its own ring */
OBSERVER_ringbuf_discard_dynptr = HELPER_OBSERVES,	/* its own ring */

/* Output to whoever holds the buffer, and text */
OBSERVER_perf_event_output = HELPER_OBSERVES,	/* to buffers it holds */
OBSERVER_skb_output = HELPER_OBSERVES,		/* to buffers it holds */
OBSERVER_xdp_output = HELPER_OBSERVES,		/* to buffers it holds */
OBSERVER_trace_printk = HELPER_OBSERVES,	/* to the trace, which it may write anyway */
OBSERVER_trace_vprintk = HELPER_OBSERVES,	/* to the trace, which it may write anyway */
OBSERVER_seq_printf = HELPER_OBSERVES,		/* to the reader of its iterator */
OBSERVER_seq_write = HELPER_OBSERVES,		/* to the reader of its iterator */
OBSERVER_seq_printf_btf = HELPER_OBSERVES,	/* to the reader of its iterator */
OBSERVER_snprintf = HELPER_OBSERVES,		/* to its own memory */
OBSERVER_snprintf_btf = HELPER_OBSERVES,	/* to its own memory */
OBSERVER_strtol = HELPER_OBSERVES,		/* computes */
OBSERVER_strtoul = HELPER_OBSERVES,		/* computes */
OBSERVER_strncmp = HELPER_OBSERVES,		/* computes */

/* Clocks, numbers and where the program runs */
OBSERVER_ktime_get_ns = HELPER_OBSERVES,	/* reads a clock */
OBSERVER_ktime_get_boot_ns = HELPER_OBSERVES,	/* reads a clock */
OBSERVER_ktime_get_coarse_ns = HELPER_OBSERVES,	/* reads a clock */
OBSERVER_ktime_get_tai_ns = HELPER_OBSERVES,	/* reads a clock */
OBSERVER_jiffies64 = HELPER_OBSERVES,		/* reads a clock */
OBSERVER_get_prandom_u32 = HELPER_OBSERVES,	/* a generator of BPF's own */
OBSERVER_get_smp_processor_id = HELPER_OBSERVES,	/* reads */
OBSERVER_get_numa_node_id = HELPER_OBSERVES,	/* reads */
OBSERVER_per_cpu_ptr = HELPER_OBSERVES,		/* read-only kernel variables */
OBSERVER_this_cpu_ptr = HELPER_OBSERVES,	/* read-only kernel variables */

/* Memory, read without faulting pages in */
OBSERVER_probe_read = HELPER_OBSERVES,		/* never faults a page in */
OBSERVER_probe_read_str = HELPER_OBSERVES,	/* never faults a page in */
OBSERVER_probe_read_user = HELPER_OBSERVES,	/* never faults a page in */
OBSERVER_probe_read_user_str = HELPER_OBSERVES,	/* never faults a page in */
OBSERVER_probe_read_kernel = HELPER_OBSERVES,	/* never faults a page in */
OBSERVER_probe_read_kernel_str = HELPER_OBSERVES,	/* never faults a page in */

/* The task, cgroup, file or socket at hand */
OBSERVER_get_current_pid_tgid = HELPER_OBSERVES,	/* reads */
OBSERVER_get_ns_current_pid_tgid = HELPER_OBSERVES,	/* reads */
OBSERVER_get_current_uid_gid = HELPER_OBSERVES,	/* reads */
OBSERVER_get_current_comm = HELPER_OBSERVES,	/* reads */
OBSERVER_get_current_task = HELPER_OBSERVES,	/* reads */
OBSERVER_get_current_task_btf = HELPER_OBSERVES,	/* reads */
OBSERVER_task_pt_regs = HELPER_OBSERVES,	/* reads */
OBSERVER_get_cgroup_classid = HELPER_OBSERVES,	/* reads */
OBSERVER_get_current_cgroup_id = HELPER_OBSERVES,	/* reads */
OBSERVER_get_current_ancestor_cgroup_id = HELPER_OBSERVES,	/* reads */
OBSERVER_current_task_under_cgroup = HELPER_OBSERVES,	/* reads */
OBSERVER_d_path = HELPER_OBSERVES,		/* reads */
OBSERVER_sock_from_file = HELPER_OBSERVES,	/* reads */
OBSERVER_getsockopt = HELPER_OBSERVES,		/* reads */
OBSERVER_xdp_get_buff_len = HELPER_OBSERVES,	/* reads */
OBSERVER_get_socket_cookie = HELPER_OBSERVES,	/* numbers the socket, as SO_COOKIE does */
OBSERVER_skc_to_tcp6_sock = HELPER_OBSERVES,	/* casts for reading */
OBSERVER_skc_to_tcp_sock = HELPER_OBSERVES,	/* casts for reading */
OBSERVER_skc_to_tcp_timewait_sock = HELPER_OBSERVES,	/* casts for reading */
OBSERVER_skc_to_tcp_request_sock = HELPER_OBSERVES,	/* casts for reading */
OBSERVER_skc_to_udp6_sock = HELPER_OBSERVES,	/* casts for reading */
OBSERVER_skc_to_unix_sock = HELPER_OBSERVES,	/* casts for reading */
OBSERVER_skc_to_mptcp_sock = HELPER_OBSERVES,	/* casts for reading */

/* The event at hand: arguments, results, counters, stacks, symbols */
OBSERVER_get_func_arg = HELPER_OBSERVES,	/* reads */
OBSERVER_get_func_arg_cnt = HELPER_OBSERVES,	/* reads */
OBSERVER_get_func_ret = HELPER_OBSERVES,	/* reads */
OBSERVER_get_func_ip = HELPER_OBSERVES,		/* reads */
OBSERVER_get_attach_cookie = HELPER_OBSERVES,	/* reads */
OBSERVER_get_stackid = HELPER_OBSERVES,		/* reads */
OBSERVER_get_stack = HELPER_OBSERVES,		/* reads */
OBSERVER_get_task_stack = HELPER_OBSERVES,	/* reads */
OBSERVER_perf_event_read = HELPER_OBSERVES,	/* reads */
OBSERVER_perf_event_read_value = HELPER_OBSERVES,	/* reads */
OBSERVER_perf_prog_read_value = HELPER_OBSERVES,	/* reads */
OBSERVER_read_branch_records = HELPER_OBSERVES,	/* reads */
OBSERVER_get_branch_snapshot = HELPER_OBSERVES,	/* reads */
OBSERVER_btf_find_by_name_kind = HELPER_OBSERVES,	/* reads BTF */
OBSERVER_kallsyms_lookup_name = HELPER_OBSERVES,	/* asks kptr_restrict */

/* What tracing programs have and observers do not */
OBSERVER_probe_write_user = CAP_SYS_ADMIN,	/* writes a task's memory */
OBSERVER_override_return = CAP_PERFMON,		/* replaces results */
OBSERVER_send_signal = CAP_PERFMON,		/* kills */
OBSERVER_send_signal_thread = CAP_PERFMON,	/* kills */
OBSERVER_setsockopt = CAP_PERFMON,		/* reconfigures any socket from an iterator */
OBSERVER_copy_from_user = CAP_PERFMON,		/* lets a task wait for a page somebody withholds */
OBSERVER_copy_from_user_task = CAP_PERFMON,	/* lets a task wait for a page somebody withholds */
OBSERVER_sk_storage_get = CAP_PERFMON,		/* charges the watched socket's option memory */
OBSERVER_sk_storage_delete = CAP_PERFMON,	/* undoes what others have stored */
OBSERVER_kptr_xchg = CAP_PERFMON,		/* keeps kernel objects alive in a map */
OBSERVER_timer_init = CAP_PERFMON,		/* a timer runs on with nobody waiting for it */
OBSERVER_timer_set_callback = CAP_PERFMON,	/* a timer runs on with nobody waiting for it */
OBSERVER_timer_start = CAP_PERFMON,		/* rearmed without delay it keeps a CPU busy */
OBSERVER_timer_cancel = CAP_PERFMON,		/* there are no timers to cancel */
OBSERVER_sys_bpf = CAP_PERFMON,			/* acts with the rights of whoever runs it */
OBSERVER_sys_close = CAP_PERFMON,		/* closes files of whoever runs it */

/* Networking, cgroup, LIRC and LSM programs have these; their types decide */
OBSERVER_unspec = HELPER_FOREIGN,		/* no helper */
OBSERVER_skb_store_bytes = HELPER_FOREIGN,	/* packets */
OBSERVER_l3_csum_replace = HELPER_FOREIGN,	/* packets */
OBSERVER_l4_csum_replace = HELPER_FOREIGN,	/* packets */
OBSERVER_clone_redirect = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_vlan_push = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_vlan_pop = HELPER_FOREIGN,		/* packets */
OBSERVER_skb_get_tunnel_key = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_set_tunnel_key = HELPER_FOREIGN,	/* packets */
OBSERVER_redirect = HELPER_FOREIGN,		/* packets */
OBSERVER_get_route_realm = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_load_bytes = HELPER_FOREIGN,	/* packets */
OBSERVER_csum_diff = HELPER_FOREIGN,		/* packets */
OBSERVER_skb_get_tunnel_opt = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_set_tunnel_opt = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_change_proto = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_change_type = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_under_cgroup = HELPER_FOREIGN,	/* packets */
OBSERVER_get_hash_recalc = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_change_tail = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_pull_data = HELPER_FOREIGN,	/* packets */
OBSERVER_csum_update = HELPER_FOREIGN,		/* packets */
OBSERVER_set_hash_invalid = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_change_head = HELPER_FOREIGN,	/* packets */
OBSERVER_xdp_adjust_head = HELPER_FOREIGN,	/* XDP frames */
OBSERVER_get_socket_uid = HELPER_FOREIGN,	/* sockets */
OBSERVER_set_hash = HELPER_FOREIGN,		/* packets */
OBSERVER_skb_adjust_room = HELPER_FOREIGN,	/* packets */
OBSERVER_redirect_map = HELPER_FOREIGN,		/* packets */
OBSERVER_sk_redirect_map = HELPER_FOREIGN,	/* sockets */
OBSERVER_sock_map_update = HELPER_FOREIGN,	/* sockets */
OBSERVER_xdp_adjust_meta = HELPER_FOREIGN,	/* XDP frames */
OBSERVER_sock_ops_cb_flags_set = HELPER_FOREIGN,	/* sockets */
OBSERVER_msg_redirect_map = HELPER_FOREIGN,	/* sockets */
OBSERVER_msg_apply_bytes = HELPER_FOREIGN,	/* sockets */
OBSERVER_msg_cork_bytes = HELPER_FOREIGN,	/* sockets */
OBSERVER_msg_pull_data = HELPER_FOREIGN,	/* sockets */
OBSERVER_bind = HELPER_FOREIGN,			/* sockets */
OBSERVER_xdp_adjust_tail = HELPER_FOREIGN,	/* XDP frames */
OBSERVER_skb_get_xfrm_state = HELPER_FOREIGN,	/* packets */
OBSERVER_skb_load_bytes_relative = HELPER_FOREIGN,	/* packets */
OBSERVER_fib_lookup = HELPER_FOREIGN,		/* packets */
OBSERVER_sock_hash_update = HELPER_FOREIGN,	/* sockets */
OBSERVER_msg_redirect_hash = HELPER_FOREIGN,	/* sockets */
OBSERVER_sk_redirect_hash = HELPER_FOREIGN,	/* sockets */
OBSERVER_lwt_push_encap = HELPER_FOREIGN,	/* packets */
OBSERVER_lwt_seg6_store_bytes = HELPER_FOREIGN,	/* packets */
OBSERVER_lwt_seg6_adjust_srh = HELPER_FOREIGN,	/* packets */
OBSERVER_lwt_seg6_action = HELPER_FOREIGN,	/* packets */
OBSERVER_rc_repeat = HELPER_FOREIGN,		/* remote controls */
OBSERVER_rc_keydown = HELPER_FOREIGN,		/* remote controls */
OBSERVER_skb_cgroup_id = HELPER_FOREIGN,	/* packets */
OBSERVER_get_local_storage = HELPER_FOREIGN,	/* cgroup storage */
OBSERVER_sk_select_reuseport = HELPER_FOREIGN,	/* sockets */
OBSERVER_skb_ancestor_cgroup_id = HELPER_FOREIGN,	/* packets */
OBSERVER_sk_lookup_tcp = HELPER_FOREIGN,	/* sockets */
OBSERVER_sk_lookup_udp = HELPER_FOREIGN,	/* sockets */
OBSERVER_sk_release = HELPER_FOREIGN,		/* sockets */
OBSERVER_msg_push_data = HELPER_FOREIGN,	/* sockets */
OBSERVER_msg_pop_data = HELPER_FOREIGN,		/* sockets */
OBSERVER_rc_pointer_rel = HELPER_FOREIGN,	/* remote controls */
OBSERVER_sk_fullsock = HELPER_FOREIGN,		/* sockets */
OBSERVER_tcp_sock = HELPER_FOREIGN,		/* sockets */
OBSERVER_skb_ecn_set_ce = HELPER_FOREIGN,	/* packets */
OBSERVER_get_listener_sock = HELPER_FOREIGN,	/* sockets */
OBSERVER_skc_lookup_tcp = HELPER_FOREIGN,	/* sockets */
OBSERVER_tcp_check_syncookie = HELPER_FOREIGN,	/* sockets */
OBSERVER_sysctl_get_name = HELPER_FOREIGN,	/* sysctls */
OBSERVER_sysctl_get_current_value = HELPER_FOREIGN,	/* sysctls */
OBSERVER_sysctl_get_new_value = HELPER_FOREIGN,	/* sysctls */
OBSERVER_sysctl_set_new_value = HELPER_FOREIGN,	/* sysctls */
OBSERVER_tcp_gen_syncookie = HELPER_FOREIGN,	/* sockets */
OBSERVER_tcp_send_ack = HELPER_FOREIGN,		/* sockets */
OBSERVER_get_netns_cookie = HELPER_FOREIGN,	/* sockets */
OBSERVER_sk_assign = HELPER_FOREIGN,		/* sockets */
OBSERVER_sk_cgroup_id = HELPER_FOREIGN,		/* sockets */
OBSERVER_sk_ancestor_cgroup_id = HELPER_FOREIGN,	/* sockets */
OBSERVER_csum_level = HELPER_FOREIGN,		/* packets */
OBSERVER_load_hdr_opt = HELPER_FOREIGN,		/* TCP headers */
OBSERVER_store_hdr_opt = HELPER_FOREIGN,	/* TCP headers */
OBSERVER_reserve_hdr_opt = HELPER_FOREIGN,	/* TCP headers */
OBSERVER_skb_cgroup_classid = HELPER_FOREIGN,	/* packets */
OBSERVER_redirect_neigh = HELPER_FOREIGN,	/* packets */
OBSERVER_redirect_peer = HELPER_FOREIGN,	/* packets */
OBSERVER_bprm_opts_set = HELPER_FOREIGN,	/* LSM programs */
OBSERVER_ima_inode_hash = HELPER_FOREIGN,	/* LSM programs */
OBSERVER_check_mtu = HELPER_FOREIGN,		/* packets */
OBSERVER_get_retval = HELPER_FOREIGN,		/* results that a program decides on */
OBSERVER_set_retval = HELPER_FOREIGN,		/* results that a program decides on */
OBSERVER_xdp_load_bytes = HELPER_FOREIGN,	/* XDP frames */
OBSERVER_xdp_store_bytes = HELPER_FOREIGN,	/* XDP frames */
OBSERVER_skb_set_tstamp = HELPER_FOREIGN,	/* packets */
OBSERVER_ima_file_hash = HELPER_FOREIGN,	/* LSM programs */
OBSERVER_tcp_raw_gen_syncookie_ipv4 = HELPER_FOREIGN,	/* sockets */
OBSERVER_tcp_raw_gen_syncookie_ipv6 = HELPER_FOREIGN,	/* sockets */
OBSERVER_tcp_raw_check_syncookie_ipv4 = HELPER_FOREIGN,	/* sockets */
OBSERVER_tcp_raw_check_syncookie_ipv6 = HELPER_FOREIGN,	/* sockets */

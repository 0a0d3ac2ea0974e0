// SPDX-License-Identifier: GPL-2.0
/*
 * The table's program types.  Each program returns at once.
 */
#define _GNU_SOURCE
#include <linux/btf.h>

#include "ops.h"

/* Sleepable SYSCALL programs are the only ones there are */
struct prog {
	__u32 type, attach, flags;
	__u32 kind;		/* of the attach target, 0 for none */
	const char *target;
	int past;
};

static const struct bpf_insn return_0[] = { CT_MOV_IMM(0, 0), CT_EXIT() };
static const struct bpf_insn return_1[] = { CT_MOV_IMM(0, 1), CT_EXIT() };

static int load(const struct prog *p, const struct bpf_insn *insns)
{
	struct ct_prog prog = {
		.type = p->type, .attach_type = p->attach, .flags = p->flags,
		.insns = insns, .nr_insns = 2,
	};
	int err;

	if (p->target) {
		int id = ct_btf_id(p->target, p->kind);

		if (id < 0)
			return -id;
		prog.attach_btf_id = id;
	}
	err = ops_close(ct_prog_load(&prog));
	return p->past ? past(err, p->past) : err;
}

static int try_0(const void *arg)
{
	return load(arg, return_0);
}

static int try_1(const void *arg)
{
	return load(arg, return_1);
}

#define P0(...)	.attempt = try_0, .arg = &(const struct prog){ __VA_ARGS__ }
#define P1(...)	.attempt = try_1, .arg = &(const struct prog){ __VA_ARGS__ }
#define TRACING(attach, kind, target) \
	P0(BPF_PROG_TYPE_TRACING, attach, 0, kind, target, 0)

static const struct op_impl ops[] = {
	{ "bpf.prog.socket_filter", P0(BPF_PROG_TYPE_SOCKET_FILTER) },
	{ "bpf.prog.cgroup_skb",
		P1(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS) },
	{ "bpf.prog.sk_reuseport",
		P1(BPF_PROG_TYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT) },
	{ "bpf.prog.sk_lookup", P1(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP) },
	{ "bpf.prog.syscall",
		P0(BPF_PROG_TYPE_SYSCALL, 0, BPF_F_SLEEPABLE) },
	{ "bpf.prog.sched_cls", P0(BPF_PROG_TYPE_SCHED_CLS) },
	{ "bpf.prog.sched_act", P0(BPF_PROG_TYPE_SCHED_ACT) },
	{ "bpf.prog.xdp", P0(BPF_PROG_TYPE_XDP) },
	{ "bpf.prog.lwt_in", P0(BPF_PROG_TYPE_LWT_IN) },
	{ "bpf.prog.lwt_xmit", P0(BPF_PROG_TYPE_LWT_XMIT) },
	{ "bpf.prog.sk_skb",
		P1(BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_VERDICT) },
	{ "bpf.prog.sk_msg", P1(BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT) },
	{ "bpf.prog.flow_dissector",
		P0(BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR) },
	{ "bpf.prog.sock_ops",
		P1(BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS) },
	{ "bpf.prog.cgroup_device",
		P1(BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE) },
	{ "bpf.prog.cgroup_sock",
		P1(BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE) },
	{ "bpf.prog.cgroup_sock_addr",
		P1(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND) },
	{ "bpf.prog.cgroup_sockopt",
		P1(BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT) },
	{ "bpf.prog.cgroup_sysctl",
		P1(BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL) },
	{ "bpf.prog.kprobe", P0(BPF_PROG_TYPE_KPROBE) },
	{ "bpf.prog.kprobe_multi",
		P0(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI) },
	{ "bpf.prog.tracepoint", P0(BPF_PROG_TYPE_TRACEPOINT) },
	{ "bpf.prog.perf_event", P0(BPF_PROG_TYPE_PERF_EVENT) },
	{ "bpf.prog.raw_tracepoint", P0(BPF_PROG_TYPE_RAW_TRACEPOINT) },
	{ "bpf.prog.fentry",
		TRACING(BPF_TRACE_FENTRY, BTF_KIND_FUNC, "bpf_fentry_test1") },
	{ "bpf.prog.fexit",
		TRACING(BPF_TRACE_FEXIT, BTF_KIND_FUNC, "bpf_fentry_test1") },
	{ "bpf.prog.tp_btf",
		TRACING(BPF_TRACE_RAW_TP, BTF_KIND_TYPEDEF,
			"btf_trace_sched_switch") },
	{ "bpf.prog.iter",
		TRACING(BPF_TRACE_ITER, BTF_KIND_FUNC, "bpf_iter_task") },
	{ "bpf.prog.fmod_ret",
		TRACING(BPF_MODIFY_RETURN, BTF_KIND_FUNC,
			"bpf_modify_return_test") },
	{ "bpf.prog.raw_tp_writable",
		P0(BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE) },
	{ "bpf.prog.lsm",
		P0(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, 0, BTF_KIND_FUNC,
		   "bpf_lsm_file_open", 0) },
	/* The first member, ssthresh */
	{ "bpf.prog.struct_ops",
		P0(BPF_PROG_TYPE_STRUCT_OPS, 0, 0, BTF_KIND_STRUCT,
		   "tcp_congestion_ops", 0) },
	/* What it replaces is asked for once the type is allowed */
	{ "bpf.prog.ext", P0(BPF_PROG_TYPE_EXT, 0, 0, 0, NULL, EINVAL) },
};

const struct op_group ops_bpf_prog = { ops, ARRAY_SIZE(ops) };

// SPDX-License-Identifier: GPL-2.0
/*
 * The table's programs that ask the verifier for more: pointers as numbers,
 * helpers and kfuncs.
 */
#define _GNU_SOURCE
#include <linux/btf.h>

#include "ops.h"

struct prog {
	__u32 type, attach, flags;
	const char *target;		/* kernel function or tracepoint */
	__u32 kind;
	const char *kfunc[2];
	const struct bpf_insn *insns;
	__u32 nr_insns;
};

static int try_prog(const void *arg)
{
	const struct prog *p = arg;
	struct bpf_insn insns[32];
	struct ct_prog prog = {
		.type = p->type, .attach_type = p->attach, .flags = p->flags,
		.insns = insns, .nr_insns = p->nr_insns,
	};
	__u32 i;
	int id;

	if (p->target) {
		id = ct_btf_id(p->target, p->kind);
		if (id < 0)
			return ENODEV;
		prog.attach_btf_id = id;
	}
	for (i = 0; i < p->nr_insns; i++) {
		insns[i] = p->insns[i];
		if (insns[i].code != (BPF_JMP | BPF_CALL) ||
		    insns[i].src_reg != BPF_PSEUDO_KFUNC_CALL)
			continue;
		id = ct_btf_id(p->kfunc[insns[i].imm], BTF_KIND_FUNC);
		if (id < 0)
			return ENODEV;
		insns[i].imm = id;
	}
	return ops_close(ct_prog_load(&prog));
}

#define INSNS(...) \
	.insns = (const struct bpf_insn[]){ __VA_ARGS__ }, \
	.nr_insns = sizeof((const struct bpf_insn[]){ __VA_ARGS__ }) / \
		    sizeof(struct bpf_insn)
#define PROG(...)	try_prog, &(const struct prog){ __VA_ARGS__ }

#define FILTER		.type = BPF_PROG_TYPE_SOCKET_FILTER
#define XDP		.type = BPF_PROG_TYPE_XDP
#define KPROBE		.type = BPF_PROG_TYPE_KPROBE
#define RAW_TP		.type = BPF_PROG_TYPE_RAW_TRACEPOINT
#define SYSCALL		.type = BPF_PROG_TYPE_SYSCALL, .flags = BPF_F_SLEEPABLE
#define ITER(name)	.type = BPF_PROG_TYPE_TRACING, \
			.attach = BPF_TRACE_ITER, .kind = BTF_KIND_FUNC, \
			.target = "bpf_iter_" name
#define TP_BTF(name)	.type = BPF_PROG_TYPE_TRACING, \
			.attach = BPF_TRACE_RAW_TP, .kind = BTF_KIND_TYPEDEF, \
			.target = "btf_trace_" name

#define RETURN_0	CT_MOV_IMM(0, 0), CT_EXIT()

/* helper(stack, 8, from): the kernel's text starts there */
#define READ(func) \
	INSNS(CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8), CT_MOV_IMM(2, 8), \
	      CT_MOV_IMM(3, (int)0x81000000), CT_CALL(func), RETURN_0)
/* trace_printk("a\n", 3) */
#define PRINTK \
	INSNS(CT_ST(BPF_DW, 10, -8, 0x000a61), CT_MOV_REG(1, 10), \
	      CT_ADD_IMM(1, -8), CT_MOV_IMM(2, 3), \
	      CT_CALL(BPF_FUNC_trace_printk), RETURN_0)
/* helper(number) */
#define WITH_NUMBER(func, n) \
	INSNS(CT_MOV_IMM(1, n), CT_CALL(func), RETURN_0)
/* override_return(ctx, 0) */
#define OVERRIDE \
	INSNS(CT_MOV_IMM(2, 0), CT_CALL(BPF_FUNC_override_return), RETURN_0)
/* probe_write_user(NULL, stack, 8) */
#define WRITE_USER \
	INSNS(CT_ST(BPF_DW, 10, -8, 0), CT_MOV_IMM(1, 0), CT_MOV_REG(2, 10), \
	      CT_ADD_IMM(2, -8), CT_MOV_IMM(3, 8), \
	      CT_CALL(BPF_FUNC_probe_write_user), RETURN_0)
/* sys_bpf(0, stack, 8) */
#define SYS_BPF \
	INSNS(CT_ST(BPF_DW, 10, -8, 0), CT_MOV_IMM(1, 0), CT_MOV_REG(2, 10), \
	      CT_ADD_IMM(2, -8), CT_MOV_IMM(3, 8), \
	      CT_CALL(BPF_FUNC_sys_bpf), RETURN_0)
/* if (ctx->sk_common) setsockopt(sk_common, SOL_SOCKET, SO_MARK, stack, 4) */
#define SETSOCKOPT \
	INSNS(CT_LDX(BPF_DW, 1, 1, 8), \
	      CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 7, 0), \
	      CT_ST(BPF_DW, 10, -8, 0), CT_MOV_IMM(2, 1), CT_MOV_IMM(3, 36), \
	      CT_MOV_REG(4, 10), CT_ADD_IMM(4, -8), CT_MOV_IMM(5, 4), \
	      CT_CALL(BPF_FUNC_setsockopt), RETURN_0)
/* if (ctx->sk_common) bpf_sock_destroy(sk_common) */
#define SOCK_DESTROY \
	INSNS(CT_LDX(BPF_DW, 1, 1, 8), \
	      CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1, 0), \
	      CT_CALL_KFUNC(0), RETURN_0)

static const struct op_impl ops[] = {
	{ "bpf.verifier.leak",
		PROG(FILTER, INSNS(CT_MOV_REG(0, 10), CT_EXIT())) },
	{ "bpf.verifier.compare",
		PROG(FILTER, INSNS(CT_MOV_REG(2, 10), CT_MOV_IMM(0, 0),
				   CT_INSN(BPF_JMP | BPF_JEQ | BPF_X, 1, 2, 0,
					   0),
				   CT_EXIT())) },
	{ "bpf.verifier.uninit_stack",
		PROG(FILTER, INSNS(CT_LDX(BPF_DW, 0, 10, -8),
				   CT_MOV_IMM(0, 0), CT_EXIT())) },
	{ "bpf.helper.filter.jiffies",
		PROG(FILTER, INSNS(CT_CALL(BPF_FUNC_jiffies64), RETURN_0)) },
	{ "bpf.helper.filter.printk", PROG(FILTER, PRINTK) },
	{ "bpf.helper.filter.read",
		PROG(FILTER, READ(BPF_FUNC_probe_read_kernel)) },
	{ "bpf.helper.xdp.read",
		PROG(XDP, READ(BPF_FUNC_probe_read_kernel)) },
	{ "bpf.helper.kprobe.read",
		PROG(KPROBE, READ(BPF_FUNC_probe_read_kernel)) },
	{ "bpf.helper.kprobe.printk", PROG(KPROBE, PRINTK) },
	{ "bpf.helper.syscall.read",
		PROG(SYSCALL, READ(BPF_FUNC_probe_read_kernel)) },
	{ "bpf.helper.syscall.sys_bpf", PROG(SYSCALL, SYS_BPF) },
	{ "bpf.helper.syscall.sys_close",
		PROG(SYSCALL, WITH_NUMBER(BPF_FUNC_sys_close, 100)) },
	{ "bpf.helper.syscall.send_signal",
		PROG(SYSCALL, WITH_NUMBER(BPF_FUNC_send_signal, 9)) },
	{ "bpf.helper.kprobe.send_signal",
		PROG(KPROBE, WITH_NUMBER(BPF_FUNC_send_signal, 9)) },
	{ "bpf.helper.kprobe.send_signal_thread",
		PROG(KPROBE, WITH_NUMBER(BPF_FUNC_send_signal_thread, 9)) },
	{ "bpf.helper.raw_tp.send_signal",
		PROG(RAW_TP, WITH_NUMBER(BPF_FUNC_send_signal, 9)) },
	{ "bpf.helper.kprobe.override", PROG(KPROBE, OVERRIDE) },
	{ "bpf.helper.kprobe.write_user", PROG(KPROBE, WRITE_USER) },
	{ "bpf.helper.iter.copy_from_user",
		PROG(ITER("task"), .flags = BPF_F_SLEEPABLE,
		     READ(BPF_FUNC_copy_from_user)) },
	{ "bpf.helper.iter.setsockopt", PROG(ITER("tcp"), SETSOCKOPT) },
	{ "bpf.kfunc.sock_destroy",
		PROG(ITER("tcp"), .kfunc = { "bpf_sock_destroy" },
		     SOCK_DESTROY) },
	{ "bpf.kfunc.rcu",
		PROG(TP_BTF("sched_switch"), .kfunc = { "bpf_rcu_read_lock",
							"bpf_rcu_read_unlock" },
		     INSNS(CT_CALL_KFUNC(0), CT_CALL_KFUNC(1), RETURN_0)) },
};

const struct op_group ops_bpf_helper = OP_GROUP(ops);

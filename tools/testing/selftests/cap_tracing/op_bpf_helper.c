// SPDX-License-Identifier: GPL-2.0
/*
 * The table's programs that ask the verifier for more: pointers as numbers,
 * helpers and kfuncs.
 */
#define _GNU_SOURCE
#include <linux/btf.h>

#include "ops.h"

#define MAX_INSNS	16

struct prog {
	__u32 type, attach, flags;
	const char *target;		/* kernel function or tracepoint */
	__u32 kind;
	const char *kfunc[2];		/* by the call's number */
	const struct bpf_insn *insns;	/* its one exit comes last */
};

/* Those of @p with its kfuncs' ids in place; the number, or -errno */
static int copy_insns(const struct prog *p, struct bpf_insn *insns)
{
	int i, id;

	for (i = 0; i < MAX_INSNS; i++) {
		insns[i] = p->insns[i];
		if (insns[i].code == (BPF_JMP | BPF_EXIT))
			return i + 1;
		if (insns[i].code != (BPF_JMP | BPF_CALL) ||
		    insns[i].src_reg != BPF_PSEUDO_KFUNC_CALL)
			continue;
		id = ct_btf_id(p->kfunc[insns[i].imm], BTF_KIND_FUNC);
		if (id < 0)
			return id;
		insns[i].imm = id;
	}
	return -E2BIG;
}

static int try_prog(const void *arg)
{
	const struct prog *p = arg;
	struct bpf_insn insns[MAX_INSNS];
	struct ct_prog prog = {
		.type = p->type, .attach_type = p->attach, .flags = p->flags,
		.insns = insns,
	};
	int nr, id;

	if (p->target) {
		id = ct_btf_id(p->target, p->kind);
		if (id < 0)
			return -id;
		prog.attach_btf_id = id;
	}
	nr = copy_insns(p, insns);
	if (nr < 0)
		return -nr;
	prog.nr_insns = nr;
	return ops_close(ct_prog_load(&prog));
}

/* return a pointer */
static const struct bpf_insn leak[] = {
	CT_MOV_REG(0, 10),
	CT_EXIT(),
};

/* if (ctx == frame pointer) */
static const struct bpf_insn compare[] = {
	CT_MOV_REG(2, 10),
	CT_MOV_IMM(0, 0),
	CT_INSN(BPF_JMP | BPF_JEQ | BPF_X, 1, 2, 0, 0),
	CT_EXIT(),
};

static const struct bpf_insn uninit_stack[] = {
	CT_LDX(BPF_DW, 0, 10, -8),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

static const struct bpf_insn jiffies[] = {
	CT_CALL(BPF_FUNC_jiffies64),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* trace_printk("a\n", 3) */
static const struct bpf_insn printk[] = {
	CT_ST(BPF_DW, 10, -8, 0x000a61),
	CT_MOV_REG(1, 10),
	CT_ADD_IMM(1, -8),
	CT_MOV_IMM(2, 3),
	CT_CALL(BPF_FUNC_trace_printk),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* probe_read_kernel(stack, 8, the kernel's text) */
static const struct bpf_insn read_kernel[] = {
	CT_MOV_REG(1, 10),
	CT_ADD_IMM(1, -8),
	CT_MOV_IMM(2, 8),
	CT_MOV_IMM(3, 0x81000000),
	CT_CALL(BPF_FUNC_probe_read_kernel),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* copy_from_user(stack, 8, somewhere) */
static const struct bpf_insn copy_from_user[] = {
	CT_MOV_REG(1, 10),
	CT_ADD_IMM(1, -8),
	CT_MOV_IMM(2, 8),
	CT_MOV_IMM(3, 0x81000000),
	CT_CALL(BPF_FUNC_copy_from_user),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* send_signal(SIGKILL) */
static const struct bpf_insn send_signal[] = {
	CT_MOV_IMM(1, 9),
	CT_CALL(BPF_FUNC_send_signal),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

static const struct bpf_insn send_signal_thread[] = {
	CT_MOV_IMM(1, 9),
	CT_CALL(BPF_FUNC_send_signal_thread),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* sys_close(100) */
static const struct bpf_insn sys_close[] = {
	CT_MOV_IMM(1, 100),
	CT_CALL(BPF_FUNC_sys_close),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* override_return(ctx, 0) */
static const struct bpf_insn override_return[] = {
	CT_MOV_IMM(2, 0),
	CT_CALL(BPF_FUNC_override_return),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* probe_write_user(NULL, stack, 8) */
static const struct bpf_insn write_user[] = {
	CT_ST(BPF_DW, 10, -8, 0),
	CT_MOV_IMM(1, 0),
	CT_MOV_REG(2, 10),
	CT_ADD_IMM(2, -8),
	CT_MOV_IMM(3, 8),
	CT_CALL(BPF_FUNC_probe_write_user),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* sys_bpf(0, stack, 8) */
static const struct bpf_insn sys_bpf[] = {
	CT_ST(BPF_DW, 10, -8, 0),
	CT_MOV_IMM(1, 0),
	CT_MOV_REG(2, 10),
	CT_ADD_IMM(2, -8),
	CT_MOV_IMM(3, 8),
	CT_CALL(BPF_FUNC_sys_bpf),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* if (ctx->sk_common) setsockopt(sk_common, SOL_SOCKET, SO_MARK, stack, 4) */
static const struct bpf_insn setsockopt[] = {
	CT_LDX(BPF_DW, 1, 1, 8),
	CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 7, 0),
	CT_ST(BPF_DW, 10, -8, 0),
	CT_MOV_IMM(2, 1),
	CT_MOV_IMM(3, 36),
	CT_MOV_REG(4, 10),
	CT_ADD_IMM(4, -8),
	CT_MOV_IMM(5, 4),
	CT_CALL(BPF_FUNC_setsockopt),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

/* if (ctx->sk_common) bpf_sock_destroy(sk_common) */
static const struct bpf_insn sock_destroy[] = {
	CT_LDX(BPF_DW, 1, 1, 8),
	CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1, 0),
	CT_CALL_KFUNC(0),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

static const struct bpf_insn rcu_section[] = {
	CT_CALL_KFUNC(0),
	CT_CALL_KFUNC(1),
	CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

#define PROG(array, ...) \
	.attempt = try_prog, \
	.arg = &(const struct prog){ .insns = array, __VA_ARGS__ }

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

static const struct op_impl ops[] = {
	{ "bpf.verifier.leak", PROG(leak, FILTER) },
	{ "bpf.verifier.compare", PROG(compare, FILTER) },
	{ "bpf.verifier.uninit_stack", PROG(uninit_stack, FILTER) },
	{ "bpf.helper.filter.jiffies", PROG(jiffies, FILTER) },
	{ "bpf.helper.filter.printk", PROG(printk, FILTER) },
	{ "bpf.helper.filter.read", PROG(read_kernel, FILTER) },
	{ "bpf.helper.xdp.read", PROG(read_kernel, XDP) },
	{ "bpf.helper.kprobe.read", PROG(read_kernel, KPROBE) },
	{ "bpf.helper.kprobe.printk", PROG(printk, KPROBE) },
	{ "bpf.helper.syscall.read", PROG(read_kernel, SYSCALL) },
	{ "bpf.helper.syscall.sys_bpf", PROG(sys_bpf, SYSCALL) },
	{ "bpf.helper.syscall.sys_close", PROG(sys_close, SYSCALL) },
	{ "bpf.helper.syscall.send_signal", PROG(send_signal, SYSCALL) },
	{ "bpf.helper.kprobe.send_signal", PROG(send_signal, KPROBE) },
	{ "bpf.helper.kprobe.send_signal_thread",
		PROG(send_signal_thread, KPROBE) },
	{ "bpf.helper.raw_tp.send_signal", PROG(send_signal, RAW_TP) },
	{ "bpf.helper.kprobe.override", PROG(override_return, KPROBE) },
	{ "bpf.helper.kprobe.write_user", PROG(write_user, KPROBE) },
	{ "bpf.helper.iter.copy_from_user",
		PROG(copy_from_user, ITER("task"), .flags = BPF_F_SLEEPABLE) },
	{ "bpf.helper.iter.setsockopt", PROG(setsockopt, ITER("tcp")) },
	{ "bpf.kfunc.sock_destroy",
		PROG(sock_destroy, ITER("tcp"),
		     .kfunc = { "bpf_sock_destroy" }) },
	{ "bpf.kfunc.rcu",
		PROG(rcu_section, TP_BTF("sched_switch"),
		     .kfunc = { "bpf_rcu_read_lock", "bpf_rcu_read_unlock" }) },
};

const struct op_group ops_bpf_helper = { ops, ARRAY_SIZE(ops) };

// SPDX-License-Identifier: GPL-2.0
/*
 * What CAP_BPF and CAP_TRACING load together: programs that observe, with
 * helpers that observe.  Neither does it alone, and CAP_PERFMON goes on
 * giving what it gave.
 */
#include "focus.h"
#include <linux/btf.h>
#include "../kselftest_harness.h"

#define LOG_SIZE	65536
#define UNPRIV		"/proc/sys/kernel/unprivileged_bpf_disabled"
#define BT		(CAP_B | CAP_T)
#define BP		(CAP_B | CAP_P)

static char *verifier_log;	/* shared: the loader is a child */

/* Returns the descriptor or -errno */
static int load_fd(void *arg)
{
	struct ct_prog *prog = arg;

	prog->log = verifier_log;
	prog->log_size = LOG_SIZE;
	verifier_log[0] = '\0';
	return ct_prog_load(prog);
}

static int load(void *arg)
{
	int fd = load_fd(arg);

	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

static bool log_says(const char *text)
{
	return strstr(verifier_log, text);
}

static const struct bpf_insn return_0[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };

/* A program type, and the kernel's function or type it is made for */
struct kind {
	const char *name;
	__u32 type, attach_type;
	const char *target;
	__u32 target_kind;
	__u32 flags;
};

static const struct kind observing[] = {
	{ "kprobe", BPF_PROG_TYPE_KPROBE, 0, NULL, 0, 0 },
	{ "kprobe_multi", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI,
	  NULL, 0, 0 },
	{ "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0, NULL, 0, 0 },
	{ "perf_event", BPF_PROG_TYPE_PERF_EVENT, 0, NULL, 0, 0 },
	{ "raw_tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL, 0, 0 },
	{ "fentry", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY,
	  "bpf_fentry_test1", BTF_KIND_FUNC, 0 },
	{ "fexit", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT,
	  "bpf_fentry_test1", BTF_KIND_FUNC, 0 },
	{ "tp_btf", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP,
	  "btf_trace_sched_switch", BTF_KIND_TYPEDEF, 0 },
	{ "iter", BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER,
	  "bpf_iter_task", BTF_KIND_FUNC, 0 },
};

static const struct kind deciding[] = {
	{ "raw_tracepoint_writable", BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0,
	  NULL, 0, 0 },
	{ "fmod_ret", BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN,
	  "bpf_modify_return_test", BTF_KIND_FUNC, 0 },
	{ "lsm", BPF_PROG_TYPE_LSM, BPF_LSM_MAC,
	  "bpf_lsm_file_open", BTF_KIND_FUNC, 0 },
	{ "struct_ops", BPF_PROG_TYPE_STRUCT_OPS, 0,
	  "tcp_congestion_ops", BTF_KIND_STRUCT, 0 },
	/* Without a program to extend: refused by everybody, but how? */
	{ "ext", BPF_PROG_TYPE_EXT, 0, NULL, 0, 0 },
};

static const struct kind iter_tcp = {
	"iter/tcp", BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER,
	"bpf_iter_tcp", BTF_KIND_FUNC, 0,
};

static const struct kind sleepable_fentry = {
	"fentry.s", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY,
	"bpf_fentry_test1", BTF_KIND_FUNC, BPF_F_SLEEPABLE,
};

static const struct kind syscall_kind = {
	"syscall", BPF_PROG_TYPE_SYSCALL, 0, NULL, 0, BPF_F_SLEEPABLE,
};

static struct ct_prog program(const struct kind *kind,
			      const struct bpf_insn *insns, __u32 nr_insns)
{
	struct ct_prog prog = {
		.type = kind->type,
		.attach_type = kind->attach_type,
		.insns = insns,
		.nr_insns = nr_insns,
		.flags = kind->flags,
	};
	int id;

	if (kind->target) {
		id = ct_btf_id(kind->target, kind->target_kind);
		if (id < 0) {
			fprintf(stderr, "# %s is not in the kernel's BTF\n",
				kind->target);
			exit(KSFT_FAIL);
		}
		prog.attach_btf_id = id;
	}
	return prog;
}

FIXTURE(bpf)
{
	int unpriv;
};

FIXTURE_SETUP(bpf)
{
	verifier_log = shared_memory(LOG_SIZE);
	ASSERT_NE(NULL, verifier_log);
	self->unpriv = get_number(UNPRIV);
	ASSERT_EQ(0, set_number(UNPRIV, 2));
}

FIXTURE_TEARDOWN(bpf)
{
	set_number(UNPRIV, self->unpriv);
}

TEST_F(bpf, types_that_observe)
{
	for (size_t i = 0; i < ARRAY_SIZE(observing); i++) {
		struct ct_prog prog = program(&observing[i], return_0,
					      ARRAY_SIZE(return_0));

		EXPECT_EQ(0, with(BT, load, &prog)) {
			TH_LOG("%s: %s", observing[i].name, verifier_log);
		}
		EXPECT_EQ(0, with(BP, load, &prog));
		EXPECT_EQ(0, with(CAP_A, load, &prog));
		EXPECT_EQ(EPERM, with(CAP_B, load, &prog)) {
			TH_LOG("%s", observing[i].name);
		}
		EXPECT_EQ(EPERM, with(CAP_T, load, &prog));
		EXPECT_EQ(EPERM, with(CAP_P, load, &prog));
		EXPECT_EQ(EPERM, with(CAP_T | CAP_P | CAP_N, load, &prog));
		EXPECT_EQ(EPERM, with(CAP_B | CAP_N, load, &prog));
	}
}

TEST_F(bpf, types_that_decide)
{
	for (size_t i = 0; i < ARRAY_SIZE(deciding); i++) {
		struct ct_prog prog = program(&deciding[i], return_0,
					      ARRAY_SIZE(return_0));

		EXPECT_EQ(EPERM, with(BT, load, &prog)) {
			TH_LOG("%s", deciding[i].name);
		}
		EXPECT_EQ(EPERM, with(BT | CAP_N, load, &prog));
		EXPECT_EQ(EPERM, with(CAP_B, load, &prog));
		EXPECT_NE(EPERM, with(BP | CAP_N, load, &prog)) {
			TH_LOG("%s", deciding[i].name);
		}
		EXPECT_NE(EPERM, with(BP | CAP_N | CAP_T, load, &prog));
	}
}

/* Network programs take CAP_NET_ADMIN: CAP_TRACING is no second name for it */
TEST_F(bpf, network_types)
{
	static const struct kind kinds[] = {
		{ "xdp", BPF_PROG_TYPE_XDP, 0, NULL, 0, 0 },
		{ "sched_cls", BPF_PROG_TYPE_SCHED_CLS, 0, NULL, 0, 0 },
		{ "cgroup_device", BPF_PROG_TYPE_CGROUP_DEVICE, 0, NULL, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct ct_prog prog = program(&kinds[i], return_0,
					      ARRAY_SIZE(return_0));

		EXPECT_EQ(EPERM, with(BT, load, &prog)) {
			TH_LOG("%s", kinds[i].name);
		}
		EXPECT_EQ(0, with(CAP_B | CAP_N, load, &prog));
		EXPECT_EQ(0, with(BT | CAP_N, load, &prog));
	}
}

/* Calls that P may make, T may not, and a line of the log says why */
static const struct bpf_insn send_signal[] = {
	CT_MOV_IMM(1, 0), CT_CALL(BPF_FUNC_send_signal),
	CT_MOV_IMM(0, 0), CT_EXIT(),
};

static const struct bpf_insn send_signal_thread[] = {
	CT_MOV_IMM(1, 0), CT_CALL(BPF_FUNC_send_signal_thread),
	CT_MOV_IMM(0, 0), CT_EXIT(),
};

static const struct bpf_insn override_return[] = {
	CT_MOV_IMM(2, -1), CT_CALL(BPF_FUNC_override_return),
	CT_MOV_IMM(0, 0), CT_EXIT(),
};

static const struct bpf_insn copy_from_user[] = {
	CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8), CT_MOV_IMM(2, 8),
	CT_MOV_IMM(3, 0), CT_CALL(BPF_FUNC_copy_from_user),
	CT_MOV_IMM(0, 0), CT_EXIT(),
};

/* setsockopt(ctx->sk_common, 0, 0, stack, 4) */
static const struct bpf_insn iter_setsockopt[] = {
	CT_ST(BPF_DW, 10, -8, 0),
	CT_LDX(BPF_DW, 1, 1, 8),
	CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 6, 0),
	CT_MOV_IMM(2, 0), CT_MOV_IMM(3, 0),
	CT_MOV_REG(4, 10), CT_ADD_IMM(4, -8), CT_MOV_IMM(5, 4),
	CT_CALL(BPF_FUNC_setsockopt),
	CT_MOV_IMM(0, 0), CT_EXIT(),
};

static const struct {
	const char *name;
	const struct kind *kind;
	const struct bpf_insn *insns;
	__u32 nr_insns;
} closed[] = {
	{ "bpf_send_signal", &observing[0], send_signal,
	  ARRAY_SIZE(send_signal) },
	{ "bpf_send_signal", &observing[2], send_signal,
	  ARRAY_SIZE(send_signal) },
	{ "bpf_send_signal", &observing[3], send_signal,
	  ARRAY_SIZE(send_signal) },
	{ "bpf_send_signal", &observing[4], send_signal,
	  ARRAY_SIZE(send_signal) },
	{ "bpf_send_signal", &observing[5], send_signal,
	  ARRAY_SIZE(send_signal) },
	{ "bpf_send_signal", &observing[7], send_signal,
	  ARRAY_SIZE(send_signal) },
	{ "bpf_send_signal", &observing[8], send_signal,
	  ARRAY_SIZE(send_signal) },
	{ "bpf_send_signal_thread", &observing[0], send_signal_thread,
	  ARRAY_SIZE(send_signal_thread) },
	{ "bpf_override_return", &observing[0], override_return,
	  ARRAY_SIZE(override_return) },
	{ "bpf_copy_from_user", &sleepable_fentry, copy_from_user,
	  ARRAY_SIZE(copy_from_user) },
	{ "bpf_setsockopt", &iter_tcp, iter_setsockopt,
	  ARRAY_SIZE(iter_setsockopt) },
};

TEST_F(bpf, helpers_that_act)
{
	char line[128];

	for (size_t i = 0; i < ARRAY_SIZE(closed); i++) {
		struct ct_prog prog = program(closed[i].kind, closed[i].insns,
					      closed[i].nr_insns);

		EXPECT_EQ(EPERM, with(BT, load, &prog)) {
			TH_LOG("%s in %s", closed[i].name,
			       closed[i].kind->name);
		}
		snprintf(line, sizeof(line), "helper %s#", closed[i].name);
		EXPECT_TRUE(log_says(line)) {
			TH_LOG("%s in %s: %s", closed[i].name,
			       closed[i].kind->name, verifier_log);
		}
		EXPECT_TRUE(log_says("CAP_PERFMON"));
		EXPECT_EQ(EPERM, with(BT | CAP_N, load, &prog));
		/* As ever with the capability that means it */
		EXPECT_NE(EPERM, with(BP, load, &prog));
		EXPECT_FALSE(log_says("observer")) {
			TH_LOG("%s in %s: %s", closed[i].name,
			       closed[i].kind->name, verifier_log);
		}
		EXPECT_NE(EPERM, with(BP | CAP_T, load, &prog));
		EXPECT_NE(EPERM, with(CAP_A | CAP_T, load, &prog));
	}
}

TEST_F(bpf, what_perfmon_loads_it_loads)
{
	struct ct_prog prog;

	prog = program(&observing[0], send_signal, ARRAY_SIZE(send_signal));
	EXPECT_EQ(0, with(BP, load, &prog));
	EXPECT_EQ(0, with(BP | CAP_T, load, &prog));
	EXPECT_EQ(0, with(CAP_A, load, &prog));
	prog = program(&observing[0], override_return,
		       ARRAY_SIZE(override_return));
	EXPECT_EQ(0, with(BP, load, &prog));
	EXPECT_EQ(0, with(BP | CAP_T, load, &prog));
	prog = program(&sleepable_fentry, copy_from_user,
		       ARRAY_SIZE(copy_from_user));
	EXPECT_EQ(0, with(BP, load, &prog));
	prog = program(&iter_tcp, iter_setsockopt, ARRAY_SIZE(iter_setsockopt));
	EXPECT_EQ(0, with(BP, load, &prog)) {
		TH_LOG("%s", verifier_log);
	}
}

/* CAP_SYS_ADMIN's alone, and CAP_PERFMON does not do either */
TEST_F(bpf, probe_write_user)
{
	const struct bpf_insn insns[] = {
		CT_ST(BPF_DW, 10, -8, 0),
		CT_MOV_IMM(1, 0), CT_MOV_REG(2, 10), CT_ADD_IMM(2, -8),
		CT_MOV_IMM(3, 8), CT_CALL(BPF_FUNC_probe_write_user),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};

	for (size_t i = 0; i < ARRAY_SIZE(observing); i++) {
		struct ct_prog prog = program(&observing[i], insns,
					      ARRAY_SIZE(insns));

		EXPECT_EQ(EPERM, with(BT, load, &prog)) {
			TH_LOG("%s: %s", observing[i].name, verifier_log);
		}
		EXPECT_TRUE(log_says("it needs CAP_SYS_ADMIN"));
		EXPECT_EQ(EINVAL, with(BP, load, &prog));
		EXPECT_EQ(0, with(CAP_A, load, &prog));
		EXPECT_EQ(0, with(CAP_A | CAP_T, load, &prog));
	}
}

/* A SYSCALL program has the helpers of tracing and more */
TEST_F(bpf, syscall_programs)
{
	const struct bpf_insn sys_bpf[] = {
		CT_ST(BPF_DW, 10, -8, 0), CT_MOV_IMM(1, 0),
		CT_MOV_REG(2, 10), CT_ADD_IMM(2, -8), CT_MOV_IMM(3, 8),
		CT_CALL(BPF_FUNC_sys_bpf), CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	const struct bpf_insn sys_close[] = {
		CT_MOV_IMM(1, 1000), CT_CALL(BPF_FUNC_sys_close),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	const struct bpf_insn read_kernel[] = {
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8), CT_MOV_IMM(2, 8),
		CT_MOV_IMM(3, 0), CT_CALL(BPF_FUNC_probe_read_kernel),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = program(&syscall_kind, return_0,
				      ARRAY_SIZE(return_0));

	EXPECT_EQ(0, with(BT, load, &prog));
	EXPECT_EQ(0, with(CAP_B, load, &prog));
	EXPECT_EQ(EPERM, with(CAP_T, load, &prog));
	prog = program(&syscall_kind, sys_bpf, ARRAY_SIZE(sys_bpf));
	EXPECT_EQ(EPERM, with(BT, load, &prog));
	EXPECT_EQ(EINVAL, with(CAP_B, load, &prog));
	EXPECT_EQ(0, with(BP, load, &prog)) {
		TH_LOG("%s", verifier_log);
	}
	prog = program(&syscall_kind, sys_close, ARRAY_SIZE(sys_close));
	EXPECT_EQ(EPERM, with(BT, load, &prog));
	EXPECT_TRUE(log_says("helper bpf_sys_close#"));
	EXPECT_EQ(0, with(BP, load, &prog));
	prog = program(&syscall_kind, send_signal, ARRAY_SIZE(send_signal));
	EXPECT_EQ(EPERM, with(BT, load, &prog));
	EXPECT_EQ(EINVAL, with(CAP_B, load, &prog));
	EXPECT_EQ(0, with(BP, load, &prog));
	/* Kernel memory is for those who may trace, not for CAP_BPF alone */
	prog = program(&syscall_kind, read_kernel, ARRAY_SIZE(read_kernel));
	EXPECT_EQ(EINVAL, with(CAP_B, load, &prog));
	EXPECT_EQ(EINVAL, with(CAP_B | CAP_N, load, &prog));
	EXPECT_EQ(0, with(BT, load, &prog));
	EXPECT_EQ(0, with(BP, load, &prog));
}

/*
 * Every helper number there is, in a program that an observer loads and one
 * that CAP_PERFMON loads: which of those that the type has does the mark
 * close?  A helper that somebody adds or lets slip shows up here.
 */
#define NR_HELPERS	(__BPF_FUNC_MAX_ID + 20)

struct sweep {
	const struct kind *kind;
	bool refused[NR_HELPERS];
};

static int sweep(void *arg)
{
	struct sweep *s = arg;

	for (int func = 1; func < NR_HELPERS; func++) {
		const struct bpf_insn insns[] = {
			CT_MOV_IMM(2, 0), CT_MOV_IMM(3, 0),
			CT_MOV_IMM(4, 0), CT_MOV_IMM(5, 0),
			CT_CALL(func), CT_MOV_IMM(0, 0), CT_EXIT(),
		};
		struct ct_prog prog = program(s->kind, insns,
					      ARRAY_SIZE(insns));
		int err = load(&prog);

		s->refused[func] = err == EPERM &&
				   log_says("is not for an observer");
	}
	return 0;
}

static bool acts(int func)
{
	switch (func) {
	case BPF_FUNC_send_signal:
	case BPF_FUNC_send_signal_thread:
	case BPF_FUNC_copy_from_user:
	case BPF_FUNC_copy_from_user_task:
	case BPF_FUNC_override_return:
	case BPF_FUNC_probe_write_user:
	case BPF_FUNC_setsockopt:
	case BPF_FUNC_sk_storage_get:
	case BPF_FUNC_sk_storage_delete:
	case BPF_FUNC_kptr_xchg:
	case BPF_FUNC_timer_init:
	case BPF_FUNC_timer_set_callback:
	case BPF_FUNC_timer_start:
	case BPF_FUNC_timer_cancel:
	case BPF_FUNC_sys_bpf:
	case BPF_FUNC_sys_close:
		return true;
	default:
		return false;
	}
}

TEST_F_TIMEOUT(bpf, exactly_the_helpers_that_act, 240)
{
	static const struct kind * const kinds[] = {
		&observing[0], &observing[2], &observing[3], &observing[4],
		&observing[5], &observing[6], &observing[7], &sleepable_fentry,
	};
	struct sweep *s = shared_memory(sizeof(*s));

	ASSERT_NE(NULL, s);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		s->kind = kinds[i];
		ASSERT_EQ(0, with(BT, sweep, s));
		for (int func = 1; func < NR_HELPERS; func++) {
			EXPECT_EQ(acts(func), s->refused[func]) {
				TH_LOG("helper %d in %s", func, s->kind->name);
			}
		}
		ASSERT_EQ(0, with(BP, sweep, s));
		for (int func = 1; func < NR_HELPERS; func++)
			EXPECT_FALSE(s->refused[func]);
	}
}

static int call_kfunc(const struct kind *kind, const char *name, __u64 caps)
{
	const struct bpf_insn insns[] = {
		CT_MOV_IMM(1, 1),
		CT_CALL_KFUNC(ct_btf_id(name, BTF_KIND_FUNC)),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = program(kind, insns, ARRAY_SIZE(insns));

	return with(caps, load, &prog);
}

TEST_F(bpf, kfuncs)
{
	static const char * const unreviewed[] = {
		"bpf_iter_num_new", "bpf_iter_bits_new", "bpf_cpumask_create",
		"bpf_obj_new_impl", "bpf_cgroup_from_id", "bpf_wq_init",
	};
	const struct bpf_insn rcu[] = {
		CT_CALL_KFUNC(ct_btf_id("bpf_rcu_read_lock", BTF_KIND_FUNC)),
		CT_CALL_KFUNC(ct_btf_id("bpf_rcu_read_unlock", BTF_KIND_FUNC)),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = program(&observing[7], rcu, ARRAY_SIZE(rcu));
	char line[128];

	EXPECT_EQ(EPERM, call_kfunc(&iter_tcp, "bpf_sock_destroy", BT));
	EXPECT_TRUE(log_says("kfunc bpf_sock_destroy is not for an observer"));
	EXPECT_TRUE(log_says("CAP_PERFMON"));
	EXPECT_NE(EPERM, call_kfunc(&iter_tcp, "bpf_sock_destroy", BP));
	EXPECT_FALSE(log_says("observer"));
	for (size_t i = 0; i < ARRAY_SIZE(unreviewed); i++) {
		ASSERT_LT(0, ct_btf_id(unreviewed[i], BTF_KIND_FUNC)) {
			TH_LOG("%s", unreviewed[i]);
		}
		snprintf(line, sizeof(line), "kfunc %s is not for an observer",
			 unreviewed[i]);
		EXPECT_EQ(EPERM, call_kfunc(&observing[7], unreviewed[i], BT));
		EXPECT_TRUE(log_says(line)) {
			TH_LOG("%s", verifier_log);
		}
		EXPECT_NE(EPERM, call_kfunc(&observing[7], unreviewed[i], BP));
		EXPECT_FALSE(log_says("observer"));
	}
	EXPECT_EQ(0, with(BT, load, &prog)) {
		TH_LOG("%s", verifier_log);
	}
}

/* The verifier's relaxations: for who may read kernel memory anyhow */
static const struct bpf_insn leak_pointer[] = { CT_MOV_REG(0, 1), CT_EXIT(), };

static const struct bpf_insn uninit_stack[] = {
	CT_LDX(BPF_DW, 0, 10, -8), CT_MOV_IMM(0, 0), CT_EXIT(),
};

static const struct bpf_insn trace_printk[] = {
	CT_ST(BPF_DW, 10, -8, 0),
	CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8), CT_MOV_IMM(2, 8),
	CT_CALL(BPF_FUNC_trace_printk), CT_MOV_IMM(0, 0), CT_EXIT(),
};

static const struct bpf_insn read_kernel[] = {
	CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8), CT_MOV_IMM(2, 8),
	CT_MOV_IMM(3, 0), CT_CALL(BPF_FUNC_probe_read_kernel),
	CT_MOV_IMM(0, 0), CT_EXIT(),
};

static const struct kind socket_filter = {
	"socket_filter", BPF_PROG_TYPE_SOCKET_FILTER, 0, NULL, 0, 0,
};

static const struct kind xdp = { "xdp", BPF_PROG_TYPE_XDP, 0, NULL, 0, 0 };

TEST_F(bpf, relaxations)
{
	struct ct_prog progs[] = {
		program(&socket_filter, leak_pointer, ARRAY_SIZE(leak_pointer)),
		program(&socket_filter, uninit_stack, ARRAY_SIZE(uninit_stack)),
		program(&socket_filter, trace_printk, ARRAY_SIZE(trace_printk)),
		program(&socket_filter, read_kernel, ARRAY_SIZE(read_kernel)),
		program(&xdp, trace_printk, ARRAY_SIZE(trace_printk)),
		program(&xdp, read_kernel, ARRAY_SIZE(read_kernel)),
	};
	static const int err[] = {
		EACCES, EACCES, EINVAL, EINVAL, EINVAL, EINVAL,
	};

	for (size_t i = 0; i < ARRAY_SIZE(progs); i++) {
		EXPECT_EQ(err[i], with(CAP_B | CAP_N, load, &progs[i])) {
			TH_LOG("%zu: %s", i, verifier_log);
		}
		EXPECT_EQ(0, with(BT | CAP_N, load, &progs[i])) {
			TH_LOG("%zu: %s", i, verifier_log);
		}
		EXPECT_EQ(0, with(BP | CAP_N, load, &progs[i]));
	}
	/* Unprivileged programs: CAP_TRACING alone relaxes nothing */
	ASSERT_EQ(0, set_number(UNPRIV, 0));
	for (size_t i = 0; i < 4; i++) {
		EXPECT_EQ(err[i], with(0, load, &progs[i])) {
			TH_LOG("%zu: %s", i, verifier_log);
		}
		EXPECT_EQ(err[i], with(CAP_T, load, &progs[i])) {
			TH_LOG("%zu: %s", i, verifier_log);
		}
		EXPECT_EQ(err[i], with(CAP_T | CAP_N, load, &progs[i]));
	}
}

/* CAP_NET_ADMIN is the authority of network programs: they are not marked */
TEST_F(bpf, network_programs_act)
{
	static const struct kind sched_cls = {
		"sched_cls", BPF_PROG_TYPE_SCHED_CLS, 0, NULL, 0, 0,
	};
	const struct bpf_insn insns[] = {
		CT_ST(BPF_DW, 10, -8, 0),
		CT_MOV_IMM(2, 0), CT_MOV_REG(3, 10), CT_ADD_IMM(3, -8),
		CT_MOV_IMM(4, 8), CT_MOV_IMM(5, 0),
		CT_CALL(BPF_FUNC_skb_store_bytes), CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = program(&sched_cls, insns, ARRAY_SIZE(insns));

	EXPECT_EQ(0, with(CAP_B | CAP_N, load, &prog));
	EXPECT_EQ(0, with(BT | CAP_N, load, &prog)) {
		TH_LOG("%s", verifier_log);
	}
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that kill, write, refuse, reconfigure or blind: what CAP_BPF and
 * CAP_PERFMON allow on a kernel without CAP_TRACING.
 */
#include "attack.h"
#include <linux/btf.h>
#include <sys/ioctl.h>
#include "../kselftest_harness.h"

#define MARK		0x77

/* A program and where it goes */
struct attack {
	struct ct_prog prog;
	int (*attach)(int prog, const char *name);
	const char *name;
};

/* Descriptors to hold while the attack is to go on, or -errno */
static int as_raw_tracepoint(int prog, const char *name)
{
	return open_raw_tracepoint(prog, name);
}

/* fentry, fexit, fmod_ret and LSM programs know their target */
static int as_trampoline(int prog, const char *name)
{
	(void)name;
	return open_raw_tracepoint(prog, NULL);
}

static int with_program(int event, int prog)
{
	if (event >= 0 && ioctl(event, PERF_EVENT_IOC_SET_BPF, prog))
		return -errno;
	return event;
}

static int as_kprobe(int prog, const char *name)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = pmu_type("kprobe"),
		.sample_period = 1,
		.config1 = (unsigned long)name,
	};

	return with_program(ct_perf_event_open(&attr, -1, 0, -1, 0), prog);
}

static int as_tracepoint(int prog, const char *name)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_TRACEPOINT,
		.sample_period = 1,
		.config = atoi(name),
	};

	return with_program(ct_perf_event_open(&attr, -1, 0, -1, 0), prog);
}

/* An iterator runs when it is read */
static int as_iterator(int prog, const char *name)
{
	union bpf_attr attr;
	char buf[64];
	int link, iter;
	ssize_t n;

	(void)name;
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	link = ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	if (link < 0)
		return link;
	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = link;
	iter = ct_bpf(BPF_ITER_CREATE, &attr, sizeof(attr));
	if (iter < 0)
		return iter;
	while ((n = read(iter, buf, sizeof(buf))) > 0)
		;
	return n < 0 ? -errno : link;
}

static int do_attack(void *arg)
{
	struct attack *a = arg;
	int prog = ct_prog_load(&a->prog);

	return prog < 0 ? prog : a->attach(prog, a->name);
}

/* After bpf_get_current_pid_tgid(): skip some instructions for other tasks */
#define TO_TGID		CT_INSN(BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, 32)
#define UNLESS(tgid, skip) \
	CT_INSN(BPF_JMP | BPF_JNE | BPF_K, 0, 0, skip, tgid)

FIXTURE(bpf)
{
	struct victim victim;
};

FIXTURE_SETUP(bpf)
{
	ASSERT_EQ(0, victim_start(&self->victim));
}

FIXTURE_TEARDOWN(bpf)
{
	victim_end(&self->victim);
	ct_btf_release();
}

#define REFUSED(fd, victim) do {			\
	EXPECT_EQ(-EPERM, fd);				\
	EXPECT_TRUE(victim_unharmed(victim));		\
} while (0)

/* Waits until a signal has ended it; the signal, or 0 */
static int death_of(const struct victim *v)
{
	siginfo_t info = { 0 };

	for (int i = 0; i < 5000 && victim_alive(v); i++)
		usleep(1000);
	waitid(P_PID, v->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	return info.si_code == CLD_KILLED ? info.si_status : 0;
}

static int send_signal(pid_t victim, int helper, __u64 caps)
{
	const struct bpf_insn insns[] = {
		CT_CALL(BPF_FUNC_get_current_pid_tgid), TO_TGID,
		UNLESS(victim, 2),
		CT_MOV_IMM(1, SIGKILL), CT_CALL(helper),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct attack a = {
		program(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, insns,
			ARRAY_SIZE(insns)),
		as_raw_tracepoint, "sys_enter",
	};

	return fd_from(UID_USER, caps, do_attack, &a);
}

TEST_F(bpf, send_signal)
{
	int fd = send_signal(self->victim.pid, BPF_FUNC_send_signal,
			     rights(BP));

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_EQ(SIGKILL, death_of(&self->victim));
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

TEST_F(bpf, send_signal_thread)
{
	int fd = send_signal(self->victim.pid, BPF_FUNC_send_signal_thread,
			     rights(BP));

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_EQ(SIGKILL, death_of(&self->victim));
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

TEST_F(bpf, probe_write_user)
{
	unsigned long word = (unsigned long)&attack_word;
	const struct bpf_insn insns[] = {
		CT_CALL(BPF_FUNC_get_current_pid_tgid), TO_TGID,
		UNLESS(self->victim.pid, 7),
		CT_ST(BPF_W, 10, -8, 0xbad),
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, 1, 0, 0, word),
		CT_INSN(0, 0, 0, 0, word >> 32),
		CT_MOV_REG(2, 10), CT_ADD_IMM(2, -8), CT_MOV_IMM(3, 4),
		CT_CALL(BPF_FUNC_probe_write_user),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct attack a = {
		program(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, insns,
			ARRAY_SIZE(insns)),
		as_raw_tracepoint, "sys_enter",
	};
	int fd = fd_from(UID_USER, rights(CAP_A), do_attack, &a);

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(0xbad, self->victim.box->word);
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

TEST_F(bpf, override_return)
{
	const struct bpf_insn insns[] = {
		CT_MOV_REG(6, 1),
		CT_CALL(BPF_FUNC_get_current_pid_tgid), TO_TGID,
		UNLESS(self->victim.pid, 3),
		CT_MOV_REG(1, 6), CT_MOV_IMM(2, -EIO),
		CT_CALL(BPF_FUNC_override_return),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct attack a = {
		program(BPF_PROG_TYPE_KPROBE, 0, insns, ARRAY_SIZE(insns)),
		as_kprobe, "__x64_sys_openat",
	};
	int fd = fd_from(UID_USER, rights(BP), do_attack, &a);

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(EIO, self->victim.box->open_error);
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

/* Refuses the victim's opens, if the kernel takes it for a decision */
static int refuse_open(pid_t victim, __u32 type, __u32 attach,
		       const char *target)
{
	const struct bpf_insn insns[] = {
		CT_CALL(BPF_FUNC_get_current_pid_tgid), TO_TGID,
		UNLESS(victim, 2),
		CT_MOV_IMM(0, -ENOMEM), CT_EXIT(),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct attack a = { program(type, attach, insns,
				    ARRAY_SIZE(insns)), as_trampoline, NULL };
	int id = ct_btf_id(target, BTF_KIND_FUNC);

	if (id < 0)
		return -SETUP_FAILED;
	a.prog.attach_btf_id = id;
	return fd_from(UID_USER, rights(BP), do_attack, &a);
}

TEST_F(bpf, fmod_ret)
{
	int fd = refuse_open(self->victim.pid, BPF_PROG_TYPE_TRACING,
			     BPF_MODIFY_RETURN, "security_file_open");

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(ENOMEM, self->victim.box->open_error);
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

TEST_F(bpf, lsm)
{
	int fd = refuse_open(self->victim.pid, BPF_PROG_TYPE_LSM,
			     BPF_LSM_MAC, "bpf_lsm_file_open");

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(ENOMEM, self->victim.box->open_error);
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

/* 0 if a stack was written over a variable of the kernel; or errno */
static int write_variable(void *arg)
{
	int variable = *(int *)arg, prog;
	const struct bpf_insn insns[] = {
		CT_MOV_REG(6, 1),
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_BTF_ID, 0,
			variable),
		CT_INSN(0, 0, 0, 0, 0),
		CT_CALL(BPF_FUNC_this_cpu_ptr),
		CT_MOV_REG(7, 0),
		CT_LDX(BPF_DW, 8, 7, 0),
		CT_MOV_REG(1, 6), CT_MOV_REG(2, 7), CT_MOV_IMM(3, 8),
		CT_MOV_IMM(4, 0), CT_CALL(BPF_FUNC_get_stack),
		CT_LDX(BPF_DW, 9, 7, 0),
		CT_MOV_IMM(0, ECANCELED),
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_X, 8, 9, 1, 0),
		CT_MOV_IMM(0, 0),
		CT_EXIT(),
	};
	struct ct_prog p = program(BPF_PROG_TYPE_SYSCALL, 0, insns,
				   ARRAY_SIZE(insns));
	union bpf_attr attr;
	int err;

	p.flags = BPF_F_SLEEPABLE;
	prog = ct_prog_load(&p);
	if (prog < 0)
		return -prog;
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = prog;
	err = ct_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	return err ? -err : (int)attr.test.retval;
}

TEST_F(bpf, stack_over_a_variable)
{
	/* How many tasks this processor has made: read by few */
	int variable = ct_btf_id("process_counts", BTF_KIND_VAR);
	int err;

	ASSERT_LT(0, variable);
	err = with(rights(BP), write_variable, &variable);
	if (on_stock()) {
		EXPECT_EQ(0, err);
	} else {
		EXPECT_EQ(EACCES, err);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
}

/* Sockets, from iterators; ctx->sk_common or ctx->unix_sk is at 8 */
static int iterate(const char *target, const struct bpf_insn *insns, __u32 nr)
{
	struct attack a = {
		.prog = {
			.type = BPF_PROG_TYPE_TRACING,
			.attach_type = BPF_TRACE_ITER,
			.insns = insns,
			.nr_insns = nr,
		},
		.attach = as_iterator,
	};
	int id = ct_btf_id(target, BTF_KIND_FUNC);

	if (id < 0)
		return -SETUP_FAILED;
	a.prog.attach_btf_id = id;
	return fd_from(UID_USER, rights(BP), do_attack, &a);
}

/* It would fault with the mmap_lock of the task that it looks at */
TEST_F(bpf, sleeping_over_memory_maps)
{
	const struct bpf_insn insns[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };
	struct attack a = {
		.prog = {
			.type = BPF_PROG_TYPE_TRACING,
			.attach_type = BPF_TRACE_ITER,
			.attach_btf_id = ct_btf_id("bpf_iter_task_vma",
						   BTF_KIND_FUNC),
			.insns = insns,
			.nr_insns = ARRAY_SIZE(insns),
		},
		.attach = as_iterator,
	};
	int fd = fd_from(UID_USER, rights(BP), do_attack, &a);

	ASSERT_LE(0, fd);
	close(fd);
	a.prog.flags = BPF_F_SLEEPABLE;
	fd = fd_from(UID_USER, rights(BP), do_attack, &a);
	if (on_stock()) {
		ASSERT_LE(0, fd);
		close(fd);
	} else {
		EXPECT_EQ(-EINVAL, fd);
	}
}

/* sk_common->skc_num */
#define SKC_NUM		14
TEST_F(bpf, sock_destroy)
{
	int kfunc = ct_btf_id("bpf_sock_destroy", BTF_KIND_FUNC);
	const struct bpf_insn insns[] = {
		/* Any other socket is left alone */
		CT_LDX(BPF_DW, 1, 1, 8),
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 3, 0),
		CT_LDX(BPF_H, 2, 1, SKC_NUM),
		CT_INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 1, self->victim.box->port),
		CT_CALL_KFUNC(kfunc),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	int fd;

	ASSERT_LT(0, kfunc);
	fd = iterate("bpf_iter_tcp", insns, ARRAY_SIZE(insns));
	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_NE(0, self->victim.box->tcp_error);
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

TEST_F(bpf, setsockopt_of_tcp)
{
	const struct bpf_insn insns[] = {
		/* Any other socket is left alone */
		CT_LDX(BPF_DW, 1, 1, 8),
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 9, 0),
		CT_LDX(BPF_H, 2, 1, SKC_NUM),
		CT_INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 7, self->victim.box->port),
		CT_ST(BPF_W, 10, -8, MARK),
		CT_MOV_IMM(2, SOL_SOCKET), CT_MOV_IMM(3, SO_MARK),
		CT_MOV_REG(4, 10), CT_ADD_IMM(4, -8), CT_MOV_IMM(5, 4),
		CT_CALL(BPF_FUNC_setsockopt),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	int fd = iterate("bpf_iter_tcp", insns, ARRAY_SIZE(insns));

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(MARK, self->victim.box->tcp_mark);
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

/* Of every unix socket: they have no name here */
TEST_F(bpf, setsockopt_of_unix)
{
	const struct bpf_insn insns[] = {
		CT_LDX(BPF_DW, 1, 1, 8),
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 7, 0),
		CT_ST(BPF_W, 10, -8, MARK),
		CT_MOV_IMM(2, SOL_SOCKET), CT_MOV_IMM(3, SO_MARK),
		CT_MOV_REG(4, 10), CT_ADD_IMM(4, -8), CT_MOV_IMM(5, 4),
		CT_CALL(BPF_FUNC_setsockopt),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	int fd = iterate("bpf_iter_unix", insns, ARRAY_SIZE(insns));

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(MARK, self->victim.box->unix_mark);
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

/*
 * A program at a tracepoint that returns 0 keeps the hit from every perf
 * event there, whoever's they are.  The program is an observer's right: its
 * verdict about other people's events is not.
 */
TEST_F(bpf, blinding_roots_perf)
{
	const struct bpf_insn insns[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_TRACEPOINT,
	};
	char number[16];
	struct attack a = {
		program(BPF_PROG_TYPE_TRACEPOINT, 0, insns, ARRAY_SIZE(insns)),
		as_tracepoint, number,
	};
	__u64 before = 0, after;
	int fd, roots;

	attr.config = ct_event_id("raw_syscalls/sys_enter");
	snprintf(number, sizeof(number), "%d", (int)attr.config);
	roots = ct_perf_event_open(&attr, self->victim.pid, -1, -1, 0);
	ASSERT_LE(0, roots);
	EXPECT_TRUE(victim_goes_on(&self->victim, 4));
	ASSERT_EQ(8, read(roots, &before, 8));
	ASSERT_LT(0, before);
	fd = fd_from(UID_USER, rights(BP), do_attack, &a);
	ASSERT_EQ(8, read(roots, &before, 8));
	EXPECT_TRUE(victim_goes_on(&self->victim, 4));
	ASSERT_EQ(8, read(roots, &after, 8));
	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_EQ(before, after);
	} else {
		EXPECT_LT(before, after);
	}
	close(fd);
	close(roots);
}

/* Loops that hold the CPU, preemption off, in a system call of the victim's */
#define LOOPS		4194304

static int hold_cpu(const struct bpf_insn *insns, __u32 nr)
{
	struct attack a = {
		.prog = {
			.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
			.insns = insns,
			.nr_insns = nr,
		},
		.attach = as_raw_tracepoint,
		.name = "sys_enter",
	};

	return fd_from(UID_USER, rights(BP), do_attack, &a);
}

/* Some thousand if nobody interferes */
static int rounds_in_a_while(const struct victim *v)
{
	__u64 before = v->box->rounds;

	sleep(3);
	return v->box->rounds - before;
}

TEST_F(bpf, nested_iterators)
{
	int new = ct_btf_id("bpf_iter_num_new", BTF_KIND_FUNC);
	int next = ct_btf_id("bpf_iter_num_next", BTF_KIND_FUNC);
	int destroy = ct_btf_id("bpf_iter_num_destroy", BTF_KIND_FUNC);
	const struct bpf_insn insns[] = {
		CT_CALL(BPF_FUNC_get_current_pid_tgid), TO_TGID,
		UNLESS(self->victim.pid, 25),
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8), CT_MOV_IMM(2, 0),
		CT_MOV_IMM(3, 2), CT_CALL_KFUNC(new),
		/* The outer loop */
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8), CT_CALL_KFUNC(next),
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 13, 0),
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -16), CT_MOV_IMM(2, 0),
		CT_MOV_IMM(3, LOOPS), CT_CALL_KFUNC(new),
		/* The inner loop */
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -16), CT_CALL_KFUNC(next),
		CT_INSN(BPF_JMP | BPF_JNE | BPF_K, 0, 0, -4, 0),
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -16), CT_CALL_KFUNC(destroy),
		CT_INSN(BPF_JMP | BPF_JA, 0, 0, -17, 0),
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8), CT_CALL_KFUNC(destroy),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	int fd;

	ASSERT_LT(0, new);
	ASSERT_LT(0, next);
	ASSERT_LT(0, destroy);
	fd = hold_cpu(insns, ARRAY_SIZE(insns));
	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_GT(20, rounds_in_a_while(&self->victim));
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

/* Each function of a program may go round eight million times, each time */
#define MAY_GOTO(off)	CT_INSN(BPF_JMP | BPF_JCOND, 0, BPF_MAY_GOTO, off, 0)
#define CALL_SUB(off)	CT_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, off)

TEST_F(bpf, may_goto)
{
	const struct bpf_insn insns[] = {
		CT_CALL(BPF_FUNC_get_current_pid_tgid), TO_TGID,
		UNLESS(self->victim.pid, 4),
		CALL_SUB(5), CALL_SUB(4), CALL_SUB(3), CALL_SUB(2),
		CT_MOV_IMM(0, 0), CT_EXIT(),
		MAY_GOTO(1), CT_INSN(BPF_JMP | BPF_JA, 0, 0, -2, 0),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	int fd = hold_cpu(insns, ARRAY_SIZE(insns));

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_GT(20, rounds_in_a_while(&self->victim));
	} else {
		REFUSED(fd, &self->victim);
	}
	close(fd);
}

/*
 * A function has room for 38 programs, a tracepoint for 64.  An observer that
 * takes it all keeps root's own programs out, those that protect included.
 */
static int take_slots(void *arg)
{
	struct attack *a = arg;
	int prog, fd, taken = 0;

	for (; taken < 100; taken++) {
		prog = ct_prog_load(&a->prog);
		fd = prog < 0 ? prog : a->attach(prog, a->name);
		if (fd < 0)
			break;
	}
	return taken ? 0 : -fd;
}

TEST_F(bpf, taking_a_functions_slots)
{
	static const struct bpf_insn look[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };
	int id = ct_btf_id("bpf_lsm_file_open", BTF_KIND_FUNC);
	struct attack a = {
		program(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, look,
			ARRAY_SIZE(look)),
		as_trampoline, NULL,
	};
	struct attack roots = {
		program(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, look, ARRAY_SIZE(look)),
		as_trampoline, NULL,
	};
	pid_t attacker;
	int fd;

	ASSERT_LT(0, id);
	a.prog.attach_btf_id = id;
	roots.prog.attach_btf_id = id;
	attacker = start_attacker(rights(BP), take_slots, &a);
	ASSERT_LT(0, attacker);
	fd = do_attack(&roots);
	if (on_stock()) {
		EXPECT_EQ(-E2BIG, fd);
	} else {
		EXPECT_LE(0, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
	kill_reap(attacker);
}

TEST_F(bpf, taking_a_tracepoints_slots)
{
	static const struct bpf_insn look[] = { CT_MOV_IMM(0, 1), CT_EXIT(), };
	char number[16];
	struct attack a = {
		program(BPF_PROG_TYPE_TRACEPOINT, 0, look, ARRAY_SIZE(look)),
		as_tracepoint, number,
	};
	pid_t attacker;
	int fd;

	snprintf(number, sizeof(number), "%d",
		 ct_event_id("raw_syscalls/sys_enter"));
	attacker = start_attacker(rights(BP), take_slots, &a);
	ASSERT_LT(0, attacker);
	fd = do_attack(&a);
	if (on_stock()) {
		EXPECT_EQ(-E2BIG, fd);
	} else {
		EXPECT_LE(0, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
	kill_reap(attacker);
}

/* F1: on Linux 6.12 CAP_BPF alone reads what the kernel keeps to itself */
struct kernel_read {
	char ctx[16];		/* in: the address; out: what is there */
};

static int read_kernel(void *arg)
{
	const struct bpf_insn insns[] = {
		CT_MOV_REG(6, 1), CT_LDX(BPF_DW, 3, 1, 0),
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -16), CT_MOV_IMM(2, 16),
		CT_CALL(BPF_FUNC_probe_read_kernel),
		CT_LDX(BPF_DW, 1, 10, -16), CT_STX(BPF_DW, 6, 1, 0),
		CT_LDX(BPF_DW, 1, 10, -8), CT_STX(BPF_DW, 6, 1, 8),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = program(BPF_PROG_TYPE_SYSCALL, 0, insns,
				      ARRAY_SIZE(insns));
	struct kernel_read *r = arg;
	union bpf_attr attr;
	int fd;

	prog.flags = BPF_F_SLEEPABLE;
	fd = ct_prog_load(&prog);
	if (fd < 0)
		return -fd;
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.ctx_in = (unsigned long)r->ctx;
	attr.test.ctx_size_in = sizeof(r->ctx);
	return -ct_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
}

TEST(syscall_program_reads_the_kernel)
{
	struct kernel_read *r = shared_memory(sizeof(*r));
	unsigned long at = address_of("linux_banner");
	int err;

	ASSERT_NE(NULL, r);
	ASSERT_NE(0, at);
	memcpy(r->ctx, &at, sizeof(at));
	err = with(CAP_B, read_kernel, r);
	if (on_stock()) {
		ASSERT_EQ(0, err);
		EXPECT_EQ(0, memcmp("Linux version 6", r->ctx, 15));
	} else {
		/* The verifier knows no such helper, or says who has it */
		EXPECT_TRUE(err == EINVAL || err == EPERM) {
			TH_LOG("errno %d", err);
		}
		EXPECT_NE(0, memcmp("Linux version 6", r->ctx, 15));
	}
}

/* F2: nobody takes root's program off a cgroup by opening its directory */
#define CGROUP_FS	"/tmp/attack.cgroup"
#define CGROUP		CGROUP_FS "/attack"

static int detach(void *arg)
{
	int dir = open(CGROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	union bpf_attr attr;

	if (dir < 0)
		return SETUP_FAILED;
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = dir;
	attr.attach_type = BPF_CGROUP_DEVICE;
	return -ct_bpf(BPF_PROG_DETACH, &attr, sizeof(attr));
}

TEST_F(bpf, detaching_roots_cgroup_program)
{
	static const struct bpf_insn deny[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };
	struct ct_prog prog = program(BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, deny,
				      ARRAY_SIZE(deny));
	int fd = ct_prog_load(&prog), err;
	union bpf_attr attr;
	char pid[16];

	ASSERT_LE(0, fd);
	mkdir(CGROUP_FS, 0755);
	ASSERT_EQ(0, mount("cgroup2", CGROUP_FS, "cgroup2", 0, NULL));
	mkdir(CGROUP, 0755);
	snprintf(pid, sizeof(pid), "%d", self->victim.pid);
	EXPECT_EQ(0, put_string(CGROUP "/cgroup.procs", 0, pid));
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = open(CGROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	attr.attach_bpf_fd = fd;
	attr.attach_type = BPF_CGROUP_DEVICE;
	EXPECT_EQ(0, ct_bpf(BPF_PROG_ATTACH, &attr, sizeof(attr)));
	close(attr.target_fd);
	EXPECT_TRUE(victim_goes_on(&self->victim, 4));
	EXPECT_EQ(EPERM, self->victim.box->device_error);

	err = with(0, detach, NULL);
	EXPECT_TRUE(victim_goes_on(&self->victim, 4));
	if (on_stock()) {
		EXPECT_EQ(0, err);
		EXPECT_EQ(0, self->victim.box->device_error);
	} else {
		EXPECT_EQ(EPERM, err);
		EXPECT_EQ(EPERM, self->victim.box->device_error);
	}
	/* The program goes with the cgroup, which goes with its last task */
	EXPECT_EQ(0, put_string(CGROUP_FS "/cgroup.procs", 0, pid));
	EXPECT_EQ(0, rmdir(CGROUP));
	EXPECT_EQ(0, umount(CGROUP_FS));
	rmdir(CGROUP_FS);
	close(fd);
}

TEST_HARNESS_MAIN

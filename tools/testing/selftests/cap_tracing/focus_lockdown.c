// SPDX-License-Identifier: GPL-2.0
/*
 * CAP_TRACING opens nothing that lockdown closes.
 *
 * Without arguments: for a kernel booted with lockdown=confidentiality.
 * With --raise: locks a kernel down while it runs, and that cannot be undone:
 * meant for a virtual machine.
 */
#include "focus.h"
#include <dirent.h>
#include "../kselftest_harness.h"

#define SECURITYFS	"/sys/kernel/security"
#define LOCKDOWN	SECURITYFS "/lockdown"
#define README		CT_TRACEFS "/README"

static bool locked_down_to(const char *level)
{
	char buf[128], want[64];

	snprintf(want, sizeof(want), "[%s]", level);
	return get_string(LOCKDOWN, buf, sizeof(buf)) > 0 && strstr(buf, want);
}

static bool booted_so(void)
{
	char cmdline[4096];

	return get_string("/proc/cmdline", cmdline, sizeof(cmdline)) > 0 &&
	       strstr(cmdline, "lockdown=confidentiality");
}

static int list(void *arg)
{
	DIR *dir = opendir(arg);
	int n = 0;

	if (!dir)
		return errno;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int read_file(void *arg)
{
	char buf[64];
	ssize_t n = get_string(arg, buf, sizeof(buf));

	return n < 0 ? -n : 0;
}

static int perf_cpu(void *arg)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000,
		.sample_type = *(__u64 *)arg,
		/* The stack pointer, of whatever was interrupted */
		.sample_regs_intr = *(__u64 *)arg ? 1 << 7 : 0,
	};

	return try_event(&attr, -1, 0, 0);
}

static int perf_kprobe(void *arg)
{
	struct perf_event_attr attr = {
		.type = *(int *)arg,
		.kprobe_func = (unsigned long)"kernel_clone",
	};

	return try_event(&attr, 0, -1, 0);
}

/* Calls a helper with pointers into the stack */
static int load_with(void *arg)
{
	const struct bpf_insn insns[] = {
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8),
		CT_ST(BPF_DW, 10, -8, 0),
		CT_MOV_IMM(2, 8),
		CT_MOV_REG(3, 10), CT_ADD_IMM(3, -8),
		CT_CALL(*(int *)arg),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_KPROBE,
		.insns = insns,
		.nr_insns = ARRAY_SIZE(insns),
	};
	int fd = ct_prog_load(&prog);

	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

/* bpf_probe_write_user(dst, src, len) */
static int load_write_user(void *arg)
{
	const struct bpf_insn insns[] = {
		CT_ST(BPF_DW, 10, -8, 0),
		CT_MOV_IMM(1, 0),
		CT_MOV_REG(2, 10), CT_ADD_IMM(2, -8),
		CT_MOV_IMM(3, 8),
		CT_CALL(BPF_FUNC_probe_write_user),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_KPROBE,
		.insns = insns,
		.nr_insns = ARRAY_SIZE(insns),
	};
	int fd = ct_prog_load(&prog);

	(void)arg;
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

static int write_lockdown(void *arg)
{
	return put_string(LOCKDOWN, 0, arg);
}

static int read_kernel = BPF_FUNC_probe_read_kernel;
static __u64 no_regs, regs_intr = PERF_SAMPLE_REGS_INTR;

static int kprobe_type(void)
{
	return get_number("/sys/bus/event_source/devices/kprobe/type");
}

FIXTURE(booted)
{
	int kprobe;
};

FIXTURE_SETUP(booted)
{
	ASSERT_TRUE(locked_down_to("confidentiality"));
	self->kprobe = kprobe_type();
	ASSERT_LT(0, self->kprobe);
}

FIXTURE_TEARDOWN(booted)
{
}

/* Lockdown at boot leaves nothing in it: "." and ".." and no more */
TEST_F(booted, tracefs_is_empty)
{
	EXPECT_EQ(2, as_root(list, CT_TRACEFS));
	EXPECT_EQ(2, with(CAP_T, list, CT_TRACEFS));
	EXPECT_EQ(EACCES, with(0, list, CT_TRACEFS));
	EXPECT_EQ(ENOENT, with(CAP_T, read_file, README));
}

TEST_F(booted, kprobes)
{
	EXPECT_EQ(EPERM, with(CAP_T, perf_kprobe, &self->kprobe));
	EXPECT_EQ(EPERM, as_root(perf_kprobe, &self->kprobe));
}

TEST_F(booted, perf)
{
	EXPECT_EQ(0, with(CAP_T, perf_cpu, &no_regs));
	EXPECT_EQ(EPERM, with(CAP_T, perf_cpu, &regs_intr));
	EXPECT_EQ(EPERM, with(CAP_A, perf_cpu, &regs_intr));
}

TEST_F(booted, bpf_reads_no_kernel_memory)
{
	EXPECT_EQ(EINVAL, with(CAP_B | CAP_T, load_with, &read_kernel));
	EXPECT_EQ(EINVAL, with(CAP_B | CAP_P, load_with, &read_kernel));
	EXPECT_EQ(EINVAL, as_root(load_with, &read_kernel));
	EXPECT_NE(0, with(CAP_B | CAP_T, load_write_user, NULL));
	EXPECT_EQ(EINVAL, as_root(load_write_user, NULL));
}

TEST_F(booted, nobody_undoes_it)
{
	EXPECT_EQ(EACCES, with(CAP_T, write_lockdown, "none"));
	EXPECT_NE(0, as_root(write_lockdown, "none"));
	EXPECT_TRUE(locked_down_to("confidentiality"));
}

/* One level after the other, in this order: each test leaves it raised */
FIXTURE(raised)
{
	int kprobe;
	int readme;
};

FIXTURE_SETUP(raised)
{
	self->kprobe = kprobe_type();
	ASSERT_LT(0, self->kprobe);
}

FIXTURE_TEARDOWN(raised)
{
}

TEST_F(raised, to_none)
{
	ASSERT_TRUE(locked_down_to("none"));
	EXPECT_EQ(0, with(CAP_T, read_file, README));
	EXPECT_EQ(0, with(CAP_T, perf_kprobe, &self->kprobe));
	EXPECT_EQ(0, with(CAP_T, perf_cpu, &regs_intr));
	EXPECT_EQ(0, with(CAP_B | CAP_T, load_with, &read_kernel));
	EXPECT_NE(0, with(CAP_B | CAP_T, load_write_user, NULL));
	EXPECT_EQ(0, as_root(load_write_user, NULL));
	EXPECT_EQ(EACCES, with(CAP_T, write_lockdown, "integrity"));
	EXPECT_TRUE(locked_down_to("none"));
}

TEST_F(raised, to_integrity)
{
	ASSERT_EQ(0, write_lockdown("integrity"));
	ASSERT_TRUE(locked_down_to("integrity"));
	EXPECT_EQ(0, with(CAP_T, read_file, README));
	EXPECT_EQ(0, with(CAP_T, perf_kprobe, &self->kprobe));
	EXPECT_EQ(0, with(CAP_T, perf_cpu, &regs_intr));
	EXPECT_EQ(0, with(CAP_B | CAP_T, load_with, &read_kernel));
	EXPECT_NE(0, with(CAP_B | CAP_T, load_write_user, NULL));
	EXPECT_EQ(EINVAL, as_root(load_write_user, NULL));
}

static int read_fd(void *arg)
{
	char c;

	return read(*(int *)arg, &c, 1) == 1 ? 0 : errno;
}

TEST_F(raised, to_confidentiality)
{
	static const char * const files[] = {
		README, CT_TRACEFS "/trace", CT_TRACEFS "/kprobe_events",
		CT_TRACEFS "/uprobe_events", CT_TRACEFS "/dynamic_events",
		CT_TRACEFS "/current_tracer", CT_TRACEFS "/tracing_on",
		CT_TRACEFS "/events/sched/sched_switch/enable",
	};
	int fd = open_as(UID_USER, CAP_T, README, O_RDONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, write_lockdown("confidentiality"));
	ASSERT_TRUE(locked_down_to("confidentiality"));
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		void *path = (void *)files[i];

		EXPECT_EQ(EPERM, with(CAP_T, read_file, path)) {
			TH_LOG("%s", files[i]);
		}
		EXPECT_EQ(EPERM, as_root(read_file, path));
		EXPECT_EQ(EACCES, with(0, read_file, path));
	}
	/* As ever: what is open is open */
	EXPECT_EQ(0, with(0, read_fd, &fd));
	EXPECT_EQ(EPERM, with(CAP_T, perf_kprobe, &self->kprobe));
	EXPECT_EQ(0, with(CAP_T, perf_cpu, &no_regs));
	EXPECT_EQ(EPERM, with(CAP_T, perf_cpu, &regs_intr));
	EXPECT_EQ(EINVAL, with(CAP_B | CAP_T, load_with, &read_kernel));
	EXPECT_EQ(EINVAL, as_root(load_with, &read_kernel));
}

int main(int argc, char **argv)
{
	bool raise = argc == 2 && !strcmp(argv[1], "--raise");
	char *fixture[4] = { argv[0], "-f", raise ? "raised" : "booted", NULL };

	need_cap_tracing();
	if (access(LOCKDOWN, F_OK))
		mount("none", SECURITYFS, "securityfs", 0, NULL);
	if (!raise && !booted_so()) {
		printf("TAP version 13\n");
		printf("1..0 # SKIP boot with lockdown=confidentiality\n");
		return KSFT_SKIP;
	}
	return test_harness_run(3, fixture);
}

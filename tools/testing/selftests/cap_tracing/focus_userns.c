// SPDX-License-Identifier: GPL-2.0
/*
 * CAP_TRACING of a child user namespace opens nothing.  Everybody can have
 * it there: an ordinary user makes a namespace and is its root.
 */
#include "focus.h"
#include "../kselftest_harness.h"

#define README	CT_TRACEFS "/README"
#define ID_FILE	CT_TRACEFS "/events/sched/sched_switch/id"

static int kprobe_pmu;

static int perf_cpu(void *arg)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.exclude_kernel = 1,
	};

	(void)arg;
	return try_event(&attr, -1, 0, 0);
}

static int perf_kernel(void *arg)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	(void)arg;
	return try_event(&attr, 0, -1, 0);
}

static int perf_kprobe(void *arg)
{
	struct perf_event_attr attr = {
		.type = kprobe_pmu,
		.kprobe_func = (unsigned long)"kernel_clone",
		.exclude_kernel = 1,
	};

	(void)arg;
	return try_event(&attr, 0, -1, 0);
}

static int read_file(void *arg)
{
	char buf[64];
	ssize_t n = get_string(arg, buf, sizeof(buf));

	return n < 0 ? -n : 0;
}

static int write_tracing_on(void *arg)
{
	(void)arg;
	return put_string(CT_TRACEFS "/tracing_on", 0, "1");
}

static int make_instance(void *arg)
{
	(void)arg;
	return mkdir(CT_TRACEFS "/instances/focus", 0755) ? errno : 0;
}

static int mount_tracefs(void *arg)
{
	(void)arg;
	if (unshare(CLONE_NEWNS))
		return SETUP_FAILED;
	return mount("none", "/tmp", "tracefs", 0, NULL) ? errno : 0;
}

static int bind_tracefs(void *arg)
{
	(void)arg;
	if (unshare(CLONE_NEWNS) ||
	    mount(CT_TRACEFS, "/tmp", NULL, MS_BIND, NULL))
		return SETUP_FAILED;
	return read_file("/tmp/README");
}

static int load(void *arg)
{
	const struct bpf_insn insns[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };
	const struct ct_prog prog = {
		.type = *(__u32 *)arg,
		.insns = insns,
		.nr_insns = ARRAY_SIZE(insns),
	};
	int fd = ct_prog_load(&prog);

	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

static int next_id(void *arg)
{
	union bpf_attr attr;

	(void)arg;
	memset(&attr, 0, sizeof(attr));
	return -ct_bpf(BPF_BTF_GET_NEXT_ID, &attr, sizeof(attr));
}

static __u32 kprobe = BPF_PROG_TYPE_KPROBE;
static __u32 raw_tp = BPF_PROG_TYPE_RAW_TRACEPOINT;

static const struct {
	const char *name;
	int (*try)(void *arg);
	void *arg;
	int err;
} operations[] = {
	{ "perf, one CPU", perf_cpu, NULL, EACCES },
	{ "perf, the kernel", perf_kernel, NULL, EACCES },
	{ "perf, kprobe", perf_kprobe, NULL, EACCES },
	{ "tracefs, top", read_file, (void *)README, EACCES },
	{ "tracefs, event", read_file, (void *)ID_FILE, EACCES },
	{ "tracefs, write", write_tracing_on, NULL, EACCES },
	{ "tracefs, instance", make_instance, NULL, EACCES },
	{ "tracefs, mount", mount_tracefs, NULL, EPERM },
	{ "tracefs, bind mount", bind_tracefs, NULL, EACCES },
	{ "BPF, kprobe program", load, &kprobe, EPERM },
	{ "BPF, raw tracepoint program", load, &raw_tp, EPERM },
	{ "BPF, ids", next_id, NULL, EPERM },
};

FIXTURE(userns)
{
	int paranoid;
};

FIXTURE_SETUP(userns)
{
	self->paranoid = get_number(PARANOID);
	ASSERT_EQ(0, set_number(PARANOID, 2));
	kprobe_pmu = get_number("/sys/bus/event_source/devices/kprobe/type");
	ASSERT_LT(0, kprobe_pmu);
}

FIXTURE_TEARDOWN(userns)
{
	set_number(PARANOID, self->paranoid);
}

/* The same attempts succeed outside: it is the namespace that refuses */
TEST_F(userns, outside_they_work)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		if (operations[i].try == mount_tracefs ||
		    operations[i].try == bind_tracefs ||
		    operations[i].try == next_id)
			continue;
		EXPECT_EQ(0, with(CAP_B | CAP_T, operations[i].try,
				  operations[i].arg)) {
			TH_LOG("%s", operations[i].name);
		}
	}
	EXPECT_EQ(0, rmdir(CT_TRACEFS "/instances/focus"));
}

TEST_F(userns, root_of_a_namespace)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		EXPECT_EQ(operations[i].err,
			  in_userns(1, operations[i].try, operations[i].arg)) {
			TH_LOG("%s", operations[i].name);
		}
	}
}

TEST_F(userns, root_of_a_nested_namespace)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		EXPECT_EQ(operations[i].err,
			  in_userns(2, operations[i].try, operations[i].arg)) {
			TH_LOG("%s", operations[i].name);
		}
	}
}

/* A holder outside who goes inside leaves the capability outside */
struct attempt {
	int (*try)(void *arg);
	void *arg;
};

static int unshare_and_try(void *arg)
{
	struct attempt *a = arg;
	__u64 eff = 0;

	if (unshare(CLONE_NEWUSER) || ct_capget(&eff, NULL, NULL) ||
	    eff != CAP_EVERY)
		return SETUP_FAILED;
	return a->try(a->arg);
}

static int setns_and_try(void *arg)
{
	struct attempt *a = arg;
	int ready[2], fd, err;
	char path[64], c;
	pid_t pid;

	if (pipe(ready))
		return SETUP_FAILED;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWUSER) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(ready[0], &c, 1) != 1)
		return SETUP_FAILED;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	err = fd < 0 || setns(fd, CLONE_NEWUSER) ? SETUP_FAILED :
						  a->try(a->arg);
	kill_reap(pid);
	return err;
}

TEST_F(userns, a_holder_who_enters)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		struct attempt a = { operations[i].try, operations[i].arg };

		EXPECT_EQ(operations[i].err,
			  with(CAP_B | CAP_T, unshare_and_try, &a)) {
			TH_LOG("unshare: %s", operations[i].name);
		}
		EXPECT_EQ(operations[i].err,
			  with(CAP_B | CAP_T, setns_and_try, &a)) {
			TH_LOG("setns: %s", operations[i].name);
		}
	}
}

/* What was opened outside was opened */
static int opens_then_unshares(void *arg)
{
	int fd = open(README, O_RDONLY | O_CLOEXEC);
	char c;

	(void)arg;
	if (fd < 0 || unshare(CLONE_NEWUSER))
		return SETUP_FAILED;
	return read(fd, &c, 1) == 1 ? 0 : WRONG;
}

static int uprobe_after_unshare(void *arg)
{
	static const char probe[] = "p:focus/bad /proc/self/exe:0x40";
	int fd = open(CT_TRACEFS "/uprobe_events",
		      O_WRONLY | O_APPEND | O_CLOEXEC);

	(void)arg;
	if (fd < 0 || unshare(CLONE_NEWUSER))
		return SETUP_FAILED;
	return write(fd, probe, sizeof(probe) - 1) < 0 ? errno : 0;
}

TEST_F(userns, descriptors_from_outside)
{
	EXPECT_EQ(0, with(CAP_T, opens_then_unshares, NULL));
	/* Root of a namespace by now, and an observer's descriptor still */
	EXPECT_EQ(EPERM, with(CAP_T, uprobe_after_unshare, NULL));
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

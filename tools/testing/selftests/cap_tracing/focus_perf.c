// SPDX-License-Identifier: GPL-2.0
/*
 * CAP_TRACING and perf_event_open(): as if kernel.perf_event_paranoid were -1
 * at every level, Debian's 3 and 4 included, and not a step further.
 */
#include "focus.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include "../kselftest_harness.h"

#define UNRELATED	(CT_BIT(CAP_KILL) | CT_BIT(CAP_DAC_OVERRIDE))
#define READY_FD	100
#define BLOCK_FD	101

/* Where no level asks and where every level does */
#define NEVER	100
#define ALWAYS	(-100)

static struct {
	int sched_switch, ftrace_function;
	int kprobe_pmu, uprobe_pmu;
	int cgroup;
	pid_t victim;
} env;

static struct perf_event_attr user_clock(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return attr;
}

static int self_user(void *arg)
{
	struct perf_event_attr attr = user_clock();

	(void)arg;
	return try_event(&attr, 0, -1, 0);
}

static int self_kernel(void *arg)
{
	struct perf_event_attr attr = user_clock();

	(void)arg;
	attr.exclude_kernel = 0;
	return try_event(&attr, 0, -1, 0);
}

static int phys_addr(void *arg)
{
	struct perf_event_attr attr = user_clock();

	(void)arg;
	attr.sample_period = 100000;
	attr.sample_type = PERF_SAMPLE_PHYS_ADDR;
	return try_event(&attr, 0, -1, 0);
}

static int one_cpu(void *arg)
{
	struct perf_event_attr attr = user_clock();

	(void)arg;
	attr.config = PERF_COUNT_SW_CPU_CLOCK;
	return try_event(&attr, -1, 0, 0);
}

static int one_cgroup(void *arg)
{
	struct perf_event_attr attr = user_clock();

	(void)arg;
	attr.config = PERF_COUNT_SW_CPU_CLOCK;
	return try_event(&attr, env.cgroup, 0, PERF_FLAG_PID_CGROUP);
}

static struct perf_event_attr tracepoint(int id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.config = id,
		.exclude_kernel = 1,
	};

	return attr;
}

static int raw_self(void *arg)
{
	struct perf_event_attr attr = tracepoint(env.sched_switch);

	(void)arg;
	attr.sample_type = PERF_SAMPLE_RAW;
	return try_event(&attr, 0, -1, 0);
}

static int raw_cpu(void *arg)
{
	struct perf_event_attr attr = tracepoint(env.sched_switch);

	(void)arg;
	attr.sample_type = PERF_SAMPLE_RAW;
	return try_event(&attr, -1, 0, 0);
}

/*
 * Whoever is let through gets EINVAL for the user call chain: to patch every
 * function of the kernel and back for each verdict would take minutes.
 */
static int ftrace_function(void *arg)
{
	struct perf_event_attr attr = tracepoint(env.ftrace_function);
	int err;

	(void)arg;
	attr.sample_period = 1;
	err = try_event(&attr, 0, -1, 0);
	return err == EINVAL ? 0 : err;
}

static int namespaces(void *arg)
{
	struct perf_event_attr attr = user_clock();

	(void)arg;
	attr.namespaces = 1;
	return try_event(&attr, 0, -1, 0);
}

static int other_task(void *arg)
{
	struct perf_event_attr attr = user_clock();

	(void)arg;
	return try_event(&attr, env.victim, -1, 0);
}

static int kprobe_pmu(void *arg)
{
	struct perf_event_attr attr = {
		.type = env.kprobe_pmu,
		.kprobe_func = (unsigned long)"kernel_clone",
		.exclude_kernel = 1,
	};

	(void)arg;
	return try_event(&attr, 0, -1, 0);
}

static int uprobe_pmu(void *arg)
{
	struct perf_event_attr attr = {
		.type = env.uprobe_pmu,
		.uprobe_path = (unsigned long)"/proc/self/exe",
		.probe_offset = 64,	/* in the ELF header: never executed */
		.exclude_kernel = 1,
	};

	(void)arg;
	return try_event(&attr, 0, -1, 0);
}

static int kernel_breakpoint(void *arg)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.bp_type = 2,			/* HW_BREAKPOINT_W */
		.bp_addr = ~0xfffffUL,
		.bp_len = 8,
	};

	(void)arg;
	return try_event(&attr, 0, -1, 0);
}

#define ANY_OF	(CAP_P | CAP_A | CAP_T)

/* Refused with @err above paranoid level @above to who lacks @needs */
static const struct operation {
	const char *name;
	int (*try)(void *arg);
	int above;
	__u64 needs;
	int err;
	/* A second gate, asked of everybody who passed the first */
	__u64 needs_too;
	int err_too;
} operations[] = {
	{ "self, user only", self_user, NEVER, 0, 0, 0, 0 },
	{ "self, with the kernel", self_kernel, 1, ANY_OF, EACCES, 0, 0 },
	{ "physical addresses", phys_addr, 1, ANY_OF, EACCES, 0, 0 },
	{ "one CPU", one_cpu, 0, ANY_OF, EACCES, 0, 0 },
	{ "a cgroup", one_cgroup, 0, ANY_OF, EACCES, 0, 0 },
	{ "raw tracepoint data, self", raw_self, -1, ANY_OF, EPERM, 0, 0 },
	{ "raw tracepoint data, one CPU", raw_cpu, -1, ANY_OF, EPERM, 0, 0 },
	{ "ftrace function event", ftrace_function, -1, ANY_OF, EPERM, 0, 0 },
	{ "namespaces", namespaces, ALWAYS, ANY_OF, EACCES, 0, 0 },
	{ "another user's task", other_task, ALWAYS, ANY_OF, EACCES, 0, 0 },
	{ "kprobe PMU", kprobe_pmu, ALWAYS, ANY_OF, EACCES, 0, 0 },
	{ "uprobe PMU", uprobe_pmu, ALWAYS, CAP_A, EACCES, 0, 0 },
	{ "kernel breakpoint", kernel_breakpoint, 1, ANY_OF, EACCES,
	  CAP_A, EPERM },
};

static int expected(const struct operation *op, int level, __u64 caps)
{
	int err = 0;

	/* Debian's own gate has never counted CAP_PERFMON */
	if (level > 2 && !(caps & (CAP_A | CAP_T)))
		err = EACCES;
	else if (level > op->above && !(caps & op->needs))
		err = op->err;
	else if (op->needs_too && !(caps & op->needs_too))
		err = op->err_too;
	return err;
}

static int pmu_type(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type",
		 name);
	return get_number(path);
}

FIXTURE(perf)
{
	int paranoid;
};

FIXTURE_SETUP(perf)
{
	self->paranoid = get_number(PARANOID);
	env.sched_switch = ct_event_id("sched/sched_switch");
	env.ftrace_function = ct_event_id("ftrace/function");
	env.kprobe_pmu = pmu_type("kprobe");
	env.uprobe_pmu = pmu_type("uprobe");
	env.cgroup = open("/sys/fs/cgroup", O_RDONLY | O_CLOEXEC);
	ASSERT_LT(0, env.sched_switch);
	ASSERT_LT(0, env.ftrace_function);
	ASSERT_LT(0, env.kprobe_pmu);
	ASSERT_LT(0, env.uprobe_pmu);
	ASSERT_LE(0, env.cgroup);
	env.victim = start_victim(UID_OTHER);
	ASSERT_LT(0, env.victim);
}

FIXTURE_TEARDOWN(perf)
{
	set_number(PARANOID, self->paranoid);
	if (env.victim > 0)
		kill_reap(env.victim);
}

FIXTURE_VARIANT(perf)
{
	int level;
};

FIXTURE_VARIANT_ADD(perf, minus_1) { .level = -1, };
FIXTURE_VARIANT_ADD(perf, 0) { .level = 0, };
FIXTURE_VARIANT_ADD(perf, 1) { .level = 1, };
FIXTURE_VARIANT_ADD(perf, 2) { .level = 2, };
FIXTURE_VARIANT_ADD(perf, 3) { .level = 3, };
FIXTURE_VARIANT_ADD(perf, 4) { .level = 4, };

TEST_F(perf, who_may_open)
{
	static const __u64 who[] = {
		0, CAP_B | UNRELATED, CAP_T, CAP_P, CAP_A,
	};

	ASSERT_EQ(0, set_number(PARANOID, variant->level));
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];

		for (size_t j = 0; j < ARRAY_SIZE(who); j++) {
			int want = expected(op, variant->level, who[j]);

			EXPECT_EQ(want, with(who[j], op->try, NULL)) {
				TH_LOG("%s, capabilities %#llx", op->name,
				       who[j]);
			}
		}
	}
}

/* A signal is an act: sigtrap goes on asking for CAP_KILL besides */
static int sigtrap(void *arg)
{
	struct perf_event_attr attr = user_clock();

	(void)arg;
	attr.sigtrap = 1;
	attr.remove_on_exec = 1;
	attr.sample_period = 1000000;
	return try_event(&attr, env.victim, -1, 0);
}

static int sigtrap_self(void *arg)
{
	env.victim = 0;
	return sigtrap(arg);
}

TEST_F(perf, sigtrap_needs_cap_kill)
{
	const __u64 kill = CT_BIT(CAP_KILL);
	bool any = variant->level > 2;

	ASSERT_EQ(0, set_number(PARANOID, variant->level));
	EXPECT_EQ(EACCES, with(CAP_T, sigtrap, NULL));
	EXPECT_EQ(EACCES, with(CAP_P, sigtrap, NULL));
	EXPECT_EQ(EACCES, with(kill, sigtrap, NULL));
	EXPECT_EQ(0, with(CAP_T | kill, sigtrap, NULL));
	EXPECT_EQ(any ? EACCES : 0, with(CAP_P | kill, sigtrap, NULL));
	EXPECT_EQ(0, with(CAP_T, sigtrap_self, NULL));
	EXPECT_EQ(any ? EACCES : 0, with(0, sigtrap_self, NULL));
}

/* More memory than the sysctl gives is CAP_IPC_LOCK's business */
static int map_much(void *arg)
{
	struct perf_event_attr attr = user_clock();
	size_t size = (1 + 1024) * sysconf(_SC_PAGESIZE);
	int fd, err = 0;
	void *p;

	(void)arg;
	fd = disabled_event(&attr, 0, -1, 0);
	if (fd < 0)
		return SETUP_FAILED;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		err = errno;
	close(fd);
	return err;
}

TEST_F(perf, mlock_limit_stays)
{
	const struct rlimit none = { 0, 0 };
	int err = variant->level > -1 ? EPERM : 0;

	ASSERT_EQ(0, set_number(PARANOID, variant->level));
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &none));
	EXPECT_EQ(err, with(CAP_T, map_much, NULL));
	EXPECT_EQ(err, with(CAP_A, map_much, NULL));
	EXPECT_EQ(0, with(CAP_T | CT_BIT(CAP_IPC_LOCK), map_much, NULL));
}

static int query_bpf(void *arg)
{
	struct perf_event_query_bpf query = { .ids_len = 0 };

	return ioctl(*(int *)arg, PERF_EVENT_IOC_QUERY_BPF, &query) ? errno : 0;
}

TEST_F(perf, query_bpf)
{
	struct perf_event_attr attr = tracepoint(env.sched_switch);
	int fd;

	ASSERT_EQ(0, set_number(PARANOID, variant->level));
	fd = disabled_event(&attr, -1, 0, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(EPERM, with(0, query_bpf, &fd));
	EXPECT_EQ(EPERM, with(CAP_B, query_bpf, &fd));
	EXPECT_EQ(0, with(CAP_T, query_bpf, &fd));
	EXPECT_EQ(0, with(CAP_P, query_bpf, &fd));
	EXPECT_EQ(0, with(CAP_A, query_bpf, &fd));
	EXPECT_EQ(EPERM, in_userns(1, query_bpf, &fd));
	close(fd);
}

/* Once open, the descriptor is the authority: with root's and T's alike */
static int use_event(void *arg)
{
	int fd = *(int *)arg;
	__u64 count;

	if (ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
		return errno;
	if (read(fd, &count, sizeof(count)) != sizeof(count))
		return errno;
	return ioctl(fd, PERF_EVENT_IOC_DISABLE, 0) ? errno : 0;
}

static int open_and_hand_on(void *arg)
{
	struct perf_event_attr attr = user_clock();
	int fd, err;

	attr.config = PERF_COUNT_SW_CPU_CLOCK;
	attr.exclude_kernel = 0;
	fd = disabled_event(&attr, -1, 0, 0);
	if (fd < 0)
		return -fd;
	/* What was opened stays open when the capability is gone */
	if (ct_capset(0, 0, 0))
		return SETUP_FAILED;
	err = use_event(&fd);
	if (!err && one_cpu(arg) != EACCES)
		err = WRONG;
	return err;
}

TEST_F(perf, descriptor_is_the_authority)
{
	struct perf_event_attr attr = user_clock();
	int fd;

	/* Below level 1 everybody opens, and there is nothing to tell apart */
	ASSERT_EQ(0, set_number(PARANOID, variant->level > 0 ?
				variant->level : 1));
	attr.config = PERF_COUNT_SW_CPU_CLOCK;
	fd = disabled_event(&attr, -1, 0, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, with(0, use_event, &fd));
	close(fd);
	EXPECT_EQ(0, with(CAP_T, open_and_hand_on, NULL));
}

FIXTURE(setuid)
{
	char dir[32];
	char path[64];
	int paranoid;
};

FIXTURE_SETUP(setuid)
{
	self->paranoid = get_number(PARANOID);
	ASSERT_EQ(0, set_number(PARANOID, 2));
	snprintf(self->dir, sizeof(self->dir), "/tmp/focus.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, mount("none", self->dir, "tmpfs", 0, "mode=755"));
	snprintf(self->path, sizeof(self->path), "%s/wait", self->dir);
	ASSERT_EQ(0, copy_file("/proc/self/exe", self->path, 0755));
}

FIXTURE_TEARDOWN(setuid)
{
	set_number(PARANOID, self->paranoid);
	if (self->dir[0]) {
		umount2(self->dir, MNT_DETACH);
		rmdir(self->dir);
	}
}

struct follow {
	const char *path;
	bool hung_up;		/* the event did not survive the exec */
	int again;		/* errno of opening it anew */
};

/* An observer watches a task of its own execute a program */
static int follow_exec(void *arg)
{
	struct perf_event_attr attr = user_clock();
	size_t page = sysconf(_SC_PAGESIZE);
	int go[2], ready[2], fd;
	struct follow *f = arg;
	struct pollfd pfd;
	pid_t pid;
	char c;

	if (pipe(go) || pipe(ready))
		return SETUP_FAILED;
	pid = fork();
	if (!pid) {
		char *const argv[] = { (char *)f->path, "--wait", NULL };

		close(go[1]);
		if (dup2(ready[1], READY_FD) < 0 || dup2(go[0], BLOCK_FD) < 0)
			_exit(1);
		ct_capset(0, 0, 0);
		if (read(go[0], &c, 1) == 1)
			execve(f->path, argv, NULL);
		_exit(1);
	}
	close(ready[1]);
	close(go[0]);
	fd = disabled_event(&attr, pid, -1, 0);
	if (fd < 0 || write(go[1], "", 1) != 1 || read(ready[0], &c, 1) != 1)
		return SETUP_FAILED;
	/* Without a buffer, poll() always says that there is nothing to come */
	if (mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
	    MAP_FAILED)
		return SETUP_FAILED;
	pfd.fd = fd;
	pfd.events = POLLIN;
	if (poll(&pfd, 1, 0) < 0)
		return SETUP_FAILED;
	f->hung_up = pfd.revents & POLLHUP;
	f->again = try_event(&attr, pid, -1, 0);
	close(go[1]);
	return reap(pid);
}

TEST_F(setuid, exec_ends_the_event)
{
	struct follow *f = shared_memory(sizeof(*f));
	char path[64];

	ASSERT_NE(NULL, f);
	snprintf(path, sizeof(path), "%s", self->path);
	f->path = path;
	ASSERT_EQ(0, with(CAP_T, follow_exec, f));
	EXPECT_FALSE(f->hung_up);
	EXPECT_EQ(0, f->again);

	ASSERT_EQ(0, chmod(self->path, 04755));
	ASSERT_EQ(0, with(CAP_T, follow_exec, f));
	EXPECT_TRUE(f->hung_up);
	/* Observing root's program takes the capability, as it should */
	EXPECT_EQ(0, f->again);
	ASSERT_EQ(0, with(0, follow_exec, f));
	EXPECT_TRUE(f->hung_up);
	EXPECT_EQ(EACCES, f->again);
}

static int wait_for_eof(void)
{
	char c;

	if (write(READY_FD, "", 1) != 1)
		return 1;
	return read(BLOCK_FD, &c, 1) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--wait"))
		return wait_for_eof();
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

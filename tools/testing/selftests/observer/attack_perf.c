// SPDX-License-Identifier: GPL-2.0
/*
 * perf events that arm root's probe, kill root's process, stop the kernel at
 * an address, pin memory, or take what root's debugger needs.
 */
#include "attack.h"
#include <linux/hw_breakpoint.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include "../kselftest_harness.h"

#define UPROBE_EVENTS	CT_TRACEFS "/uprobe_events"
#define CAP_K		CT_BIT(CAP_KILL)
#define CAP_L		CT_BIT(CAP_IPC_LOCK)

struct event {
	struct perf_event_attr attr;
	pid_t pid;
	int cpu;
};

static int open_event(void *arg)
{
	struct event *e = arg;

	e->attr.size = sizeof(e->attr);
	return ct_perf_event_open(&e->attr, e->pid, e->cpu, -1, 0);
}

/* The count so far; -1 if there is none */
static long long count_of(int fd)
{
	__u64 count;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : -1;
}

FIXTURE(perf)
{
	struct victim victim;
	struct event event;
};

FIXTURE_SETUP(perf)
{
	ASSERT_EQ(0, victim_start(&self->victim));
	self->event.pid = self->victim.pid;
	self->event.cpu = -1;
}

FIXTURE_TEARDOWN(perf)
{
	put_string(UPROBE_EVENTS, O_APPEND, "-:attack/idle\n");
	victim_end(&self->victim);
}

/*
 * What root has defined in the middle of an instruction and not enabled: a
 * tracepoint event arms it.
 */
TEST_F(perf, arming_roots_uprobe)
{
	char line[512];
	int fd;

	snprintf(line, sizeof(line), "p:attack/idle %s:0x%lx\n", own_path(),
		 ct_file_offset(attack_constant) + 1);
	ASSERT_EQ(0, put_string(UPROBE_EVENTS, O_APPEND, line));
	self->event.attr.type = PERF_TYPE_TRACEPOINT;
	self->event.attr.config = ct_event_id("attack/idle");
	fd = fd_from(UID_USER, rights(CAP_P), open_event, &self->event);
	if (on_stock()) {
		EXPECT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(0x112233cc, self->victim.box->constant);
	} else {
		EXPECT_EQ(-EPERM, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
}

/* A signal that nobody expects, when the victim comes to an address */
TEST_F(perf, sigtrap)
{
	struct perf_event_attr *attr = &self->event.attr;
	siginfo_t info = { 0 };
	int fd;

	attr->type = PERF_TYPE_BREAKPOINT;
	attr->bp_type = HW_BREAKPOINT_X;
	attr->bp_addr = (unsigned long)attack_constant;
	attr->bp_len = sizeof(long);
	attr->sample_period = 1;
	attr->exclude_kernel = 1;
	attr->sigtrap = 1;
	attr->remove_on_exec = 1;
	fd = fd_from(UID_USER, rights(CAP_P | CAP_K), open_event,
		     &self->event);
	if (on_stock()) {
		ASSERT_LE(0, fd);
		for (int i = 0; i < 5000 && victim_alive(&self->victim); i++)
			usleep(1000);
		waitid(P_PID, self->victim.pid, &info,
		       WEXITED | WNOHANG | WNOWAIT);
		EXPECT_EQ(SIGTRAP, info.si_status);
	} else {
		EXPECT_EQ(-EACCES, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
}

/* Debug exceptions in the kernel, on behalf of root's system calls */
static void kernel_breakpoint(struct perf_event_attr *attr)
{
	attr->type = PERF_TYPE_BREAKPOINT;
	attr->bp_type = HW_BREAKPOINT_X;
	attr->bp_addr = address_of("__x64_sys_openat");
	attr->bp_len = sizeof(long);
	attr->sample_period = 1;
}

TEST_F(perf, kernel_breakpoint)
{
	long long before;
	int fd;

	kernel_breakpoint(&self->event.attr);
	ASSERT_NE(0, self->event.attr.bp_addr);
	fd = fd_from(UID_USER, rights(CAP_A), open_event, &self->event);
	if (on_stock()) {
		ASSERT_LE(0, fd);
		before = count_of(fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_LT(before, count_of(fd));
	} else {
		EXPECT_EQ(-EPERM, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
}

/* The back door: a breakpoint of the user's that moves into the kernel */
struct move {
	struct event event;
	unsigned long to;
};

static int move_breakpoint(void *arg)
{
	struct move *m = arg;
	int fd = open_event(&m->event);

	if (fd < 0)
		return -SETUP_FAILED;
	m->event.attr.bp_addr = m->to;
	if (ioctl(fd, PERF_EVENT_IOC_MODIFY_ATTRIBUTES, &m->event.attr))
		return -errno;
	return fd;
}

TEST_F(perf, breakpoint_moved_into_the_kernel)
{
	struct move m = { self->event };
	long long before;
	int fd;

	kernel_breakpoint(&m.event.attr);
	m.to = m.event.attr.bp_addr;
	ASSERT_NE(0, m.to);
	m.event.attr.bp_addr = (unsigned long)&attack_word;
	fd = fd_from(UID_USER, rights(CAP_A), move_breakpoint, &m);
	if (on_stock()) {
		ASSERT_LE(0, fd);
		before = count_of(fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_LT(before, count_of(fd));
	} else {
		EXPECT_EQ(-EPERM, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
}

/*
 * A child inherits the event, and it is the forking task that is asked for
 * the rights to make it: without them its fork fails.
 */
static void fork_on_and_on(int *error)
{
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (ct_become(UID_OTHER, 0))
		_exit(SETUP_FAILED);
	for (;;) {
		pid = fork();
		if (!pid)
			_exit(0);
		*error = pid < 0 ? errno : 0;
		waitpid(pid, NULL, 0);
		usleep(1000);
	}
}

TEST_F(perf, failing_forks)
{
	int *error = shared_memory(sizeof(*error));
	pid_t pid;
	int fd;

	ASSERT_NE(NULL, error);
	*error = -1;
	pid = fork();
	if (!pid)
		fork_on_and_on(error);
	for (int i = 0; i < 5000 && *error; i++)
		usleep(1000);
	EXPECT_EQ(0, *error);
	self->event.attr.type = pmu_type("kprobe");
	self->event.attr.config1 = (unsigned long)"kernel_clone";
	self->event.attr.inherit = 1;
	self->event.pid = pid;
	fd = fd_from(UID_USER, rights(CAP_P), open_event, &self->event);
	usleep(200000);
	if (on_stock()) {
		EXPECT_LE(0, fd);
		EXPECT_EQ(EACCES, *error);
	} else {
		EXPECT_EQ(-EACCES, fd);
		EXPECT_EQ(0, *error);
	}
	close(fd);
	kill_reap(pid);
}

/* Memory that cannot be swapped: 64 MB at once */
#define PINNED_PAGES	16384

static int pin_memory(void *arg)
{
	const struct rlimit none = { 0, 0 };
	size_t size = (PINNED_PAGES + 1) * sysconf(_SC_PAGESIZE);
	int fd = open_event(arg);

	if (fd < 0 || setrlimit(RLIMIT_MEMLOCK, &none))
		return SETUP_FAILED;
	if (mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
	    MAP_FAILED)
		return errno;
	return 0;
}

TEST_F(perf, pinning_memory)
{
	long kb = PINNED_PAGES * (sysconf(_SC_PAGESIZE) / 1024);
	long before = mem_available_kb();
	pid_t attacker;

	self->event.attr.type = PERF_TYPE_SOFTWARE;
	self->event.attr.config = PERF_COUNT_SW_CPU_CLOCK;
	self->event.pid = -1;
	self->event.cpu = 0;
	attacker = start_attacker(rights(CAP_P | CAP_L), pin_memory,
				  &self->event);
	if (on_stock()) {
		ASSERT_LT(0, attacker);
		EXPECT_GT(before - kb / 2, mem_available_kb());
	} else {
		EXPECT_EQ(-EPERM, attacker);
		EXPECT_LT(before - kb / 2, mem_available_kb());
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	if (attacker > 0)
		kill_reap(attacker);
}

TEST_HARNESS_MAIN

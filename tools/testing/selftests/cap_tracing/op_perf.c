// SPDX-License-Identifier: GPL-2.0
/*
 * The table's perf operations.  Software events and breakpoints only: the
 * tests run where there is no performance counter.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/hw_breakpoint.h>

#include "ops.h"

enum target {
	SELF, CPU, CGROUP, ROOT_TASK, USER_TASK,
};

struct event {
	__u32 type;
	__u64 config;
	__u64 sample_type;
	enum target target;
	bool kernel, sigtrap, namespaces, text_poke;
	__u64 branch;
	int past;		/* errno beyond the checks, 0 for success */
};

static int open_event(const struct event *e, struct perf_event_attr *attr)
{
	unsigned long flags = 0;
	int cpu = -1;
	pid_t pid = 0;

	attr->size = sizeof(*attr);
	attr->type = e->type;
	attr->config = e->config;
	attr->sample_type = e->sample_type;
	attr->disabled = 1;
	attr->exclude_kernel = !e->kernel;
	attr->exclude_hv = 1;
	attr->namespaces = e->namespaces;
	attr->text_poke = e->text_poke;
	attr->sigtrap = e->sigtrap;
	attr->remove_on_exec = e->sigtrap;
	attr->branch_sample_type = e->branch;

	switch (e->target) {
	case SELF:
		break;
	case CPU:
		pid = -1;
		cpu = 0;
		break;
	case CGROUP:
		pid = env.root_cgroup_fd;
		cpu = 0;
		flags = PERF_FLAG_PID_CGROUP;
		break;
	case ROOT_TASK:
		pid = env.root_task;
		break;
	case USER_TASK:
		pid = env.user_task;
		break;
	}
	return ct_perf_event_open(attr, pid, cpu, -1, flags);
}

static int try_event(const void *arg)
{
	const struct event *e = arg;
	struct perf_event_attr attr = { 0 };
	int err;

	err = ops_close(open_event(e, &attr));
	return e->past ? past(err, e->past) : err;
}

static int try_tracepoint(const void *arg)
{
	struct event e = *(const struct event *)arg;

	e.type = PERF_TYPE_TRACEPOINT;
	e.config = env.event_id;
	return try_event(&e);
}

/* A sampling function event must exclude user call chains: this one does not */
static int try_function(const void *arg)
{
	const struct event e = { .type = PERF_TYPE_TRACEPOINT,
				 .config = env.function_id };
	struct perf_event_attr attr = { .sample_period = 1 };

	(void)arg;
	return past(ops_close(open_event(&e, &attr)), EINVAL);
}

/* No such symbol, no such file: what the PMUs look up once they may */
static int try_probe(const void *arg)
{
	bool user = *(const bool *)arg;
	const struct event e = {
		.type = user ? env.uprobe_type : env.kprobe_type,
	};
	struct perf_event_attr attr = {
		.config1 = (unsigned long)(user ? "/no/such/file" :
						  "no_such_function"),
	};

	return past(ops_close(open_event(&e, &attr)), ENOENT);
}

static int try_breakpoint(const void *arg)
{
	bool kernel = *(const bool *)arg;
	const struct event e = { .type = PERF_TYPE_BREAKPOINT,
				 .kernel = kernel };
	static long variable;
	struct perf_event_attr attr = {
		.bp_type = HW_BREAKPOINT_W,
		/* Writing there traps nobody: it is in the direct map's hole */
		.bp_addr = kernel ? 0xffff800000000000UL :
				    (unsigned long)&variable,
		.bp_len = HW_BREAKPOINT_LEN_8,
	};

	return ops_close(open_event(&e, &attr));
}

/* Limits are at zero: the first page is one too many */
static int try_mmap(const void *arg)
{
	const struct event e = { .type = PERF_TYPE_SOFTWARE,
				 .config = PERF_COUNT_SW_DUMMY };
	struct perf_event_attr attr = { 0 };
	long page = sysconf(_SC_PAGESIZE);
	int fd = open_event(&e, &attr);
	void *map;
	int err = 0;

	(void)arg;
	if (fd < 0)
		return -fd;
	map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err = errno;
	else
		munmap(map, 2 * page);
	close(fd);
	return err;
}

static int try_set_bpf(const void *arg)
{
	const struct event e = { .type = PERF_TYPE_SOFTWARE,
				 .config = PERF_COUNT_SW_CPU_CLOCK };
	struct perf_event_attr attr = { .sample_period = 1000000000 };
	int fd = open_event(&e, &attr);
	int err;

	(void)arg;
	if (fd < 0)
		return -fd;
	err = ioctl(fd, PERF_EVENT_IOC_SET_BPF, env.perf_prog) ? errno : 0;
	close(fd);
	return err;
}

static int try_query_bpf(const void *arg)
{
	struct perf_event_query_bpf query = { 0 };

	(void)arg;
	return ioctl(env.perf_fd, PERF_EVENT_IOC_QUERY_BPF, &query) ? errno : 0;
}

#define SW(...) \
	(&(const struct event){ .type = PERF_TYPE_SOFTWARE, \
				.config = PERF_COUNT_SW_CPU_CLOCK, \
				__VA_ARGS__ })
#define TP(...)	(&(const struct event){ __VA_ARGS__ })
#define NO	(&(const bool){ false })
#define YES	(&(const bool){ true })

static const struct op_impl ops[] = {
	{ "perf.self.user", try_event, SW(.target = SELF) },
	{ "perf.self.kernel", try_event, SW(.kernel = true) },
	{ "perf.cpu.user", try_event, SW(.target = CPU) },
	{ "perf.cpu.kernel", try_event, SW(.target = CPU, .kernel = true) },
	{ "perf.cgroup", try_event, SW(.target = CGROUP) },
	{ "perf.other.user", try_event, SW(.target = ROOT_TASK) },
	{ "perf.own.user", try_event, SW(.target = USER_TASK) },
	{ "perf.other.sigtrap", try_event,
		SW(.target = ROOT_TASK, .sigtrap = true) },
	{ "perf.namespaces", try_event, SW(.namespaces = true) },
	{ "perf.text_poke", try_event, SW(.text_poke = true) },
	{ "perf.callchain.kernel", try_event,
		SW(.sample_type = PERF_SAMPLE_CALLCHAIN) },
	{ "perf.phys_addr", try_event,
		SW(.sample_type = PERF_SAMPLE_PHYS_ADDR) },
	{ "perf.branch.kernel", try_event,
		SW(.sample_type = PERF_SAMPLE_BRANCH_STACK,
		   .branch = PERF_SAMPLE_BRANCH_KERNEL |
			     PERF_SAMPLE_BRANCH_ANY,
		   .past = EOPNOTSUPP) },
	{ "perf.tracepoint.count", try_tracepoint, TP(.target = SELF) },
	{ "perf.tracepoint.raw", try_tracepoint,
		TP(.sample_type = PERF_SAMPLE_RAW) },
	{ "perf.tracepoint.cpu", try_tracepoint,
		TP(.target = CPU, .sample_type = PERF_SAMPLE_RAW) },
	{ "perf.function", try_function, NULL },
	{ "perf.kprobe", try_probe, NO },
	{ "perf.uprobe", try_probe, YES },
	{ "perf.breakpoint.user", try_breakpoint, NO },
	{ "perf.breakpoint.kernel", try_breakpoint, YES },
	{ "perf.mmap", try_mmap, NULL },
	{ "perf.set_bpf", try_set_bpf, NULL },
	{ "perf.query_bpf", try_query_bpf, NULL },
};

const struct op_group ops_perf = { ops, ARRAY_SIZE(ops) };

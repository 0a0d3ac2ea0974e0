// SPDX-License-Identifier: GPL-2.0
/*
 * perf_event_open(2): CAP_TRACING stands in for CAP_PERFMON, except where an
 * event changes what it watches.
 */
#include <errno.h>

#include "policy.h"

#define LEVEL3	{ "par<=2|A|T", EACCES, \
		  "level 3 is for administrators and those who trace" }
#define KERNEL	{ "par<=1|P|A|T", EACCES, "the kernel side is not shown at level 2" }
#define CPU	{ "par<=0|P|A|T", EACCES, "a whole CPU is everybody's data" }
#define TRACEPOINT { "par<=-1|P|A|T", EPERM, "raw records hold kernel data" }
#define OBSERVE	{ "P|A|T", EACCES, "observes the kernel at any level" }

static const struct policy_op ops[] = {
	{ "perf.self.user", "count the own task's user side", { LEVEL3 } },
	{ "perf.self.kernel", "count the own task's kernel side",
		{ LEVEL3, KERNEL } },
	{ "perf.cpu.user", "count the user side of a CPU", { LEVEL3, CPU } },
	{ "perf.cpu.kernel", "count everything on a CPU",
		{ LEVEL3, KERNEL, CPU } },
	{ "perf.cgroup", "count a control group on a CPU", { LEVEL3, CPU } },
	{ "perf.other.user", "count a task of another user",
		{ LEVEL3,
		  { "P|A|T|PTRACE", EACCES, "another user's task" } } },
	{ "perf.own.user", "count another task of the same user",
		{ LEVEL3,
		  { "init|P|A|T|PTRACE", EACCES,
		    "the task is outside the user namespace" } } },
	{ "perf.other.sigtrap", "signal a task of another user on events",
		{ LEVEL3,
		  { "PTRACE", EACCES,
		    "a signal changes the task: CAP_KILL or CAP_SYS_PTRACE besides" } } },
	{ "perf.namespaces", "record namespaces", { LEVEL3, OBSERVE } },
	{ "perf.text_poke", "record changes of kernel code", { LEVEL3, KERNEL } },
	{ "perf.callchain.kernel", "record kernel call chains",
		{ LEVEL3, KERNEL } },
	{ "perf.phys_addr", "record physical addresses", { LEVEL3, KERNEL } },
	{ "perf.branch.kernel", "record kernel branches", { KERNEL, LEVEL3 } },
	{ "perf.tracepoint.count", "count a tracepoint in the own task",
		{ LEVEL3 } },
	{ "perf.tracepoint.raw", "raw records of a tracepoint in the own task",
		{ LEVEL3, TRACEPOINT } },
	{ "perf.tracepoint.cpu", "raw records of a tracepoint on a CPU",
		{ LEVEL3, TRACEPOINT, CPU } },
	{ "perf.function", "the function trace event",
		{ LEVEL3, TRACEPOINT } },
	{ "perf.kprobe", "a kernel probe through the kprobe PMU",
		{ LEVEL3, OBSERVE } },
	{ "perf.uprobe", "a user probe at a proved site, by the uprobe PMU",
		{ LEVEL3,
		  { "A|T", EACCES, "a user probe rewrites the probed program" } } },
	{ "perf.breakpoint.user", "a breakpoint in the own task", { LEVEL3 } },
	{ "perf.breakpoint.kernel", "a breakpoint on kernel memory",
		{ LEVEL3, KERNEL,
		  { "A", EPERM, "a breakpoint in the wrong place recurses" } } },
	{ "perf.mmap", "a ring buffer past the limit on locked memory",
		{ LEVEL3,
		  { "par<=-1", EPERM, "locked memory takes CAP_IPC_LOCK" } } },
	{ "perf.set_bpf", "run root's program on an own event", { LEVEL3 } },
	{ "perf.query_bpf", "list programs on an event that root passed on",
		{ { "P|A|T", EPERM, "names programs of others" } } },
};

const struct policy_area policy_perf = {
	"perf", "perf_event_open(2)", ops, ARRAY_SIZE(ops),
};

// SPDX-License-Identifier: GPL-2.0
/*
 * What the demo shows: the guest carries it out, the host prints it.
 */
#include "cases.h"

#define SEES	REFUSED, WORKS
#define NEVER	REFUSED, REFUSED

const struct demo_case demo_cases[] = {
	{ "trace-cmd-event", "trace-cmd record -d -e sched_switch",
	  "tracefs is root's alone (0700)", SEES },
	{ "trace-cmd-function", "trace-cmd record -d -p function",
	  "tracefs is root's alone (0700)", SEES },
	{ "perf-stat", "perf stat -a",
	  "perf_event_paranoid is 3", SEES },
	{ "perf-record", "perf record -a -e cpu-clock",
	  "perf_event_paranoid is 3", SEES },
	{ "opensnoop", "opensnoop",
	  "its programs need CAP_PERFMON", SEES },
	{ "runqlat", "runqlat",
	  "its programs need CAP_PERFMON", SEES },
	{ "bpf-raw-tracepoint", "bpftool prog load: raw_tracepoint",
	  "the program type needs CAP_PERFMON", SEES },
	{ "bpf-kprobe", "bpftool prog load: kprobe",
	  "the program type needs CAP_PERFMON", SEES },
	{ "kprobe-events", "a kprobe through kprobe_events",
	  "tracefs is root's alone (0700)", SEES },
	{ "kallsyms", "addresses in /proc/kallsyms",
	  "zeros: CAP_SYSLOG is missing", SEES },

	{ "shadow", "read /etc/shadow",
	  "it opens no file outside tracefs", NEVER },
	{ "chmod-tracefs", "chmod 0755 /sys/kernel/tracing",
	  "using tracefs is not owning it", NEVER },
	{ "bpf-kill", "kill a root process from a BPF program",
	  "bpf_send_signal needs CAP_PERFMON", NEVER },
	{ "bpf-lsm", "load a BPF LSM program",
	  "it decides, and alice only looks", NEVER },
	{ "uprobe-events", "uretprobe in root's code: uprobe_events",
	  "it rewrites the stack of root's process", NEVER },
	{ "uprobe-pmu", "uretprobe in root's code: perf_event_open",
	  "it rewrites the stack of root's process", NEVER },
	{ "uprobe-multi", "uretprobe in root's code: uprobe_multi",
	  "it rewrites the stack of root's process", NEVER },
	{ "mmiotrace", "start a tracer that stops CPUs: mmiotrace",
	  "it disturbs whoever runs there", NEVER },
};

const size_t demo_case_count = sizeof(demo_cases) / sizeof(demo_cases[0]);

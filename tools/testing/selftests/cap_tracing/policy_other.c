// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel addresses, and what CAP_TRACING must never open.
 */
#include <errno.h>

#include "policy.h"

static const struct policy_op ops[] = {
	{ "kallsyms.values", "see addresses in /proc/kallsyms",
		{ { "kptr==0&par<=1|kptr<=1&(SYSLOG|T)", EPERM,
		    "addresses read as zero" } } },
	{ "kallsyms.kprobes_list", "read the list of kprobes in debugfs",
		{ { "DAC", EACCES, "CAP_TRACING opens tracefs, not debugfs" } } },
	{ "other.syslog", "ask the size of the kernel log",
		{ { "SYSLOG", EPERM, "the kernel log is CAP_SYSLOG's" } } },
	{ "other.secret.read", "read a file of root's with mode 0600",
		{ { "DAC", EACCES, "file modes hold outside tracefs" } } },
	{ "other.file.write", "write a file of root's with mode 0644",
		{ { "DAC", EACCES, "file modes hold outside tracefs" } } },
	{ "other.sysctl", "open kernel.kptr_restrict for writing",
		{ { "never", EACCES, "sysctls are root's by their owner" } } },
	{ "other.kill", "signal a task of root's",
		{ { "never", EPERM, "signals take CAP_KILL" } } },
	{ "other.memory", "open the memory of a task of root's",
		{ { "DAC", EACCES, "the file is root's" },
		  { "PTRACE", EACCES, "another task's memory" } } },
	{ "other.environ", "read the environment of a task of root's",
		{ { "DAC", EACCES, "the file is root's" },
		  { "PTRACE", EACCES, "another task's memory" } } },
	{ "other.descriptor", "take a descriptor from a task of root's",
		{ { "PTRACE", EPERM, "another task's descriptors" } } },
	{ "other.hostname", "set the host name",
		{ { "A", EPERM, "administration" } } },
	{ "other.interface", "set the flags of the loopback interface",
		{ { "N", EPERM, "networking is CAP_NET_ADMIN's" } } },
};

const struct policy_area policy_other = {
	"other", "Kernel addresses, and what stays closed", ops,
	ARRAY_SIZE(ops),
};

// SPDX-License-Identifier: GPL-2.0
/* What may this process see, and what may it do to others? */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "services.h"

#define TRACEFS "/sys/kernel/tracing"

const char *probe_command;

/* ret is a system call's */
static void answer(const char *what, long ret)
{
	printf("%s: %s\n", what, ret < 0 ? strerrorname_np(errno) : "yes");
}

static int load_bpf(void)
{
	/* r0 = 0; exit */
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = (uintptr_t)insns,
		.insn_cnt = 2,
		.license = (uintptr_t)"GPL",
	};

	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int perf_all(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	return syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0);
}

static int symbols(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	bool shown = false;
	char line[256];

	while (f && !shown && fgets(line, sizeof(line), f))
		shown = strstr(line, " _text\n") &&
			strtoull(line, NULL, 16);
	if (f)
		fclose(f);
	errno = EACCES;
	return shown ? 0 : -1;
}

/* Yes if it is allowed for one of them */
static void to_others(char *const pids[])
{
	int sig = -1, trace = -1, sig_errno = ESRCH, trace_errno = ESRCH;
	pid_t pid;

	for (; *pids; pids++) {
		pid = atoi(*pids);
		if (!kill(pid, 0))
			sig = 0;
		else if (sig)
			sig_errno = errno;
		if (!ptrace(PTRACE_SEIZE, pid, 0, 0)) {
			trace = 0;
			ptrace(PTRACE_DETACH, pid, 0, 0);
		} else if (trace) {
			trace_errno = errno;
		}
	}
	errno = sig_errno;
	answer("signal-others", sig);
	errno = trace_errno;
	answer("ptrace-others", trace);
}

int probe(char *const pids[])
{
	char line[256];
	struct stat st;
	FILE *f = fopen("/proc/self/status", "re");

	printf("uid: %d\n", getuid());
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "Cap", 3))
			fputs(line, stdout);
	if (f)
		fclose(f);
	answer("open-tracefs", open(TRACEFS "/trace", O_RDONLY | O_CLOEXEC));
	answer("write-tracefs",
	       open(TRACEFS "/tracing_on", O_WRONLY | O_CLOEXEC));
	answer("access-tracefs", access(TRACEFS "/trace", R_OK));
	answer("load-bpf", load_bpf());
	answer("perf-all", perf_all());
	answer("symbols", symbols());
	answer("read-shadow", open("/etc/shadow", O_RDONLY | O_CLOEXEC));
	/* The mode that it has: root's probe is to leave no trace */
	answer("chmod-tracefs",
	       stat("/sys/kernel", &st) ? -1 : chmod(TRACEFS, 0700));
	to_others(pids);
	return 0;
}

bool may(const char *what)
{
	char *line = path_of("%s: yes\n", what);
	bool yes = said(line);

	free(line);
	return yes;
}

/* Not "yes", but answered */
static bool refused(const char *what)
{
	char *line = path_of("%s: E", what);
	bool no = said(line);

	free(line);
	return no;
}

static bool never(void)
{
	return refused("read-shadow") && refused("chmod-tracefs") &&
	       refused("signal-others") && refused("ptrace-others");
}

void is_observer(const char *how)
{
	ok(status_line("CapEff", MASK_TEXT) && status_line("CapPrm", MASK_TEXT) &&
	   status_line("CapInh", MASK_TEXT) && status_line("CapAmb", MASK_TEXT),
	   "%s: holds CAP_BPF and CAP_TRACING and nothing else", how);
	note("it said", res.out);
	ok(may("open-tracefs") && may("write-tracefs") && may("load-bpf") &&
	   may("perf-all") && may("symbols"),
	   "%s: tracefs, BPF, perf and kernel symbols are open", how);
	note("it said", res.out);
	ok(never(),
	   "%s: no /etc/shadow, no signal or ptrace to others, no chmod of tracefs",
	   how);
	note("it said", res.out);
}

void is_nobody(const char *how)
{
	ok(status_line("CapEff", NONE) && status_line("CapPrm", NONE) &&
	   status_line("CapAmb", NONE) && refused("open-tracefs") &&
	   refused("write-tracefs") && refused("load-bpf") &&
	   refused("perf-all") && refused("symbols") && never(),
	   "%s: holds nothing, and nothing is open", how);
	note("it said", res.out);
}

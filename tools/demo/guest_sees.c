// SPDX-License-Identifier: GPL-2.0
/*
 * The cases of looking: each must show something that was really there.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "guest.h"

/* After a tool ran: what it showed decides, then how it failed. */
static enum verdict judge(const struct output *out, bool shown)
{
	if (out->status == 0 && shown)
		return WORKS;
	if (says_refused(out))
		return REFUSED;
	note("neither worked nor was it refused");
	return BROKEN;
}

static enum verdict trace_cmd(const char *const *record, const char *shows)
{
	struct output out, report;
	enum verdict v;

	unlink(ALICE_HOME "/trace.dat");
	out = run_as(ALICE, NULL, record);
	if (out.status) {
		v = judge(&out, false);
	} else {
		report = run(ALICE, TOOLS "trace-cmd", "report", "-i",
			     "trace.dat");
		v = judge(&report, strstr(report.text, shows));
		output_free(&report);
	}
	output_free(&out);
	return v;
}

static enum verdict trace_cmd_event(void)
{
	static const char *const record[] = {
		TOOLS "trace-cmd", "record", "-d", "-o", "trace.dat",
		"-e", "sched_switch", "/usr/bin/sleep", "1", NULL
	};

	/* somebody else's process, in an event's own words */
	return trace_cmd(record, "sched_switch:         bobs-worker");
}

static enum verdict trace_cmd_function(void)
{
	static const char *const record[] = {
		TOOLS "trace-cmd", "record", "-d", "-o", "trace.dat",
		"-p", "function", "-l", "do_sys_openat2",
		"/usr/bin/sleep", "1", NULL
	};

	return trace_cmd(record, "do_sys_openat2");
}

static enum verdict perf_stat(void)
{
	struct output out = run(ALICE, TOOLS "perf", "stat", "-a", "-x,", "-e",
				"context-switches", "/usr/bin/sleep", "1");
	const char *p = strstr(out.text, ",,context-switches");
	enum verdict v;

	while (p && p > out.text && p[-1] >= '0' && p[-1] <= '9')
		p--;
	/* bob's worker alone makes a good many in a second */
	v = judge(&out, p && atol(p) > 10);
	output_free(&out);
	return v;
}

static enum verdict perf_record(void)
{
	struct output out, report;
	enum verdict v;

	out = run(ALICE, TOOLS "perf", "record", "-a", "-e", "cpu-clock", "-F",
		  "200", "-o", "perf.data", "/usr/bin/sleep", "2");
	if (out.status) {
		v = judge(&out, false);
	} else {
		report = run(ALICE, TOOLS "perf", "report", "-i", "perf.data",
			     "--stdio", "--sort", "comm");
		v = judge(&report, strstr(report.text, "bobs-worker"));
		output_free(&report);
	}
	output_free(&out);
	return v;
}

static enum verdict opensnoop(void)
{
	struct output out = run(ALICE, TOOLS "opensnoop-libbpf", "-d", "2");
	enum verdict v;

	/* with -d it takes the number of events last seen for an error */
	if (out.status == 1 && strstr(out.text, "PID "))
		out.status = 0;
	v = judge(&out, strstr(out.text, "/home/bob/diary"));
	output_free(&out);
	return v;
}

static enum verdict runqlat(void)
{
	struct output out = run(ALICE, TOOLS "runqlat-libbpf", "2", "1");
	enum verdict v = judge(&out, strstr(out.text, "usecs") &&
				     strstr(out.text, "|**"));

	output_free(&out);
	return v;
}

/* Load, attach and pin; then root looks whether the program was ever run. */
static enum verdict bpftool(const char *object)
{
	struct output out;
	enum verdict v;
	long long n = -1;

	out = run(ALICE, TOOLS "bpftool", "prog", "load", object, PINS "/link",
		  "pinmaps", PINS, "autoattach");
	if (!out.status) {
		n = hits_in(PINS "/hits");
		note("the program counted %lld", n);
	}
	v = judge(&out, n > 0);
	unlink(PINS "/link");
	unlink(PINS "/hits");
	output_free(&out);
	return v;
}

static enum verdict kprobe_events(void)
{
	struct output out, set, shown;
	enum verdict v;

	/* not tee -a: it seeks to the end, and these files have none */
	out = run_with(ALICE, "p:demo/opens do_sys_openat2", TOOLS "tee",
		       TRACING "/kprobe_events");
	if (out.status) {
		v = judge(&out, false);
	} else {
		set = run_with(ALICE, "1", TOOLS "tee",
			       TRACING "/events/demo/opens/enable");
		usleep(300000);
		shown = run(ALICE, TOOLS "cat", TRACING "/trace");
		v = judge(&shown, !set.status &&
				  strstr(shown.text, "bobs-worker") &&
				  strstr(shown.text, "opens: (do_sys_openat2"));
		output_free(&set);
		output_free(&shown);
	}
	write_file(TRACING "/events/demo/opens/enable", "0");
	write_file(TRACING "/kprobe_events", "");
	write_file(TRACING "/trace", "");
	output_free(&out);
	return v;
}

static enum verdict kallsyms(void)
{
	struct output out = run(ALICE, TOOLS "cat", "/proc/kallsyms");
	const char *p = strstr(out.text, " T _stext\n");
	enum verdict v = BROKEN;

	/* no errno here: a refusal is an address of zero */
	if (!out.status && p && p - out.text >= 16)
		v = strncmp(p - 16, "0000000000000000", 16) ? WORKS : REFUSED;
	if (p)
		note("_stext: %.16s", p - 16);
	output_free(&out);
	return v;
}

enum verdict case_sees(const char *id)
{
	if (!strcmp(id, "trace-cmd-event"))
		return trace_cmd_event();
	if (!strcmp(id, "trace-cmd-function"))
		return trace_cmd_function();
	if (!strcmp(id, "perf-stat"))
		return perf_stat();
	if (!strcmp(id, "perf-record"))
		return perf_record();
	if (!strcmp(id, "opensnoop"))
		return opensnoop();
	if (!strcmp(id, "runqlat"))
		return runqlat();
	if (!strcmp(id, "bpf-raw-tracepoint"))
		return bpftool(MINE "raw_tp.bpf.o");
	if (!strcmp(id, "bpf-kprobe"))
		return bpftool(MINE "kprobe.bpf.o");
	if (!strcmp(id, "kprobe-events"))
		return kprobe_events();
	if (!strcmp(id, "kallsyms"))
		return kallsyms();
	return UNKNOWN;
}

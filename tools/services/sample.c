// SPDX-License-Identifier: GPL-2.0
/* The sample unit: enabled before the boot, so it runs by now. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services.h"

#define UNIT	"capsplit-trace.service"
#define DATA	"/var/lib/capsplit-trace/trace.dat"

/* /proc/PID/FILE of the unit's main process, as res.out */
static void of_main(const char *file)
{
	char *path, *text;
	int pid;

	run("systemctl", "show", "-P", "MainPID", UNIT, NULL);
	pid = atoi(res.out);
	path = path_of("/proc/%d/%s", pid, file);
	text = slurp(path);
	snprintf(res.out, sizeof(res.out), "%s", text ? text : "");
	free(text);
	free(path);
}

/* Events are enabled one by one; the last thing it does is to switch on. */
static bool records(void)
{
	run("timeout", "60", "sh", "-c",
	    "until grep -q 1 /sys/kernel/tracing/events/sched/sched_process_exec/enable; do sleep 0.2; done;"
	    "until grep -q 1 /sys/kernel/tracing/tracing_on; do sleep 0.2; done", NULL);
	return !res.status;
}

void sample(void)
{
	version = UNIT;
	run("systemctl", "is-enabled", UNIT, NULL);
	ok(said("enabled"), "is enabled");
	note("it said", res.out);
	run("systemctl", "is-active", UNIT, NULL);
	ok(said_just("active\n"), "was started at boot and runs");
	note("it said", res.out);
	of_main("cmdline");
	ok(said("trace-cmd"), "its main process is trace-cmd, as Debian has it");
	of_main("status");
	ok(status_line("CapEff", MASK_TEXT) && status_line("CapPrm", MASK_TEXT) &&
	   status_line("CapInh", MASK_TEXT) && status_line("CapAmb", MASK_TEXT) &&
	   status_line("CapBnd", MASK_TEXT),
	   "holds CapEff " MASK_TEXT ", and can get no more");
	note("its status", res.out);
	ok(!said("Uid:\t0\t") && said("NoNewPrivs:\t1\n"),
	   "is not root's, and has no way to be");
	note("its status", res.out);

	ok(records(), "has switched the events on");
	run("/usr/bin/true", NULL);
	run("systemctl", "stop", UNIT, NULL);
	exits(0, "stops");
	run("systemctl", "show", "-P", "Result", UNIT, NULL);
	ok(said_just("success\n"), "... by itself, when told to");
	note("it said", res.out);
	run("stat", "-c", "%U:%G %a", DATA, NULL);
	ok(said_just("capsplit-trace:capsplit-trace 640\n"),
	   "leaves a file of its own that no one else reads");
	note("it said", res.out);
	run("trace-cmd", "report", "-i", DATA, NULL);
	ok(!res.status && said("sched_process_exec") &&
	   said("filename=/usr/bin/true"), "in which is what was started meanwhile");
	note("it said", res.out);
	run("systemd-analyze", "security", "--no-pager", UNIT, NULL);
	printf("# %s", strstr(res.out, "Overall") ?: "no exposure level\n");
}

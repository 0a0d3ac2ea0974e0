// SPDX-License-Identifier: GPL-2.0
/*
 * userland-guest - Debian's programs as they are, and with our patches
 *
 * Runs as root in the Debian guest.  What was built comes beside it.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "check.h"

#define ALICE		1000
#define BOB		1001
#define HERE		"/run/vm/bin/"
#define DAT		"/tmp/userland.dat"

/* trace-cmd, and whether KernelShark reads what it leaves */

#define KSHARK		HERE "kshark-dump"

#define DEBIANS		"/usr/local/bin/trace-cmd-debian"
#define OURS		"/usr/local/bin/trace-cmd-patched"

static void trace_cmd(void)
{
	version = "trace-cmd";
	run("sh", "-c", "cp /usr/bin/trace-cmd " DEBIANS " && cp " HERE
	    "trace-cmd " OURS " && setcap cap_tracing=ep " DEBIANS
	    " && setcap cap_tracing=ep " OURS, NULL);
	exits(0, "both have cap_tracing");

	as_uid(ALICE, DEBIANS, "record", "-o", DAT, "-p", "function", "-l",
	       "vfs_read", "cat", "/proc/version", NULL);
	ok(res.status && said("Can't enable ftrace"),
	   "Debian's wants to write ftrace_enabled");
	note("it said", res.out);
	as_uid(ALICE, DEBIANS, "record", "-d", "-o", DAT, "-e",
	       "sched_switch", "sleep", "0.2", NULL);
	as_uid(ALICE, KSHARK, DAT, NULL);
	ok(!res.status && said("sleep: ") && said("sched_switch: "),
	   "Debian's with -d: KernelShark reads its file");
	note("it said", res.out);
	as_uid(ALICE, "rm", "-f", DAT, NULL);
	as_uid(ALICE, OURS, "record", "-o", DAT, "-p", "function", "-l",
	       "vfs_read", "cat", "/proc/version", NULL);
	exits(0, "record -p function");
	as_uid(ALICE, KSHARK, DAT, NULL);
	ok(!res.status && said("function: ") && said("vfs_read"),
	   "KernelShark reads that");
	note("it said", res.out);
	run("sh", "-c", "echo no trace >/tmp/no.dat", NULL);
	as_uid(ALICE, KSHARK, "/tmp/no.dat", NULL);
	ok(res.status && said("cannot open"), "KernelShark reads no other file");
	note("it said", res.out);
	as_uid(ALICE, OURS, "report", "-i", DAT, NULL);
	ok(!res.status && said("vfs_read"), "report names the function");
	note("it said", res.out);
	as_uid(ALICE, "rm", "-f", DAT, NULL);
	as_uid(ALICE, OURS, "record", "-o", DAT, "-p", "function_graph", "-g",
	       "vfs_read", "-e", "sched_switch", "-f", "prev_pid != 0", "cat",
	       "/proc/version", NULL);
	exits(0, "record -p function_graph, an event and its filter");
	as_uid(ALICE, OURS, "report", "-i", DAT, NULL);
	ok(!res.status && said("vfs_read() {"), "report draws the calls");
	note("it said", res.out);
	as_uid(ALICE, KSHARK, DAT, NULL);
	ok(!res.status && said("funcgraph_entry: ") &&
	   said("sched_switch: "), "KernelShark reads calls and events");
	note("it said", res.out);
	as_uid(ALICE, OURS, "start", "-p", "function", "-l", "vfs_read", NULL);
	exits(0, "start");
	run("cat", "/proc/version", NULL);
	as_uid(ALICE, OURS, "stop", NULL);
	exits(0, "stop");
	as_uid(ALICE, OURS, "show", NULL);
	ok(!res.status && said("vfs_read"), "show has what came between");
	note("it said", res.out);
	as_uid(ALICE, OURS, "extract", "-o", DAT, NULL);
	exits(0, "extract");
	as_uid(ALICE, OURS, "stat", NULL);
	ok(!res.status && said("vfs_read"), "stat says what is set up");
	note("it said", res.out);
	as_uid(ALICE, OURS, "reset", NULL);
	exits(0, "reset");
	/* It would go on for ever: the first line is enough, however late */
	as_uid(ALICE, "timeout", "-s", "INT", "-k", "10", "120", "sh", "-c",
	       OURS " stream -e sched_switch | grep -m 1 sched_switch", NULL);
	ok(!res.status && said("sched_switch"), "stream prints as it comes");
	note("it said", res.out);
	as_uid(ALICE, OURS, "reset", NULL);
	as_uid(ALICE, OURS, "list", "-e", "^sched:", NULL);
	ok(!res.status && said("sched:sched_switch"), "list");
	note("it said", res.out);

	/* What alice may is the file's right, and writing the sysctl is none */
	as_uid(ALICE, "sh", "-c", "echo 0 >/proc/sys/kernel/ftrace_enabled", NULL);
	ok(res.status && said("Permission denied"),
	   "the sysctl is still not alice's to write");
	run("setcap", "-r", OURS, NULL);
	as_uid(BOB, OURS, "record", "-o", "/tmp/bob.dat", "-p", "function",
	       "-l", "vfs_read", "true", NULL);
	ok(res.status, "without cap_tracing there is nothing");
	note("it said", res.out);
}

/* libcap-ng */

#define FILE_CAPS	"/usr/local/bin/userland-true"
#define SET_TRACING \
	"setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", \
	"--inh-caps=+bpf,+tracing", "--ambient-caps=+bpf,+tracing", \
	"grep", "^Cap", "/proc/self/status", NULL

/* Sleeps with cap_tracing, under a name that pscap shows */
static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp("capsh", "capsh", "--user=alice", "--inh=cap_bpf,cap_tracing",
	       "--addamb=cap_bpf,cap_tracing", "--", "-c",
	       "exec sleep 1000", (char *)NULL);
	_exit(1);
}

static void wait_for_sleeper(pid_t pid)
{
	char *path = path_of("/proc/%d/comm", pid);

	for (int i = 0; i < 600; i++) {
		char *name = slurp(path);
		bool there = name && !strcmp(name, "sleep\n");

		free(name);
		if (there)
			break;
		usleep(50000);
	}
	free(path);
}

static void libcap_ng(void)
{
	pid_t pid;

	version = "libcap-ng";
	run("cp", "/bin/true", FILE_CAPS, NULL);
	pid = sleeper();
	wait_for_sleeper(pid);

	run("filecap", FILE_CAPS, "bpf", "tracing", NULL);
	ok(res.status && said("nrecognized"), "Debian's filecap: no such name");
	note("it said", res.out);
	run("pscap", "-a", NULL);
	ok(said("cap_41"), "Debian's pscap shows a number");
	note("it said", res.out);
	run(SET_TRACING);
	ok(res.status, "Debian's setpriv: no such name");
	note("it said", res.out);

	run("sh", "-c", "set -- /usr/lib/x86_64-linux-gnu/libcap-ng.so.0.*.* && "
	    "test $# = 1 && cp " HERE "libcap-ng.so.0 $1.new && mv $1.new $1",
	    NULL);
	exits(0, "the library is replaced, the programs stay Debian's");
	run("filecap", FILE_CAPS, "bpf", "tracing", NULL);
	exits(0, "filecap gives it to a file");
	ok(xattr_right(FILE_CAPS), "... in the file's attribute");
	run("filecap", FILE_CAPS, NULL);
	ok(!res.status && said("tracing") && !said("41"), "... and shows it");
	note("it said", res.out);
	run("getcap", FILE_CAPS, NULL);
	ok(said("cap_bpf,cap_tracing=ep"), "... and getcap agrees");
	note("it said", res.out);
	run("pscap", "-a", NULL);
	ok(said("tracing") && !said("cap_41"), "pscap names it");
	note("it said", res.out);
	run("captest", "--text", NULL);
	ok(said("tracing") && !said("cap_41"), "captest names it");
	note("it said", res.out);
	run(SET_TRACING);
	ok(!res.status && status_line("CapAmb", MASK_TEXT) &&
	   status_line("CapEff", MASK_TEXT),
	   "setpriv --ambient-caps=+bpf,+tracing");
	note("it said", res.out);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	about = "";
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	tap_begin();
	trace_cmd();
	libcap_ng();
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0
/* What systemd, unmodified, makes of units that ask for the capabilities. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services.h"

#define TEST	"capsplit-test"
#define UNIT	UNIT_DIR "/" TEST ".service"

#define GRANT	"User=alice\nAmbientCapabilities=CAP_BPF 41\n"

void unit_write(const char *name, const char *lines, const char *command)
{
	char *path = path_of(UNIT_DIR "/%s.service", name);
	char *text = path_of("[Service]\nType=oneshot\n"
			     "StandardOutput=file:/run/%s.out\n"
			     "StandardError=inherit\n%sExecStart=%s\n",
			     name, lines, command);

	write_file(path, text);
	free(text);
	free(path);
}

void unit_output(const char *name)
{
	char *path = path_of("/run/%s.out", name);
	char *out = slurp(path);

	/* what systemctl said stays if the unit said nothing */
	if (out && *out)
		snprintf(res.out, sizeof(res.out), "%s", out);
	unlink(path);
	free(out);
	free(path);
}

int in_unit(const char *lines, const char *command)
{
	unit_write(TEST, lines, command);
	run("systemctl", "daemon-reload", NULL);
	run("systemctl", "start", TEST, NULL);
	unit_output(TEST);
	return res.status;
}

static void grants(void)
{
	ok(!in_unit(GRANT, probe_command), "a unit of alice's starts");
	note("it said", res.out);
	is_observer("AmbientCapabilities=CAP_BPF 41");
	in_unit("User=alice\n", probe_command);
	is_nobody("the same without AmbientCapabilities=");
	in_unit(GRANT "CapabilityBoundingSet=CAP_BPF 41\nNoNewPrivileges=yes\n",
		probe_command);
	is_observer("with a bounding set of both and NoNewPrivileges=");
	ok(status_line("CapBnd", MASK_TEXT), "... and there is no way to more");
	note("it said", res.out);
	/* CAP_SETPCAP and CAP_SYS_ADMIN, which it needs for the filter itself */
	in_unit(GRANT "RestrictRealtime=yes\n", probe_command);
	ok(status_line("CapEff", MASK_TEXT) &&
	   status_line("CapInh", "0000028000200100"),
	   "TRAP: a filter and no bounding set leave CAP_SYS_ADMIN inheritable");
	note("it said", res.out);

	/* systemd-run takes one command, so the shell takes it apart */
	run("systemd-run", "-q", "--wait", "--pipe", "-p", "User=alice", "-p",
	    "AmbientCapabilities=CAP_BPF 41", "sh", "-c", probe_command, NULL);
	is_observer("systemd-run -p 'AmbientCapabilities=CAP_BPF 41'");
}

static void takes_away(void)
{
	in_unit("CapabilityBoundingSet=~41\n", probe_command);
	ok(status_line("CapBnd", "000001ffffffffff") &&
	   status_line("CapEff", "000001ffffffffff"),
	   "CapabilityBoundingSet=~41 takes it from a service of root's");
	note("it said", res.out);
	in_unit(GRANT "CapabilityBoundingSet=~41\n", probe_command);
	ok(status_line("CapEff", BPF_ONLY) && !may("open-tracefs"),
	   "... and from one of alice's");
	note("it said", res.out);
}

/* None of these fails, and none says a word: the documentation has to */
static void traps(void)
{
	ok(!in_unit("User=alice\nAmbientCapabilities=CAP_BPF CAP_TRACING\n",
		    probe_command) && status_line("CapEff", BPF_ONLY),
	   "TRAP: AmbientCapabilities=CAP_BPF CAP_TRACING starts, without 41");
	note("it said", res.out);
	run("systemd-analyze", "verify", UNIT, NULL);
	ok(!res.status && !said("TRACING"),
	   "TRAP: ... and systemd-analyze verify has nothing against it");
	note("it said", res.out);
	run("journalctl", "-b", "--no-pager", NULL);
	ok(!res.status && said("capsplit-test.service") && !said("CAP_TRACING"),
	   "TRAP: ... and neither has the journal");
	ok(!in_unit("CapabilityBoundingSet=~CAP_TRACING\n", probe_command) &&
	   status_line("CapBnd", ALL) && status_line("CapEff", ALL),
	   "TRAP: CapabilityBoundingSet=~CAP_TRACING takes nothing away");
	note("it said", res.out);
	ok(!in_unit("CapabilityBoundingSet=CAP_BPF CAP_TRACING\n",
		    probe_command) && status_line("CapBnd", BPF_ONLY),
	   "TRAP: CapabilityBoundingSet=CAP_BPF CAP_TRACING takes 41 away");
	note("it said", res.out);
	ok(!in_unit("User=alice\nAmbientCapabilities=CAP_BPF,41\n",
		    probe_command) && status_line("CapEff", NONE),
	   "TRAP: AmbientCapabilities=CAP_BPF,41, with a comma, gives nothing");
	note("it said", res.out);
}

/*
 * access(2) asks for the real user without capabilities, unless the securebit
 * keeps the kernel from taking them away when it changes users for that.
 */
static void asking(void)
{
	static const char tool[] = "/usr/sbin/cachestat-libbpf -T 1 1";
	static const char keep[] = GRANT "SecureBits=no-setuid-fixup\n";

	in_unit(GRANT, probe_command);
	ok(may("open-tracefs") && !may("access-tracefs"),
	   "access(2) refuses alice what open(2) allows her");
	note("it said", res.out);
	in_unit(GRANT, tool);
	ok(!said("HITS"), "... so cachestat, which asks, gives up");
	note("it said", res.out);
	in_unit(keep, probe_command);
	is_observer("SecureBits=no-setuid-fixup");
	ok(may("access-tracefs"), "... access(2) says what open(2) does");
	note("it said", res.out);
	in_unit(keep, tool);
	ok(said("HITS"), "... and cachestat works");
	note("it said", res.out);

	/* from a root shell, for a command of alice's */
	run("setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups",
	    "--securebits", "+no_setuid_fixup",
	    "--inh-caps", "-all,+bpf,+cap_41", "--ambient-caps",
	    "-all,+bpf,+cap_41", "--bounding-set", "-all,+bpf,+cap_41", "sh",
	    "-c", probe_command, NULL);
	is_observer("setpriv --securebits +no_setuid_fixup");
	ok(may("access-tracefs"), "... access(2) says what open(2) does");
	note("it said", res.out);
	run("capsh", "--secbits=4", "--keep=1", "--user=alice",
	    "--caps=cap_bpf,cap_tracing=eip",
	    "--addamb=cap_bpf,cap_tracing", "--", "-c", probe_command, NULL);
	is_observer("capsh --secbits=4");
	ok(may("access-tracefs"), "... access(2) says what open(2) does");
	note("it said", res.out);
}

#define DELEGATED	"/run/capsplit-delegated.sh"

/* Delegate= gives a unit's user the cgroup: its files, but not bpf.token */
static void delegation(void)
{
	write_file(DELEGATED, "cd /sys/fs/cgroup$(sed s/^0::// /proc/self/cgroup)\n"
		   "stat -c '%n %U %a' cgroup.procs bpf.token\n"
		   "mkdir below && stat -c '%n %U %a' below/cgroup.procs below/bpf.token\n"
		   "for i in . below; do chmod 0666 $i/bpf.token; true 2>/dev/null <$i/bpf.token && echo $i open; done\n"
		   "rmdir below\n");
	ok(!in_unit("User=alice\nDelegate=yes\n", "/bin/sh " DELEGATED) &&
	   said("cgroup.procs alice 644\n"),
	   "the cgroup of a unit with Delegate=yes is alice's");
	note("it said", res.out);
	ok(said("\nbpf.token root 600\n") && said("\nbelow/cgroup.procs alice 644\n") &&
	   said("\nbelow/bpf.token root 600\n"),
	   "bpf.token is root's, there and in what she makes below");
	note("it said", res.out);
	ok(!said(" open") && said("Operation not permitted"),
	   "and she neither opens it nor changes that");
	note("it said", res.out);
	unlink(DELEGATED);
}

void units(void)
{
	version = "units";
	run("sh", "-c", probe_command, NULL);
	ok(status_line("CapEff", ALL) && may("open-tracefs") &&
	   may("access-tracefs") && may("load-bpf") && may("perf-all") &&
	   may("symbols") && may("read-shadow") && may("chmod-tracefs") &&
	   may("signal-others") && may("ptrace-others"),
	   "root may do all that the probe tries");
	note("it said", res.out);
	run("systemctl", "is-system-running", NULL);
	exits(0, "systemd has started everything, and nothing failed");
	grants();
	takes_away();
	traps();
	asking();
	delegation();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * systemd with the name in its table, and capsh on a kernel that lacks it.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "services.h"

#define BUILT	"/run/vm/bin/libsystemd-shared.so"
#define PLACE	"/usr/lib/x86_64-linux-gnu/systemd"

/*
 * The table is in the library that all of systemd's programs share, so that is
 * all there is to replace; process 1 takes it when it executes itself anew.
 */
static void replace_library(void)
{
	run("sh", "-c", "set -- " PLACE "/libsystemd-shared-*.so && "
	    "test $# = 1 && cp " BUILT " $1.new && mv $1.new $1 && "
	    "systemctl daemon-reexec && grep -q $1 /proc/1/maps && "
	    "! grep 'libsystemd-shared.*(deleted)' /proc/1/maps", NULL);
	exits(0, "process 1 runs with the library that was built");
}

void names(void)
{
	version = "names";
	in_unit("User=alice\nAmbientCapabilities=CAP_BPF CAP_TRACING\n",
		probe_command);
	ok(status_line("CapEff", BPF_ONLY), "Debian's systemd drops the name");
	note("it said", res.out);
	replace_library();
	in_unit("User=alice\nAmbientCapabilities=CAP_BPF CAP_TRACING\n",
		probe_command);
	is_observer("AmbientCapabilities=CAP_BPF CAP_TRACING");
	in_unit("CapabilityBoundingSet=~CAP_TRACING\n", probe_command);
	ok(status_line("CapBnd", "000001ffffffffff") &&
	   status_line("CapEff", "000001ffffffffff"),
	   "CapabilityBoundingSet=~CAP_TRACING takes it away");
	note("it said", res.out);
	in_unit("User=alice\nAmbientCapabilities=CAP_BPF CAP_TRACING\n"
		"CapabilityBoundingSet=CAP_BPF CAP_TRACING\n", probe_command);
	ok(status_line("CapBnd", MASK_TEXT) && status_line("CapEff", MASK_TEXT),
	   "CapabilityBoundingSet=CAP_BPF CAP_TRACING leaves these");
	note("it said", res.out);
	in_unit("User=alice\nAmbientCapabilities=CAP_BPF 41\n", probe_command);
	is_observer("41, as before");
	run("systemd-run", "-q", "--wait", "--pipe", "-p", "User=alice", "-p",
	    "AmbientCapabilities=CAP_BPF CAP_TRACING", "sh", "-c",
	    probe_command, NULL);
	is_observer("systemd-run -p 'AmbientCapabilities=CAP_BPF CAP_TRACING'");
	run("systemctl", "show", "-P", "AmbientCapabilities",
	    "capsplit-test.service", NULL);
	ok(said_just("cap_bpf cap_tracing\n"), "systemctl show prints the name");
	note("it said", res.out);
	run("systemd-analyze", "capability", "CAP_TRACING", NULL);
	ok(!res.status && said("cap_tracing") && said("41"),
	   "systemd-analyze capability knows it");
	note("it said", res.out);
	run("systemctl", "is-system-running", NULL);
	exits(0, "and nothing has failed");
}

/* On the kernel that lacks it */
void stock(void)
{
	version = "stock";
	run("capsh", "--supports=cap_tracing", NULL);
	exits(1, "capsh --supports=cap_tracing says no");
	run("capsh", "--has-p=cap_tracing", NULL);
	exits(1, "... so does --has-p=cap_tracing");
	run("capsh", "--has-a=cap_tracing", NULL);
	exits(0, "TRAP: --has-a=cap_tracing says yes, hence --supports first");
	run("capsh", "--supports=cap_tracing", "--has-a=cap_tracing", NULL);
	exits(1, "... both, in this order, say no");
	run("systemd-run", "-q", "--wait", "--pipe", "-p", "User=alice", "-p",
	    "AmbientCapabilities=CAP_BPF 41", "sh", "-c", probe_command, NULL);
	ok(!status_line("CapEff", MASK_TEXT) && !may("open-tracefs"),
	   "a unit that asks for 41 does not get it");
	note("it said", res.out);
}

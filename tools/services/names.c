// SPDX-License-Identifier: GPL-2.0
/* capsh on a kernel without the capability. */
#include "services.h"

void names(void)
{
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

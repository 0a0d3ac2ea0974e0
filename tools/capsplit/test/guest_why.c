// SPDX-License-Identifier: GPL-2.0
/*
 * The grant that capsplit why gives is enough for the same command, and less
 * is not.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

struct tracer {
	const char *command;
	const char *shows;	/* when it works */
	const char *patched, *stock;	/* the grant; NULL: not tried there */
	const char *after;	/* undoes what it did, or NULL */
};

static const struct tracer tracers[] = {
	{ "perf record -a -B -N -e cpu-clock -o p.data sleep 0.2", "",
		"cap_tracing", "cap_perfmon", NULL },
	{ "perf stat -a -e context-switches sleep 0.1", "context-switches",
		"cap_tracing", "cap_perfmon", NULL },
	{ "trace-cmd record -d -e sched_switch -o t.dat sleep 0.2", "",
		"cap_tracing", "cap_dac_override", NULL },
	{ "trace-cmd list -t", "function_graph", "cap_tracing",
		"cap_dac_override", NULL },
	{ "bpftool prog list", "raw_tracepoint", "cap_bpf,cap_tracing",
		"cap_sys_admin", NULL },
	{ "bpftool prog load /run/vm/bin/kprobe.bpf.o pins/p autoattach", "",
		"cap_bpf,cap_tracing", "cap_perfmon,cap_bpf",
		"rm -f " HOME "/pins/p" },
	/* It asks for uid 0 */
	{ "fakeroot bpftrace -e \"rawtracepoint:sched_switch { print(4711); exit(); }\"",
		"4711", "cap_bpf,cap_tracing", NULL, NULL },
};

static bool works(const struct tracer *t, const char *caps)
{
	char *log;
	bool good;

	sh(CAPSPLIT " run --user alice --caps %s -- sh -c 'cd " HOME "; %s'",
	   *caps ? caps : "none", t->command);
	good = !res.status && said(t->shows);
	log = strdup(res.out);
	if (t->after)
		sh("%s", t->after);
	strcpy(res.out, log);
	free(log);
	return good;
}

static void grant_of(const struct tracer *t)
{
	struct json_object *o = json_of(ALICE, OBSERVER " why -J -- %s",
					t->command);
	const char *want = patched ? t->patched : t->stock;
	char *grant = joined(get(o, "grant"));
	size_t i;

	ok(!strcmp(grant, want), "an observer is told that alice's %s takes %s",
	   t->command, want);
	note("it said", o ? json_object_to_json_string_ext(o,
				JSON_C_TO_STRING_PRETTY) : "nothing");
	ok(works(t, grant), "and with it, it works");
	note("it said", res.out);
	for (i = 0; i < words(grant); i++) {
		char *less = without(grant, i);

		ok(!works(t, less), "but not with %s alone",
		   *less ? less : "none");
		note("it said", res.out);
		free(less);
	}
	free(grant);
	json_object_put(o);
}

/* Each of the three forms, pasted */
static void forms(void)
{
	struct json_object *o = json_of(ALICE, OBSERVER
		" why -J -- bpftool prog load /run/vm/bin/kprobe.bpf.o pins/p autoattach");
	const char *caps = patched ? "CAP_BPF 41" : "CAP_PERFMON CAP_BPF";
	char *unit = path_of("[Service]\nUser=alice\nAmbientCapabilities=%s\nCapabilityBoundingSet=%s\nNoNewPrivileges=yes\n",
			     caps, caps);

	ok(!strcmp(text(o, "unit"), unit), "the unit's lines say %s", caps);
	note("it said", text(o, "unit"));
	ok(!strcmp(text(o, "capability_conf"),
		   patched ? "^cap_bpf,^41 alice" : "^cap_perfmon,^cap_bpf alice"),
	   "the line of capability.conf has them ambient");
	note("it said", text(o, "capability_conf"));
	sh("cp /usr/sbin/bpftool /opt/observer/bpftool");
	json_object_put(o);
	o = json_of(ALICE, OBSERVER " why -J -- /opt/observer/bpftool prog load /run/vm/bin/kprobe.bpf.o pins/p autoattach");
	sh("%s", text(o, "setcap"));
	exits(0, "the setcap command can be pasted");
	note("it is", text(o, "setcap"));
	as_uid(ALICE, "/opt/observer/bpftool", "prog", "load",
	       "/run/vm/bin/kprobe.bpf.o", HOME "/pins/p", "autoattach", NULL);
	exits(0, "and the program then works for alice as it is");
	sh("rm -f " HOME "/pins/p");
	json_object_put(o);
	free(unit);

	/* Not the shell is to have it */
	o = json_of(ALICE, OBSERVER " why -J -- sh -c 'perf stat -a -e cs true; trace-cmd list -t; :'");
	unit = path_of("setcap %s+ep /usr/bin/perf\nsetcap %s+ep /usr/bin/trace-cmd\n",
		       patched ? "41" : "cap_perfmon",
		       patched ? "41" : "cap_dac_override");
	ok(!strcmp(text(o, "setcap"), unit),
	   "setcap is for the programs that were refused, each with its part");
	note("it said", text(o, "setcap"));
	json_object_put(o);
	free(unit);
}

void guest_why(void)
{
	size_t i;

	/* At 3, which is Debian's, the stock kernel asks for cap_sys_admin */
	sysctl("perf_event_paranoid", patched ? 3 : 2);
	sysctl("kptr_restrict", 1);
	for (i = 0; i < sizeof(tracers) / sizeof(tracers[0]); i++) {
		if (patched || tracers[i].stock)
			grant_of(&tracers[i]);
	}
	forms();
}

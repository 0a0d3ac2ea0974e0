// SPDX-License-Identifier: GPL-2.0
/* The table of capsplit check against the running kernel. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

/* What is tried comes out as the table says */
static void agrees(int uid, const char *options)
{
	struct json_object *o = json_of(uid, CAPSPLIT " check -J --probe %s",
					options);
	struct json_object *ops = get(o, "operations");
	size_t n = ops ? json_object_array_length(ops) : 0, i;
	int tried = 0, wrong = 0;

	for (i = 0; i < n; i++) {
		struct json_object *op = json_object_array_get_idx(ops, i);
		struct json_object *probe = get(op, "probe");

		if (!probe)
			continue;
		tried++;
		if (json_object_get_boolean(get(probe, "agrees")))
			continue;
		wrong++;
		printf("# %s: %s, and the table says %s\n", text(op, "id"),
		       *text(probe, "errno") ? text(probe, "errno") : "success",
		       *text(op, "errno") ? text(op, "errno") : "success");
	}
	ok(tried > 80 && !wrong, "check --probe %s, by %s: the kernel agrees",
	   options, uid ? "alice" : "root");
	printf("# %d of %zu tried\n", tried, n);
	json_object_put(o);
}

static void who_runs_it(void)
{
	sh(CAPSPLIT " check --file " OBSERVER);
	ok(!res.status && said(patched ? "capabilities cap_bpf,cap_tracing" :
					 "capabilities cap_perfmon,cap_bpf"),
	   "check --file reads the observer's capabilities");
	note("it said", res.out);
	as_uid(ALICE, OBSERVER, "check", NULL);
	ok(!res.status && said("capabilities none") && said("do not count"),
	   "an observer's own capabilities are not the caller's");
	as_uid(ALICE, CAPSPLIT, "check", "--pid", "1", NULL);
	ok(!res.status && said("process 1"), "anybody may ask about process 1");
	sh("echo '^cap_bpf,^41 alice' >/etc/security/capability.conf && " CAPSPLIT " check --user alice");
	ok(!res.status && said(patched ? "capabilities cap_bpf,cap_tracing" :
					 "capabilities cap_bpf") &&
	   said("pam_cap"), "check --user reads capability.conf");
	note("it said", res.out);
}

struct json_object *entry_with(struct json_object *list, const char *key,
			       const char *value)
{
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *e = json_object_array_get_idx(list, i);

		if (!strcmp(text(e, key), value))
			return e;
	}
	return NULL;
}

struct json_object *entry(struct json_object *list, const char *name)
{
	return entry_with(list, "name", name);
}

/* A container of old and an observer, both without cap_sys_admin */
static void holders(void)
{
	struct json_object *o, *e;
	char *caps;

	sh("cp /bin/sleep /opt/old-deny && cp /bin/sleep /opt/allowed; "
	   "capsh --drop=cap_sys_admin -- -c 'exec /opt/old-deny 1000' >/dev/null & "
	   CAPSPLIT " run --user alice --caps %s /opt/allowed 1000 >/dev/null & "
	   "until pidof old-deny && pidof allowed; do sleep 0.1; done",
	   patched ? "cap_bpf,cap_tracing" : "cap_bpf,cap_perfmon");
	o = json_of(ALICE, CAPSPLIT " who -J --dir /opt --unit-dir /run/systemd");
	e = entry(get(o, "processes"), "old-deny");
	ok(e && !get(e, "warning") == !patched,
	   patched ? "who flags a bounding set that an old list left bit 41 in" :
		     "where there is no bit 41, no bounding set is flagged");
	note("it said", e ? json_object_to_json_string(e) : "nothing");
	e = entry(get(o, "processes"), "allowed");
	caps = joined(get(e, "capabilities"));
	ok(e && !get(e, "warning") && number(e, "uid") == ALICE &&
	   !strcmp(caps, patched ? "cap_bpf,cap_tracing" : "cap_perfmon,cap_bpf"),
	   "who lists an observer, and flags nothing: it was allowed by name");
	note("it said", e ? json_object_to_json_string(e) : "nothing");
	free(caps);
	e = entry(get(o, "files"), OBSERVER);
	ok(e && !strcmp(text(e, "for"), "anybody"),
	   "who lists the file that makes observers of everybody");
	json_object_put(o);
	sh("kill $(pidof old-deny allowed)");
}

void guest_check(void)
{
	static const int levels[][3] = {
		{ 3, 1, 2 }, { 2, 0, 2 }, { -1, 2, 2 },
	};
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		sysctl("perf_event_paranoid", levels[i][0]);
		sysctl("kptr_restrict", levels[i][1]);
		sysctl("unprivileged_bpf_disabled", levels[i][2]);
		printf("# perf_event_paranoid %d, kptr_restrict %d\n",
		       levels[i][0], levels[i][1]);
		agrees(0, "--caps none");
		agrees(0, patched ? "--caps cap_bpf,cap_tracing" :
				    "--caps cap_bpf,cap_perfmon");
	}
	sysctl("perf_event_paranoid", 3);
	agrees(0, "--caps cap_bpf,cap_tracing --userns");
	agrees(0, "--caps cap_bpf");
	agrees(0, "--caps cap_net_admin,cap_bpf,cap_sys_admin");
	agrees(0, "");
	agrees(ALICE, "");
	who_runs_it();
	holders();
}

// SPDX-License-Identifier: GPL-2.0
/* Who may watch, what is seen, and what happens when there is too much. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

/* The one refusal of this system call; NULL */
static struct json_object *refusal(struct json_object *o, const char *call)
{
	struct json_object *all = get(o, "refusals"), *found = NULL;
	size_t i;

	for (i = 0; all && i < json_object_array_length(all); i++) {
		struct json_object *r = json_object_array_get_idx(all, i);

		if (strcmp(text(r, "syscall"), call))
			continue;
		if (found)
			return NULL;
		found = r;
	}
	return found;
}

static void who_may_watch(void)
{
	as_uid(ALICE, CAPSPLIT, "why", "echo", "ran", NULL);
	ok(res.status == 1 && said(patched ? "setcap cap_bpf,41+ep" : "cap_perfmon") &&
	   !said("ran\n"), "who may not watch is told what it takes");
	note("it said", res.out);
	as_uid(ALICE, OBSERVER, "why", "grep", "-E", "^Cap(Prm|Eff|Amb)",
	       "/proc/self/status", NULL);
	ok(!res.status && status_line("CapPrm", "0000000000000000") &&
	   status_line("CapAmb", "0000000000000000"),
	   "an observer's right to watch is not the program's");
	note("it said", res.out);
	as_uid(ALICE, OBSERVER, "why", "--caps", "cap_bpf", "echo", "ran", NULL);
	ok(res.status == 1 && !said("ran\n"), "nor is it with --caps");
	as_uid(ALICE, OBSERVER, "run", "--caps", "cap_bpf", "echo", "ran", NULL);
	ok(res.status == 1 && !said("ran\n"), "nor with capsplit run");
	as_uid(ALICE, OBSERVER, "why", "--user", "root", "id", NULL);
	ok(res.status == 1 && !said("uid=0"), "nobody becomes another by it");
	sh(CAPSPLIT " why --caps cap_bpf true");
	exits(2, "root with fewer capabilities must be somebody else");
	as_uid(ALICE, OBSERVER, "why", "/no/such/program", NULL);
	ok(!res.status && said("exit status 127"),
	   "a program that is not there is told");
	as_uid(ALICE, OBSERVER, "why", SELF, "signal", "9", NULL);
	ok(!res.status && said("killed by signal 9") && said("cap_sys_chroot"),
	   "a program that is killed is reported on");
	as_uid(ALICE, OBSERVER, "why", SELF, "name", "1", NULL);
	ok(!res.status && said("a\\x0ab\\x1b[31m\\xff") && !said("\033"),
	   "a program's name cannot end a line or move the cursor");
	note("it said", res.out);
	as_uid(ALICE, OBSERVER, "why", "sh", "-c",
	       "grep VmHWM /proc/$PPID/status", NULL);
	ok(atol(strstr(res.out, "VmHWM:") ? strstr(res.out, "VmHWM:") + 6 : "") &&
	   atol(strstr(res.out, "VmHWM:") + 6) < 64 * 1024,
	   "watching takes less than 64 MB");
	note("it said", res.out);
}

/* Each of these is counted once and none twice */
static void counted(const char *deed, int n)
{
	struct json_object *o = json_of(ALICE, OBSERVER " why -J " SELF " %s %d",
					deed, n);
	struct json_object *r = refusal(o, "chroot");
	char *least = joined(get(r, "least_grant"));

	ok(r && number(r, "times") == n && !number(o, "lost") &&
	   !strcmp(least, "cap_sys_chroot") && !strcmp(text(r, "kind"), "other"),
	   "%d refusals are counted, and none is lost: %s", n, deed);
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	ok(number(o, "checks") >= n && !json_object_array_length(get(o, "grant")),
	   "and what is not about tracing is not in the grant");
	free(least);
	json_object_put(o);
}

static void too_many(void)
{
	struct json_object *o = json_of(ALICE, OBSERVER " why -J " SELF " paths 5000");

	ok(number(o, "lost") > 0 && number(o, "lost") < 5000,
	   "more different refusals than there is room for are said to be lost");
	printf("# %ld lost\n", number(o, "lost"));
	json_object_put(o);
}

static void kinds(void)
{
	struct json_object *o, *r;
	char *least;

	o = json_of(ALICE, OBSERVER " why -J -- head -n 1 /proc/kallsyms");
	r = refusal(o, "openat");
	least = joined(get(r, "least_grant"));
	ok(r && !strcmp(text(r, "kind"), "shows-less") && !get(r, "errno") &&
	   !strcmp(least, patched ? "cap_tracing" : "cap_syslog"),
	   "zeros in /proc/kallsyms are no error, and told");
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	free(least);
	json_object_put(o);

	o = json_of(ALICE, OBSERVER " why -J -- sh -c 'echo 0 >/proc/sys/kernel/kptr_restrict'");
	r = refusal(o, "openat");
	ok(r && !strcmp(text(r, "kind"), "no-capability") &&
	   strstr(text(r, "note"), "root"),
	   "that no capability opens a sysctl is told");
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	json_object_put(o);

	o = json_of(ALICE, OBSERVER " why -J -- cat /root/secret");
	r = refusal(o, "openat");
	least = joined(get(r, "least_grant"));
	ok(r && !strcmp(text(r, "object"), "/root/secret") &&
	   !strcmp(least, "cap_dac_read_search"),
	   "a file of root's is named, with the least that reads it");
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	free(least);
	json_object_put(o);

	o = json_of(ALICE, OBSERVER " why -J " SELF " filter 1");
	r = refusal(o, "chroot");
	ok(r && !strcmp(text(r, "kind"), "no-capability") &&
	   strstr(text(r, "note"), "seccomp"), "a seccomp filter is told from the kernel");
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	json_object_put(o);

	as_uid(ALICE, OBSERVER, "why", "false", NULL);
	ok(said("refused nothing") && said("reason of its own"),
	   "a program that fails without being refused is told apart");
	note("it said", res.out);

	o = json_of(ALICE, OBSERVER " why -J -- unshare -Ur cat /root/secret");
	r = refusal(o, "openat");
	ok(r && strstr(text(r, "note"), "child user namespace"),
	   "that root of a child user namespace is not root is told");
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	json_object_put(o);
}

static void granted(void)
{
	struct json_object *o, *used, *u = NULL;
	char *present;
	size_t i;

	sh(CAPSPLIT " why --granted --user alice --caps %s,cap_bpf,cap_syslog -- cat /sys/kernel/tracing/trace",
	   patched ? "cap_tracing" : "cap_dac_override");
	ok(!res.status && said(patched ? "\nneeded: cap_tracing\n" :
					 "\nneeded: cap_dac_override\n") &&
	   said("never needed: cap_syslog,cap_bpf\n"),
	   "--granted tells what was used from what was not");
	note("it said", res.out);
	o = json_of(0, CAPSPLIT " why -J --user alice --caps cap_bpf true");
	used = get(o, "used");
	present = joined(get(o, "present"));
	for (i = 0; used && i < json_object_array_length(used); i++)
		u = json_object_array_get_idx(used, i);
	ok(!strcmp(present, "cap_bpf") && !u,
	   "a program that needs nothing used nothing");
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	free(present);
	json_object_put(o);
}

void guest_watching(void)
{
	who_may_watch();
	counted("times", 200000);
	counted("children", 200);
	counted("thread", 7);
	too_many();
	kinds();
	granted();
}

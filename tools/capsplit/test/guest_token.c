// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that know nothing of tokens work with one, and whoever made it, and
 * nobody else, sees it and ends it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "guest.h"

#define PINS		HOME "/pins"
#define T		PINS "/t"
#define LISTS		"prog_get_next_id,prog_get_fd_by_id,obj_get_info_by_fd,map_get_fd_by_id,btf_get_fd_by_id,link_get_next_id,link_get_fd_by_id,token_create"

static int alice(const char *command)
{
	return as_uid(ALICE, "sh", "-c", command, NULL);
}

/* Debian's bpftool and a program of libbpf-tools, for whoever is in a group */
static void by_device(void)
{
	alice("bpftool prog list");
	ok(!said("raw_tracepoint"), "alice's bpftool sees no program of root's");
	alice(CAPSPLIT " run --dev bpf-tracing -- bpftool prog list");
	ok(res.status == 1 && said("user 0 and group root") && said("0600"),
	   "a device that she may not open is said to be whose");
	note("it said", res.out);
	sh("chgrp alice /dev/bpf-tracing && chmod 0660 /dev/bpf-tracing");
	alice(CAPSPLIT " run --dev bpf-tracing -- bpftool prog list");
	ok(!res.status && said("raw_tracepoint"),
	   "and with /dev/bpf-tracing, in whose group she is, it does");
	note("it said", res.out);
	alice("runqlat-libbpf 1 1");
	ok(res.status && !said("usecs"), "alice's runqlat does not work");
	alice(CAPSPLIT " run --dev bpf-tracing -- runqlat-libbpf 1 1");
	ok(!res.status && said("usecs"), "and with the device, it does");
	note("it said", res.out);
	alice(CAPSPLIT " run --dev bpf-tracing -- opensnoop-libbpf -d 1");
	ok(res.status && said("tach"), "LIMIT: opensnoop attaches by perf_event_open(2)");
	note("it said", res.out);
	alice(CAPSPLIT " run --dev bpf-tracing -- sh -c 'bpftool prog list; :'");
	ok(!said("raw_tracepoint"),
	   "LIMIT: what the program starts does not have the token");
	alice(CAPSPLIT " run --dev bpf-tracing -- grep -E '^Cap(Prm|Eff|Amb)' /proc/self/status");
	ok(!res.status && !said("1") && !said("8"), "nor has it a capability");
	note("it said", res.out);
	alice(CAPSPLIT " run --dev bpf-tracing -- " OBSERVER " --version");
	ok(res.status == 1 && said("file capabilities"),
	   "a file that has capabilities would get none: that is said");
	note("it said", res.out);
	sh("chmod 0711 " OBSERVER);
	alice(CAPSPLIT " run --dev bpf-tracing -- " OBSERVER " --version");
	ok(res.status == 1 && said("file capabilities"),
	   "also of a file that she may only run");
	note("it said", res.out);
	sh("chmod 0755 " OBSERVER);
	sh(CAPSPLIT " run --user alice --dev bpf -- bpftool prog list");
	ok(!res.status && said("raw_tracepoint"),
	   "root opens the device for a program of alice's");
	note("it said", res.out);
}

static void narrowed(void)
{
	struct json_object *o, *t;
	char *caps;

	sh(CAPSPLIT " token create --caps cap_bpf,cap_tracing --cmds " LISTS " --user alice " T);
	ok(!res.status && said("cap_bpf,cap_tracing") && said("link_get_next_id"),
	   "root makes a token that lists, and pins it for alice");
	note("it said", res.out);
	alice(CAPSPLIT " run --token " T " -- bpftool prog list");
	ok(!res.status && said("raw_tracepoint"), "she lists with it");
	note("it said", res.out);
	alice(CAPSPLIT " run --token " T " -- bpftool prog load /run/vm/bin/raw_tp.bpf.o " PINS "/p");
	ok(res.status, "and loads nothing");
	as_uid(1001, "sh", "-c", CAPSPLIT " run --token " T " -- bpftool prog list", NULL);
	ok(res.status == 1 && said("closed to user 1001"), "bob does not get to it");
	note("it said", res.out);
	o = json_of(ALICE, CAPSPLIT " token derive -J --cmds prog_get_next_id " T " " PINS "/u");
	t = o ? json_object_array_get_idx(get(o, "tokens"), 0) : NULL;
	caps = joined(get(t, "commands"));
	ok(t && number(t, "depth") == 1 && number(t, "creator_uid") == ALICE &&
	   !strcmp(caps, "prog_get_next_id"), "alice derives a lesser one");
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	json_object_put(o);
	alice(CAPSPLIT " token derive --caps cap_bpf,cap_perfmon " T " " PINS "/v");
	ok(res.status == 1 && said("does not have all") && access(PINS "/v", F_OK),
	   "but none with more");
	note("it said", res.out);
	alice(CAPSPLIT " token revoke " PINS "/u");
	ok(res.status == 1 && said("--ancestor"), "to revoke it she is to name an ancestor");
	alice(CAPSPLIT " token revoke --ancestor " T " " PINS "/u");
	ok(!res.status && said("revoked"), "with that she revokes it");
	note("it said", res.out);
	alice(CAPSPLIT " run --token " PINS "/u -- bpftool prog list");
	ok(res.status == 1 && said("was revoked") && !said("raw_tracepoint"),
	   "and then it starts nothing");
	note("it said", res.out);
	free(caps);
}

/* Whoever has one is found, and can be stopped */
static void listed(void)
{
	struct json_object *o, *e;
	char *path, *caps;
	int holder;

	sh("sh -c 'exec 9<>/dev/bpf-net; exec sleep 1000' >/dev/null & echo $!");
	path = path_of("/proc/%d/fd/9", atoi(res.out));
	sh("until readlink %s; do sleep 0.1; done", path);
	sh("cp $(command -v sleep) /tmp/holder");
	alice(CAPSPLIT " run --dev bpf-tracing -- /tmp/holder 1000 >/dev/null & "
	      "until grep CapTok /proc/$!/status; do sleep 0.1; done; echo $!");
	holder = atoi(strrchr(res.out, '\t') ? strchr(strrchr(res.out, '\t'), '\n') : "0");
	ok(said("CapTok:\t" MASK_TEXT), "a process's status shows what its token stands for");
	note("it said", res.out);
	o = json_of(0, CAPSPLIT " who -J --dir /opt --unit-dir /run/systemd");
	e = entry(get(o, "tokens"), T);
	caps = joined(get(e, "capabilities"));
	ok(e && !strcmp(text(e, "for"), "user alice") && number(e, "uses") > 0 &&
	   !strcmp(caps, "cap_bpf,cap_tracing"), "who lists the pinned token");
	note("it said", e ? json_object_to_json_string(e) : "nothing");
	e = entry(get(o, "tokens"), PINS "/u");
	ok(e && json_object_get_boolean(get(e, "revoked")),
	   "and the one that was revoked");
	e = entry(get(o, "tokens"), path);
	free(caps);
	caps = joined(get(e, "capabilities"));
	ok(e && !strcmp(caps, "cap_net_admin,cap_bpf") &&
	   !strcmp(text(e, "process"), "sleep"), "and one that a process holds");
	note("it said", get(o, "tokens") ?
	     json_object_to_json_string(get(o, "tokens")) : "nothing");
	e = entry(get(o, "processes"), "holder");
	free(caps);
	caps = joined(get(e, "capabilities"));
	ok(e && !strcmp(caps, "cap_bpf,cap_tracing") &&
	   json_object_get_boolean(get(e, "by_token")) &&
	   number(e, "uid") == ALICE,
	   "and a process that was started with one, and has no descriptor");
	note("it said", get(o, "processes") ?
	     json_object_to_json_string(get(o, "processes")) : "nothing");
	e = entry(get(o, "devices"), "/dev/bpf-tracing");
	ok(e && strstr(text(e, "for"), "group alice (alice)") &&
	   !get(e, "warning"), "and a device with who may open it");
	note("it said", e ? json_object_to_json_string(e) : "nothing");
	json_object_put(o);
	sh("chmod 0664 /dev/bpf-tracing && " CAPSPLIT " who --dir /opt --unit-dir /run/systemd");
	ok(said("/dev/bpf-tracing  (for anybody)") && said("everybody on this"),
	   "who warns of a device that everybody may open");
	note("it said", res.out);
	ok(said("(by a token, in bpf(2) alone)"), "and says which processes have a token");
	sh("chmod 0600 /dev/bpf-tracing; kill %d", holder);
	sh(CAPSPLIT " token revoke %s && " CAPSPLIT " token show %s", path, path);
	ok(!res.status && said("revoked: good for nothing"),
	   "root revokes a token that somebody holds");
	note("it said", res.out);
	sh("kill %d; " CAPSPLIT " token revoke %s", atoi(path + 6), path);
	exits(1, "once the process has gone, there is none to be revoked");
	sh(CAPSPLIT " token revoke " T " && " CAPSPLIT " token list");
	ok(!res.status && said(T), "token list has them, too");
	note("it said", res.out);
	free(caps);
	free(path);
}

#define CG	"/tmp/token.cgroup"

/* A token for a cgroup alone */
static void confined(void)
{
	struct json_object *o, *t;
	struct stat st;
	char *caps;

	sh("mkdir -p " CG " && mount -t cgroup2 none " CG " && mkdir " CG "/in");
	exits(0, "there is a cgroup");
	o = json_of(0, CAPSPLIT " token create -J --caps cap_bpf,cap_net_admin --cgroup " CG "/in --user alice " PINS "/cg");
	t = o ? json_object_array_get_idx(get(o, "tokens"), 0) : NULL;
	caps = joined(get(t, "program_types"));
	ok(t && !stat(CG "/in", &st) && number(t, "cgroup_id") == (long)st.st_ino &&
	   strstr(caps, "cgroup_skb") && !strstr(caps, "xdp"),
	   "a token that is confined to it has its id, and programs for cgroups");
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	free(caps);
	json_object_put(o);
	alice(CAPSPLIT " run --token " PINS "/cg -- bpftool prog list");
	ok(!said("raw_tracepoint"), "it lists nothing for alice");
	alice(CAPSPLIT " token show " CG "/in/bpf.token");
	ok(res.status == 1, "and bpf.token itself is closed to her");
	note("it said", res.out);
	sh(CAPSPLIT " token create --caps cap_bpf --cmds prog_get_next_id --cgroup " CG "/in " PINS "/cg2");
	ok(res.status == 1 && said("confined to a cgroup can have only"),
	   "nor is there one that could");
	note("it said", res.out);
	sh(CAPSPLIT " token create --caps cap_bpf --cgroup /tmp " PINS "/cg2");
	ok(res.status == 1 && said("no cgroup's"), "a directory of another sort is said to be one");
	note("it said", res.out);
	sh("rmdir " CG "/in; " CAPSPLIT " run --token " PINS "/cg -- true");
	ok(res.status == 1 && said("cgroup that was removed"), "once the cgroup has gone, it starts nothing");
	note("it said", res.out);
	sh("umount " CG "; rm " PINS "/cg");
}

static void refusals(void)
{
	sh(CAPSPLIT " token create --caps cap_bpf /tmp/t");
	ok(res.status == 1 && said("mount -t bpf"), "a token is pinned on no other file system");
	note("it said", res.out);
	sh(CAPSPLIT " token create --caps cap_chown " PINS "/c");
	ok(res.status == 1 && access(PINS "/c", F_OK), "nor carries another capability");
	sh(CAPSPLIT " token show /run/roots/p");
	ok(res.status == 1 && said("no BPF token"), "a pinned program is no token");
	note("it said", res.out);
	alice(CAPSPLIT " token create --caps cap_bpf " PINS "/c");
	ok(res.status == 1 && said("cap_sys_admin"), "alice makes none");
	sh(CAPSPLIT " token pin /dev/bpf-net " T "; rm -f " T " " PINS "/u; " CAPSPLIT " token pin --user 4000000 /dev/bpf-net /run/roots/t");
	ok(!res.status && said("may not get to it"),
	   "a file that its user cannot reach is warned of");
	note("it said", res.out);
	unlink("/run/roots/t");
}

static void unsupported(void)
{
	static const char *const commands[] = {
		"token create --caps cap_bpf " PINS "/t", "token list",
		"run --dev bpf-tracing true", "run --dev bpf true",
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		sh(CAPSPLIT " %s", commands[i]);
		ok(res.status == 3 && said("no BPF tokens"),
		   "%s is not supported here", commands[i]);
		note("it said", res.out);
	}
	ok(access(PINS "/t", F_OK), "and leaves nothing");
}

void guest_token(void)
{
	sysctl("unprivileged_bpf_disabled", 2);
	if (!patched) {
		unsupported();
		return;
	}
	by_device();
	narrowed();
	listed();
	confined();
	refusals();
}

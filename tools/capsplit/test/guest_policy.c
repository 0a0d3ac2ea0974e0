// SPDX-License-Identifier: GPL-2.0
/*
 * bpf-policy: what works without it is refused with it, for whom and for what
 * its file says and for nobody else, and works again without it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"

#define POLICY	"/run/vm/bin/bpf-policy"
#define FS	"/run/policy"
#define CGROUP	"/run/policy.cg"
#define KEPT	FS "/kept"
#define RULES	"/tmp/rules"
#define BOB	1001

static int bpf(int cmd, union bpf_attr *attr)
{
	int ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

static int open_map(const char *path, int flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)path;
	attr.file_flags = flags;
	return bpf(BPF_OBJ_GET, &attr);
}

static int element(int cmd, int map)
{
	__u32 key = 0, value = 7;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)&value;
	return -bpf(cmd, &attr);
}

/* A program that does nothing but have a map, if that is not negative */
static int load_program(int type, int map)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1,
		  .src_reg = map < 0 ? 0 : BPF_PSEUDO_MAP_FD,
		  .imm = map < 0 ? 0 : map },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(insns[0]);
	attr.license = (unsigned long)"GPL";
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

/* In a child: errors, a digit each, are compared as text; "?" if it died */
static const char *answers(void (*ask)(char *to), uid_t uid, uid_t euid,
			   const char *cgroup)
{
	static char text[64];
	int fds[2];
	pid_t pid;
	ssize_t n;

	fflush(stdout);
	if (pipe(fds))
		return "?";
	pid = fork();
	if (!pid) {
		char to[64] = "";
		FILE *f;

		if (cgroup) {
			f = fopen(cgroup, "we");
			if (!f || fprintf(f, "%d", getpid()) < 0 || fclose(f))
				_exit(1);
		}
		if (setresuid(uid, euid, euid))
			_exit(1);
		ask(to);
		_exit(write(fds[1], to, strlen(to)) < 0);
	}
	close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	waitpid(pid, NULL, 0);
	return *text ? text : "?";
}

static void say(char *to, int err)
{
	sprintf(to + strlen(to), "%s ", err ? strerrorname_np(err) : "0");
}

static void ask_map(char *to)
{
	int map = open_map(FS "/m", 0), ro = open_map(FS "/m", BPF_F_RDONLY);

	say(to, map < 0 ? -map : element(BPF_MAP_UPDATE_ELEM, map));
	say(to, ro < 0 ? -ro : element(BPF_MAP_LOOKUP_ELEM, ro));
	say(to, ro < 0 ? -ro : element(BPF_MAP_UPDATE_ELEM, ro));
	map = open_map(FS "/other", 0);
	say(to, map < 0 ? -map : element(BPF_MAP_UPDATE_ELEM, map));
}

static void ask_program(char *to)
{
	say(to, load_program(BPF_PROG_TYPE_SOCKET_FILTER,
			open_map(FS "/m", BPF_F_RDONLY)));
	say(to, load_program(BPF_PROG_TYPE_SOCKET_FILTER,
			open_map(FS "/other", BPF_F_RDONLY)));
}

static void ask_types(char *to)
{
	say(to, load_program(BPF_PROG_TYPE_SOCKET_FILTER, -1));
	say(to, load_program(BPF_PROG_TYPE_XDP, -1));
}

static void are(const char *want, const char *have, const char *what)
{
	ok(!strcmp(want, have), "%s", what);
	if (strcmp(want, have))
		printf("# %s, not %s\n", have, want);
}

static void without_policy(const char *when)
{
	version = when;
	are("0 0 EPERM 0 ", answers(ask_map, ALICE, ALICE, NULL),
	    "alice looks up in a map and updates it");
	are("0 0 ", answers(ask_program, ALICE, 0, NULL),
	    "and loads programs that have it");
	are("0 0 ", answers(ask_types, 0, 0, CGROUP "/build/cgroup.procs"),
	    "programs of both types are loaded in a cgroup");
	version = patched ? "patched" : "stock";
}

static void with_policy(void)
{
	are("EPERM 0 EPERM 0 ", answers(ask_map, ALICE, ALICE, NULL),
	    "alice may only look up in that map, and do all in another");
	are("0 0 EPERM 0 ", answers(ask_map, BOB, BOB, NULL), "bob is not hindered");
	are("EPERM 0 ", answers(ask_program, ALICE, 0, NULL),
	    "nor does a program update it for her");
	are("0 0 ", answers(ask_program, BOB, 0, NULL), "for bob it may");
	are("0 EPERM ", answers(ask_types, 0, 0, CGROUP "/build/cgroup.procs"),
	    "in that cgroup only programs of that type are loaded");
	are("0 EPERM ", answers(ask_types, 0, 0, CGROUP "/build/sub/cgroup.procs"),
	    "and below it");
	are("0 0 ", answers(ask_types, 0, 0, CGROUP "/else/cgroup.procs"),
	    "and all in another");
	as_uid(ALICE, "bpftool", "map", "dump", "pinned", FS "/m", NULL);
	ok(res.status, "LIMIT: Debian's bpftool opens it to write, and is refused");
	note("it said", res.out);
	sh(POLICY " show " KEPT);
	ok(!res.status && said("user 1000, map id ") &&
	   said(": lookup; refused 3\n") && said(": socket_filter; refused 2\n"),
	   "show tells the rules and how often they refused");
	note("it said", res.out);
	sh(POLICY " load " RULES " " KEPT);
	ok(res.status == 1 && said("unload it first"), "a second one is not loaded");
	are("EPERM 0 EPERM 0 ", answers(ask_map, ALICE, ALICE, NULL),
	    "and the first is still in force");
}

static void mistakes(void)
{
	static const struct {
		const char *line, *says;
	} of[] = {
		{ "user nosuch map " FS "/m lookup", ":2: there is no user" },
		{ "user alice map /nosuch lookup", ":2: cannot open" },
		{ "user alice map " FS "/p lookup", "not a pinned map" },
		{ "user alice map " FS "/m update", "neither" },
		{ "user alice map " FS "/m lookup x", "'x' is more" },
		{ "cgroup /tmp progs xdp", "cgroup version 2" },
		{ "cgroup " CGROUP "/build progs xpd", "'xpd'" },
		{ "cgroup " CGROUP "/build progs xdp\ncgroup " CGROUP "/build progs none", ":3: there is a rule" },
	};
	size_t i;

	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		sh("printf '# rules\\n%s\\n' >/tmp/bad; " POLICY " load /tmp/bad " KEPT,
		   of[i].line);
		ok(res.status == 2 && said(of[i].says) && access(KEPT, F_OK),
		   "not a rule, and nothing is left: %.*s",
		   (int)strcspn(of[i].line, "\n"), of[i].line);
		note("it said", res.out);
	}
	sh(POLICY " unload " KEPT);
	ok(res.status == 1 && said("no policy"), "there is nothing to unload");
	sh(POLICY " load " RULES " /tmp/kept");
	ok(res.status == 1 && said("bpf file system") && access("/tmp/kept", F_OK),
	   "a policy is kept on a bpf file system only");
	note("it said", res.out);
	as_uid(ALICE, POLICY, "load", RULES, KEPT, NULL);
	ok(res.status == 1 || res.status == 3, "alice loads none");
	note("it said", res.out);
	sh("echo lockdown,yama >/tmp/lsm && mount --bind /tmp/lsm /sys/kernel/security/lsm && " POLICY " load " RULES " " KEPT);
	ok(res.status == 3 && said("lsm=") && access(KEPT, F_OK),
	   "without BPF LSM it says how to get it");
	note("it said", res.out);
	sh("umount /sys/kernel/security/lsm");
}

void guest_policy(void)
{
	sh("mkdir -p " FS " " CGROUP " && mount -t bpf -o mode=0755 bpf " FS " && "
	   "mount -t cgroup2 none " CGROUP " && mkdir -p " CGROUP "/build/sub " CGROUP "/else && "
	   "{ test -e /sys/kernel/security/lsm || mount -t securityfs none /sys/kernel/security; } && "
	   "for m in m other; do bpftool map create " FS "/$m type array key 4 value 4 entries 1 name $m && chmod 0666 " FS "/$m || exit 1; done && "
	   "bpftool prog load /run/vm/bin/raw_tp.bpf.o " FS "/p && "
	   "printf 'user alice map " FS "/m lookup # only\\n\\n  cgroup\\t" CGROUP "/build progs socket_filter\\n' >" RULES);
	exits(0, "a map, a cgroup and rules for them are made");
	without_policy("before the policy");
	mistakes();
	sh(POLICY " load " RULES " " KEPT);
	ok(!res.status && said("2 rules in force"), "the policy is put into force");
	note("it said", res.out);
	with_policy();
	sh(POLICY " unload " KEPT);
	exits(0, "the policy is taken out");
	without_policy("after the policy");
	sh("rmdir " CGROUP "/build/sub " CGROUP "/build " CGROUP "/else; umount " CGROUP " " FS);
}

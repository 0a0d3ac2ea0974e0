// SPDX-License-Identifier: GPL-2.0
/*
 * BPF namespaces from the shell: who makes and enters them, what is seen in
 * there, and what a list of them says.  On kernels without: one error.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define PINS		HOME "/pins"
/* With what is escaped in the list of mounts */
#define BOUND		"/run/bound bpf"
#define THERE		"'" BOUND "'"
#define LIMIT		"/proc/sys/user/max_bpf_namespaces"
#define AS_ALICE(caps)	CAPSPLIT " run --caps " caps " --user alice -- "
#define NEW		CAPSPLIT " unshare --bpf -- "
#define SHOW		"readlink /proc/self/ns/bpf"
#define EFFECTIVE	"grep ^CapEff: /proc/self/status"
#define A_MAP		" type array key 4 value 4 entries 1 name "

static void alice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void alice(const char *fmt, ...)
{
	char *command = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&command, fmt, ap) < 0)
		abort();
	va_end(ap);
	as_uid(ALICE, "sh", "-c", command, NULL);
	free(command);
}

static void refused(const char *says, const char *what)
{
	ok(res.status == 1 && said(says) && !said("ran\n"), "%s", what);
	note("it said", res.out);
}

/* A process that stays in a namespace of its own; its number */
static int sleeper(const char *how)
{
	int pid;

	sh("%ssleep 1000 >/dev/null 2>&1 & echo $!", how);
	pid = atoi(res.out);
	sh("for i in $(seq 300); do grep -qx sleep /proc/%d/comm && exit; sleep 0.1; done; exit 1",
	   pid);
	ok(!res.status, "there is a process in a namespace of its own: %s", how);
	return pid;
}

/* Debian's bpftool, and so libbpf, which know nothing of namespaces */
static void seen_inside(void)
{
	sh("bpftool prog list");
	ok(said("raw_tracepoint"), "there is a program of root's");
	sh(NEW "bpftool prog list");
	ok(!res.status && !said("raw_tracepoint"),
	   "root does not see it in a new namespace");
	note("it said", res.out);
	sh(NEW AS_ALICE("cap_bpf") "sh -c 'bpftool map create " PINS "/n" A_MAP "mine; "
	   "bpftool -j map list; bpftool -j prog list'");
	ok(!res.status && said("\"id\":1,") && said("\"mine\"") &&
	   !said("raw_tracepoint"),
	   "alice with cap_bpf lists what she made there, from 1, and no more");
	note("it said", res.out);
	sh(AS_ALICE("cap_bpf") "bpftool prog list");
	ok(!said("raw_tracepoint"), "and not root's in the initial one");
	sh("bpftool map list");
	ok(said("mine"), "root sees it from outside");
	sh(NEW "bpftool map list");
	ok(!res.status && !said("mine"), "but not from a namespace beside it");
	note("it said", res.out);
	sh(NEW "bpftool map show pinned " PINS "/n");
	ok(res.status && !said("mine"), "nor by the file that it is pinned to");
	note("it said", res.out);
	unlink(PINS "/n");
}

static void who_makes(void)
{
	alice(CAPSPLIT " unshare --bpf echo ran");
	refused("takes cap_bpf", "alice makes no namespace, and reads what it takes");
	alice(CAPSPLIT " unshare --bpf --map-root-user echo ran");
	refused("also with --user", "a user namespace is no way round that");
	sh(AS_ALICE("cap_tracing,cap_perfmon,cap_net_admin") NEW "echo ran");
	refused("takes cap_bpf", "nor are other capabilities");
	sh(AS_ALICE("cap_bpf") NEW EFFECTIVE);
	ok(!res.status && status_line("CapEff", "0000008000000000"),
	   "with cap_bpf she makes one, and has just that in it");
	note("it said", res.out);
	sh(AS_ALICE("cap_sys_admin") NEW EFFECTIVE);
	ok(!res.status && status_line("CapEff", "0000000000200000"),
	   "so she does with cap_sys_admin");
	note("it said", res.out);
	sh("old=$(cat " LIMIT "); echo 0 >" LIMIT "; " NEW "echo ran; "
	   "status=$?; echo $old >" LIMIT "; exit $status");
	refused("max_bpf_namespaces", "a limit that is reached is named");
	sh(NEW "sh -c 'exit 42'");
	exits(42, "the exit status is the program's");
	sh(CAPSPLIT " unshare --bpf --fork -- sh -c 'exit 43'");
	exits(43, "and so it is of a child");
	sh(CAPSPLIT " unshare --bpf --fork -- sh -c 'kill -9 $$'");
	exits(137, "and the signal that ends one");
	sh("SHELL=/bin/pwd " CAPSPLIT " unshare --bpf");
	ok(!res.status && said("/"), "without a program it is the shell");
}

static void in_user_namespace(void)
{
	sh(AS_ALICE("cap_bpf") CAPSPLIT " unshare --bpf -r -- sh -c 'id -u; bpftool prog list; bpftool map create " PINS "/n" A_MAP "mine'");
	ok(res.status && !strncmp(res.out, "0\n", 2) && access(PINS "/n", F_OK) &&
	   !said("raw_tracepoint"), "in a user namespace she is root, and bpf(2) is closed");
	note("it said", res.out);
	sh(AS_ALICE("cap_bpf") CAPSPLIT " unshare --bpf --user -- id -u");
	ok(said_just("65534\n"), "without --map-root-user she is nobody there");
}

static void bound(void)
{
	char *ns;

	sh("touch " THERE "; " CAPSPLIT " unshare --bpf=" THERE " " SHOW);
	ns = strdup(res.out);
	ok(!res.status && !strncmp(ns, "bpf:[", 5), "a namespace is bound to a file");
	note("it said", ns);
	sh(SHOW);
	ok(!said_just(ns), "and is another than the initial one");
	sh(CAPSPLIT " enter " THERE " -- " SHOW);
	ok(said_just(ns), "it is entered by that file");
	note("it said", res.out);
	sh(AS_ALICE("cap_sys_admin") CAPSPLIT " enter " THERE " " EFFECTIVE);
	ok(!res.status && status_line("CapEff", "0000000000200000"),
	   "whoever enters keeps the capabilities that it has");
	note("it said", res.out);
	sh(AS_ALICE("cap_bpf,cap_tracing") CAPSPLIT " enter " THERE " echo ran");
	refused("takes cap_sys_admin", "cap_bpf and cap_tracing are not enough to enter");
	alice(CAPSPLIT " enter --user " THERE " echo ran");
	refused("takes cap_sys_admin", "nor does --user help into one of root's");
	alice(CAPSPLIT " enter 1 echo ran");
	refused("right to trace", "alice does not get at a process of root's");
	sh(CAPSPLIT " enter /etc/passwd echo ran");
	refused("no BPF namespace", "a file that is none is not entered");
	sh(CAPSPLIT " enter /proc/self/ns/net echo ran");
	refused("no BPF namespace", "nor is a namespace of another kind");
	sh(CAPSPLIT " enter 4194304 echo ran");
	refused("no process", "nor that of a process that is not there");
	sh(CAPSPLIT " unshare --bpf=/run/nowhere echo ran");
	refused("touch(1)", "a file to keep it in must be there");
	sh("touch " HOME "/keep; " AS_ALICE("cap_bpf") CAPSPLIT " unshare --bpf=" HOME "/keep echo ran");
	refused("to mount takes cap_sys_admin", "to keep one takes the right to mount");
	unlink(HOME "/keep");
	free(ns);
}

/* In the list of objects @all, the one whose @key is @n; NULL */
static struct json_object *numbered(struct json_object *all, const char *key,
				    long n)
{
	size_t i;

	for (i = 0; all && i < json_object_array_length(all); i++) {
		struct json_object *o = json_object_array_get_idx(all, i);

		if (get(o, key) && number(o, key) == n)
			return o;
	}
	return NULL;
}

/* What --json printed, if it is as the schema says */
static struct json_object *listed(int uid, const char *command)
{
	struct json_object *o = json_of(uid, "%s", command);

	ok(o && schema_fits("ns", json_object_to_json_string(o)),
	   "%s fits the schema", command);
	return o;
}

static void said_of(bool good, struct json_object *e, const char *what)
{
	ok(e && good, "%s", what);
	note("it said", e ? json_object_to_json_string(e) : "nothing");
}

static void list_of_root(int plain, int deep, int alices)
{
	struct json_object *o, *all, *e, *first, *parent;

	sh(CAPSPLIT " enter " THERE " bpftool map create /run/roots/n" A_MAP "theirs");
	exits(0, "root makes a map in the namespace that is bound to a file");
	o = listed(0, CAPSPLIT " ns -J");
	all = get(o, "namespaces");
	first = all ? json_object_array_get_idx(all, 0) : NULL;
	said_of(!get(first, "parent") && !number(first, "uid") &&
		number(first, "pid") == 1 && number(first, "tasks") > 10 &&
		number(first, "programs") > 0 && number(first, "btf") > 0 &&
		number(first, "maps") > 0, first,
		"root's list begins with the initial one, and what is in it");
	e = entry_with(all, "file", BOUND);
	said_of(!number(e, "tasks") && !get(e, "pid") && get(e, "maps") &&
		number(e, "maps") == 1 && !number(e, "programs") &&
		!number(e, "links") && number(e, "parent") == number(first, "ns") &&
		get(e, "uid") && !number(e, "uid") &&
		number(e, "user_namespace") == number(first, "user_namespace"),
		e, "it has the one that is bound to a file, with its map");
	e = numbered(all, "pid", plain);
	said_of(number(e, "tasks") == 1 && !strcmp(text(e, "process"), "sleep") &&
		!get(e, "file") && get(e, "maps") && !number(e, "maps"), e,
		"and the one of a process, in which there is nothing");
	e = numbered(all, "pid", deep);
	parent = numbered(all, "ns", number(e, "parent"));
	said_of(get(parent, "tasks") && !number(parent, "tasks") &&
		number(parent, "parent") == number(first, "ns"), parent,
		"and the parent of one, in which there is no process");
	e = numbered(all, "pid", alices);
	said_of(number(e, "uid") == ALICE && number(e, "user_namespace") !=
		number(first, "user_namespace"), e,
		"and one that a user namespace of alice's owns");
	json_object_put(o);
	sh(CAPSPLIT " ns");
	ok(!res.status && said("OWNER") && said(BOUND) && said("alice"),
	   "the table has them, too");
	note("it said", res.out);
	unlink("/run/roots/n");
}

/* What keeps a namespace, but processes and files */
static void kept_otherwise(int plain)
{
	struct json_object *o, *e;
	int holder, thread;
	long ns;

	sh("exec 9</proc/%d/ns/bpf; sleep 1000 >/dev/null 2>&1 & echo $!", plain);
	holder = atoi(res.out);
	sh(SELF " elsewhere 0 >/dev/null 2>&1 & echo $!");
	thread = atoi(res.out);
	sh("for i in $(seq 300); do [ $(readlink /proc/%d/task/*/ns/bpf | sort -u | wc -l) = 2 ] && exit; sleep 0.1; done; exit 1",
	   thread);
	exits(0, "there is a process with a thread in another namespace");
	sh("readlink /proc/%d/ns/bpf; kill %d; for i in $(seq 300); do [ -e /proc/%d ] || exit 0; sleep 0.1; done; exit 1",
	   plain, plain, plain);
	ns = !strncmp(res.out, "bpf:[", 5) ? atol(res.out + 5) : 0;
	ok(ns && !res.status, "the last process of one ends, which another has open");
	o = listed(0, CAPSPLIT " ns -J");
	e = numbered(get(o, "namespaces"), "ns", ns);
	said_of(get(e, "tasks") && !number(e, "tasks") && !get(e, "pid"), e,
		"that one is found by the descriptor");
	e = entry_with(get(o, "namespaces"), "process", "capsplit-guest");
	said_of(number(e, "tasks") == 1 && number(e, "pid") == thread, e,
		"and the thread's by the thread");
	json_object_put(o);
	sh("kill %d %d", holder, thread);
}

static void list_of_others(void)
{
	struct json_object *o, *e;

	o = listed(ALICE, CAPSPLIT " ns -J");
	e = get(o, "namespaces");
	e = e ? json_object_array_get_idx(e, 0) : NULL;
	said_of(number(o, "unreadable") > 0 && !get(e, "maps") &&
		!get(e, "programs"), e,
		"alice's list has no counts, and how much she may not see");
	json_object_put(o);
	alice(CAPSPLIT " ns");
	ok(!res.status && said("could not be counted") && said("could not be looked at"),
	   "and says why");
	note("it said", res.out);
	o = listed(0, AS_ALICE("cap_bpf") CAPSPLIT " ns -J");
	e = get(o, "namespaces");
	e = e ? json_object_array_get_idx(e, 0) : NULL;
	said_of(!get(e, "maps"), e,
		"with cap_bpf, which shows a part of it, there is none either");
	json_object_put(o);
	o = listed(0, AS_ALICE("cap_bpf,cap_tracing") CAPSPLIT " ns -J");
	e = get(o, "namespaces");
	e = e ? json_object_array_get_idx(e, 0) : NULL;
	said_of(number(e, "programs") > 0, e, "with cap_tracing, too, it is counted");
	json_object_put(o);
	o = listed(0, NEW AS_ALICE("cap_bpf") CAPSPLIT " ns -J");
	e = entry_with(get(o, "namespaces"), "process", "capsplit");
	said_of(get(e, "maps") && !number(e, "maps") && number(e, "btf") > 0, e,
		"in a namespace of one's own it takes cap_bpf to count");
	json_object_put(o);
}

static void entered_and_listed(void)
{
	int plain = sleeper(NEW), deep = sleeper(NEW NEW);
	int alices = sleeper(AS_ALICE("cap_bpf") CAPSPLIT " unshare --bpf -r -- ");
	struct json_object *o, *e;
	char *link;

	sh("readlink /proc/%d/ns/bpf", plain);
	link = strdup(res.out);
	sh(CAPSPLIT " enter %d " SHOW, plain);
	ok(!res.status && said_just(link), "root enters the namespace of a process");
	note("it said", res.out);
	alice(CAPSPLIT " enter %d echo ran", alices);
	refused("or with --user", "alice enters the one that she made with --user alone");
	alice(CAPSPLIT " enter --user %d id -u", alices);
	ok(said_just("0\n"), "and with that, she does");
	note("it said", res.out);
	list_of_root(plain, deep, alices);
	list_of_others();
	o = json_of(0, CAPSPLIT " who -J --dir /opt/observer --unit-dir /run/systemd");
	e = numbered(get(o, "processes"), "pid", plain);
	said_of(number(e, "bpf_namespace") > 0, e,
		"who says which namespace a process is in");
	e = numbered(get(o, "processes"), "pid", 1);
	said_of(!get(e, "bpf_namespace"), e, "if it is not the initial one");
	json_object_put(o);
	kept_otherwise(plain);
	sh("kill %d %d", deep, alices);
	free(link);
}

static void hostile(void)
{
	int pid, i, good = 0;

	sh("p=$(printf '/tmp/a\\nb\\033[31m\\377'); cp /bin/sleep \"$p\"; "
	   NEW "\"$p\" 1000 >/dev/null 2>&1 & echo $!");
	pid = atoi(res.out);
	sh("for i in $(seq 300); do grep -q ^a /proc/%d/comm && exit; sleep 0.1; done; exit 1",
	   pid);
	exits(0, "there is a process whose name is no text");
	sh(CAPSPLIT " ns");
	ok(!res.status && said("a\\nb\\x1b[31m\\xff") && !said("\033"),
	   "it neither ends a line nor moves the cursor");
	note("it said", res.out);
	sh("kill %d; rm /tmp/a?b*", pid);
	sh("while :; do " NEW "true; done >/dev/null 2>&1 & echo $!");
	pid = atoi(res.out);
	for (i = 0; i < 5; i++) {
		struct json_object *o = json_of(0, CAPSPLIT " ns -J");

		good += o && schema_fits("ns", json_object_to_json_string(o)) &&
			number(json_object_array_get_idx(get(o, "namespaces"), 0),
			       "pid") == 1;
		json_object_put(o);
	}
	ok(good == 5, "namespaces and processes that end meanwhile do not confuse it");
	printf("# %d\n", good);
	sh("kill %d", pid);
	sh(CAPSPLIT " ns >/dev/full");
	ok(res.status == 1 && said("cannot write the output"),
	   "a full disk is noticed");
	sh(CAPSPLIT " ns >&-");
	ok(res.status == 1 && said("cannot write the output"),
	   "and a closed stdout");
}

static void unsupported(void)
{
	static const char *const commands[] = {
		"ns", "ns -J", "unshare --bpf echo ran",
		"unshare --bpf -rf -- echo ran", "enter 1 echo ran",
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		sh(CAPSPLIT " %s", commands[i]);
		ok(res.status == 3 && said("no BPF namespaces") && !said("ran\n"),
		   "%s is not supported here", commands[i]);
		note("it said", res.out);
	}
}

void guest_ns(void)
{
	sysctl("unprivileged_bpf_disabled", 2);
	if (!patched || access("/proc/self/ns/bpf", F_OK)) {
		unsupported();
		return;
	}
	schema_load("/run/vm/bin/schema.json");
	seen_inside();
	who_makes();
	in_user_namespace();
	bound();
	entered_and_listed();
	hostile();
	sh("umount " THERE " && rm " THERE);
	exits(0, "the namespace is let go by unmounting the file");
}

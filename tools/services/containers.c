// SPDX-License-Identifier: GPL-2.0
/*
 * crun, which takes the capabilities' names from libcap, so from ours.  The
 * root file system is the image's own, read-only, and processes and network
 * are the host's, as in a pod with hostPID: tracing shows the host's anyway.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services.h"

#define BUNDLE	"/run/bundle"
/* A BPF file system, and where the container has it */
#define PINS	"/run/pins"
#define MNT	"/mnt"
#define CAPSPLIT "/run/vm/bin/capsplit"

#define PAIR	"\"CAP_BPF\", \"CAP_TRACING\""

struct oci {
	const char *caps;	/* of the sets that a runtime's user asks for */
	bool ambient;		/* inheritable and ambient, too */
	bool user_ns;
	bool no_new_privs;
	bool bpf_ns;		/* crun is started in a BPF namespace */
	int uid;
};

static const char config[] =
"{ \"ociVersion\": \"1.0.2\",\n"
"  \"root\": { \"path\": \"rootfs\", \"readonly\": true },\n"
"  \"process\": {\n"
"    \"user\": { \"uid\": %d, \"gid\": %d }, \"cwd\": \"/\",\n"
"    \"args\": [ \"sh\", \"-c\", \"%s\" ],\n"
"    \"env\": [ \"PATH=/usr/sbin:/usr/bin\", \"LC_ALL=C.UTF-8\" ],\n"
"    \"noNewPrivileges\": %s,\n"
"    \"capabilities\": {\n"
"      \"bounding\": [ %s ], \"effective\": [ %s ], \"permitted\": [ %s ],\n"
"      \"inheritable\": [ %s ], \"ambient\": [ %s ] } },\n"
"  \"mounts\": [\n"
"    { \"destination\": \"/proc\", \"type\": \"none\", \"source\": \"/proc\",\n"
"      \"options\": [ \"rbind\" ] },\n"
"    { \"destination\": \"/dev\", \"type\": \"tmpfs\", \"source\": \"tmpfs\",\n"
"      \"options\": [ \"nosuid\", \"mode=755\" ] },\n"
"    { \"destination\": \"/sys\", \"type\": \"none\", \"source\": \"/sys\",\n"
"      \"options\": [ \"rbind\", \"ro\", \"nosuid\", \"nodev\", \"noexec\" ] },\n"
"    { \"destination\": \"/sys/kernel/tracing\", \"type\": \"none\",\n"
"      \"source\": \"/sys/kernel/tracing\",\n"
"      \"options\": [ \"rbind\", \"rw\", \"nosuid\", \"nodev\", \"noexec\" ] },\n"
"    { \"destination\": \"" MNT "\", \"type\": \"none\",\n"
"      \"source\": \"" PINS "\", \"options\": [ \"rbind\", \"rw\" ] },\n"
"    { \"destination\": \"/run/vm/bin\", \"type\": \"none\",\n"
"      \"source\": \"/run/vm/bin\", \"options\": [ \"rbind\", \"ro\" ] } ],\n"
"  \"linux\": {\n"
"    \"namespaces\": [ { \"type\": \"mount\" }, { \"type\": \"uts\" },\n"
"                    { \"type\": \"ipc\" }%s ]%s } }\n";

static const char user_mappings[] =
",\n    \"uidMappings\": [ { \"containerID\": 0, \"hostID\": 100000, \"size\": 65536 } ],\n"
"    \"gidMappings\": [ { \"containerID\": 0, \"hostID\": 100000, \"size\": 65536 } ]";

static void configure(const struct oci *o, const char *command)
{
	const char *kept = o->ambient ? o->caps : "";
	char *text = path_of(config, o->uid, o->uid, command,
			     o->no_new_privs ? "true" : "false", o->caps,
			     o->caps, o->caps, kept, kept,
			     o->user_ns ? ", { \"type\": \"user\" }" : "",
			     o->user_ns ? user_mappings : "");

	write_file(BUNDLE "/config.json", text);
	free(text);
}

static int contained(const struct oci *o, const char *command)
{
	configure(o, command);
	if (o->bpf_ns)
		return run(CAPSPLIT, "unshare", "--bpf", "--", "crun",
			   "--cgroup-manager=disabled", "run", "--bundle",
			   BUNDLE, "observer", NULL);
	return run("crun", "--cgroup-manager=disabled", "run", "--bundle",
		   BUNDLE, "observer", NULL);
}

static void by_hand(void)
{
	static const char tool[] = "opensnoop-libbpf -d 1 && echo it-traced";
	/* It asks for uid 0; what opens files and loads programs is uid 1000 */
	static const char bpftrace[] =
		"fakeroot bpftrace -e 'kprobe:vfs_open { @seen = count(); exit(); }'";
	struct oci o = { .caps = PAIR, .ambient = true, .uid = ALICE,
			 .no_new_privs = true };

	ok(!contained(&o, probe_command), "CAP_TRACING in all five sets: starts");
	note("it said", res.out);
	is_observer("CAP_TRACING in all five sets");
	contained(&o, tool);
	ok(said("it-traced\n") && said("COMM"), "... and opensnoop works");
	note("it said", res.out);
	ok(!contained(&o, bpftrace) && said("@seen: "), "... and bpftrace works");
	note("it said", res.out);
	o.caps = "\"CAP_BPF\", \"41\"";
	contained(&o, probe_command);
	is_observer("41 in place of the name");

	o.caps = PAIR ", \"CAP_NOSUCH\"";
	ok(!contained(&o, probe_command) && status_line("CapEff", MASK_TEXT) &&
	   !said("CAP_NOSUCH"), "TRAP: a name that crun does not know is dropped, without a word");
	note("it said", res.out);
	o.caps = "";
	contained(&o, probe_command);
	is_nobody("no capabilities");
	contained(&o, tool);
	ok(!said("it-traced\n") && *res.out, "... and opensnoop does not work");
	note("it said", res.out);
	ok(contained(&o, bpftrace) && !said("@seen: ") && *res.out,
	   "... and bpftrace does not work");
	note("it said", res.out);

	o.caps = PAIR;
	o.user_ns = true;
	contained(&o, probe_command);
	ok(status_line("CapEff", MASK_TEXT) && !may("open-tracefs") &&
	   !may("write-tracefs") && !may("load-bpf") && !may("perf-all") &&
	   !may("symbols") && said("symbols: E"),
	   "in a user namespace it holds both, and nothing is open");
	note("it said", res.out);
	contained(&o, tool);
	ok(!said("it-traced\n") && *res.out, "... and opensnoop does not work");
	note("it said", res.out);
	ok(contained(&o, bpftrace) && !said("@seen: ") && *res.out,
	   "... and bpftrace does not work");
	note("it said", res.out);

	/* Files of tracefs are root's own: it opens them without a capability */
	o.user_ns = false;
	o.uid = 0;
	contained(&o, probe_command);
	ok(status_line("CapEff", MASK_TEXT) && may("open-tracefs") &&
	   may("chmod-tracefs"),
	   "TRAP: root with only these two owns tracefs, so is no observer");
	note("it said", res.out);
}

/* No inheritable and no ambient set: so it is with containerd and CRI-O */
static void as_from_a_pod(void)
{
	static const char tool[] = "/opt/capsplit/bin/cat /proc/self/status";
	struct oci o = { .caps = PAIR, .uid = ALICE };

	ok(!contained(&o, probe_command) && status_line("CapBnd", MASK_TEXT),
	   "a pod's: capabilities.add bounds the container");
	note("it said", res.out);
	is_nobody("TRAP: a pod's user other than root");
	contained(&o, tool);
	ok(status_line("CapEff", MASK_TEXT),
	   "a pod's: file capabilities in its image give both");
	note("it said", res.out);
	contained(&o, "/opt/capsplit/bin/trace-cmd start -d -e sched_switch && echo it-traced");
	ok(said("it-traced\n"), "a pod's: trace-cmd with them works");
	note("it said", res.out);
	o.no_new_privs = true;
	contained(&o, tool);
	ok(status_line("CapEff", NONE),
	   "TRAP: not with allowPrivilegeEscalation: false");
	note("it said", res.out);
}

/* Debian's own bpftool.  A program that is loaded has a link, too */
#define MAKE_MAP(name)	"bpftool map create " MNT "/" name " type array key 4 value 4 entries 1 name " name
#define LOAD(path)	"bpftool prog load /run/vm/bin/raw_tp.bpf.o " path " autoattach"
static const char list[] =
	"bpftool -j map list; bpftool -j prog list; bpftool -j link list";

static void own_objects(struct oci *o)
{
	contained(o, list);
	ok(said("\"hosts\"") && said("raw_tracepoint"),
	   "without a BPF namespace bpftool lists the host's objects");
	note("it said", res.out);
	o->bpf_ns = true;
	contained(o, list);
	ok(said_just("[][][]") || said_just("[]\n[]\n[]\n"),
	   "in a BPF namespace, none");
	note("it said", res.out);
	contained(o, probe_command);
	is_observer("in a BPF namespace");
	ok(!contained(o, MAKE_MAP("ours") " && bpftool -j map list") &&
	   said("\"id\":1,") && said("\"ours\"") && !said("\"hosts\""),
	   "... bpftool lists the container's own map, as number 1");
	note("it said", res.out);
	ok(!contained(o, LOAD(MNT "/prog") " && bpftool prog list | grep -c raw_tracepoint; "
			 "bpftool link list | grep -c raw_tracepoint; rm " MNT "/prog") &&
	   said("1\n1\n"), "... and of programs and links its own alone");
	note("it said", res.out);
	ok(contained(o, "bpftool map show pinned " MNT "/hosts") && *res.out,
	   "... and gets nowhere by a file that the host's is pinned to");
	note("it said", res.out);
	run("bpftool", "map", "list", NULL);
	ok(said("hosts") && said("ours"), "... the host sees both");
	note("it said", res.out);
	contained(o, "bpftool map list");
	ok(!said("ours") && !said("hosts"), "... another container neither");
	note("it said", res.out);
	o->caps = "\"CAP_TRACING\"";
	ok(contained(o, "bpftool map list") && *res.out,
	   "without CAP_BPF a BPF namespace opens nothing");
	note("it said", res.out);
	o->caps = PAIR;
}

/* Somebody who comes later is where the one is that lets him in */
static void later(struct oci *o)
{
	configure(o, MAKE_MAP("later") " && exec sleep 1000");
	run("sh", "-c", CAPSPLIT " unshare --bpf -- crun --cgroup-manager=disabled run --detach --bundle " BUNDLE
	    " observer </dev/null >/dev/null 2>&1 && for i in $(seq 300); do [ -e " PINS "/later ] && exit; sleep 0.1; done; exit 1", NULL);
	exits(0, "a container runs in a BPF namespace, detached");
	run("crun", "exec", "observer", "bpftool", "-j", "map", "list", NULL);
	ok(said("\"hosts\""), "TRAP: crun exec alone comes with the namespace of whoever calls it");
	note("it said", res.out);
	run(CAPSPLIT, "unshare", "--bpf", "--", "crun", "exec", "observer",
	    "bpftool", "-j", "map", "list", NULL);
	ok(!res.status && !said("\"later\"") && !said("\"hosts\""),
	   "TRAP: and in a new one it sees neither");
	note("it said", res.out);
	run("sh", "-c", CAPSPLIT " enter $(crun state observer | sed -n 's/.*\"pid\": *\\([0-9]*\\).*/\\1/p') -- crun exec observer bpftool -j map list", NULL);
	ok(!res.status && said("\"later\"") && !said("\"hosts\"") &&
	   said("\"id\":1,"), "crun exec from there sees what the container sees");
	note("it said", res.out);
	run(CAPSPLIT, "ns", NULL);
	ok(!res.status && said("sleep"), "capsplit ns lists its namespace on the host");
	note("it said", res.out);
	run("crun", "delete", "--force", "observer", NULL);
	exits(0, "it can be ended");
}

static void bpf_namespaces(void)
{
	struct oci o = { .caps = PAIR, .ambient = true, .uid = ALICE,
			 .no_new_privs = true };

	if (access("/proc/self/ns/bpf", F_OK)) {
		o.bpf_ns = true;
		ok(contained(&o, "echo ran") == 3 && !said("ran\n"),
		   "without BPF namespaces no container is started in one");
		note("it said", res.out);
		return;
	}
	run("sh", "-c", "bpftool map create " PINS "/hosts type array key 4 value 4 entries 1 name hosts && chmod 0666 " PINS "/hosts && "
	    LOAD(PINS "/hosts-prog"), NULL);
	exits(0, "the host has a map and a program");
	own_objects(&o);
	later(&o);
}

void containers(void)
{
	version = "containers";
	run("sh", "-c", "mkdir -p " BUNDLE "/rootfs && mount --bind / " BUNDLE
	    "/rootfs && mkdir -p " PINS " && mount -t bpf -o uid=1000,mode=0700 bpf " PINS,
	    NULL);
	exits(0, "there are a root file system and one for pins");
	by_hand();
	as_from_a_pod();
	bpf_namespaces();
	run("sh", "-c", "trace-cmd reset; umount " BUNDLE "/rootfs " PINS, NULL);
}

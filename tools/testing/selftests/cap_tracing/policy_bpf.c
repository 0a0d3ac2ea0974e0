// SPDX-License-Identifier: GPL-2.0
/*
 * bpf(2).  CAP_SYS_ADMIN implies the others there.  CAP_TRACING counts only
 * beside CAP_BPF, for what looks; what decides stays with CAP_PERFMON.
 */
#include <errno.h>

#include "policy.h"

#define UNPRIV	{ "unpriv==0|B|A", EPERM, "unprivileged BPF is switched off" }
#define BPF	{ "B|A", EPERM, "CAP_BPF" }
#define NET	{ "N|A", EPERM, "networking is CAP_NET_ADMIN's" }
#define LOOKS	{ "P|A|T", EPERM, "a tracing program" }
#define DECIDES(why)	{ "P|A", EPERM, why }
#define ADMIN(why)	{ "A", EPERM, why }

static const struct policy_op map_ops[] = {
	{ "bpf.map.array", "make an array", { UNPRIV } },
	{ "bpf.map.hash", "make a hash table", { UNPRIV } },
	{ "bpf.map.percpu_array", "make a per-CPU array", { UNPRIV } },
	{ "bpf.map.prog_array", "make an array of programs", { UNPRIV } },
	{ "bpf.map.perf_event_array", "make an array of perf events",
		{ UNPRIV } },
	{ "bpf.map.cgroup_array", "make an array of control groups",
		{ UNPRIV } },
	{ "bpf.map.ringbuf", "make a ring buffer", { UNPRIV } },
	{ "bpf.map.zero_seed", "make a hash table with a known seed",
		{ ADMIN("predictable hashes invite denial of service"),
		  UNPRIV } },
	{ "bpf.map.lru_hash", "make an LRU hash table", { BPF } },
	{ "bpf.map.stack_trace", "make a map of stack traces", { BPF } },
	{ "bpf.map.lpm_trie", "make a longest-prefix map", { BPF } },
	{ "bpf.map.queue", "make a queue", { BPF } },
	{ "bpf.map.stack", "make a stack", { BPF } },
	{ "bpf.map.bloom", "make a bloom filter", { BPF } },
	{ "bpf.map.cpumap", "make a map of CPUs", { BPF } },
	{ "bpf.map.sockarray", "make an array of sockets", { BPF } },
	{ "bpf.map.arena", "make an arena", { BPF } },
	{ "bpf.map.devmap", "make a map of devices", { UNPRIV, NET } },
	{ "bpf.map.xskmap", "make a map of AF_XDP sockets", { UNPRIV, NET } },
	{ "bpf.map.sockmap", "make a map of sockets", { UNPRIV, NET } },
	{ "bpf.btf.load", "load type information", { BPF } },
	{ "bpf.token.create", "make a token in the initial user namespace",
		{ { "init", EPERM, "bpffs is the initial user namespace's" },
		  { "B", EPERM, "CAP_BPF, nothing else" },
		  { "never", EOPNOTSUPP, "tokens are for user namespaces" } } },
};

const struct policy_area policy_bpf_map = {
	"bpf.map", "bpf(2): maps, type information, tokens", map_ops,
	ARRAY_SIZE(map_ops),
};

static const struct policy_op prog_ops[] = {
	{ "bpf.prog.socket_filter", "load a socket filter", { UNPRIV } },
	{ "bpf.prog.cgroup_skb", "load a cgroup packet filter", { UNPRIV } },
	{ "bpf.prog.sk_reuseport", "load a SK_REUSEPORT program", { BPF } },
	{ "bpf.prog.sk_lookup", "load a SK_LOOKUP program", { BPF } },
	{ "bpf.prog.syscall", "load a SYSCALL program", { BPF } },
	{ "bpf.prog.sched_cls", "load a traffic classifier", { BPF, NET } },
	{ "bpf.prog.sched_act", "load a traffic action", { BPF, NET } },
	{ "bpf.prog.xdp", "load an XDP program", { BPF, NET } },
	{ "bpf.prog.lwt_in", "load an LWT_IN program", { BPF, NET } },
	{ "bpf.prog.lwt_xmit", "load an LWT_XMIT program", { BPF, NET } },
	{ "bpf.prog.sk_skb", "load a SK_SKB program", { BPF, NET } },
	{ "bpf.prog.sk_msg", "load a SK_MSG program", { BPF, NET } },
	{ "bpf.prog.flow_dissector", "load a flow dissector", { BPF, NET } },
	{ "bpf.prog.sock_ops", "load a SOCK_OPS program", { BPF, NET } },
	{ "bpf.prog.cgroup_device", "load a cgroup device filter",
		{ BPF, NET } },
	{ "bpf.prog.cgroup_sock", "load a CGROUP_SOCK program", { BPF, NET } },
	{ "bpf.prog.cgroup_sock_addr", "load a CGROUP_SOCK_ADDR program",
		{ BPF, NET } },
	{ "bpf.prog.cgroup_sockopt", "load a CGROUP_SOCKOPT program",
		{ BPF, NET } },
	{ "bpf.prog.cgroup_sysctl", "load a CGROUP_SYSCTL program",
		{ BPF, NET } },
	{ "bpf.prog.kprobe", "load a kprobe program", { BPF, LOOKS } },
	{ "bpf.prog.kprobe_multi", "load a kprobe_multi program",
		{ BPF, LOOKS } },
	{ "bpf.prog.tracepoint", "load a tracepoint program", { BPF, LOOKS } },
	{ "bpf.prog.perf_event", "load a perf event program", { BPF, LOOKS } },
	{ "bpf.prog.raw_tracepoint", "load a raw tracepoint program",
		{ BPF, LOOKS } },
	{ "bpf.prog.fentry", "load a TRACING fentry program", { BPF, LOOKS } },
	{ "bpf.prog.fexit", "load a TRACING fexit program", { BPF, LOOKS } },
	{ "bpf.prog.tp_btf", "load a TRACING tp_btf program", { BPF, LOOKS } },
	{ "bpf.prog.iter", "load a TRACING iterator", { BPF, LOOKS } },
	{ "bpf.prog.fmod_ret", "load a TRACING fmod_ret program",
		{ BPF, DECIDES("it replaces return values") } },
	{ "bpf.prog.raw_tp_writable", "load a writable raw tracepoint program",
		{ BPF, DECIDES("it writes what the kernel reads") } },
	{ "bpf.prog.lsm", "load an LSM program",
		{ BPF, DECIDES("it decides") } },
	{ "bpf.prog.struct_ops", "load a STRUCT_OPS program",
		{ BPF, DECIDES("it is a part of the kernel") } },
	{ "bpf.prog.ext", "load a program that replaces a function",
		{ BPF, NET, DECIDES("it changes another program") } },
};

const struct policy_area policy_bpf_prog = {
	"bpf.prog", "bpf(2): program types", prog_ops,
	ARRAY_SIZE(prog_ops),
};

#define RELAX	{ "P|A|B&T", EACCES, "kernel pointers and stale memory" }
#define HAS_BPF	{ "B|A", EINVAL, "CAP_BPF" }
#define HAS_LOOK { "P|A|T", EINVAL, "reads kernel memory" }

static const struct policy_op helper_ops[] = {
	{ "bpf.verifier.leak", "return a pointer from a socket filter",
		{ UNPRIV, RELAX } },
	{ "bpf.verifier.compare", "compare pointers in a socket filter",
		{ UNPRIV, RELAX } },
	{ "bpf.verifier.uninit_stack", "read uninitialised stack",
		{ UNPRIV, RELAX } },
	{ "bpf.helper.filter.jiffies", "bpf_jiffies64 in a socket filter",
		{ UNPRIV, HAS_BPF } },
	{ "bpf.helper.filter.printk", "bpf_trace_printk in a socket filter",
		{ UNPRIV, HAS_BPF, HAS_LOOK } },
	{ "bpf.helper.filter.read", "bpf_probe_read_kernel in a socket filter",
		{ UNPRIV, HAS_BPF, HAS_LOOK } },
	{ "bpf.helper.xdp.read", "bpf_probe_read_kernel in an XDP program",
		{ BPF, NET, HAS_LOOK } },
	{ "bpf.helper.kprobe.read", "bpf_probe_read_kernel in a kprobe program",
		{ BPF, LOOKS } },
	{ "bpf.helper.kprobe.printk", "bpf_trace_printk in a kprobe program",
		{ BPF, LOOKS } },
	{ "bpf.helper.syscall.read",
		"bpf_probe_read_kernel in a SYSCALL program",
		{ BPF, { "!patched|P|A|T", EINVAL, "reads kernel memory" } } },
	{ "bpf.helper.syscall.sys_bpf", "bpf_sys_bpf in a SYSCALL program",
		{ BPF, { "!T|P|A", EPERM, "acts with its runner's rights" },
		  { "P|A", EINVAL, "acts with its runner's rights" } } },
	{ "bpf.helper.syscall.sys_close", "bpf_sys_close in a SYSCALL program",
		{ BPF, { "!T|P|A", EPERM, "acts on its runner's descriptors" } } },
	{ "bpf.helper.syscall.send_signal",
		"bpf_send_signal in a SYSCALL program",
		{ BPF, { "!patched|P|A|T", EINVAL, "a tracing helper" },
		  { "!patched|P|A", EPERM, "it signals a task" } } },
	{ "bpf.helper.kprobe.send_signal", "bpf_send_signal in a kprobe program",
		{ BPF, LOOKS, DECIDES("it signals a task") } },
	{ "bpf.helper.kprobe.send_signal_thread",
		"bpf_send_signal_thread in a kprobe program",
		{ BPF, LOOKS, DECIDES("it signals a task") } },
	{ "bpf.helper.raw_tp.send_signal",
		"bpf_send_signal in a raw tracepoint program",
		{ BPF, LOOKS, DECIDES("it signals a task") } },
	{ "bpf.helper.kprobe.override", "bpf_override_return in a kprobe program",
		{ BPF, LOOKS, DECIDES("it replaces a result") } },
	{ "bpf.helper.kprobe.write_user",
		"bpf_probe_write_user in a kprobe program",
		{ BPF, LOOKS,
		  { "A|P", EPERM, "it writes a task's memory" },
		  { "A", EINVAL, "CAP_SYS_ADMIN" } } },
	{ "bpf.helper.iter.copy_from_user",
		"bpf_copy_from_user in a sleepable iterator",
		{ BPF, LOOKS, DECIDES("it may stall on a withheld page") } },
	{ "bpf.helper.iter.setsockopt", "bpf_setsockopt in an iterator",
		{ BPF, LOOKS, DECIDES("it reconfigures any socket") } },
	{ "bpf.kfunc.sock_destroy", "bpf_sock_destroy in an iterator",
		{ BPF, LOOKS, DECIDES("it closes any socket") } },
	{ "bpf.kfunc.rcu", "bpf_rcu_read_lock in a tp_btf program",
		{ BPF, LOOKS } },
};

const struct policy_area policy_bpf_helper = {
	"bpf.helper", "bpf(2): what a program may do", helper_ops,
	ARRAY_SIZE(helper_ops),
};

/* CAP_BPF sees its own, with CAP_TRACING the rest, too, to inspect it */
#define IDS	{ "A|patched&B", EPERM, "ids are CAP_SYS_ADMIN's or CAP_BPF's" }
#define ALL_IDS	{ "!patched|A|T", ENOENT, "others' objects are not seen" }

static const struct policy_op attach_ops[] = {
	{ "bpf.attach.raw_tracepoint", "attach root's program to a tracepoint",
		{ { 0 } } },
	{ "bpf.attach.kprobe_multi", "link root's program to kernel functions",
		{ { 0 } } },
	{ "bpf.attach.uprobe_multi", "link root's program to user functions",
		{ { 0 } } },
	{ "bpf.attach.uprobe_multi.own",
		"link an own program to user functions, at proved sites",
		{ BPF, LOOKS } },
	{ "bpf.attach.cgroup_skb", "attach root's program to a control group",
		{ { "N|A", EINVAL, "networking is CAP_NET_ADMIN's" } } },
	{ "bpf.detach.cgroup_device",
		"detach the program of root's descriptor from a control group",
		{ { 0 } } },
	{ "bpf.detach.cgroup_device.unseen",
		"detach root's program from a control group, without it",
		{ { "!patched|N|A", EPERM, "another's program" } } },
	{ "bpf.query.cgroup", "list the programs of a control group", { NET } },
	{ "bpf.next_id.prog", "list root's programs", { IDS, ALL_IDS } },
	{ "bpf.next_id.map", "list root's maps", { IDS, ALL_IDS } },
	{ "bpf.next_id.btf", "list the kernel's type information", { IDS } },
	{ "bpf.next_id.link", "list root's links", { IDS, ALL_IDS } },
	{ "bpf.by_id.prog", "open root's program by id", { IDS, ALL_IDS } },
	{ "bpf.by_id.map", "open root's map by id", { IDS, ALL_IDS } },
	{ "bpf.by_id.btf", "open root's type information by id",
		{ IDS, ALL_IDS } },
	{ "bpf.by_id.link", "open root's link by id", { IDS, ALL_IDS } },
	{ "bpf.info.xlated", "dump the program behind root's descriptor",
		{ BPF } },
	{ "bpf.task_fd_query", "ask what a task's descriptor traces",
		{ { "A|B&T", EPERM, "other tasks' descriptors" } } },
	{ "bpf.enable_stats", "count the run time of programs",
		{ { "A|B&T", EPERM, "counts every program" } } },
};

const struct policy_area policy_bpf_attach = {
	"bpf.attach", "bpf(2): attaching and listing", attach_ops,
	ARRAY_SIZE(attach_ops),
};

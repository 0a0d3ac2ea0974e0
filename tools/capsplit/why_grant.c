// SPDX-License-Identifier: GPL-2.0
/*
 * From a refused system call to an operation of the policy table, and from
 * there to the least that would have allowed it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <linux/perf_event.h>

#include "grant.h"
#include "why.h"

#define TRACEFS		"/sys/kernel/tracing"
#define MAX_OPS		4

/* The operations that a call stands for; all must be allowed */
struct ops {
	const char *id[MAX_OPS];
	size_t nr;
};

static void add(struct ops *o, const char *id)
{
	if (o->nr < MAX_OPS)
		o->id[o->nr++] = id;
}

/* Bits of perf_event_attr's flags */
enum { EXCLUDE_KERNEL = 1 << 5, NAMESPACES = 1 << 28 };
#define SIGTRAP_BIT	(1ULL << 37)

static bool is_pmu(const char *name, uint64_t type)
{
	char *path = format("/sys/bus/event_source/devices/%s/type", name);
	FILE *f = fopen(path, "re");
	unsigned long long is = ~0ULL;
	bool same = f && fscanf(f, "%llu", &is) == 1 && is == type;

	if (f)
		fclose(f);
	free(path);
	return same;
}

static void perf_ops(const struct why_key *k, struct ops *o)
{
	bool kernel = !(k->w[3] & EXCLUDE_KERNEL), cpu = k->w[4] == (2 | 4);

	if (k->w[5] & PERF_FLAG_PID_CGROUP)
		add(o, "perf.cgroup");
	else if (is_pmu("kprobe", k->w[0]))
		add(o, "perf.kprobe");
	else if (is_pmu("uprobe", k->w[0]))
		add(o, "perf.uprobe");
	else if (k->w[0] == PERF_TYPE_BREAKPOINT)
		add(o, kernel ? "perf.breakpoint.kernel" :
				"perf.breakpoint.user");
	else if (k->w[0] == PERF_TYPE_TRACEPOINT &&
		 k->w[2] & PERF_SAMPLE_RAW)
		add(o, cpu ? "perf.tracepoint.cpu" : "perf.tracepoint.raw");
	else if (cpu)
		add(o, kernel ? "perf.cpu.kernel" : "perf.cpu.user");
	else
		add(o, kernel ? "perf.self.kernel" : "perf.self.user");
	/* It may be the caller's own: who asks for PTRACE knows */
	if ((k->w[4] & 3) == 1 && !cpu && k->denied & CAP_BIT(NR_SYS_PTRACE))
		add(o, k->w[3] & SIGTRAP_BIT ? "perf.other.sigtrap" :
					       "perf.other.user");
	if (k->w[3] & NAMESPACES)
		add(o, "perf.namespaces");
}

/* By the kernel's numbers; those that are not there need no right */
static const char * const map_ops[] = {
	[1] = "hash", "array", "prog_array", "perf_event_array",
	"percpu_array", "percpu_array", "stack_trace", "cgroup_array",
	"lru_hash", "lru_hash", "lpm_trie", "array", "array", "devmap",
	"sockmap", "cpumap", "xskmap", "sockmap", "array", "sockarray",
	"array", "queue", "stack", "array", "devmap", "btf.load", "ringbuf",
	"array", "array", "bloom", "ringbuf", "array", "arena",
};

static const char * const prog_ops[] = {
	[1] = "socket_filter", "kprobe", "sched_cls", "sched_act",
	"tracepoint", "xdp", "perf_event", "cgroup_skb", "cgroup_sock",
	"lwt_in", "lwt_in", "lwt_xmit", "sock_ops", "sk_skb", "cgroup_device",
	"sk_msg", "raw_tracepoint", "cgroup_sock_addr", "lwt_in", "", "",
	"flow_dissector", "cgroup_sysctl", "raw_tp_writable",
	"cgroup_sockopt", "tp_btf", "struct_ops", "ext", "lsm", "sk_lookup",
	"syscall",
};

enum {
	MAP_CREATE = 0, PROG_LOAD = 5, PROG_ATTACH = 8, PROG_DETACH = 9,
	PROG_NEXT = 11, MAP_NEXT = 12, PROG_BY_ID = 13, MAP_BY_ID = 14,
	PROG_QUERY = 16, BTF_LOAD = 18, BTF_BY_ID = 19, TASK_FD_QUERY = 20,
	BTF_NEXT = 23, LINK_CREATE = 28, LINK_BY_ID = 30, LINK_NEXT = 31,
	ENABLE_STATS = 32, TOKEN_CREATE = 36,
	/* program types and attach types */
	TRACING = 26, MODIFY_RETURN = 26,
};

static void prog_load_ops(const struct why_key *k, struct ops *o)
{
	static char id[64];
	uint64_t type = k->w[1];

	if (type >= ARRAY_SIZE(prog_ops) || !prog_ops[type] || !*prog_ops[type])
		return;
	if (type == TRACING && k->w[2] == MODIFY_RETURN)
		snprintf(id, sizeof(id), "bpf.prog.fmod_ret");
	else
		snprintf(id, sizeof(id), "bpf.prog.%s", prog_ops[type]);
	add(o, id);
	/* The type was accepted: the verifier wants more for what it does */
	if (k->err == EACCES)
		add(o, "bpf.verifier.leak");
	else if (k->err == EINVAL)
		add(o, "bpf.helper.filter.read");
}

static void bpf_ops(const struct why_key *k, struct ops *o)
{
	static const struct {
		unsigned int cmd;
		const char *id;
	} simple[] = {
		{ PROG_ATTACH, "bpf.attach.cgroup_skb" },
		{ PROG_DETACH, "bpf.detach.cgroup_device.unseen" },
		{ PROG_NEXT, "bpf.next_id.prog" },
		{ MAP_NEXT, "bpf.next_id.map" },
		{ PROG_BY_ID, "bpf.by_id.prog" },
		{ MAP_BY_ID, "bpf.by_id.map" },
		{ PROG_QUERY, "bpf.query.cgroup" },
		{ BTF_LOAD, "bpf.btf.load" },
		{ BTF_BY_ID, "bpf.next_id.btf" },
		{ TASK_FD_QUERY, "bpf.task_fd_query" },
		{ BTF_NEXT, "bpf.next_id.btf" },
		{ LINK_BY_ID, "bpf.by_id.link" },
		{ LINK_NEXT, "bpf.next_id.link" },
		{ ENABLE_STATS, "bpf.enable_stats" },
		{ TOKEN_CREATE, "bpf.token.create" },
	};
	static char id[64];
	size_t i;

	if (k->w[0] == PROG_LOAD)
		prog_load_ops(k, o);
	if (k->w[0] == MAP_CREATE && k->w[1] < ARRAY_SIZE(map_ops) &&
	    map_ops[k->w[1]]) {
		snprintf(id, sizeof(id), strchr(map_ops[k->w[1]], '.') ?
			 "bpf.%s" : "bpf.map.%s", map_ops[k->w[1]]);
		add(o, id);
	}
	for (i = 0; i < ARRAY_SIZE(simple); i++) {
		if (k->w[0] == simple[i].cmd)
			add(o, simple[i].id);
	}
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* What CAP_TRACING alone does not open, by the file or what is done to it */
static void tracefs_ops(const struct why_refusal *r, const char *call,
			struct ops *o)
{
	static const struct {
		const char *part, *id;
	} disturbing[] = {
		{ "/inject", "tracefs.events.inject" },
		{ "/osnoise/", "tracefs.osnoise.options" },
		{ "/hwlat_detector/", "tracefs.hwlat.width" },
		{ "/rv/", "tracefs.rv.enabled" },
		{ "/uprobe_events", "tracefs.uprobe_events" },
		{ "/dynamic_events", "tracefs.dynamic_events.uprobe" },
		{ "/current_tracer", "tracefs.tracer.hwlat" },
		{ "/set_ftrace_filter", "tracefs.command.dump" },
		{ "/user_events_data", "tracefs.user_event.persist" },
	};
	size_t i;

	if (r->e.key.err == EACCES || !r->e.key.err) {
		add(o, "tracefs.list");
		return;
	}
	if (strstr(call, "chmod"))
		add(o, "tracefs.chmod");
	else if (strstr(call, "chown"))
		add(o, "tracefs.chown");
	else if (strstr(call, "mkdir"))
		add(o, "tracefs.mkdir");
	else if (!strcmp(call, "rmdir") || !strcmp(call, "unlinkat"))
		add(o, "tracefs.instances.busy");
	for (i = 0; !o->nr && i < ARRAY_SIZE(disturbing); i++) {
		if (strstr(r->object, disturbing[i].part))
			add(o, disturbing[i].id);
	}
}

static void find_ops(const struct why_refusal *r, struct ops *o)
{
	const struct why_key *k = &r->e.key;
	const char *call = why_call(k->nr);
	const char *path = r->object ? r->object : "";
	bool tracefs;

	if (k->flags & WHY_UNSEEN)
		return;
	if (!strcmp(call, "perf_event_open"))
		perf_ops(k, o);
	if (!strcmp(call, "bpf"))
		bpf_ops(k, o);
	tracefs = !strncmp(path, TRACEFS, strlen(TRACEFS)) ||
		  k->w[0] == TRACEFS_MAGIC;
	if (tracefs && strcmp(call, "bpf") && strcmp(call, "perf_event_open"))
		tracefs_ops(r, call, o);
	else if (!k->err && (ends_with(path, "/kallsyms") ||
			     !strcmp(path, "/proc/modules")))
		add(o, "kallsyms.values");
	else if (!k->err)
		return;
	else if (!strcmp(call, "syslog"))
		add(o, "other.syslog");
}

/* Any capability by what else it opens; those of the table as grant.c has it */
static unsigned int weight_of(int cap)
{
	unsigned int subset = grant_subset(CAP_BIT(cap));

	if (subset)
		return grant_weight(subset);
	return cap == NR_DAC_READ_SEARCH ? 100 : 200;
}

/* No operation stands for it: the lightest of what the kernel asked for */
static void by_asking(const struct why *w, struct why_refusal *r)
{
	uint64_t asked = r->e.key.denied;
	int cap, best = -1;

	for (cap = 0; cap < 64; cap++) {
		if (!(asked & CAP_BIT(cap)) ||
		    (cap == NR_TRACING && !w->kernel.tracing))
			continue;
		if (best < 0 || weight_of(cap) < weight_of(best))
			best = cap;
	}
	r->grantable = best >= 0;
	r->least = best >= 0 ? CAP_BIT(best) : 0;
	r->kind = best < 0 ? WHY_NOTHING :
		  CAP_BIT(best) & (CAP_BIT(NR_TRACING) | CAP_BIT(NR_BPF) |
				   CAP_BIT(NR_PERFMON)) ? WHY_TRACING :
		  WHY_OTHER;
}

static void give_hint(const struct why *w, struct why_refusal *r)
{
	const struct why_key *k = &r->e.key;
	const char *path = r->object ? r->object : "";

	if (k->flags & WHY_UNSEEN)
		r->hint = "a seccomp filter refused it before the kernel looked";
	else if (k->flags & WHY_CHILD_NS)
		r->hint = "it runs in a child user namespace, where capabilities open nothing of this";
	else if (!strncmp(path, "/sys/kernel/debug/tracing", 25) &&
		 !(k->denied & CAP_BIT(NR_TRACING)))
		r->hint = w->kernel.tracing ?
			"debugfs is in the way: the same is at /sys/kernel/tracing, which cap_tracing opens" :
			"debugfs is in the way: the same is at /sys/kernel/tracing";
	else if (!strncmp(path, "/proc/sys/", 10))
		r->hint = "sysctls are written by root, who owns them";
	else if (r->kind == WHY_NOTHING && k->denied)
		r->hint = "nobody is allowed it here, with whatever capability";
	else if (r->kind == WHY_NOTHING)
		r->hint = "no capability was asked for: file modes, a security module, lockdown, or what the call wants is never allowed";
}

static bool area_is_tracing(const char *id)
{
	return !strncmp(id, "perf.", 5) || !strncmp(id, "tracefs.", 8) ||
	       !strncmp(id, "bpf.", 4);
}

void why_judge(const struct why *w, struct why_refusal *r)
{
	unsigned int known = grant_subset(caps_known()), more, all = 0;
	struct policy_task task = {
		.caps = grant_subset(r->e.effective),
		.init = !(r->e.key.flags & WHY_CHILD_NS),
		.par = w->kernel.par > 3 ? 3 : w->kernel.par,
		.kptr = w->kernel.kptr, .unpriv = w->kernel.unpriv,
		.patched = w->kernel.tracing,
	};
	struct ops o = { .nr = 0 };
	size_t i;

	find_ops(r, &o);
	for (i = 0; i < o.nr; i++) {
		const struct policy_op *op = grant_op(o.id[i]);

		const struct policy_gate *gate;

		gate = op ? policy_stops(op, &task) : NULL;
		if (!gate)
			continue;
		if (!r->op) {
			r->op = op;
			r->why = gate->why;
		}
		r->grantable = grant_least(op, &task, known, &more);
		if (!r->grantable)
			break;
		task.caps |= more;
		all |= more;
	}
	if (!r->op)
		by_asking(w, r);
	else {
		r->least = grant_caps(all);
		r->kind = area_is_tracing(r->op->id) ? WHY_TRACING : WHY_OTHER;
		if (!r->grantable)
			r->kind = WHY_NOTHING;
	}
	if (!r->e.key.err)
		r->kind = WHY_LESS;
	give_hint(w, r);
}

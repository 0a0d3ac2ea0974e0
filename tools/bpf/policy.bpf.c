// SPDX-License-Identifier: GPL-2.0
/*
 * Rules about BPF that no capability can say, by BPF LSM: a user may only look
 * up in a map, and in a cgroup only programs of some types are loaded.
 */
#include <linux/bpf.h>
#include <linux/errno.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "policy.h"

#define FMODE_WRITE	2
#define MAX_LEVELS	32
#define MAX_USED_MAPS	64

/* As much of the kernel's types as is read, at its own offsets: CO-RE */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct bpf_map {
	__u32 id;
};
struct bpf_prog_aux {
	__u32 used_map_cnt;
	struct bpf_map **used_maps;
};
struct bpf_prog {
	enum bpf_prog_type type;
	struct bpf_prog_aux *aux;
};
#pragma clang attribute pop

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, POLICY_RULES);
	__type(key, struct policy_map_key);
	__type(value, struct policy_rule);
} map_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, POLICY_RULES);
	__type(key, __u64);
	__type(value, struct policy_rule);
} cgroup_rules SEC(".maps");

static struct policy_rule *rule_of(__u32 map_id)
{
	struct policy_map_key key = {
		.uid = bpf_get_current_uid_gid(), .map_id = map_id,
	};

	return bpf_map_lookup_elem(&map_rules, &key);
}

static int refuse(struct policy_rule *r)
{
	__sync_fetch_and_add(&r->refused, 1);
	return -EPERM;
}

/* Somebody is to get a descriptor of a map: to write, or to read alone */
SEC("lsm/bpf_map")
int BPF_PROG(policy_map, struct bpf_map *map, unsigned int mode, int ret)
{
	struct policy_rule *r;

	if (ret || !(mode & FMODE_WRITE))
		return ret;
	r = rule_of(map->id);
	return r ? refuse(r) : 0;
}

/*
 * Or one of a program: that would write to its maps, for which a descriptor to
 * read is enough when it is loaded.
 */
SEC("lsm/bpf_prog")
int BPF_PROG(policy_prog, struct bpf_prog *prog, int ret)
{
	struct bpf_map **maps = prog->aux->used_maps, *map;
	__u32 count = prog->aux->used_map_cnt, i;
	struct policy_rule *r;

	for (i = 0; !ret && i < MAX_USED_MAPS && i < count; i++) {
		if (bpf_probe_read_kernel(&map, sizeof(map), maps + i))
			return -EPERM;
		r = rule_of(BPF_CORE_READ(map, id));
		if (r)
			return refuse(r);
	}
	return ret;
}

SEC("lsm/bpf_prog_load")
int BPF_PROG(policy_prog_load, struct bpf_prog *prog, union bpf_attr *attr,
	     void *token, int ret)
{
	__u32 type = prog->type;
	struct policy_rule *r;
	__u64 id;
	int level;

	for (level = 0; !ret && level < MAX_LEVELS; level++) {
		id = bpf_get_current_ancestor_cgroup_id(level);
		if (!id)
			break;
		r = bpf_map_lookup_elem(&cgroup_rules, &id);
		if (r && (type >= 64 || !(r->types & (1ULL << type))))
			return refuse(r);
	}
	return ret;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0
/*
 * The table's operations on maps, type information and tokens.
 */
#define _GNU_SOURCE
#include <string.h>
#include <linux/btf.h>

#include "ops.h"

/* What the project's kernels' headers may lack */
#ifndef BPF_TOKEN_CREATE
#define BPF_TOKEN_CREATE	36
#endif

struct map {
	__u32 type, key, value, entries, flags;
};

static int try_map(const void *arg)
{
	const struct map *m = arg;

	return ops_close(ct_map_create(m->type, m->key, m->value, m->entries,
				       m->flags));
}

/* One integer type */
static const struct {
	struct btf_header header;
	struct btf_type type;
	__u32 bits;
	char strings[8];
} btf_blob = {
	.header = {
		.magic = BTF_MAGIC, .version = BTF_VERSION,
		.hdr_len = sizeof(struct btf_header),
		.type_len = sizeof(struct btf_type) + sizeof(__u32),
		.str_off = sizeof(struct btf_type) + sizeof(__u32),
		.str_len = 8,
	},
	.type = { .name_off = 1, .info = BTF_KIND_INT << 24, .size = 4 },
	.bits = 32,
	.strings = "\0number",
};

int ops_load_btf(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (unsigned long)&btf_blob;
	attr.btf_size = sizeof(btf_blob);
	return ct_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

static int try_btf(const void *arg)
{
	(void)arg;
	return ops_close(ops_load_btf());
}

static int try_token(const void *arg)
{
	__u32 attr[2] = { 0, env.bpffs_fd };	/* flags, bpffs_fd */

	(void)arg;
	return ops_close(ct_bpf(BPF_TOKEN_CREATE, (void *)attr, sizeof(attr)));
}

#define MAP(...)	.attempt = try_map, .arg = &(const struct map){ __VA_ARGS__ }

static const struct op_impl ops[] = {
	{ "bpf.map.array", MAP(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0) },
	{ "bpf.map.hash", MAP(BPF_MAP_TYPE_HASH, 4, 8, 1, 0) },
	{ "bpf.map.percpu_array", MAP(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1, 0) },
	{ "bpf.map.prog_array", MAP(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1, 0) },
	{ "bpf.map.perf_event_array",
		MAP(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1, 0) },
	{ "bpf.map.cgroup_array", MAP(BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1, 0) },
	{ "bpf.map.ringbuf", MAP(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0) },
	{ "bpf.map.zero_seed",
		MAP(BPF_MAP_TYPE_HASH, 4, 8, 1, BPF_F_ZERO_SEED) },
	{ "bpf.map.lru_hash", MAP(BPF_MAP_TYPE_LRU_HASH, 4, 8, 1, 0) },
	{ "bpf.map.stack_trace", MAP(BPF_MAP_TYPE_STACK_TRACE, 4, 8, 1, 0) },
	{ "bpf.map.lpm_trie",
		MAP(BPF_MAP_TYPE_LPM_TRIE, 8, 8, 1, BPF_F_NO_PREALLOC) },
	{ "bpf.map.queue", MAP(BPF_MAP_TYPE_QUEUE, 0, 8, 1, 0) },
	{ "bpf.map.stack", MAP(BPF_MAP_TYPE_STACK, 0, 8, 1, 0) },
	{ "bpf.map.bloom", MAP(BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 1, 0) },
	{ "bpf.map.cpumap", MAP(BPF_MAP_TYPE_CPUMAP, 4, 4, 1, 0) },
	{ "bpf.map.sockarray",
		MAP(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 8, 1, 0) },
	{ "bpf.map.arena", MAP(BPF_MAP_TYPE_ARENA, 0, 0, 1, BPF_F_MMAPABLE) },
	{ "bpf.map.devmap", MAP(BPF_MAP_TYPE_DEVMAP, 4, 4, 1, 0) },
	{ "bpf.map.xskmap", MAP(BPF_MAP_TYPE_XSKMAP, 4, 4, 1, 0) },
	{ "bpf.map.sockmap", MAP(BPF_MAP_TYPE_SOCKMAP, 4, 4, 1, 0) },
	{ "bpf.btf.load", try_btf, NULL },
	{ "bpf.token.create", try_token, NULL },
};

const struct op_group ops_bpf_map = { ops, ARRAY_SIZE(ops) };

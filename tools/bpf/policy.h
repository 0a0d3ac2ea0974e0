/* SPDX-License-Identifier: GPL-2.0 */
/* What the policy in the kernel and its loader share. */
#ifndef BPF_POLICY_H
#define BPF_POLICY_H

#define POLICY_RULES	1024

/* This user may only look up in this map */
struct policy_map_key {
	__u32 uid;		/* the real one */
	__u32 map_id;
};

/* In this cgroup and below, only programs of these types are loaded */
struct policy_rule {
	__u64 types;		/* bit n: enum bpf_prog_type n; of a cgroup */
	__u64 refused;		/* so often */
};

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few words of BPF C that the demo's programs need, so that no libbpf
 * headers have to be installed to build them.
 */
#ifndef CAPSPLIT_DEMO_BPF_H
#define CAPSPLIT_DEMO_BPF_H

#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))

static void *(*lookup)(void *map, const void *key) =
	(void *)BPF_FUNC_map_lookup_elem;
static long (*comm_of_current)(void *buf, __u32 size) =
	(void *)BPF_FUNC_get_current_comm;
static long (*send_signal)(__u32 sig) = (void *)BPF_FUNC_send_signal;

/* One counter, by which the demo sees whether a program really ran. */
struct {
	int (*type)[BPF_MAP_TYPE_ARRAY];
	int (*max_entries)[1];
	__u32 *key;
	__u64 *value;
} hits SEC(".maps");

static inline __attribute__((always_inline)) void count(void)
{
	__u32 zero = 0;
	__u64 *n = lookup(&hits, &zero);

	if (n)
		__sync_fetch_and_add(n, 1);
}

char _license[] SEC("license") = "GPL";

#endif

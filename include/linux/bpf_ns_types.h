/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What others keep about BPF namespaces: nothing at all without CONFIG_BPF_NS,
 * in the manner of possible_net_t.
 */
#ifndef _LINUX_BPF_NS_TYPES_H
#define _LINUX_BPF_NS_TYPES_H

struct bpf_namespace;
struct bpf_ns_ids;

/**
 * struct bpf_ns_ref - an object's place in BPF namespaces
 * @ids: its numbers in them; %NULL in the initial one alone, where its number
 *	is its id
 */
struct bpf_ns_ref {
#ifdef CONFIG_BPF_NS
	struct bpf_ns_ids __rcu *ids;
#endif
};

/**
 * struct bpf_ns_viewer - for whom something will show numbers later on
 * @ns: the namespace, which it holds
 */
struct bpf_ns_viewer {
#ifdef CONFIG_BPF_NS
	struct bpf_namespace *ns;
#endif
};

#endif /* _LINUX_BPF_NS_TYPES_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What others keep about BPF namespaces: nothing at all without CONFIG_BPF_NS,
 * in the manner of possible_net_t.
 */
#ifndef _LINUX_BPF_NS_TYPES_H
#define _LINUX_BPF_NS_TYPES_H

#include <linux/rbtree_types.h>
#include <linux/types.h>

struct bpf_namespace;
struct bpf_ns_above;

/**
 * struct bpf_ns_number - the number that an object has in a BPF namespace
 * @node: among those of its kind in the namespace
 * @ns: the namespace
 * @obj: the object
 * @nr: the number; 0 before it has one, and after
 */
struct bpf_ns_number {
	struct rb_node node;
	struct bpf_namespace *ns;
	void *obj;
	u32 nr;
};

/**
 * struct bpf_ns_ref - an object's place in BPF namespaces
 * @own: its number in the namespace that it was made in, which it holds; none
 *	in the initial one, where its number is its id
 * @above: its numbers in the ancestors, but for the initial one
 */
struct bpf_ns_ref {
#ifdef CONFIG_BPF_NS
	struct bpf_ns_number own;
	struct bpf_ns_above __rcu *above;
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

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who lists and opens BPF objects by their numbers in BPF namespaces.
 */
#ifndef _LINUX_BPF_NAMESPACE_VIEW_H
#define _LINUX_BPF_NAMESPACE_VIEW_H

#include <linux/bpf_inspect.h>
#include <linux/spinlock_types.h>

struct bpf_namespace;
struct seq_file;

#ifdef CONFIG_BPF_NS

enum bpf_view bpf_ns_view_by_id(void);
int bpf_ns_view_next_id(enum bpf_view view, enum bpf_cmd cmd, struct idr *idr,
			spinlock_t *lock, u32 *id);
struct bpf_namespace *bpf_iter_ns(struct seq_file *seq); /* in bpf_iter.c */

#else

static inline enum bpf_view bpf_ns_view_by_id(void)
{
	return bpf_view_by_id();
}

static inline int bpf_ns_view_next_id(enum bpf_view view, enum bpf_cmd cmd,
				      struct idr *idr, spinlock_t *lock,
				      u32 *id)
{
	return bpf_view_next_id(view, cmd, idr, lock, id);
}

static inline struct bpf_namespace *bpf_iter_ns(struct seq_file *seq)
{
	return NULL;
}

#endif /* CONFIG_BPF_NS */

#endif /* _LINUX_BPF_NAMESPACE_VIEW_H */

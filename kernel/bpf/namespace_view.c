// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who lists and opens BPF objects by their numbers in BPF namespaces.
 *
 * Whoever is in the initial namespace sees what inspect.c says.  In any other
 * one CAP_BPF is enough: what has a number there was made there or below.
 */

#include <linux/bpf_namespace_id.h>
#include <linux/bpf_namespace_view.h>

/**
 * bpf_ns_view_by_id - what may the current task see by number?
 *
 * Context: Process context.
 * Return: what it sees of the objects that have numbers in its namespace; for
 * %BPF_VIEW_NONE an audit record names CAP_BPF.
 */
enum bpf_view bpf_ns_view_by_id(void)
{
	enum bpf_view view = bpf_view_by_id();

	if (view != BPF_VIEW_NONE && !bpf_ns_is_initial(current_bpf_ns()))
		return BPF_VIEW_ALL;
	return view;
}

static enum bpf_ns_type bpf_ns_type(enum bpf_cmd cmd)
{
	switch (cmd) {
	case BPF_PROG_GET_NEXT_ID:
		return BPF_NS_PROG;
	case BPF_MAP_GET_NEXT_ID:
		return BPF_NS_MAP;
	case BPF_LINK_GET_NEXT_ID:
		return BPF_NS_LINK;
	default:
		return BPF_NS_BTF;
	}
}

/**
 * bpf_ns_view_next_id - find the next object that the current task sees
 * @view: of the current task, by bpf_ns_view_by_id()
 * @cmd: the command, which tells what kind of object
 * @idr: of that kind
 * @lock: protects @idr
 * @id: the first number to look at; set to the one found
 *
 * Context: Process context. Takes and releases @lock; may sleep.
 * Return: 0; -ENOENT; or -EINTR.
 */
int bpf_ns_view_next_id(enum bpf_view view, enum bpf_cmd cmd, struct idr *idr,
			spinlock_t *lock, u32 *id)
{
	struct bpf_namespace *ns = current_bpf_ns();
	const void *obj;

	if (bpf_ns_is_initial(ns))
		return bpf_view_next_id(view, cmd, idr, lock, id);

	/* The lock keeps the object, about which there is nothing to ask */
	spin_lock_bh(lock);
	obj = bpf_ns_next(ns, bpf_ns_type(cmd), idr, id);
	spin_unlock_bh(lock);
	return obj ? 0 : -ENOENT;
}

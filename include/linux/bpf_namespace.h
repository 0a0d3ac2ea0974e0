/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF namespaces: who sees which BPF objects, and by what number.
 *
 * They decide what is visible, never what is allowed: every capability is
 * asked for where it was, in the initial user namespace.
 */
#ifndef _LINUX_BPF_NAMESPACE_H
#define _LINUX_BPF_NAMESPACE_H

#include <linux/bpf_ns_types.h>
#include <linux/err.h>
#include <linux/ns_common.h>
#include <linux/nsproxy.h>
#include <linux/rbtree_types.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <uapi/linux/sched.h>

struct ucounts;
struct user_namespace;

/* What clone3(), unshare() and setns() know of them */
#define BPF_NS_CLONE_FLAGS	(IS_ENABLED(CONFIG_BPF_NS) ? CLONE_NEWBPF : 0)

/* As deep as PID namespaces */
#define BPF_NS_MAX_LEVEL	32

/**
 * enum bpf_ns_type - kinds of objects that have numbers of their own
 * @BPF_NS_PROG: programs
 * @BPF_NS_MAP: maps
 * @BPF_NS_LINK: links
 * @BPF_NS_BTF: BTF
 * @BPF_NS_TYPES: how many there are
 */
enum bpf_ns_type {
	BPF_NS_PROG,
	BPF_NS_MAP,
	BPF_NS_LINK,
	BPF_NS_BTF,
	BPF_NS_TYPES,
};

/**
 * struct bpf_ns_tree - objects of a kind by their numbers in a BPF namespace
 * @root: struct bpf_ns_number of each
 * @rightmost: the one with the largest number
 * @count: how many there are
 * @last: the number that was given last
 *
 * Protected by the lock of the ids of that kind.
 */
struct bpf_ns_tree {
	struct rb_root root;
	struct rb_node *rightmost;
	u32 count;
	u32 last;
};

/**
 * struct bpf_namespace - a BPF namespace
 * @ns: what all namespaces have
 * @user_ns: its owner
 * @ucounts: whom it is charged to
 * @parent: the namespace that it was made in, which it holds
 * @level: how many ancestors it has
 * @objects: those of this namespace and of those below by their numbers here.
 *	Unused in the initial namespace: there the number is the object's id
 */
struct bpf_namespace {
	struct ns_common ns;
	struct user_namespace *user_ns;
	struct ucounts *ucounts;
	struct bpf_namespace *parent;
	unsigned int level;
	struct bpf_ns_tree objects[BPF_NS_TYPES];
};

#ifdef CONFIG_BPF_NS

extern struct bpf_namespace init_bpf_ns;

struct bpf_namespace *copy_bpf_ns(unsigned long flags,
				  struct user_namespace *user_ns,
				  struct bpf_namespace *old_ns);
void free_bpf_ns(struct bpf_namespace *ns);

static inline struct bpf_namespace *get_bpf_ns(struct bpf_namespace *ns)
{
	if (ns != &init_bpf_ns)
		refcount_inc(&ns->ns.count);
	return ns;
}

static inline void put_bpf_ns(struct bpf_namespace *ns)
{
	if (ns && ns != &init_bpf_ns && refcount_dec_and_test(&ns->ns.count))
		free_bpf_ns(ns);
}

static inline int nsproxy_copy_bpf_ns(unsigned long flags,
				      struct user_namespace *user_ns,
				      struct nsproxy *new,
				      const struct nsproxy *old)
{
	struct bpf_namespace *ns = copy_bpf_ns(flags, user_ns, old->bpf_ns);

	if (IS_ERR(ns))
		return PTR_ERR(ns);
	new->bpf_ns = ns;
	return 0;
}

static inline void nsproxy_put_bpf_ns(struct nsproxy *nsproxy)
{
	put_bpf_ns(nsproxy->bpf_ns);
}

/**
 * current_bpf_ns - the current task's BPF namespace
 *
 * Context: Process context.
 * Return: the namespace, not referenced.
 */
static inline struct bpf_namespace *current_bpf_ns(void)
{
	const struct nsproxy *nsproxy = current->nsproxy;

	/* A task that has let go of its namespaces makes and asks no more */
	return likely(nsproxy) ? nsproxy->bpf_ns : &init_bpf_ns;
}

/**
 * initial_bpf_ns - the BPF namespace whose numbers are the ids
 *
 * Return: the namespace, which needs no reference.
 */
static inline struct bpf_namespace *initial_bpf_ns(void)
{
	return &init_bpf_ns;
}

/**
 * bpf_ns_is_initial - is a BPF namespace the initial one?
 * @ns: the namespace
 *
 * Return: true if it is.
 */
static inline bool bpf_ns_is_initial(const struct bpf_namespace *ns)
{
	return ns == &init_bpf_ns;
}

/**
 * bpf_ns_viewer_set - remember for whom numbers will be shown
 * @viewer: where
 * @ns: the namespace, of which a reference is taken
 */
static inline void bpf_ns_viewer_set(struct bpf_ns_viewer *viewer,
				     struct bpf_namespace *ns)
{
	viewer->ns = get_bpf_ns(ns);
}

/**
 * bpf_ns_viewer_put - undo bpf_ns_viewer_set(), or nothing if it was not called
 * @viewer: where, zeroed in the latter case
 *
 * Context: Any.
 */
static inline void bpf_ns_viewer_put(struct bpf_ns_viewer *viewer)
{
	put_bpf_ns(viewer->ns);
}

/**
 * bpf_ns_viewer_ns - for whom will numbers be shown?
 * @viewer: where that is remembered
 *
 * Return: the namespace, held by @viewer.
 */
static inline struct bpf_namespace *
bpf_ns_viewer_ns(const struct bpf_ns_viewer *viewer)
{
	return viewer->ns;
}

#else /* CONFIG_BPF_NS */

static inline int nsproxy_copy_bpf_ns(unsigned long flags,
				      struct user_namespace *user_ns,
				      struct nsproxy *new,
				      const struct nsproxy *old)
{
	return 0;
}

static inline void nsproxy_put_bpf_ns(struct nsproxy *nsproxy)
{
}

static inline struct bpf_namespace *current_bpf_ns(void)
{
	return NULL;
}

static inline struct bpf_namespace *initial_bpf_ns(void)
{
	return NULL;
}

static inline bool bpf_ns_is_initial(const struct bpf_namespace *ns)
{
	return true;
}

static inline void bpf_ns_viewer_set(struct bpf_ns_viewer *viewer,
				     struct bpf_namespace *ns)
{
}

static inline void bpf_ns_viewer_put(struct bpf_ns_viewer *viewer)
{
}

static inline struct bpf_namespace *
bpf_ns_viewer_ns(const struct bpf_ns_viewer *viewer)
{
	return NULL;
}

#endif /* CONFIG_BPF_NS */

#endif /* _LINUX_BPF_NAMESPACE_H */

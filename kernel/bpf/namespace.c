// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF namespaces: how they are made, entered and end.
 *
 * A BPF namespace decides which programs, maps, links and BTF a task sees by
 * id, and nothing about what it may do.  That is why making one takes a
 * capability in the initial user namespace even in a new user namespace.
 */

#include <linux/bpf_namespace.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/proc_ns.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

struct bpf_namespace init_bpf_ns = {
	.ns.count	= REFCOUNT_INIT(2),
	.ns.ops		= &bpfns_operations,
	.ns.inum	= PROC_BPF_INIT_INO,
	.user_ns	= &init_user_ns,
};
EXPORT_SYMBOL_GPL(init_bpf_ns);

/* Of the task that asks, which in clone() is the parent */
static bool may_create(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN) ||
	       capable(CAP_BPF);
}

static struct bpf_namespace *create_bpf_ns(struct user_namespace *user_ns,
					   struct bpf_namespace *parent)
{
	struct bpf_namespace *ns;
	struct ucounts *ucounts;
	int err;

	if (!may_create())
		return ERR_PTR(-EPERM);
	if (parent->level >= BPF_NS_MAX_LEVEL)
		return ERR_PTR(-ENOSPC);

	ucounts = inc_ucount(user_ns, current_euid(), UCOUNT_BPF_NAMESPACES);
	if (!ucounts)
		return ERR_PTR(-ENOSPC);

	err = -ENOMEM;
	ns = kzalloc(sizeof(*ns), GFP_KERNEL_ACCOUNT);
	if (!ns)
		goto err_ucounts;
	err = ns_alloc_inum(&ns->ns);
	if (err)
		goto err_free;

	refcount_set(&ns->ns.count, 1);
	ns->ns.ops = &bpfns_operations;
	ns->user_ns = get_user_ns(user_ns);
	ns->ucounts = ucounts;
	ns->parent = get_bpf_ns(parent);
	ns->level = parent->level + 1;
	return ns;

err_free:
	kfree(ns);
err_ucounts:
	dec_ucount(ucounts, UCOUNT_BPF_NAMESPACES);
	return ERR_PTR(err);
}

/**
 * copy_bpf_ns - the BPF namespace of a new set of namespaces
 * @flags: CLONE_* of the new set
 * @user_ns: the user namespace of the new set
 * @old_ns: the BPF namespace of the old one
 *
 * Context: Process context. Sleeps.
 * Return: a reference; with CLONE_NEWBPF to a new namespace: -EPERM without
 * CAP_BPF or CAP_SYS_ADMIN in the initial user namespace, -ENOSPC where there
 * are too many or they are too deep, -ENOMEM.
 */
struct bpf_namespace *copy_bpf_ns(unsigned long flags,
				  struct user_namespace *user_ns,
				  struct bpf_namespace *old_ns)
{
	if (!(flags & CLONE_NEWBPF))
		return get_bpf_ns(old_ns);
	return create_bpf_ns(user_ns, old_ns);
}

/**
 * free_bpf_ns - end a BPF namespace, and its ancestors that end with it
 * @ns: the namespace, which nobody has a reference to
 *
 * Context: Any: the last reference may be an object's.
 */
void free_bpf_ns(struct bpf_namespace *ns)
{
	struct bpf_namespace *parent;
	int i;

	do {
		parent = ns->parent;
		for (i = 0; i < BPF_NS_TYPES; i++)
			WARN_ON_ONCE(ns->objects[i].count);
		dec_ucount(ns->ucounts, UCOUNT_BPF_NAMESPACES);
		put_user_ns(ns->user_ns);
		ns_free_inum(&ns->ns);
		kfree(ns);
		ns = parent;
	} while (!bpf_ns_is_initial(ns) &&
		 refcount_dec_and_test(&ns->ns.count));
}

static struct bpf_namespace *to_bpf_ns(struct ns_common *ns)
{
	return container_of(ns, struct bpf_namespace, ns);
}

static struct ns_common *bpfns_get(struct task_struct *task)
{
	struct bpf_namespace *ns = NULL;

	task_lock(task);
	if (task->nsproxy)
		ns = get_bpf_ns(task->nsproxy->bpf_ns);
	task_unlock(task);

	return ns ? &ns->ns : NULL;
}

static void bpfns_put(struct ns_common *ns)
{
	put_bpf_ns(to_bpf_ns(ns));
}

static int bpfns_install(struct nsset *nsset, struct ns_common *ns_common)
{
	struct bpf_namespace *ns = to_bpf_ns(ns_common);

	if (!ns_capable(nsset->cred->user_ns, CAP_SYS_ADMIN) ||
	    !ns_capable(ns->user_ns, CAP_SYS_ADMIN))
		return -EPERM;

	get_bpf_ns(ns);
	put_bpf_ns(nsset->nsproxy->bpf_ns);
	nsset->nsproxy->bpf_ns = ns;
	return 0;
}

static struct user_namespace *bpfns_owner(struct ns_common *ns)
{
	return to_bpf_ns(ns)->user_ns;
}

/* Nobody gets hold of a namespace that is not its own or below it */
static struct ns_common *bpfns_get_parent(struct ns_common *ns_common)
{
	struct bpf_namespace *parent = to_bpf_ns(ns_common)->parent;
	struct bpf_namespace *own = current_bpf_ns();
	struct bpf_namespace *ns;

	for (ns = parent; ns && ns != own; ns = ns->parent)
		;
	if (!ns)
		return ERR_PTR(-EPERM);
	return &get_bpf_ns(parent)->ns;
}

const struct proc_ns_operations bpfns_operations = {
	.name		= "bpf",
	.type		= CLONE_NEWBPF,
	.get		= bpfns_get,
	.put		= bpfns_put,
	.install	= bpfns_install,
	.owner		= bpfns_owner,
	.get_parent	= bpfns_get_parent,
};

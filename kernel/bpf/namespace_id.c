// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of BPF objects in BPF namespaces.
 *
 * An object keeps the id that it has in the initial namespace, and the kernel
 * knows it by that.  If it was made in another namespace it has a number in
 * that one and in each of its ancestors besides, as a task has in PID
 * namespaces.  The kernel's own BTF has one number that holds in all of them,
 * out of a range that they do not give out themselves.
 */

#include <linux/bpf.h>
#include <linux/bpf_inspect.h>
#include <linux/bpf_namespace_id.h>
#include <linux/export.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

/* Numbers above this one are of the kernel's BTF */
#define BPF_NS_LAST_OWN_BTF	0x40000000

struct bpf_ns_number {
	struct bpf_namespace *ns;
	u32 nr;
};

/*
 * numbers[i] is the number at level i + 1.  The namespace at the deepest
 * level is referenced and holds the others.  Level 0 stands for the kernel's
 * BTF, and numbers[0] for all namespaces then.
 */
struct bpf_ns_ids {
	struct rcu_head rcu;
	enum bpf_ns_type type;
	unsigned int level;
	struct bpf_ns_number numbers[];
};

static DEFINE_IDR(kernel_btf_idr);
static DEFINE_SPINLOCK(kernel_btf_lock);

static int reserve_number(struct idr *idr, spinlock_t *lock, int first,
			  int end)
{
	int nr;

	idr_preload(GFP_KERNEL);
	spin_lock_irq(lock);
	nr = idr_alloc_cyclic(idr, NULL, first, end, GFP_ATOMIC);
	spin_unlock_irq(lock);
	idr_preload_end();
	return nr;
}

static void replace_number(struct idr *idr, spinlock_t *lock, void *obj, u32 nr)
{
	unsigned long flags;

	spin_lock_irqsave(lock, flags);
	if (obj)
		idr_replace(idr, obj, nr);
	else
		idr_remove(idr, nr);
	spin_unlock_irqrestore(lock, flags);
}

/* With no object: give the numbers back */
static void replace_numbers(const struct bpf_ns_ids *ids, void *obj)
{
	unsigned int i;

	if (!ids->level)
		replace_number(&kernel_btf_idr, &kernel_btf_lock, obj,
			       ids->numbers[0].nr);
	for (i = 0; i < ids->level; i++) {
		struct bpf_namespace *ns = ids->numbers[i].ns;

		replace_number(&ns->idr[ids->type], &ns->lock, obj,
			       ids->numbers[i].nr);
	}
}

/**
 * __bpf_ns_reserve - bpf_ns_reserve() in other than the initial namespace
 * @ns: the namespace
 * @type: what kind of object it will be
 *
 * Context: Process context. Sleeps.
 * Return: the numbers; or an ERR_PTR().
 */
struct bpf_ns_ids *__bpf_ns_reserve(struct bpf_namespace *ns,
				    enum bpf_ns_type type)
{
	int end = type == BPF_NS_BTF ? BPF_NS_LAST_OWN_BTF + 1 : INT_MAX;
	struct bpf_namespace *at = ns;
	struct bpf_ns_ids *ids;
	int nr = 0;

	ids = kzalloc(struct_size(ids, numbers, ns->level),
		      GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!ids)
		return ERR_PTR(-ENOMEM);
	ids->type = type;
	ids->level = ns->level;
	for (at = ns; !bpf_ns_is_initial(at); at = at->parent) {
		nr = reserve_number(&at->idr[type], &at->lock, 1, end);
		if (nr < 0)
			goto err;
		ids->numbers[at->level - 1].ns = at;
		ids->numbers[at->level - 1].nr = nr;
	}
	get_bpf_ns(ns);
	return ids;

err:
	for (; ns != at; ns = ns->parent)
		replace_number(&ns->idr[type], &ns->lock, NULL,
			       ids->numbers[ns->level - 1].nr);
	kfree(ids);
	return ERR_PTR(nr);
}

/**
 * bpf_ns_reserve_kernel_btf - reserve a number for BTF of the kernel
 *
 * Context: Process context. Sleeps.
 * Return: the number, for bpf_ns_publish() or bpf_ns_cancel(); or an ERR_PTR().
 */
struct bpf_ns_ids *bpf_ns_reserve_kernel_btf(void)
{
	struct bpf_ns_ids *ids;
	int nr;

	ids = kzalloc(struct_size(ids, numbers, 1), GFP_KERNEL);
	if (!ids)
		return ERR_PTR(-ENOMEM);
	ids->type = BPF_NS_BTF;
	nr = reserve_number(&kernel_btf_idr, &kernel_btf_lock,
			    BPF_NS_LAST_OWN_BTF + 1, INT_MAX);
	if (nr < 0) {
		kfree(ids);
		return ERR_PTR(nr);
	}
	ids->numbers[0].nr = nr;
	return ids;
}

/**
 * __bpf_ns_publish - bpf_ns_publish() in other than the initial namespace
 * @ref: of the object
 * @ids: its numbers
 * @obj: the object
 *
 * Context: Any.
 */
void __bpf_ns_publish(struct bpf_ns_ref *ref, struct bpf_ns_ids *ids,
		      void *obj)
{
	rcu_assign_pointer(ref->ids, ids);
	replace_numbers(ids, obj);
}

/**
 * __bpf_ns_cancel - bpf_ns_cancel() in other than the initial namespace
 * @ids: the numbers
 *
 * Context: Any.
 */
void __bpf_ns_cancel(struct bpf_ns_ids *ids)
{
	replace_numbers(ids, NULL);
	if (ids->level)
		put_bpf_ns(ids->numbers[ids->level - 1].ns);
	/* Somebody may be reading the number to print it */
	kfree_rcu(ids, rcu);
}

/**
 * __bpf_ns_remove - bpf_ns_remove() in other than the initial namespace
 * @ref: of the object
 *
 * Context: Any.
 */
void __bpf_ns_remove(struct bpf_ns_ref *ref)
{
	struct bpf_ns_ids *ids = unrcu_pointer(xchg(&ref->ids, NULL));

	if (ids)
		__bpf_ns_cancel(ids);
}

/**
 * __bpf_ns_nr - bpf_ns_nr() in other than the initial namespace
 * @ns: the namespace
 * @ref: of the object
 *
 * Context: Any.
 * Return: the number; 0 if the object is not visible there.
 */
u32 __bpf_ns_nr(const struct bpf_namespace *ns, const struct bpf_ns_ref *ref)
{
	const struct bpf_ns_ids *ids;
	u32 nr = 0;

	rcu_read_lock();
	ids = rcu_dereference(ref->ids);
	if (ids && !ids->level)
		nr = ids->numbers[0].nr;
	else if (ids && ids->level >= ns->level &&
		 ids->numbers[ns->level - 1].ns == ns)
		nr = ids->numbers[ns->level - 1].nr;
	rcu_read_unlock();
	return nr;
}
EXPORT_SYMBOL_GPL(__bpf_ns_nr);

static void *find_number(struct idr *idr, spinlock_t *lock, u32 nr)
{
	unsigned long flags;
	void *obj;

	spin_lock_irqsave(lock, flags);
	obj = idr_find(idr, nr);
	spin_unlock_irqrestore(lock, flags);
	return obj;
}

/**
 * __bpf_ns_find - bpf_ns_find() in other than the initial namespace
 * @ns: the namespace
 * @type: what kind of object
 * @nr: its number
 *
 * Context: Process context, under the lock that protects such objects.
 * Return: the object, or %NULL.
 */
void *__bpf_ns_find(struct bpf_namespace *ns, enum bpf_ns_type type, u32 nr)
{
	if (type == BPF_NS_BTF && nr > BPF_NS_LAST_OWN_BTF)
		return find_number(&kernel_btf_idr, &kernel_btf_lock, nr);
	return find_number(&ns->idr[type], &ns->lock, nr);
}

static void *next_number(struct idr *idr, spinlock_t *lock, u32 *nr)
{
	unsigned long flags;
	int next = *nr;
	void *obj;

	spin_lock_irqsave(lock, flags);
	obj = idr_get_next(idr, &next);
	spin_unlock_irqrestore(lock, flags);
	if (obj)
		*nr = next;
	return obj;
}

/**
 * __bpf_ns_next - bpf_ns_next() in other than the initial namespace
 * @ns: the namespace
 * @type: what kind of object
 * @nr: the first number to look at; set to the one found
 *
 * Context: Process context, under the lock that protects such objects.
 * Return: the object, or %NULL.
 */
void *__bpf_ns_next(struct bpf_namespace *ns, enum bpf_ns_type type, u32 *nr)
{
	void *obj = next_number(&ns->idr[type], &ns->lock, nr);

	if (obj || type != BPF_NS_BTF)
		return obj;
	return next_number(&kernel_btf_idr, &kernel_btf_lock, nr);
}

/**
 * bpf_inspect_vnr - what number does an object have of which only the id is
 * left?
 * @type: what an inspect-only descriptor stands for
 * @id: the object's id
 *
 * Context: Process context. May sleep.
 * Return: the number; 0 if the object is gone or not visible to the current
 * task; in the initial namespace @id, be it gone or not.
 */
u32 bpf_inspect_vnr(enum bpf_inspect_type type, u32 id)
{
	struct bpf_link *link;
	struct bpf_map *map;
	u32 nr;

	if (bpf_ns_is_initial(current_bpf_ns()))
		return id;

	switch (type) {
	case BPF_INSPECT_PROG:
		return bpf_prog_id_nr(current_bpf_ns(), id);
	case BPF_INSPECT_MAP:
		map = bpf_map_by_id(id, false);
		if (IS_ERR(map))
			return 0;
		nr = bpf_map_vnr(map);
		bpf_map_put(map);
		return nr;
	case BPF_INSPECT_LINK:
		link = bpf_link_by_id(id);
		if (IS_ERR(link))
			return 0;
		nr = bpf_link_vnr(link);
		bpf_link_put(link);
		return nr;
	}
	return 0;
}

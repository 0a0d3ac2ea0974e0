// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of BPF objects in BPF namespaces.
 *
 * An object keeps the id that it has in the initial namespace, and the kernel
 * knows it by that.  If it was made in another namespace it has a number in
 * that one and in each of its ancestors besides, as a task has in PID
 * namespaces.  The kernel's own BTF has one number that holds in all of them,
 * out of a range that they do not give out themselves.
 *
 * The lock of the ids of a kind protects the numbers of that kind, too.
 */

#include <linux/bpf_namespace_id.h>
#include <linux/export.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

/* Numbers above this one are of the kernel's BTF */
#define BPF_NS_LAST_OWN_BTF	0x40000000

/*
 * Of the ancestors from the nearest on.  The namespace that the object was made
 * in holds them.
 */
struct bpf_ns_above {
	struct rcu_head rcu;
	unsigned int count;
	struct bpf_ns_number numbers[] __counted_by(count);
};

/* No task is in it: it stands for all namespaces */
static struct bpf_namespace kernel_btf_ns = {
	.ns.count		= REFCOUNT_INIT(1),
	.objects[BPF_NS_BTF]	= { .last = BPF_NS_LAST_OWN_BTF },
};

static struct bpf_ns_number *to_number(struct rb_node *node)
{
	return rb_entry(node, struct bpf_ns_number, node);
}

/* The one with this number or the next larger one; or %NULL */
static struct bpf_ns_number *find_from(const struct bpf_ns_tree *tree, u32 nr)
{
	struct rb_node *node = tree->root.rb_node;
	struct bpf_ns_number *found = NULL;

	while (node) {
		struct bpf_ns_number *at = to_number(node);

		if (at->nr < nr) {
			node = node->rb_right;
			continue;
		}
		found = at;
		if (at->nr == nr)
			break;
		node = node->rb_left;
	}
	return found;
}

static struct bpf_ns_number *find_number(const struct bpf_ns_tree *tree, u32 nr)
{
	struct bpf_ns_number *found = find_from(tree, nr);

	return found && found->nr == nr ? found : NULL;
}

static u32 first_number(const struct bpf_namespace *ns)
{
	return ns == &kernel_btf_ns ? BPF_NS_LAST_OWN_BTF + 1 : 1;
}

static u32 last_number(const struct bpf_namespace *ns, enum bpf_ns_type type)
{
	return type == BPF_NS_BTF && ns != &kernel_btf_ns ?
	       BPF_NS_LAST_OWN_BTF : INT_MAX - 1;
}

/* After all numbers have been given once: one that is free again, or 0 */
static u32 free_number(const struct bpf_ns_number *n, enum bpf_ns_type type)
{
	const struct bpf_ns_tree *tree = &n->ns->objects[type];
	u32 nr = tree->last, tries;

	for (tries = 0; tries <= tree->count; tries++) {
		nr = nr < last_number(n->ns, type) ? nr + 1 :
						     first_number(n->ns);
		if (!find_number(tree, nr))
			return nr;
	}
	return 0;
}

static void insert_number(struct bpf_ns_number *n, enum bpf_ns_type type,
			  void *obj)
{
	struct bpf_ns_tree *tree = &n->ns->objects[type];
	struct rb_node *parent = tree->rightmost;
	struct rb_node **link = parent ? &parent->rb_right : &tree->root.rb_node;
	u32 nr = tree->last + 1;

	if (unlikely(nr > last_number(n->ns, type) ||
		     (parent && to_number(parent)->nr >= nr))) {
		nr = free_number(n, type);
		/* So many that this one stays out of sight */
		if (!nr)
			return;
		parent = NULL;
		link = &tree->root.rb_node;
		while (*link) {
			parent = *link;
			link = to_number(parent)->nr < nr ? &parent->rb_right :
							    &parent->rb_left;
		}
	}
	if (!tree->rightmost || to_number(tree->rightmost)->nr < nr)
		tree->rightmost = &n->node;
	tree->last = nr;
	tree->count++;
	n->obj = obj;
	WRITE_ONCE(n->nr, nr);
	rb_link_node(&n->node, parent, link);
	rb_insert_color(&n->node, &tree->root);
}

static void erase_number(struct bpf_ns_number *n, enum bpf_ns_type type)
{
	struct bpf_ns_tree *tree = &n->ns->objects[type];

	if (!n->nr)
		return;
	if (tree->rightmost == &n->node)
		tree->rightmost = rb_prev(&n->node);
	rb_erase(&n->node, &tree->root);
	tree->count--;
	WRITE_ONCE(n->nr, 0);
}

/* Nobody else changes it */
static struct bpf_ns_above *above_of(const struct bpf_ns_ref *ref)
{
	return rcu_dereference_protected(ref->above, true);
}

/**
 * __bpf_ns_prepare - bpf_ns_prepare() in other than the initial namespace
 * @ref: of the object
 * @ns: the namespace
 *
 * Context: Process context. Sleeps.
 * Return: 0, or -ENOMEM.
 */
int __bpf_ns_prepare(struct bpf_ns_ref *ref, struct bpf_namespace *ns)
{
	struct bpf_ns_above *above;
	struct bpf_namespace *at;
	unsigned int i;

	if (ns->level > 1) {
		above = kzalloc(struct_size(above, numbers, ns->level - 1),
				GFP_KERNEL_ACCOUNT);
		if (!above)
			return -ENOMEM;
		above->count = ns->level - 1;
		for (i = 0, at = ns->parent; i < above->count; i++) {
			above->numbers[i].ns = at;
			at = at->parent;
		}
		rcu_assign_pointer(ref->above, above);
	}
	ref->own.ns = get_bpf_ns(ns);
	return 0;
}

/**
 * bpf_ns_prepare_kernel_btf - put BTF of the kernel into all namespaces
 * @ref: of the BTF, for bpf_ns_publish() and so on
 */
void bpf_ns_prepare_kernel_btf(struct bpf_ns_ref *ref)
{
	ref->own.ns = get_bpf_ns(&kernel_btf_ns);
}

/**
 * __bpf_ns_publish - bpf_ns_publish() in other than the initial namespace
 * @ref: of the object
 * @type: what kind of object it is
 * @obj: the object
 *
 * Context: Any, under the lock of the ids of that kind.
 */
void __bpf_ns_publish(struct bpf_ns_ref *ref, enum bpf_ns_type type, void *obj)
{
	struct bpf_ns_above *above = above_of(ref);
	unsigned int i;

	insert_number(&ref->own, type, obj);
	for (i = 0; above && i < above->count; i++)
		insert_number(&above->numbers[i], type, obj);
}

/**
 * __bpf_ns_remove - bpf_ns_remove() in other than the initial namespace
 * @ref: of the object
 * @type: what kind of object it is
 *
 * Context: Any, under the lock of the ids of that kind.
 */
void __bpf_ns_remove(struct bpf_ns_ref *ref, enum bpf_ns_type type)
{
	struct bpf_ns_above *above = above_of(ref);
	unsigned int i;

	erase_number(&ref->own, type);
	for (i = 0; above && i < above->count; i++)
		erase_number(&above->numbers[i], type);
}

/**
 * __bpf_ns_release - bpf_ns_release() in other than the initial namespace
 * @ref: of the object
 *
 * Context: Any.
 */
void __bpf_ns_release(struct bpf_ns_ref *ref)
{
	struct bpf_ns_above *above = above_of(ref);
	struct bpf_namespace *ns = ref->own.ns;

	WRITE_ONCE(ref->own.ns, NULL);
	RCU_INIT_POINTER(ref->above, NULL);
	/* Somebody may be looking for a number to show */
	if (above)
		kfree_rcu(above, rcu);
	put_bpf_ns(ns);
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
	const struct bpf_namespace *own = READ_ONCE(ref->own.ns);
	const struct bpf_ns_above *above;
	unsigned int i;
	u32 nr = 0;

	if (own == ns || own == &kernel_btf_ns)
		return READ_ONCE(ref->own.nr);

	rcu_read_lock();
	above = rcu_dereference(ref->above);
	for (i = 0; above && i < above->count; i++) {
		if (above->numbers[i].ns == ns)
			nr = READ_ONCE(above->numbers[i].nr);
	}
	rcu_read_unlock();
	return nr;
}
EXPORT_SYMBOL_GPL(__bpf_ns_nr);

/**
 * __bpf_ns_find - bpf_ns_find() in other than the initial namespace
 * @ns: the namespace
 * @type: what kind of object
 * @nr: its number
 *
 * Context: Process context, under the lock of the ids of that kind.
 * Return: the object, or %NULL.
 */
void *__bpf_ns_find(struct bpf_namespace *ns, enum bpf_ns_type type, u32 nr)
{
	struct bpf_ns_number *n = find_number(&ns->objects[type], nr);

	if (!n)
		n = find_number(&kernel_btf_ns.objects[type], nr);
	return n ? n->obj : NULL;
}

/**
 * __bpf_ns_next - bpf_ns_next() in other than the initial namespace
 * @ns: the namespace
 * @type: what kind of object
 * @nr: the first number to look at; set to the one found
 *
 * Context: Process context, under the lock of the ids of that kind.
 * Return: the object, or %NULL.
 */
void *__bpf_ns_next(struct bpf_namespace *ns, enum bpf_ns_type type, u32 *nr)
{
	struct bpf_ns_number *n = find_from(&ns->objects[type], *nr);

	if (!n)
		n = find_from(&kernel_btf_ns.objects[type], *nr);
	if (!n)
		return NULL;
	*nr = n->nr;
	return n->obj;
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

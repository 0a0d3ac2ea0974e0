/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of BPF objects in BPF namespaces.
 */
#ifndef _LINUX_BPF_NAMESPACE_ID_H
#define _LINUX_BPF_NAMESPACE_ID_H

#include <linux/bpf_namespace.h>

#ifdef CONFIG_BPF_NS

struct bpf_ns_ids *__bpf_ns_reserve(struct bpf_namespace *ns,
				    enum bpf_ns_type type);
struct bpf_ns_ids *bpf_ns_reserve_kernel_btf(void);
void __bpf_ns_publish(struct bpf_ns_ref *ref, struct bpf_ns_ids *ids,
		      void *obj);
void __bpf_ns_cancel(struct bpf_ns_ids *ids);
void __bpf_ns_remove(struct bpf_ns_ref *ref);
u32 __bpf_ns_nr(const struct bpf_namespace *ns, const struct bpf_ns_ref *ref);
void *__bpf_ns_find(struct bpf_namespace *ns, enum bpf_ns_type type, u32 nr);
void *__bpf_ns_next(struct bpf_namespace *ns, enum bpf_ns_type type, u32 *nr);

/**
 * bpf_ns_reserve - reserve numbers for an object of the current task's
 * @type: what kind of object it will be
 *
 * Context: Process context. Sleeps.
 * Return: the numbers, for bpf_ns_publish() or bpf_ns_cancel(); %NULL in the
 * initial namespace; or an ERR_PTR().
 */
static inline struct bpf_ns_ids *bpf_ns_reserve(enum bpf_ns_type type)
{
	struct bpf_namespace *ns = current_bpf_ns();

	if (likely(bpf_ns_is_initial(ns)))
		return NULL;
	return __bpf_ns_reserve(ns, type);
}

/**
 * bpf_ns_publish - make an object visible by its numbers
 * @ref: of the object
 * @ids: what bpf_ns_reserve() returned
 * @obj: the object
 *
 * Context: Any. The object can be looked up from here on.
 */
static inline void bpf_ns_publish(struct bpf_ns_ref *ref,
				  struct bpf_ns_ids *ids, void *obj)
{
	if (unlikely(ids))
		__bpf_ns_publish(ref, ids, obj);
}

/**
 * bpf_ns_cancel - give back numbers that were never published
 * @ids: what bpf_ns_reserve() returned
 *
 * Context: Any.
 */
static inline void bpf_ns_cancel(struct bpf_ns_ids *ids)
{
	if (unlikely(ids))
		__bpf_ns_cancel(ids);
}

/**
 * bpf_ns_remove - let nobody find an object by its numbers any more
 * @ref: of the object
 *
 * To be called before the object's id is freed: whoever looks up an object
 * holds the lock of its ids.
 *
 * Context: Any, also with interrupts off.
 */
static inline void bpf_ns_remove(struct bpf_ns_ref *ref)
{
	if (unlikely(rcu_access_pointer(ref->ids)))
		__bpf_ns_remove(ref);
}

/**
 * bpf_ns_nr - what number does an object have in a namespace?
 * @ns: the namespace
 * @ref: of the object
 * @id: of the object
 *
 * Context: Any.
 * Return: the number; 0 if the object is not visible there.
 */
static inline u32 bpf_ns_nr(const struct bpf_namespace *ns,
			    const struct bpf_ns_ref *ref, u32 id)
{
	/* A link that is being made has no id yet, and no number */
	if (likely(bpf_ns_is_initial(ns)) || !id)
		return id;
	return __bpf_ns_nr(ns, ref);
}

/**
 * bpf_ns_find - find an object by its number in a namespace
 * @ns: the namespace
 * @type: what kind of object
 * @idr: all objects of that kind by their ids
 * @nr: the number
 *
 * Context: Process context, under the lock that protects @idr's objects.
 * Return: the object, or %NULL.
 */
static inline void *bpf_ns_find(struct bpf_namespace *ns,
				enum bpf_ns_type type, struct idr *idr, u32 nr)
{
	if (likely(bpf_ns_is_initial(ns)))
		return idr_find(idr, nr);
	return __bpf_ns_find(ns, type, nr);
}

/**
 * bpf_ns_next - find the next object that is visible in a namespace
 * @ns: the namespace
 * @type: what kind of object
 * @idr: all objects of that kind by their ids
 * @nr: the first number to look at; set to the one found
 *
 * Context: Process context, under the lock that protects @idr's objects.
 * Return: the object, or %NULL.
 */
static inline void *bpf_ns_next(struct bpf_namespace *ns,
				enum bpf_ns_type type, struct idr *idr,
				u32 *nr)
{
	if (likely(bpf_ns_is_initial(ns)))
		return idr_get_next(idr, nr);
	return __bpf_ns_next(ns, type, nr);
}

#else /* CONFIG_BPF_NS */

static inline struct bpf_ns_ids *bpf_ns_reserve(enum bpf_ns_type type)
{
	return NULL;
}

static inline struct bpf_ns_ids *bpf_ns_reserve_kernel_btf(void)
{
	return NULL;
}

static inline void bpf_ns_publish(struct bpf_ns_ref *ref,
				  struct bpf_ns_ids *ids, void *obj)
{
}

static inline void bpf_ns_cancel(struct bpf_ns_ids *ids)
{
}

static inline void bpf_ns_remove(struct bpf_ns_ref *ref)
{
}

static inline u32 bpf_ns_nr(const struct bpf_namespace *ns,
			    const struct bpf_ns_ref *ref, u32 id)
{
	return id;
}

static inline void *bpf_ns_find(struct bpf_namespace *ns,
				enum bpf_ns_type type, struct idr *idr, u32 nr)
{
	return idr_find(idr, nr);
}

static inline void *bpf_ns_next(struct bpf_namespace *ns,
				enum bpf_ns_type type, struct idr *idr,
				u32 *nr)
{
	return idr_get_next(idr, nr);
}

#endif /* CONFIG_BPF_NS */

/**
 * bpf_ns_vnr - what number does an object have for the current task?
 * @ref: of the object
 * @id: of the object
 *
 * Context: Process context.
 * Return: the number; 0 if the object is not visible to the current task.
 */
static inline u32 bpf_ns_vnr(const struct bpf_ns_ref *ref, u32 id)
{
	return bpf_ns_nr(current_bpf_ns(), ref, id);
}

/**
 * bpf_ns_sees - is an object visible to the current task?
 * @ref: of the object
 *
 * Context: Process context.
 * Return: true if it is.
 */
static inline bool bpf_ns_sees(const struct bpf_ns_ref *ref)
{
	return bpf_ns_vnr(ref, 1);
}

/* The number that the current task knows an object by, like pid_vnr() */
#define bpf_prog_vnr(prog)	bpf_ns_vnr(&(prog)->aux->ns_ref, (prog)->aux->id)
#define bpf_map_vnr(map)	bpf_ns_vnr(&(map)->ns_ref, (map)->id)
#define bpf_link_vnr(link)	bpf_ns_vnr(&(link)->ns_ref, (link)->id)

#endif /* _LINUX_BPF_NAMESPACE_ID_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of BPF objects in BPF namespaces.
 */
#ifndef _LINUX_BPF_NAMESPACE_ID_H
#define _LINUX_BPF_NAMESPACE_ID_H

#include <linux/bpf.h>
#include <linux/bpf_namespace.h>
#include <linux/idr.h>
#include <linux/rcupdate.h>

#ifdef CONFIG_BPF_NS

int __bpf_ns_prepare(struct bpf_ns_ref *ref, struct bpf_namespace *ns);
void bpf_ns_prepare_kernel_btf(struct bpf_ns_ref *ref);
void __bpf_ns_publish(struct bpf_ns_ref *ref, enum bpf_ns_type type, void *obj);
void __bpf_ns_remove(struct bpf_ns_ref *ref, enum bpf_ns_type type);
void __bpf_ns_release(struct bpf_ns_ref *ref);
u32 __bpf_ns_nr(const struct bpf_namespace *ns, const struct bpf_ns_ref *ref);
void *__bpf_ns_find(struct bpf_namespace *ns, enum bpf_ns_type type, u32 nr);
void *__bpf_ns_next(struct bpf_namespace *ns, enum bpf_ns_type type, u32 *nr);

/**
 * bpf_ns_ref_init - an object is in no namespace yet
 * @ref: of the object, if its memory was not zeroed
 */
static inline void bpf_ns_ref_init(struct bpf_ns_ref *ref)
{
	ref->own.ns = NULL;
	ref->own.nr = 0;
	RCU_INIT_POINTER(ref->above, NULL);
}

/**
 * bpf_ns_prepare - put an object into the current task's namespace
 * @ref: of the object, which nobody can look up
 *
 * Context: Process context. Sleeps.
 * Return: 0, and then bpf_ns_publish() and bpf_ns_remove(), or neither, and
 * bpf_ns_release(); or -ENOMEM.
 */
static inline int bpf_ns_prepare(struct bpf_ns_ref *ref)
{
	struct bpf_namespace *ns = current_bpf_ns();

	if (likely(bpf_ns_is_initial(ns)))
		return 0;
	return __bpf_ns_prepare(ref, ns);
}

/**
 * bpf_ns_publish - make an object visible by its numbers
 * @ref: of the object, after bpf_ns_prepare()
 * @type: what kind of object it is
 * @obj: the object
 *
 * Context: Any, under the lock of the ids of that kind.
 */
static inline void bpf_ns_publish(struct bpf_ns_ref *ref, enum bpf_ns_type type,
				  void *obj)
{
	if (unlikely(ref->own.ns))
		__bpf_ns_publish(ref, type, obj);
}

/**
 * bpf_ns_remove - let nobody find an object by its numbers any more
 * @ref: of the object
 * @type: what kind of object it is
 *
 * Context: Any, under the lock of the ids of that kind.
 */
static inline void bpf_ns_remove(struct bpf_ns_ref *ref, enum bpf_ns_type type)
{
	if (unlikely(ref->own.ns))
		__bpf_ns_remove(ref, type);
}

/**
 * bpf_ns_release - let go of an object's namespace
 * @ref: of the object, which nobody can look up any more
 *
 * Context: Any.
 */
static inline void bpf_ns_release(struct bpf_ns_ref *ref)
{
	if (unlikely(ref->own.ns))
		__bpf_ns_release(ref);
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
 * Context: Process context, under the lock of the ids of that kind.
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
 * Context: Process context, under the lock of the ids of that kind.
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

static inline void bpf_ns_ref_init(struct bpf_ns_ref *ref)
{
}

static inline int bpf_ns_prepare(struct bpf_ns_ref *ref)
{
	return 0;
}

static inline void bpf_ns_prepare_kernel_btf(struct bpf_ns_ref *ref)
{
}

static inline void bpf_ns_publish(struct bpf_ns_ref *ref, enum bpf_ns_type type,
				  void *obj)
{
}

static inline void bpf_ns_remove(struct bpf_ns_ref *ref, enum bpf_ns_type type)
{
}

static inline void bpf_ns_release(struct bpf_ns_ref *ref)
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
static inline u32 bpf_prog_vnr(const struct bpf_prog *prog)
{
	return bpf_ns_vnr(&prog->aux->ns_ref, prog->aux->id);
}

static inline u32 bpf_map_vnr(const struct bpf_map *map)
{
	return bpf_ns_vnr(&map->ns_ref, map->id);
}

static inline u32 bpf_link_vnr(const struct bpf_link *link)
{
	return bpf_ns_vnr(&link->ns_ref, link->id);
}

#endif /* _LINUX_BPF_NAMESPACE_ID_H */

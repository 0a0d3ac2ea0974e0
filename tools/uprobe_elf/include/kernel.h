/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel as uprobe_elf.c asks for, in user space.
 */
#ifndef _UPROBE_ELF_KERNEL_H
#define _UPROBE_ELF_KERNEL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define U32_MAX		UINT32_MAX
#define __aligned(n)	__attribute__((aligned(n)))
#define __counted_by(n)
#define ALIGN(x, a)	(((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define swap(a, b) \
	do { __typeof__(a) swapped = (a); (a) = (b); (b) = swapped; } while (0)
#define min(a, b)	((a) < (b) ? (a) : (b))
#define min_t(t, a, b)	min((t)(a), (t)(b))
#define check_add_overflow(a, b, sum)	__builtin_add_overflow(a, b, sum)
#define struct_size(p, member, nr) \
	(sizeof(*(p)) + sizeof((p)->member[0]) * (size_t)(nr))

#define GFP_KERNEL_ACCOUNT	0

/* Set to let the allocation after so many more fail */
extern long uprobe_elf_fail_after;

static inline bool allocation_fails(void)
{
	return uprobe_elf_fail_after >= 0 && !uprobe_elf_fail_after--;
}

#define BIT(n)		(1UL << (n))

static inline void *kvmalloc(size_t size, int flags)
{
	(void)flags;
	return allocation_fails() ? NULL : malloc(size);
}

static inline void *kvmalloc_array(size_t nr, size_t size, int flags)
{
	size_t bytes;

	return __builtin_mul_overflow(nr, size, &bytes) ? NULL :
		kvmalloc(bytes, flags);
}

static inline void *kvzalloc(size_t size, int flags)
{
	(void)flags;
	return allocation_fails() ? NULL : calloc(1, size);
}

static inline void kvfree(const void *p)
{
	free((void *)p);
}

#endif /* _UPROBE_ELF_KERNEL_H */

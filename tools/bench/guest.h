/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs that count in the guest share.  Each result is a line of
 * its own, "bench NAME INSTRUCTIONS"; lines that begin with "#" are for people.
 */
#ifndef CAPSPLIT_BENCH_GUEST_H
#define CAPSPLIT_BENCH_GUEST_H

#include <stdbool.h>
#include <stddef.h>

typedef unsigned long long count_t;

/* With --icount the time stamp counter counts instructions */
static inline count_t now(void)
{
	unsigned int low, high;

	asm volatile("lfence\n\trdtsc" : "=a" (low), "=d" (high) : : "memory");
	return (count_t)high << 32 | low;
}

/* Several measurements of one thing */
struct counts {
	count_t least, most;
	unsigned int nr;
};

void counts_add(struct counts *counts, count_t count);
void counts_say(const struct counts *counts, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Ends the program unless a loop of known length is counted right */
void need_icount(void);

void fail(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* An ELF file of @size bytes, mostly a hole, with @nr functions */
void make_elf(const char *path, size_t nr, size_t size);
void copy_elf(const char *from, const char *to);

/* Offsets of @nr functions of the file, no two the same */
void find_functions(const char *path, unsigned long *offsets, size_t nr);

/* Symbols and, among them, functions of the file */
void count_symbols(const char *path, size_t *symbols, size_t *functions);

#endif

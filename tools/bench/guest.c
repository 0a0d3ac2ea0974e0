// SPDX-License-Identifier: GPL-2.0
/* Counting instructions, and saying how many there were. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "guest.h"

void fail(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("bench: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void counts_add(struct counts *counts, count_t count)
{
	if (!counts->nr++ || count < counts->least)
		counts->least = count;
	if (count > counts->most)
		counts->most = count;
}

void counts_say(const struct counts *counts, const char *fmt, ...)
{
	char name[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	printf("bench %s %llu\n", name, counts->least);
	printf("# %s: the least of %u, the most is %llu\n", name, counts->nr,
	       counts->most);
	fflush(stdout);
}

#define LOOPS 100000

void need_icount(void)
{
	struct counts loop = {};

	for (int i = 0; i < 5; i++) {
		unsigned int n = LOOPS;
		count_t start = now();

		asm volatile("1: dec %0\n\tjnz 1b" : "+r" (n));
		counts_add(&loop, now() - start);
	}
	printf("# a loop of %u instructions is counted as %llu\n", 2 * LOOPS,
	       loop.least);
	if (loop.least < 2 * LOOPS || loop.least > 2 * LOOPS + 100)
		fail("this machine does not count instructions; run it with tools/vm/run --icount");
}

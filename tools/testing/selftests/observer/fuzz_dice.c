// SPDX-License-Identifier: GPL-2.0
/* The attacker's dice, and its journal. */
#include "fuzz.h"
#include <stdarg.h>

/* splitmix64: every state is a good one, so a seed may be any number */
static __u64 next(struct dice *d)
{
	__u64 z = d->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

__u32 throw(struct dice *d, __u32 sides)
{
	return sides ? next(d) % sides : 0;
}

__u64 throw_number(struct dice *d)
{
	static const __u64 awkward[] = {
		0, 1, 2, 7, 8, 63, 64, 255, 4095, 4096, 4097, 65535, 65536,
		0x7fffffff, 0x80000000, 0xffffffff, 0x100000000ULL,
		0x7fffffffffffffffULL, 0x8000000000000000ULL, -1ULL, -2ULL,
		-4096ULL,
	};

	switch (throw(d, 4)) {
	case 0:
		return awkward[throw(d, ARRAY_SIZE(awkward))];
	case 1:
		return throw(d, 16);
	case 2:
		return 1ULL << throw(d, 64);
	default:
		return next(d);
	}
}

void note(struct fuzz *f, const char *kind, const char *name, long done)
{
	struct journal *j = f->journal;
	struct record *r;
	__u32 i;

	for (i = 0; i < j->nr_records; i++) {
		r = &j->records[i];
		if (!strcmp(r->kind, kind) &&
		    !strncmp(r->name, name, sizeof(r->name) - 1))
			break;
	}
	if (i == MAX_RECORDS)
		return;
	r = &j->records[i];
	if (i == j->nr_records) {
		snprintf(r->kind, sizeof(r->kind), "%s", kind);
		snprintf(r->name, sizeof(r->name), "%s", name);
		j->nr_records++;
	}
	r->tried++;
	r->done += done >= 0;
}

void step(struct fuzz *f, const char *format, ...)
{
	struct journal *j = f->journal;
	va_list args;

	va_start(args, format);
	vsnprintf(j->steps[j->nr_steps++ % MAX_STEPS], sizeof(j->steps[0]),
		  format, args);
	va_end(args);
}

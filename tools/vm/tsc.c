// SPDX-License-Identifier: GPL-2.0
/*
 * How fast an emulated processor's time stamp counter runs: as fast as this
 * machine's own.  A guest that has to find out by itself needs its timer's
 * interrupts on time, and on a busy machine gives up: then its only clock is
 * the tick, which stands still while interrupts are off.
 */
#include <stdint.h>
#include <time.h>

#include "run.h"

#ifdef __x86_64__
#include <x86intrin.h>

#define TRIES		20
#define MEASURE_NS	20000000

struct moment {
	int64_t ns;
	uint64_t ticks;
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* Both clocks at once: the try that nobody has come between */
static struct moment moment(void)
{
	struct moment best = { 0, 0 };
	int64_t shortest = INT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		int64_t before = now(), after;
		uint64_t ticks = __rdtsc();

		after = now();
		if (after - before < shortest) {
			shortest = after - before;
			best.ns = before + shortest / 2;
			best.ticks = ticks;
		}
	}
	return best;
}

unsigned long tsc_khz(void)
{
	const struct timespec wait = { .tv_nsec = MEASURE_NS };
	struct moment from = moment(), to;

	nanosleep(&wait, NULL);
	to = moment();
	if (to.ns <= from.ns || to.ticks <= from.ticks)
		return 0;
	return (to.ticks - from.ticks) * 1000000 / (to.ns - from.ns);
}
#else
unsigned long tsc_khz(void)
{
	return 0;
}
#endif

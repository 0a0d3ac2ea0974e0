// SPDX-License-Identifier: GPL-2.0
/* The policy table asked the other way round: what would it take? */
#include <limits.h>
#include <string.h>

#include "grant.h"

/*
 * Observing costs less than acting, and what opens the whole machine costs
 * more than everything else together.
 */
static const unsigned int weight[POLICY_NR_CAPS] = {
	[POLICY_T] = 1, [POLICY_B] = 2, [POLICY_SYSLOG] = 4, [POLICY_N] = 8,
	[POLICY_P] = 16, [POLICY_PTRACE] = 64, [POLICY_DAC] = 128,
	[POLICY_A] = 512,
};

unsigned int grant_subset(uint64_t caps)
{
	unsigned int subset = 0;
	int cap;

	for (cap = 0; cap < POLICY_NR_CAPS; cap++) {
		if (caps & CAP_BIT(policy_cap_number(cap)))
			subset |= 1U << cap;
	}
	return subset;
}

uint64_t grant_caps(unsigned int subset)
{
	uint64_t caps = 0;
	int cap;

	for (cap = 0; cap < POLICY_NR_CAPS; cap++) {
		if (subset & 1U << cap)
			caps |= CAP_BIT(policy_cap_number(cap));
	}
	return caps;
}

unsigned int grant_weight(unsigned int subset)
{
	unsigned int sum = 0;
	int cap;

	for (cap = 0; cap < POLICY_NR_CAPS; cap++) {
		if (subset & 1U << cap)
			sum += weight[cap];
	}
	return sum;
}

/* The lightest subset of @from that, with @base, is enough */
static bool lightest(const struct policy_op *op, struct policy_task task,
		     unsigned int base, unsigned int from, unsigned int *found)
{
	unsigned int subset, best = UINT_MAX;

	for (subset = 0; subset < POLICY_NR_SUBSETS; subset++) {
		if (subset & ~from || grant_weight(subset) >= best)
			continue;
		task.caps = base | subset;
		if (policy_stops(op, &task))
			continue;
		best = grant_weight(subset);
		*found = subset;
	}
	return best != UINT_MAX;
}

bool grant_least(const struct policy_op *op, const struct policy_task *task,
		 unsigned int from, unsigned int *more)
{
	return lightest(op, *task, task->caps, from & ~task->caps, more);
}

unsigned int grant_needed(const struct policy_op *op,
			  const struct policy_task *task)
{
	unsigned int needed = 0;

	if (!lightest(op, *task, 0, task->caps, &needed))
		return task->caps;
	return needed;
}

const struct policy_op *grant_op(const char *id)
{
	int i;

	for (i = 0; policy_op(i); i++) {
		if (!strcmp(policy_op(i)->id, id))
			return policy_op(i);
	}
	return NULL;
}

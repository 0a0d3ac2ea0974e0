/* SPDX-License-Identifier: GPL-2.0 */
/* The policy table asked the other way round: what would it take? */
#ifndef CAPSPLIT_GRANT_H
#define CAPSPLIT_GRANT_H

#include <stdbool.h>
#include <stdint.h>

#include "capsplit.h"
#include "policy.h"

/* Capabilities to the table's, and back */
unsigned int grant_subset(uint64_t caps);
uint64_t grant_caps(unsigned int subset);

/* How much a set of the table's capabilities opens: the less, the better */
unsigned int grant_weight(unsigned int subset);

/*
 * The least that @task would have to hold besides what it has, out of @from;
 * false where no set of them is enough.
 */
bool grant_least(const struct policy_op *op, const struct policy_task *task,
		 unsigned int from, unsigned int *more);
/* The least part of what @task has that is enough; it must be allowed */
unsigned int grant_needed(const struct policy_op *op,
			  const struct policy_task *task);

/* By name; NULL */
const struct policy_op *grant_op(const char *id);

#endif

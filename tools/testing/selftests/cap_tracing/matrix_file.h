/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verdicts of one kernel in a file, for comparing kernels: the header,
 * the ids of the operations, and a byte for every cell.
 */
#ifndef _CAP_TRACING_MATRIX_FILE_H
#define _CAP_TRACING_MATRIX_FILE_H

#include <linux/types.h>
#include <stdbool.h>

#include "policy.h"

#define MATRIX_MAGIC	"capmtrx1"
#define MATRIX_ID_SIZE	48

#define MATRIX_FIRST_PAR	(-1)
#define MATRIX_NR_PAR		5	/* -1 ... 3 */
#define MATRIX_NR_KPTR		3	/* 0 ... 2 */
#define MATRIX_NR_UNPRIV	2	/* 0 and 2 */
#define MATRIX_NR_NS		2	/* initial, child */

#define MATRIX_NR_SETTINGS	(MATRIX_NR_PAR * MATRIX_NR_KPTR * \
				 MATRIX_NR_UNPRIV)
#define MATRIX_NR_CELLS		(MATRIX_NR_SETTINGS * MATRIX_NR_NS * \
				 POLICY_NR_SUBSETS)

/* A cell holds 0, an errno, or */
#define MATRIX_NOT_RUN		254
#define MATRIX_BROKEN		255

/* Native byte order: both kernels run on one machine */
struct matrix_header {
	char magic[8];
	__u32 nr_ops;
	__u32 nr_cells;		/* of each operation */
	__u32 cap_last_cap;
	__u32 id_size;
};

static inline int matrix_cell(int setting, int ns, int subset)
{
	return (setting * MATRIX_NR_NS + ns) * POLICY_NR_SUBSETS + subset;
}

/* What a cell's task and machine are */
static inline void matrix_task(int cell, struct policy_task *task)
{
	int setting = cell / (MATRIX_NR_NS * POLICY_NR_SUBSETS);

	task->caps = cell % POLICY_NR_SUBSETS;
	task->init = !(cell / POLICY_NR_SUBSETS % MATRIX_NR_NS);
	task->par = setting % MATRIX_NR_PAR + MATRIX_FIRST_PAR;
	task->kptr = setting / MATRIX_NR_PAR % MATRIX_NR_KPTR;
	task->unpriv = setting / (MATRIX_NR_PAR * MATRIX_NR_KPTR) * 2;
	task->patched = false;
}

/*
 * Is the cell's setting one of this shard's?  Of the two halves each has every
 * value of a sysctl together with every value of every other one.
 */
static inline bool matrix_in_shard(int cell, int shard, int nr_shards)
{
	return cell / (MATRIX_NR_NS * POLICY_NR_SUBSETS) % nr_shards == shard;
}

#endif /* _CAP_TRACING_MATRIX_FILE_H */

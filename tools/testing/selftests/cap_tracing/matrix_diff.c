// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the verdicts of the unpatched kernel with the patched kernel's:
 * whoever holds no CAP_TRACING gets the same from both.  Runs on the host.
 *
 *   matrix_diff [--shard I/N] STOCK... -- PATCHED...
 *
 * Several files of one kernel are the shards of one run; with --shard the
 * others were not run, and are not asked for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matrix_file.h"

#define CAP_TRACING	41
#define MAX_TOLD	5
enum { T = 1U << POLICY_T };

static int shard, nr_shards = 1;

struct verdicts {
	struct matrix_header header;
	char (*ids)[MATRIX_ID_SIZE];
	__u8 (*cells)[MATRIX_NR_CELLS];
};

static int fail(const char *path, const char *what)
{
	fprintf(stderr, "matrix_diff: %s: %s; run the matrix again\n", path,
		what);
	return 1;
}

static int read_file(const char *path, struct verdicts *v)
{
	size_t nr;
	FILE *f = fopen(path, "r");
	int bad;

	if (!f)
		return fail(path, strerror(errno));
	bad = fread(&v->header, sizeof(v->header), 1, f) != 1 ||
	      memcmp(v->header.magic, MATRIX_MAGIC, sizeof(v->header.magic)) ||
	      v->header.id_size != MATRIX_ID_SIZE ||
	      v->header.nr_cells != MATRIX_NR_CELLS ||
	      !v->header.nr_ops || v->header.nr_ops > 4096;
	if (bad) {
		fclose(f);
		return fail(path, "not verdicts of this version of the test");
	}
	nr = v->header.nr_ops;
	v->ids = calloc(nr, sizeof(*v->ids));
	v->cells = calloc(nr, sizeof(*v->cells));
	bad = !v->ids || !v->cells ||
	      fread(v->ids, sizeof(*v->ids), nr, f) != nr ||
	      fread(v->cells, sizeof(*v->cells), nr, f) != nr;
	fclose(f);
	return bad ? fail(path, "truncated") : 0;
}

static int same_ops(const struct verdicts *a, const struct verdicts *b)
{
	return a->header.nr_ops == b->header.nr_ops &&
	       !memcmp(a->ids, b->ids, a->header.nr_ops * sizeof(*a->ids));
}

/* What one shard has not run, another has */
static int merge(const char *path, struct verdicts *all,
		 const struct verdicts *part)
{
	__u32 op, cell;

	if (!same_ops(all, part) ||
	    all->header.cap_last_cap != part->header.cap_last_cap)
		return fail(path, "is of another run than the file before");
	for (op = 0; op < all->header.nr_ops; op++) {
		for (cell = 0; cell < MATRIX_NR_CELLS; cell++) {
			__u8 *to = &all->cells[op][cell];
			__u8 from = part->cells[op][cell];

			if (from == MATRIX_NOT_RUN)
				continue;
			if (*to != MATRIX_NOT_RUN && *to != from)
				return fail(path, "contradicts the file before");
			*to = from;
		}
	}
	return 0;
}

static int read_shards(char **paths, int nr, struct verdicts *all)
{
	struct verdicts part;
	int i, bad;

	bad = read_file(paths[0], all);
	for (i = 1; i < nr && !bad; i++) {
		memset(&part, 0, sizeof(part));
		bad = read_file(paths[i], &part) ||
		      merge(paths[i], all, &part);
		free(part.ids);
		free(part.cells);
	}
	return bad;
}

static const char *verdict_name(__u8 cell)
{
	if (cell == MATRIX_NOT_RUN || cell == MATRIX_BROKEN)
		return "no verdict";
	return policy_errno(cell);
}

static void tell(const char *id, int cell, const char *who, __u8 a, __u8 b)
{
	struct policy_task task;
	char subset[64], first[32];

	matrix_task(cell, &task);
	snprintf(first, sizeof(first), "%s", verdict_name(a));
	printf("# %s by %s in the %s user namespace, par %d, kptr %d, unpriv %d: %s, %s %s\n",
	       id, policy_subset(task.caps, subset),
	       task.init ? "initial" : "child", task.par, task.kptr,
	       task.unpriv, first, who, verdict_name(b));
}

static int has_verdict(__u8 cell)
{
	return cell != MATRIX_NOT_RUN && cell != MATRIX_BROKEN;
}

/* Does the table say that the patched kernel judges this one differently? */
static bool meant_to_differ(const char *id, int cell)
{
	const struct policy_gate *stock, *patched;
	const struct policy_op *op;
	struct policy_task task;
	int i;

	for (i = 0; (op = policy_op(i)); i++) {
		if (!strcmp(op->id, id))
			break;
	}
	if (!op)
		return false;
	matrix_task(cell, &task);
	stock = policy_stops(op, &task);
	task.patched = true;
	patched = policy_stops(op, &task);
	return (stock ? stock->err : 0) != (patched ? patched->err : 0);
}

/* One line of TAP; 1 when a verdict differs */
static int compare(const struct verdicts *stock, const struct verdicts *patched,
		   __u32 op, long *compared)
{
	const char *id = stock->ids[op];
	int cell, wrong = 0, number = 0;

	for (cell = 0; cell < MATRIX_NR_CELLS; cell++) {
		__u8 s = stock->cells[op][cell];
		__u8 other;
		const char *who;

		if (!matrix_in_shard(cell, shard, nr_shards))
			continue;
		if (cell & T) {
			/* A bit that the kernel does not know does nothing */
			other = stock->cells[op][cell & ~T];
			who = "without T";
		} else {
			/* How, the matrix of the patched kernel has judged */
			if (meant_to_differ(id, cell))
				continue;
			other = patched->cells[op][cell];
			who = "patched";
			number++;
		}
		if (s == other && has_verdict(s))
			continue;
		if (wrong++ < MAX_TOLD)
			tell(id, cell, who, s, other);
	}
	if (wrong > MAX_TOLD)
		printf("# %s: and %d more\n", id, wrong - MAX_TOLD);
	printf("%s %u %s # %d verdicts\n", wrong ? "not ok" : "ok", op + 1, id,
	       number);
	*compared += number;
	return !!wrong;
}

int main(int argc, char **argv)
{
	struct verdicts stock = { 0 }, patched = { 0 };
	int split = 1, different = 0;
	long compared = 0;
	__u32 op;

	if (argc > 2 && !strcmp(argv[1], "--shard")) {
		if (sscanf(argv[2], "%d/%d", &shard, &nr_shards) != 2 ||
		    shard < 0 || shard >= nr_shards)
			argc = 0;
		argv += 2;
		argc -= 2;
	}
	while (split < argc && strcmp(argv[split], "--"))
		split++;
	if (split < 2 || split + 1 >= argc) {
		fprintf(stderr, "usage: matrix_diff [--shard I/N] STOCK... -- PATCHED...\n");
		return 2;
	}
	if (read_shards(argv + 1, split - 1, &stock) ||
	    read_shards(argv + split + 1, argc - split - 1, &patched))
		return 2;
	if (!same_ops(&stock, &patched))
		return 1 + fail(argv[split + 1], "has other operations");
	if (stock.header.cap_last_cap >= CAP_TRACING ||
	    patched.header.cap_last_cap < CAP_TRACING)
		return 1 + fail(argv[1],
				"the first must be the unpatched kernel's and the second the patched");

	printf("TAP version 13\n1..%u\n", stock.header.nr_ops);
	for (op = 0; op < stock.header.nr_ops; op++)
		different += compare(&stock, &patched, op, &compared);
	printf("# %ld verdicts of tasks without CAP_TRACING compared, %d operations differ\n",
	       compared, different);
	return different ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Tests the judges of the matrix on the host: the language of the policy
 * table, and the comparison of two kernels, with verdicts made up here.
 *
 *   matrix_test MATRIX_DIFF
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "matrix_file.h"

#define NR_OPS		3
#define TESTS		27

static int nr, failed;

static void check(bool ok, const char *what)
{
	nr++;
	failed += !ok;
	printf("%s %d %s\n", ok ? "ok" : "not ok", nr, what);
}

/* Does a task with @caps get through @who? */
static bool through(const char *who, unsigned int caps, bool init, int par,
		    int kptr, int unpriv)
{
	const struct policy_op op = {
		.id = "test", .gate = { { who, EPERM, "test" } },
	};
	const struct policy_task task = { caps, init, par, kptr, unpriv, false };

	return !policy_stops(&op, &task);
}

#define CAP(cap)	(1U << POLICY_##cap)

static void test_language(void)
{
	check(through("B", CAP(B), true, 0, 0, 0), "a capability held");
	check(!through("B", CAP(N), true, 0, 0, 0), "a capability not held");
	check(!through("B", CAP(B), false, 0, 0, 0),
	      "a capability in a child user namespace");
	check(!through("init", ~0U, false, 0, 0, 0) &&
	      through("init", 0, true, 0, 0, 0), "the namespace itself");
	check(through("P|A|B&T", CAP(P), true, 0, 0, 0) &&
	      !through("P|A|B&T", CAP(B), true, 0, 0, 0) &&
	      !through("P|A|B&T", CAP(T), true, 0, 0, 0) &&
	      through("P|A|B&T", CAP(B) | CAP(T), true, 0, 0, 0),
	      "& binds tighter than |");
	check(!through("(P|B)&T", CAP(P), true, 0, 0, 0) &&
	      through("(P|B)&T", CAP(P) | CAP(T), true, 0, 0, 0),
	      "parentheses");
	check(through("!T|P", 0, true, 0, 0, 0) &&
	      !through("!T|P", CAP(T), true, 0, 0, 0) &&
	      through("!T|P", CAP(T) | CAP(P), true, 0, 0, 0), "!");
	check(through("par<=-1", 0, true, -1, 0, 0) &&
	      !through("par<=-1", 0, true, 0, 0, 0), "a negative level");
	check(through("kptr==1", 0, false, 0, 1, 0) &&
	      !through("kptr==1", 0, false, 0, 2, 0), "kptr");
	check(through("unpriv>0", 0, false, 0, 0, 2) &&
	      !through("unpriv>0", 0, false, 0, 0, 0), "unpriv");
	check(!through("never", ~0U, true, -1, 0, 0), "never");
	check(through("SYSLOG&PTRACE&DAC",
		      CAP(SYSLOG) | CAP(PTRACE) | CAP(DAC), true, 0, 0, 0) &&
	      !through("SYSLOG&PTRACE&DAC", CAP(SYSLOG) | CAP(DAC), true, 0, 0,
		       0), "the long names");
	check(!policy_check(), "the table has no fault");
	check(policy_nr_ops() >= 60, "the table has 60 operations or more");
}

static int two_gates(unsigned int caps)
{
	const struct policy_op op = {
		.id = "test",
		.gate = { { "B", EPERM, "first" }, { "N", EACCES, "second" } },
	};
	const struct policy_task task = { .caps = caps, .init = true };
	const struct policy_gate *gate = policy_stops(&op, &task);

	return gate ? gate->err : 0;
}

static void test_gates(void)
{
	check(two_gates(0) == EPERM && two_gates(CAP(B)) == EACCES &&
	      !two_gates(CAP(B) | CAP(N)),
	      "the first gate that stops decides the errno");
}

static __u8 cells[NR_OPS][MATRIX_NR_CELLS];

/* Everybody is refused, but whoever holds B */
static void fill(void)
{
	struct policy_task task;
	int op, cell;

	for (op = 0; op < NR_OPS; op++) {
		for (cell = 0; cell < MATRIX_NR_CELLS; cell++) {
			matrix_task(cell, &task);
			cells[op][cell] = task.caps & CAP(B) ? 0 : EPERM;
		}
	}
}

static void put(const char *path, int last_cap, size_t less)
{
	struct matrix_header header = {
		.nr_ops = NR_OPS, .nr_cells = MATRIX_NR_CELLS,
		.cap_last_cap = last_cap, .id_size = MATRIX_ID_SIZE,
	};
	char id[MATRIX_ID_SIZE];
	FILE *f = fopen(path, "w");
	int op;

	if (!f) {
		perror(path);
		exit(2);
	}
	memcpy(header.magic, MATRIX_MAGIC, sizeof(header.magic));
	fwrite(&header, sizeof(header), 1, f);
	for (op = 0; op < NR_OPS; op++) {
		memset(id, 0, sizeof(id));
		snprintf(id, sizeof(id), "test.%d", op);
		fwrite(id, sizeof(id), 1, f);
	}
	fwrite(cells, 1, sizeof(cells) - less, f);
	fclose(f);
}

/* Exit status of "matrix_diff ARGS", what it prints in @out */
static int diff(const char *program, const char *args, char *out, size_t size)
{
	char command[512];
	size_t used;
	int status;
	FILE *f;

	snprintf(command, sizeof(command), "'%s' %s 2>&1", program, args);
	f = popen(command, "r");
	if (!f)
		return -1;
	used = fread(out, 1, size - 1, f);
	out[used] = '\0';
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Which pairs of values of two sysctls has the first of two shards? */
static void test_pairs(void)
{
	bool met[MATRIX_NR_PAR][MATRIX_NR_KPTR] = { 0 };
	bool par[MATRIX_NR_PAR][MATRIX_NR_UNPRIV] = { 0 };
	bool kptr[MATRIX_NR_KPTR][MATRIX_NR_UNPRIV] = { 0 };
	struct policy_task task;
	int cell, pairs = 0;

	for (cell = 0; cell < MATRIX_NR_CELLS; cell++) {
		int p, u;

		if (!matrix_in_shard(cell, 0, 2))
			continue;
		matrix_task(cell, &task);
		p = task.par - MATRIX_FIRST_PAR;
		u = task.unpriv / 2;
		pairs += !met[p][task.kptr] + !par[p][u] + !kptr[task.kptr][u];
		met[p][task.kptr] = true;
		par[p][u] = true;
		kptr[task.kptr][u] = true;
	}
	check(pairs == MATRIX_NR_PAR * MATRIX_NR_KPTR +
		       MATRIX_NR_PAR * MATRIX_NR_UNPRIV +
		       MATRIX_NR_KPTR * MATRIX_NR_UNPRIV,
	      "half of the settings have each pair of the sysctls' values");
}

static void test_diff(const char *program)
{
	const int last = MATRIX_NR_CELLS - 1;
	static char out[65536];
	int half, i;

	fill();
	put("stock", 40, 0);
	put("patched", 41, 0);
	check(!diff(program, "stock -- patched", out, sizeof(out)) &&
	      strstr(out, "ok 3 test.2") && strstr(out, " 0 operations differ"),
	      "equal verdicts");

	/* Bit T of the last subset is set: both kernels may differ there */
	cells[1][last] = EACCES;
	put("patched", 41, 0);
	check(!diff(program, "stock -- patched", out, sizeof(out)),
	      "the patched kernel may differ for a holder of T");

	cells[1][last & ~CAP(T)] = EACCES;
	put("patched", 41, 0);
	check(diff(program, "stock -- patched", out, sizeof(out)) == 1 &&
	      strstr(out, "not ok 2 test.1") && strstr(out, "ok 1 test.0"),
	      "one cell without T that differs fails its operation");

	fill();
	put("patched", 41, 0);
	cells[0][last] = EACCES;
	put("stock", 40, 0);
	check(diff(program, "stock -- patched", out, sizeof(out)) == 1 &&
	      strstr(out, "not ok 1 test.0"),
	      "the unpatched kernel must not know T");

	fill();
	cells[2][0] = MATRIX_NOT_RUN;
	put("stock", 40, 0);
	put("patched", 41, 0);
	check(diff(program, "stock -- patched", out, sizeof(out)) == 1 &&
	      strstr(out, "no verdict"), "a missing verdict fails");

	/* Two shards, each a half */
	half = MATRIX_NR_CELLS / 2;
	for (i = 0; i < 2; i++) {
		int op;

		fill();
		for (op = 0; op < NR_OPS; op++)
			memset(&cells[op][i ? 0 : half], MATRIX_NOT_RUN, half);
		put(i ? "stock.1" : "stock.0", 40, 0);
	}
	check(diff(program, "stock.0 -- patched", out, sizeof(out)) == 1,
	      "one shard alone is not enough");
	fill();
	put("patched", 41, 0);
	check(!diff(program, "stock.0 stock.1 -- patched", out, sizeof(out)),
	      "shards add up to one run");

	fill();
	for (i = 0; i < MATRIX_NR_CELLS; i++) {
		if (!matrix_in_shard(i, 0, 2))
			cells[1][i] = MATRIX_NOT_RUN;
	}
	put("stock.0", 40, 0);
	check(!diff(program, "--shard 0/2 stock.0 -- patched", out, sizeof(out)) &&
	      diff(program, "--shard 1/2 stock.0 -- patched", out, sizeof(out)) == 1,
	      "--shard asks for the verdicts of that shard");
	check(diff(program, "--shard 2/2 stock.0 -- patched", out, sizeof(out)) == 2,
	      "--shard of a shard that cannot be is refused");

	put("patched", 41, 1);
	check(diff(program, "stock.0 stock.1 -- patched", out, sizeof(out)) == 2 &&
	      strstr(out, "truncated"), "a truncated file is refused");

	put("patched", 41, 0);
	check(diff(program, "patched -- stock.0", out, sizeof(out)) == 2,
	      "the kernels in the wrong order are refused");
}

int main(int argc, char **argv)
{
	static const char * const files[] = {
		"stock", "patched", "stock.0", "stock.1",
	};
	char directory[] = "/tmp/matrix_test.XXXXXX";
	char *program;
	size_t i;

	program = argc == 2 ? realpath(argv[1], NULL) : NULL;
	if (!program || !mkdtemp(directory) || chdir(directory)) {
		fprintf(stderr, "usage: matrix_test MATRIX_DIFF\n");
		return 2;
	}
	printf("TAP version 13\n1..%d\n", TESTS);
	test_language();
	test_gates();
	test_pairs();
	test_diff(program);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		unlink(files[i]);
	if (chdir("/") || rmdir(directory))
		perror(directory);
	return failed || nr != TESTS;
}

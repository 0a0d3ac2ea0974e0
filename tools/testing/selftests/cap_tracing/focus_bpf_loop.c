// SPDX-License-Identifier: GPL-2.0
/*
 * Loops of an observer's BPF program: they end, because they do not nest and
 * are short.
 */
#include "focus.h"
#include <linux/btf.h>
#include "../kselftest_harness.h"

#define BT		(CAP_B | CAP_T)
#define BP		(CAP_B | CAP_P)
#define MAX_LOOPS	8192

static char *verifier_log;
#define LOG_SIZE	65536

/* BTF id of what the program iterates over, or 0 */
static int load_loops(__u64 caps, struct ct_prog *prog, int iterator)
{
	prog->type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	if (iterator) {
		prog->type = BPF_PROG_TYPE_TRACING;
		prog->attach_type = BPF_TRACE_ITER;
		prog->attach_btf_id = iterator;
	}
	prog->log = verifier_log;
	prog->log_size = LOG_SIZE;
	verifier_log[0] = '\0';
	return with(caps, try_load, prog);
}

/* The address of a callback @rel instructions on, and the second half of it */
#define CT_FUNC(reg, rel) \
	CT_INSN(BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_FUNC, 0, rel)
#define CT_HIGH		CT_INSN(0, 0, 0, 0, 0)

static int loop_in(int iterator, __u64 caps, int rounds)
{
	const struct bpf_insn insns[] = {
		CT_MOV_IMM(1, rounds), CT_FUNC(2, 6), CT_HIGH,
		CT_MOV_IMM(3, 0), CT_MOV_IMM(4, 0), CT_CALL(BPF_FUNC_loop),
		CT_MOV_IMM(0, 0), CT_EXIT(),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = {
		.insns = insns, .nr_insns = ARRAY_SIZE(insns), .callbacks = { 8 },
	};

	return load_loops(caps, &prog, iterator);
}

static int loop(__u64 caps, int rounds)
{
	return loop_in(0, caps, rounds);
}

static int nested_loop(__u64 caps)
{
	const struct bpf_insn insns[] = {
		CT_MOV_IMM(1, 8), CT_FUNC(2, 6), CT_HIGH,
		CT_MOV_IMM(3, 0), CT_MOV_IMM(4, 0), CT_CALL(BPF_FUNC_loop),
		CT_MOV_IMM(0, 0), CT_EXIT(),
		CT_MOV_IMM(1, 8), CT_FUNC(2, 6), CT_HIGH,
		CT_MOV_IMM(3, 0), CT_MOV_IMM(4, 0), CT_CALL(BPF_FUNC_loop),
		CT_MOV_IMM(0, 0), CT_EXIT(),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = {
		.insns = insns, .nr_insns = ARRAY_SIZE(insns),
		.callbacks = { 8, 16 },
	};

	return load_loops(caps, &prog, 0);
}

/* One element after the other of a map of @entries */
static int for_each(__u64 caps, int entries)
{
	int map = ct_map_create(BPF_MAP_TYPE_ARRAY, 4, 8, entries, 0);
	const struct bpf_insn insns[] = {
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map),
		CT_HIGH, CT_FUNC(2, 6), CT_HIGH,
		CT_MOV_IMM(3, 0), CT_MOV_IMM(4, 0),
		CT_CALL(BPF_FUNC_for_each_map_elem),
		CT_MOV_IMM(0, 0), CT_EXIT(),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = {
		.insns = insns, .nr_insns = ARRAY_SIZE(insns), .callbacks = { 9 },
	};
	int err = load_loops(caps, &prog, 0);

	close(map);
	return err;
}

FIXTURE(loop)
{
	int unused;
};

FIXTURE_SETUP(loop)
{
	verifier_log = shared_memory(LOG_SIZE);
	ASSERT_NE(NULL, verifier_log);
}

FIXTURE_TEARDOWN(loop)
{
}

TEST_F(loop, rounds)
{
	EXPECT_EQ(0, loop(BT, MAX_LOOPS)) {
		TH_LOG("%s", verifier_log);
	}
	EXPECT_EQ(EPERM, loop(BT, MAX_LOOPS + 1));
	EXPECT_NE(NULL, strstr(verifier_log, "they need CAP_PERFMON"));
	EXPECT_EQ(EPERM, loop(BT, -1));
	EXPECT_EQ(0, loop(BP, 1 << 23));
	EXPECT_EQ(0, loop(BP | CAP_T, 1 << 23));
}

TEST_F(loop, nesting)
{
	EXPECT_EQ(EPERM, nested_loop(BT));
	EXPECT_NE(NULL, strstr(verifier_log, "nested loops"));
	EXPECT_EQ(0, nested_loop(BP)) {
		TH_LOG("%s", verifier_log);
	}
}

/* They call their program a hundred thousand times in a row */
TEST_F(loop, iterators)
{
	int id = ct_btf_id("bpf_iter_ksym", BTF_KIND_FUNC);

	ASSERT_LT(0, id);
	EXPECT_EQ(EPERM, loop_in(id, BT, 1));
	EXPECT_NE(NULL, strstr(verifier_log, "nested loops"));
	EXPECT_EQ(0, loop_in(id, BP, 1)) {
		TH_LOG("%s", verifier_log);
	}
	ct_btf_release();
}

TEST_F(loop, maps)
{
	EXPECT_EQ(0, for_each(BT, MAX_LOOPS)) {
		TH_LOG("%s", verifier_log);
	}
	EXPECT_EQ(EPERM, for_each(BT, MAX_LOOPS + 1));
	EXPECT_EQ(0, for_each(BP, MAX_LOOPS + 1));
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

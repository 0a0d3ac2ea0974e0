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

/* Callbacks need type information: int f(void) does for all of them */
static int load_btf(void)
{
	static const struct {
		struct btf_header h;
		struct btf_type integer;
		__u32 integer_info;
		struct btf_type proto, func;
		char strings[8];
	} btf = {
		.h = {
			.magic = BTF_MAGIC, .version = 1,
			.hdr_len = sizeof(struct btf_header),
			.type_len = 3 * sizeof(struct btf_type) + 4,
			.str_off = 3 * sizeof(struct btf_type) + 4,
			.str_len = 7,
		},
		.integer = { 1, BTF_KIND_INT << 24, { 4 } },
		.integer_info = BTF_INT_SIGNED << 24 | 32,
		.proto = { 0, BTF_KIND_FUNC_PROTO << 24, { 1 } },
		.func = { 5, BTF_KIND_FUNC << 24, { 2 } },
		.strings = "\0int\0f",
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (unsigned long)&btf;
	attr.btf_size = offsetof(typeof(btf), strings) + 7;
	return ct_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

struct loops {
	const struct bpf_insn *insns;
	int nr_insns;
	int callbacks[2];	/* where they begin, 0 for none */
	int iterator;		/* BTF id of what it iterates over, or 0 */
};

static int load(void *arg)
{
	const struct loops *l = arg;
	struct bpf_func_info funcs[3] = {
		{ 0, 3 }, { l->callbacks[0], 3 }, { l->callbacks[1], 3 },
	};
	int fd, btf = load_btf();
	union bpf_attr attr;

	if (btf < 0)
		return SETUP_FAILED;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	if (l->iterator) {
		attr.prog_type = BPF_PROG_TYPE_TRACING;
		attr.expected_attach_type = BPF_TRACE_ITER;
		attr.attach_btf_id = l->iterator;
	}
	attr.insns = (unsigned long)l->insns;
	attr.insn_cnt = l->nr_insns;
	attr.license = (unsigned long)"GPL";
	attr.prog_btf_fd = btf;
	attr.func_info = (unsigned long)funcs;
	attr.func_info_rec_size = sizeof(funcs[0]);
	attr.func_info_cnt = l->callbacks[1] ? 3 : 2;
	attr.log_buf = (unsigned long)verifier_log;
	attr.log_size = LOG_SIZE;
	attr.log_level = 1;
	verifier_log[0] = '\0';
	fd = ct_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	close(btf);
	return fd < 0 ? -fd : 0;
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
	struct loops l = { insns, ARRAY_SIZE(insns), { 8 }, iterator };

	return with(caps, load, &l);
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
	struct loops l = { insns, ARRAY_SIZE(insns), { 8, 16 } };

	return with(caps, load, &l);
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
	struct loops l = { insns, ARRAY_SIZE(insns), { 9 } };
	int err = with(caps, load, &l);

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

// SPDX-License-Identifier: GPL-2.0
/*
 * What a security module sees of tokens: a program of BPF's own at each hook
 * notes its arguments, and refuses when it is told to.
 */
#include "token.h"
#include <linux/btf.h>
#include "../kselftest_harness.h"

/* What the program and the test share, in an array map of one value */
struct seen {
	__u64 token;	/* the kernel's pointer */
	__u64 second;	/* parent, command or capability */
	__u64 count;
	__u64 refuse;
};

FIXTURE(lsm)
{
	int map, prog, link;
	struct seen *seen;
};

FIXTURE_SETUP(lsm)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = sizeof(struct seen);
	attr.max_entries = 1;
	attr.map_flags = BPF_F_MMAPABLE;
	self->map = ct_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	ASSERT_LE(0, self->map);
	self->seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			  self->map, 0);
	ASSERT_NE(MAP_FAILED, self->seen);
	self->prog = -1;
	self->link = -1;
}

static void detach(int *prog, int *link)
{
	if (*link >= 0)
		close(*link);
	if (*prog >= 0)
		close(*prog);
	*link = -1;
	*prog = -1;
}

FIXTURE_TEARDOWN(lsm)
{
	detach(&self->prog, &self->link);
	munmap(self->seen, 4096);
	close(self->map);
	ct_btf_release();
}

/* The hook's program, attached; 0 or errno */
static int attach(struct _test_data_lsm *self, const char *hook, bool second)
{
	const struct bpf_insn insns[] = {
		CT_LDX(BPF_DW, 6, 1, 0),
		second ? CT_LDX(BPF_DW, 7, 1, 8) : CT_MOV_IMM(7, 0),
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, 8, BPF_PSEUDO_MAP_VALUE, 0,
			self->map),
		CT_INSN(0, 0, 0, 0, 0),
		CT_STX(BPF_DW, 8, 6, offsetof(struct seen, token)),
		CT_STX(BPF_DW, 8, 7, offsetof(struct seen, second)),
		CT_LDX(BPF_DW, 2, 8, offsetof(struct seen, count)),
		CT_ADD_IMM(2, 1),
		CT_STX(BPF_DW, 8, 2, offsetof(struct seen, count)),
		CT_LDX(BPF_DW, 2, 8, offsetof(struct seen, refuse)),
		CT_MOV_IMM(0, 0),
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 1, 0),
		CT_MOV_IMM(0, -EACCES),
		CT_EXIT(),
	};
	struct ct_prog prog = {
		.type = BPF_PROG_TYPE_LSM,
		.attach_type = BPF_LSM_MAC,
		.insns = insns,
		.nr_insns = ARRAY_SIZE(insns),
		.attach_btf_id = ct_btf_id(hook, BTF_KIND_FUNC),
	};

	detach(&self->prog, &self->link);
	/* A hook that is not there makes no program */
	self->prog = (int)prog.attach_btf_id < 0 ? -ENOENT :
						   ct_prog_load(&prog);
	if (self->prog < 0)
		return -self->prog;
	self->link = cgroup_link(self->prog, 0, BPF_LSM_MAC);
	memset(self->seen, 0, sizeof(*self->seen));
	return self->link < 0 ? -self->link : 0;
}

TEST_F(lsm, direct)
{
	int fd;

	ASSERT_EQ(0, attach(self, "bpf_lsm_bpf_token_direct", false));
	EXPECT_EQ(0, shut(token_direct(CAP_B)));
	EXPECT_EQ(1, self->seen->count);
	EXPECT_NE(0, self->seen->token);
	/* Each other way to make one from nothing */
	EXPECT_EQ(0, shut(open("/dev/bpf-tracing", O_RDWR | O_CLOEXEC)));
	EXPECT_EQ(2, self->seen->count);
	mkdir("/tmp/token.cgroup", 0755);
	ASSERT_EQ(0, mount("none", "/tmp/token.cgroup", "cgroup2", 0, NULL));
	EXPECT_EQ(0, shut(open("/tmp/token.cgroup/bpf.token",
			       O_RDONLY | O_CLOEXEC)));
	EXPECT_EQ(3, self->seen->count);
	self->seen->refuse = 1;
	EXPECT_EQ(EACCES, shut(token_direct(CAP_B)));
	fd = open("/dev/bpf-tracing", O_RDWR | O_CLOEXEC);
	EXPECT_EQ(-1, fd);
	EXPECT_EQ(EACCES, errno);
	fd = open("/tmp/token.cgroup/bpf.token", O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(-1, fd);
	EXPECT_EQ(EACCES, errno);
	umount2("/tmp/token.cgroup", MNT_DETACH);
}

/* The child and its parent, which is the child of before */
TEST_F(lsm, derive)
{
	int root = token_direct(CAP_B), child;
	__u64 parent;

	ASSERT_EQ(0, attach(self, "bpf_lsm_bpf_token_derive", true));
	child = token_derive(root, CAP_B);
	ASSERT_LE(0, child);
	EXPECT_EQ(1, self->seen->count);
	EXPECT_NE(self->seen->token, self->seen->second);
	parent = self->seen->token;
	EXPECT_EQ(0, shut(token_derive(child, CAP_B)));
	EXPECT_EQ(parent, self->seen->second);
	EXPECT_NE(parent, self->seen->token);
	self->seen->refuse = 1;
	EXPECT_EQ(EACCES, shut(token_derive(child, CAP_B)));
	EXPECT_EQ(3, self->seen->count);
	/* What is refused before that is none of its business */
	EXPECT_EQ(EPERM, shut(token_derive(child, CAP_N)));
	EXPECT_EQ(3, self->seen->count);
	close(child);
	close(root);
}

/* At each use, the command */
TEST_F(lsm, command)
{
	struct use u = { token_direct(CAP_B), BPF_MAP_TYPE_LRU_HASH };

	ASSERT_EQ(0, attach(self, "bpf_lsm_bpf_token_cmd", true));
	EXPECT_EQ(0, with(0, try_map, &u));
	EXPECT_LE(1, self->seen->count);
	EXPECT_EQ(BPF_MAP_CREATE, (__u32)self->seen->second);
	self->seen->refuse = 1;
	EXPECT_EQ(EPERM, with(0, try_map, &u));
	/* The caller's own is the caller's own */
	EXPECT_EQ(0, with(CAP_B, try_map, &u));
	close(u.token);
}

/* And the capability */
TEST_F(lsm, capability)
{
	struct use u = { token_direct(CAP_B), BPF_MAP_TYPE_LRU_HASH };

	ASSERT_EQ(0, attach(self, "bpf_lsm_bpf_token_capable", true));
	EXPECT_EQ(0, with(0, try_map, &u));
	EXPECT_LE(1, self->seen->count);
	EXPECT_EQ(CAP_BPF, (__u32)self->seen->second);
	self->seen->refuse = 1;
	EXPECT_EQ(EPERM, with(0, try_map, &u));
	EXPECT_EQ(0, with(CAP_B, try_map, &u));
	close(u.token);
}

int main(int argc, char **argv)
{
	need_delegation();
	return test_harness_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * BPF_LOAD_PERM_FD: a token for the thread's next bpf(2), or for the process
 * after its next execve(2).
 */
#include "token.h"
#include <pthread.h>
#include "../kselftest_harness.h"

#define SUID_DIR	"/tmp/token.suid"
#define SELF_COPY	SUID_DIR "/copy"

static char self_path[256];	/* this program */

FIXTURE(perm)
{
	int unpriv, token;
};

FIXTURE_SETUP(perm)
{
	self->unpriv = get_number(UNPRIV);
	ASSERT_EQ(0, set_number(UNPRIV, 2));
	self->token = token_direct(CAP_B);
	ASSERT_LE(0, self->token);
}

FIXTURE_TEARDOWN(perm)
{
	close(self->token);
	set_number(UNPRIV, self->unpriv);
}

static int use(void)
{
	return shut(prog_with(-1, BPF_PROG_TYPE_SOCKET_FILTER, 0));
}

static int once(void *arg)
{
	int token = *(int *)arg;
	union bpf_attr attr;

	bpf_step(1, EPERM, use());
	bpf_step(2, 0, load_perm(token, 0));
	bpf_step(3, 0, use());
	bpf_step(4, EPERM, use());
	/* Whatever comes next, and whether it succeeds or fails */
	bpf_step(5, 0, load_perm(token, 0));
	memset(&attr, 0, sizeof(attr));
	bpf_step(6, -EINVAL, ct_bpf(63, &attr, sizeof(attr)));
	bpf_step(7, EPERM, use());
	bpf_step(8, 0, load_perm(token, 0));
	bpf_step(9, -EFAULT, ct_bpf(BPF_PROG_LOAD, (void *)8, 32));
	bpf_step(10, EPERM, use());
	bpf_step(11, 0, load_perm(token, 0));
	bpf_step(12, -EINVAL, ct_bpf(-1, &attr, sizeof(attr)));
	bpf_step(13, EPERM, use());
	/* Forgotten, and put in the place of another */
	bpf_step(14, 0, load_perm(token, 0));
	bpf_step(15, 0, load_perm(-1, 0));
	bpf_step(16, EPERM, use());
	bpf_step(17, 0, load_perm(token, 0));
	bpf_step(18, 0, load_perm(token, 0));
	bpf_step(19, 0, use());
	bpf_step(20, EPERM, use());
	/* A load that fails forgets, too */
	bpf_step(21, 0, load_perm(token, 0));
	bpf_step(22, EBADF, load_perm(999, 0));
	bpf_step(23, EPERM, use());
	/* The descriptor may be closed */
	bpf_step(24, 0, load_perm(token, 0));
	close(token);
	bpf_step(25, 0, use());
	return failed;
}

TEST_F(perm, for_one_call)
{
	EXPECT_EQ(0, with(0, once, &self->token));
}

static int only_what_it_allows(void *arg)
{
	int token = *(int *)arg;

	bpf_step(1, 0, load_perm(token, 0));
	bpf_step(2, EPERM, shut(prog_with(-1, BPF_PROG_TYPE_XDP, BPF_XDP)));
	bpf_step(3, 0, load_perm(token, 0));
	bpf_step(4, 0, shut(map_with(-1, BPF_MAP_TYPE_LRU_HASH)));
	bpf_step(5, 0, load_perm(token, 0));
	bpf_step(6, 0, shut(btf_with(-1)));
	return failed;
}

static int nothing(void *arg)
{
	bpf_step(1, 0, load_perm(*(int *)arg, 0));
	bpf_step(2, EPERM, use());
	return failed;
}

TEST_F(perm, masks)
{
	struct grant g = GRANT(CAP_B);
	int token;

	EXPECT_EQ(0, with(0, only_what_it_allows, &self->token));
	g.cmds &= ~BIT64(BPF_PROG_LOAD);
	token = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
	EXPECT_EQ(0, with(0, nothing, &token));
	close(token);
	g = GRANT(CAP_B);
	g.progs = 0;
	token = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
	EXPECT_EQ(0, with(0, nothing, &token));
	close(token);
}

static int revoked(void *arg)
{
	int parent = *(int *)arg, token = token_derive(parent, CAP_B);

	bpf_step(1, 0, load_perm(token, 0));
	/* This call comes next */
	bpf_step(2, 0, token_revoke(token, parent));
	bpf_step(3, EPERM, use());
	token = token_derive(parent, CAP_B);
	bpf_step(4, 0, load_perm(token, 0));
	if (!fork())
		_exit(token_revoke(token, parent));
	wait(NULL);
	bpf_step(5, EKEYREVOKED, use());
	bpf_step(6, EPERM, use());
	return failed;
}

TEST_F(perm, revoked)
{
	EXPECT_EQ(0, with(0, revoked, &self->token));
}

static int inherit(void *arg)
{
	int status;

	bpf_step(1, 0, load_perm(*(int *)arg, 0));
	if (!fork())
		_exit(use());
	wait(&status);
	bpf_step(2, EPERM, WEXITSTATUS(status));
	bpf_step(3, 0, use());
	return failed;
}

static void *thread_use(void *arg)
{
	*(int *)arg = use();
	return NULL;
}

static int thread_err(void)
{
	pthread_t thread;
	int err = -1;

	if (pthread_create(&thread, NULL, thread_use, &err) ||
	    pthread_join(thread, NULL))
		return SETUP_FAILED;
	return err;
}

static int threads(void *arg)
{
	bpf_step(1, 0, load_perm(*(int *)arg, 0));
	bpf_step(2, EPERM, thread_err());
	/* Nor does another thread's call use it up */
	bpf_step(3, 0, use());
	return failed;
}

TEST_F(perm, not_inherited)
{
	EXPECT_EQ(0, with(0, inherit, &self->token));
	EXPECT_EQ(0, with(0, threads, &self->token));
}

static int next_id(int cmd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return -ct_bpf(cmd, &attr, sizeof(attr));
}

static int enable_stats(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return shut(ct_bpf(BPF_ENABLE_STATS, &attr, sizeof(attr)));
}

struct others {
	int token, map, cgroup, prog;
	__u32 map_id;
	int next, by_id, stats, query;
};

static int by_id(__u32 id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_id = id;
	return shut(ct_bpf(BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr)));
}

static int ask(void *arg)
{
	struct others *o = arg;

	bpf_step(1, 0, load_perm(o->token, 0));
	bpf_step(2, o->next, next_id(BPF_MAP_GET_NEXT_ID));
	bpf_step(3, 0, load_perm(o->token, 0));
	bpf_step(4, o->by_id, by_id(o->map_id));
	bpf_step(5, 0, load_perm(o->token, 0));
	bpf_step(6, o->stats, enable_stats());
	bpf_step(7, 0, load_perm(o->token, 0));
	bpf_step(8, o->query, cgroup_query(o->cgroup, BPF_CGROUP_INET_INGRESS));
	bpf_step(9, EPERM, by_id(o->map_id));
	return failed;
}

/* Commands that take no token see what it carries */
TEST_F(perm, about_others)
{
	struct others o = { .map = map_with(-1, BPF_MAP_TYPE_ARRAY) };
	struct bpf_map_info info = { 0 };
	struct grant g = GRANT(ALL_CAPS);
	union bpf_attr attr;

	mkdir("/tmp/token.cgroup", 0755);
	ASSERT_EQ(0, mount("none", "/tmp/token.cgroup", "cgroup2", 0, NULL));
	o.cgroup = open("/tmp/token.cgroup", O_RDONLY | O_CLOEXEC);
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = o.map;
	attr.info.info = (unsigned long)&info;
	attr.info.info_len = sizeof(info);
	ASSERT_EQ(0, ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)));
	o.map_id = info.id;

	o.token = token_direct(CAP_A);
	EXPECT_EQ(0, with(0, ask, &o));
	close(o.token);
	o.token = token_direct(CAP_B | CAP_T);
	o.query = EPERM;
	EXPECT_EQ(0, with(0, ask, &o));
	close(o.token);
	/* Nothing of the user's own to be seen */
	o.token = token_direct(CAP_B | CAP_N);
	o.next = ENOENT;
	o.by_id = ENOENT;
	o.stats = EPERM;
	o.query = 0;
	EXPECT_EQ(0, with(0, ask, &o));
	close(o.token);
	/* The commands are not allowed */
	g.cmds = BIT64(BPF_PROG_LOAD);
	o.token = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
	o.next = EPERM;
	o.by_id = EPERM;
	o.stats = EPERM;
	o.query = EPERM;
	EXPECT_EQ(0, with(0, ask, &o));
	close(o.token);
	close(o.cgroup);
	close(o.map);
	umount2("/tmp/token.cgroup", MNT_DETACH);
}

/* Another user and other capabilities, and the token is still there */
static int change_user(void *arg)
{
	bpf_step(1, 0, load_perm(*(int *)arg, 0));
	bpf_step(2, 0, ct_become(UID_USER, 0));
	bpf_step(3, 0, use());
	bpf_step(4, EPERM, use());
	return failed;
}

/* In another user namespace it is good for nothing */
static int change_namespace(void *arg)
{
	bpf_step(1, 0, load_perm(*(int *)arg, 0));
	bpf_step(2, 0, ct_enter_userns());
	bpf_step(3, EPERM, use());
	bpf_step(4, EPERM, load_perm(*(int *)arg, BPF_F_PERM_ON_EXEC));
	return failed;
}

TEST_F(perm, change_of_credentials)
{
	EXPECT_EQ(0, as_root(change_user, &self->token));
	EXPECT_EQ(0, with(0, change_namespace, &self->token));
}

/* A token makes no token that its revocation would not reach */
static int escape(void *arg)
{
	int token = *(int *)arg;

	bpf_step(1, 0, load_perm(token, 0));
	bpf_step(2, EPERM, shut(token_direct(0)));
	bpf_step(3, 0, load_perm(token, 0));
	bpf_step(4, EPERM, token_revoke(token, -1));
	return failed;
}

TEST_F(perm, no_escape_from_revocation)
{
	int token = token_direct(ALL_CAPS);

	EXPECT_EQ(0, with(0, escape, &token));
	close(token);
}

/* By a program: it has the token of the call around it, and does not use it */
struct nested {
	int token, prog;
};

static int run_nested(int prog)
{
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = prog;
	err = ct_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	if (err)
		return -err;
	return shut((int)attr.test.retval);
}

static int nest(void *arg)
{
	struct nested *n = arg;

	bpf_step(1, EPERM, run_nested(n->prog));
	bpf_step(2, 0, load_perm(n->token, 0));
	bpf_step(3, 0, run_nested(n->prog));
	bpf_step(4, EPERM, run_nested(n->prog));
	return failed;
}

static int nest_refused(void *arg)
{
	struct nested *n = arg;

	bpf_step(1, 0, load_perm(n->token, 0));
	bpf_step(2, EPERM, run_nested(n->prog));
	return failed;
}

static int look_finds_none(void *arg)
{
	struct nested *n = arg;

	bpf_step(1, 0, load_perm(n->token, 0));
	bpf_step(2, ENOENT, run_nested(n->prog));
	return failed;
}

TEST_F(perm, nested)
{
	const struct bpf_insn insns[] = {
		/* map_type, key_size, value_size, max_entries */
		CT_ST(BPF_W, 10, -16, BPF_MAP_TYPE_LRU_HASH),
		CT_ST(BPF_W, 10, -12, 4),
		CT_ST(BPF_W, 10, -8, 4),
		CT_ST(BPF_W, 10, -4, 4),
		CT_MOV_IMM(1, BPF_MAP_CREATE),
		CT_MOV_REG(2, 10),
		CT_ADD_IMM(2, -16),
		CT_MOV_IMM(3, 16),
		CT_CALL(BPF_FUNC_sys_bpf),
		CT_EXIT(),
	};
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_SYSCALL,
		.insns = insns,
		.nr_insns = ARRAY_SIZE(insns),
		.flags = BPF_F_SLEEPABLE,
	};
	/* The same with a command that no mask of types bounds */
	const struct bpf_insn look_insns[] = {
		CT_ST(BPF_DW, 10, -8, 1),
		CT_MOV_IMM(1, BPF_MAP_GET_FD_BY_ID),
		CT_MOV_REG(2, 10),
		CT_ADD_IMM(2, -8),
		CT_MOV_IMM(3, 8),
		CT_CALL(BPF_FUNC_sys_bpf),
		CT_EXIT(),
	};
	const struct ct_prog look_prog = {
		.type = BPF_PROG_TYPE_SYSCALL,
		.insns = look_insns,
		.nr_insns = ARRAY_SIZE(look_insns),
		.flags = BPF_F_SLEEPABLE,
	};
	struct nested n = { self->token, ct_prog_load(&prog) };
	struct nested look = { self->token, ct_prog_load(&look_prog) };
	struct grant g = GRANT(CAP_B);

	ASSERT_LE(0, n.prog);
	ASSERT_LE(0, look.prog);
	EXPECT_EQ(0, with(0, nest, &n));
	g.cmds &= ~BIT64(BPF_MAP_CREATE);
	n.token = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
	EXPECT_EQ(0, with(0, nest_refused, &n));
	close(n.token);
	g = GRANT(CAP_B);
	g.cmds &= ~BIT64(BPF_PROG_TEST_RUN);
	n.token = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
	EXPECT_EQ(0, with(0, nest_refused, &n));
	close(n.token);
	close(n.prog);

	/* There is no such map of the user's: ENOENT, or EPERM */
	EXPECT_EQ(0, with(0, look_finds_none, &look));
	g = GRANT(CAP_B);
	g.cmds &= ~BIT64(BPF_MAP_GET_FD_BY_ID);
	look.token = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
	EXPECT_EQ(0, with(0, nest_refused, &look));
	close(look.token);
	close(look.prog);
}

/* What this program does when it is executed by a test */
static int after_exec(const char *how)
{
	if (!strcmp(how, "--has")) {
		bpf_step(1, 0, use());
		bpf_step(2, 0, use());
		bpf_step(3, 0, thread_err());
		bpf_step(4, 0, prctl(PR_GET_DUMPABLE));
		bpf_step(5, 0, token_shown() != CAP_B);
		if (failed)
			return failed;
		/* In this program, and no other */
		execl(self_path, self_path, "--lacks", NULL);
		return SETUP_FAILED;
	}
	/* Whatever this one is privileged to do */
	if (!geteuid())
		bpf_step(11, 0, ct_become(UID_USER, 0));
	bpf_step(12, EPERM, use());
	bpf_step(13, 0, token_shown() != 0);
	return failed;
}

struct exec {
	int token;
	__u32 flags;
	const char *path, *how;
};

static int load_and_exec(void *arg)
{
	struct exec *e = arg;

	bpf_step(21, 0, load_perm(e->token, e->flags));
	execl("/nonexistent", "nonexistent", NULL);
	if (e->flags)	/* not for bpf(2) */
		bpf_step(22, EPERM, use());
	if (failed)
		return failed;
	execl(e->path, e->path, e->how, NULL);
	return SETUP_FAILED;
}

static int exec_in_child(void *arg)
{
	struct exec *e = arg;
	int status;

	bpf_step(31, 0, load_perm(e->token, e->flags));
	if (!fork()) {
		execl(e->path, e->path, e->how, NULL);
		_exit(SETUP_FAILED);
	}
	wait(&status);
	return WEXITSTATUS(status);
}

TEST_F(perm, exec)
{
	struct exec e = { self->token, 0, self_path, "--lacks" };

	EXPECT_EQ(0, with(0, load_and_exec, &e));
	e.flags = BPF_F_PERM_ON_EXEC;
	EXPECT_EQ(0, with(0, exec_in_child, &e));
	e.how = "--has";
	EXPECT_EQ(0, with(0, load_and_exec, &e));
	EXPECT_EQ(1, with(0, exec_in_child, &e));
}

/* A program that is more privileged than its caller does not get it */
TEST_F(perm, setuid)
{
	struct exec e = { self->token, BPF_F_PERM_ON_EXEC, SELF_COPY,
			  "--lacks" };

	/* /tmp itself may be mounted with nosuid */
	mkdir(SUID_DIR, 0755);
	ASSERT_EQ(0, mount("none", SUID_DIR, "tmpfs", 0, "mode=755"));
	ASSERT_EQ(0, copy_file(self_path, SELF_COPY, 04755));
	EXPECT_EQ(0, with(0, load_and_exec, &e));
	/* The same file without the bit raises nothing */
	e.how = "--has";
	ASSERT_EQ(0, chmod(SELF_COPY, 0755));
	EXPECT_EQ(0, with(0, load_and_exec, &e));
	umount2(SUID_DIR, MNT_DETACH);
}

int main(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", self_path,
			     sizeof(self_path) - 1);

	if (n < 0)
		return KSFT_FAIL;
	if (argc == 2 && (!strcmp(argv[1], "--has") ||
			  !strcmp(argv[1], "--lacks")))
		return after_exec(argv[1]);
	need_delegation();
	return test_harness_run(argc, argv);
}

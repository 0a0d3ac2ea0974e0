// SPDX-License-Identifier: GPL-2.0
/*
 * What the holder of a token's descriptor may do: a user without capabilities,
 * with tokens of all sorts.
 */
#include "token.h"
#include <pthread.h>
#include "../kselftest_harness.h"

#define LOG_SIZE	65536

static char *verifier_log;	/* shared: the loader is a child */

FIXTURE(use)
{
	int unpriv;
};

FIXTURE_SETUP(use)
{
	verifier_log = shared_memory(LOG_SIZE);
	ASSERT_NE(NULL, verifier_log);
	self->unpriv = get_number(UNPRIV);
	ASSERT_EQ(0, set_number(UNPRIV, 2));
}

FIXTURE_TEARDOWN(use)
{
	set_number(UNPRIV, self->unpriv);
}

/* What takes which capabilities; CAP_SYS_ADMIN is as good as most */
static const struct {
	const char *name;
	int (*try)(void *arg);
	__u32 type, attach;
	__u64 needs, or;
} uses[] = {
	{ "socket filter", try_prog, BPF_PROG_TYPE_SOCKET_FILTER, 0, CAP_B, 0 },
	{ "sk_lookup", try_prog, BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP,
	  CAP_B, 0 },
	{ "XDP", try_prog, BPF_PROG_TYPE_XDP, BPF_XDP, CAP_B | CAP_N, 0 },
	{ "tc", try_prog, BPF_PROG_TYPE_SCHED_CLS, 0, CAP_B | CAP_N, 0 },
	{ "kprobe", try_prog, BPF_PROG_TYPE_KPROBE, 0, CAP_B | CAP_P,
	  CAP_B | CAP_T },
	{ "raw tracepoint", try_prog, BPF_PROG_TYPE_RAW_TRACEPOINT, 0,
	  CAP_B | CAP_P, CAP_B | CAP_T },
	{ "writable raw tracepoint", try_prog,
	  BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, CAP_B | CAP_P, 0 },
	{ "array", try_map, BPF_MAP_TYPE_ARRAY, 0, CAP_B, 0 },
	{ "LRU hash", try_map, BPF_MAP_TYPE_LRU_HASH, 0, CAP_B, 0 },
	{ "devmap", try_map, BPF_MAP_TYPE_DEVMAP, 0, CAP_B | CAP_N, 0 },
	{ "BTF", try_btf, 0, 0, CAP_B, 0 },
};

static const __u64 five[] = { CAP_B, CAP_N, CAP_P, CAP_T, CAP_A };

/* Every set of capabilities that a token can carry, for every use */
TEST_F_TIMEOUT(use, every_set_of_capabilities, 300)
{
	for (int set = 0; set < 32; set++) {
		__u64 caps = 0, counts;
		int token;

		for (int i = 0; i < 5; i++) {
			if (set & (1 << i))
				caps |= five[i];
		}
		counts = caps & CAP_A ? caps | CAP_B | CAP_N | CAP_P : caps;
		token = token_direct(caps);
		ASSERT_LE(0, token);
		for (size_t i = 0; i < ARRAY_SIZE(uses); i++) {
			struct use u = { token, uses[i].type, uses[i].attach };
			bool may = (counts & uses[i].needs) == uses[i].needs ||
				   (uses[i].or &&
				    (counts & uses[i].or) == uses[i].or);

			EXPECT_EQ(may ? 0 : EPERM, with(0, uses[i].try, &u)) {
				TH_LOG("%s with 0x%llx", uses[i].name, caps);
			}
		}
		close(token);
	}
}

TEST_F(use, without_a_token)
{
	for (size_t i = 0; i < ARRAY_SIZE(uses); i++) {
		struct use u = { -1, uses[i].type, uses[i].attach };

		EXPECT_EQ(EPERM, with(0, uses[i].try, &u));
	}
}

/* A command or type the token does not allow is as without the token */
TEST_F(use, what_the_masks_leave_out)
{
	for (size_t i = 0; i < ARRAY_SIZE(uses); i++) {
		struct use u = { -1, uses[i].type, uses[i].attach };
		struct grant g = GRANT(ALL_CAPS);

		if (uses[i].try == try_prog)
			g.progs &= ~BIT64(uses[i].type);
		else if (uses[i].try == try_map)
			g.maps &= ~BIT64(uses[i].type);
		else
			g.cmds &= ~BIT64(BPF_BTF_LOAD);
		u.token = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
		ASSERT_LE(0, u.token);
		EXPECT_EQ(EPERM, with(0, uses[i].try, &u)) {
			TH_LOG("%s", uses[i].name);
		}
		/* What the caller holds is not touched */
		EXPECT_EQ(0, with(CAP_B | CAP_N | CAP_P, uses[i].try, &u));
		close(u.token);

		g = GRANT(ALL_CAPS);
		if (uses[i].try == try_prog)
			g.cmds &= ~BIT64(BPF_PROG_LOAD);
		else if (uses[i].try == try_map)
			g.cmds &= ~BIT64(BPF_MAP_CREATE);
		else
			continue;
		u.token = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
		EXPECT_EQ(EPERM, with(0, uses[i].try, &u));
		close(u.token);
	}
}

TEST_F(use, attach_types)
{
	struct grant g = GRANT(CAP_B | CAP_N);
	struct use u = { .type = BPF_PROG_TYPE_XDP, .attach = BPF_XDP };

	g.attachs = BIT64(BPF_XDP);
	u.token = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
	EXPECT_EQ(0, with(0, try_prog, &u));
	u.attach = BPF_XDP_CPUMAP;
	EXPECT_EQ(EPERM, with(0, try_prog, &u));
	close(u.token);
}

/* The token's and the caller's own, side by side */
TEST_F(use, beside_ones_own)
{
	struct use u = { token_direct(CAP_B), BPF_PROG_TYPE_XDP, BPF_XDP };

	EXPECT_EQ(EPERM, with(0, try_prog, &u));
	EXPECT_EQ(0, with(CAP_N, try_prog, &u));
	EXPECT_EQ(EPERM, with(CAP_P | CAP_T, try_prog, &u));
	close(u.token);
}

static const struct bpf_insn kill_it[] = {
	CT_MOV_IMM(1, 9), CT_CALL(BPF_FUNC_send_signal), CT_MOV_IMM(0, 0),
	CT_EXIT(),
};

static int try_kill(void *arg)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	attr.insns = (unsigned long)kill_it;
	attr.insn_cnt = ARRAY_SIZE(kill_it);
	attr.license = (unsigned long)"GPL";
	attr.prog_flags = BPF_F_TOKEN_FD;
	attr.prog_token_fd = *(int *)arg;
	attr.log_buf = (unsigned long)verifier_log;
	attr.log_size = LOG_SIZE;
	attr.log_level = 1;
	verifier_log[0] = '\0';
	return shut(ct_bpf(BPF_PROG_LOAD, &attr, sizeof(attr)));
}

/* CAP_BPF and CAP_TRACING by a token load what they load of one's own */
TEST_F(use, observers)
{
	int token = token_direct(CAP_B | CAP_T);

	EXPECT_EQ(EPERM, with(0, try_kill, &token));
	EXPECT_NE(NULL, strstr(verifier_log, "not for an observer"));
	EXPECT_EQ(EPERM, with(CAP_B | CAP_T, try_kill, &token));
	EXPECT_EQ(0, with(CAP_P, try_kill, &token));
	close(token);
	token = token_direct(CAP_B | CAP_T | CAP_P);
	EXPECT_EQ(0, with(0, try_kill, &token));
	close(token);
	/* Half of it by the token, half of one's own */
	token = token_direct(CAP_B);
	EXPECT_EQ(EPERM, with(CAP_T, try_kill, &token));
	EXPECT_NE(NULL, strstr(verifier_log, "not for an observer"));
	close(token);
}

static int make_token(void *arg)
{
	return token_direct(*(__u64 *)arg);
}

TEST_F(use, bearer)
{
	__u64 caps = CAP_B;
	/* By SCM_RIGHTS, from somebody who is gone by now */
	struct use u = { fd_from(UID_OTHER, CAP_A, make_token, &caps),
			 BPF_PROG_TYPE_SOCKET_FILTER, 0 };
	struct bpf_token_info info;

	ASSERT_LE(0, u.token);
	EXPECT_EQ(0, with(0, try_prog, &u));
	EXPECT_EQ(0, token_info(u.token, &info));
	EXPECT_EQ(UID_OTHER, info.creator_uid);
	/* Whoever is root of a namespace is nobody here */
	EXPECT_EQ(EPERM, in_userns(1, try_prog, &u));
	EXPECT_EQ(EPERM, in_userns(2, try_map, &u));
	EXPECT_EQ(EPERM, in_userns(1, try_load_perm, &u.token));
	EXPECT_EQ(0, with(0, try_prog, &u));
	close(u.token);
}

static int enter_and_use(void *arg)
{
	if (ct_enter_userns())
		return SETUP_FAILED;
	return try_prog(arg);
}

TEST_F(use, not_carried_into_a_namespace)
{
	struct use u = { token_direct(CAP_B), BPF_PROG_TYPE_SOCKET_FILTER, 0 };

	EXPECT_EQ(EPERM, with(0, enter_and_use, &u));
	close(u.token);
}

/* A big program, so that it takes the verifier a while */
static int load_big(int token)
{
	static struct bpf_insn insns[40000];
	union bpf_attr attr;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(insns) - 1; i++)
		insns[i] = CT_MOV_IMM(0, 0);
	insns[i] = CT_EXIT();
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = ARRAY_SIZE(insns);
	attr.license = (unsigned long)"GPL";
	attr.prog_flags = BPF_F_TOKEN_FD;
	attr.prog_token_fd = token;
	return shut(ct_bpf(BPF_PROG_LOAD, &attr, sizeof(attr)));
}

struct race {
	int token;
	int *started;
};

static int keep_loading(void *arg)
{
	struct race *r = arg;
	int err, n = 0;

	do {
		err = load_big(r->token);
		__atomic_store_n(r->started, 1, __ATOMIC_RELEASE);
		/* What it finds out while it loads may have another name */
	} while (err != EKEYREVOKED && ++n < 10000);
	return err;
}

/* Whenever it comes, the load under way or the next one finds out */
TEST_F_TIMEOUT(use, revoked_while_a_program_loads, 300)
{
	int *started = shared_memory(4096);

	for (int round = 0; round < 8; round++) {
		int root = token_direct(CAP_B);
		struct race r = { token_derive(root, CAP_B), started };
		pid_t pid;

		ASSERT_LE(0, r.token);
		*started = 0;
		pid = fork();
		if (!pid)
			_exit(ct_become(UID_USER, 0) ?: keep_loading(&r));
		while (!__atomic_load_n(started, __ATOMIC_ACQUIRE))
			usleep(1000);
		usleep(round * 700);
		EXPECT_EQ(0, token_revoke(root, -1));
		EXPECT_EQ(EKEYREVOKED, reap(pid));
		close(r.token);
		close(root);
	}
}

static void *close_it(void *arg)
{
	struct race *r = arg;

	while (!__atomic_load_n(r->started, __ATOMIC_ACQUIRE))
		sched_yield();
	close(r->token);
	return NULL;
}

static int load_until_closed(void *arg)
{
	int started = 0, err, n = 0;
	struct race r = { *(int *)arg, &started };
	pthread_t thread;

	if (pthread_create(&thread, NULL, close_it, &r))
		return SETUP_FAILED;
	do {
		__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
		err = load_big(r.token);
	} while (!err && ++n < 10000);
	pthread_join(thread, NULL);
	return err;
}

/* A load under way has the token, the next one finds no descriptor */
TEST_F_TIMEOUT(use, closed_while_a_program_loads, 300)
{
	for (int i = 0; i < 4; i++) {
		int token = token_direct(CAP_B);

		EXPECT_EQ(EBADF, with(0, load_until_closed, &token));
		close(token);
	}
}

/* Between two processes nobody holds it but the socket */
TEST_F(use, closed_and_revoked_on_the_way)
{
	int root = token_direct(CAP_B), token = token_derive(root, CAP_B);
	int again = token_derive(root, CAP_B), sv[2];
	struct use u = { .type = BPF_PROG_TYPE_SOCKET_FILTER };

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv));
	ASSERT_EQ(0, send_fd(sv[0], token));
	ASSERT_EQ(0, send_fd(sv[0], again));
	/* A copy, so that somebody can say which one to revoke */
	close(token);
	u.token = receive_fd(sv[1]);
	ASSERT_LE(0, u.token);
	EXPECT_EQ(0, with(0, try_prog, &u));
	EXPECT_EQ(0, token_revoke(again, root));
	close(again);
	close(u.token);
	u.token = receive_fd(sv[1]);
	ASSERT_LE(0, u.token);
	EXPECT_EQ(EKEYREVOKED, with(0, try_prog, &u));
	/* One that never arrives goes away with the socket, in itself, even */
	ASSERT_EQ(0, send_fd(sv[0], u.token));
	ASSERT_EQ(0, send_fd(sv[0], sv[1]));
	close(u.token);
	close(sv[0]);
	close(sv[1]);
	close(root);
}

/* To attach asks for CAP_NET_ADMIN, which the program's token has */
static int load_and_attach(void *arg)
{
	int *fds = arg, prog, err;

	prog = prog_with(fds[0], BPF_PROG_TYPE_CGROUP_SKB, 0);
	if (prog < 0)
		return -prog;
	if (fds[2])
		token_revoke(fds[0], fds[3]);
	err = cgroup_attach(prog, fds[1], BPF_CGROUP_INET_INGRESS);
	close(prog);
	return err;
}

TEST_F(use, cgroup_skb)
{
	int fds[4];

	mkdir("/tmp/token.cgroup", 0755);
	ASSERT_EQ(0, mount("none", "/tmp/token.cgroup", "cgroup2", 0, NULL));
	mkdir("/tmp/token.cgroup/below", 0755);
	fds[1] = open("/tmp/token.cgroup/below", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fds[1]);
	fds[3] = token_direct(CAP_B | CAP_N);
	fds[2] = 0;
	fds[0] = token_derive(fds[3], CAP_B);
	/* BPF_PROG_ATTACH says EINVAL for whatever is wrong */
	EXPECT_EQ(EINVAL, with(0, load_and_attach, fds));
	close(fds[0]);
	fds[0] = token_derive(fds[3], CAP_B | CAP_N);
	fds[2] = 1;
	EXPECT_EQ(EINVAL, with(0, load_and_attach, fds));
	close(fds[0]);
	fds[0] = token_derive(fds[3], CAP_B | CAP_N);
	fds[2] = 0;
	EXPECT_EQ(0, with(0, load_and_attach, fds));
	close(fds[0]);
	close(fds[3]);
	close(fds[1]);
	rmdir("/tmp/token.cgroup/below");
	umount2("/tmp/token.cgroup", MNT_DETACH);
}

int main(int argc, char **argv)
{
	need_delegation();
	return test_harness_run(argc, argv);
}

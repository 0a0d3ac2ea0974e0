// SPDX-License-Identifier: GPL-2.0
/*
 * Who makes BPF tokens and of what, derives them, pins them and takes them
 * back.
 */
#include "token.h"
#include <sys/resource.h>
#include "../kselftest_harness.h"

#define PIN_DIR	"/tmp/token.bpffs"
#define PIN	PIN_DIR "/token"

static int try_direct(void *arg)
{
	return shut(token_direct(*(__u64 *)arg));
}

TEST(direct_takes_sys_admin)
{
	__u64 caps = 0;

	EXPECT_EQ(0, with(CAP_A, try_direct, &caps));
	EXPECT_EQ(EPERM, with(CAP_EVERY & ~CAP_A, try_direct, &caps));
	EXPECT_EQ(EPERM, with(0, try_direct, &caps));
	EXPECT_EQ(EPERM, in_userns(1, try_direct, &caps));
}

/* CAP_SYS_ADMIN is CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON to BPF, no more */
TEST(never_more_than_held)
{
	__u64 implied = CAP_A | CAP_B | CAP_N | CAP_P, tracing = CAP_T;

	EXPECT_EQ(0, with(CAP_A, try_direct, &implied));
	EXPECT_EQ(EPERM, with(CAP_A, try_direct, &tracing));
	EXPECT_EQ(0, with(CAP_A | CAP_T, try_direct, &tracing));
}

/* One bit more than known in one mask, and the flag that ignores it */
static const struct {
	size_t mask;
	__u64 known;
	__u32 ignore;
} masks[] = {
	{ offsetof(struct grant, cmds), ALL_CMDS | BIT64(BPF_LOAD_PERM_FD) |
	  BIT64(BPF_TOKEN_REVOKE), BPF_F_TOKEN_IGNORE_UNKNOWN_CMDS },
	{ offsetof(struct grant, maps), ALL_MAPS,
	  BPF_F_TOKEN_IGNORE_UNKNOWN_MAP_TYPES },
	{ offsetof(struct grant, progs), ALL_PROGS,
	  BPF_F_TOKEN_IGNORE_UNKNOWN_PROG_TYPES },
	{ offsetof(struct grant, attachs), ALL_ATTACHS,
	  BPF_F_TOKEN_IGNORE_UNKNOWN_ATTACH_TYPES },
	{ offsetof(struct grant, caps), ALL_CAPS, 0 },
};

static __u64 *mask_of(struct grant *g, size_t i)
{
	return (void *)g + masks[i].mask;
}

TEST(unknown_bits)
{
	struct bpf_token_info info;

	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		for (int bit = 0; bit < 64; bit++) {
			__u64 known = masks[i].known & BIT64(bit);
			struct grant g = { 0 };
			int fd;

			*mask_of(&g, i) = BIT64(bit);
			fd = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
			EXPECT_EQ(known ? 0 : EINVAL, shut(fd)) {
				TH_LOG("mask %zu bit %d", i, bit);
			}
			if (known || !masks[i].ignore)
				continue;
			/* Another mask's flag is none of this one's */
			fd = token_make(BPF_F_TOKEN_DIRECT |
					masks[(i + 1) % 4].ignore, 0, &g);
			EXPECT_EQ(EINVAL, shut(fd));
			fd = token_make(BPF_F_TOKEN_DIRECT | masks[i].ignore,
					0, &g);
			ASSERT_LE(0, fd);
			EXPECT_EQ(0, token_info(fd, &info));
			EXPECT_EQ(0, info.allowed_cmds | info.allowed_maps |
				     info.allowed_progs | info.allowed_attachs);
			close(fd);
		}
	}
}

/* The first byte that BPF_TOKEN_CREATE has no use for */
#define CAPS_END	(offsetof(union bpf_attr, token_create.allowed_caps) + 8)

TEST(malformed)
{
	struct grant g = GRANT(0);
	union bpf_attr attr;
	int map;

	EXPECT_EQ(-EINVAL, token_make(BPF_F_TOKEN_DIRECT | BPF_F_TOKEN_DERIVE,
				      0, &g));
	EXPECT_EQ(-EINVAL, token_make(BPF_F_TOKEN_DIRECT | 1, 0, &g));
	EXPECT_EQ(-EINVAL, token_make(BPF_F_TOKEN_DIRECT, 1, &g));
	EXPECT_EQ(-EINVAL, token_make(BPF_F_TOKEN_IGNORE_UNKNOWN_CMDS, 0, &g));
	EXPECT_EQ(-EINVAL, token_make(0, 0, &g));
	EXPECT_EQ(-EBADF, token_make(BPF_F_TOKEN_DERIVE, 999, &g));
	map = map_with(-1, BPF_MAP_TYPE_ARRAY);
	ASSERT_LE(0, map);
	EXPECT_EQ(-EINVAL, token_make(BPF_F_TOKEN_DERIVE, map, &g));
	EXPECT_EQ(EINVAL, token_revoke(map, -1));
	EXPECT_EQ(EINVAL, load_perm(map, 0));
	EXPECT_EQ(EBADF, token_revoke(999, -1));
	EXPECT_EQ(EBADF, load_perm(999, 0));
	EXPECT_EQ(EINVAL, load_perm(-1, 2));
	close(map);

	for (int i = 0; i < 3; i++) {
		memset(&attr, 0, sizeof(attr));
		attr.token_create.flags = BPF_F_TOKEN_DIRECT;
		if (i == 0)
			attr.token_create.bpffs_fd = 1;
		else if (i == 1)
			attr.token_create.cgroup_fd = 1;
		else
			((char *)&attr)[CAPS_END] = 1;
		EXPECT_EQ(-EINVAL, ct_bpf(BPF_TOKEN_CREATE, &attr,
					  sizeof(attr)));
	}
	memset(&attr, 0, sizeof(attr));
	attr.token_revoke.flags = 1;
	EXPECT_EQ(-EINVAL, ct_bpf(BPF_TOKEN_REVOKE, &attr, sizeof(attr)));
}

/* Each known bit of each mask is refused to whose parent lacks it */
TEST(subset_in_every_bit)
{
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		for (int bit = 0; bit < 64; bit++) {
			struct grant g = GRANT(ALL_CAPS);
			int parent;

			if (!(masks[i].known & BIT64(bit)) ||
			    (!i && bit == BPF_TOKEN_CREATE))
				continue;
			*mask_of(&g, i) &= ~BIT64(bit);
			parent = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
			ASSERT_LE(0, parent);
			EXPECT_EQ(0, shut(token_make(BPF_F_TOKEN_DERIVE, parent,
						     &g)));
			*mask_of(&g, i) |= BIT64(bit);
			EXPECT_EQ(EPERM, shut(token_make(BPF_F_TOKEN_DERIVE,
							 parent, &g))) {
				TH_LOG("mask %zu bit %d", i, bit);
			}
			close(parent);
		}
	}
}

TEST(who_derives)
{
	struct grant g = GRANT(CAP_B);
	int yes = token_direct(CAP_B), no;

	g.cmds &= ~BIT64(BPF_TOKEN_CREATE);
	no = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
	ASSERT_LE(0, yes);
	ASSERT_LE(0, no);
	EXPECT_EQ(0, with(0, try_derive, &yes));
	/* GRANT() asks for BPF_TOKEN_CREATE, which nobody gets from this one */
	EXPECT_EQ(EPERM, with(0, try_derive, &no));
	EXPECT_EQ(EPERM, with(CAP_A, try_derive, &no));
	EXPECT_EQ(EPERM, in_userns(1, try_derive, &yes));
	close(no);
	close(yes);
}

static int derive_nothing(void *arg)
{
	struct grant none = { 0 };

	return shut(token_make(BPF_F_TOKEN_DERIVE, *(int *)arg, &none));
}

TEST(deriving_is_a_command)
{
	struct grant g = GRANT(CAP_B);
	int fd;

	g.cmds &= ~BIT64(BPF_TOKEN_CREATE);
	fd = token_make(BPF_F_TOKEN_DIRECT, 0, &g);
	ASSERT_LE(0, fd);
	EXPECT_EQ(EPERM, with(0, derive_nothing, &fd));
	EXPECT_EQ(EPERM, with(CAP_B | CAP_P | CAP_N, derive_nothing, &fd));
	EXPECT_EQ(0, with(CAP_A, derive_nothing, &fd));
	close(fd);
}

TEST(depth)
{
	struct bpf_token_info info;
	int fd[10], i;

	fd[0] = token_direct(CAP_B);
	for (i = 1; i <= 8; i++) {
		fd[i] = token_derive(fd[i - 1], CAP_B);
		ASSERT_LE(0, fd[i]);
		EXPECT_EQ(0, token_info(fd[i], &info));
		EXPECT_EQ(i, info.depth);
	}
	EXPECT_EQ(-ELOOP, token_derive(fd[8], CAP_B));
	/* They hold their ancestors */
	for (i = 0; i < 8; i++)
		close(fd[i]);
	EXPECT_EQ(0, shut(prog_with(fd[8], BPF_PROG_TYPE_SOCKET_FILTER, 0)));
	EXPECT_EQ(0, token_revoke(fd[8], -1));
	close(fd[8]);
}

struct pair {
	int token, ancestor;
};

static int try_revoke(void *arg)
{
	struct pair *p = arg;

	return token_revoke(p->token, p->ancestor);
}

static int try_use(int token)
{
	return shut(prog_with(token, BPF_PROG_TYPE_SOCKET_FILTER, 0));
}

TEST(who_revokes)
{
	int root = token_direct(CAP_B), other = token_direct(CAP_B);
	int child = token_derive(root, CAP_B);
	int sibling = token_derive(root, CAP_B);
	int grandchild = token_derive(child, CAP_B);
	struct pair p;

	ASSERT_LE(0, grandchild);
	ASSERT_LE(0, sibling);
	p = (struct pair){ child, child };
	EXPECT_EQ(EPERM, with(0, try_revoke, &p));
	p = (struct pair){ child, sibling };
	EXPECT_EQ(EPERM, with(0, try_revoke, &p));
	p = (struct pair){ child, grandchild };
	EXPECT_EQ(EPERM, with(0, try_revoke, &p));
	p = (struct pair){ child, other };
	EXPECT_EQ(EPERM, with(0, try_revoke, &p));
	EXPECT_EQ(EPERM, with(CAP_A, try_revoke, &p));
	p = (struct pair){ child, -1 };
	EXPECT_EQ(EPERM, with(CAP_EVERY & ~CAP_A, try_revoke, &p));
	p = (struct pair){ grandchild, root };
	EXPECT_EQ(EPERM, in_userns(1, try_revoke, &p));
	EXPECT_EQ(0, try_use(grandchild));
	EXPECT_EQ(0, with(0, try_revoke, &p));
	EXPECT_EQ(EKEYREVOKED, try_use(grandchild));
	EXPECT_EQ(0, try_use(child));
	EXPECT_EQ(0, with(0, try_revoke, &p));	/* again */
	p = (struct pair){ child, -1 };
	EXPECT_EQ(0, with(CAP_A, try_revoke, &p));
	EXPECT_EQ(EKEYREVOKED, try_use(child));
	EXPECT_EQ(0, try_use(sibling));
	/* Who was revoked revokes nobody */
	p = (struct pair){ grandchild, child };
	EXPECT_EQ(EKEYREVOKED, with(0, try_revoke, &p));
	close(root);
	close(other);
	close(child);
	close(sibling);
	close(grandchild);
}

/* At once, for all that derive from it; what they made lives on */
TEST(revoked_is_good_for_nothing)
{
	int root = token_direct(CAP_B), child = token_derive(root, CAP_B);
	int last = token_derive(child, CAP_B);
	struct bpf_token_info info;
	union bpf_attr attr;
	int map, prog, key = 1, value = 7;

	ASSERT_LE(0, last);
	map = map_with(last, BPF_MAP_TYPE_ARRAY);
	prog = prog_with(last, BPF_PROG_TYPE_SOCKET_FILTER, 0);
	ASSERT_LE(0, map);
	ASSERT_LE(0, prog);
	EXPECT_EQ(0, token_info(last, &info));
	EXPECT_EQ(0, info.flags & BPF_TOKEN_INFO_REVOKED);
	EXPECT_EQ(0, token_revoke(root, -1));

	EXPECT_EQ(EKEYREVOKED, shut(prog_with(last, BPF_PROG_TYPE_SOCKET_FILTER,
					      0)));
	EXPECT_EQ(EKEYREVOKED, shut(map_with(last, BPF_MAP_TYPE_ARRAY)));
	EXPECT_EQ(EKEYREVOKED, shut(btf_with(last)));
	EXPECT_EQ(EKEYREVOKED, shut(token_derive(last, 0)));
	EXPECT_EQ(EKEYREVOKED, load_perm(last, 0));
	EXPECT_EQ(EKEYREVOKED, load_perm(last, BPF_F_PERM_ON_EXEC));
	EXPECT_EQ(0, token_info(last, &info));
	EXPECT_EQ(BPF_TOKEN_INFO_REVOKED,
		  info.flags & BPF_TOKEN_INFO_REVOKED);

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)&value;
	EXPECT_EQ(0, ct_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)));
	close(map);
	close(prog);
	close(last);
	close(child);
	close(root);
}

FIXTURE(pin)
{
	int token;
};

FIXTURE_SETUP(pin)
{
	mkdir(PIN_DIR, 0777);
	ASSERT_EQ(0, mount("bpf", PIN_DIR, "bpf", 0, "mode=0777"));
	self->token = token_direct(CAP_B);
	ASSERT_LE(0, self->token);
}

FIXTURE_TEARDOWN(pin)
{
	close(self->token);
	umount2(PIN_DIR, MNT_DETACH);
}

static int try_get(void *arg)
{
	return shut(obj_get(PIN, *(__u32 *)arg));
}

TEST_F(pin, file_permissions_decide)
{
	__u32 rw = 0, ro = BPF_F_RDONLY;
	int fd;

	ASSERT_EQ(0, obj_pin(self->token, PIN));
	EXPECT_EQ(EACCES, with(0, try_get, &rw));
	EXPECT_EQ(0, chmod(PIN, 0444));
	EXPECT_EQ(EACCES, with(0, try_get, &rw));
	EXPECT_EQ(EINVAL, with(0, try_get, &ro));
	EXPECT_EQ(0, chmod(PIN, 0666));
	EXPECT_EQ(0, with(0, try_get, &rw));
	/* The same token, and the pin holds it */
	close(self->token);
	self->token = -1;
	fd = obj_get(PIN, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, try_use(fd));
	EXPECT_EQ(0, token_revoke(fd, -1));
	EXPECT_EQ(EKEYREVOKED, with(0, try_get, &rw));
	EXPECT_EQ(EKEYREVOKED, obj_pin(fd, PIN_DIR "/again"));
	EXPECT_EQ(0, unlink(PIN));
	close(fd);
}

TEST_F(pin, zero_flags_are_upstreams)
{
	union bpf_attr attr;
	int dir = open(PIN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(&attr, 0, sizeof(attr));
	attr.token_create.bpffs_fd = dir;
	EXPECT_EQ(-EOPNOTSUPP, ct_bpf(BPF_TOKEN_CREATE, &attr, sizeof(attr)));
	attr.token_create.token_fd = 1;
	EXPECT_EQ(-EINVAL, ct_bpf(BPF_TOKEN_CREATE, &attr, sizeof(attr)));
	close(dir);
}

TEST(what_a_token_tells)
{
	int parent = token_direct(CAP_B | CAP_T), fd;
	struct grant g = { BIT64(BPF_MAP_CREATE), BIT64(33), BIT64(32),
			   BIT64(56), CAP_B };
	struct bpf_token_info up, info;
	char path[64], text[1024];

	fd = token_make(BPF_F_TOKEN_DERIVE, parent, &g);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, token_info(parent, &up));
	EXPECT_EQ(0, token_info(fd, &info));
	EXPECT_EQ(g.cmds, info.allowed_cmds);
	EXPECT_EQ(g.maps, info.allowed_maps);
	EXPECT_EQ(g.progs, info.allowed_progs);
	EXPECT_EQ(g.attachs, info.allowed_attachs);
	EXPECT_EQ(g.caps, info.allowed_caps);
	EXPECT_EQ(up.id, info.parent_id);
	EXPECT_EQ(0, up.parent_id);
	EXPECT_LT(up.id, info.id);
	EXPECT_EQ(1, info.depth);
	EXPECT_EQ(0, info.creator_uid);
	EXPECT_EQ(0, info.uses);
	EXPECT_EQ(BPF_TOKEN_INFO_CONFERS, info.flags);
	EXPECT_EQ(1, up.uses);		/* to derive from it */

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	ASSERT_LT(0, get_string(path, text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "allowed_caps:\t0x8000000000\n"));
	EXPECT_NE(NULL, strstr(text, "depth:\t1\n"));
	EXPECT_NE(NULL, strstr(text, "revoked:\t0\n"));
	EXPECT_EQ(0, token_revoke(fd, parent));
	ASSERT_LT(0, get_string(path, text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "revoked:\t1\n"));
	close(fd);
	close(parent);
}

#define MANY	10000

/*
 * Ten thousand alive at once, in a tree of four children each, seven levels
 * deep.  The guest's leak scan looks on.
 */
FIXTURE(tree)
{
};

FIXTURE_SETUP(tree)
{
}

FIXTURE_TEARDOWN(tree)
{
}

TEST_F_TIMEOUT(tree, many, 300)
{
	static int fd[MANY];
	struct rlimit lim = { MANY + 100, MANY + 100 };
	struct bpf_token_info info;
	int revoked = 0;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &lim));
	fd[0] = token_direct(CAP_B);
	ASSERT_LE(0, fd[0]);
	for (int i = 1; i < MANY; i++) {
		fd[i] = token_derive(fd[(i - 1) / 4], CAP_B);
		ASSERT_LE(0, fd[i]) {
			TH_LOG("%d: %d", i, fd[i]);
		}
	}
	EXPECT_EQ(0, token_info(fd[MANY - 1], &info));
	EXPECT_EQ(7, info.depth);
	/* One of the four below the first: it and what derives from it */
	EXPECT_EQ(0, token_revoke(fd[1], fd[0]));
	for (int i = 0; i < MANY; i++) {
		bool below = false;

		for (int j = i; j > 0; j = (j - 1) / 4)
			below |= j == 1;
		EXPECT_EQ(0, token_info(fd[i], &info));
		EXPECT_EQ(below, !!(info.flags & BPF_TOKEN_INFO_REVOKED));
		revoked += below;
	}
	EXPECT_EQ(5461, revoked);
	/* Parents first: each is held by its children */
	for (int i = 0; i < MANY - 1; i++)
		close(fd[i]);
	EXPECT_EQ(0, try_use(fd[MANY - 1]));
	close(fd[MANY - 1]);
}

static int no_more_descriptors(void *arg)
{
	struct rlimit lim = { 64, 64 };
	int fd[64], n = 0, token = *(int *)arg;

	if (setrlimit(RLIMIT_NOFILE, &lim))
		return SETUP_FAILED;
	while (n < 64 && (fd[n] = token_derive(token, CAP_B)) >= 0)
		n++;
	if (n < 16 || fd[n] != -EMFILE ||
	    token_direct(CAP_B) != -EMFILE || obj_get(PIN, 0) != -EMFILE)
		return WRONG;
	/* What is there goes on, and room for one is room for one */
	if (load_perm(token, 0) || token_revoke(fd[0], token))
		return WRONG;
	close(fd[0]);
	fd[0] = token_derive(token, CAP_B);
	if (fd[0] < 0 || token_derive(token, CAP_B) != -EMFILE)
		return WRONG;
	return 0;
}

TEST_F(pin, no_more_descriptors)
{
	ASSERT_EQ(0, obj_pin(self->token, PIN));
	EXPECT_EQ(0, as_root(no_more_descriptors, &self->token));
}

int main(int argc, char **argv)
{
	need_delegation();
	return test_harness_run(argc, argv);
}

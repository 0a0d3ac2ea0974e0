// SPDX-License-Identifier: GPL-2.0
/*
 * Tokens that are confined to a cgroup, and bpf.token, the file that gives
 * them: what its holder may do in that cgroup, below it, and nowhere else.
 */
#include "token.h"
#include "../kselftest_harness.h"

#define TOP	"/tmp/token.cgroup"
#define IN	TOP "/in"
#define BELOW	IN "/below"
#define OUT	TOP "/out"
#define GONE	TOP "/gone"
#define PIN_DIR	"/tmp/token.bpffs"

/* All that a confined token can allow */
#define CMDS	(BIT64(BPF_MAP_CREATE) | BIT64(BPF_PROG_LOAD) | \
		 BIT64(BPF_BTF_LOAD) | BIT64(BPF_PROG_ATTACH) | \
		 BIT64(BPF_PROG_DETACH) | BIT64(BPF_PROG_QUERY) | \
		 BIT64(BPF_LINK_CREATE) | BIT64(BPF_TOKEN_CREATE))
#define CAPS	(CAP_B | CAP_N | CAP_P)

/* What is attached to cgroups, and how it is loaded */
static const struct {
	__u32 type, expected, attach;
} kinds[] = {
	{ BPF_PROG_TYPE_CGROUP_SKB, 0, BPF_CGROUP_INET_INGRESS },
	{ BPF_PROG_TYPE_CGROUP_SKB, 0, BPF_CGROUP_INET_EGRESS },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE,
	  BPF_CGROUP_INET_SOCK_CREATE },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT,
	  BPF_CGROUP_INET4_CONNECT },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, 0, BPF_CGROUP_DEVICE },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, 0, BPF_CGROUP_SYSCTL },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT,
	  BPF_CGROUP_SETSOCKOPT },
	{ BPF_PROG_TYPE_SOCK_OPS, 0, BPF_CGROUP_SOCK_OPS },
};

FIXTURE(cg)
{
	int unpriv, top, in, below, out, token;
};

static int dir(const char *path)
{
	mkdir(path, 0755);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int token_of(const char *path)
{
	char name[128];

	snprintf(name, sizeof(name), "%s/bpf.token", path);
	return open(name, O_RDONLY | O_CLOEXEC);
}

FIXTURE_SETUP(cg)
{
	self->unpriv = get_number(UNPRIV);
	ASSERT_EQ(0, set_number(UNPRIV, 2));
	mkdir(TOP, 0755);
	ASSERT_EQ(0, mount("none", TOP, "cgroup2", 0, NULL));
	self->top = dir(TOP);
	self->in = dir(IN);
	self->below = dir(BELOW);
	self->out = dir(OUT);
	self->token = token_of(IN);
	ASSERT_LE(0, self->out);
	ASSERT_LE(0, self->below);
	ASSERT_LE(0, self->token);
}

FIXTURE_TEARDOWN(cg)
{
	close(self->token);
	close(self->top);
	close(self->in);
	close(self->below);
	close(self->out);
	rmdir(BELOW);
	rmdir(IN);
	rmdir(OUT);
	umount2(TOP, MNT_DETACH);
	set_number(UNPRIV, self->unpriv);
}

static __u64 inode(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static int make_and_take(void *arg)
{
	struct file_op op = { IN "/theirs/bpf.token", O_RDONLY };
	struct stat st;

	if (mkdir(IN "/theirs", 0755))
		return SETUP_FAILED;
	/* The directory and its other files are the user's */
	if (stat(IN "/theirs/cgroup.procs", &st) || st.st_uid != UID_USER)
		return WRONG;
	if (stat(op.path, &st) || st.st_uid || st.st_gid ||
	    (st.st_mode & 07777) != 0600)
		return WRONG;
	if (!chmod(op.path, 0666) || errno != EPERM ||
	    !chown(op.path, UID_USER, UID_USER) || errno != EPERM ||
	    !unlink(op.path))
		return WRONG;
	return op_open(&op);
}

TEST_F(cg, who_opens)
{
	static const char *const all[] = {
		TOP "/bpf.token", IN "/bpf.token", BELOW "/bpf.token",
		OUT "/bpf.token",
	};
	struct file_op op = { .flags = O_RDONLY };
	char delegate[4096];
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		op.path = all[i];
		ASSERT_EQ(0, stat(op.path, &st));
		EXPECT_EQ(0600, st.st_mode & 07777);
		EXPECT_EQ(0, st.st_uid);
		EXPECT_EQ(EACCES, with(0, op_open, &op));
		EXPECT_EQ(EACCES, with(CAP_A | CAP_B | CAP_N, op_open, &op));
		EXPECT_EQ(0, as_root(op_open, &op));
	}
	/* Whoever was given the cgroup, as systemd gives it, has no token */
	ASSERT_EQ(0, chown(IN, UID_USER, UID_USER));
	ASSERT_EQ(0, chown(IN "/cgroup.procs", UID_USER, UID_USER));
	ASSERT_EQ(0, chown(IN "/cgroup.subtree_control", UID_USER, UID_USER));
	EXPECT_EQ(EACCES, with(0, make_and_take, NULL));
	EXPECT_EQ(0, rmdir(IN "/theirs"));
	ASSERT_LT(0, get_string("/sys/kernel/cgroup/delegate", delegate,
				sizeof(delegate)));
	EXPECT_NE(NULL, strstr(delegate, "cgroup.procs"));
	EXPECT_EQ(NULL, strstr(delegate, "bpf.token"));
	/* The administrator gives it to them by name */
	op.path = IN "/bpf.token";
	ASSERT_EQ(0, chown(op.path, UID_USER, UID_USER));
	EXPECT_EQ(0, with(0, op_open, &op));
	EXPECT_EQ(EACCES, run_as(UID_OTHER, 0, op_open, &op));
	ASSERT_EQ(0, chmod(op.path, 0666));
	EXPECT_EQ(0, run_as(UID_OTHER, 0, op_open, &op));
	EXPECT_EQ(EPERM, in_userns(1, op_open, &op));
	op.path = BELOW "/bpf.token";
	EXPECT_EQ(EACCES, with(0, op_open, &op));
}

TEST_F(cg, what_it_tells)
{
	struct bpf_token_info info, other;
	char path[64], text[1024], want[64];
	int again = token_of(IN);

	EXPECT_EQ(0, token_info(self->token, &info));
	EXPECT_EQ(CMDS, info.allowed_cmds);
	EXPECT_EQ(ALL_MAPS, info.allowed_maps);
	EXPECT_EQ(CAP_B | CAP_N, info.allowed_caps);
	EXPECT_EQ(inode(IN), info.cgroup_id);
	EXPECT_EQ(BPF_TOKEN_INFO_CONFERS, info.flags);
	EXPECT_EQ(0, token_info(again, &other));
	EXPECT_NE(info.id, other.id);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", self->token);
	ASSERT_LT(0, get_string(path, text, sizeof(text)));
	snprintf(want, sizeof(want), "cgroup_id:\t%llu\n", inode(IN));
	EXPECT_NE(NULL, strstr(text, want));
	EXPECT_NE(NULL, strstr(text, "allowed_caps:\t0x8000001000\n"));
	/* It is neither read nor written */
	EXPECT_EQ(-1, read(self->token, text, 1));
	EXPECT_EQ(EINVAL, errno);
	close(again);
}

static bool may_be_confined(size_t mask, int bit)
{
	switch (mask) {
	case offsetof(struct grant, cmds):
		return CMDS & BIT64(bit);
	case offsetof(struct grant, progs):
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
			if (kinds[i].type == bit)
				return true;
		}
		return false;
	case offsetof(struct grant, attachs):
		return bit <= BPF_CGROUP_SOCK_OPS || bit == BPF_CGROUP_DEVICE ||
		       (bit >= BPF_CGROUP_INET4_BIND &&
			bit <= BPF_CGROUP_UDP6_SENDMSG) ||
		       bit == BPF_CGROUP_SYSCTL ||
		       (bit >= BPF_CGROUP_UDP4_RECVMSG &&
			bit <= BPF_CGROUP_SETSOCKOPT) ||
		       (bit >= BPF_CGROUP_INET4_GETPEERNAME &&
			bit <= BPF_CGROUP_INET6_GETSOCKNAME) ||
		       bit == BPF_CGROUP_INET_SOCK_RELEASE ||
		       (bit >= BPF_CGROUP_UNIX_CONNECT &&
			bit <= BPF_CGROUP_UNIX_GETSOCKNAME);
	case offsetof(struct grant, caps):
		return CAPS & BIT64(bit);
	default:
		return true;
	}
}

/* What has no meaning in a cgroup is refused, bit by bit, and not dropped */
TEST_F(cg, masks)
{
	static const struct {
		size_t mask;
		__u64 known;
	} masks[] = {
		{ offsetof(struct grant, cmds), ALL_CMDS },
		{ offsetof(struct grant, maps), ALL_MAPS },
		{ offsetof(struct grant, progs), ALL_PROGS },
		{ offsetof(struct grant, attachs), ALL_ATTACHS },
		{ offsetof(struct grant, caps), ALL_CAPS },
	};
	int all = token_direct(ALL_CAPS);

	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		for (int bit = 0; bit < 64; bit++) {
			struct grant g = { .cgroup = self->in };
			int want;

			if (!(masks[i].known & BIT64(bit)))
				continue;
			*(__u64 *)((void *)&g + masks[i].mask) = BIT64(bit);
			want = may_be_confined(masks[i].mask, bit) ? 0 : EPERM;
			EXPECT_EQ(want, shut(token_make(BPF_F_TOKEN_DIRECT |
							BPF_F_TOKEN_CGROUP,
							0, &g))) {
				TH_LOG("mask %zu bit %d", i, bit);
			}
			EXPECT_EQ(want, shut(token_make(BPF_F_TOKEN_DERIVE |
							BPF_F_TOKEN_CGROUP,
							all, &g)));
		}
	}
	close(all);
}

static int derive_in(int parent, int cgroup)
{
	struct grant g = { .cmds = CMDS, .caps = CAP_B | CAP_N,
			   .cgroup = cgroup };

	return token_make(BPF_F_TOKEN_DERIVE | BPF_F_TOKEN_CGROUP, parent, &g);
}

TEST_F(cg, only_further_in)
{
	struct grant none = { .cmds = BIT64(BPF_TOKEN_CREATE) };
	int all = token_direct(ALL_CAPS), child, deeper;
	struct bpf_token_info info;

	EXPECT_EQ(0, shut(derive_in(self->token, self->in)));
	EXPECT_EQ(EPERM, shut(derive_in(self->token, self->out)));
	EXPECT_EQ(EPERM, shut(derive_in(self->token, self->top)));
	EXPECT_EQ(EBADF, shut(derive_in(self->token, 999)));
	EXPECT_EQ(EBADF, shut(derive_in(self->token, self->token)));
	EXPECT_EQ(0, shut(derive_in(all, self->out)));
	child = derive_in(self->token, self->below);
	ASSERT_LE(0, child);
	EXPECT_EQ(0, token_info(child, &info));
	EXPECT_EQ(inode(BELOW), info.cgroup_id);
	EXPECT_EQ(EPERM, shut(derive_in(child, self->in)));
	/* Who names none stays in the parent's */
	deeper = token_make(BPF_F_TOKEN_DERIVE, child, &none);
	ASSERT_LE(0, deeper);
	EXPECT_EQ(0, token_info(deeper, &info));
	EXPECT_EQ(inode(BELOW), info.cgroup_id);
	none.cgroup = self->below;	/* without the flag */
	EXPECT_EQ(EINVAL, shut(token_make(BPF_F_TOKEN_DERIVE, child, &none)));
	/* Nor is the flag alone something to make a token of */
	EXPECT_EQ(EINVAL, shut(token_make(BPF_F_TOKEN_CGROUP, 0, &none)));
	close(deeper);
	close(child);
	close(all);
}

struct place {
	int token, prog, cgroup;
	__u32 attach;
	bool by_link;
};

static int put_there(void *arg)
{
	struct place *p = arg;
	int err;

	if (p->token >= 0) {
		err = load_perm(p->token, 0);
		if (err)
			return SETUP_FAILED;
	}
	if (p->by_link)
		return shut(cgroup_link(p->prog, p->cgroup, p->attach));
	err = cgroup_attach(p->prog, p->cgroup, p->attach);
	if (!err && cgroup_detach(p->prog, p->cgroup, p->attach))
		return WRONG;
	return err;
}

static int load_kind(void *arg)
{
	int *i = arg;

	return prog_with(i[1], kinds[i[0]].type, kinds[i[0]].expected);
}

/* A program is confined as the token that it was loaded with, for everybody */
TEST_F(cg, attach)
{
	for (int i = 0; i < ARRAY_SIZE(kinds); i++) {
		int how[] = { i, self->token };
		struct place p = {
			.token = -1,
			.prog = fd_from(UID_USER, 0, load_kind, how),
			.attach = kinds[i].attach,
		};

		ASSERT_LE(0, p.prog) {
			TH_LOG("kind %d: %d", i, p.prog);
		}
		for (int by_link = 0; by_link < 2; by_link++) {
			p.by_link = by_link;
			p.cgroup = self->in;
			EXPECT_EQ(0, with(0, put_there, &p));
			p.cgroup = self->below;
			EXPECT_EQ(0, with(0, put_there, &p));
			p.cgroup = self->out;
			EXPECT_EQ(EPERM, with(0, put_there, &p));
			EXPECT_EQ(EPERM, as_root(put_there, &p)) {
				TH_LOG("kind %d by link %d", i, by_link);
			}
			p.cgroup = self->top;
			EXPECT_EQ(EPERM, as_root(put_there, &p));
		}
		close(p.prog);
	}
}

/* What is asked for at the cgroup itself, for a program of somebody else */
TEST_F(cg, right_to_attach)
{
	struct grant g = { CMDS & ~BIT64(BPF_LINK_CREATE), 0,
			   BIT64(BPF_PROG_TYPE_CGROUP_SKB),
			   BIT64(BPF_CGROUP_INET_INGRESS), CAP_B | CAP_N };
	int narrow = token_make(BPF_F_TOKEN_DERIVE, self->token, &g), mute;
	struct place p = {
		.prog = prog_with(-1, BPF_PROG_TYPE_CGROUP_SKB, 0),
		.attach = BPF_CGROUP_INET_INGRESS,
	};

	g.caps = CAP_B;
	mute = token_make(BPF_F_TOKEN_DERIVE, self->token, &g);
	ASSERT_LE(0, p.prog);
	ASSERT_LE(0, narrow);
	ASSERT_LE(0, mute);
	for (int by_link = 0; by_link < 2; by_link++) {
		/* BPF_PROG_ATTACH says so for whatever it finds early */
		int refused = by_link ? EPERM : EINVAL;

		p.by_link = by_link;
		p.cgroup = self->in;
		p.token = -1;
		EXPECT_EQ(refused, with(0, put_there, &p));
		p.token = mute;
		EXPECT_EQ(refused, with(0, put_there, &p));
		p.token = self->token;
		EXPECT_EQ(0, with(0, put_there, &p));
		p.cgroup = self->below;
		EXPECT_EQ(0, with(0, put_there, &p));
		p.cgroup = self->out;
		EXPECT_EQ(EPERM, with(0, put_there, &p));
		p.cgroup = self->top;
		EXPECT_EQ(EPERM, with(0, put_there, &p));
		/* What the caller holds itself goes further */
		EXPECT_EQ(0, with(CAP_N, put_there, &p));
		p.token = narrow;
		p.cgroup = self->in;
		EXPECT_EQ(by_link ? EPERM : 0, with(0, put_there, &p));
		p.attach = BPF_CGROUP_INET_EGRESS;
		EXPECT_EQ(refused, with(0, put_there, &p));
		p.attach = BPF_CGROUP_INET_INGRESS;
	}
	close(mute);
	close(narrow);
	close(p.prog);
}

struct update {
	int link, prog;
};

static int try_update(void *arg)
{
	struct update *u = arg;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_update.link_fd = u->link;
	attr.link_update.new_prog_fd = u->prog;
	return -ct_bpf(BPF_LINK_UPDATE, &attr, sizeof(attr));
}

TEST_F(cg, link_update)
{
	int mine = prog_with(-1, BPF_PROG_TYPE_CGROUP_SKB, 0);
	struct update u = {
		.prog = prog_with(self->token, BPF_PROG_TYPE_CGROUP_SKB, 0),
	};

	ASSERT_LE(0, u.prog);
	u.link = cgroup_link(mine, self->out, BPF_CGROUP_INET_INGRESS);
	ASSERT_LE(0, u.link);
	EXPECT_EQ(EPERM, as_root(try_update, &u));
	EXPECT_EQ(EPERM, with(0, try_update, &u));
	close(u.link);
	u.link = cgroup_link(mine, self->below, BPF_CGROUP_INET_INGRESS);
	ASSERT_LE(0, u.link);
	EXPECT_EQ(0, with(0, try_update, &u));
	close(u.link);
	close(u.prog);
	close(mine);
}

static int detach_unseen(void *arg)
{
	struct place *p = arg;

	if (p->token >= 0 && load_perm(p->token, 0))
		return SETUP_FAILED;
	return cgroup_detach(-1, p->cgroup, p->attach);
}

/* What somebody else attached, without its descriptor */
TEST_F(cg, detach)
{
	struct grant g = { CMDS, 0, 0, BIT64(BPF_CGROUP_INET_EGRESS),
			   CAP_B | CAP_N };
	int egress = token_make(BPF_F_TOKEN_DERIVE, self->token, &g);
	struct place p = {
		.prog = prog_with(-1, BPF_PROG_TYPE_CGROUP_SKB, 0),
		.attach = BPF_CGROUP_INET_INGRESS,
	};

	ASSERT_LE(0, egress);
	ASSERT_EQ(0, cgroup_attach(p.prog, self->in, p.attach));
	ASSERT_EQ(0, cgroup_attach(p.prog, self->out, p.attach));
	p.token = self->token;
	p.cgroup = self->out;
	EXPECT_EQ(EPERM, with(0, detach_unseen, &p));
	p.cgroup = self->in;
	p.token = -1;
	EXPECT_EQ(EPERM, with(0, detach_unseen, &p));
	p.token = egress;
	EXPECT_EQ(EPERM, with(0, detach_unseen, &p));
	p.token = self->token;
	EXPECT_EQ(0, with(0, detach_unseen, &p));
	EXPECT_EQ(0, cgroup_detach(-1, self->out, p.attach));
	close(egress);
	close(p.prog);
}

static int ask(void *arg)
{
	struct place *p = arg;

	if (p->token >= 0 && load_perm(p->token, 0))
		return SETUP_FAILED;
	return cgroup_query(p->cgroup, p->attach);
}

TEST_F(cg, query)
{
	int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct place p = { self->token, -1, self->in,
			   BPF_CGROUP_INET_INGRESS };
	struct grant g = { CMDS, 0, 0, BIT64(BPF_CGROUP_INET_EGRESS),
			   CAP_B | CAP_N };

	EXPECT_EQ(0, with(0, ask, &p));
	p.cgroup = self->below;
	EXPECT_EQ(0, with(0, ask, &p));
	p.cgroup = self->out;
	EXPECT_EQ(EPERM, with(0, ask, &p));
	EXPECT_EQ(0, with(CAP_N, ask, &p));
	p.cgroup = self->in;
	p.attach = BPF_LSM_CGROUP;
	EXPECT_EQ(EPERM, with(0, ask, &p));
	p.attach = BPF_FLOW_DISSECTOR;
	p.cgroup = netns;
	EXPECT_EQ(EPERM, with(0, ask, &p));
	EXPECT_EQ(0, with(CAP_N, ask, &p));
	p = (struct place){ -1, -1, self->in, BPF_CGROUP_INET_INGRESS };
	EXPECT_EQ(EPERM, with(0, ask, &p));
	p.token = token_make(BPF_F_TOKEN_DERIVE, self->token, &g);
	EXPECT_EQ(EPERM, with(0, ask, &p));
	p.attach = BPF_CGROUP_INET_EGRESS;
	EXPECT_EQ(0, with(0, ask, &p));
	close(p.token);
	close(netns);
}

static int elsewhere(void *arg)
{
	int token = *(int *)arg;
	struct use xdp = { token, BPF_PROG_TYPE_XDP, BPF_XDP };
	struct use filter = { token, BPF_PROG_TYPE_SOCKET_FILTER, 0 };
	struct use lsm = { token, BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP };
	struct use map = { token, BPF_MAP_TYPE_LRU_HASH, 0 };
	union bpf_attr attr;

	if (try_prog(&xdp) != EPERM || try_prog(&filter) != EPERM ||
	    try_prog(&lsm) != EPERM)
		return 1;
	if (try_map(&map) || try_btf(&map))
		return 2;
	memset(&attr, 0, sizeof(attr));
	if (load_perm(token, 0) ||
	    ct_bpf(BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr)) != -EPERM)
		return 3;
	if (load_perm(token, 0) || try_prog(&filter) != EPERM)
		return 4;
	return 0;
}

TEST_F(cg, nothing_elsewhere)
{
	EXPECT_EQ(0, with(0, elsewhere, &self->token));
}

/* The cgroup goes while its token is open */
TEST_F(cg, removed)
{
	int gone = dir(GONE), token = token_of(GONE), prog, old, child;
	struct bpf_token_info before, info;
	struct use u = { .type = BPF_PROG_TYPE_CGROUP_SKB };

	ASSERT_LE(0, token);
	prog = prog_with(token, BPF_PROG_TYPE_CGROUP_SKB, 0);
	ASSERT_LE(0, prog);
	ASSERT_EQ(0, cgroup_attach(prog, gone, BPF_CGROUP_INET_INGRESS));
	EXPECT_EQ(0, token_info(token, &before));
	ASSERT_EQ(0, rmdir(GONE));
	u.token = token;
	EXPECT_EQ(ENODEV, with(0, try_prog, &u));
	EXPECT_EQ(ENODEV, with(0, try_derive, &token));
	EXPECT_EQ(ENODEV, with(0, try_load_perm, &token));
	EXPECT_EQ(0, token_info(token, &info));
	EXPECT_EQ(before.cgroup_id, info.cgroup_id);
	EXPECT_EQ(BPF_TOKEN_INFO_CONFERS, info.flags);
	/* Another one of the same name is another one */
	close(gone);
	gone = dir(GONE);
	EXPECT_EQ(ENODEV, with(0, try_prog, &u));
	old = token;
	token = token_of(GONE);
	u.token = token;
	EXPECT_EQ(0, with(0, try_prog, &u));
	EXPECT_EQ(EPERM, cgroup_attach(prog, gone, BPF_CGROUP_INET_INGRESS));
	EXPECT_EQ(0, token_revoke(old, -1));
	EXPECT_EQ(EKEYREVOKED, shut(prog_with(old, BPF_PROG_TYPE_CGROUP_SKB,
					      0)));
	close(old);
	close(prog);
	close(token);
	close(gone);
	EXPECT_EQ(0, rmdir(GONE));

	/* The child of one further in; its parent goes on */
	child = derive_in(self->token, self->below);
	ASSERT_EQ(0, rmdir(BELOW));
	EXPECT_EQ(ENODEV, with(0, try_load_perm, &child));
	EXPECT_EQ(0, with(0, try_load_perm, &self->token));
	EXPECT_EQ(ENOENT, shut(derive_in(self->token, self->below)));
	close(child);
}

static int loaded_and_removed(void *arg)
{
	if (load_perm(*(int *)arg, 0) || rmdir(GONE))
		return SETUP_FAILED;
	return shut(prog_with(-1, BPF_PROG_TYPE_CGROUP_SKB, 0));
}

TEST_F(cg, removed_while_loaded)
{
	int gone = dir(GONE), token = token_of(GONE);

	ASSERT_LE(0, token);
	close(gone);
	EXPECT_EQ(ENODEV, as_root(loaded_and_removed, &token));
	close(token);
}

TEST_F(cg, revoked)
{
	int again = token_of(IN), child = derive_in(self->token, self->below);
	struct use u = { again, BPF_PROG_TYPE_CGROUP_SKB };

	EXPECT_EQ(0, token_revoke(self->token, -1));
	EXPECT_EQ(EKEYREVOKED, with(0, try_load_perm, &self->token));
	EXPECT_EQ(EKEYREVOKED, with(0, try_load_perm, &child));
	EXPECT_EQ(0, with(0, try_prog, &u));
	close(child);
	close(again);
}

TEST_F(cg, pinned)
{
	struct bpf_token_info info;
	int fd;

	mkdir(PIN_DIR, 0777);
	ASSERT_EQ(0, mount("bpf", PIN_DIR, "bpf", 0, "mode=0777"));
	ASSERT_EQ(0, obj_pin(self->token, PIN_DIR "/token"));
	fd = obj_get(PIN_DIR "/token", 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, token_info(fd, &info));
	EXPECT_EQ(inode(IN), info.cgroup_id);
	close(fd);
	umount2(PIN_DIR, MNT_DETACH);
}

/* Whoever holds it may be anywhere, and leaves it where it was */
TEST_F(cg, open_and_close)
{
	for (int i = 0; i < 200; i++) {
		int gone = dir(GONE), fd[3];

		for (int j = 0; j < 3; j++)
			fd[j] = token_of(GONE);
		ASSERT_LE(0, fd[2]);
		close(fd[0]);
		ASSERT_EQ(0, rmdir(GONE));
		close(fd[1]);
		close(gone);
		EXPECT_EQ(-ENODEV, prog_with(fd[2], BPF_PROG_TYPE_CGROUP_SKB,
					     0));
		close(fd[2]);
	}
}

static bool have_bpf_token(void)
{
	bool have = false;

	mkdir(TOP, 0755);
	if (!mount("none", TOP, "cgroup2", 0, NULL)) {
		have = !access(TOP "/bpf.token", F_OK);
		umount2(TOP, MNT_DETACH);
	}
	return have;
}

int main(int argc, char **argv)
{
	need_delegation();
	if (!have_bpf_token()) {
		printf("TAP version 13\n1..0 # SKIP this kernel has no bpf.token\n");
		return KSFT_SKIP;
	}
	return test_harness_run(argc, argv);
}

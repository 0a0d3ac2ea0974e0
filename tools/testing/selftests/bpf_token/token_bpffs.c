// SPDX-License-Identifier: GPL-2.0
/*
 * Tokens of BPF file systems that were mounted with delegate_*: as they were,
 * to the bit, and what is derived from them.
 */
#include "token.h"
#include "../kselftest_harness.h"

#define PROGS	(BIT64(BPF_PROG_TYPE_SOCKET_FILTER) | BIT64(BPF_PROG_TYPE_XDP) | \
		 BIT64(BPF_PROG_TYPE_KPROBE) | BIT64(BPF_PROG_TYPE_CGROUP_SKB))
#define CMDS	(BIT64(BPF_MAP_CREATE) | BIT64(BPF_PROG_LOAD) | \
		 BIT64(BPF_TOKEN_CREATE))
#define MAPS	(BIT64(BPF_MAP_TYPE_LRU_HASH) | BIT64(BPF_MAP_TYPE_HASH))
#define ATTACHS	(BIT64(0) | BIT64(BPF_XDP))

static const struct bpffs_masks {
	__u64 cmds, maps, progs, attachs;
} usual = { CMDS, MAPS, PROGS, ATTACHS };

static int set_mask(int fs, const char *key, __u64 mask)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%llx", mask);
	return mask ? syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, text,
			      0) : 0;
}

/* The administrator's side: options that only it may set */
static int delegate(int sock, const struct bpffs_masks *m)
{
	int fs = receive_fd(sock), mnt, token;
	struct use u = { .type = BPF_PROG_TYPE_SOCKET_FILTER };

	if (fs < 0 || set_mask(fs, "delegate_cmds", m->cmds) ||
	    set_mask(fs, "delegate_maps", m->maps) ||
	    set_mask(fs, "delegate_progs", m->progs) ||
	    set_mask(fs, "delegate_attachs", m->attachs) ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return 1;
	mnt = syscall(SYS_fsmount, fs, 0, 0);
	if (mnt < 0 || send_fd(sock, mnt))
		return 2;
	close(mnt);
	close(fs);
	/* And what the initial namespace may do with a token from in there */
	token = receive_fd(sock);
	if (token < 0)
		return 0;
	u.token = token;
	if (try_prog(&u) || try_derive(&token) != EPERM)
		return 3;
	return token_revoke(token, -1) ? 4 : 0;
}

struct inside {
	int sock, dir, cgroup[2];
	int (*fn)(struct inside *in);
};

static int enter(void *arg)
{
	struct inside *in = arg;
	int fs, mnt;

	if (unshare(CLONE_NEWNS))
		return SETUP_FAILED;
	fs = syscall(SYS_fsopen, "bpf", 0);
	if (fs < 0 || send_fd(in->sock, fs))
		return SETUP_FAILED;
	mnt = receive_fd(in->sock);
	if (mnt < 0)
		return SETUP_FAILED;
	in->dir = openat(mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in->dir < 0)
		return SETUP_FAILED;
	/* Pinning goes by path */
	if (syscall(SYS_move_mount, mnt, "", AT_FDCWD, "/tmp/token.bpffs",
		    MOVE_MOUNT_F_EMPTY_PATH))
		return SETUP_FAILED;
	return in->fn(in);
}

/* @fn as root of a user namespace with a BPF file system of its own */
static int with_bpffs(const struct bpffs_masks *m, struct inside *in,
		      int (*fn)(struct inside *in))
{
	int sv[2], err, server;
	pid_t pid;

	mkdir("/tmp/token.bpffs", 0777);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
		return SETUP_FAILED;
	pid = fork();
	if (!pid) {
		close(sv[0]);
		_exit(delegate(sv[1], m));
	}
	close(sv[1]);
	in->sock = sv[0];
	in->fn = fn;
	err = in_userns(1, enter, in);
	close(sv[0]);
	server = reap(pid);
	return err ?: server ? SETUP_FAILED - 10 - server : 0;
}

static int from_bpffs(int dir, __u32 flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.token_create.flags = flags;
	attr.token_create.bpffs_fd = dir;
	return ct_bpf(BPF_TOKEN_CREATE, &attr, sizeof(attr));
}

static int keep(__u64 caps)
{
	return ct_capset(caps, caps, 0);
}

static int prog(int token, __u32 type, __u32 attach)
{
	return shut(prog_with(token, type, attach));
}

static int as_before(struct inside *in)
{
	static const char fdinfo[] = "allowed_cmds:\t0x%llx\n"
		"allowed_maps:\t0x%llx\nallowed_progs:\t0x%llx\n"
		"allowed_attachs:\t0x%llx\n";
	int token = from_bpffs(in->dir, 0), sub;
	char path[64], text[1024], want[256];
	struct bpf_token_info info;
	union bpf_attr attr;

	if (token < 0)
		return 100;
	bpf_step(1, 0, token_info(token, &info));
	bpf_step(2, true, info.allowed_cmds == CMDS && info.allowed_maps == MAPS &&
		 info.allowed_progs == PROGS &&
		 info.allowed_attachs == ATTACHS);
	bpf_step(3, true, info.allowed_caps == ~0ULL && !info.flags &&
		 !info.depth && !info.parent_id && !info.cgroup_id);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", token);
	get_string(path, text, sizeof(text));
	snprintf(want, sizeof(want), fdinfo, CMDS, MAPS, PROGS, ATTACHS);
	bpf_step(4, true, !!strstr(text, want));

	bpf_step(11, EPERM, prog(-1, BPF_PROG_TYPE_XDP, BPF_XDP));
	bpf_step(12, 0, prog(token, BPF_PROG_TYPE_XDP, BPF_XDP));
	bpf_step(13, 0, prog(token, BPF_PROG_TYPE_KPROBE, 0));
	bpf_step(14, EPERM, prog(token, BPF_PROG_TYPE_SCHED_CLS, 0));
	bpf_step(15, EPERM, prog(token, BPF_PROG_TYPE_XDP, BPF_XDP_CPUMAP));
	bpf_step(16, 0, shut(map_with(token, BPF_MAP_TYPE_LRU_HASH)));
	bpf_step(17, EPERM, shut(map_with(token, BPF_MAP_TYPE_DEVMAP)));
	bpf_step(18, EPERM, shut(btf_with(token)));

	bpf_step(21, EINVAL, shut(from_bpffs(in->dir, 1)));
	bpf_step(22, EINVAL, shut(from_bpffs(in->dir, 1U << 31)));
	bpf_step(23, EBADF, shut(from_bpffs(999, 0)));
	mkdir("/tmp/token.bpffs/sub", 0700);
	sub = open("/tmp/token.bpffs/sub", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bpf_step(24, EINVAL, shut(from_bpffs(sub, 0)));
	close(sub);
	memset(&attr, 0, sizeof(attr));
	attr.token_create.bpffs_fd = in->dir;
	attr.token_create.allowed_cmds = 1;	/* not without a flag */
	bpf_step(25, -EINVAL, ct_bpf(BPF_TOKEN_CREATE, &attr, sizeof(attr)));
	bpf_step(26, EPERM, token_revoke(token, -1));

	/* The token lets the capabilities count that one has in there */
	bpf_step(31, 0, keep(CAP_B | CAP_N | CAP_T));
	bpf_step(32, 0, prog(token, BPF_PROG_TYPE_SOCKET_FILTER, 0));
	bpf_step(33, 0, prog(token, BPF_PROG_TYPE_XDP, BPF_XDP));
	bpf_step(34, EPERM, prog(token, BPF_PROG_TYPE_KPROBE, 0));
	bpf_step(35, 0, keep(CAP_B | CAP_T));
	bpf_step(36, EPERM, prog(token, BPF_PROG_TYPE_XDP, BPF_XDP));
	bpf_step(37, 0, keep(CAP_T));
	bpf_step(38, EPERM, prog(token, BPF_PROG_TYPE_SOCKET_FILTER, 0));
	bpf_step(39, EPERM, shut(map_with(token, BPF_MAP_TYPE_LRU_HASH)));
	bpf_step(40, EPERM, shut(from_bpffs(in->dir, 0)));
	return failed;
}

FIXTURE(bpffs)
{
	int unpriv;
	struct inside in;
};

FIXTURE_SETUP(bpffs)
{
	self->unpriv = get_number(UNPRIV);
	ASSERT_EQ(0, set_number(UNPRIV, 2));
}

FIXTURE_TEARDOWN(bpffs)
{
	set_number(UNPRIV, self->unpriv);
}

TEST_F(bpffs, as_before)
{
	EXPECT_EQ(0, with_bpffs(&usual, &self->in, as_before));
}

static int nothing_delegated(struct inside *in)
{
	return shut(from_bpffs(in->dir, 0));
}

TEST_F(bpffs, nothing_delegated)
{
	struct bpffs_masks none = { 0 };

	EXPECT_EQ(ENOENT, with_bpffs(&none, &self->in, nothing_delegated));
}

static int derive(int parent, __u64 cmds, __u64 maps, __u64 progs, __u64 caps)
{
	struct grant g = { cmds, maps, progs, ATTACHS, caps };

	return token_make(BPF_F_TOKEN_DERIVE, parent, &g);
}

static int derived(struct inside *in)
{
	int token = from_bpffs(in->dir, 0), child, pin;
	struct bpf_token_info info;

	if (token < 0)
		return 100;
	child = derive(token, CMDS, MAPS, BIT64(BPF_PROG_TYPE_SOCKET_FILTER) |
		       BIT64(BPF_PROG_TYPE_XDP), CAP_B);
	bpf_step(1, true, child >= 0);
	bpf_step(2, 0, token_info(child, &info));
	bpf_step(3, true, info.depth == 1 && !info.flags && info.parent_id &&
		 info.allowed_caps == CAP_B);
	bpf_step(4, 0, prog(child, BPF_PROG_TYPE_SOCKET_FILTER, 0));
	/* It lets CAP_BPF count, and no other */
	bpf_step(5, EPERM, prog(child, BPF_PROG_TYPE_XDP, BPF_XDP));
	bpf_step(6, EPERM, prog(child, BPF_PROG_TYPE_KPROBE, 0));

	bpf_step(11, EPERM, shut(derive(token, CMDS | BIT64(BPF_BTF_LOAD), 0, 0,
					0)));
	bpf_step(12, EPERM, shut(derive(token, 0, BIT64(BPF_MAP_TYPE_ARRAY), 0,
					0)));
	bpf_step(13, EPERM, shut(derive(token, 0, 0, BIT64(BPF_PROG_TYPE_LSM), 0)));
	bpf_step(14, EPERM, shut(derive(child, 0, 0, 0, CAP_N)));

	bpf_step(21, 0, obj_pin(token, "/tmp/token.bpffs/token"));
	pin = obj_get("/tmp/token.bpffs/token", 0);
	bpf_step(22, 0, prog(pin, BPF_PROG_TYPE_XDP, BPF_XDP));

	bpf_step(31, 0, token_revoke(child, token));
	bpf_step(32, EKEYREVOKED, prog(child, BPF_PROG_TYPE_SOCKET_FILTER, 0));
	bpf_step(33, 0, prog(token, BPF_PROG_TYPE_SOCKET_FILTER, 0));
	close(child);

	/* Whoever lacks CAP_BPF in there makes none */
	bpf_step(41, 0, keep(CAP_N | CAP_P));
	bpf_step(42, EPERM, shut(derive(token, 0, 0, 0, 0)));
	bpf_step(43, 0, send_fd(in->sock, token));
	/* The other side revokes it */
	bpf_step(44, -1, receive_fd(in->sock));
	bpf_step(45, EKEYREVOKED, prog(token, BPF_PROG_TYPE_SOCKET_FILTER, 0));
	bpf_step(46, EKEYREVOKED, shut(obj_get("/tmp/token.bpffs/token", 0)));
	return failed;
}

TEST_F(bpffs, derived)
{
	EXPECT_EQ(0, with_bpffs(&usual, &self->in, derived));
}

static int confined(struct inside *in)
{
	struct grant g = { BIT64(BPF_PROG_LOAD), 0,
			   BIT64(BPF_PROG_TYPE_CGROUP_SKB), BIT64(0),
			   CAP_B | CAP_N, in->cgroup[0] };
	int token = from_bpffs(in->dir, 0), child, skb;

	if (token < 0)
		return 100;
	child = token_make(BPF_F_TOKEN_DERIVE | BPF_F_TOKEN_CGROUP, token, &g);
	skb = prog_with(child, BPF_PROG_TYPE_CGROUP_SKB, 0);
	if (skb < 0)
		return 101;
	bpf_step(1, 0, cgroup_attach(skb, in->cgroup[0], 0));
	bpf_step(2, 0, cgroup_detach(skb, in->cgroup[0], 0));
	bpf_step(3, EPERM, cgroup_attach(skb, in->cgroup[1], 0));
	bpf_step(4, EPERM, shut(cgroup_link(skb, in->cgroup[1], 0)));
	/* That of the parent goes everywhere, as it did */
	close(skb);
	skb = prog_with(token, BPF_PROG_TYPE_CGROUP_SKB, 0);
	bpf_step(5, 0, cgroup_attach(skb, in->cgroup[1], 0));
	bpf_step(6, 0, cgroup_detach(skb, in->cgroup[1], 0));
	return failed;
}

TEST_F(bpffs, confined)
{
	mkdir("/tmp/token.cgroup", 0755);
	ASSERT_EQ(0, mount("none", "/tmp/token.cgroup", "cgroup2", 0, NULL));
	mkdir("/tmp/token.cgroup/in", 0755);
	self->in.cgroup[0] = open("/tmp/token.cgroup/in", O_RDONLY | O_CLOEXEC);
	self->in.cgroup[1] = open("/tmp/token.cgroup", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->in.cgroup[0]);
	EXPECT_EQ(0, with_bpffs(&usual, &self->in, confined));
	close(self->in.cgroup[0]);
	close(self->in.cgroup[1]);
	rmdir("/tmp/token.cgroup/in");
	umount2("/tmp/token.cgroup", MNT_DETACH);
}

int main(int argc, char **argv)
{
	need_delegation();
	return test_harness_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Who makes BPF namespaces and enters them, how deep and how many, and what
 * the kernel says about them.
 */
#include "ns.h"
#include <linux/sched.h>
#include <pthread.h>
#include "../kselftest_harness.h"

#define MAX_SYSCTL	"/proc/sys/user/max_bpf_namespaces"
#define MAX_LEVEL	32

static int try_unshare(void *arg)
{
	return unshare(*(int *)arg) ? errno : 0;
}

/* Is the child in a namespace of its own?  Then 0 */
static int try_clone3(void *arg)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	ino_t own = ns_inode(NS_FILE);
	pid_t pid;

	args.flags = *(__u64 *)arg;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return errno;
	if (!pid)
		_exit(ns_inode(NS_FILE) == own ? WRONG : 0);
	return reap(pid);
}

TEST(who_makes_one)
{
	static const struct {
		__u64 caps;
		int err;
	} who[] = {
		{ CAP_B, 0 }, { CAP_A, 0 }, { CAP_A | CAP_B, 0 },
		{ CAP_EVERY & ~(CAP_A | CAP_B), EPERM },
		{ CAP_T | CAP_P | CAP_N, EPERM }, { 0, EPERM },
	};
	int flags = CLONE_NEWBPF;
	__u64 flags64 = CLONE_NEWBPF;

	for (size_t i = 0; i < ARRAY_SIZE(who); i++) {
		EXPECT_EQ(who[i].err, with(who[i].caps, try_unshare, &flags)) {
			TH_LOG("capabilities %llx", who[i].caps);
		}
		EXPECT_EQ(who[i].err, with(who[i].caps, try_clone3, &flags64)) {
			TH_LOG("capabilities %llx", who[i].caps);
		}
	}
}

/* Others in the same call ask for what they always asked for */
TEST(with_other_namespaces)
{
	int flags = CLONE_NEWBPF | CLONE_NEWUTS;
	__u64 flags64 = CLONE_NEWBPF | CLONE_NEWUTS;

	EXPECT_EQ(EPERM, with(CAP_B, try_unshare, &flags));
	EXPECT_EQ(EPERM, with(CAP_B, try_clone3, &flags64));
	EXPECT_EQ(0, with(CAP_A, try_unshare, &flags));
	EXPECT_EQ(0, with(CAP_A, try_clone3, &flags64));
}

static int unshare_user_then_bpf(void *arg)
{
	if (unshare(CLONE_NEWUSER))
		return SETUP_FAILED;
	return unshare(CLONE_NEWBPF) ? errno : 0;
}

TEST(a_user_namespace_is_no_way_round)
{
	int flags = CLONE_NEWBPF | CLONE_NEWUSER, alone = CLONE_NEWBPF;
	__u64 flags64 = CLONE_NEWBPF | CLONE_NEWUSER;
	__u64 alone64 = CLONE_NEWBPF;

	EXPECT_EQ(EPERM, with(0, try_unshare, &flags));
	EXPECT_EQ(EPERM, with(0, try_clone3, &flags64));
	EXPECT_EQ(EPERM, with(CAP_EVERY & ~(CAP_A | CAP_B), try_unshare,
			      &flags));
	EXPECT_EQ(EPERM, with(CAP_EVERY & ~(CAP_A | CAP_B), try_clone3,
			      &flags64));
	for (int level = 1; level <= 2; level++) {
		EXPECT_EQ(EPERM, in_userns(level, try_unshare, &alone));
		EXPECT_EQ(EPERM, in_userns(level, try_unshare, &flags));
		EXPECT_EQ(EPERM, in_userns(level, try_clone3, &alone64));
		EXPECT_EQ(EPERM, in_userns(level, try_clone3, &flags64));
	}
	EXPECT_EQ(EPERM, with(CAP_B, unshare_user_then_bpf, NULL));
	EXPECT_EQ(0, with(CAP_B, try_unshare, &flags));
	EXPECT_EQ(0, with(CAP_B, try_clone3, &flags64));
}

/* There the byte is the signal that the parent gets */
TEST(clone_does_not_know_it)
{
	ino_t own = ns_inode(NS_FILE);
	siginfo_t si = {};
	pid_t pid;

	signal(CLONE_NEWBPF, SIG_IGN);
	pid = syscall(SYS_clone, CLONE_NEWBPF, 0, 0, 0, 0);
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(ns_inode(NS_FILE) == own ? 0 : WRONG);
	ASSERT_EQ(0, waitid(P_PID, pid, &si, WEXITED | __WALL));
	EXPECT_EQ(CLD_EXITED, si.si_code);
	EXPECT_EQ(0, si.si_status);
}

TEST(other_bits_of_that_byte)
{
	for (__u64 bit = 1; bit < 0x80; bit <<= 1) {
		int flags = bit;

		EXPECT_EQ(bit == CLONE_NEWBPF ? 0 : EINVAL,
			  as_root(try_clone3, &bit));
		EXPECT_EQ(bit == CLONE_NEWBPF ? 0 : EINVAL,
			  as_root(try_unshare, &flags));
	}
}

static int parent_is_shut(void *arg)
{
	int fd = open(NS_FILE, O_RDONLY | O_CLOEXEC), up;

	up = ioctl(fd, NS_GET_PARENT);
	return up < 0 ? errno : WRONG;
}

TEST(what_the_kernel_says)
{
	char path[64], text[64] = "";
	struct room room, inner;
	int fd, up, owner;
	struct stat st;

	EXPECT_EQ(INITIAL_INO, ns_inode(NS_FILE));
	ASSERT_LT(0, readlink(NS_FILE, text, sizeof(text) - 1));
	EXPECT_STREQ("bpf:[4026531833]", text);
	fd = open(NS_FILE, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(CLONE_NEWBPF, ioctl(fd, NS_GET_NSTYPE));
	EXPECT_EQ(-1, ioctl(fd, NS_GET_PARENT));
	EXPECT_EQ(EPERM, errno);
	close(fd);

	ASSERT_EQ(0, open_room(&room, NULL));
	ASSERT_EQ(0, open_room(&inner, &room));
	snprintf(path, sizeof(path), "/proc/%d/ns/bpf", inner.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	up = ioctl(fd, NS_GET_PARENT);
	ASSERT_LE(0, up);
	snprintf(path, sizeof(path), "/proc/%d/ns/bpf", room.pid);
	ASSERT_EQ(0, fstat(up, &st));
	EXPECT_EQ(ns_inode(path), st.st_ino);
	EXPECT_NE(INITIAL_INO, st.st_ino);
	owner = ioctl(fd, NS_GET_USERNS);
	ASSERT_LE(0, owner);
	ASSERT_EQ(0, fstat(owner, &st));
	EXPECT_EQ(ns_inode("/proc/self/ns/user"), st.st_ino);
	/* Nobody gets hold of what is above its own */
	EXPECT_EQ(EPERM, in_room(&room, 0, CAP_EVERY, parent_is_shut, NULL));
	close(owner);
	close(up);
	close(fd);
	EXPECT_EQ(0, close_room(&inner));
	EXPECT_EQ(0, close_room(&room));
}

struct joining {
	int fd;		/* a namespace's or a process's */
	int type;
};

static int try_setns(void *arg)
{
	const struct joining *j = arg;

	return setns(j->fd, j->type) ? errno : 0;
}

TEST(who_enters)
{
	struct joining j = { .type = CLONE_NEWBPF };
	struct room room;
	char path[64];

	ASSERT_EQ(0, open_room(&room, NULL));
	snprintf(path, sizeof(path), "/proc/%d/ns/bpf", room.pid);
	j.fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, j.fd);
	for (int i = 0; i < 2; i++) {
		/* A process's namespaces are for who may look into it */
		EXPECT_EQ(0, with(CAP_A | (i ? CT_BIT(CAP_SYS_PTRACE) : 0),
				  try_setns, &j));
		EXPECT_EQ(EPERM, with(CAP_EVERY & ~CAP_A, try_setns, &j));
		EXPECT_EQ(EPERM, with(CAP_B, try_setns, &j));
		EXPECT_EQ(EPERM, with(0, try_setns, &j));
		EXPECT_EQ(EPERM, in_userns(1, try_setns, &j));
		close(j.fd);
		j.fd = syscall(SYS_pidfd_open, room.pid, 0);
		ASSERT_LE(0, j.fd);
	}
	close(j.fd);
	j.fd = open(path, O_RDONLY | O_CLOEXEC);
	j.type = 0;
	EXPECT_EQ(0, with(CAP_A, try_setns, &j));
	j.type = CLONE_NEWUTS;
	EXPECT_EQ(EINVAL, with(CAP_A, try_setns, &j));
	close(j.fd);
	EXPECT_EQ(0, close_room(&room));
}

/* With a user namespace in one call: its root owns the BPF namespace */
static int owned(void *arg)
{
	struct joining both = { .type = CLONE_NEWBPF | CLONE_NEWUSER };
	struct joining bpf = { .type = CLONE_NEWBPF };
	int ready[2], stay[2], err;
	pid_t pid;
	char c;

	if (pipe2(ready, O_CLOEXEC) || pipe2(stay, O_CLOEXEC))
		return SETUP_FAILED;
	pid = fork();
	if (!pid) {
		close(stay[1]);
		if (unshare(CLONE_NEWUSER | CLONE_NEWBPF) ||
		    write(ready[1], "", 1) != 1)
			_exit(SETUP_FAILED);
		_exit(read(stay[0], &c, 1));
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		return SETUP_FAILED;
	both.fd = syscall(SYS_pidfd_open, pid, 0);
	bpf.fd = both.fd;
	/* The same user, without a capability */
	if (ct_capset(0, 0, 0))
		return SETUP_FAILED;
	err = as_root(try_setns, &bpf) == EPERM ? 0 : WRONG;
	if (!err)
		err = as_root(try_setns, &both);
	/* Root there, and nothing to BPF */
	if (!err && (setns(both.fd, CLONE_NEWUSER | CLONE_NEWBPF) ||
		     count(MAP) != -EPERM || unshare(CLONE_NEWBPF) != -1 ||
		     errno != EPERM ||
		     prog_with(-1, BPF_PROG_TYPE_KPROBE, 0) != -EPERM))
		err = WRONG;
	close(stay[1]);
	if (reap(pid))
		err = WRONG;
	return err;
}

TEST(its_owner_is_a_user_namespace)
{
	EXPECT_EQ(0, with(CAP_B, owned, NULL));
}

static int dig(void *arg)
{
	for (int level = 1; level <= MAX_LEVEL; level++) {
		if (unshare(CLONE_NEWBPF))
			return level;
	}
	if (!unshare(CLONE_NEWBPF))
		return WRONG;
	return errno;
}

TEST(how_deep)
{
	EXPECT_EQ(ENOSPC, as_root(dig, NULL));
	EXPECT_EQ(ENOSPC, with(CAP_B, dig, NULL));
}

static int until_full(void *arg)
{
	int n = 0;

	while (n < 8 && !unshare(CLONE_NEWBPF))
		n++;
	return n == 8 ? WRONG : errno == ENOSPC ? n : SETUP_FAILED;
}

TEST(how_many)
{
	int max = get_number(MAX_SYSCTL), flags = CLONE_NEWBPF;

	ASSERT_LT(0, max);
	ASSERT_EQ(0, set_number(MAX_SYSCTL, 0));
	EXPECT_EQ(ENOSPC, as_root(try_unshare, &flags));
	ASSERT_EQ(0, set_number(MAX_SYSCTL, 3));
	/* Each counts as long as there is one that was made in it */
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(3, with(CAP_B, until_full, NULL));
	flags |= CLONE_NEWUSER;
	ASSERT_EQ(0, set_number(MAX_SYSCTL, 0));
	EXPECT_EQ(ENOSPC, with(CAP_B, try_unshare, &flags));
	ASSERT_EQ(0, set_number(MAX_SYSCTL, max));
	EXPECT_EQ(0, with(CAP_B, try_unshare, &flags));
}

static void *leave(void *arg)
{
	*(ino_t *)arg = unshare(CLONE_NEWBPF) ? 0 :
			ns_inode("/proc/thread-self/ns/bpf");
	return NULL;
}

static int threads(void *arg)
{
	ino_t own = ns_inode(NS_FILE), other = 0;
	pthread_t t;

	if (pthread_create(&t, NULL, leave, &other) || pthread_join(t, NULL))
		return SETUP_FAILED;
	return !other || other == own || ns_inode(NS_FILE) != own ? WRONG : 0;
}

TEST(each_thread_has_its_own)
{
	EXPECT_EQ(0, as_root(threads, NULL));
}

int main(int argc, char **argv)
{
	need_bpf_ns();
	return test_harness_run(argc, argv);
}

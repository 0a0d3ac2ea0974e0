// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/bpf, /dev/bpf-net and /dev/bpf-tracing: who opens them, what their
 * descriptors are good for, and what a process has by them.
 */
#include "token.h"
#include <pthread.h>
#include <sys/ptrace.h>
#include <linux/bpf_dev.h>
#include "../kselftest_harness.h"

static const struct {
	const char *path;
	__u64 caps;
} devs[] = {
	{ "/dev/bpf", ALL_CAPS },
	{ "/dev/bpf-net", CAP_B | CAP_N },
	{ "/dev/bpf-tracing", CAP_B | CAP_T },
};

static char self_path[256];	/* this program */

static int use(void)
{
	return shut(prog_with(-1, BPF_PROG_TYPE_SOCKET_FILTER, 0));
}

static int get_perm(int fd)
{
	return ioctl(fd, BPF_DEV_IOCTL_GET_PERM) ? errno : 0;
}

static int put_perm(int fd)
{
	return ioctl(fd, BPF_DEV_IOCTL_PUT_PERM) ? errno : 0;
}

FIXTURE(dev)
{
	int unpriv, fd;
};

FIXTURE_SETUP(dev)
{
	self->unpriv = get_number(UNPRIV);
	ASSERT_EQ(0, set_number(UNPRIV, 2));
	self->fd = open("/dev/bpf", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(dev)
{
	close(self->fd);
	set_number(UNPRIV, self->unpriv);
}

TEST_F(dev, file_permissions_decide)
{
	for (size_t i = 0; i < ARRAY_SIZE(devs); i++) {
		struct file_op op = { devs[i].path, O_RDWR };
		struct stat st;

		ASSERT_EQ(0, stat(op.path, &st));
		EXPECT_EQ(0600, st.st_mode & 07777);
		EXPECT_EQ(0, st.st_uid);
		EXPECT_EQ(EACCES, with(CAP_B | CAP_A, op_open, &op));
		EXPECT_EQ(0, chmod(op.path, 0666));
		EXPECT_EQ(0, with(0, op_open, &op));
		/* It would be good for nothing there */
		EXPECT_EQ(EPERM, in_userns(1, op_open, &op));
		EXPECT_EQ(0, chmod(op.path, 0600));
	}
}

/* As a token's: in commands, to derive from, to load, to revoke */
static int as_a_token(void *arg)
{
	int fd = *(int *)arg, child = token_derive(fd, CAP_B);

	if (child < 0)
		return -child;
	return shut(prog_with(fd, BPF_PROG_TYPE_SOCKET_FILTER, 0)) ?:
	       shut(map_with(fd, BPF_MAP_TYPE_LRU_HASH)) ?:
	       shut(btf_with(fd)) ?:
	       load_perm(fd, 0) ?: use() ?:
	       shut(prog_with(child, BPF_PROG_TYPE_SOCKET_FILTER, 0)) ?:
	       token_revoke(child, fd);
}

TEST_F(dev, what_they_carry)
{
	for (size_t i = 0; i < ARRAY_SIZE(devs); i++) {
		int fd = open(devs[i].path, O_RDWR | O_CLOEXEC);
		struct use xdp = { fd, BPF_PROG_TYPE_XDP, BPF_XDP };
		struct use kprobe = { fd, BPF_PROG_TYPE_KPROBE, 0 };
		struct use writable = {
			fd, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0
		};
		struct bpf_token_info info;

		ASSERT_LE(0, fd);
		EXPECT_EQ(0, token_info(fd, &info));
		EXPECT_EQ(devs[i].caps, info.allowed_caps);
		EXPECT_EQ(0, info.depth);
		EXPECT_EQ(0, with(0, as_a_token, &fd));
		EXPECT_EQ(devs[i].caps & CAP_N ? 0 : EPERM,
			  with(0, try_prog, &xdp));
		EXPECT_EQ(devs[i].caps & CAP_T ? 0 : EPERM,
			  with(0, try_prog, &kprobe));
		EXPECT_EQ(devs[i].caps & CAP_P ? 0 : EPERM,
			  with(0, try_prog, &writable));
		EXPECT_EQ(devs[i].caps == ALL_CAPS ? 0 : EPERM,
			  shut(token_derive(fd, ALL_CAPS)));
		close(fd);
	}
}

TEST_F(dev, each_open_is_revoked_alone)
{
	int other = open("/dev/bpf", O_RDWR | O_CLOEXEC);

	EXPECT_EQ(0, token_revoke(self->fd, -1));
	EXPECT_EQ(EKEYREVOKED, get_perm(self->fd));
	EXPECT_EQ(-EKEYREVOKED, prog_with(self->fd,
					  BPF_PROG_TYPE_SOCKET_FILTER, 0));
	EXPECT_EQ(0, shut(prog_with(other, BPF_PROG_TYPE_SOCKET_FILTER, 0)));
	close(other);
}

TEST_F(dev, ioctls)
{
	EXPECT_EQ(-1, ioctl(self->fd, _IO(0xBF, 0)));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IO(0xBF, 3)));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(0, put_perm(self->fd));
}

/* A thread that is there before its process has anything */
struct early {
	pthread_barrier_t go, done;
	int err;
};

static void *early_thread(void *arg)
{
	struct early *e = arg;

	pthread_barrier_wait(&e->go);
	e->err = use();
	pthread_barrier_wait(&e->done);
	return NULL;
}

static int threads(void *arg)
{
	struct early e = { .err = -1 };
	pthread_t thread;
	int status;

	pthread_barrier_init(&e.go, NULL, 2);
	pthread_barrier_init(&e.done, NULL, 2);
	if (pthread_create(&thread, NULL, early_thread, &e))
		return SETUP_FAILED;
	if (use() != EPERM || get_perm(*(int *)arg))
		return 1;
	/* For long, and without the descriptor */
	close(*(int *)arg);
	if (use() || use())
		return 2;
	pthread_barrier_wait(&e.go);
	pthread_barrier_wait(&e.done);
	if (e.err)
		return 3;
	/* Not for children, of either sort */
	if (!fork())
		_exit(use());
	wait(&status);
	if (WEXITSTATUS(status) != EPERM)
		return 4;
	if (!vfork())
		_exit(use());
	wait(&status);
	if (WEXITSTATUS(status) != EPERM)
		return 5;
	return use();
}

TEST_F(dev, the_whole_process)
{
	EXPECT_EQ(0, with(0, threads, &self->fd));
}

static int put(void *arg)
{
	int fd = *(int *)arg;

	return get_perm(fd) ?: use() ?: put_perm(fd) ?:
	       (use() == EPERM ? 0 : WRONG);
}

TEST_F(dev, put)
{
	EXPECT_EQ(0, with(0, put, &self->fd));
}

static int setuid_keeps(void *arg)
{
	if (get_perm(*(int *)arg) || ct_become(UID_USER, 0))
		return SETUP_FAILED;
	return use();
}

static int exec_drops(void *arg)
{
	if (get_perm(*(int *)arg))
		return SETUP_FAILED;
	execl(self_path, self_path, "--use", NULL);
	return SETUP_FAILED;
}

static int namespace_drops(void *arg)
{
	if (get_perm(*(int *)arg) || use())
		return SETUP_FAILED;
	if (unshare(CLONE_NEWUSER))
		return SETUP_FAILED;
	return use();
}

TEST_F(dev, how_long)
{
	EXPECT_EQ(0, as_root(setuid_keeps, &self->fd));
	EXPECT_EQ(EPERM, with(0, exec_drops, &self->fd));
	EXPECT_EQ(EPERM, with(0, namespace_drops, &self->fd));
}

/* A process that waits, with what the device gives; or 0 */
static pid_t holder(const int *device)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe2(ready, O_CLOEXEC))
		return 0;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if ((device && get_perm(*device)) ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	return pid < 0 || read(ready[0], &c, 1) != 1 ? 0 : pid;
}

/* Others under the same user do not get at what a process has */
static int undumpable(void *arg)
{
	pid_t pid = holder(arg);
	int err;

	if (!pid)
		return SETUP_FAILED;
	err = ptrace(PTRACE_ATTACH, pid, NULL, NULL) ? errno : 0;
	kill_reap(pid);
	return err;
}

/* Nor at its descriptors */
static int take_descriptor(void *arg)
{
	int fd = *(int *)arg, pidfd, err = 0;
	pid_t pid = holder(arg);

	if (!pid)
		return SETUP_FAILED;
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		err = SETUP_FAILED;
	else if (syscall(SYS_pidfd_getfd, pidfd, fd, 0) < 0)
		err = errno;
	kill_reap(pid);
	return err;
}

TEST_F(dev, not_traced)
{
	EXPECT_EQ(EPERM, with(0, take_descriptor, &self->fd));

	EXPECT_EQ(EPERM, with(0, undumpable, &self->fd));
	EXPECT_EQ(0, with(0, undumpable, NULL));
}

struct held {
	int fd, map;
};

static int freeze(int map)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	return -ct_bpf(BPF_MAP_FREEZE, &attr, sizeof(attr));
}

static int revoked_while_held(void *arg)
{
	struct held *h = arg;

	if (get_perm(h->fd) || token_revoke(h->fd, -1) ||
	    ct_become(UID_USER, 0))
		return SETUP_FAILED;
	/* What needs nothing goes on, the rest is as if there were no token */
	return freeze(h->map) ?: use();
}

TEST_F(dev, revoked_while_held)
{
	struct held h = { self->fd, map_with(-1, BPF_MAP_TYPE_ARRAY) };

	ASSERT_LE(0, h.map);
	EXPECT_EQ(EPERM, as_root(revoked_while_held, &h));
	EXPECT_EQ(EPERM, freeze(h.map));	/* it is frozen */
	close(h.map);
}

static int shown_in_child(void *arg)
{
	int status;

	if (!fork())
		_exit(token_shown() != 0);
	wait(&status);
	return WEXITSTATUS(status);
}

static int shown(void *arg)
{
	int fd = *(int *)arg;

	bpf_step(1, 0, token_shown() != 0);
	bpf_step(2, 0, get_perm(fd));
	bpf_step(3, 0, token_shown() != devs[0].caps);
	bpf_step(4, 0, shown_in_child(NULL));
	bpf_step(5, 0, put_perm(fd));
	bpf_step(6, 0, token_shown() != 0);
	return failed;
}

static int not_shown_elsewhere(void *arg)
{
	bpf_step(1, 0, get_perm(*(int *)arg));
	bpf_step(2, 0, token_shown() == 0);
	bpf_step(3, 0, unshare(CLONE_NEWUSER));
	bpf_step(4, 0, token_shown() != 0);
	return failed;
}

static int not_shown_revoked(void *arg)
{
	int fd = *(int *)arg;

	bpf_step(1, 0, get_perm(fd));
	bpf_step(2, 0, token_shown() == 0);
	bpf_step(3, 0, token_revoke(fd, -1));
	bpf_step(4, 0, token_shown() != 0);
	return failed;
}

/* /proc/PID/status tells who has one, while it is good for something */
TEST_F(dev, in_status)
{
	EXPECT_EQ(0, with(0, shown, &self->fd));
	EXPECT_EQ(0, with(0, not_shown_elsewhere, &self->fd));
	EXPECT_EQ(0, as_root(not_shown_revoked, &self->fd));
}

int main(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", self_path,
			     sizeof(self_path) - 1);

	if (n < 0)
		return KSFT_FAIL;
	if (argc == 2 && !strcmp(argv[1], "--use"))
		return use();
	need_delegation();
	if (access("/dev/bpf", F_OK)) {
		printf("TAP version 13\n1..0 # SKIP this kernel has no /dev/bpf\n");
		return KSFT_SKIP;
	}
	return test_harness_run(argc, argv);
}

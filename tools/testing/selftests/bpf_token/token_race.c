// SPDX-License-Identifier: GPL-2.0
/*
 * Many at the same descriptors: tokens are derived, presented, revoked, pinned,
 * sent and closed by threads that know nothing of each other.  The kernel's log
 * is the judge, on a kernel with KASAN and lockdep at best; and what was revoked
 * before a call began is good for nothing in it.
 */
#include "token.h"
#include <pthread.h>
#include <linux/bpf_dev.h>
#include "../kselftest_harness.h"

#define SLOTS		8
#define SLOT(i)		(200 + (i))
#define THREADS		6
#define TURNS		150	/* of each thread */
#define REVOKED		60	/* tokens, one after the other */
#define PIN_DIR		"/tmp/token.race"

static int pin_file(__u32 i, char *path, size_t size)
{
	return snprintf(path, size, PIN_DIR "/%u", i % 2);
}

/* On a kernel that looks at everything it takes minutes */
#define LONG		600

FIXTURE(race)
{
	int unpriv;
};

FIXTURE_SETUP(race)
{
	self->unpriv = get_number(UNPRIV);
	ASSERT_EQ(0, set_number(UNPRIV, 2));
}

FIXTURE_TEARDOWN(race)
{
	set_number(UNPRIV, self->unpriv);
}

/* A descriptor takes the place of whatever is in a slot */
static int into(int slot, int fd)
{
	int err = 0;

	if (fd < 0)
		return -fd;
	if (dup3(fd, SLOT(slot), O_CLOEXEC) < 0)
		err = errno;
	close(fd);
	return err;
}

static int fork_and_exec(int token)
{
	int status;
	pid_t pid;

	load_perm(token, BPF_F_PERM_ON_EXEC);
	pid = fork();
	if (!pid) {
		load_perm(token, BPF_F_PERM_ON_EXEC);
		execl("/bin/true", "true", NULL);
		_exit(0);
	}
	if (pid < 0)
		return errno;
	return waitpid(pid, &status, 0) == pid ? 0 : errno;
}

/* Sent to nobody: the socket goes away with the descriptor in it */
static int lose_in_flight(int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { "", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int sv[2], err = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
		return errno;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(sv[0], &msg, 0) < 0)
		err = errno;
	close(sv[0]);
	close(sv[1]);
	return err;
}

static int read_about(int fd)
{
	char path[64], text[4096];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	get_string(path, text, sizeof(text));
	return token_shown() == ~0ULL ? EIO : 0;
}

static int one_turn(unsigned int *seed)
{
	int slot = rand_r(seed) % SLOTS, other = rand_r(seed) % SLOTS;
	struct bpf_token_info info;
	char path[64];

	switch (rand_r(seed) % 14) {
	case 0:
		return into(slot, token_direct(CAP_B));
	case 1:
	case 2:
	case 3:
		return into(slot, token_derive(SLOT(other), CAP_B));
	case 4:
		return shut(prog_with(SLOT(slot), BPF_PROG_TYPE_SOCKET_FILTER, 0));
	case 5:
		return load_perm(SLOT(slot), 0) ?:
		       shut(map_with(-1, BPF_MAP_TYPE_LRU_HASH));
	case 6:
		return token_revoke(SLOT(slot), SLOT(other));
	case 7:
		return token_revoke(SLOT(slot), -1);
	case 8:
		pin_file(other, path, sizeof(path));
		return obj_pin(SLOT(slot), path);
	case 9:
		pin_file(other, path, sizeof(path));
		return unlink(path) ? errno : into(slot, obj_get(path, 0));
	case 10:
		return into(slot, open("/dev/bpf", O_RDWR | O_CLOEXEC)) ?:
		       (ioctl(SLOT(slot), BPF_DEV_IOCTL_GET_PERM) ||
			ioctl(SLOT(slot), BPF_DEV_IOCTL_PUT_PERM) ? errno : 0);
	case 11:
		return fork_and_exec(SLOT(slot));
	case 12:
		return lose_in_flight(SLOT(slot));
	default:
		return token_info(SLOT(slot), &info) ?: read_about(SLOT(slot));
	}
}

/* What may be said of a descriptor that is something else by now */
static bool expected(int err)
{
	switch (err) {
	case 0:
	case EPERM:
	case EBADF:
	case EBADFD:
	case EBUSY:	/* a slot that is being filled */
	case EEXIST:
	case EINVAL:
	case EKEYREVOKED:
	case ELOOP:
	case ENOENT:
	case ENOTTY:
		return true;
	default:
		return false;
	}
}

static void *take_turns(void *arg)
{
	unsigned int seed = (unsigned long)arg;

	for (int i = 0; i < TURNS; i++) {
		int err = one_turn(&seed);

		if (!expected(err))
			return (void *)(unsigned long)err;
	}
	return NULL;
}

static int race(void *arg)
{
	pthread_t thread[THREADS];
	void *result, *worst = NULL;

	for (int i = 0; i < SLOTS; i++)
		into(i, token_direct(CAP_B));
	for (unsigned long i = 0; i < THREADS; i++) {
		if (pthread_create(&thread[i], NULL, take_turns,
				   (void *)(i + 1)))
			return SETUP_FAILED;
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &result);
		worst = worst ?: result;
	}
	return (int)(unsigned long)worst;
}

TEST_F_TIMEOUT(race, same_descriptors, LONG)
{
	mkdir(PIN_DIR, 0755);
	ASSERT_EQ(0, mount("bpf", PIN_DIR, "bpf", 0, NULL));
	/* A process of its own: descriptors and tokens end with it */
	EXPECT_EQ(0, as_root(race, NULL));
	umount2(PIN_DIR, MNT_DETACH);
	rmdir(PIN_DIR);
}

static struct {
	int token;	/* to be used now; -1: the end */
	int gone;	/* the last one that was revoked */
} shared = { .gone = -1 };

/* The first that may succeed was begun before its token was revoked */
static void *use_revoked(void *arg)
{
	long late = 0;
	int token;

	while ((token = __atomic_load_n(&shared.token, __ATOMIC_SEQ_CST)) >= 0) {
		bool revoked = __atomic_load_n(&shared.gone, __ATOMIC_SEQ_CST) == token;
		int err = shut(prog_with(token, BPF_PROG_TYPE_SOCKET_FILTER, 0));

		late += revoked && err != EKEYREVOKED;
	}
	return (void *)late;
}

static int revoke_while_used(void *arg)
{
	int tokens[REVOKED], children[REVOKED];
	pthread_t thread[2];
	void *late;
	long sum = 0;

	for (int i = 0; i < REVOKED; i++) {
		tokens[i] = token_direct(CAP_B);
		children[i] = token_derive(tokens[i], CAP_B);
		if (children[i] < 0)
			return SETUP_FAILED;
	}
	__atomic_store_n(&shared.token, children[0], __ATOMIC_SEQ_CST);
	for (int i = 0; i < 2; i++) {
		if (pthread_create(&thread[i], NULL, use_revoked, NULL))
			return SETUP_FAILED;
	}
	for (int i = 0; i < REVOKED; i++) {
		__atomic_store_n(&shared.token, children[i], __ATOMIC_SEQ_CST);
		usleep(i * 50);
		/* Of its parent, which nobody presents */
		if (token_revoke(tokens[i], -1))
			return SETUP_FAILED;
		__atomic_store_n(&shared.gone, children[i], __ATOMIC_SEQ_CST);
		usleep(2000);
	}
	__atomic_store_n(&shared.token, -1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], &late);
		sum += (long)late;
	}
	return sum ? WRONG : 0;
}

TEST_F_TIMEOUT(race, revoked_is_revoked, LONG)
{
	EXPECT_EQ(0, as_root(revoke_while_used, NULL));
}

int main(int argc, char **argv)
{
	need_delegation();
	return test_harness_run(argc, argv);
}

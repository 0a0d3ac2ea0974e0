/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the focused tests share beyond common.h: trying one operation in a
 * child with exact capabilities, victims, user namespaces.
 */
#ifndef _CAP_TRACING_FOCUS_H
#define _CAP_TRACING_FOCUS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/securebits.h>
#include <linux/user_events.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "common.h"

/* The harness keeps a pid across setjmp(), and does not read it after */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wclobbered"
#endif

#define CAP_T		CT_BIT(CAP_TRACING)
#define CAP_P		CT_BIT(CAP_PERFMON)
#define CAP_B		CT_BIT(CAP_BPF)
#define CAP_N		CT_BIT(CAP_NET_ADMIN)
#define CAP_A		CT_BIT(CAP_SYS_ADMIN)
#define CAP_EVERY	((CAP_T << 1) - 1)

/* Nobody in particular, and somebody else's victim */
#define UID_USER	1000
#define UID_OTHER	2000

/* run_as() results that no errno reaches */
#define KILLED		250
#define SETUP_FAILED	251
#define SHORT_IO	252
#define WRONG		253

static inline int ambient(int op, int cap)
{
	int ret = prctl(PR_CAP_AMBIENT, op, cap, 0, 0);

	return ret < 0 ? -errno : ret;
}

static inline int bset_read(int cap)
{
	int ret = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);

	return ret < 0 ? -errno : ret;
}

static inline int bset_drop(int cap)
{
	return prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) ? errno : 0;
}

/* Everything a child prints is in the parent's buffers already: no flush */
static inline int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return SETUP_FAILED;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : KILLED;
}

/* The errno (or 0) that @fn returns in a child that is @uid with @caps */
static inline int run_as(uid_t uid, __u64 caps, int (*fn)(void *arg),
			 void *arg)
{
	pid_t pid = fork();

	if (pid < 0)
		return SETUP_FAILED;
	if (!pid) {
		if (ct_become(uid, caps))
			_exit(SETUP_FAILED);
		_exit(fn(arg));
	}
	return reap(pid);
}

/* The same for the ordinary user */
static inline int with(__u64 caps, int (*fn)(void *arg), void *arg)
{
	return run_as(UID_USER, caps, fn, arg);
}

/* And for root, in a child of its own all the same */
static inline int as_root(int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (pid < 0)
		return SETUP_FAILED;
	if (!pid)
		_exit(fn(arg));
	return reap(pid);
}

static inline int put_string(const char *path, int flags, const char *s)
{
	ssize_t len = strlen(s), done;
	int fd, err = 0;

	fd = open(path, flags | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	done = write(fd, s, len);
	if (done < 0)
		err = errno;
	else if (done != len)
		err = SHORT_IO;
	close(fd);
	return err;
}

/* Reads up to @size - 1 bytes and ends them; the number, or -errno */
static inline ssize_t get_string(const char *path, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n = 0;
	int fd;

	buf[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (used < size - 1) {
		n = read(fd, buf + used, size - 1 - used);
		if (n <= 0)
			break;
		used += n;
	}
	if (n < 0)
		n = -errno;
	close(fd);
	buf[used] = '\0';
	return n < 0 ? n : (ssize_t)used;
}

static inline int get_number(const char *path)
{
	char buf[64];

	if (get_string(path, buf, sizeof(buf)) <= 0)
		return -1;
	return atoi(buf);
}

/* The descriptor that @fn returns as user @uid with @caps; or its -errno */
static inline int fd_from(uid_t uid, __u64 caps, int (*fn)(void *arg),
			  void *arg)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int sv[2], fd = -EIO;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
		return -errno;
	pid = fork();
	if (!pid) {
		if (ct_become(uid, caps))
			_exit(SETUP_FAILED);
		fd = fn(arg);
		if (fd < 0)
			_exit(-fd);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
		byte = 0;
		_exit(sendmsg(sv[0], &msg, 0) == 1 ? 0 : SETUP_FAILED);
	}
	close(sv[0]);
	if (recvmsg(sv[1], &msg, MSG_CMSG_CLOEXEC) == 1) {
		c = CMSG_FIRSTHDR(&msg);
		if (c)
			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
		reap(pid);
	} else {
		fd = -reap(pid);
	}
	close(sv[1]);
	return fd;
}

/* What to do to a file; op_*() return 0 or errno */
struct file_op {
	const char *path;
	int flags;
	const char *text;
};

static inline int op_open(void *arg)
{
	struct file_op *op = arg;
	int fd = open(op->path, op->flags | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static inline int op_write(void *arg)
{
	struct file_op *op = arg;

	return put_string(op->path, op->flags, op->text);
}

/* A descriptor, or -errno */
static inline int disabled_event(struct perf_event_attr *attr, pid_t pid,
				 int cpu, unsigned long flags)
{
	attr->size = sizeof(*attr);
	attr->disabled = 1;
	return ct_perf_event_open(attr, pid, cpu, -1, flags);
}

/* Opens and closes; 0 or errno */
static inline int try_event(struct perf_event_attr *attr, pid_t pid, int cpu,
			    unsigned long flags)
{
	int fd = disabled_event(attr, pid, cpu, flags);

	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

struct open_args {
	const char *path;
	int flags;
};

static inline int do_open(void *arg)
{
	struct open_args *a = arg;
	int fd = open(a->path, a->flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static inline int open_as(uid_t uid, __u64 caps, const char *path, int flags)
{
	struct open_args a = { path, flags };

	return fd_from(uid, caps, do_open, &a);
}

static inline int set_number(const char *path, int value)
{
	char buf[16];

	snprintf(buf, sizeof(buf), "%d", value);
	return put_string(path, 0, buf);
}

#define PARANOID	"/proc/sys/kernel/perf_event_paranoid"
#define KPTR_RESTRICT	"/proc/sys/kernel/kptr_restrict"
#define CAP_LAST_CAP_FILE "/proc/sys/kernel/cap_last_cap"

/* For main(): without the capability, on an unpatched kernel, no tests */
static inline void need_cap_tracing(void)
{
	if (get_number(CAP_LAST_CAP_FILE) >= CAP_TRACING)
		return;
	printf("TAP version 13\n1..0 # SKIP this kernel has no CAP_TRACING\n");
	exit(4);
}

/* Writes /proc/PID/{uid,gid}_map, each "0 @first 1" and "1 @second 1" */
static inline int map_ids(pid_t pid, uid_t first, uid_t second)
{
	char path[64], map[64];
	int err;

	snprintf(map, sizeof(map), "0 %u 1\n1 %u 1\n", first, second);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	err = put_string(path, 0, map);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	return put_string(path, 0, map);
}

/*
 * @fn as the all-powerful root of a child user namespace that user 1000
 * could have made.  @level 2 nests one more namespace inside.
 */
static inline int in_userns(int level, int (*fn)(void *arg), void *arg)
{
	int go[2], ready[2], err;
	char c;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		return SETUP_FAILED;
	pid = fork();
	if (pid < 0)
		return SETUP_FAILED;
	if (!pid) {
		if (ct_become(UID_USER, 0) || unshare(CLONE_NEWUSER) ||
		    write(ready[1], "", 1) != 1 || read(go[0], &c, 1) != 1 ||
		    setresgid(0, 0, 0) || setresuid(0, 0, 0))
			_exit(SETUP_FAILED);
		if (level > 1 &&
		    (unshare(CLONE_NEWUSER) ||
		     put_string("/proc/self/setgroups", 0, "deny") ||
		     put_string("/proc/self/uid_map", 0, "0 0 1") ||
		     put_string("/proc/self/gid_map", 0, "0 0 1")))
			_exit(SETUP_FAILED);
		_exit(fn(arg));
	}
	close(ready[1]);
	close(go[0]);
	if (read(ready[0], &c, 1) == 1) {
		err = map_ids(pid, UID_USER, UID_OTHER);
		if (!err && write(go[1], "", 1) != 1)
			err = errno;
	} else {
		err = SETUP_FAILED;
	}
	close(go[1]);
	close(ready[0]);
	if (err)
		kill(pid, SIGKILL);
	return reap(pid);
}

/* struct ct_prog; 0 or errno */
static inline int try_load(void *arg)
{
	int fd = ct_prog_load(arg);

	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

/* 0 or errno.  A task that has registered it leaves it busy for a while */
static inline int delete_user_event(int fd, const char *name)
{
	for (int i = 0; i < 1000; i++) {
		if (!ioctl(fd, DIAG_IOCSDEL, name))
			return 0;
		if (errno != EBUSY)
			break;
		usleep(10000);
	}
	return errno;
}

/* Memory that children write and the test reads */
static inline void *shared_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static inline int copy_file(const char *from, const char *to, mode_t mode)
{
	static char buf[65536];
	int in, out, err = 0;
	ssize_t n;

	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return errno;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	if (out < 0) {
		err = errno;
		close(in);
		return err;
	}
	while ((n = read(in, buf, sizeof(buf))) > 0) {
		if (write(out, buf, n) != n) {
			err = EIO;
			break;
		}
	}
	if (n < 0)
		err = errno;
	/* Not by open(): the umask would have its say */
	if (!err && fchmod(out, mode))
		err = errno;
	close(in);
	close(out);
	return err;
}

/* A sleeping task of another user; kill_reap() ends it */
static inline pid_t start_victim(uid_t uid)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe2(ready, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
		    setresuid(uid, uid, uid) || write(ready[1], "", 1) != 1)
			_exit(SETUP_FAILED);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (pid > 0 && read(ready[0], &c, 1) != 1) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(ready[0]);
	return pid;
}

static inline void kill_reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

#endif /* _CAP_TRACING_FOCUS_H */

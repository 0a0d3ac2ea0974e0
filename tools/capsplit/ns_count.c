// SPDX-License-Identifier: GPL-2.0
/* Counting the objects of a BPF namespace, from within. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bpfns.h"

/* Of the objects of one kind that the calling process sees */
static bool walk(int next_id, uint64_t *count)
{
	union bpf_attr attr;
	uint32_t id = 0;

	for (*count = 0;;) {
		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (!syscall(SYS_bpf, next_id, &attr, sizeof(attr))) {
			id = attr.next_id;
			++*count;
		} else if (errno != EINTR && errno != EAGAIN) {
			return errno == ENOENT;
		}
	}
}

static bool walk_all(uint64_t count[])
{
	static const int next_id[] = {
		[BPFNS_PROGRAMS] = BPF_PROG_GET_NEXT_ID,
		[BPFNS_MAPS] = BPF_MAP_GET_NEXT_ID,
		[BPFNS_LINKS] = BPF_LINK_GET_NEXT_ID,
		[BPFNS_BTF] = BPF_BTF_GET_NEXT_ID,
	};
	int i;

	for (i = 0; i < BPFNS_NR_KINDS; i++) {
		if (!walk(next_id[i], &count[i]))
			return false;
	}
	return true;
}

/* In the initial namespace cap_bpf alone shows no more than one's own */
static bool sees_all(ino_t ino)
{
	uint64_t both = CAP_BIT(NR_BPF) | CAP_BIT(NR_TRACING), caps;
	struct proc_caps have;

	if (ino != INIT_BPFNS)
		return true;
	if (caps_of_process(getpid(), &have))
		return false;
	caps = have.effective | have.token;
	return caps & CAP_BIT(NR_SYS_ADMIN) || (caps & both) == both;
}

/* Who goes in does not come back: that takes a right to the way out */
static bool count_there(int fd, uint64_t count[], size_t size)
{
	int fds[2], status = -1;
	bool whole;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return false;
	pid = fork();
	if (!pid)
		_exit(setns(fd, CLONE_NEWBPF) || !walk_all(count) ||
		      write(fds[1], count, size) != (ssize_t)size);
	close(fds[1]);
	whole = pid > 0 && read(fds[0], count, size) == (ssize_t)size;
	close(fds[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return whole && !status;
}

bool bpfns_count(int fd, ino_t ino, uint64_t count[BPFNS_NR_KINDS])
{
	if (!sees_all(ino))
		return false;
	if (ino == bpfns_inode("/proc/self/ns/bpf"))
		return walk_all(count);
	return count_there(fd, count, BPFNS_NR_KINDS * sizeof(*count));
}

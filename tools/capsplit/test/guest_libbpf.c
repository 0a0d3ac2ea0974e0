// SPDX-License-Identifier: GPL-2.0
/*
 * LIBBPF_BPF_TOKEN_PATH: libbpf makes a token of a BPF file system itself, in the
 * user namespace that root has delegated it to.  It works on both kernels.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"

#define DIR	"/tmp/delegated"

static void wait_for(int fd)
{
	char c;

	if (read(fd, &c, 1) != 1)
		_exit(90);
}

static void tell(int fd)
{
	if (write(fd, "", 1) != 1)
		_exit(91);
}

/* In a user namespace of alice's, whose root may do nothing outside */
static int in_namespace(int sock, const char *env)
{
	int fs, mnt, status;

	if (setgroups(0, NULL) || setgid(ALICE) || setuid(ALICE) ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return 92;
	fs = fsopen("bpf", 0);
	if (fs != 9 && dup2(fs, 9) < 0)
		return 93;
	tell(sock);
	wait_for(sock);
	mnt = fsmount(9, 0, 0);
	if (mnt < 0 || move_mount(mnt, "", AT_FDCWD, DIR, MOVE_MOUNT_F_EMPTY_PATH))
		return 94;
	if (env)
		setenv("LIBBPF_BPF_TOKEN_PATH", env, 1);
	run("bpftool", "prog", "load", "/run/vm/bin/raw_tp.bpf.o", DIR "/p", NULL);
	status = res.status;
	printf("# bpftool: %d\n", status);
	note("it said", res.out);
	fflush(stdout);
	return status ? 1 : 0;
}

static bool write_to(const char *fmt, int pid, const char *what)
{
	char *path = path_of(fmt, pid);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, what, strlen(what)) == (ssize_t)strlen(what);

	close(fd);
	free(path);
	return good;
}

/* Root lets a namespace have what it asked for */
static bool delegate(pid_t pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	int fs = syscall(SYS_pidfd_getfd, pidfd, 9, 0);
	static const char *const what[] = {
		"delegate_cmds", "delegate_maps", "delegate_progs",
		"delegate_attachs",
	};
	bool good = fs >= 0;
	size_t i;

	for (i = 0; i < sizeof(what) / sizeof(what[0]); i++)
		good = good && !fsconfig(fs, FSCONFIG_SET_STRING, what[i], "any", 0);
	good = good && !fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	close(fs);
	close(pidfd);
	return good;
}

static int delegated(const char *env)
{
	int sock[2], status = -1;
	pid_t pid;

	fflush(stdout);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sock))
		return -1;
	pid = fork();
	if (!pid)
		_exit(in_namespace(sock[1], env));
	close(sock[1]);
	wait_for(sock[0]);
	if (write_to("/proc/%d/setgroups", pid, "deny") &&
	    write_to("/proc/%d/uid_map", pid, "0 1000 1") &&
	    write_to("/proc/%d/gid_map", pid, "0 1000 1") && delegate(pid))
		tell(sock[0]);
	else
		puts("# cannot prepare the namespace");
	close(sock[0]);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

void guest_libbpf(void)
{
	sysctl("unprivileged_bpf_disabled", 2);
	mkdir(DIR, 0755);
	ok(delegated(NULL) == 1,
	   "bpftool in a delegated user namespace loads nothing without a token");
	ok(delegated(DIR) == 0, "and does with LIBBPF_BPF_TOKEN_PATH");
	/* It names a file system, not a token */
	as_uid(ALICE, "env", "LIBBPF_BPF_TOKEN_PATH=" HOME "/pins", "bpftool",
	       "prog", "load", "/run/vm/bin/raw_tp.bpf.o", HOME "/pins/p", NULL);
	ok(res.status, "LIMIT: there is no such token in the initial user namespace");
	rmdir(DIR);
}

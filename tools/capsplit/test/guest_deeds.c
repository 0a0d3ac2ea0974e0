// SPDX-License-Identifier: GPL-2.0
/* What capsplit watches: programs that are refused, in ways hard to follow. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"

/* CLONE_NEWBPF, which the C library does not have */
#define NEW_BPF_NS	0x40

/* Asks for cap_sys_chroot, and does nothing else */
static void refused_once(void)
{
	if (!chroot("/"))
		_exit(1);
}

static void *executes(void *arg)
{
	char *argv[] = { SELF, "times", arg, NULL };

	execv(SELF, argv);
	_exit(1);
}

/* A thread that is not the first executes a program: its number changes */
static int in_thread(char *number)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, executes, number))
		return 1;
	for (;;)
		pause();
}

static void *leaves(void *arg)
{
	(void)arg;
	if (unshare(NEW_BPF_NS))
		_exit(1);
	for (;;)
		pause();
}

/* One thread is in another BPF namespace than the rest of its process */
static int elsewhere(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, leaves, NULL))
		return 1;
	for (;;)
		pause();
}

static int in_children(int n)
{
	while (n--) {
		pid_t pid = fork();

		if (!pid) {
			refused_once();
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			return 1;
	}
	return 0;
}

static int paths(int n)
{
	char path[64];

	while (n--) {
		snprintf(path, sizeof(path), "/root/file-%d", n);
		if (open(path, O_RDONLY) >= 0)
			return 1;
	}
	return 0;
}

/* A filter refuses what the kernel then never looks at */
static int filtered(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chroot, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		return 1;
	refused_once();
	return 0;
}

int deed(int argc, char **argv)
{
	int n = atoi(argv[1]);

	(void)argc;
	if (!strcmp(argv[0], "times")) {
		while (n--)
			refused_once();
		return 0;
	}
	if (!strcmp(argv[0], "load")) {
		while (n--) {
			int err = bpf_load();

			if (err)
				return err;
		}
		return 0;
	}
	if (!strcmp(argv[0], "children"))
		return in_children(n);
	if (!strcmp(argv[0], "thread"))
		return in_thread(argv[1]);
	if (!strcmp(argv[0], "elsewhere"))
		return elsewhere();
	if (!strcmp(argv[0], "paths"))
		return paths(n);
	if (!strcmp(argv[0], "name")) {
		prctl(PR_SET_NAME, "a\nb\033[31m\xff");
		refused_once();
		return 0;
	}
	if (!strcmp(argv[0], "filter"))
		return filtered();
	if (!strcmp(argv[0], "signal")) {
		refused_once();
		raise(n);
	}
	return 1;
}

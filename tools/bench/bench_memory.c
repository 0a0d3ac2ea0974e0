// SPDX-License-Identifier: GPL-2.0
/*
 * What a token, a BPF namespace and an object in one take of the kernel's
 * memory: many of each, and how much more slabs there are then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "common.h"
#include "guest.h"
#include "../bpf_token/token.h"

#ifndef CLONE_NEWBPF
#define CLONE_NEWBPF	0x40
#endif

#define MANY	20000

/* Bytes of slabs, and of what is allocated for each processor */
static long kernel_memory(void)
{
	long slab = 0, percpu = 0;
	char line[256];
	FILE *f;

	/* What was freed but not yet given back comes first */
	usleep(500000);
	f = fopen("/proc/meminfo", "r");
	while (f && fgets(line, sizeof(line), f)) {
		sscanf(line, "Slab: %ld", &slab);
		sscanf(line, "Percpu: %ld", &percpu);
	}
	if (!f || !slab)
		fail("cannot read /proc/meminfo");
	fclose(f);
	return (slab + percpu) * 1024;
}

static int an_eventfd(void)
{
	return eventfd(0, EFD_CLOEXEC);
}

static int a_token(void)
{
	return token_direct(CAP_B);
}

static int a_namespace(int flag, const char *file)
{
	if (unshare(flag))
		return -errno;
	return open(file, O_RDONLY | O_CLOEXEC);
}

static int a_uts_namespace(void)
{
	return a_namespace(CLONE_NEWUTS, "/proc/self/ns/uts");
}

static int a_bpf_namespace(void)
{
	int home = open("/proc/self/ns/bpf", O_RDONLY | O_CLOEXEC);
	int fd = a_namespace(CLONE_NEWBPF, "/proc/self/ns/bpf");

	/* None in the other */
	if (setns(home, CLONE_NEWBPF))
		return -errno;
	close(home);
	return fd;
}

static int a_map(void)
{
	return ct_map_create(BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0);
}

static void weigh(const char *what, int (*make)(void))
{
	static int fd[MANY];
	long before = kernel_memory(), each;

	for (int i = 0; i < MANY; i++) {
		fd[i] = make();
		if (fd[i] < 0)
			fail("cannot make %s: %s", what, strerror(-fd[i]));
	}
	each = (kernel_memory() - before + MANY / 2) / MANY;
	printf("%-48s %6ld\n", what, each);
	fflush(stdout);
	for (int i = 0; i < MANY; i++)
		close(fd[i]);
}

int main(void)
{
	const struct rlimit files = { MANY + 64, MANY + 64 };

	if (setrlimit(RLIMIT_NOFILE, &files))
		fail("cannot have so many descriptors: %m");
	if (set_number("/proc/sys/user/max_uts_namespaces", 2 * MANY) ||
	    set_number("/proc/sys/user/max_bpf_namespaces", 2 * MANY))
		fail("cannot have so many namespaces: %m");
	printf("%-48s %6s\n", "one of 20,000, with its descriptor", "bytes");
	weigh("an eventfd, to compare with", an_eventfd);
	weigh("a token", a_token);
	weigh("a UTS namespace, to compare with", a_uts_namespace);
	weigh("a BPF namespace", a_bpf_namespace);
	weigh("a map in the initial BPF namespace", a_map);
	if (unshare(CLONE_NEWBPF))
		fail("cannot make a BPF namespace: %m");
	weigh("a map in a BPF namespace", a_map);
	return 0;
}

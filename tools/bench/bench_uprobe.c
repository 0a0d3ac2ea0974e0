// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to prove where an observer may set a uprobe.
 *
 * Root, who needs no proof, an observer for the first time and the observer for
 * the second time set a probe in a file that was never proved before.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common.h"
#include "guest.h"

#define OBSERVER	(CT_BIT(CAP_BPF) | CT_BIT(CAP_TRACING))
#define UPROBE_EVENTS	CT_TRACEFS "/uprobe_events"
#define TARGET		"/tmp/bench.target"
#define WARM_UP		"/tmp/bench.warm-up"

static int pmu_type;

static int perf_prepare(void)
{
	return 0;
}

/* Every door returns a descriptor that holds the probe; or -errno */
static int perf_probe(int unused, const char *path, unsigned long offset)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = pmu_type,
		.config1 = (unsigned long)path,
		.config2 = offset,
	};

	return ct_perf_event_open(&attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static int multi_prepare(void)
{
	static const struct bpf_insn return_0[] = {
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_KPROBE,
		.attach_type = BPF_TRACE_UPROBE_MULTI,
		.insns = return_0,
		.nr_insns = ARRAY_SIZE(return_0),
	};

	return ct_prog_load(&prog);
}

static int multi_probe(int prog, const char *path, unsigned long offset)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = BPF_TRACE_UPROBE_MULTI;
	attr.link_create.uprobe_multi.path = (unsigned long)path;
	attr.link_create.uprobe_multi.offsets = (unsigned long)&offset;
	attr.link_create.uprobe_multi.cnt = 1;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

static int events_prepare(void)
{
	int fd = open(UPROBE_EVENTS, O_WRONLY | O_APPEND | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* The line is made before: only the system call counts */
static char line[128];

static int events_probe(int fd, const char *path, unsigned long offset)
{
	return write(fd, line, strlen(line)) < 0 ? -errno : fd;
}

static const struct door {
	const char *name;
	int (*prepare)(void);
	int (*probe)(int fd, const char *path, unsigned long offset);
} perf = {
	"perf", perf_prepare, perf_probe
}, multi = {
	"multi", multi_prepare, multi_probe
}, events = {
	"events", events_prepare, events_probe
};

static count_t timed(const struct door *door, int fd, const char *path,
		     unsigned long offset)
{
	static unsigned int nr;
	count_t start, end;
	int ret;

	snprintf(line, sizeof(line), "p:bench/at%u_%d %s:0x%lx\n", nr++,
		 getpid(), path, offset);
	start = now();
	ret = door->probe(fd, path, offset);
	end = now();
	if (ret < 0)
		fail("user %d cannot probe %s at 0x%lx by %s: %s", getuid(),
		     path, offset, door->name, strerror(-ret));
	return end - start;
}

/* Twice, in a child: whatever it opened ends with it */
static void probe_as(uid_t uid, const struct door *door,
		     const unsigned long *offsets, count_t *counts)
{
	unsigned long elsewhere;
	int status, fd;
	pid_t pid;

	find_functions(WARM_UP, &elsewhere, 1);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		fail("cannot fork: %m");
	if (!pid) {
		if (uid && ct_become(uid, OBSERVER))
			fail("cannot become an observer: does this kernel know CAP_TRACING?");
		fd = door->prepare();
		if (fd < 0)
			fail("user %d cannot use %s: %s", uid, door->name,
			     strerror(-fd));
		timed(door, fd, WARM_UP, elsewhere);
		for (int i = 0; i < 2; i++)
			counts[i] = timed(door, fd, TARGET, offsets[i]);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		exit(2);
	fd = open(UPROBE_EVENTS, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
}

/* Change times are to differ from the clock: see site_stamp_is_old() */
static void let_it_age(void)
{
	usleep(20000);
}

struct file {
	const char *name, *copy_of;
	size_t symbols, bytes;
	unsigned int rounds;
};

static void measure(const struct door *door, const struct file *file,
		    count_t *shared)
{
	struct counts root = {}, first = {}, second = {};
	unsigned long offsets[4];

	for (unsigned int i = 0; i < file->rounds; i++) {
		if (file->copy_of)
			copy_elf(file->copy_of, TARGET);
		else
			make_elf(TARGET, file->symbols, file->bytes);
		let_it_age();
		find_functions(TARGET, offsets, 4);
		probe_as(0, door, offsets, shared);
		counts_add(&root, shared[1]);
		probe_as(CT_UID, door, offsets + 2, shared);
		counts_add(&first, shared[0]);
		counts_add(&second, shared[1]);
		unlink(TARGET);
	}
	counts_say(&root, "uprobe.%s.%s.root", door->name, file->name);
	counts_say(&first, "uprobe.%s.%s.first", door->name, file->name);
	counts_say(&second, "uprobe.%s.%s.second", door->name, file->name);
}

static void run(const char *libc)
{
	static const struct file made[] = {
		{ "1k", NULL, 1000, 0, 5 },
		{ "3k", NULL, 3000, 0, 5 },
		{ "10k", NULL, 10000, 0, 5 },
		{ "100k", NULL, 100000, 0, 3 },
		{ "1m", NULL, 1000000, 500000000, 3 },
		{ "cap", NULL, 4 * 1024 * 1024, 0, 1 },
	};
	const struct file copied = { "libc", libc, 0, 0, 5 };
	count_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (shared == MAP_FAILED)
		fail("no memory: %m");
	measure(&perf, &copied, shared);
	measure(&multi, &copied, shared);
	measure(&events, &copied, shared);
	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		measure(&perf, &made[i], shared);
}

int main(int argc, char **argv)
{
	size_t symbols, functions;
	char type[32];

	if (argc != 2)
		fail("usage: bench_uprobe LIBC");
	need_icount();
	if (ct_read_file("/sys/bus/event_source/devices/uprobe/type", type,
			 sizeof(type)))
		fail("this kernel has no uprobe PMU");
	pmu_type = atoi(type);
	count_symbols(argv[1], &symbols, &functions);
	printf("# libc has %zu symbols, %zu of them functions\n", symbols,
	       functions);
	make_elf(WARM_UP, 100, 0);
	let_it_age();
	run(argv[1]);
	unlink(WARM_UP);
	return 0;
}

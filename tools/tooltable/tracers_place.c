// SPDX-License-Identifier: GPL-2.0
/*
 * A tracefs that nobody has used, an empty directory and root's other deeds:
 * what each row of the list finds when it begins.
 */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "scene.h"
#include "tracers_guest.h"

#define TRACEFS "/sys/kernel/tracing/"
#define PINS WORK "/pins"
#define ROOTS_PINS "/run/roots-pins"
#define ROOTS_OBJECT "/run/vm/bin/raw_tp.bpf.o"
#define ACTS_APART_US 100000

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("tracers: scene cannot %s\n", what);
	fflush(stdout);
	exit(1);
}

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) >= 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void put_number(const char *path, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	must(put(path, text), path);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	return ftw->level ? remove(path) : 0;
}

void place_clean(void)
{
	static const struct {
		const char *file, *text;
	} as_new[] = {
		{ "events/enable", "0" }, { "current_tracer", "nop" },
		{ "set_ftrace_filter", "\n" }, { "set_graph_function", "\n" },
		{ "set_ftrace_pid", "\n" }, { "set_event_pid", "\n" },
		{ "events/sched/filter", "0" }, { "kprobe_events", "\n" },
		{ "uprobe_events", "\n" }, { "options/function-trace", "1" },
		{ "trace", "\n" }, { "tracing_on", "1" },
	};
	size_t i;

	for (i = 0; i < sizeof(as_new) / sizeof(as_new[0]); i++) {
		char path[128];

		snprintf(path, sizeof(path), TRACEFS "%s", as_new[i].file);
		must(put(path, as_new[i].text), path);
	}
	umount2(PINS, MNT_DETACH);
	nftw(WORK, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void place_make(uid_t uid, int paranoid, int kptr_restrict)
{
	char options[64];

	mkdir(WORK, 0700);
	must(!chown(WORK, uid, uid), "give " WORK " away");
	/* for bpftool's pins */
	must(!mkdir(PINS, 0700), "make " PINS);
	snprintf(options, sizeof(options), "uid=%u,mode=0700", uid);
	must(!mount("bpf", PINS, "bpf", 0, options), "mount " PINS);
	put_number("/proc/sys/kernel/perf_event_paranoid", paranoid);
	put_number("/proc/sys/kernel/kptr_restrict", kptr_restrict);
}

/* A program, a map and a link that are not alice's. */
static void load_roots_program(void)
{
	pid_t pid;
	int status = -1;

	must(!mkdir(ROOTS_PINS, 0700) &&
	     !mount("bpf", ROOTS_PINS, "bpf", 0, "mode=0700"),
	     "mount " ROOTS_PINS);
	pid = fork();
	if (!pid) {
		execl("/usr/sbin/bpftool", "bpftool", "prog", "load",
		      ROOTS_OBJECT, ROOTS_PINS "/link", "autoattach",
		      (char *)NULL);
		_exit(127);
	}
	must(waitpid(pid, &status, 0) == pid && !status,
	     "load " ROOTS_OBJECT);
}

pid_t place_root_acts(void)
{
	unsigned int deeds = 1u << deed_number("file") |
			     1u << deed_number("exec") |
			     1u << deed_number("lookup");
	pid_t pid;

	load_roots_program();
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "root-acts");
	for (;;) {
		scene_act(deeds);
		put(TRACEFS "trace_marker", "root-was-here\n");
		usleep(ACTS_APART_US);
	}
}

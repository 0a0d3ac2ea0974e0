// SPDX-License-Identifier: GPL-2.0
/* Ten thousand processes in one BPF namespace. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "guest.h"

#ifndef CLONE_NEWBPF
#define CLONE_NEWBPF	0x40
#endif

#define CROWD	10000
#define STACK	4096

static int one_of_it(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!arg)
		pause();
	return 0;
}

/* Stopped when all are there; they share its memory, as there is little of it */
static pid_t crowd_leader(void)
{
	const int shared = CLONE_VM | CLONE_FS | CLONE_FILES;
	char *stacks;
	pid_t pid = fork();

	if (pid)
		return pid;
	stacks = malloc((size_t)CROWD * STACK);
	if (!stacks || unshare(CLONE_NEWBPF))
		_exit(1);
	for (int i = 1; i <= CROWD; i++) {
		if (clone(one_of_it, stacks + (size_t)i * STACK,
			  shared | SIGCHLD, NULL) < 0)
			_exit(1);
	}
	raise(SIGSTOP);
	_exit(0);
}

void guest_crowd(void)
{
	struct json_object *o, *e;
	pid_t pid;
	int status;

	if (!patched || access("/proc/self/ns/bpf", F_OK))
		return;
	sysctl("threads-max", 2 * CROWD);
	pid = crowd_leader();
	waitpid(pid, &status, WUNTRACED);
	ok(WIFSTOPPED(status), "there are %d processes in a BPF namespace", CROWD);
	o = json_of(0, CAPSPLIT " ns -J");
	e = get(o, "namespaces");
	e = e ? json_object_array_get_idx(e, 1) : NULL;
	ok(number(e, "tasks") == CROWD + 1, "ns counts them all");
	note("it said", e ? json_object_to_json_string(e) : "nothing");
	json_object_put(o);
	sh(CAPSPLIT " ns | grep -c capsplit-guest");
	ok(said_just("1\n"), "and shows them in one line");
	note("it said", res.out);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * demo-guest - try every case of the demo in the guest, and report
 *
 * Runs as root, but only to set the scene and to look afterwards whether what
 * a tool claims is so; each case itself is run as alice, uid 1000, by a tool
 * with file capabilities.  Prints lines "demo: ..." for the host.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "guest.h"

static pid_t bob, daemon_pid;

/* What a uprobe is put on.  Not inlined, and never the same twice. */
int __attribute__((noinline)) demo_root_work(int n)
{
	__asm__ volatile("" : "+r" (n));
	return n + 1;
}

static pid_t worker(const char *name, uid_t uid, void (*work)(void))
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, name);
	if (uid && (setgroups(0, NULL) || setgid(uid) || setuid(uid)))
		_exit(1);
	for (;;)
		work();
}

static long now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

/*
 * Uses the CPU, opens a file, sleeps: something for every tool to see.  Not in
 * step with any timer, or a profiler may always look while bob sleeps.
 */
static void bobs_work(void)
{
	static unsigned int turn;
	int fd = open("/home/bob/diary", O_RDWR | O_CREAT, 0600);
	long end = now_us() + 2000 + 700 * (turn++ % 5);

	if (fd >= 0)
		close(fd);
	while (now_us() < end)
		;
	usleep(7000);
}

static void roots_work(void)
{
	static int n;

	n = demo_root_work(n);
	usleep(10000);
}

bool root_daemon_alive(void)
{
	return daemon_pid > 0 && waitpid(daemon_pid, NULL, WNOHANG) == 0;
}

/* Whatever killed the last one may take a moment to be gone. */
bool root_daemon_again(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		if (!root_daemon_alive())
			daemon_pid = worker("root-daemon", 0, roots_work);
		usleep(300000);
		if (root_daemon_alive())
			return true;
	}
	return false;
}

void workers_start(void)
{
	bob = worker("bobs-worker", BOB, bobs_work);
	if (!root_daemon_again())
		note("root's daemon does not stay alive");
}

void workers_stop(void)
{
	kill(bob, SIGKILL);
	waitpid(bob, NULL, 0);
	if (root_daemon_alive()) {
		kill(daemon_pid, SIGKILL);
		waitpid(daemon_pid, NULL, 0);
	}
}

static int broken_scene(const char *what)
{
	printf("demo: scene %s\n", what);
	return 1;
}

/* Exactly the capabilities that the demo speaks of, no others. */
static const char *alices_capabilities(void)
{
	static char effective[32];
	struct output out = run(ALICE, TOOLS "cat", "/proc/self/status");
	const char *p = strstr(out.text, "CapEff:");

	snprintf(effective, sizeof(effective), "%.16s",
		 p ? p + strlen("CapEff:\t") : "(none)");
	output_free(&out);
	return effective;
}

int main(int argc, char **argv)
{
	static const char *const word[] = {
		[WORKS] = "works", [REFUSED] = "refused", [BROKEN] = "broken",
	};
	const char *caps;
	size_t i, done = 0;

	if (geteuid())
		return broken_scene("demo-guest must start as root");
	if (mkdir(PINS, 0755) || chown(PINS, ALICE, ALICE))
		return broken_scene("cannot make " PINS);
	printf("demo: begin scene\n");
	caps = alices_capabilities();
	workers_start();
	printf("demo: caps %s\n", caps);

	for (i = 0; i < demo_case_count; i++) {
		const char *id = demo_cases[i].id;
		enum verdict v;

		if (argc > 1 && strcmp(argv[1], id))
			continue;
		printf("demo: begin %s\n", id);
		fflush(stdout);
		if (!root_daemon_alive() && !root_daemon_again())
			note("root's daemon does not stay alive");
		v = case_sees(id);
		if (v == UNKNOWN)
			v = case_never(id);
		if (v == UNKNOWN)
			v = BROKEN;
		printf("demo: end %s %s\n", id, word[v]);
		fflush(stdout);
		done++;
	}
	workers_stop();
	printf("demo: done %zu\n", done);
	return 0;
}

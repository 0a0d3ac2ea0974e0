// SPDX-License-Identifier: GPL-2.0
/*
 * suite: run the listed test suites and sum up what their TAP says.  The last
 * line is "N passed, N failed"; the exit status is 0 only if something passed
 * and nothing failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

#define AT_ONCE		2

static const char usage[] =
"usage: suite [--file LIST] [--results DIR] [--list] [--only NAME...]\n"
"Run the test suites listed in LIST (tools/testing/suites), keep what they\n"
"print in DIR (build/results), and end with the line \"N passed, N failed\".\n";

static struct suites all;
static struct sums sums;
static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = sig;
}

static void make_dirs(const char *path)
{
	char *copy = strdup(path), *p;

	for (p = copy + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(copy, 0755);
		*p = '/';
	}
	mkdir(copy, 0755);
	free(copy);
}

static void child(const struct suite *s, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);
	int log = open(s->log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int err = open(s->err, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	if (null < 0 || log < 0 || err < 0) {
		fprintf(stderr, "suite: cannot write %s: %s\n", s->log,
			strerror(errno));
		_exit(1);
	}
	dup2(null, 0);
	dup2(log, 1);
	dup2(err, 2);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	execl("/bin/sh", "sh", "-c", s->command, (char *)NULL);
	_exit(127);
}

static void start(struct suite *s, const char *dir)
{
	pid_t parent = getpid();

	snprintf(s->log, sizeof(s->log), "%s/%s.log", dir, s->name);
	snprintf(s->err, sizeof(s->err), "%s/%s.err", dir, s->name);
	clock_gettime(CLOCK_MONOTONIC, &s->start);
	printf("start   %s\n", s->name);
	fflush(stdout);
	s->pid = fork();
	if (s->pid < 0) {
		fprintf(stderr, "suite: cannot fork: %s\n", strerror(errno));
		exit(2);
	}
	if (!s->pid)
		child(s, parent);
	/* Here too, so that stop_all() finds the group however early it comes */
	setpgid(s->pid, s->pid);
}

static void progress(void)
{
	char text[128];
	size_t i;

	if (!isatty(2))
		return;
	fputs("\r\033[K", stderr);
	for (i = 0; i < all.n; i++) {
		if (!all.v[i].pid || all.v[i].done)
			continue;
		suite_progress(&all.v[i], text, sizeof(text));
		fprintf(stderr, "  %s ", text);
	}
}

static void ended(pid_t pid, int status, const struct rusage *used)
{
	size_t i;

	for (i = 0; i < all.n; i++) {
		struct suite *s = &all.v[i];

		if (s->pid != pid || s->done)
			continue;
		s->done = true;
		s->status = status;
		s->used = *used;
		if (isatty(2))
			fputs("\r\033[K", stderr);
		suite_report(s, &sums);
	}
}

/* Waits until at most "limit" suites run */
static void wait_for(int *running, int limit)
{
	struct rusage used;
	int status, ticks = 0;
	pid_t pid;

	while (*running > limit && !stop) {
		pid = wait4(-1, &status, WNOHANG, &used);
		if (pid > 0) {
			ended(pid, status, &used);
			--*running;
			continue;
		}
		if (ticks++ % 20 == 0)
			progress();
		usleep(50000);
	}
}

static void run_all(const char *dir)
{
	bool alone = false;
	int running = 0;
	size_t i;

	for (i = 0; i < all.n && !stop; i++) {
		struct suite *s = &all.v[i];

		if (!s->wanted)
			continue;
		/* One without a mark runs with nothing beside it */
		wait_for(&running, s->parallel && !alone ? AT_ONCE - 1 : 0);
		if (stop)
			break;
		start(s, dir);
		running++;
		alone = !s->parallel;
	}
	wait_for(&running, 0);
}

static void stop_all(void)
{
	size_t i;

	for (i = 0; i < all.n; i++) {
		if (!all.v[i].pid || all.v[i].done)
			continue;
		kill(-all.v[i].pid, SIGTERM);
		waitpid(all.v[i].pid, NULL, 0);
	}
}

static void print_list(void)
{
	size_t i;

	for (i = 0; i < all.n; i++)
		printf("%-24s %s\n", all.v[i].name, all.v[i].command);
}

int main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "results", required_argument, NULL, 'r' },
		{ "list", no_argument, NULL, 'l' },
		{ "only", no_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *file = "tools/testing/suites", *dir = "build/results";
	bool only = false, list = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", longopts, NULL)) != -1) {
		if (opt == 'f')
			file = optarg;
		else if (opt == 'r')
			dir = optarg;
		else if (opt == 'l')
			list = true;
		else if (opt == 'o')
			only = true;
		else {
			fputs(usage, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	if (only != (optind < argc)) {
		fputs(usage, stderr);
		return 2;
	}
	suites_load(&all, file);
	if (only)
		suites_select(&all, argv + optind, argc - optind);
	if (list) {
		print_list();
		return 0;
	}
	make_dirs(dir);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	run_all(dir);
	if (stop) {
		stop_all();
		fputs("suite: interrupted; run it again to start over\n",
		      stderr);
		return 128 + stop;
	}
	printf("%lu passed, %lu failed\n", sums.passed, sums.failed);
	return !sums.failed && sums.passed ? 0 : 1;
}

// SPDX-License-Identifier: GPL-2.0
/* How long the commands of capsplit let somebody wait for a first line. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>
#include <sys/wait.h>

#include "guest.h"

#define ROUNDS	3
#define WORDS	6

static const struct {
	const char *name;
	const char *argv[WORDS];
} commands[] = {
	{ "help", { "--help" } },
	{ "check", { "check" } },
	{ "check-pid", { "check", "--pid", "1" } },
	{ "why", { "why", "--", "true" } },
	{ "run", { "run", "--caps", "cap_bpf", "--", "pwd" } },
	{ "who", { "who" } },
	{ "token", { "token", "list" } },
	{ "ns", { "ns" } },
	{ "unshare", { "unshare", "--bpf", "--", "pwd" } },
	{ "enter", { "enter", "1", "--", "pwd" } },
};

static void start(const char *const words[], int out)
{
	const char *argv[WORDS + 2] = { "capsplit" };

	for (int i = 0; i < WORDS; i++)
		argv[i + 1] = words[i];
	dup2(out, STDOUT_FILENO);
	execvp(argv[0], (char **)argv);
	_exit(127);
}

/* From fork() to the first byte */
static count_t first(const char *const words[])
{
	char rest[4096];
	count_t begin, end;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		fail("cannot make a pipe: %m");
	begin = now();
	pid = fork();
	if (pid < 0)
		fail("cannot fork: %m");
	if (!pid)
		start(words, fds[1]);
	close(fds[1]);
	n = read(fds[0], rest, 1);
	end = now();
	while (n > 0)
		n = read(fds[0], rest, sizeof(rest));
	close(fds[0]);
	if (waitpid(pid, &status, 0) != pid || status)
		fail("capsplit %s fails", words[0]);
	return end - begin;
}

int main(void)
{
	need_icount();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct counts counts = {};

		for (int k = 0; k < ROUNDS; k++)
			counts_add(&counts, first(commands[i].argv));
		counts_say(&counts, "first.%s", commands[i].name);
	}
	return 0;
}

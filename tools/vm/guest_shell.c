// SPDX-License-Identifier: GPL-2.0
/* A person's shell on hvc0, with job control. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

static void child(const struct job *job)
{
	struct winsize ws = { .ws_row = job->rows, .ws_col = job->cols };
	const char *shell = job->debian ? "/bin/bash" : "/bin/sh";
	size_t i;
	int tty;

	setsid();
	tty = open("/dev/hvc0", O_RDWR);
	if (tty < 0 || ioctl(tty, TIOCSCTTY, 1))
		_exit(126);
	if (job->rows && job->cols)
		ioctl(tty, TIOCSWINSZ, &ws);
	dup2(tty, 0);
	dup2(tty, 1);
	dup2(tty, 2);
	if (tty > 2)
		close(tty);

	clearenv();
	setenv("PATH", GUEST_BIN ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	setenv("LOGNAME", "root", 1);
	setenv("PS1", "capsplit:\\w\\$ ", 1);
	for (i = 0; i < job->envc; i++)
		putenv(job->env[i]);
	if (chdir("/root") || cred_drop(job))
		_exit(126);
	if (job->argc)
		execvp(job->argv[0], job->argv);
	else
		execl(shell, "-sh", (char *)NULL);
	_exit(127);
}

int shell_run(const struct job *job)
{
	pid_t pid = fork(), p;
	int st = 0;

	if (pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (!pid)
		child(job);
	do {
		p = waitpid(-1, &st, 0);
	} while (p != pid && (p > 0 || errno == EINTR));
	return WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
}

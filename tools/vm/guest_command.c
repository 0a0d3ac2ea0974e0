// SPDX-License-Identifier: GPL-2.0
/* Runs the command and carries its output to the runner. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

#define GUEST_PATH \
	GUEST_BIN ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void set_env(const struct job *job)
{
	bool root = !job->has_uid || !job->uid;
	size_t i;

	clearenv();
	setenv("PATH", GUEST_PATH, 1);
	setenv("HOME", root ? "/root" : "/tmp", 1);
	setenv("USER", root ? "root" : "user", 1);
	setenv("LOGNAME", root ? "root" : "user", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	for (i = 0; i < job->envc; i++)
		putenv(job->env[i]);
}

static void child(const struct job *job, int out, int err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	setsid();
	dup2(null, 0);
	dup2(out, 1);
	dup2(err, 2);
	/* /dev/stdout can be opened anew by whom it belongs to */
	if (job->has_uid && (fchown(1, job->uid, job->uid) ||
			     fchown(2, job->uid, job->uid)))
		perror("vm: chown of the output pipes");
	set_env(job);
	if (chdir("/tmp")) {
		perror("vm: chdir /tmp");
		_exit(126);
	}
	if (cred_drop(job)) {
		perror("vm: taking on the user and capabilities asked for");
		_exit(126);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(job->argv[0], job->argv);
	fprintf(stderr, "vm: %s: %s\n", job->argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Returns false at end of file */
static bool pump(int fd, char type)
{
	static char buf[FRAME_MAX];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n > 0)
		port_send(type, buf, n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* What is in the pipe now; an orphan may hold it open for ever */
static void drain(int fd, char type)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, 0) <= 0 || !(p.revents & POLLIN) ||
		    !pump(fd, type))
			break;
	}
}

/* Reaps everything; true once the command itself is gone */
static bool reap(pid_t pid, int *status)
{
	bool gone = false;
	pid_t p;
	int st;

	while ((p = waitpid(-1, &st, WNOHANG)) > 0) {
		if (p != pid)
			continue;
		gone = true;
		*status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) :
					    WEXITSTATUS(st);
	}
	return gone;
}

int command_run(const struct job *job)
{
	int out[2], err[2], sig, status = 0;
	struct pollfd fds[3];
	sigset_t chld;
	pid_t pid;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	sig = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (sig < 0 || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		die("cannot make the command's pipes: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (!pid)
		child(job, out[1], err[1]);
	close(out[1]);
	close(err[1]);

	fds[0] = (struct pollfd){ .fd = out[0], .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = err[0], .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = sig, .events = POLLIN };
	for (;;) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			die("poll: %s", strerror(errno));
		if (fds[0].revents && !pump(out[0], FRAME_OUT))
			fds[0].fd = -1;
		if (fds[1].revents && !pump(err[0], FRAME_ERR))
			fds[1].fd = -1;
		if (fds[2].revents) {
			struct signalfd_siginfo si;

			while (read(sig, &si, sizeof(si)) > 0)
				;
			if (reap(pid, &status))
				break;
		}
	}
	drain(out[0], FRAME_OUT);
	drain(err[0], FRAME_ERR);
	return status;
}

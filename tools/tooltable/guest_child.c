// SPDX-License-Identifier: GPL-2.0
/*
 * Start a tool as somebody, with exactly these capabilities, and keep what it
 * prints.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "guest_child.h"

#define KEEP (1u << 20)		/* of what a tool prints */
#define CAP_BPF_NR 39
#define CAP_TRACING_NR 41

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static bool raise_ambient(bool wanted, int cap)
{
	return !wanted ||
	       !prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}

/* A kernel without CAP_TRACING does not let anyone hold it. */
static bool become(const struct who *who)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	bool tracing = who->tracing &&
		       prctl(PR_CAPBSET_READ, CAP_TRACING_NR) == 1;

	memset(data, 0, sizeof(data));
	if (who->bpf)
		data[1].permitted = 1u << (CAP_BPF_NR - 32);
	if (tracing)
		data[1].permitted |= 1u << (CAP_TRACING_NR - 32);
	data[1].effective = data[1].permitted;
	data[1].inheritable = data[1].permitted;
	return !prctl(PR_SET_KEEPCAPS, 1) && !setgroups(0, NULL) &&
	       !setresgid(who->uid, who->uid, who->uid) &&
	       !setresuid(who->uid, who->uid, who->uid) &&
	       !syscall(SYS_capset, &hdr, data) &&
	       raise_ambient(who->bpf, CAP_BPF_NR) &&
	       raise_ambient(tracing, CAP_TRACING_NR);
}

static void __attribute__((noreturn))
run(const struct who *who, int out, int err, char *const argv[])
{
	int in = who->terminal ? out : open("/dev/null", O_RDONLY);

	/* a group of its own, so that what it started ends with it */
	if (who->terminal) {
		setsid();
		ioctl(out, TIOCSCTTY, 0);
	} else {
		setpgid(0, 0);
	}
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	clearenv();
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", 1);
	setenv("HOME", who->home, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TERM", "vt100", 1);
	/* a pager would wait for somebody to turn the page */
	setenv("PAGER", "cat", 1);
	if (chdir(who->home) || (who->uid && !become(who))) {
		fprintf(stderr, "cannot become user %u: %s\n", who->uid,
			strerror(errno));
		_exit(126);
	}
	execvp(argv[0], argv);
	fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

bool child_start(struct child *c, const struct who *who, char *const argv[])
{
	struct winsize screen = { .ws_row = 25, .ws_col = 120 };
	struct termios raw;
	int slave, err[2];

	if (openpty(&c->out_fd, &slave, NULL, NULL, &screen))
		return false;
	tcgetattr(slave, &raw);
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
	fcntl(c->out_fd, F_SETFD, FD_CLOEXEC);
	fcntl(slave, F_SETFD, FD_CLOEXEC);
	if (pipe2(err, O_CLOEXEC))
		return false;
	c->err_fd = err[0];
	fcntl(c->out_fd, F_SETFL, O_NONBLOCK);
	fcntl(c->err_fd, F_SETFL, O_NONBLOCK);
	fflush(NULL);
	c->pid = fork();
	if (!c->pid)
		run(who, slave, err[1], argv);
	close(slave);
	close(err[1]);
	return c->pid > 0;
}

static void take(int *fd, struct text *t)
{
	char spill[4096];
	ssize_t n;

	if (!t->v) {
		t->v = malloc(KEEP + 1);
		if (!t->v)
			abort();
		t->v[0] = '\0';
	}
	while (*fd >= 0) {
		bool full = t->len == KEEP;

		n = read(*fd, full ? spill : t->v + t->len,
			 full ? sizeof(spill) : KEEP - t->len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			close(*fd);
			*fd = -1;
		} else if (!full) {
			char *p = t->v + t->len;

			t->len += n;
			t->v[t->len] = '\0';
			while ((p = memchr(p, '\0', t->v + t->len - p)))
				*p = '?';
		}
	}
}

void child_read(struct child *c)
{
	take(&c->out_fd, &c->out);
	take(&c->err_fd, &c->err);
}

void child_free(struct child *c)
{
	if (c->out_fd >= 0)
		close(c->out_fd);
	if (c->err_fd >= 0)
		close(c->err_fd);
	free(c->out.v);
	free(c->err.v);
	memset(c, 0, sizeof(*c));
}

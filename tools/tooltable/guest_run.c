// SPDX-License-Identifier: GPL-2.0
/*
 * Start a tool as root or as alice, and look at it from outside.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"

#define KEEP (1u << 20)		/* of what a tool prints */
#define CAP_BPF_NR 39
#define CAP_TRACING_NR 41

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* A kernel without CAP_TRACING does not let anyone hold it. */
static bool become_alice(void)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	bool tracing = prctl(PR_CAPBSET_READ, CAP_TRACING_NR) == 1;

	memset(data, 0, sizeof(data));
	data[1].permitted = 1u << (CAP_BPF_NR - 32);
	if (tracing)
		data[1].permitted |= 1u << (CAP_TRACING_NR - 32);
	data[1].effective = data[1].permitted;
	data[1].inheritable = data[1].permitted;
	return !prctl(PR_SET_KEEPCAPS, 1) && !setgroups(0, NULL) &&
	       !setresgid(ALICE, ALICE, ALICE) &&
	       !setresuid(ALICE, ALICE, ALICE) &&
	       !syscall(SYS_capset, &hdr, data) &&
	       !prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_BPF_NR, 0, 0) &&
	       (!tracing || !prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE,
				   CAP_TRACING_NR, 0, 0));
}

static void __attribute__((noreturn))
child(uid_t uid, int out, int err, char *const argv[])
{
	int null = open("/dev/null", O_RDONLY);

	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	/* a group of its own, so that what it started ends with it */
	setpgid(0, 0);
	clearenv();
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", 1);
	setenv("HOME", uid ? "/home/alice" : "/root", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TERM", "vt100", 1);
	if (chdir(uid ? "/home/alice" : "/root") ||
	    (uid && !become_alice())) {
		fprintf(stderr, "cannot become user %u: %s\n", uid,
			strerror(errno));
		_exit(126);
	}
	execv(argv[0], argv);
	fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static bool start(struct job *j, uid_t uid, char *const argv[])
{
	int slave, err[2];
	struct termios raw;

	/* a terminal, or they would keep what they print to themselves */
	if (openpty(&j->out_fd, &slave, NULL, NULL, NULL))
		return false;
	tcgetattr(slave, &raw);
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
	fcntl(j->out_fd, F_SETFD, FD_CLOEXEC);
	fcntl(slave, F_SETFD, FD_CLOEXEC);
	if (pipe2(err, O_CLOEXEC))
		return false;
	j->err_fd = err[0];
	fcntl(j->out_fd, F_SETFL, O_NONBLOCK);
	fcntl(j->err_fd, F_SETFL, O_NONBLOCK);
	fflush(NULL);
	j->pid = fork();
	if (!j->pid)
		child(uid, slave, err[1], argv);
	close(slave);
	close(err[1]);
	return j->pid > 0;
}

bool job_start(struct job *j, const struct entry *e, uid_t uid)
{
	char path[64], self[16], args[256], *word, *save = NULL;
	char *argv[MAX_ARGS + 2];
	int argc = 0;

	memset(j, 0, sizeof(*j));
	j->e = e;
	snprintf(path, sizeof(path), SBIN "%s" SUFFIX, e->tool);
	snprintf(self, sizeof(self), "%d", getpid());
	snprintf(args, sizeof(args), "%s", e->args);
	argv[argc++] = path;
	for (word = strtok_r(args, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save))
		argv[argc++] = strcmp(word, "%p") ? word : self;
	argv[argc] = NULL;
	return start(j, uid, argv);
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

void job_read(struct job *j)
{
	take(&j->out_fd, &j->out);
	take(&j->err_fd, &j->err);
}

void text_free(struct text *t)
{
	free(t->v);
	memset(t, 0, sizeof(*t));
}

bool job_waits(const struct job *j)
{
	static const long waiting[] = {
		SYS_epoll_wait, SYS_epoll_pwait, SYS_poll, SYS_ppoll,
		SYS_select, SYS_pselect6, SYS_nanosleep, SYS_clock_nanosleep,
		SYS_restart_syscall, SYS_pause,
	};
	char path[64], line[64] = "";
	bool waits = false;
	size_t i;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", j->pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(line, sizeof(line), f) && *line >= '0' && *line <= '9')
		for (i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++)
			waits |= atol(line) == waiting[i];
	fclose(f);
	return waits;
}

int job_links(const struct job *j)
{
	char path[320], target[64];
	struct dirent *de;
	int links = 0;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", j->pid);
	dir = opendir(path);
	while (dir && (de = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", j->pid,
			 de->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		links += !strcmp(target, "anon_inode:bpf_link");
	}
	if (dir)
		closedir(dir);
	return links;
}

const char *alices_capabilities(void)
{
	static char effective[32] = "(none)";
	char *argv[] = { "/usr/bin/cat", "/proc/self/status", NULL };
	struct job j = { 0 };
	struct pollfd p;
	const char *at;

	if (!start(&j, ALICE, argv))
		return effective;
	while (j.out_fd >= 0) {
		p = (struct pollfd){ j.out_fd, POLLIN, 0 };
		poll(&p, 1, -1);
		take(&j.out_fd, &j.out);
	}
	close(j.err_fd);
	waitpid(j.pid, NULL, 0);
	at = strstr(j.out.v, "CapEff:\t");
	if (at)
		snprintf(effective, sizeof(effective), "%.16s",
			 at + strlen("CapEff:\t"));
	text_free(&j.out);
	return effective;
}

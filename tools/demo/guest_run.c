// SPDX-License-Identifier: GPL-2.0
/*
 * Run a tool as an ordinary user and keep what it said.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"

/* Far beyond what any of the tools needs on a slow emulated CPU. */
#define PATIENCE_MS (120 * 1000)
#define KEEP (32u << 20)
#define SHOWN_LINES 60

void note(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("demo: log %s\n", text);
	fflush(stdout);
}

static void __attribute__((noreturn))
child(uid_t uid, int in, int out, const char *const argv[])
{
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	/* a group of its own, so that a time-out ends what it started too */
	setpgid(0, 0);
	clearenv();
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", 1);
	setenv("HOME", uid ? ALICE_HOME : "/root", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	if (uid && (setgroups(0, NULL) || setgid(uid) || setuid(uid)))
		_exit(126);
	if (chdir(uid ? ALICE_HOME : "/tmp"))
		_exit(126);
	execv(argv[0], (char *const *)argv);
	printf("cannot run %s: %s\n", argv[0], strerror(errno));
	fflush(stdout);
	_exit(127);
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static bool collect(int fd, struct output *out)
{
	long long end = now_ms() + PATIENCE_MS;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t size = 1 << 16;

	out->text = malloc(size + 1);
	while (out->text) {
		long long left = end - now_ms();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, left) == 0)
			return false;
		if (out->len == size && size < KEEP)
			out->text = realloc(out->text, (size *= 2) + 1);
		if (!out->text || out->len == size)
			break;
		n = read(fd, out->text + out->len, size - out->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		out->len += n;
	}
	if (!out->text)
		abort();
	out->text[out->len] = '\0';
	return true;
}

static void log_output(const struct output *out)
{
	const char *p = out->text, *end;
	int line;

	for (line = 0; *p && line < SHOWN_LINES; line++) {
		end = strchrnul(p, '\n');
		note("%.*s", (int)(end - p), p);
		p = *end ? end + 1 : end;
	}
	if (*p)
		note("[%zu bytes more]", strlen(p));
	note("[status %d]", out->status);
}

struct output run_as(uid_t uid, const char *input, const char *const argv[])
{
	struct output out = { 0 };
	int in[2], from[2], status, i;
	char line[512] = "";
	bool in_time;
	pid_t pid;

	for (i = 0; argv[i]; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line),
			 " %s", argv[i]);
	if (input)
		note("%c printf '%s\\n' |%s", uid ? '$' : '#', input, line);
	else
		note("%c%s", uid ? '$' : '#', line);

	if (pipe2(in, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		abort();
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		abort();
	if (!pid)
		child(uid, in[0], from[1], argv);
	close(in[0]);
	close(from[1]);
	if (input)
		dprintf(in[1], "%s\n", input);
	close(in[1]);
	in_time = collect(from[0], &out);
	if (!in_time)
		kill(-pid, SIGKILL);
	close(from[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!in_time)
		out.status = 124;
	else
		out.status = WIFEXITED(status) ? WEXITSTATUS(status) :
						 128 + WTERMSIG(status);
	log_output(&out);
	return out;
}

void output_free(struct output *out)
{
	free(out->text);
	memset(out, 0, sizeof(*out));
}

/* A refusal names EPERM or EACCES; what failed otherwise was not refused. */
bool says_refused(const struct output *out)
{
	static const char *const words[] = {
		"Permission denied", "Operation not permitted",
		/* perf's words for both */
		"Access to performance monitoring and observability operations is limited",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(out->text, words[i]))
			return true;
	return false;
}

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) ==
				     (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

bool file_has(const char *path, const char *text)
{
	bool found = false;
	char line[4096];
	FILE *f = fopen(path, "r");

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, text);
	if (f)
		fclose(f);
	return found;
}

static long long hits_now(const char *map_path)
{
	union bpf_attr attr;
	unsigned int key = 0;
	uint64_t value = 0;
	long fd, rc;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)map_path;
	fd = syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
	if (fd < 0)
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&value;
	rc = syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
	close(fd);
	return rc ? -1 : (long long)value;
}

long long hits_in(const char *map_path)
{
	long long n;
	int i;

	/* something happens every few milliseconds, but the CPU is slow */
	for (i = 0; i < 20; i++) {
		n = hits_now(map_path);
		if (n)
			return n;
		usleep(100000);
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture.h"

void capture_start(struct capture *c, const char *const *argv)
{
	int out[2], err[2];

	memset(c, 0, sizeof(*c));
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		perror("pipe");
		exit(2);
	}
	fflush(stdout);
	c->pid = fork();
	if (c->pid < 0) {
		perror("fork");
		exit(2);
	}
	if (!c->pid) {
		dup2(out[1], 1);
		dup2(err[1], 2);
		execv(argv[0], (char **)argv);
		perror(argv[0]);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	c->fd[0] = out[0];
	c->fd[1] = err[0];
}

static bool take(int fd, char **data, size_t *len)
{
	char buf[65536];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	*data = realloc(*data, *len + n + 1);
	if (!*data)
		abort();
	memcpy(*data + *len, buf, n);
	*len += n;
	(*data)[*len] = '\0';
	return true;
}

void capture_finish(struct capture *c)
{
	struct pollfd p[2] = {
		{ .fd = c->fd[0], .events = POLLIN },
		{ .fd = c->fd[1], .events = POLLIN },
	};
	int st;

	c->out = calloc(1, 1);
	c->err = calloc(1, 1);
	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].fd >= 0 && p[0].revents &&
		    !take(p[0].fd, &c->out, &c->outlen))
			p[0].fd = -1;
		if (p[1].fd >= 0 && p[1].revents &&
		    !take(p[1].fd, &c->err, &c->errlen))
			p[1].fd = -1;
	}
	close(c->fd[0]);
	close(c->fd[1]);
	while (waitpid(c->pid, &st, 0) < 0 && errno == EINTR)
		;
	c->status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
}

void capture_free(struct capture *c)
{
	free(c->out);
	free(c->err);
}

const char *sibling(const char *name)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0) {
		perror("/proc/self/exe");
		exit(2);
	}
	while (n && path[n - 1] != '/')
		n--;
	if ((size_t)snprintf(path + n, sizeof(path) - n, "%s", name) >=
	    sizeof(path) - n)
		abort();
	return path;
}

bool process_with(const char *text)
{
	DIR *proc = opendir("/proc");
	struct dirent *de;
	bool found = false;

	while (!found && proc && (de = readdir(proc))) {
		char path[300], cmd[16384];
		ssize_t n;
		int fd;

		if (de->d_name[0] < '1' || de->d_name[0] > '9' ||
		    atoi(de->d_name) == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%s/cmdline", de->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = fd < 0 ? -1 : read(fd, cmd, sizeof(cmd));
		if (fd >= 0)
			close(fd);
		found = n > 0 && memmem(cmd, n, text, strlen(text));
	}
	if (proc)
		closedir(proc);
	return found;
}

// SPDX-License-Identifier: GPL-2.0
/* The small change of what builds packages: messages, files, other programs. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "libcap.h"

const char *self = "libcap";

void die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", self);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void say(const char *fmt, ...)
{
	va_list ap;

	printf("%s: ", self);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void join(char *out, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out, PATH_MAX, fmt, ap);
	va_end(ap);
	if (n < 0 || n >= PATH_MAX)
		die("a path is too long (%.60s...); use a shorter BUILD", out);
}

void keep(char *out, size_t room, const char *text)
{
	if (strlen(text) >= room)
		die("'%s' is too long for what it stands for", text);
	strcpy(out, text);
}

void make_dirs(const char *path)
{
	char part[PATH_MAX];
	char *p;

	join(part, "%s/", path);
	for (p = strchr(part + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(part, 0755) && errno != EEXIST)
			die("cannot make the directory %s: %s", part,
			    strerror(errno));
		*p = '/';
	}
}

static char *read_fd(int fd, size_t *size)
{
	size_t n = 0, room = 4096;
	char *text = malloc(room);
	ssize_t got;

	while (text) {
		got = read(fd, text + n, room - n - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += got;
		if (n + 1 == room)
			text = realloc(text, room *= 2);
	}
	if (!text)
		die("out of memory");
	text[n] = '\0';
	if (size)
		*size = n;
	return text;
}

char *read_all(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	if (fd < 0)
		return NULL;
	text = read_fd(fd, size);
	close(fd);
	return text;
}

void write_all(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		die("cannot write %s: %s", path, strerror(errno));
}

static int status_of(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("lost a child: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void __attribute__((noreturn)) exec_it(const char *const argv[])
{
	execvp(argv[0], (char *const *)argv);
	fprintf(stderr, "%s: cannot run %s: %s\n", self, argv[0],
		strerror(errno));
	_exit(127);
}

int run(const char *dir, const char *log, const char *const argv[])
{
	pid_t pid = fork();
	int fd;

	if (pid < 0)
		die("cannot start %s: %s", argv[0], strerror(errno));
	if (pid)
		return status_of(pid);
	if (log) {
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
		if (fd < 0) {
			fprintf(stderr, "%s: cannot write %s: %s\n", self, log,
				strerror(errno));
			_exit(127);
		}
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	if (dir && chdir(dir)) {
		fprintf(stderr, "%s: cannot enter %s: %s\n", self, dir,
			strerror(errno));
		_exit(127);
	}
	exec_it(argv);
}

char *output_of(const char *const argv[])
{
	char *text;
	int fd[2];
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC))
		die("no pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		die("cannot start %s: %s", argv[0], strerror(errno));
	if (!pid) {
		dup2(fd[1], STDOUT_FILENO);
		exec_it(argv);
	}
	close(fd[1]);
	text = read_fd(fd[0], NULL);
	close(fd[0]);
	if (status_of(pid)) {
		free(text);
		return NULL;
	}
	return text;
}

void remove_tree(const char *path)
{
	const char *const argv[] = { "rm", "-rf", "--", path, NULL };

	if (run(NULL, NULL, argv))
		die("cannot remove %s", path);
}

int publish(const char *work, const char *out, const char *recipe)
{
	char tmp[PATH_MAX], gone[PATH_MAX], from[PATH_MAX], to[PATH_MAX];
	struct dirent *e;
	int n = 0;
	DIR *d;

	join(tmp, "%s.new", out);
	join(gone, "%s.old", out);
	remove_tree(tmp);
	remove_tree(gone);
	make_dirs(tmp);
	d = opendir(work);
	while (d && (e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len < 4 || strcmp(e->d_name + len - 4, ".deb"))
			continue;
		join(from, "%s/%s", work, e->d_name);
		join(to, "%s/%s", tmp, e->d_name);
		if (rename(from, to))
			die("cannot move %s: %s", from, strerror(errno));
		n++;
	}
	if (d)
		closedir(d);
	join(to, "%s/recipe", tmp);
	write_all(to, recipe);
	if (rename(out, gone) && errno != ENOENT)
		die("cannot replace %s: %s", out, strerror(errno));
	if (rename(tmp, out))
		die("cannot make %s: %s", out, strerror(errno));
	remove_tree(gone);
	return n;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Run other programs, git most of all, without a shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "series.h"

#define MAX_ARGS 64

static int vrun(const char *dir, char **out, char *const argv[])
{
	size_t size = 0, room = 65536;
	char *buf = NULL;
	int fds[2], status;
	ssize_t n = 0;
	pid_t pid;

	if (out && (pipe2(fds, O_CLOEXEC) || !(buf = malloc(room))))
		fail("cannot run %s: %s", argv[0], strerror(errno));
	pid = fork();
	if (pid < 0)
		fail("cannot run %s: %s", argv[0], strerror(errno));
	if (!pid) {
		if (out)
			dup2(fds[1], STDOUT_FILENO);
		if (dir && chdir(dir)) {
			fprintf(stderr, "series: cannot enter %s: %s\n", dir,
				strerror(errno));
			_exit(127);
		}
		execvp(argv[0], argv);
		fprintf(stderr, "series: cannot run %s: %s: run make deps\n",
			argv[0], strerror(errno));
		_exit(127);
	}
	if (out) {
		close(fds[1]);
		while ((n = read(fds[0], buf + size, room - size - 1)) > 0) {
			size += n;
			if (room - size < 4096) {
				room *= 2;
				buf = realloc(buf, room);
				if (!buf)
					fail("out of memory");
			}
		}
		close(fds[0]);
		buf[size] = '\0';
		*out = buf;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void collect(char *argv[], int n, va_list ap)
{
	while (n < MAX_ARGS - 1 && (argv[n] = va_arg(ap, char *)))
		n++;
	argv[n] = NULL;
}

/**
 * run - run a program and wait for it
 * @dir: where, or NULL
 * @out: if not NULL, receives what it printed
 *
 * The program and its arguments follow, then NULL.
 * Return: its exit status.
 */
int run(const char *dir, char **out, ...)
{
	char *argv[MAX_ARGS];
	va_list ap;

	va_start(ap, out);
	collect(argv, 0, ap);
	va_end(ap);
	return vrun(dir, out, argv);
}

/* The same, and what it printed is the result: failure ends the program */
char *must(const char *dir, ...)
{
	char *argv[MAX_ARGS], *out;
	va_list ap;

	va_start(ap, dir);
	collect(argv, 0, ap);
	va_end(ap);
	if (vrun(dir, &out, argv))
		fail("%s %s failed, see above", argv[0], argv[1] ?: "");
	return out;
}

/* git in the object store that holds every base */
char *git(const struct place *p, ...)
{
	char *argv[MAX_ARGS] = { "git", "--git-dir" }, *out;
	va_list ap;

	argv[2] = fmt("%s/linux.git", p->build);
	va_start(ap, p);
	collect(argv, 3, ap);
	va_end(ap);
	if (vrun(NULL, &out, argv))
		fail("git %s failed, see above", argv[3]);
	free(argv[2]);
	return out;
}

/* Nobody's git configuration changes what we make */
void git_environment(void)
{
	static const char *const drop[] = {
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX",
		"GIT_OBJECT_DIRECTORY", "GIT_EDITOR", "GIT_COMMON_DIR",
	};

	for (size_t i = 0; i < sizeof(drop) / sizeof(drop[0]); i++)
		unsetenv(drop[i]);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_TERMINAL_PROMPT", "0", 1);
	setenv("GIT_OPTIONAL_LOCKS", "0", 1);
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "UTC", 1);
}

/* The index that the next git commands use, NULL for the usual one */
void index_file(const char *path)
{
	if (path)
		setenv("GIT_INDEX_FILE", path, 1);
	else
		unsetenv("GIT_INDEX_FILE");
}

/* One series program at a time in a build directory; released at exit */
int lock_build(const struct place *p)
{
	char *path = fmt("%s/.series.lock", p->build);
	int fd;

	make_parents(path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		fail("cannot write %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		note("another series command is at work in %s: waiting for it",
		     p->build);
		if (flock(fd, LOCK_EX))
			fail("cannot lock %s: %s", path, strerror(errno));
	}
	free(path);
	return fd;
}

// SPDX-License-Identifier: GPL-2.0
/* Programs that ask for passwords, and shells, on a pseudo-terminal. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include "services.h"

#define WORDS_MAX 16
/* Far beyond what any step takes on a slow emulated CPU */
#define PATIENCE_MS (90 * 1000)
#define REOPEN_MS 20

/* Appends to res.out, without the terminal's carriage returns */
static ssize_t take(int fd, size_t *len)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf)), i;

	for (i = 0; i < n && *len < sizeof(res.out) - 1; i++)
		if (buf[i] != '\r' && buf[i])
			res.out[(*len)++] = buf[i];
	res.out[*len] = '\0';
	return n;
}

static void answer(int fd, const struct typed *typed, size_t n, size_t *next,
		   size_t *seen)
{
	const char *at;

	if (*next >= n)
		return;
	at = strstr(res.out + *seen, typed[*next].prompt);
	if (!at)
		return;
	*seen = at + strlen(typed[*next].prompt) - res.out;
	if (write(fd, typed[*next].answer, strlen(typed[*next].answer)) < 0)
		return;
	(*next)++;
}

/*
 * login hangs the terminal up and opens it anew; in between reading it fails.
 * So it is the end of the program that ends this, not that of the output.
 */
static int converse(int fd, pid_t pid, const struct typed *typed, size_t n)
{
	size_t len = 0, next = 0, seen = 0;
	int status = 0, quiet = 0;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (quiet < PATIENCE_MS) {
		if (poll(&p, 1, REOPEN_MS) > 0 && take(fd, &len) > 0) {
			quiet = 0;
			answer(fd, typed, n, &next, &seen);
			continue;
		}
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   128 + WTERMSIG(status);
		usleep(REOPEN_MS * 1000);
		quiet += 2 * REOPEN_MS;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return 124;
}

int on_terminal(uid_t uid, const struct typed *typed, size_t n,
		const char *word, ...)
{
	char *argv[WORDS_MAX + 1];
	int fd, argc = 0;
	va_list ap;
	pid_t pid;

	va_start(ap, word);
	for (; word && argc < WORDS_MAX; word = va_arg(ap, const char *))
		argv[argc++] = (char *)word;
	va_end(ap);
	argv[argc] = NULL;
	memset(&res, 0, sizeof(res));
	pid = forkpty(&fd, NULL, NULL, NULL);
	if (!pid) {
		setenv("TERM", "dumb", 1);
		if (uid && (fchown(0, uid, -1) || setgroups(0, NULL) ||
			    setgid(uid) || setuid(uid)))
			_exit(126);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0)
		return res.status = 126;
	res.status = converse(fd, pid, typed, n);
	close(fd);
	return res.status;
}

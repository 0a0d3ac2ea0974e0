// SPDX-License-Identifier: GPL-2.0
/*
 * Run make and say how far it is: objects done of objects to do.  The whole
 * output goes to a log; what is neither a step nor chatter is an error or a
 * warning, and goes to the terminal as well.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kbuild.h"

/* "  CC      kernel/fork.o": two blanks, a short word in capitals, a path */
static bool is_step(const char *line)
{
	const char *p = line + 2;

	if (strncmp(line, "  ", 2) || !isupper((unsigned char)*p))
		return false;
	while (isalnum((unsigned char)*p) || *p == '_' || *p == '.')
		p++;
	return *p == ' ';
}

static bool is_object(const char *line)
{
	return !strncmp(line, "  CC ", 5) || !strncmp(line, "  AS ", 5) ||
	       !strncmp(line, "  HOSTCC ", 9);
}

static bool is_chatter(const char *line)
{
	/* openssl, which makes a key, draws with these */
	return strspn(line, ".+*-\n") == strlen(line) ||
	       !strncmp(line, "make", 4) || !strncmp(line, "ln -sf", 6) ||
	       !strncmp(line, "mkdir", 5) || *line == '#' ||
	       !strncmp(line, "Kernel: ", 8) ||
	       strstr(line, ":warning: override: ");
}

static void show(const char *label, long done, long expected, bool tty)
{
	char total[32] = "";

	if (expected > done)
		snprintf(total, sizeof(total), " of %ld", expected);
	fprintf(stderr, tty ? "\r\033[K%s: %ld%s objects" : "%s: %ld%s objects\n",
		label, done, total);
	fflush(stderr);
}

/**
 * progress_run - run a make command, log it and report its progress
 * @argv: command
 * @label: what is being built, for the reader
 * @log: file that takes the whole output, made anew
 * @expected: objects that a build from nothing compiles, 0 if not known
 * @built: if not NULL, receives the number of objects compiled
 *
 * Return: the exit status of the command, 127 if it could not be run.
 */
int progress_run(char *const argv[], const char *label, const char *log,
		 long expected, long *built)
{
	bool tty = isatty(STDERR_FILENO);
	long done = 0, shown = 0, step = expected > 10 ? expected / 10 : 200;
	FILE *in, *out = fopen(log, "w");
	int fds[2], status = 0;
	char *line = NULL;
	size_t size = 0;
	bool full = false;
	pid_t pid;

	if (!out || pipe(fds)) {
		fprintf(stderr, "%s: cannot write %s: %s\n", label, log,
			strerror(errno));
		return 127;
	}
	pid = fork();
	if (!pid) {
		/* make dies with us, so that no build outlives its lock */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		execvp(argv[0], argv);
		fprintf(stderr, "cannot run %s: %s\n", argv[0],
			strerror(errno));
		_exit(127);
	}
	close(fds[1]);
	in = fdopen(fds[0], "r");

	while (getline(&line, &size, in) > 0) {
		if (fputs(line, out) < 0)
			full = true;
		if (is_object(line)) {
			done++;
			if (tty || done - shown >= step) {
				show(label, done, expected, tty);
				shown = done;
			}
		} else if (!is_step(line) && !is_chatter(line)) {
			fprintf(stderr, "%s%s", tty ? "\r\033[K" : "", line);
		}
	}
	if (tty && done)
		fprintf(stderr, "\r\033[K");
	free(line);
	fclose(in);
	if (fclose(out) || full)
		fprintf(stderr, "%s: %s is incomplete: is the disk full?\n",
			label, log);
	if (built)
		*built = done;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

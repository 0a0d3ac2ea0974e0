// SPDX-License-Identifier: GPL-2.0
/*
 * services-guest - capabilities from units, logins and containers
 *
 * Runs as root in the Debian guest that systemd has booted, and as its own
 * probe in whatever a unit, a login or a container makes of a process.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>

#include "services.h"

static const struct {
	const char *name;
	void (*run)(void);
} part[] = {
	{ "sample", sample }, { "units", units }, { "fences", fences },
	{ "logins", logins }, { "containers", containers },
	{ "names", names }, { "stock", stock },
};

#define PARTS (sizeof(part) / sizeof(part[0]))

void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f && fputs(text, f) >= 0 && !fclose(f))
		return;
	printf("Bail out! cannot write %s: %s\n", path, strerror(errno));
	exit(1);
}

/* A process of a third user, whom alice and bob are to leave alone */
static pid_t daemons_process(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setgid(DAEMON) || setuid(DAEMON))
		_exit(1);
	for (;;)
		pause();
}

static int usage(void)
{
	fputs("usage: services-guest sample|units|fences|logins|containers|names|stock...\n"
	      "       services-guest probe PID...\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	size_t k;
	int i;

	if (argc > 2 && !strcmp(argv[1], "probe"))
		return probe(argv + 2);
	if (argc < 2 || geteuid())
		return usage();
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("SYSTEMD_PAGER", "", 1);
	tap_begin();
	about = "";
	probe_command = path_of(SELF " probe 1 %d", daemons_process());
	for (i = 1; i < argc; i++) {
		for (k = 0; k < PARTS && strcmp(argv[i], part[k].name); k++)
			;
		if (k == PARTS)
			return usage();
		part[k].run();
	}
	return tap_end();
}

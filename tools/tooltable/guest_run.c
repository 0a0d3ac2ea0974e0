// SPDX-License-Identifier: GPL-2.0
/*
 * Start a tool of the list as somebody, and look at it from outside.
 */
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"

#define ALICES .uid = ALICE, .home = "/home/alice"

static const struct {
	const char *name;
	struct who who;
} accounts[] = {
	{ "root", { .home = "/root" } },
	{ "alice", { ALICES, .bpf = true, .tracing = true } },
	{ "bob", { .uid = BOB, .home = "/home/bob" } },
	{ "no-bpf", { ALICES, .tracing = true } },
	{ "no-tracing", { ALICES, .bpf = true } },
};

const struct who *account(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++)
		if (!strcmp(name, accounts[i].name))
			return &accounts[i].who;
	return NULL;
}

bool job_start(struct job *j, const struct entry *e, const struct who *who)
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
	return child_start(&j->child, who, argv);
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

	snprintf(path, sizeof(path), "/proc/%d/syscall", j->child.pid);
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

	snprintf(path, sizeof(path), "/proc/%d/fd", j->child.pid);
	dir = opendir(path);
	while (dir && (de = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", j->child.pid,
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

const char *capabilities_of(const struct who *who)
{
	static char effective[32] = "(none)";
	char *argv[] = { "/usr/bin/cat", "/proc/self/status", NULL };
	struct child c = { 0 };
	struct pollfd p;
	const char *at;

	if (!child_start(&c, who, argv))
		return effective;
	while (c.out_fd >= 0) {
		p = (struct pollfd){ c.out_fd, POLLIN, 0 };
		poll(&p, 1, -1);
		child_read(&c);
	}
	waitpid(c.pid, NULL, 0);
	at = strstr(c.out.v, "CapEff:\t");
	if (at)
		snprintf(effective, sizeof(effective), "%.16s",
			 at + strlen("CapEff:\t"));
	child_free(&c);
	return effective;
}

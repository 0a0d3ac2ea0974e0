// SPDX-License-Identifier: GPL-2.0
/* The job: NUL-terminated key=value records the runner left in the initrd. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

static void push(char **list, size_t *count, char *value)
{
	if (*count + 1 >= JOB_LIST_MAX)
		die("the job has more than %d arguments", JOB_LIST_MAX - 1);
	list[(*count)++] = value;
	list[*count] = NULL;
}

static void take(struct job *job, char *key, char *value)
{
	if (!strcmp(key, "arg"))
		push(job->argv, &job->argc, value);
	else if (!strcmp(key, "env"))
		push(job->env, &job->envc, value);
	else if (!strcmp(key, "save"))
		push(job->save, &job->savec, value);
	else if (!strcmp(key, "nonce"))
		job->nonce = value;
	else if (!strcmp(key, "image"))
		job->debian = !strcmp(value, "debian");
	else if (!strcmp(key, "verdict"))
		job->verdict = true;
	else if (!strcmp(key, "shell"))
		job->shell = true;
	else if (!strcmp(key, "systemd"))
		job->systemd = true;
	else if (!strcmp(key, "strict-caps"))
		job->strict_caps = true;
	else if (!strcmp(key, "rows"))
		job->rows = strtoul(value, NULL, 10);
	else if (!strcmp(key, "cols"))
		job->cols = strtoul(value, NULL, 10);
	else if (!strcmp(key, "user")) {
		job->has_uid = true;
		job->uid = strtoul(value, NULL, 10);
	} else if (!strcmp(key, "caps")) {
		job->has_caps = true;
		job->caps = strtoull(value, NULL, 16);
	} else
		die("the job has an unknown record '%s'; rebuild the tiny image with make vm",
		    key);
}

void job_read(struct job *job)
{
	struct stat st;
	char *text, *p, *eq;
	ssize_t n;
	int fd;

	fd = open(JOB_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		die("the initrd holds no job; start guests with tools/vm/run");
	text = malloc(st.st_size + 1);
	if (!text)
		die("no memory for the job of %lld bytes",
		    (long long)st.st_size);
	n = read(fd, text, st.st_size);
	close(fd);
	if (n != st.st_size)
		die("the job is cut short");
	text[n] = '\0';
	/* The nonce seals the report: the command has no business with it */
	unlink(JOB_FILE);

	for (p = text; p < text + n; p = eq + strlen(eq) + 1) {
		eq = strchr(p, '=');
		if (!eq)
			die("the job holds a record without '='");
		*eq++ = '\0';
		take(job, p, eq);
	}
	if (!job->nonce || (!job->argc && !job->shell))
		die("the job names no command or no nonce");
}

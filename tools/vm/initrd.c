// SPDX-License-Identifier: GPL-2.0
/* The guest's initrd: the tiny image, then this run's job and added files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio.h"
#include "frame.h"
#include "run.h"

static void record(struct buffer *job, const char *key, const char *value)
{
	buffer_add(job, key, strlen(key));
	buffer_add(job, "=", 1);
	buffer_add(job, value, strlen(value) + 1);
}

static void record_number(struct buffer *job, const char *key,
			  unsigned long long value, const char *fmt)
{
	char text[32];

	snprintf(text, sizeof(text), fmt, value);
	record(job, key, text);
}

static void shell_records(struct buffer *job)
{
	struct winsize ws;
	char term[128];

	record(job, "shell", "1");
	if (!ioctl(0, TIOCGWINSZ, &ws)) {
		record_number(job, "rows", ws.ws_row, "%llu");
		record_number(job, "cols", ws.ws_col, "%llu");
	}
	snprintf(term, sizeof(term), "TERM=%s",
		 getenv("TERM") ? getenv("TERM") : "linux");
	record(job, "env", term);
}

static void make_job(const struct options *o, const struct run *r,
		     struct buffer *job)
{
	size_t i;

	record(job, "nonce", r->nonce);
	record(job, "image", o->image);
	if (o->verdict)
		record(job, "verdict", "1");
	if (o->systemd)
		record(job, "systemd", "1");
	if (o->strict_caps)
		record(job, "strict-caps", "1");
	if (o->has_uid)
		record_number(job, "user", o->uid, "%llu");
	if (o->has_caps)
		record_number(job, "caps", o->caps, "%llx");
	if (o->shell)
		shell_records(job);
	for (i = 0; i < o->envc; i++)
		record(job, "env", o->env[i]);
	for (i = 0; i < o->savec; i++)
		record(job, "save", o->save[i].guest);
	for (i = 0; i < (size_t)o->argc; i++)
		record(job, "arg", o->argv[i]);
}

/* The guest holds an added file three times before it is in its place */
static void grow_memory(struct options *o, const struct run *r)
{
	struct stat st;

	if (!stat(r->initrd, &st) && st.st_size > 16 << 20)
		o->memory += 3 * (st.st_size >> 20);
}

void initrd_write(struct options *o, const struct run *r)
{
	struct buffer job = { 0 };
	struct cpio c = { 0 };
	char name[PATH_MAX];
	size_t i;

	make_job(o, r, &job);
	c.f = fopen(r->initrd, "w");
	if (!c.f)
		fatal("cannot create %s: %s", r->initrd, strerror(errno));
	if (cpio_append(&c, r->tiny))
		fatal("cannot read the tiny image %s: %s", r->tiny,
		      strerror(errno));
	if (cpio_dir(&c, JOB_DIR + 1, 0700) || cpio_dir(&c, JOB_ADD + 1, 0700) ||
	    cpio_data(&c, JOB_FILE + 1, 0600, job.data, job.len))
		fatal("cannot write %s: %s", r->initrd, strerror(errno));
	for (i = 0; i < o->addc; i++) {
		snprintf(name, sizeof(name), "%s/%s", JOB_ADD + 1,
			 o->add[i].guest);
		if (cpio_file(&c, name, o->add[i].host))
			fatal("cannot add %s: %s", o->add[i].host,
			      strerror(errno));
	}
	if (cpio_end(&c) || fclose(c.f))
		fatal("cannot write %s: %s", r->initrd, strerror(errno));
	free(job.data);
	grow_memory(o, r);
}

// SPDX-License-Identifier: GPL-2.0
/* Where things are, and one private directory per run. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

static void join(char *to, const char *fmt, const char *a, const char *b,
		 const char *c)
{
	if (snprintf(to, PATH_MAX, fmt, a, b, c) >= PATH_MAX)
		fatal("the path below %s is too long", a);
}

static void find_kernel(const struct options *o, struct run *r)
{
	if (strchr(o->kernel, '/') || (strcmp(o->kernel, "stock") &&
				       strcmp(o->kernel, "patched") &&
				       !access(o->kernel, R_OK))) {
		join(r->kernel, "%s%s%s", o->kernel, "", "");
		if (access(r->kernel, R_OK))
			fatal("cannot read the kernel %s: %s", r->kernel,
			      strerror(errno));
		return;
	}
	if (snprintf(r->kernel, PATH_MAX, "%s/%s/%s/bzImage", r->build,
		     o->base, o->kernel) >= PATH_MAX)
		fatal("the path of the kernel is too long");
	if (access(r->kernel, R_OK))
		fatal("there is no %s kernel for %s yet; build it with: make kernel V=%s",
		      o->kernel, o->base, o->base);
}

static void make_nonce(struct run *r)
{
	unsigned char raw[16];
	size_t i;

	if (getrandom(raw, sizeof(raw), 0) != sizeof(raw))
		fatal("cannot get random bytes: %s", strerror(errno));
	for (i = 0; i < sizeof(raw); i++)
		sprintf(r->nonce + 2 * i, "%02x", raw[i]);
}

static void make_dir(const struct options *o, struct run *r)
{
	join(r->dir, "%s/results%s%s", r->build, "", "");
	mkdir(r->dir, 0755);
	join(r->dir, "%s/results/runs%s%s", r->build, "", "");
	mkdir(r->dir, 0755);
	join(r->dir, "%s/results/runs/%s-XXXXXX%s", r->build,
	     o->shell ? "shell" : "run", "");
	if (!mkdtemp(r->dir))
		fatal("cannot make a directory for this run (%s): %s", r->dir,
		      strerror(errno));
	prune_runs(r->dir);
	join(r->initrd, "%s/%s%s", r->dir, "initrd", "");
	join(r->qemu_log, "%s/%s%s", r->dir, "qemu.log", "");
	if (o->console)
		join(r->console, "%s%s%s", o->console, "", "");
	else
		join(r->console, "%s/%s%s", r->dir, "console.log", "");
}

/* The runner is BUILD/bin/vm-run, so it knows BUILD */
void paths_find(const struct options *o, struct run *r)
{
	ssize_t n = readlink("/proc/self/exe", r->build, PATH_MAX - 1);
	char *slash;
	int i;

	if (n < 0)
		fatal("cannot tell where this program is: %s",
		      strerror(errno));
	r->build[n] = '\0';
	for (i = 0; i < 2; i++) {
		slash = strrchr(r->build, '/');
		if (slash)
			*slash = '\0';
	}
	find_kernel(o, r);
	join(r->tiny, "%s/images/tiny.cpio%s%s", r->build, "", "");
	if (access(r->tiny, R_OK))
		fatal("there is no tiny image yet; build it with: make vm");
	if (o->disk) {
		join(r->disk, "%s%s%s", o->disk, "", "");
		if (access(r->disk, R_OK | W_OK))
			fatal("cannot write the disk %s: %s", r->disk,
			      strerror(errno));
	} else if (!strcmp(o->image, "debian")) {
		join(r->disk, "%s/images/debian.ext4%s%s", r->build, "", "");
		if (access(r->disk, R_OK))
			fatal("there is no Debian image yet; build it with: make image");
	}
	make_nonce(r);
	make_dir(o, r);
}

void paths_cleanup(const struct run *r, const struct options *o, bool keep)
{
	if (!r->dir[0])
		return;
	unlink(r->initrd);
	if (keep)
		return;
	unlink(r->qemu_log);
	if (!o->console)
		unlink(r->console);
	rmdir(r->dir);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * mktiny: write the tiny image, an initramfs of our init and Debian's static
 * busybox with a link for each of its applets.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpio.h"

static const char *const dirs[] = {
	"bin", "sbin", "usr", "usr/bin", "usr/sbin", "etc", "dev", "proc",
	"sys", "root", "run", "var", "mnt", "lib",
};

static const char passwd[] =
	"root:x:0:0:root:/root:/bin/sh\n"
	"user:x:1000:1000:an ordinary user:/tmp:/bin/sh\n"
	"nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n";
static const char group[] =
	"root:x:0:\ntty:x:5:\nuser:x:1000:\nnogroup:x:65534:\n";
static const char shadow[] = "root:*:19000:0:99999:7:::\n";
static const char hosts[] = "127.0.0.1 localhost capsplit\n::1 localhost\n";

static void fail(const char *what)
{
	fprintf(stderr, "mktiny: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void need(int ret, const char *what)
{
	if (ret)
		fail(what);
}

/* busybox prints each applet's usual place, such as "usr/bin/awk" */
static void add_applets(struct cpio *c, const char *busybox)
{
	char cmd[4096], line[256];
	FILE *list;
	int n = 0;

	if (strchr(busybox, '\'')) {
		fprintf(stderr, "mktiny: %s: a quote in the path\n", busybox);
		exit(1);
	}
	snprintf(cmd, sizeof(cmd), "'%s' --list-full", busybox);
	list = popen(cmd, "r");
	if (!list)
		fail(busybox);
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		/* "linuxrc" wants the root; busybox itself is there already */
		if (!strchr(line, '/') || !strcmp(line, "bin/busybox"))
			continue;
		need(cpio_link(c, line, "/bin/busybox"), line);
		n++;
	}
	if (pclose(list) || n < 100) {
		fprintf(stderr,
			"mktiny: %s lists %d applets; install busybox-static with make deps\n",
			busybox, n);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct cpio c = { 0 };
	char tmp[4096];
	size_t i;

	if (argc != 4) {
		fprintf(stderr, "usage: mktiny INIT BUSYBOX OUTPUT\n");
		return 2;
	}
	/* Written aside and renamed: an interrupted run leaves no half image */
	snprintf(tmp, sizeof(tmp), "%s.%d", argv[3], getpid());
	c.f = fopen(tmp, "w");
	if (!c.f)
		fail(tmp);
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		need(cpio_dir(&c, dirs[i], 0755), dirs[i]);
	need(cpio_dir(&c, "tmp", 01777), "tmp");
	/* The kernel opens it for process 1 before anything is mounted */
	need(cpio_chardev(&c, "dev/console", 0600, 5, 1), "dev/console");
	need(cpio_file(&c, "init", argv[1]), argv[1]);
	need(cpio_file(&c, "bin/busybox", argv[2]), argv[2]);
	need(cpio_data(&c, "etc/passwd", 0644, passwd, strlen(passwd)), tmp);
	need(cpio_data(&c, "etc/group", 0644, group, strlen(group)), tmp);
	need(cpio_data(&c, "etc/shadow", 0600, shadow, strlen(shadow)), tmp);
	need(cpio_data(&c, "etc/hosts", 0644, hosts, strlen(hosts)), tmp);
	add_applets(&c, argv[2]);
	need(cpio_end(&c), tmp);
	if (fclose(c.f) || rename(tmp, argv[3]))
		fail(argv[3]);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/* BPF namespaces: what the commands about them share. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#include "bpfns.h"
#include "launch.h"

void bpfns_need(void)
{
	if (bpfns_inode("/proc/self/ns/bpf"))
		return;
	if (access("/proc/self/ns/user", F_OK))
		die(UNSUPPORTED, "cannot look at /proc/self/ns: %s; /proc must be mounted",
		    strerror(errno));
	die(UNSUPPORTED, "this kernel has no BPF namespaces: it takes CONFIG_BPF_NS");
}

void bpfns_own_rights(void)
{
	if (cli_privileged_file())
		die(REFUSED, "capsplit got capabilities or another user from its file, and neither makes nor enters namespaces by them; run a copy of it that has neither, as root");
}

ino_t bpfns_inode(const char *link)
{
	char target[64];
	ssize_t n = readlink(link, target, sizeof(target) - 1);
	unsigned long ino = 0;

	if (n < 0)
		return 0;
	target[n] = '\0';
	errno = EINVAL;
	return sscanf(target, "bpf:[%lu]", &ino) == 1 ? ino : 0;
}

bool bpfns_is(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == NSFS_MAGIC &&
	       ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWBPF;
}

void bpfns_exec(char **argv)
{
	char *shell[] = { getenv("SHELL"), NULL };
	struct launch l = { .argv = argv };

	if (!*argv) {
		if (!shell[0] || !*shell[0])
			shell[0] = "/bin/sh";
		l.argv = shell;
	}
	launch_exec(&l);
}

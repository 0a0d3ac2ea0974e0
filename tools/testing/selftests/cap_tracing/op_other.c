// SPDX-License-Identifier: GPL-2.0
/*
 * The table's operations on kernel addresses, and those that CAP_TRACING must
 * leave closed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "ops.h"

#define SYSLOG_ACTION_SIZE_UNREAD	9

/* Lines of "address type name": one address other than zero will do */
static int try_kallsyms(const void *arg)
{
	int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	char buf[1024], *line;
	ssize_t n;

	(void)arg;
	if (fd < 0)
		return errno;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n < 0)
		return errno;
	buf[n] = '\0';
	for (line = buf; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strspn(line, "0") < strcspn(line, " "))
			break;
	}
	return line ? 0 : EPERM;
}

static int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	return ops_close(fd < 0 ? -errno : fd);
}

static int try_read(const void *arg)
{
	return try_open(arg, O_RDONLY);
}

static int try_write(const void *arg)
{
	return try_open(arg, O_WRONLY);
}

static int try_syslog(const void *arg)
{
	(void)arg;
	return klogctl(SYSLOG_ACTION_SIZE_UNREAD, NULL, 0) < 0 ? errno : 0;
}

static int try_kill(const void *arg)
{
	(void)arg;
	return kill(env.root_task, 0) ? errno : 0;
}

static int open_in_proc(const char *file, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", env.root_task, file);
	return try_open(path, flags);
}

static int try_memory(const void *arg)
{
	(void)arg;
	return open_in_proc("mem", O_RDWR);
}

static int try_environ(const void *arg)
{
	(void)arg;
	return open_in_proc("environ", O_RDONLY);
}

static int try_descriptor(const void *arg)
{
	int err, pidfd = syscall(SYS_pidfd_open, env.root_task, 0);

	(void)arg;
	if (pidfd < 0)
		return errno;
	err = syscall(SYS_pidfd_getfd, pidfd, 0, 0);
	err = ops_close(err < 0 ? -errno : err);
	close(pidfd);
	return err;
}

static int try_hostname(const void *arg)
{
	(void)arg;
	return sethostname(env.hostname, strlen(env.hostname)) ? errno : 0;
}

static int try_interface(const void *arg)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	(void)arg;
	if (fd < 0)
		return errno;
	if (ioctl(fd, SIOCGIFFLAGS, &ifr) || ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = errno;
	close(fd);
	return err;
}

static const struct op_impl ops[] = {
	{ "kallsyms.values", try_kallsyms, NULL },
	{ "kallsyms.kprobes_list",
		try_read, "/sys/kernel/debug/kprobes/list" },
	{ "other.syslog", try_syslog, NULL },
	{ "other.secret.read", try_read, env.secret },
	{ "other.file.write", try_write, env.readable },
	{ "other.sysctl", try_write, "/proc/sys/kernel/kptr_restrict" },
	{ "other.kill", try_kill, NULL },
	{ "other.memory", try_memory, NULL },
	{ "other.environ", try_environ, NULL },
	{ "other.descriptor", try_descriptor, NULL },
	{ "other.hostname", try_hostname, NULL },
	{ "other.interface", try_interface, NULL },
};

const struct op_group ops_other = { ops, ARRAY_SIZE(ops) };

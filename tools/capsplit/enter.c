// SPDX-License-Identifier: GPL-2.0
/* capsplit enter: a program in a BPF namespace that is there, as nsenter(1). */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "bpfns.h"

static const struct cli_option options[] = {
	{ 'U', "user", NULL, "enter the user namespace that owns it, too" },
};

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static int open_process(const char *pid)
{
	char *path = format("/proc/%s/ns/bpf", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == EACCES)
		die(REFUSED, "to look at the namespace of process %s takes the right to trace it; run this as root",
		    pid);
	if (fd < 0 && (errno == ENOENT || errno == ESRCH))
		die(REFUSED, "there is no process %s (any more)", pid);
	if (fd < 0)
		die(REFUSED, "cannot open %s: %s", path, strerror(errno));
	free(path);
	return fd;
}

static int open_file(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		die(REFUSED, "cannot open %s: %s; 'capsplit ns' shows which namespaces there are",
		    out_safe(file), strerror(errno));
	if (!bpfns_is(fd))
		die(REFUSED, "%s is no BPF namespace; 'capsplit ns' shows those that there are",
		    out_safe(file));
	return fd;
}

static bool is_own_user_ns(int fd)
{
	struct stat st, own;

	return !fstat(fd, &st) && !stat("/proc/self/ns/user", &own) &&
	       st.st_ino == own.st_ino && st.st_dev == own.st_dev;
}

static void enter_owner(int fd, const char *what)
{
	int owner = ioctl(fd, NS_GET_USERNS);

	if (owner < 0)
		die(REFUSED, "the user namespace that owns the BPF namespace of %s is not one below the caller's: %s",
		    out_safe(what), strerror(errno));
	if (!is_own_user_ns(owner) && setns(owner, CLONE_NEWUSER))
		die(REFUSED, "to enter the user namespace that owns the BPF namespace of %s takes cap_sys_admin there: %s; run this as root, or as the user who made it",
		    out_safe(what), strerror(errno));
	close(owner);
}

static int run(const struct cli_command *c, int argc, char **argv)
{
	bool user = false;
	const char *what;
	int fd, opt, err;

	while ((opt = cli_next(c, argc, argv)))
		user |= opt == 'U';
	if (optind == argc)
		die_usage("a process or a file is missing: whose namespace it is to be");
	what = argv[optind++];
	if (optind < argc && !strcmp(argv[optind], "--"))
		optind++;
	bpfns_own_rights();
	bpfns_need();
	fd = is_number(what) ? open_process(what) : open_file(what);
	if (user)
		enter_owner(fd, what);
	err = setns(fd, CLONE_NEWBPF) ? errno : 0;
	if (err == EPERM)
		die(REFUSED, "to enter the BPF namespace of %s takes cap_sys_admin, also over the user namespace that owns it; run this as root%s",
		    out_safe(what), user ? "" : ", or with --user as the user who made that");
	if (err)
		die(REFUSED, "cannot enter the BPF namespace of %s: %s",
		    out_safe(what), strerror(err));
	close(fd);
	bpfns_exec(argv + optind);
}

const struct cli_command cmd_enter = {
	"enter", "[OPTION]... PID|FILE [--] [PROGRAM [ARGUMENT]...]",
	"Run a program in the BPF namespace of a process, or of a file",
	options, ARRAY_SIZE(options),
	"FILE is one that 'capsplit unshare --bpf=FILE' keeps a namespace in, or a link\n"
	"like /proc/PID/ns/bpf.  The program keeps the caller's capabilities and user.\n"
	"To enter takes cap_sys_admin, also over the user namespace that owns it.\n"
	"Without a program it is $SHELL, or /bin/sh.  Exit status: as of unshare.\n",
	run,
};

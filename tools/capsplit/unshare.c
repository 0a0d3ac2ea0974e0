// SPDX-License-Identifier: GPL-2.0
/* capsplit unshare: a program in a BPF namespace of its own, as unshare(1). */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bpfns.h"

static const struct cli_option options[] = {
	{ OPT_BPF, "bpf", "[FILE]",
	  "make a BPF namespace, and keep it in FILE by a bind mount" },
	{ 'U', "user", NULL, "make a user namespace, too, which owns it" },
	{ 'r', "map-root-user", NULL,
	  "the same, and be root there; implies --user" },
	{ 'f', "fork", NULL, "run the program as a child, and wait for it" },
};

struct request {
	bool bpf, user, map_root, fork;
	const char *file;
};

/*
 * Mounts what it is told to by a byte, with the rights that there were before
 * there was a user namespace.  It exits with 0 or errno.
 */
struct keeper {
	pid_t pid;
	int go;
};

static void keep(int told, pid_t whose, const char *file)
{
	char *path = format("/proc/%d/ns/bpf", whose), c;

	/* Nothing comes from who could make no namespace */
	if (read(told, &c, 1) != 1)
		_exit(0);
	_exit(mount(path, file, NULL, MS_BIND, NULL) ? errno : 0);
}

static void keeper_start(struct keeper *k, const char *file)
{
	pid_t self = getpid();
	struct stat st;
	int fds[2];

	if (stat(file, &st))
		die(REFUSED, "cannot keep the namespace in %s: %s; it takes a file to mount on, for example from touch(1)",
		    out_safe(file), strerror(errno));
	if (S_ISDIR(st.st_mode))
		die(REFUSED, "cannot keep the namespace in %s, which is a directory; it takes a file to mount on, for example from touch(1)",
		    out_safe(file));
	if (pipe2(fds, O_CLOEXEC))
		die(REFUSED, "cannot make a pipe: %s", strerror(errno));
	k->pid = fork();
	if (k->pid < 0)
		die(REFUSED, "cannot start a process: %s", strerror(errno));
	if (!k->pid) {
		close(fds[1]);
		keep(fds[0], self, file);
	}
	close(fds[0]);
	k->go = fds[1];
}

static void keeper_finish(const struct keeper *k, const char *file)
{
	int status = 0, err;
	bool told = write(k->go, "", 1) == 1;

	close(k->go);
	while (waitpid(k->pid, &status, 0) < 0 && errno == EINTR)
		;
	err = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	if (told && !err)
		return;
	if (err == EPERM || err == EACCES)
		die(REFUSED, "cannot keep the namespace in %s: to mount takes cap_sys_admin; run this as root, or leave the file out",
		    out_safe(file));
	die(REFUSED, "cannot keep the namespace in %s: %s", out_safe(file),
	    strerror(err ? err : EPIPE));
}

static void die_made(int err, bool user)
{
	if (err == EPERM && user)
		die(REFUSED, "to make a BPF namespace takes cap_bpf or cap_sys_admin in the initial user namespace, also with --user; run this as root, or with 'capsplit run --caps cap_bpf'");
	if (err == EPERM)
		die(REFUSED, "to make a BPF namespace takes cap_bpf or cap_sys_admin in the initial user namespace; run this as root, or with 'capsplit run --caps cap_bpf'");
	if (err == ENOSPC)
		die(REFUSED, "there is no room for a BPF namespace: they are nested as deep as they may be, or user.max_bpf_namespaces%s is reached; see sysctl(8)",
		    user ? " or user.max_user_namespaces" : "");
	die(REFUSED, "cannot make a BPF namespace: %s", strerror(err));
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(REFUSED, "cannot be root in the user namespace: %s: %s; leave --map-root-user out%s",
		    path, strerror(errno), errno == EPERM ?
		    ", or, as root, keep cap_setfcap" : "");
	close(fd);
}

static void map_root(uid_t uid, gid_t gid)
{
	write_to("/proc/self/setgroups", "deny");
	write_to("/proc/self/uid_map", format("0 %u 1", uid));
	write_to("/proc/self/gid_map", format("0 %u 1", gid));
}

/* In the child: returns.  Otherwise ends as the child does, signals too */
static void go_on_as_child(void)
{
	sigset_t set, old;
	int status;
	pid_t pid;

	/* From the keyboard they go to the child as well */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	pid = fork();
	if (pid < 0)
		die(REFUSED, "cannot start a process: %s", strerror(errno));
	if (!pid) {
		sigprocmask(SIG_SETMASK, &old, NULL);
		return;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die(REFUSED, "lost the program: %s", strerror(errno));
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	_exit(128 + WTERMSIG(status));
}

static void parse(struct request *r, const struct cli_command *c, int argc,
		  char **argv)
{
	int opt;

	while ((opt = cli_next(c, argc, argv))) {
		switch (opt) {
		case OPT_BPF:
			r->bpf = true;
			r->file = optarg;
			break;
		case 'r':
			r->map_root = true;
			r->user = true;
			break;
		case 'U':
			r->user = true;
			break;
		case 'f':
			r->fork = true;
			break;
		}
	}
	if (!r->bpf)
		die_usage("--bpf is missing; unshare(1) makes namespaces of other kinds");
	if (r->file && !*r->file)
		die_usage("--bpf= takes the name of a file");
}

static int run(const struct cli_command *c, int argc, char **argv)
{
	struct request r = { .bpf = false };
	struct keeper k = { .pid = 0 };
	uid_t uid = geteuid();
	gid_t gid = getegid();

	parse(&r, c, argc, argv);
	bpfns_own_rights();
	bpfns_need();
	if (r.file)
		keeper_start(&k, r.file);
	/* In one call: once in a user namespace there is no right to the other */
	if (unshare(CLONE_NEWBPF | (r.user ? CLONE_NEWUSER : 0)))
		die_made(errno, r.user);
	if (r.file)
		keeper_finish(&k, r.file);
	if (r.map_root)
		map_root(uid, gid);
	if (r.fork)
		go_on_as_child();
	bpfns_exec(argv + optind);
}

const struct cli_command cmd_unshare = {
	"unshare", "--bpf[=FILE] [OPTION]... [--] [PROGRAM [ARGUMENT]...]",
	"Run a program in a BPF namespace of its own",
	options, ARRAY_SIZE(options),
	"In there it sees the BPF objects that are made there or below, and no others.\n"
	"It keeps the caller's capabilities; in a new user namespace none of them opens\n"
	"bpf(2).  To make a BPF namespace takes cap_bpf or cap_sys_admin.\n"
	"Without a program it is $SHELL, or /bin/sh.  Exit status: the program's; before\n"
	"it runs 1, 2 or 3 as for every command, 126 if it cannot be run and 127 if there\n"
	"is none.\n",
	run,
};

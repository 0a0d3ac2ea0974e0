// SPDX-License-Identifier: GPL-2.0
/* capsplit why: run a program, and say what it was refused and would take. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "launch.h"
#include "why.h"

static const struct cli_option options[] = {
	{ OPT_USER, "user", "USER", "run it as this user (takes root)" },
	{ OPT_CAPS, "caps", "LIST", "run it with these capabilities" },
	{ OPT_ALL, "all", NULL, "grant what is not about tracing, too" },
	{ OPT_GRANTED, "granted", NULL, "say which capabilities it used" },
};

static pid_t child;

static void pass_on(int sig)
{
	if (child > 0)
		kill(child, sig);
}

static void start(const struct launch *l, uint64_t cookie, int ready)
{
	char c;

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	/* What is printed on stdout is the report, and only that */
	if (json_wanted)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	launch_become(l);
	/* Not before the parent is ready to wait */
	if (read(ready, &c, 1) != 1)
		_exit(NOT_EXECUTABLE);
	prctl(WHY_HELLO, cookie, 0, 0, 0);
	launch_exec(l);
}

static void watch(struct why *w, const struct launch *l)
{
	struct pollfd p[2] = { { .fd = -1, .events = POLLIN },
			       { .fd = -1, .events = POLLIN } };
	struct why_watch *watching;
	uint64_t cookie;
	int ready[2];

	if (getrandom(&cookie, sizeof(cookie), 0) != sizeof(cookie) ||
	    pipe2(ready, O_CLOEXEC))
		die(REFUSED, "cannot begin: %s", strerror(errno));
	cookie |= 1;
	watching = why_watch_begin(cookie);
	fflush(stdout);
	child = fork();
	if (child < 0)
		die(REFUSED, "cannot start a process: %s", strerror(errno));
	if (!child) {
		close(ready[1]);
		start(l, cookie, ready[0]);
	}
	/* A terminal's ^C ends the program; then there is a report to write */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTERM, pass_on);
	signal(SIGHUP, pass_on);
	p[0].fd = why_watch_fd(watching);
	p[1].fd = syscall(SYS_pidfd_open, child, 0);
	if (write(ready[1], "", 1) != 1)
		die(REFUSED, "cannot begin: %s", strerror(errno));
	close(ready[0]);
	close(ready[1]);
	/* Without a pidfd it is asked for ten times a second */
	while (waitpid(child, &w->status, WNOHANG) != child) {
		poll(p, 2, p[1].fd < 0 ? 100 : -1);
		why_watch_take(watching, w);
	}
	child = 0;
	if (p[1].fd >= 0)
		close(p[1].fd);
	why_watch_end(watching, w);
}

static char *user_name(uid_t uid)
{
	struct passwd *pw = getpwuid(uid);

	return pw ? out_safe(pw->pw_name) : format("%u", uid);
}

static int run(const struct cli_command *c, int argc, char **argv)
{
	struct launch l = { .keep_caps = true };
	struct why w = { 0 };
	char *path;
	int opt;

	while ((opt = cli_next(c, argc, argv))) {
		switch (opt) {
		case OPT_USER:
			if (!user_find(optarg, &l.user))
				die_usage("there is no user '%s'",
					  out_safe(optarg));
			l.as_user = true;
			l.keep_caps = false;
			break;
		case OPT_CAPS:
			l.caps = caps_argument("--caps", optarg);
			l.has_caps = true;
			l.keep_caps = false;
			break;
		case OPT_ALL:
			w.all = true;
			break;
		case OPT_GRANTED:
			w.granted = true;
			break;
		}
	}
	if (optind == argc)
		die_usage("which program is to run is missing");
	l.argv = w.argv = argv + optind;
	l.new_privs = l.plain = true;
	if (!l.keep_caps)
		launch_check(&l);
	if (l.has_caps && !(l.as_user ? l.user.uid : getuid()))
		die_usage("root has all capabilities whatever it is given: say with --user who is to run it");
	kernel_read(&w.kernel);
	path = launch_find(w.argv[0]);
	w.program = path ? realpath(path, NULL) : NULL;
	free(path);
	w.user = user_name(l.as_user ? l.user.uid : getuid());
	watch(&w, &l);
	why_describe(&w);
	why_report(&w);
	return DONE;
}

const struct cli_command cmd_why = {
	"why", "[OPTION]... [--] PROGRAM [ARGUMENT]...",
	"Run a program, and say what it was refused and what it would take",
	options, ARRAY_SIZE(options),
	"Watching takes cap_bpf and cap_tracing, not root. The program has none of that: it\n"
	"runs with what the caller has besides. Its exit status is reported, not returned.\n",
	run,
};

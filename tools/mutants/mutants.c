// SPDX-License-Identifier: GPL-2.0
/*
 * Break one gate after the other and see whether the tests notice.
 *
 * A mutant lives in an overlay over the flavour's directory, in a mount
 * namespace of its own: the build finds every path and time stamp where it
 * was and compiles one file, and the worktree is never touched, however this
 * program ends.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mutants.h"

enum verdict {
	KILLED,			/* a test failed */
	SURVIVED,		/* none did */
	BROKEN,			/* it could not be tried */
};

struct options {
	const char *list, *flavour, *build, *test;
	bool check;
	char **only;
};

/* Run a command line with its output in a log; the exit status */
static int run(const char *command, const char *log)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);

		if (fd < 0)
			_exit(127);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* An empty directory @dir/@name, whatever an earlier run left there */
static char *scratch(const char *dir, const char *name)
{
	char *path, *rm;

	if (asprintf(&path, "%s/%s", dir, name) < 0 ||
	    asprintf(&rm, "rm -rf '%s'", path) < 0)
		return NULL;
	if (system(rm) || mkdir(path, 0755)) {
		fprintf(stderr, "mutants: cannot make %s: %s\n", path,
			strerror(errno));
		return NULL;
	}
	free(rm);
	return path;
}

/* Does a test notice?  The likely suite is asked first, then all of them */
static enum verdict ask(const struct mutant *m, const struct options *opt,
			const char *log)
{
	char *likely;
	int rc = 0;

	if (m->first) {
		if (asprintf(&likely, "%s --only %s", opt->test, m->first) < 0)
			return BROKEN;
		rc = run(likely, log);
		free(likely);
	}
	if (!rc)
		rc = run(opt->test, log);
	/* Anything but 1 means that the suites could not be run */
	return !rc ? SURVIVED : rc == 1 ? KILLED : BROKEN;
}

/* In a child: overlay, mutate, build, test */
static enum verdict try_mutant(const struct mutant *m,
			       const struct options *opt, const char *upper,
			       const char *work, const char *log)
{
	char *data, *src;

	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    asprintf(&data, "lowerdir=%s,upperdir=%s,workdir=%s", opt->flavour,
		     upper, work) < 0 ||
	    mount("mutant", opt->flavour, "overlay", 0, data)) {
		fprintf(stderr, "mutants: cannot mount an overlay on %s: %s: it takes root, and not in a chroot\n",
			opt->flavour, strerror(errno));
		return BROKEN;
	}
	if (asprintf(&src, "%s/src", opt->flavour) < 0 || mutant_apply(m, src, false))
		return BROKEN;
	if (run(opt->build, log)) {
		fprintf(stderr, "mutants: %s does not build, see %s\n",
			m->name, log);
		return BROKEN;
	}
	return ask(m, opt, log);
}

static bool wanted(const struct mutant *m, char **only)
{
	if (!*only)
		return true;
	for (; *only; only++)
		if (!strcmp(*only, m->name))
			return true;
	return false;
}

static const struct argp_option options[] = {
	{ "list", 'l', "FILE", 0, "the mutants", 0 },
	{ "flavour", 'f', "DIR", 0, "src, obj and bzImage of the kernel", 0 },
	{ "build", 'b', "COMMAND", 0, "builds the kernel", 0 },
	{ "test", 't', "COMMAND", 0, "exits with 0 if every test passes, 1 if one fails", 0 },
	{ "check", 'c', NULL, 0, "only see whether each could be applied", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opt = state->input;

	switch (key) {
	case 'l':
		opt->list = arg;
		return 0;
	case 'f':
		opt->flavour = arg;
		return 0;
	case 'b':
		opt->build = arg;
		return 0;
	case 't':
		opt->test = arg;
		return 0;
	case 'c':
		opt->check = true;
		return 0;
	case ARGP_KEY_ARGS:
		opt->only = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		if (!opt->list || !opt->flavour ||
		    (!opt->check && (!opt->build || !opt->test)))
			argp_error(state, "--list, --flavour, --build and --test are needed, the last two not for --check");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Kernel and list grow apart unless somebody looks */
static int check(const struct mutant *list, int n, const char *flavour)
{
	int failed = 0;
	char *src;

	if (asprintf(&src, "%s/src", flavour) < 0)
		return 4;
	printf("TAP version 13\n1..%d\n", n);
	for (int i = 0; i < n; i++) {
		bool fits = !mutant_apply(&list[i], src, true);

		printf("%sok %d %s fits the sources\n", fits ? "" : "not ",
		       i + 1, list[i].name);
		failed += !fits;
	}
	free(src);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "[NAME...]",
		"Break one gate after the other and see whether the tests notice.",
		NULL, NULL, NULL
	};
	static char *all[] = { NULL };
	struct options opt = { .only = all };
	struct mutant *list;
	int n, tried = 0, killed = 0, number = 0;
	char *dir;

	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	n = mutants_read(opt.list, &list);
	if (n < 0)
		return 4;
	if (opt.check)
		return check(list, n, opt.flavour);
	if (asprintf(&dir, "%s.mutants", opt.flavour) < 0)
		return 4;
	mkdir(dir, 0755);

	for (int i = 0; i < n; i++)
		tried += wanted(&list[i], opt.only);
	if (!tried) {
		fprintf(stderr, "mutants: no mutant of that name: see %s\n",
			opt.list);
		return 2;
	}
	printf("TAP version 13\n1..%d\n", tried);

	for (int i = 0; i < n; i++) {
		const struct mutant *m = &list[i];
		enum verdict verdict = BROKEN;
		char *upper, *work, *log;
		int status;
		pid_t pid;

		if (!wanted(m, opt.only))
			continue;
		upper = scratch(dir, "upper");
		work = scratch(dir, "work");
		if (!upper || !work || asprintf(&log, "%s/%s.log", dir, m->name) < 0)
			return 4;
		unlink(log);
		fflush(stdout);
		pid = fork();
		if (!pid)
			_exit(try_mutant(m, &opt, upper, work, log));
		if (pid > 0 && waitpid(pid, &status, 0) == pid &&
		    WIFEXITED(status))
			verdict = WEXITSTATUS(status);
		killed += verdict == KILLED;
		printf("%sok %d %s # %s%s%s\n", verdict == KILLED ? "" : "not ",
		       ++number, m->name,
		       verdict == KILLED ? "noticed" :
		       verdict == SURVIVED ? "not noticed: " : "not tried: ",
		       verdict == KILLED ? "" : m->meaning,
		       verdict == KILLED ? "" : ", see its log");
		fflush(stdout);
		free(scratch(dir, "upper"));
		free(upper);
		free(work);
		free(log);
	}
	printf("%d passed, %d failed\n", killed, tried - killed);
	return killed == tried ? 0 : 1;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Boot one guest for each seed, let the randomized attacker loose in it, and
 * add up what it covered.  Prints TAP: a test for each seed.
 */
#include "fuzz.h"
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct settings {
	const char *runner, *program, *results, *kernel, *base, *rst;
	unsigned long first, last, steps, jobs, cpus;
	bool tabulate;
} settings = {
	.runner = "tools/vm/run", .kernel = "debug", .base = "6.12",
	.first = 1, .last = 1, .steps = 10000, .jobs = 1, .cpus = 1,
};

enum { KEY_RUNNER = 256, KEY_PROGRAM, KEY_RESULTS, KEY_KERNEL, KEY_BASE, KEY_RST,
       KEY_TABULATE };

static const struct argp_option known_options[] = {
	{ "seed", 's', "FIRST[-LAST]", 0, "one guest for each of these (1)", 0 },
	{ "steps", 'n', "NUMBER", 0, "of the attacker in each guest (10000)", 0 },
	{ "jobs", 'j', "NUMBER", 0, "guests at the same time (1)", 0 },
	{ "cpus", 'c', "NUMBER", 0, "of each guest (1)", 0 },
	{ "kernel", KEY_KERNEL, "NAME", 0, "which kernel to attack (debug)", 0 },
	{ "base", KEY_BASE, "VERSION", 0, "whose kernel that is (6.12)", 0 },
	{ "runner", KEY_RUNNER, "FILE", 0, "what boots a guest (tools/vm/run)", 0 },
	{ "program", KEY_PROGRAM, "FILE", 0, "the attacker", 0 },
	{ "results", KEY_RESULTS, "DIR", 0, "where the guests' output goes", 0 },
	{ "rst", KEY_RST, "FILE", 0, "write what was covered as a page", 0 },
	{ "tabulate", KEY_TABULATE, NULL, 0,
	  "attack nothing, read what earlier guests left in DIR", 0 },
	{ 0 },
};

/* A positive number up to the character @end */
static unsigned long number(struct argp_state *state, const char *text,
			    char **end)
{
	unsigned long n;

	errno = 0;
	n = strtoul(text, end, 10);
	if (errno || *end == text || *text == '-' || *text == '+' || !n)
		argp_error(state, "'%s' is not a number of 1 or more", text);
	return n;
}

static unsigned long whole_number(struct argp_state *state, const char *text)
{
	char *end = NULL;
	unsigned long n = number(state, text, &end);

	if (*end)
		argp_error(state, "'%s' is not a number of 1 or more", text);
	return n;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct settings *s = state->input;
	char *end = NULL;

	switch (key) {
	case 's':
		s->first = s->last = number(state, arg, &end);
		if (*end == '-')
			s->last = whole_number(state, end + 1);
		else if (*end)
			argp_error(state, "'%s' is neither a number nor FIRST-LAST",
				   arg);
		if (s->last < s->first)
			argp_error(state, "'%s' ends before it begins", arg);
		break;
	case 'n':
		s->steps = whole_number(state, arg);
		break;
	case 'j':
		s->jobs = whole_number(state, arg);
		break;
	case 'c':
		s->cpus = whole_number(state, arg);
		break;
	case KEY_RUNNER:
		s->runner = arg;
		break;
	case KEY_PROGRAM:
		s->program = arg;
		break;
	case KEY_RESULTS:
		s->results = arg;
		break;
	case KEY_KERNEL:
		s->kernel = arg;
		break;
	case KEY_BASE:
		s->base = arg;
		break;
	case KEY_RST:
		s->rst = arg;
		break;
	case KEY_TABULATE:
		s->tabulate = true;
		break;
	case ARGP_KEY_END:
		if (!s->results || (!s->program && !s->tabulate))
			argp_error(state, "--program and --results are needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	known_options, parse_option, NULL,
	"Attack the kernel as an observer, at random, in guests.",
	NULL, NULL, NULL,
};

static unsigned long failed, steps;

static void log_path(char *path, unsigned long seed)
{
	snprintf(path, PATH_MAX, "%s/seed-%lu.log", settings.results, seed);
}

static pid_t start_guest(unsigned long seed)
{
	/* KASAN wants memory */
	bool debug = !strcmp(settings.kernel, "debug");
	const char *memory = debug ? "1536" : "512";
	/* Traced under KASAN, an emulated processor takes that long */
	const char *append = debug ? "rcupdate.rcu_cpu_stall_timeout=300 "
				     "workqueue.watchdog_thresh=300" : "";
	char seed_text[32], each[32], timeout[32], cpus[32], path[PATH_MAX];
	const char *argv[] = {
		settings.runner, "--kernel", settings.kernel, "--base",
		settings.base, "--verdict", "--smp", cpus, "--memory", memory,
		"--timeout", timeout, "--append", append, "--add",
		settings.program, "--",
		"fuzz_observer", "--list", "--seed", seed_text, "--steps",
		each, NULL,
	};
	pid_t pid;
	int fd;

	snprintf(seed_text, sizeof(seed_text), "%lu", seed);
	snprintf(cpus, sizeof(cpus), "%lu", settings.cpus);
	snprintf(each, sizeof(each), "%lu", settings.steps);
	/* It is stuck when a step takes half a second */
	snprintf(timeout, sizeof(timeout), "%lu", 240 + settings.steps / 2);
	log_path(path, seed);
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		err(2, "cannot write %s", path);
	pid = fork();
	if (pid < 0)
		err(2, "cannot start another process");
	if (!pid) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execvp(argv[0], (char **)argv);
		warn("cannot run %s", argv[0]);
		_exit(127);
	}
	close(fd);
	return pid;
}

/* The guest's own account, below a test that failed */
static void print_log(unsigned long seed)
{
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	FILE *in;

	log_path(path, seed);
	in = fopen(path, "re");
	while (in && getline(&line, &size, in) > 0) {
		if (strncmp(line, "# record", 8))
			printf("# | %s", line);
	}
	free(line);
	if (in)
		fclose(in);
}

static long read_log(struct coverage *c, unsigned long seed, bool *clean)
{
	char path[PATH_MAX];
	FILE *in;
	long did;

	log_path(path, seed);
	in = fopen(path, "re");
	if (!in)
		return -1;
	did = coverage_read(c, in, clean);
	fclose(in);
	return did;
}

static void write_rst(struct coverage *c, unsigned long seeds)
{
	FILE *out = fopen(settings.rst, "we");

	if (!out)
		err(2, "cannot write %s", settings.rst);
	fprintf(out,
		"What the randomized attacker tried\n"
		"==================================\n\n"
		"Written by ``make fuzz SEED=%lu-%lu STEPS=%lu RST=FILE``: %lu steps over %lu\n"
		"seeds on the %s kernel, %lu of them with everything of root's as it was and\n"
		"nothing on the console that a kernel should not say. *Tried* and *done* count\n"
		"system calls; what is always refused is either closed to observers or was\n"
		"never right by chance.\n\n",
		settings.first, settings.last, settings.steps, steps, seeds,
		settings.kernel, seeds - failed);
	coverage_print_rst(c, out);
	if (fclose(out))
		err(2, "cannot write %s", settings.rst);
}

/* One guest is done: the @nr-th line of the verdict */
static void judge(struct coverage *c, unsigned long nr, bool clean)
{
	unsigned long seed = settings.first + nr;
	long did = read_log(c, seed, settings.tabulate ? &clean : NULL);

	if (!clean || did < 0) {
		failed++;
		print_log(seed);
	}
	if (did > 0)
		steps += did;
	printf("%sok %lu seed %lu: %ld steps\n",
	       !clean || did < 0 ? "not " : "", nr + 1, seed, did);
}

static void attack(struct coverage *c, unsigned long nr)
{
	unsigned long next, running = 0, which;
	pid_t pid, *pids = calloc(nr, sizeof(*pids));
	int status;

	if (!pids)
		err(2, "out of memory");
	for (next = 0; next < nr || running; ) {
		while (next < nr && running < settings.jobs) {
			pids[next] = start_guest(settings.first + next);
			next++;
			running++;
		}
		pid = wait(&status);
		if (pid < 0)
			err(2, "lost a guest");
		running--;
		for (which = 0; pids[which] != pid; which++)
			;
		judge(c, which, !status);
	}
	free(pids);
}

int main(int argc, char **argv)
{
	struct coverage coverage = {};
	struct timespec begin, end;
	unsigned long nr;
	double secs;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &settings);
	nr = settings.last - settings.first + 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (settings.tabulate) {
		printf("TAP version 13\n1..%lu\n", nr);
		for (unsigned long i = 0; i < nr; i++)
			judge(&coverage, i, true);
	} else {
		if (access(settings.program, R_OK))
			errx(2, "%s is missing: `make selftests` builds it",
			     settings.program);
		if (mkdir(settings.results, 0755) && errno != EEXIST)
			err(2, "cannot make %s", settings.results);
		printf("TAP version 13\n1..%lu\n", nr);
		clock_gettime(CLOCK_MONOTONIC, &begin);
		attack(&coverage, nr);
		clock_gettime(CLOCK_MONOTONIC, &end);
		secs = end.tv_sec - begin.tv_sec +
		       (end.tv_nsec - begin.tv_nsec) / 1e9;
		printf("# %lu steps over %lu seeds on the %s kernel, %.0f a second with the guests' boot\n",
		       steps, nr, settings.kernel, steps / secs);
	}
	if (settings.rst)
		write_rst(&coverage, nr);
	fflush(stdout);
	coverage_print(&coverage, stderr);
	coverage_free(&coverage);
	return failed ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Boot one guest for each seed, let the randomized attacker loose in it, and
 * add up what it covered.  Prints TAP: a test for each seed.  A seed whose
 * guest passed with the same kernel and the same attacker is not run again.
 */
#include "../image/sum.h"
#include "fuzz.h"
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct settings {
	const char *runner, *program, *results, *kernel, *base, *image, *rst;
	unsigned long first, last, steps, jobs, cpus;
	bool tabulate;
} settings = {
	.runner = "tools/vm/run", .kernel = "debug", .base = "6.12",
	.first = 1, .last = 1, .steps = 10000, .jobs = 1, .cpus = 1,
};

enum { KEY_RUNNER = 256, KEY_PROGRAM, KEY_RESULTS, KEY_KERNEL, KEY_BASE, KEY_IMAGE,
       KEY_RST, KEY_TABULATE };

static const struct argp_option known_options[] = {
	{ "seed", 's', "FIRST[-LAST]", 0, "one guest for each of these (1)", 0 },
	{ "steps", 'n', "NUMBER", 0, "of the attacker in each guest (10000)", 0 },
	{ "jobs", 'j', "NUMBER", 0, "guests at the same time (1)", 0 },
	{ "cpus", 'c', "NUMBER", 0, "of each guest (1)", 0 },
	{ "kernel", KEY_KERNEL, "NAME", 0, "which kernel to attack (debug)", 0 },
	{ "base", KEY_BASE, "VERSION", 0, "whose kernel that is (6.12)", 0 },
	{ "image", KEY_IMAGE, "FILE", 0,
	  "that kernel's file: do not run again what passed with the same", 0 },
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
	case KEY_IMAGE:
		s->image = arg;
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

static unsigned long failed, judged, steps, steps_before;
static uint64_t same;		/* of kernel, attacker and settings; or 0 */

static void log_path(char *path, unsigned long seed)
{
	snprintf(path, PATH_MAX, "%s/seed-%lu.log", settings.results, seed);
}

static void add_file(const char *path)
{
	if (!sum_add_file(&same, path))
		err(2, "cannot read %s", path);
}

static void sum_up(void)
{
	if (!settings.image)
		return;
	same = sum_add(SUM_BEGIN, &settings.steps, sizeof(settings.steps));
	same = sum_add(same, &settings.cpus, sizeof(settings.cpus));
	add_file(settings.image);
	add_file(settings.program);
	same += !same;
}

/* The last line of a log whose guest passed */
#define PASSED	"# passed with %" PRIx64 "\n"

static bool has_passed(unsigned long seed)
{
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	uint64_t with;
	bool passed = false;
	FILE *in;

	log_path(path, seed);
	in = same ? fopen(path, "re") : NULL;
	while (in && getline(&line, &size, in) > 0)
		passed = sscanf(line, "# passed with %" SCNx64, &with) == 1 && with == same;
	free(line);
	if (in)
		fclose(in);
	return passed;
}

static void note_passed(unsigned long seed)
{
	char path[PATH_MAX];
	FILE *out;

	if (!same)
		return;
	log_path(path, seed);
	out = fopen(path, "ae");
	if (!out || fprintf(out, PASSED, same) < 0 || fclose(out))
		warn("cannot note in %s that it passed", path);
}

/*
 * Under emulation, and of no use to what is attacked here.  Not mitigations=off:
 * the verifier asks for that.
 */
#define FASTER	"io_delay=none spectre_v2=off"

static pid_t start_guest(unsigned long seed)
{
	/* KASAN wants memory */
	bool debug = !strcmp(settings.kernel, "debug");
	const char *memory = debug ? "1536" : "512";
	/* Traced under KASAN, an emulated processor takes that long */
	const char *append = debug ? "rcupdate.rcu_cpu_stall_timeout=300 "
				     "workqueue.watchdog_thresh=300 "
				     FASTER : "";
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
		/* No guest stays behind when this is killed */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
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

static void write_rst(struct coverage *c)
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
		settings.first, settings.last, settings.steps, steps, judged,
		settings.kernel, judged - failed);
	coverage_print_rst(c, out);
	if (fclose(out))
		err(2, "cannot write %s", settings.rst);
}

/* One guest is done: the @nr-th line of the verdict; the steps it took */
static long judge(struct coverage *c, unsigned long nr, bool clean,
		  const char *when)
{
	unsigned long seed = settings.first + nr;
	long did = read_log(c, seed, settings.tabulate ? &clean : NULL);

	clean &= did >= 0;
	judged++;
	if (!clean) {
		failed++;
		print_log(seed);
	}
	did = did > 0 ? did : 0;
	steps += did;
	printf("%sok %lu seed %lu: %ld steps%s\n", clean ? "" : "not ",
	       settings.tabulate ? judged : nr + 1, seed, did, when);
	return did;
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
			if (has_passed(settings.first + next)) {
				steps_before += judge(c, next++, true,
						      ", before");
				continue;
			}
			pids[next] = start_guest(settings.first + next);
			next++;
			running++;
		}
		if (!running)
			break;
		pid = wait(&status);
		if (pid < 0)
			err(2, "lost a guest");
		running--;
		for (which = 0; pids[which] != pid; which++)
			;
		if (!status)
			note_passed(settings.first + which);
		judge(c, which, !status, "");
	}
	free(pids);
}

/* What earlier guests left; of those still to come there is nothing to say */
static void tabulate(struct coverage *c, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++) {
		struct coverage ignored = {};

		if (read_log(&ignored, settings.first + i, NULL) < 0)
			printf("# seed %lu: no result yet\n", settings.first + i);
		else
			judge(c, i, true, "");
		coverage_free(&ignored);
	}
	printf("1..%lu\n", judged);
}

/* Until this process ends */
static void take_results(void)
{
	int fd;

	if (mkdir(settings.results, 0755) && errno != EEXIST)
		err(2, "cannot make %s", settings.results);
	fd = open(settings.results, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		err(2, "cannot open %s", settings.results);
	if (flock(fd, LOCK_EX | LOCK_NB))
		errx(2, "another run writes into %s: wait for its end, or give another directory as --results",
		     settings.results);
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
		printf("TAP version 13\n");
		tabulate(&coverage, nr);
	} else {
		if (access(settings.program, R_OK))
			errx(2, "%s is missing: `make selftests` builds it",
			     settings.program);
		take_results();
		sum_up();
		printf("TAP version 13\n1..%lu\n", nr);
		clock_gettime(CLOCK_MONOTONIC, &begin);
		attack(&coverage, nr);
		clock_gettime(CLOCK_MONOTONIC, &end);
		secs = end.tv_sec - begin.tv_sec +
		       (end.tv_nsec - begin.tv_nsec) / 1e9;
		printf("# %lu steps over %lu seeds on the %s kernel, %.0f a second with the guests' boot\n",
		       steps, nr, settings.kernel, (steps - steps_before) / secs);
	}
	if (settings.rst)
		write_rst(&coverage);
	fflush(stdout);
	coverage_print(&coverage, stderr);
	coverage_free(&coverage);
	return failed ? 1 : 0;
}

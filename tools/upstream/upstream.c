// SPDX-License-Identifier: GPL-2.0
/*
 * Run one of the kernel's own tests in a guest of the unpatched and in one of
 * the patched kernel, and compare their verdicts line by line.  Prints TAP.
 */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "host.h"
#include "verdicts.h"

#define MAX_ADDED	8
#define MAX_WORDS	64

static struct {
	const char *runner, *base, *results, *name, *memory, *timeout, *image;
	const char *added[MAX_ADDED];
	size_t n_added, least;
	bool pass;
	char **command;
} opt = {
	.runner = "tools/vm/run", .base = "6.12", .memory = "512",
	.timeout = "900", .least = 1,
};

enum { KEY_RUNNER = 256, KEY_BASE, KEY_RESULTS, KEY_NAME, KEY_ADD, KEY_MEMORY,
       KEY_TIMEOUT, KEY_LEAST, KEY_PASS, KEY_IMAGE };

static const struct argp_option known_options[] = {
	{ "runner", KEY_RUNNER, "FILE", 0, "what boots a guest (tools/vm/run)", 0 },
	{ "base", KEY_BASE, "VERSION", 0, "whose kernels to boot (6.12)", 0 },
	{ "results", KEY_RESULTS, "DIR", 0, "what the guests printed goes there", 0 },
	{ "name", KEY_NAME, "NAME", 0, "of the test", 0 },
	{ "add", KEY_ADD, "FILE", 0, "for the guests' /run/vm/bin; repeatable", 0 },
	{ "memory", KEY_MEMORY, "MB", 0, "of a guest (512)", 0 },
	{ "image", KEY_IMAGE, "NAME", 0, "what the guests boot, and not what is made for one program", 0 },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0, "of a guest (900)", 0 },
	{ "least", KEY_LEAST, "NUMBER", 0, "of verdicts that there must be (1)", 0 },
	{ "pass", KEY_PASS, NULL, 0, "the patched kernel has to pass it, too", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	char *end;

	switch (key) {
	case KEY_RUNNER:
		opt.runner = arg;
		break;
	case KEY_BASE:
		opt.base = arg;
		break;
	case KEY_RESULTS:
		opt.results = arg;
		break;
	case KEY_NAME:
		opt.name = arg;
		break;
	case KEY_ADD:
		if (opt.n_added == MAX_ADDED)
			argp_error(state, "more than %d files to add", MAX_ADDED);
		opt.added[opt.n_added++] = arg;
		break;
	case KEY_MEMORY:
		opt.memory = arg;
		break;
	case KEY_TIMEOUT:
		opt.timeout = arg;
		break;
	case KEY_IMAGE:
		opt.image = arg;
		break;
	case KEY_LEAST:
		opt.least = strtoul(arg, &end, 10);
		if (*end || end == arg || !opt.least)
			argp_error(state, "'%s' is not a number of 1 or more", arg);
		break;
	case KEY_PASS:
		opt.pass = true;
		break;
	case ARGP_KEY_ARGS:
		opt.command = state->argv + state->next;
		break;
	case ARGP_KEY_END:
		if (!opt.command || !opt.name || !opt.results)
			argp_error(state, "--name, --results and a command are needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	known_options, parse_option, "-- COMMAND [ARG]...",
	"Compare what a test of the kernel's says of the unpatched and of the patched kernel.",
	NULL, NULL, NULL,
};

static int tests, failed;

static void ok(bool good, const char *what)
{
	tests++;
	failed += !good;
	printf("%sok %d %s: %s\n", good ? "" : "not ", tests, opt.name, what);
}

/* The exit status of the command; what it printed is in a file afterwards */
static int run_guest(const char *kernel, struct verdicts *v)
{
	char *argv[MAX_WORDS], *line = NULL;
	char *path = text_of("%s/%s.%s.log", opt.results, opt.name, kernel);
	volatile pid_t pid;
	size_t n = 0, size = 0;
	FILE *from, *log;
	int status;

	argv[n++] = (char *)opt.runner;
	argv[n++] = "--kernel";
	argv[n++] = (char *)kernel;
	argv[n++] = "--base";
	argv[n++] = (char *)opt.base;
	argv[n++] = "--memory";
	argv[n++] = (char *)opt.memory;
	argv[n++] = "--timeout";
	argv[n++] = (char *)opt.timeout;
	if (opt.image) {
		argv[n++] = "--image";
		argv[n++] = (char *)opt.image;
	}
	for (size_t i = 0; i < opt.n_added; i++) {
		argv[n++] = "--add";
		argv[n++] = (char *)opt.added[i];
	}
	argv[n++] = "--";
	for (char **word = opt.command; *word; word++) {
		if (n == MAX_WORDS - 1)
			die("the command has too many words");
		argv[n++] = *word;
	}
	argv[n] = NULL;

	log = open_to_write(path);
	from = guest_boot(argv, &pid);
	while (getline(&line, &size, from) > 0) {
		fputs(line, log);
		verdicts_read(v, line);
	}
	free(line);
	fclose(from);
	close_written(log, path);
	free(path);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* No status of a guest's own: it came back by itself */
static bool came_back(int status)
{
	return status < 124;
}

static bool is_passed(const struct verdicts *v)
{
	for (size_t i = 0; i < v->nr; i++) {
		if (v->verdict[i].says == SAYS_FAIL)
			return false;
	}
	return v->nr;
}

/* Each line that the kernels judge otherwise; how many of them there are */
static size_t compare(const struct verdicts *stock,
		      const struct verdicts *patched)
{
	size_t differ = 0, both = 0;

	for (size_t i = 0; i < stock->nr; i++) {
		const struct verdict *s = &stock->verdict[i];
		const struct verdict *p = verdicts_find(patched, s->test);

		if (p && p->says == s->says) {
			both += s->says == SAYS_FAIL;
			continue;
		}
		differ++;
		printf("# %s: stock %s, patched %s\n", s->test,
		       verdict_word(s->says),
		       p ? verdict_word(p->says) : "says nothing");
	}
	for (size_t i = 0; i < patched->nr; i++) {
		const struct verdict *p = &patched->verdict[i];

		if (verdicts_find(stock, p->test))
			continue;
		differ++;
		printf("# %s: stock says nothing, patched %s\n", p->test,
		       verdict_word(p->says));
	}
	if (both)
		printf("# %zu of these fail on both kernels alike\n", both);
	return differ;
}

int main(int argc, char **argv)
{
	struct verdicts stock = { 0 }, patched = { 0 };
	int stock_status, patched_status;
	size_t differ;
	char *text;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	make_dirs(opt.results);
	printf("TAP version 13\n");

	stock_status = run_guest("stock", &stock);
	text = text_of("%zu verdicts on the unpatched kernel, which is %zu or more",
		       stock.nr, opt.least);
	ok(came_back(stock_status) && stock.nr >= opt.least, text);
	free(text);

	patched_status = run_guest("patched", &patched);
	text = text_of("exit status %d on the patched kernel as on the unpatched one",
		       stock_status);
	ok(patched_status == stock_status, text);
	free(text);

	differ = compare(&stock, &patched);
	ok(stock.nr && !differ, "both kernels say the same of each line");
	if (opt.pass)
		ok(!patched_status && is_passed(&patched),
		   "the patched kernel passes it");
	printf("1..%d\n", tests);
	verdicts_free(&stock);
	verdicts_free(&patched);
	return failed ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/* bench on fake guests and fake budgets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "tap.h"

static char dir[] = "/tmp/bench-test-XXXXXX", budgets[64], results[64];

static const struct {
	const char *what, *budgets, *guest;
	int status;
	const char *says;	/* on standard output, or on error if status is 2 */
} cases[] = {
	{ "a budget that is met",
	  "# a comment\n\na.b 1000 something\n", "echo bench a.b 999", 0,
	  "something            999          1,000  met\n" },
	{ "just so many are no breach",
	  "a 1000 something\n", "echo bench a 1000", 0, "1,000  met\n" },
	{ "one instruction more is a breach",
	  "a 1000 something\n", "echo bench a 1001", 1,
	  "1,001          1,000  EXCEEDED\n" },
	{ "one breach among many",
	  "a 5 x\nb 5 y\nc 5 z\n",
	  "echo bench a 1; echo bench b 9; echo bench c 1", 1,
	  "1 of 3 operations exceed" },
	{ "no budget, no breach",
	  "a - x\n", "echo bench a 18446744073709551615", 0,
	  "18,446,744,073,709,551,615              -\n" },
	{ "what was not measured is a breach",
	  "a 5 x\nb - y\n", "echo bench a 1", 1, "MISSING" },
	{ "what no line describes is shown by its name",
	  "a 5 x\n", "echo bench a 1; echo bench new 7", 0, "\nnew " },
	{ "other lines are for people",
	  "a 5 x\n", "echo '# bench b 9'; echo bench a 1; echo benches", 0,
	  "All 1 budgets are met" },
	{ "a guest that fails",
	  "a 5 x\n", "echo bench a 1; exit 124", 2,
	  "sh exited with status 124" },
	{ "a guest that is killed",
	  "a 5 x\n", "echo bench a 1; kill -KILL $$", 2,
	  "sh was killed by signal 9" },
	{ "a count that is none",
	  "a 5 x\n", "echo bench a 1ns", 2, "a line that is not 'bench NAME" },
	{ "a negative count",
	  "a 5 x\n", "echo bench a -1", 2, "a line that is not 'bench NAME" },
	{ "a name without a count",
	  "a 5 x\n", "echo bench a", 2, "a line that is not 'bench NAME" },
	{ "something measured twice",
	  "a 5 x\n", "echo bench a 1; echo bench a 1", 2, "measured a twice" },
	{ "a budget that is no number",
	  "a 5ms x\n", "echo bench a 1", 2,
	  "budgets:1: the budget of a is a number of instructions or -, not '5ms'" },
	{ "a budget too large for a number",
	  "a 99999999999999999999 x\n", "echo bench a 1", 2, "not '9999" },
	{ "a budget without a description",
	  "b 1 x\na 5\n", "echo bench a 1", 2,
	  "budgets:2: 'a' has no budget and description" },
	{ "a name twice",
	  "a 5 x\na 6 y\n", "echo bench a 1", 2, "a is there twice" },
	{ "no budgets at all",
	  "# none\n", "echo bench a 1", 2, "has no budgets" },
};

static void write_budgets(const char *text)
{
	FILE *f = fopen(budgets, "w");

	if (!f || fputs(text, f) < 0 || fclose(f)) {
		perror(budgets);
		exit(4);
	}
}

static void run(struct capture *c, const char *file, const char *guest)
{
	const char *argv[] = { sibling("bench"), "--budgets", file,
			       "--results", results, "--", "sh", "-c", guest,
			       NULL };

	capture_start(c, argv);
	capture_finish(c);
}

static bool file_is(const char *name, const char *begin)
{
	char path[128], text[4096];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", results, name);
	f = fopen(path, "r");
	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return n && !strncmp(text, begin, strlen(begin));
}

static void test_usage(void)
{
	const char *argv[] = { sibling("bench"), "--budgets", budgets, NULL };
	struct capture c;

	capture_start(&c, argv);
	capture_finish(&c);
	tap(c.status == 2 && strstr(c.err, "usage: bench"),
	    "a command line without a command");
	capture_free(&c);
	run(&c, "/nonexistent", "true");
	tap(c.status == 2 && strstr(c.err, "cannot read /nonexistent: "),
	    "a file of budgets that is not there");
	capture_free(&c);
}

static void test_results(void)
{
	struct capture c;

	write_budgets("a 5 x\n");
	run(&c, budgets, "echo '# hello'; echo bench a 1");
	tap(file_is("measured", "# hello\nbench a 1\n"),
	    "what the guest printed is kept");
	tap(file_is("table.txt", "operation"), "the table is kept");
	capture_free(&c);
}

int main(void)
{
	char cmd[128];

	if (!mkdtemp(dir)) {
		perror(dir);
		return 4;
	}
	snprintf(budgets, sizeof(budgets), "%s/budgets", dir);
	snprintf(results, sizeof(results), "%s/new/results", dir);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct capture c;

		write_budgets(cases[i].budgets);
		run(&c, budgets, cases[i].guest);
		if (!tap(c.status == cases[i].status &&
			 strstr(c.status == 2 ? c.err : c.out, cases[i].says),
			 "%s", cases[i].what))
			printf("# status %d\n# %s\n# %s\n", c.status, c.out,
			       c.err);
		capture_free(&c);
	}
	test_usage();
	test_results();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return tap_end() || system(cmd);
}

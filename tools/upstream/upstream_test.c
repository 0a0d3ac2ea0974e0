// SPDX-License-Identifier: GPL-2.0
/* upstream on fake guests */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "tap.h"

static char dir[] = "/tmp/upstream-test-XXXXXX", runner[64], results[64];

/* Runs the command here; KERNEL is which kernel it is to think of */
static const char fake[] =
	"#!/bin/sh\n"
	"KERNEL=$2; export KERNEL\n"
	"while [ \"$1\" != -- ]; do shift; done\n"
	"shift\n"
	"exec \"$@\"\n";

#define ON_STOCK(then, otherwise) \
	"if [ $KERNEL = stock ]; then " then "; else " otherwise "; fi"

static const struct {
	const char *what, *guest;
	int status;
	const char *says;
} cases[] = {
	{ "the same on both kernels",
	  "echo '#1 a:OK'; echo '#1/2 a/b:OK'; echo '#2/u c c OK'", 0,
	  "ok 3 it: both kernels say the same of each line\n1..3\n" },
	{ "how many verdicts there were",
	  "echo '#1 a:OK'; echo '#1/2 a/b:OK'", 0, "ok 1 it: 2 verdicts" },
	{ "TAP, too",
	  "echo 1..2; echo 'ok 1 a'; echo 'not ok 2 b'; exit 1", 0,
	  "# 1 of these fail on both kernels alike\nok 3" },
	{ "a test that only the unpatched kernel passes",
	  "echo '#1 a:OK';" ON_STOCK("echo '#2 b:OK'", "echo '#2 b:FAIL'"), 1,
	  "# b: stock OK, patched FAIL\nnot ok 3" },
	{ "a test that only the patched kernel passes",
	  ON_STOCK("echo '#2 b FAIL'", "echo '#2 b OK'"), 1,
	  "# b: stock FAIL, patched OK\nnot ok 3" },
	{ "a test that is left out",
	  "echo 'ok 1 a';" ON_STOCK("echo 'ok 2 b'", "echo 'ok 2 b # SKIP why'"),
	  1, "# b: stock OK, patched SKIP\nnot ok 3" },
	{ "a test that is gone",
	  "echo '#1 a:OK';" ON_STOCK("echo '#2 b:OK'", "true"), 1,
	  "# b: stock OK, patched says nothing\nnot ok 3" },
	{ "a test that is new",
	  "echo '#1 a:OK';" ON_STOCK("true", "echo '#2 b:OK'"), 1,
	  "# b: stock says nothing, patched OK\nnot ok 3" },
	{ "another exit status",
	  "echo '#1 a:OK';" ON_STOCK("exit 0", "exit 3"), 1,
	  "not ok 2 it: exit status 0 on the patched kernel" },
	{ "no verdict at all", "echo hello", 1, "not ok 1 it: 0 verdicts" },
	{ "a guest that died",
	  "echo '#1 a:OK'; exit 125", 1, "not ok 1 it: 1 verdicts" },
	{ "numbers may differ, names may not",
	  ON_STOCK("echo '#1/p a OK'", "echo '#7/p a OK'"), 0, "ok 3" },
	{ "a verdict inside of a name is none",
	  "echo '#1 a OKAY b FAIL'; echo 'OK'", 0,
	  "# 1 of these fail on both kernels alike\nok 3" },
};

static void run(struct capture *c, const char *least, const char *guest)
{
	const char *argv[] = { sibling("upstream"), "--runner", runner, "--name",
			       "it", "--results", results, "--least", least,
			       "--", "sh", "-c", guest, NULL };

	capture_start(c, argv);
	capture_finish(c);
}

static void test_usage(void)
{
	const char *none[] = { sibling("upstream"), "--name", "it", NULL };
	struct capture c;

	capture_start(&c, none);
	capture_finish(&c);
	tap(c.status == 2 && strstr(c.err, "are needed"), "no command");
	capture_free(&c);
	run(&c, "0", "true");
	tap(c.status == 2 && strstr(c.err, "'0' is not a number of 1 or more"),
	    "at least none");
	capture_free(&c);
	for (int i = 0; i < 3; i++) {
		static const char *const guests[] = {
			"echo '#1 a:OK'", "echo '#1 a:FAIL'", "echo 'ok 1 a'; exit 1",
		};
		const char *pass[] = { sibling("upstream"), "--runner", runner,
				       "--name", "it", "--results", results,
				       "--pass", "--", "sh", "-c", guests[i], NULL };

		capture_start(&c, pass);
		capture_finish(&c);
		tap(c.status == !!i && strstr(c.out, i ?
		    "not ok 4 it: the patched kernel passes it" :
		    "\nok 4 it: the patched kernel passes it"),
		    "a test that has to pass, and %s", i == 2 ? "ends with 1" :
		    i ? "fails on both" : "does");
		capture_free(&c);
	}
	run(&c, "2", "echo '#1 a:OK'");
	tap(c.status == 1 && strstr(c.out, "not ok 1 it: 1 verdicts"),
	    "fewer verdicts than there must be");
	capture_free(&c);
}

int main(void)
{
	struct capture c;
	char cmd[128];
	FILE *f;

	if (!mkdtemp(dir)) {
		perror(dir);
		return 4;
	}
	snprintf(runner, sizeof(runner), "%s/run", dir);
	snprintf(results, sizeof(results), "%s/results", dir);
	f = fopen(runner, "w");
	if (!f || fputs(fake, f) < 0 || fchmod(fileno(f), 0755) || fclose(f)) {
		perror(runner);
		return 4;
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		run(&c, "1", cases[i].guest);
		if (!tap(c.status == cases[i].status &&
			 strstr(c.out, cases[i].says), "%s", cases[i].what))
			printf("# status %d\n# %s%s\n", c.status, c.out, c.err);
		capture_free(&c);
	}
	test_usage();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	if (system(cmd))
		printf("# cannot remove %s\n", dir);
	return tap_end();
}

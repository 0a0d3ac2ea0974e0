// SPDX-License-Identifier: GPL-2.0
/* The suite runner on fake suites. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "tap.h"

static const char *suite;
static char dir[] = "/tmp/suite-test-XXXXXX", list[64], results[64];

/* Runs the given list; extra arguments end with NULL */
static void run(struct capture *c, const char *text, const char *a,
		const char *b)
{
	const char *argv[] = { suite, "--file", list, "--results", results,
			       a, b, NULL };
	FILE *f = fopen(list, "w");

	if (!f) {
		perror(list);
		exit(2);
	}
	fputs(text, f);
	fclose(f);
	capture_start(c, argv);
}

static const char *last_line(const char *text)
{
	size_t len = strlen(text);
	const char *p = text + len - (len && text[len - 1] == '\n');

	while (p > text && p[-1] != '\n')
		p--;
	return p;
}

static const struct {
	const char *what, *list, *last;
	int status;
	const char *says;
} cases[] = {
	{ "all pass",
	  "a: printf '1..2\\nok 1 x\\nok 2 y\\n'\n"
	  "# a comment\n\n"
	  "b: printf '1..1\\nok 1 z\\n# checks: 921600\\n'\n",
	  "3 passed, 0 failed\n", 0, "ok      b  921600 checks, 1 tests" },
	{ "one test fails",
	  "a: printf '1..2\\nok 1 x\\nnot ok 2 broken thing\\n'; exit 1\n",
	  "1 passed, 1 failed\n", 1, "not ok: broken thing" },
	{ "a failed test counts though the command exits with 0",
	  "a: printf '1..2\\nok 1 x\\nnot ok 2 y\\n'\n",
	  "1 passed, 1 failed\n", 1, "not ok: y" },
	{ "a bad exit status is a failure though every test is ok",
	  "a: printf '1..1\\nok 1 x\\n'; exit 3\n",
	  "1 passed, 1 failed\n", 1, "exited with status 3" },
	{ "a killed command is a failure",
	  "a: printf '1..1\\nok 1 x\\n'; kill -KILL $$\n",
	  "1 passed, 1 failed\n", 1, "killed by signal 9" },
	{ "no plan is a failure", "a: printf 'ok 1 x\\n'\n",
	  "1 passed, 1 failed\n", 1, "there is no plan" },
	{ "missing tests are failures",
	  "a: printf '1..5\\nok 1 x\\nok 2 y\\n'\n",
	  "2 passed, 3 failed\n", 1, "3 of 5 planned tests are missing" },
	{ "nothing passed is no success", "a: true\n",
	  "0 passed, 1 failed\n", 1, "there is no plan" },
	{ "a skip is a failure",
	  "a: printf '1..2\\nok 1 x\\nok 2 y # SKIP no device\\n'\n",
	  "1 passed, 1 failed\n", 1, "skipped: y: no device" },
	{ "a skip the command has judged is none",
	  "a skips: printf '1..2\\nok 1 x\\nok 2 y # SKIP no device\\n'\n",
	  "1 passed, 0 failed\n", 0, "1 skipped" },
	{ "the end of a failing log is shown",
	  "a: printf '1..1\\nnot ok 1 x\\n# the cause\\n'; "
	  "echo and stderr >&2; exit 1\n",
	  "0 passed, 1 failed\n", 1, "| and stderr" },
	{ "a failing suite does not keep the next from running",
	  "a: exit 1\nb: printf '1..1\\nok 1 z\\n'\n",
	  "1 passed, 1 failed\n", 1, "ok      b" },
	{ "a group with a failed subtest has failed, whatever it says",
	  "a: printf '1..1\\n  1..1\\n  not ok 1 x\\nok 1 group\\n'\n",
	  "0 passed, 1 failed\n", 1, "not ok: group" },
	{ "a table that is to be shown is shown",
	  "a shows: printf '1..1\\nok 1 x\\n# | tool works\\n'\n",
	  "1 passed, 0 failed\n", 0, "\n   | tool works\n" },
	{ "stderr is not taken for results",
	  "a: printf '1..1\\nok 1 x\\n'; echo not ok 2 y >&2\n",
	  "1 passed, 0 failed\n", 0, "ok      a" },
};

static const struct {
	const char *what, *list, *says, *arg;
} refused[] = {
	{ "a line without a colon", "a true\n", "line 1: write \"name", NULL },
	{ "a suite without a command", "\na:\n", "line 2", NULL },
	{ "the same name twice", "a: true\na: true\n", "line 2", NULL },
	{ "a name with a slash", "../a: true\n", "name is of letters", NULL },
	{ "an unknown mark", "a fast: true\n", "marks are", NULL },
	{ "an empty list", "# nothing\n", "lists no suite", NULL },
	{ "an unknown suite", "a: true\n", "there is no suite b", "b" },
};

static void parallel(void)
{
	char text[1024], sync[64];
	struct capture c;

	/* Each waits for the other's file: alone, neither would end */
	snprintf(sync, sizeof(sync), "%s/sync", dir);
	snprintf(text, sizeof(text),
		 "a &: echo > %s.a; until [ -e %s.b ]; do sleep 0.1; done; printf '1..1\\nok 1 x\\n'\n"
		 "b &: echo > %s.b; until [ -e %s.a ]; do sleep 0.1; done; printf '1..1\\nok 1 x\\n'\n"
		 "c: rm %s.a; printf '1..1\\nok 1 x\\n'\n"
		 "d &: [ ! -e %s.a ] && printf '1..1\\nok 1 x\\n'; rm %s.b\n",
		 sync, sync, sync, sync, sync, sync, sync);
	run(&c, text, NULL, NULL);
	capture_finish(&c);
	tap(!c.status && !strcmp(last_line(c.out), "4 passed, 0 failed\n"),
	    "marked suites run side by side, an unmarked one alone");
	tap(strstr(c.out, "start   c") > strstr(c.out, "ok      a") &&
	    strstr(c.out, "start   d") > strstr(c.out, "ok      c"),
	    "the order of the list is kept around an unmarked one");
	capture_free(&c);
}

static void interrupted(void)
{
	struct capture c;
	char text[128];
	int i;

	snprintf(text, sizeof(text), "a: sleep 98%d; true\n", getpid());
	run(&c, text, NULL, NULL);
	snprintf(text, sizeof(text), "98%d", getpid());
	for (i = 0; i < 200 && !process_with(text); i++)
		usleep(50000);
	tap(i < 200, "the suite to interrupt is running");
	kill(c.pid, SIGTERM);
	capture_finish(&c);
	tap(c.status == 128 + SIGTERM && strstr(c.err, "interrupted"),
	    "an interrupted run says so and fails");
	for (i = 0; i < 100 && process_with(text); i++)
		usleep(50000);
	tap(i < 100, "and leaves no process behind");
	capture_free(&c);
}

int main(int argc, char **argv)
{
	struct capture c;
	size_t i;

	suite = argc > 1 ? argv[1] : sibling("suite");
	if (!mkdtemp(dir)) {
		perror(dir);
		return 2;
	}
	snprintf(list, sizeof(list), "%s/list", dir);
	snprintf(results, sizeof(results), "%s/results", dir);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run(&c, cases[i].list, NULL, NULL);
		capture_finish(&c);
		if (!tap(c.status == cases[i].status &&
			 !strcmp(last_line(c.out), cases[i].last) &&
			 strstr(c.out, cases[i].says), "%s", cases[i].what))
			printf("# status %d and: %s\n", c.status,
			       last_line(c.out));
		capture_free(&c);
	}
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		run(&c, refused[i].list, refused[i].arg ? "--only" : NULL,
		    refused[i].arg);
		capture_finish(&c);
		tap(c.status == 2 && strstr(c.err, refused[i].says) &&
		    !strstr(c.out, "start"), "refused: %s", refused[i].what);
		capture_free(&c);
	}
	run(&c, "a: exit 1\nb: printf '1..1\\nok 1 z\\n'\n", "--only", "b");
	capture_finish(&c);
	tap(!c.status && !strcmp(last_line(c.out), "1 passed, 0 failed\n"),
	    "--only runs what it names and nothing else");
	capture_free(&c);
	run(&c, "a: exit 1\n", "--list", NULL);
	capture_finish(&c);
	tap(!c.status && strstr(c.out, "exit 1"), "--list lists");
	capture_free(&c);
	parallel();
	interrupted();
	return tap_end();
}

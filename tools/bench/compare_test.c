// SPDX-License-Identifier: GPL-2.0
/* bench-compare on made-up counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "tap.h"

static char dir[] = "/tmp/compare-test-XXXXXX", path[3][64];

static const struct {
	const char *what, *limits, *stock, *patched;
	int status;
	const char *says;	/* on standard output, or on error if status is 2 */
} cases[] = {
	{ "just so many more are allowed",
	  "a +5 x\n", "bench a 100\n", "bench a 105\n", 0, "+5     +5  met" },
	{ "one more is too many",
	  "a +5 x\n", "bench a 100\n", "bench a 106\n", 1, "+6     +5  EXCEEDED" },
	{ "none more may be allowed",
	  "a +0 x\n", "bench a 100\n", "bench a 101\n", 1, "EXCEEDED" },
	{ "less is never too much",
	  "a +0 x\n", "bench a 100\n", "bench a 90\n", 0, "-10     +0  met" },
	{ "a percentage that is met",
	  "a 1% x\n", "bench a 250\n", "bench a 252\n", 0, "All 1 operations" },
	{ "a percentage is rounded down",
	  "a 1% x\n", "bench a 250\n", "bench a 253\n", 1, "1 of 1 operations" },
	{ "what was measured on one kernel only",
	  "a 1% x\n", "bench a 250\n", "", 1, "MISSING" },
	{ "what people read does not count",
	  "# c\na 1% x\n", "# bench a 7\nbench a 1\n", "bench a 1\n", 0, "met" },
	{ "an operation that no line knows", "a 1% x\n", "bench b 1\n", "", 2,
	  "nothing says how much b may cost" },
	{ "a limit without a sign", "a 5 x\n", "", "", 2, "not '5'" },
	{ "a limit that is no number", "a +x x\n", "", "", 2, "not '+x'" },
	{ "a percentage that is none", "a % x\n", "", "", 2, "not '%'" },
	{ "a limit without a description", "a 1%\n", "", "", 2,
	  "has no limit and description" },
	{ "a name twice", "a 1% x\na 1% x\n", "", "", 2, "is there twice" },
	{ "a count that is none", "a 1% x\n", "bench a x\n", "", 2,
	  "not 'bench NAME INSTRUCTIONS'" },
	{ "something measured twice", "a 1% x\n", "bench a 1\nbench a 1\n", "", 2,
	  "was measured twice" },
	{ "no limits at all", "# none\n", "", "", 2, "has no limits" },
};

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	if (!f || fputs(text, f) < 0 || fclose(f)) {
		perror(name);
		exit(4);
	}
}

int main(void)
{
	const char *argv[] = { sibling("bench-compare"), path[0], path[1],
			       path[2], NULL };
	struct capture c;
	char named[80];

	if (!mkdtemp(dir)) {
		perror(dir);
		return 4;
	}
	for (int i = 0; i < 3; i++)
		snprintf(path[i], sizeof(path[i]), "%s/%d", dir, i);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		write_file(path[0], cases[i].limits);
		write_file(path[1], cases[i].stock);
		write_file(path[2], cases[i].patched);
		capture_start(&c, argv);
		capture_finish(&c);
		if (!tap(c.status == cases[i].status &&
			 strstr(c.status == 2 ? c.err : c.out, cases[i].says),
			 "%s", cases[i].what))
			printf("# status %d\n# %s%s\n", c.status, c.out, c.err);
		capture_free(&c);
	}
	write_file(path[0], cases[0].limits);
	write_file(path[1], cases[0].stock);
	write_file(path[2], cases[0].patched);
	snprintf(named, sizeof(named), "before=%s", path[1]);
	argv[2] = named;
	capture_start(&c, argv);
	capture_finish(&c);
	tap(!c.status && strstr(c.out, "       before       patched"),
	    "a column of another name");
	capture_free(&c);
	unlink(path[2]);
	capture_start(&c, argv);
	capture_finish(&c);
	tap(c.status == 2 && strstr(c.err, "cannot read"),
	    "a file that is not there");
	capture_free(&c);
	unlink(path[0]);
	unlink(path[1]);
	rmdir(dir);
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * doc-names SELFTESTS PAGE...: each test that a page names exists.
 *
 * A name is ``PROGRAM.TEST``, with PROGRAM.c in a directory of SELFTESTS that
 * has TEST(TEST), TEST_F(FIXTURE, TEST) or TEST_F_TIMEOUT() of it.  A fixture's
 * name will do for all of its tests.
 */
#define _GNU_SOURCE
#include <glob.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define PREFIXES "(focus|attack|token|ns)"

static bool has_test(const char *selftests, const char *program,
		     const char *test)
{
	char *pattern, *text, *call;
	bool found = false;
	glob_t files;
	regex_t r;
	size_t i;

	if (asprintf(&pattern, "%s/*/%s.c", selftests, program) < 0 ||
	    asprintf(&call, "^TEST(\\(|_F(_TIMEOUT)?\\(([a-z_]+, )?)%s[,)]", test) < 0 ||
	    regcomp(&r, call, REG_EXTENDED | REG_NEWLINE | REG_NOSUB))
		exit(2);
	if (!glob(pattern, 0, NULL, &files)) {
		for (i = 0; i < files.gl_pathc; i++) {
			text = slurp(files.gl_pathv[i]);
			found |= text && !regexec(&r, text, 0, NULL, 0);
			free(text);
		}
		globfree(&files);
	}
	regfree(&r);
	free(call);
	free(pattern);
	return found;
}

/* How many names of a page stand for nothing */
static int check(const char *selftests, const char *page, int *names)
{
	char *text = slurp(page), *at = text, *program, *test;
	regmatch_t m[4];
	int wrong = 0;
	regex_t r;

	if (!text) {
		printf("# %s cannot be read\n", page);
		return 1;
	}
	if (regcomp(&r, "``(" PREFIXES "_[a-z_]+)\\.([a-z_]+)``", REG_EXTENDED))
		exit(2);
	for (; !regexec(&r, at, 4, m, 0); at += m[0].rm_eo) {
		program = strndup(at + m[1].rm_so, m[1].rm_eo - m[1].rm_so);
		test = strndup(at + m[3].rm_so, m[3].rm_eo - m[3].rm_so);
		++*names;
		if (!has_test(selftests, program, test)) {
			printf("# %s: there is no test %s.%s\n", page, program,
			       test);
			wrong++;
		}
		free(program);
		free(test);
	}
	regfree(&r);
	free(text);
	return wrong;
}

int main(int argc, char **argv)
{
	int i, names = 0, wrong = 0;

	if (argc < 3) {
		fputs("usage: doc-names SELFTESTS PAGE...\n", stderr);
		return 2;
	}
	tap_begin();
	about = "documentation";
	for (i = 2; i < argc; i++)
		wrong += check(argv[1], argv[i], &names);
	ok(!wrong, "every test that a page names exists");
	ok(names, "there are names to look for");
	printf("# %d names\n", names);
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * series: patches and new files to a git worktree of the kernel, and back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

static const char usage[] =
	"Usage: series COMMAND VERSION\n"
	"       series bump VERSION [RELEASE]\n"
	"Turn patches/VERSION and the new files into a git worktree, and back.\n"
	"\n"
	"  base           import the base, Debian's kernel source package\n"
	"  worktree       bring build/VERSION/patched/src up to date\n"
	"  refresh        write its commits back to patches and new files\n"
	"  check-refresh  prove that the round trip loses nothing\n"
	"  mail           write numbered patches and a cover letter to build/VERSION/mail\n"
	"  bump           try them on the newest point release, or on that RELEASE of Debian's\n"
	"  lint           find new files that no patch, or more than one, claims\n"
	"\n"
	"Run it from the top of the repository. BUILD names the build directory.\n";

int main(int argc, char **argv)
{
	struct place p = { .repo = ".", .build = getenv("BUILD") ?: "build" };
	char *repo = realpath(".", NULL), *build;
	int rc = 0;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 3 && !(argc == 4 && !strcmp(argv[1], "bump"))) {
		fputs(usage, stderr);
		return 2;
	}
	p.repo = repo;
	p.version = argv[2];
	p.take = argc == 4 ? argv[3] : NULL;
	git_environment();
	lock_build(&p);
	build = realpath(p.build, NULL);
	p.build = build;
	if (!strcmp(argv[1], "base")) {
		base_import(&p);
	} else if (!strcmp(argv[1], "worktree")) {
		worktree(&p);
	} else if (!strcmp(argv[1], "refresh")) {
		refresh(&p);
	} else if (!strcmp(argv[1], "check-refresh")) {
		rc = check_refresh(&p);
	} else if (!strcmp(argv[1], "mail")) {
		rc = mail(&p);
	} else if (!strcmp(argv[1], "bump")) {
		bump(&p);
	} else if (!strcmp(argv[1], "lint")) {
		rc = series_lint(p.repo, p.version) != 0;
	} else {
		fprintf(stderr, "series: no command %s: see series --help\n",
			argv[1]);
		rc = 2;
	}
	free(repo);
	free(build);
	return rc;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * packages-host - our packages as Debian's tools look at them
 *
 * lintian of Debian 13 finds no error, but for those that the list of exceptions
 * gives a reason for; and each version sorts between the one of Debian's that it
 * is built from and Debian's next one.
 */
#define _GNU_SOURCE
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#define SUFFIX	"+capsplit1"
#define PLACE	"/lint"

static const char *build, *exceptions;

static char *field(const char *deb, const char *name)
{
	run("dpkg-deb", "-f", deb, name, NULL);
	res.out[strcspn(res.out, "\n")] = '\0';
	return strdup(res.out);
}

/* Is there a line "PACKAGE TAG # reason"?  "*" at the end stands for the rest */
static bool excepted(const char *package, const char *tag)
{
	char *text = slurp(exceptions), *line, *save, p[128], t[128];
	bool found = false;

	for (line = strtok_r(text, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%127s %127s #", p, t) != 2 || *p == '#')
			continue;
		if (p[strlen(p) - 1] == '*')
			found = !strncmp(p, package, strlen(p) - 1);
		else
			found = !strcmp(p, package);
		found = found && !strcmp(t, tag);
	}
	free(text);
	return found;
}

/* lintian's "E: PACKAGE: TAG ..." lines for this one */
static void judge(const char *report, const char *package)
{
	char *head = path_of("E: %s: ", package), tag[128];
	const char *line = report;
	int errors = 0;

	for (; line && *line; line = strchr(line, '\n'), line += !!line) {
		if (strncmp(line, head, strlen(head)) ||
		    sscanf(line + strlen(head), "%127s", tag) != 1)
			continue;
		if (excepted(package, tag))
			continue;
		printf("# %.*s\n", (int)strcspn(line, "\n"), line);
		errors++;
	}
	ok(!errors, "%s: lintian finds no error", package);
	free(head);
}

static bool older(const char *a, const char *b)
{
	return !run("dpkg", "--compare-versions", a, "lt", b, NULL);
}

/*
 * "X+capsplit1" was built from X.  Debian's next one is X with the last number
 * counted up, or, for the first update of a stable release, "+deb13u1" behind it.
 */
static void sorts(const char *package, const char *full)
{
	char *base = strdup(full), *end, *next;
	size_t len;

	if (strlen(base) <= strlen(SUFFIX) ||
	    strcmp(base + strlen(base) - strlen(SUFFIX), SUFFIX)) {
		ok(false, "%s: version %s ends in " SUFFIX, package, full);
		return;
	}
	base[strlen(base) - strlen(SUFFIX)] = '\0';
	ok(older(base, full), "%s: %s is newer than %s", package, full,
	   base);
	next = path_of("%s+deb13u1", base);
	ok(older(full, next), "%s: ... and older than %s", package, next);
	free(next);
	len = strlen(base);
	while (len && base[len - 1] >= '0' && base[len - 1] <= '9')
		len--;
	end = base + len;
	next = path_of("%.*s%ld", (int)len, base, atol(end) + 1);
	ok(older(full, next), "%s: ... and older than %s", package, next);
	free(next);
	free(base);
}

static void lint(glob_t *debs)
{
	char *tree = path_of("%s/images/userland.tree", build);
	char *dir = path_of("%s" PLACE, tree), *report;

	run("rm", "-rf", dir, NULL);
	run("mkdir", dir, NULL);
	for (size_t i = 0; i < debs->gl_pathc; i++)
		run("cp", debs->gl_pathv[i], dir, NULL);
	run("chroot", tree, "sh", "-c",
	    "lintian --allow-root --fail-on none --tag-display-limit 0 " PLACE "/*.deb",
	    NULL);
	ok(!res.status, "lintian looks at them all");
	note("it said", res.out);
	report = strdup(res.out);
	run("rm", "-rf", dir, NULL);
	for (size_t i = 0; i < debs->gl_pathc; i++)
		judge(report, field(debs->gl_pathv[i], "Package"));
}

int main(int argc, char **argv)
{
	glob_t debs;

	if (argc != 3) {
		fputs("usage: packages-host BUILD EXCEPTIONS\n", stderr);
		return 2;
	}
	build = argv[1];
	exceptions = argv[2];
	about = "";
	version = "packages";
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	tap_begin();
	if (access(exceptions, R_OK) ||
	    glob(path_of("%s/debs/trixie/*.deb", build), 0, NULL, &debs) ||
	    glob(path_of("%s/debs/trixie/dev/*.deb", build), GLOB_APPEND, NULL,
		 &debs)) {
		puts("Bail out! no packages, or no exceptions; run make deb");
		return 1;
	}
	lint(&debs);
	for (size_t i = 0; i < debs.gl_pathc; i++) {
		char *package = field(debs.gl_pathv[i], "Package");

		/* ours alone: Debian has no such name */
		if (strncmp(package, "capsplit", 8) &&
		    strncmp(package, "libcapsplit", 11))
			sorts(package, field(debs.gl_pathv[i], "Version"));
	}
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Does the round trip lose anything?  Patches to commits to patches gives the
 * same bytes, and so it does from what came out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "series.h"

static int number, failures;

static void report(bool ok, const char *what)
{
	printf("%sok %d %s\n", ok ? "" : "not ", ++number, what);
	fflush(stdout);
	failures += !ok;
}

/* Compare every file that the series of @a names with its twin in @b */
static int differences(const struct place *p, const char *a, const char *b)
{
	struct series s, t;
	int found = 0;
	char *x, *y;

	series_read(a, p->version, &s);
	series_read(b, p->version, &t);
	for (size_t i = 0; i < s.nr; i++) {
		for (size_t j = 0; j <= s.entry[i].nr_added; j++) {
			char *name = j ? fmt("%s", s.entry[i].added[j - 1]) :
				     fmt("patches/%s/%s", p->version,
					 s.entry[i].patch);

			x = fmt("%s/%s", a, name);
			y = fmt("%s/%s", b, name);
			if (!same_file(x, y)) {
				printf("# %s differs\n", name);
				found++;
			}
			free(x);
			free(y);
			free(name);
		}
	}
	x = fmt("%s/patches/%s/series", a, p->version);
	y = fmt("%s/patches/%s/series", b, p->version);
	if (s.nr != t.nr || !same_file(x, y)) {
		printf("# the series file differs\n");
		found++;
	}
	free(x);
	free(y);
	return found;
}

/* Build the commits from @from and export them to @to */
static char *round_trip(const struct place *p, const char *from,
			const char *to)
{
	char *tip = series_build(p, from);

	remove_tree(to);
	mkdir(to, 0755);
	series_export(p, tip, to, false);
	return tip;
}

/**
 * check_refresh - prove the round trip, as TAP
 * @p: where everything is
 *
 * Touches neither the worktree nor the repository.
 * Return: 0 if nothing differs.
 */
int check_refresh(const struct place *p)
{
	char *one = fmt("%s/.check-refresh-1", p->build);
	char *two = fmt("%s/.check-refresh-2", p->build);
	char *tip, *again;

	base_import(p);
	printf("TAP version 13\n1..4\n");
	report(!series_lint(p->repo, p->version),
	       "every new file is born in exactly one commit");
	tip = round_trip(p, p->repo, one);
	report(!differences(p, p->repo, one),
	       "worktree and refresh give back the same bytes");
	again = round_trip(p, one, two);
	report(!differences(p, one, two), "a second round changes nothing");
	report(!strcmp(tip, again), "and the commits have the same ids");
	remove_tree(one);
	remove_tree(two);
	free(tip);
	free(again);
	free(one);
	free(two);
	return failures ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Does the series still apply?  Tried beside everything else, in a directory
 * that goes away: neither the worktree nor the base is touched.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "series.h"

/**
 * bump - try the series on the newest point release
 * @p: where everything is; @p->take names another release than the newest
 *
 * Ends the program with a sentence if a patch does not apply, also not by a
 * three-way merge.
 */
void bump(const struct place *p)
{
	char *dir = fmt("%s/bump", p->build), *downloads;
	char *pinned = base_pinned(p), *pin;
	struct place beside = *p;

	if (!p->take)
		beside.take = base_candidate(p);
	if (!strcmp(beside.take, pinned)) {
		printf("patches/%s is for %s: that is it\n", p->version, pinned);
		return;
	}
	remove_tree(dir);
	downloads = fmt("%s/downloads", dir);
	make_parents(downloads);
	mkdir(fmt("%s/downloads", p->build), 0755);
	if (symlink("../downloads", downloads))
		fail("cannot write to %s: is the disk full?", dir);
	beside.build = dir;
	base_import(&beside);
	free(series_build(&beside, p->repo));
	pin = base_pin(&beside);
	printf("patches/%s applies to %s as well, not only to %s; to pin it, let patches/%s/base say:\n%s",
	       p->version, beside.take, pinned, p->version, pin);
	remove_tree(dir);
	free(pin);
	free(pinned);
	free(downloads);
	free(dir);
}

// SPDX-License-Identifier: GPL-2.0
/* Files that give capabilities to whoever runs them. */
#include <errno.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <linux/xattr.h>

#include "who.h"

#define MAX_OPEN	32

/* nftw() passes nothing on */
static struct who_list *list;

static char *who_may_run(const struct stat *st)
{
	struct group *g;

	if (st->st_mode & S_IXOTH)
		return format("anybody");
	if (!(st->st_mode & S_IXGRP))
		return format("its owner, user %u", st->st_uid);
	g = getgrgid(st->st_gid);
	return g ? format("group %s", g->gr_name) :
		   format("group %u", st->st_gid);
}

static int look_at(const char *path, const struct stat *st, int type,
		   struct FTW *ftw)
{
	struct file_caps f;
	struct who *w;
	int err;

	(void)ftw;
	if (!who_count(list, type))
		return 1;
	if (type != FTW_F || !S_ISREG(st->st_mode) || !(st->st_mode & 0111) ||
	    lgetxattr(path, XATTR_NAME_CAPS, NULL, 0) < 0)
		return 0;
	err = caps_of_file(-1, path, &f);
	if (!err && !((f.permitted | f.inheritable) & WHO_ASKED))
		return 0;
	w = who_add(list, WHO_FILE);
	w->name = must(strdup(path));
	w->caps = f.permitted;
	w->child_ns = f.rootless;
	w->where = who_may_run(st);
	if (err)
		w->warning = format("its capabilities cannot be read: %s; write them anew with setcap",
				    strerror(err));
	else if (f.permitted & ~caps_known())
		w->warning = format("this kernel does not know %s: it starts without",
				    caps_text(f.permitted & ~caps_known()));
	else if (f.inheritable & WHO_ASKED)
		w->warning = format("with %s inheritable it has that, too",
				    caps_text(f.inheritable & WHO_ASKED));
	return 0;
}

static bool below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) &&
	       (!path[n] || path[n] == '/' || dir[n - 1] == '/');
}

void who_files(struct who_list *l, const char *const dirs[], size_t nr)
{
	char **real = must(calloc(nr + 1, sizeof(*real)));
	size_t i, k;

	list = l;
	for (i = 0; i < nr; i++)
		real[i] = realpath(dirs[i], NULL);
	for (i = 0; i < nr && !l->truncated; i++) {
		/* A directory below another, or named twice, comes with it */
		for (k = 0; real[i] && k < nr; k++) {
			if (k != i && real[k] && below(real[i], real[k]) &&
			    (strcmp(real[i], real[k]) || k < i))
				break;
		}
		if (!real[i] || k < nr)
			continue;
		nftw(real[i], look_at, MAX_OPEN, FTW_PHYS | FTW_MOUNT);
	}
	for (i = 0; i < nr; i++)
		free(real[i]);
	free(real);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The directories of runs that failed are kept for a person to look at, but
 * not for ever: the oldest go.  A run holds a lock on its own as it lives, so
 * one that was killed outright is told apart from one still going on.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

#define KEEP	40

struct old {
	char name[256];
	struct timespec when;
};

static int by_age(const void *a, const void *b)
{
	const struct timespec *x = &((const struct old *)a)->when;
	const struct timespec *y = &((const struct old *)b)->when;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

static void remove_run(int runs, const char *name)
{
	static const char *const files[] = { "initrd", "console.log",
					     "qemu.log" };
	int fd = openat(runs, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t i;

	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB)) {
		for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
			unlinkat(fd, files[i], 0);
		unlinkat(runs, name, AT_REMOVEDIR);
	}
	close(fd);
}

/* "dir" is the new run's own */
void prune_runs(const char *dir)
{
	char path[PATH_MAX];
	struct old *list = NULL;
	struct dirent *de;
	struct stat st;
	size_t n = 0;
	DIR *runs;
	int fd;

	/* The lock lives as long as this process */
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		flock(fd, LOCK_SH);
	snprintf(path, sizeof(path), "%s", dir);
	*strrchr(path, '/') = '\0';
	runs = opendir(path);
	while (runs && (de = readdir(runs))) {
		if (*de->d_name == '.' ||
		    fstatat(dirfd(runs), de->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		list = realloc(list, (n + 1) * sizeof(*list));
		if (!list)
			break;
		snprintf(list[n].name, sizeof(list[n].name), "%s", de->d_name);
		list[n++].when = st.st_mtim;
	}
	if (list)
		qsort(list, n, sizeof(*list), by_age);
	while (list && n > KEEP)
		remove_run(dirfd(runs), list[--n].name);
	if (runs)
		closedir(runs);
	free(list);
}

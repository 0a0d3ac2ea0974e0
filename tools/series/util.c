// SPDX-License-Identifier: GPL-2.0
/*
 * Files, strings, and saying what is wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "series.h"

void fail(const char *format, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("series: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void note(const char *format, ...)
{
	va_list ap;

	fputs("series: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

char *fmt(const char *format, ...)
{
	va_list ap;
	char *out;

	va_start(ap, format);
	if (vasprintf(&out, format, ap) < 0)
		fail("out of memory");
	va_end(ap);
	return out;
}

/* The whole file, NUL-terminated; NULL if there is none */
char *slurp(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 0, room = 0;
	char *buf = NULL;
	ssize_t n;

	if (fd < 0) {
		if (errno != ENOENT)
			fail("cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	do {
		if (room - size < 4096) {
			room = room ? 2 * room : 65536;
			buf = realloc(buf, room);
			if (!buf)
				fail("out of memory");
		}
		n = read(fd, buf + size, room - size - 1);
		if (n < 0)
			fail("cannot read %s: %s", path, strerror(errno));
		size += n;
	} while (n);
	close(fd);
	buf[size] = '\0';
	if (len)
		*len = size;
	return buf;
}

/* Write a file whole or not at all: a reader sees the old or the new one */
int spill(const char *path, const char *data, size_t len)
{
	char *tmp = fmt("%s.tmp", path);
	FILE *f;
	int rc = 0;

	make_parents(path);
	f = fopen(tmp, "w");
	if (!f || fwrite(data, 1, len, f) != len || fflush(f) ||
	    fsync(fileno(f)) || fclose(f) || rename(tmp, path)) {
		rc = errno ? -errno : -EIO;
		unlink(tmp);
	}
	free(tmp);
	return rc;
}

void make_parents(const char *path)
{
	char *copy = fmt("%s", path), *slash = copy;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(copy, 0755);
		*slash = '/';
	}
	free(copy);
}

static int remove_one(const char *path, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void remove_tree(const char *path)
{
	if (nftw(path, remove_one, 64, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
		fail("cannot remove %s: %s", path, strerror(errno));
}

bool exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

bool same_file(const char *a, const char *b)
{
	size_t la = 0, lb = 0;
	char *ta = slurp(a, &la), *tb = slurp(b, &lb);
	bool same = ta && tb && la == lb && !memcmp(ta, tb, la);

	free(ta);
	free(tb);
	return same;
}

char *chomp(char *text)
{
	size_t len = strlen(text);

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	return text;
}

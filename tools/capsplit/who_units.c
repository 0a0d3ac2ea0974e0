// SPDX-License-Identifier: GPL-2.0
/*
 * Units of systemd whose lines give capabilities, or leave them in a set that
 * a list of names was to take them from.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <sys/stat.h>

#include "who.h"

#define MAX_UNITS	20000
#define ALL_CAPS	(~0ULL)

struct unit {
	uint64_t ambient, bounding;
	bool has_ambient, has_bounding;
	bool by_name;		/* CAP_TRACING, which many versions drop */
	bool unknown;		/* a word that is no capability */
	char *user;
};

/* Names and numbers, as systemd reads them: between blanks */
static uint64_t words(struct unit *u, char *text)
{
	uint64_t caps = 0, one;
	char *word, *end;

	while ((word = strsep(&text, " \t"))) {
		if (!*word)
			continue;
		if (isdigit((unsigned char)*word)) {
			long n = strtol(word, &end, 0);

			if (*end || n > 63)
				u->unknown = true;
			else
				caps |= CAP_BIT(n);
		} else if (!strcasecmp(word, "CAP_TRACING")) {
			u->by_name = true;
			caps |= CAP_BIT(NR_TRACING);
		} else if (!strncasecmp(word, "CAP_", 4) && !strchr(word, ',') &&
			   caps_parse(word, &one, NULL)) {
			caps |= one;
		} else {
			u->unknown = true;
		}
	}
	return caps;
}

/* The first list replaces what there was, further ones add and take away */
static void assign(struct unit *u, uint64_t *set, bool *has, uint64_t initial,
		   char *value)
{
	bool invert = *value == '~';
	uint64_t caps = words(u, value + invert);

	if (!*value)
		*set = 0;
	else if (!*has || *set == initial || !*set)
		*set = invert ? ~caps : caps;
	else
		*set = invert ? *set & ~caps : *set | caps;
	*has = true;
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	return text;
}

static void take_line(struct unit *u, char *line, char *section)
{
	char *eq, *key;

	line = trim(line);
	if (*line == '[') {
		snprintf(section, 32, "%s", line);
		return;
	}
	eq = strchr(line, '=');
	if (*line == '#' || *line == ';' || !eq || strcmp(section, "[Service]"))
		return;
	*eq = '\0';
	key = trim(line);
	line = trim(eq + 1);
	if (!strcmp(key, "AmbientCapabilities")) {
		assign(u, &u->ambient, &u->has_ambient, 0, line);
	} else if (!strcmp(key, "CapabilityBoundingSet")) {
		assign(u, &u->bounding, &u->has_bounding, ALL_CAPS, line);
	} else if (!strcmp(key, "User")) {
		free(u->user);
		u->user = *line ? must(strdup(line)) : NULL;
	}
}

/* A backslash at the end joins the next line to this one */
static bool read_unit(struct unit *u, const char *path)
{
	/* What is no file might keep us waiting */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	FILE *f = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) ?
		  fdopen(fd, "r") : NULL;
	char *line = NULL, *whole = NULL, section[32] = "", *longer;
	size_t size = 0;
	ssize_t n;

	if (!f) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((n = getline(&line, &size, f)) > 0) {
		bool more;

		line[strcspn(line, "\n")] = '\0';
		n = strlen(line);
		more = n && line[n - 1] == '\\';
		if (more)
			line[n - 1] = ' ';
		longer = format("%s%s", whole ? whole : "", line);
		free(whole);
		whole = longer;
		/* A line has an end somewhere, or it is no unit */
		if (more && strlen(whole) < 65536)
			continue;
		take_line(u, whole, section);
		free(whole);
		whole = NULL;
	}
	if (whole)
		take_line(u, whole, section);
	free(whole);
	free(line);
	fclose(f);
	return true;
}

static int by_file_name(const void *a, const void *b)
{
	const char *x = strrchr(*(char *const *)a, '/');
	const char *y = strrchr(*(char *const *)b, '/');

	return strcmp(x, y);
}

/* The .conf files in NAME.d of all directories, in the order of their names */
static void read_drop_ins(struct unit *u, const char *const dirs[], size_t nr,
			  const char *name)
{
	char *path[256];
	size_t n = 0, i, k;

	for (i = 0; i < nr; i++) {
		char *where = format("%s/%s.d", dirs[i], name);
		DIR *dir = opendir(where);
		struct dirent *d;

		while (dir && (d = readdir(dir)) && n < ARRAY_SIZE(path)) {
			size_t len = strlen(d->d_name);

			if (len < 6 || strcmp(d->d_name + len - 5, ".conf"))
				continue;
			/* One of a directory that comes first hides others */
			for (k = 0; k < n; k++) {
				if (!strcmp(strrchr(path[k], '/') + 1,
					    d->d_name))
					break;
			}
			if (k == n)
				path[n++] = format("%s/%s", where, d->d_name);
		}
		if (dir)
			closedir(dir);
		free(where);
	}
	qsort(path, n, sizeof(path[0]), by_file_name);
	for (i = 0; i < n; i++) {
		read_unit(u, path[i]);
		free(path[i]);
	}
}

static void judge(struct who_list *l, const struct unit *u, const char *name,
		  const char *path)
{
	bool root = !u->user || !strcmp(u->user, "root") ||
		    !strcmp(u->user, "0");
	uint64_t caps = root ? u->bounding : u->ambient & u->bounding;
	bool old = u->has_bounding &&
		   who_old_deny_list(u->bounding, u->ambient);
	struct who *w;

	if (!(u->has_ambient || u->has_bounding) ||
	    (!(caps & WHO_ASKED) && !old && !u->by_name && !u->unknown))
		return;
	w = who_add(l, WHO_UNIT);
	w->name = must(strdup(name));
	w->where = must(strdup(path));
	w->user = u->user ? must(strdup(u->user)) : NULL;
	w->caps = caps & caps_known();
	if (u->unknown)
		w->warning = must(strdup("a word of its lists is no capability: systemd leaves it out, and a list of nothing else stays as it was"));
	else if (u->by_name)
		w->warning = must(strdup("it names CAP_TRACING, which a systemd that does not know it leaves out without a word: write 41"));
	else if (old)
		w->warning = must(strdup(who_deny_list_warning));
}

/* Masked, or another name of a unit that is listed under its own */
static bool is_alias(const char *path, const char *name)
{
	char to[PATH_MAX], *base;
	ssize_t n = readlink(path, to, sizeof(to) - 1);

	if (n < 0)
		return false;
	to[n] = '\0';
	base = strrchr(to, '/');
	return strcmp(base ? base + 1 : to, name);
}

static bool seen_before(const char *const dirs[], size_t upto,
			const char *name)
{
	size_t i;

	for (i = 0; i < upto; i++) {
		char *path = format("%s/%s", dirs[i], name);
		bool is = !access(path, F_OK);

		free(path);
		if (is)
			return true;
	}
	return false;
}

void who_units(struct who_list *l, const char *const dirs[], size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		DIR *dir = opendir(dirs[i]);
		struct dirent *d;

		while (dir && (d = readdir(dir))) {
			struct unit u = { .bounding = ALL_CAPS };
			size_t len = strlen(d->d_name);
			char *path;

			if (len < 9 || strcmp(d->d_name + len - 8, ".service") ||
			    seen_before(dirs, i, d->d_name))
				continue;
			if (l->looked++ >= MAX_UNITS) {
				l->truncated = true;
				break;
			}
			path = format("%s/%s", dirs[i], d->d_name);
			if (is_alias(path, d->d_name)) {
				free(path);
				continue;
			}
			if (!read_unit(&u, path))
				l->unreadable++;
			read_drop_ins(&u, dirs, nr, d->d_name);
			judge(l, &u, d->d_name, path);
			free(u.user);
			free(path);
		}
		if (dir)
			closedir(dir);
	}
}

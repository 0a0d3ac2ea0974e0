// SPDX-License-Identifier: GPL-2.0
/*
 * Read an image recipe: lines of a keyword and its arguments, # comments.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipe.h"

#define SPACE " \t"

/* Where we are, for messages. */
static const char *file;
static int line_no;

static void __attribute__((noreturn)) bad(const char *what, const char *word)
{
	die("%s:%d: %s: '%s'; see the comment at the top of that file", file,
	    line_no, what, word ? word : "(nothing)");
}

static void keep(char *to, size_t size, const char *word)
{
	if (!word || !*word || strlen(word) >= size)
		bad("a word is missing or too long", word);
	strcpy(to, word);
}

static void add_package(struct recipe *r, const char *name)
{
	size_t used = strlen(r->packages);
	int n = snprintf(r->packages + used, sizeof(r->packages) - used,
			 "%s%s", used ? "," : "", name);

	if (n < 0 || (size_t)n >= sizeof(r->packages) - used)
		bad("too many packages", name);
}

static void add_user(struct recipe *r, char **save)
{
	char *name = strtok_r(NULL, SPACE, save);
	char *uid = strtok_r(NULL, SPACE, save);
	char *end;

	if (r->users == MAX_USERS)
		bad("too many users", name);
	keep(r->user[r->users].name, sizeof(r->user[0].name), name);
	if (!uid)
		bad("a user needs a number", name);
	r->user[r->users].uid = strtoul(uid, &end, 10);
	if (*end || end == uid)
		bad("not a user's number", uid);
	r->users++;
}

static void add_filecaps(struct recipe *r, char **save)
{
	char *caps = strtok_r(NULL, SPACE, save);
	char *path;

	while ((path = strtok_r(NULL, SPACE, save))) {
		if (r->filecaps == MAX_FILECAPS)
			bad("too many files with capabilities", path);
		if (*path != '/')
			bad("a file's name must begin with /", path);
		keep(r->filecap[r->filecaps].caps,
		     sizeof(r->filecap[0].caps), caps);
		keep(r->filecap[r->filecaps].file,
		     sizeof(r->filecap[0].file), path);
		r->filecaps++;
	}
}

static void one_line(struct recipe *r, char *line)
{
	char *save, *word;
	char *key = strtok_r(line, SPACE, &save);

	if (!key || *key == '#')
		return;
	if (!strcmp(key, "suite")) {
		keep(r->suite, sizeof(r->suite), strtok_r(NULL, SPACE, &save));
	} else if (!strcmp(key, "size")) {
		keep(r->size, sizeof(r->size), strtok_r(NULL, SPACE, &save));
	} else if (!strcmp(key, "bin")) {
		keep(r->bin, sizeof(r->bin), strtok_r(NULL, SPACE, &save));
		word = strtok_r(NULL, SPACE, &save);
		if (word)
			keep(r->group, sizeof(r->group), word);
	} else if (!strcmp(key, "package")) {
		while ((word = strtok_r(NULL, SPACE, &save)))
			add_package(r, word);
	} else if (!strcmp(key, "user")) {
		add_user(r, &save);
	} else if (!strcmp(key, "filecap")) {
		add_filecaps(r, &save);
	} else {
		bad("no such keyword", key);
	}
	word = strtok_r(NULL, SPACE, &save);
	if (word)
		bad("one word too many", word);
}

void recipe_read(struct recipe *r, const char *path)
{
	FILE *f = fopen(path, "r");
	char *copy, *line, *next;
	size_t n;

	memset(r, 0, sizeof(*r));
	file = path;
	r->text = calloc(1, 65536);
	if (!f || !r->text)
		die("cannot read the recipe %s: %s", path, strerror(errno));
	n = fread(r->text, 1, 65535, f);
	if (ferror(f) || n == 65535)
		die("the recipe %s cannot be read or is too big", path);
	fclose(f);

	copy = strdup(r->text);
	if (!copy)
		die("out of memory");
	for (line = copy; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line_no++;
		one_line(r, line);
	}
	free(copy);
	line_no = 0;
	if (!*r->suite || !*r->packages)
		die("the recipe %s lacks a suite or packages", path);
	if (r->filecaps && !*r->bin)
		die("the recipe %s has files with capabilities but no bin line to say where they go",
		    path);
}

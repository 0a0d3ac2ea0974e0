// SPDX-License-Identifier: GPL-2.0
/*
 * Did Kconfig give us what the fragment asked for?  olddefconfig drops a
 * symbol whose dependencies are not met without a word, and a test kernel
 * that silently lacks an option proves nothing.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kbuild.h"

/* The whole file, NUL-terminated, or NULL with errno set */
static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *buf = NULL;
	long size;

	if (!f)
		return NULL;
	if (!fseek(f, 0, SEEK_END) && (size = ftell(f)) >= 0) {
		rewind(f);
		buf = malloc(size + 1);
		if (buf)
			buf[fread(buf, 1, size, f)] = '\0';
	}
	fclose(f);
	return buf;
}

/* Does @config hold @line as a line of its own? */
static bool has_line(const char *config, const char *line, size_t len,
		     bool prefix)
{
	const char *p = config;

	while ((p = strstr(p, line))) {
		if ((p == config || p[-1] == '\n') &&
		    (prefix || p[len] == '\n' || !p[len]))
			return true;
		p += len;
	}
	return false;
}

/* Does one of the fragments say something else of the symbol? */
static bool overridden(const char *symbol, size_t len,
		       const char *const *fragments, int nr)
{
	bool found = false;
	char off[128], set[128];

	snprintf(off, sizeof(off), "# %.*s is not set", (int)len, symbol);
	snprintf(set, sizeof(set), "%.*s=", (int)len, symbol);
	for (int i = 0; i < nr && !found; i++) {
		char *text = slurp(fragments[i]);

		found = text && (has_line(text, off, strlen(off), false) ||
				 has_line(text, set, strlen(set), true));
		free(text);
	}
	return found;
}

/**
 * kconfig_check - compare a finished .config with a fragment it came from
 * @config: path of the .config, after olddefconfig
 * @fragments: paths of the fragments, the first of which is compared
 * @nr: how many there are; what a later one says of a symbol counts
 *
 * "CONFIG_X=n" in a fragment asks for the symbol to be off, which a .config
 * says by not setting it.
 *
 * Return: 0, or -1 after naming on stderr every option that differs.
 */
int kconfig_check(const char *config, const char *const *fragments, int nr)
{
	const char *fragment = fragments[0];
	char *have = slurp(config), *want = slurp(fragment), *line, *save;
	int missing = 0;

	if (!have || !want) {
		fprintf(stderr, "kernel: cannot read %s: %s\n",
			have ? fragment : config, strerror(errno));
		free(have);
		free(want);
		return -1;
	}

	for (line = strtok_r(want, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *eq = strchr(line, '=');
		bool off;

		if (strncmp(line, "CONFIG_", 7) || !eq)
			continue;
		off = !strcmp(eq, "=n");
		if (off)
			eq[1] = '\0';
		if (overridden(line, eq - line, fragments + 1, nr - 1))
			continue;
		if (has_line(have, line, strlen(line), off) != off)
			continue;
		fprintf(stderr, off ?
			"kernel: %s asks for %sn, but Kconfig selects it\n" :
			"kernel: %s asks for %s, but Kconfig dropped it: a dependency is missing or the option is gone\n",
			fragment, line);
		missing++;
	}
	free(have);
	free(want);
	return missing ? -1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Which Debian mirror does this machine use?
 *
 * A machine behind a firewall has its mirror in its apt sources and can reach
 * nothing else, so look there first: one-line sources and deb822 ones.  Third
 * parties' archives like to end in "/debian" too, so every candidate is
 * weighed and the one that looks most like Debian's own wins; whichever it is,
 * Debian's keys decide whether it is believed.
 */
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mirror.h"

struct choice {
	char uri[512];
	int weight;
};

static struct choice best[2];	/* plain, security */

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* A mirror list of apt's mirror+file: method: its first line will do. */
static bool first_of_list(const char *path, char *uri, size_t size)
{
	FILE *f = fopen(path, "r");
	bool found = false;
	char line[512];

	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, " \t\n")] = '\0';
		if (*line && *line != '#') {
			snprintf(uri, size, "%s", line);
			found = true;
		}
	}
	if (f)
		fclose(f);
	return found;
}

static void consider(const char *word, bool main_too, const char *key)
{
	char uri[512];
	const char *path;
	int which, weight = 1;

	if (!strncmp(word, "mirror+file:", 12)) {
		if (!first_of_list(word + 12, uri, sizeof(uri)))
			return;
	} else {
		snprintf(uri, sizeof(uri), "%s", word);
	}
	while (ends_in(uri, "/"))
		uri[strlen(uri) - 1] = '\0';
	path = strstr(uri, "://");
	path = path ? strchr(path + 3, '/') : NULL;
	if (!path || !main_too)
		return;
	if (ends_in(path, "/debian-security") ||
	    strstr(path, "/archive/debian-security/"))
		which = 1;
	else if (ends_in(path, "/debian") || strstr(path, "/archive/debian/"))
		which = 0;
	else
		return;
	if (*key && !strstr(key, "debian-archive"))
		return;
	if (*key)
		weight += 2;
	if (!strcmp(path, which ? "/debian-security" : "/debian"))
		weight += 1;
	if (strstr(uri, "debian.org/"))
		weight += 1;
	if (weight > best[which].weight) {
		best[which].weight = weight;
		snprintf(best[which].uri, sizeof(best[which].uri), "%s", uri);
	}
}

static void one_line_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[2048];

	while (f && fgets(line, sizeof(line), f)) {
		char key[256] = "", *s, *uri, *opts = NULL;
		bool main_too = false;

		line[strcspn(line, "#\n")] = '\0';
		s = strtok(line, " \t");
		if (!s || (strcmp(s, "deb") && strcmp(s, "deb-src")))
			continue;
		s = strtok(NULL, "");
		if (!s)
			continue;
		s += strspn(s, " \t");
		if (*s == '[') {
			opts = s + 1;
			s = strchr(s, ']');
			if (!s)
				continue;
			*s++ = '\0';
			opts = strstr(opts, "signed-by=");
			if (opts)
				snprintf(key, sizeof(key), "%.*s",
					 (int)strcspn(opts + 10, " \t"),
					 opts + 10);
		}
		uri = strtok(s, " \t");
		if (!uri || !strtok(NULL, " \t"))
			continue;
		while ((s = strtok(NULL, " \t")))
			main_too |= !strcmp(s, "main");
		consider(uri, main_too, key);
	}
	if (f)
		fclose(f);
}

struct stanza {
	char uris[1024], components[256], key[256];
	bool off;
};

static void stanza_ends(struct stanza *st)
{
	bool main_too = false;
	char *s;

	for (s = strtok(st->components, " \t"); s; s = strtok(NULL, " \t"))
		main_too |= !strcmp(s, "main");
	if (!st->off)
		for (s = strtok(st->uris, " \t"); s; s = strtok(NULL, " \t"))
			consider(s, main_too, st->key);
	memset(st, 0, sizeof(*st));
}

static void deb822_file(const char *path)
{
	static const char uris[] = "uris:", comps[] = "components:",
			  key[] = "signed-by:", on[] = "enabled:";
	FILE *f = fopen(path, "r");
	struct stanza st = { 0 };
	char line[2048];

	while (f && fgets(line, sizeof(line), f)) {
		char *v = strchr(line, ':');

		if (*line == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (!line[strspn(line, " \t")]) {
			stanza_ends(&st);
			continue;
		}
		if (!v)
			continue;
		v += 1 + strspn(v + 1, " \t");
		if (!strncasecmp(line, uris, strlen(uris)))
			snprintf(st.uris, sizeof(st.uris), "%s", v);
		else if (!strncasecmp(line, comps, strlen(comps)))
			snprintf(st.components, sizeof(st.components), "%s", v);
		else if (!strncasecmp(line, key, strlen(key)))
			snprintf(st.key, sizeof(st.key), "%s", v);
		else if (!strncasecmp(line, on, strlen(on)))
			st.off = !strncasecmp(v, "no", 2);
	}
	stanza_ends(&st);
	if (f)
		fclose(f);
}

static void each(const char *pattern, void (*read_file)(const char *))
{
	glob_t g;
	size_t i;

	if (!glob(pattern, 0, NULL, &g))
		for (i = 0; i < g.gl_pathc; i++)
			read_file(g.gl_pathv[i]);
	globfree(&g);
}

const char *debian_mirror(bool security)
{
	const char *set = getenv(security ? "DEBIAN_SECURITY_MIRROR" :
					    "DEBIAN_MIRROR");
	const char *etc = getenv("APT_PRIVATE_ETC");
	char pattern[512];
	static bool looked;

	if (set && *set)
		return set;
	if (!looked) {
		if (!etc || !*etc)
			etc = "/etc/apt";
		snprintf(pattern, sizeof(pattern), "%s/sources.list", etc);
		each(pattern, one_line_file);
		snprintf(pattern, sizeof(pattern), "%s/sources.list.d/*.list",
			 etc);
		each(pattern, one_line_file);
		snprintf(pattern, sizeof(pattern),
			 "%s/sources.list.d/*.sources", etc);
		each(pattern, deb822_file);
		looked = true;
	}
	if (!best[security].weight && security) {
		/* beside the plain one, as on Debian's own servers */
		const char *plain = debian_mirror(false), *end;

		if (!plain)
			return NULL;
		end = strstr(plain, "/archive/debian/");
		end = end ? end + strlen("/archive/debian") :
			    plain + strlen(plain);
		snprintf(best[1].uri, sizeof(best[1].uri), "%.*s-security%s",
			 (int)(end - plain), plain, end);
		best[1].weight = 1;
	}
	return best[security].weight ? best[security].uri : NULL;
}

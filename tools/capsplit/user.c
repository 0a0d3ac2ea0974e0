// SPDX-License-Identifier: GPL-2.0
/* Users by name or number, and what pam_cap gives them. */
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "capsplit.h"

#define CAPABILITY_CONF	"/etc/security/capability.conf"

bool user_find(const char *text, struct user *u)
{
	struct passwd *pw = getpwnam(text);
	unsigned long n;
	char *end;

	memset(u, 0, sizeof(*u));
	if (!pw) {
		if (!isdigit((unsigned char)*text))
			return false;
		errno = 0;
		n = strtoul(text, &end, 10);
		if (errno || *end || n >= 0xffffffffUL)
			return false;
		pw = getpwuid(n);
		u->uid = u->gid = n;
	}
	if (pw) {
		u->uid = pw->pw_uid;
		u->gid = pw->pw_gid;
		u->name = must(strdup(pw->pw_name));
		u->home = must(strdup(pw->pw_dir));
	}
	return true;
}

static bool in_group(const struct user *u, const char *name)
{
	struct group *g = getgrnam(name);
	char **member;

	if (!g)
		return false;
	if (g->gr_gid == u->gid)
		return true;
	for (member = g->gr_mem; *member; member++) {
		if (!strcmp(*member, u->name))
			return true;
	}
	return false;
}

/* "^cap_bpf,^41 alice @tracers": only what has a "^" is the login's own */
static void take_caps(char *list, uint64_t *ambient)
{
	char *word;
	uint64_t one;

	while ((word = strsep(&list, ","))) {
		if (*word == '^' && caps_parse(word + 1, &one, NULL))
			*ambient |= one;
	}
}

bool user_pam_caps(const struct user *u, uint64_t *ambient)
{
	FILE *f = fopen(CAPABILITY_CONF, "re");
	char *line = NULL, *at, *caps, *who;
	size_t size = 0;
	bool found = false;

	*ambient = 0;
	if (!f || !u->name) {
		if (f)
			fclose(f);
		return false;
	}
	/* The first line that names the user counts, as for pam_cap */
	while (!found && getline(&line, &size, f) > 0) {
		line[strcspn(line, "#\n")] = '\0';
		at = line;
		while ((caps = strsep(&at, " \t")) && !*caps)
			;
		while (caps && !found && (who = strsep(&at, " \t")))
			found = !strcmp(who, "*") || !strcmp(who, u->name) ||
				(*who == '@' && in_group(u, who + 1));
	}
	if (found)
		take_caps(caps, ambient);
	free(line);
	fclose(f);
	return found;
}

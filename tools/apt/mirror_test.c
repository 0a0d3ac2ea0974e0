// SPDX-License-Identifier: GPL-2.0
/*
 * Which mirror is found in which apt sources.  Every case has a process of its
 * own, since debian_mirror() remembers.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "mirror.h"

static const struct {
	const char *name, *file, *text, *mirror, *security;
} cases[] = {
	{ "no sources at all", NULL, NULL, NULL, NULL },
	{ "a one-line source, with its security mirror", "sources.list",
	  "deb http://ftp.example.org/debian/ bookworm main non-free\n"
	  "deb http://sec.example.org/debian-security bookworm-security main\n",
	  "http://ftp.example.org/debian",
	  "http://sec.example.org/debian-security" },
	{ "a one-line source with options and a comment", "sources.list",
	  "deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://m.example.org/debian bookworm main # mine\n",
	  "http://m.example.org/debian", "http://m.example.org/debian-security" },
	{ "deb822 sources", "sources.list.d/debian.sources",
	  "Types: deb deb-src\nURIs: https://m.example.org/debian\nSuites: trixie trixie-updates\n"
	  "Components: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.pgp\n\n"
	  "Types: deb\nURIs: https://m.example.org/debian-security\nSuites: trixie-security\nComponents: main\n",
	  "https://m.example.org/debian", "https://m.example.org/debian-security" },
	{ "a disabled stanza does not count", "sources.list.d/debian.sources",
	  "Enabled: no\nTypes: deb\nURIs: http://m.example.org/debian\nSuites: trixie\nComponents: main\n",
	  NULL, NULL },
	{ "a commented line does not count", "sources.list",
	  "# deb http://m.example.org/debian bookworm main\n", NULL,
	  NULL },
	{ "another's archive that ends in /debian does not count",
	  "sources.list.d/docker.list",
	  "deb [signed-by=/etc/apt/keyrings/docker.asc] https://docker.example.com/linux/debian bookworm main\n"
	  "deb https://other.example.com/linux/debian bookworm stable\n",
	  NULL, NULL },
	{ "Debian's own before another's without a key", "sources.list",
	  "deb http://zoo.example.com/zoo/6.0/debian bookworm main\n"
	  "deb http://ftp.debian.org/debian bookworm main\n",
	  "http://ftp.debian.org/debian", "http://ftp.debian.org/debian-security" },
	{ "a snapshot of the archive", "sources.list",
	  "deb http://snapshot.example.org/archive/debian/20260101T000000Z/ bookworm main\n",
	  "http://snapshot.example.org/archive/debian/20260101T000000Z",
	  "http://snapshot.example.org/archive/debian-security/20260101T000000Z" },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

/* None expected and none found, or the one expected */
static bool same(const char *found, const char *expected)
{
	return expected ? found && !strcmp(found, expected) : !found;
}

static int one(size_t i)
{
	char dir[] = "/tmp/mirror-test.XXXXXX", sub[64], path[128];
	bool good;
	FILE *f;

	if (!mkdtemp(dir))
		return 2;
	snprintf(sub, sizeof(sub), "%s/sources.list.d", dir);
	mkdir(sub, 0755);
	if (cases[i].file) {
		snprintf(path, sizeof(path), "%s/%s", dir, cases[i].file);
		f = fopen(path, "w");
		if (!f || fputs(cases[i].text, f) < 0 || fclose(f))
			return 2;
	}
	setenv("APT_PRIVATE_ETC", dir, 1);
	unsetenv("DEBIAN_MIRROR");
	unsetenv("DEBIAN_SECURITY_MIRROR");
	good = same(debian_mirror(false), cases[i].mirror) &&
	       same(debian_mirror(true), cases[i].security);
	if (!good)
		printf("# %s and %s\n", debian_mirror(false) ?: "none",
		       debian_mirror(true) ?: "none");
	if (cases[i].file)
		unlink(path);
	rmdir(sub);
	rmdir(dir);
	fflush(stdout);
	return !good;
}

int main(void)
{
	int failed = 0, status;
	size_t i;
	pid_t pid;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%zu\n", CASES + 1);
	for (i = 0; i < CASES; i++) {
		pid = fork();
		if (!pid)
			_exit(one(i));
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			status = 1;
		failed += !!status;
		printf("%sok %zu - mirror: %s\n", status ? "not " : "", i + 1,
		       cases[i].name);
	}
	setenv("DEBIAN_MIRROR", "http://set.example.org/debian", 1);
	status = strcmp(debian_mirror(false), "http://set.example.org/debian");
	printf("%sok %zu - mirror: DEBIAN_MIRROR is obeyed\n",
	       status ? "not " : "", CASES + 1);
	return failed || status;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Get the two tarballs that make up a release's libcap2 source package.
 *
 * By tarball and not by `apt-get source': a package's .dsc can be missing on a
 * mirror while its tarballs are there, and what it would vouch for is in the
 * signed package lists as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcap.h"

#define APT_HELPER "/usr/lib/apt/apt-helper"

struct found {
	char uri[1024], name[256], sum[65];
};

static bool sum_is(const char *path, const char *sum)
{
	const char *const argv[] = { "sha256sum", "--", path, NULL };
	char *text;
	bool same;

	if (access(path, R_OK))
		return false;
	text = output_of(argv);
	same = text && !strncmp(text, sum, 64) && strlen(sum) == 64;
	free(text);
	return same;
}

/* Under a name of its own until it is whole and its sum is right. */
static bool get(const char *uri, const char *dir, const char *name,
		const char *sum, char *out)
{
	char part[PATH_MAX], want[128];
	const char *const argv[] = { APT_HELPER, "-q", "-q",
				     "-oAPT::Sandbox::User=root",
				     "-oAcquire::Retries=3", "download-file",
				     uri, part, want, NULL };

	join(out, "%s/%s", dir, name);
	if (sum_is(out, sum))
		return true;
	make_dirs(dir);
	join(part, "%s/.%s.part", dir, name);
	snprintf(want, sizeof(want), "SHA256:%s", sum);
	unlink(part);
	if (run(NULL, NULL, argv) || !sum_is(part, sum)) {
		unlink(part);
		return false;
	}
	return !rename(part, out);
}

/* "'URI' NAME SIZE SHA256:SUM", as apt-get source --print-uris has it */
static bool parse(char *line, struct found *f)
{
	char *uri, *name, *sum;

	uri = strtok(line, " ");
	name = strtok(NULL, " ");
	strtok(NULL, " ");
	sum = strtok(NULL, " ");
	if (!sum || *uri != '\'' || strncmp(sum, "SHA256:", 7) ||
	    strlen(sum + 7) != 64)
		return false;
	snprintf(f->uri, sizeof(f->uri), "%.*s", (int)strlen(uri) - 2, uri + 1);
	keep(f->name, sizeof(f->name), name);
	keep(f->sum, sizeof(f->sum), sum + 7);
	return !strchr(name, '/');
}

/* What does Debian have today?  Empty names if it cannot be asked. */
static void ask(const struct release *rel, const char *apt, struct found *orig,
		struct found *debian)
{
	const char *const argv[] = { apt, "--suite", rel->suite, "--", "source",
				     "-qq", "--only-source", "--print-uris",
				     "libcap2", NULL };
	char *text = output_of(argv), *next, *line;
	struct found f;

	memset(orig, 0, sizeof(*orig));
	memset(debian, 0, sizeof(*debian));
	for (line = text; line && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (!parse(line, &f))
			continue;
		if (strstr(f.name, ".orig.tar.") && !strstr(f.name, ".asc"))
			*orig = f;
		else if (strstr(f.name, ".debian.tar."))
			*debian = f;
	}
	free(text);
}

static void pinned(const struct release *rel, const char *apt,
		   struct found *orig, struct found *debian)
{
	const char *const argv[] = { apt, "--mirror", NULL };
	char *mirror = output_of(argv);

	if (!mirror)
		die("%s --mirror failed", apt);
	mirror[strcspn(mirror, "\n")] = '\0';
	snprintf(orig->name, sizeof(orig->name), "libcap2_%s.orig.tar.xz",
		 rel->upstream);
	snprintf(debian->name, sizeof(debian->name), "libcap2_%s.debian.tar.xz",
		 strchr(rel->version, ':') ? strchr(rel->version, ':') + 1 :
					     rel->version);
	snprintf(orig->uri, sizeof(orig->uri), "%.500s/pool/main/libc/libcap2/%s",
		 mirror, orig->name);
	snprintf(debian->uri, sizeof(debian->uri),
		 "%.500s/pool/main/libc/libcap2/%s", mirror, debian->name);
	keep(orig->sum, sizeof(orig->sum), rel->orig);
	keep(debian->sum, sizeof(debian->sum), rel->debian);
	free(mirror);
}

void fetch(const struct release *rel, const char *apt, const char *downloads,
	   struct tarballs *out)
{
	struct found orig, debian, now_orig, now_debian;
	bool newer;

	pinned(rel, apt, &orig, &debian);
	ask(rel, apt, &now_orig, &now_debian);
	if (!*now_debian.name)
		say("Debian's package lists cannot be had; trying for the pinned libcap2 %s",
		    rel->version);
	else if (strcmp(now_orig.name, orig.name))
		die("%s has %s now, but the patches are for libcap %s; update libcap-patch/base",
		    rel->suite, now_orig.name, rel->upstream);
	else if (strcmp(now_orig.sum, orig.sum))
		die("Debian's %s is not the pinned one (SHA256 %s, expected %s); find out why before you update libcap-patch/base",
		    orig.name, now_orig.sum, orig.sum);
	else
		orig = now_orig;

	newer = *now_debian.name && strcmp(now_debian.name, debian.name);
	if (!newer && *now_debian.name && strcmp(now_debian.sum, debian.sum))
		die("Debian's %s is not the pinned one (SHA256 %s, expected %s); find out why before you update libcap-patch/base",
		    debian.name, now_debian.sum, debian.sum);
	if (newer) {
		say("notice: taking %s, which is newer than the pinned %s",
		    now_debian.name, rel->version);
		if (get(now_debian.uri, downloads, now_debian.name,
			now_debian.sum, out->debian))
			goto got_debian;
		say("notice: it cannot be downloaded, so the pinned one after all");
	}
	if (*now_debian.name && !newer)
		debian = now_debian;
	if (!get(debian.uri, downloads, debian.name, debian.sum, out->debian))
		die("cannot download %s; check the network, or put the file into %s",
		    debian.uri, downloads);
got_debian:
	if (!get(orig.uri, downloads, orig.name, orig.sum, out->orig))
		die("cannot download %s; check the network, or put the file into %s",
		    orig.uri, downloads);
}

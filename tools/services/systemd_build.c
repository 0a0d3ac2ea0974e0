// SPDX-License-Identifier: GPL-2.0
/*
 * systemd-build - build systemd's shared library where CAP_TRACING has a name
 *
 * systemd's table of capabilities is made from <linux/capability.h> when it is
 * built, and is part of the library that all its programs share.  So Debian's
 * source package of the version that the image has is built unpatched, with
 * the kernel's own header in place, as far as that library.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcap.h"

static const char *apt, *build, *header, *jobs;
static char version[64], tree[PATH_MAX], out[PATH_MAX], log_file[PATH_MAX];

/* "systemd VERSION", a line of the list of what the image has */
static void find_version(void)
{
	char path[PATH_MAX], *text, *at;

	join(path, "%s/images/debian.packages", build);
	text = read_all(path, NULL);
	at = text ? strstr(text, "\nsystemd ") : NULL;
	if (!at)
		die("%s does not name the image's systemd; run `make image'",
		    path);
	at += strlen("\nsystemd ");
	at[strcspn(at, "\n")] = '\0';
	keep(version, sizeof(version), at);
	free(text);
}

/* What was built, from which header */
static char *wanted(void)
{
	char *text = read_all(header, NULL), *mark;

	if (!text || !strstr(text, "CAP_TRACING"))
		die("%s is not the patched kernel's; run `make selftests'",
		    header);
	if (asprintf(&mark, "systemd %s\n%s", version, text) < 0)
		die("out of memory");
	free(text);
	return mark;
}

static void must(const char *dir, const char *what, const char *const argv[])
{
	if (run(dir, log_file, argv))
		die("%s; the reason is at the end of %s", what, log_file);
}

#define MUST(dir, what, ...) \
	must(dir, what, (const char *const[]){ __VA_ARGS__, NULL })

static void clean(void)
{
	char source[PATH_MAX], made[PATH_MAX];

	join(source, "%s/src", tree);
	join(made, "%s/build", tree);
	MUST(NULL, "cannot remove the last build", "rm", "-rf", source, made);
}

static void unpack(void)
{
	char dir[PATH_MAX], name[128], dsc[PATH_MAX], source[PATH_MAX];

	join(dir, "%s/downloads/systemd", build);
	make_dirs(dir);
	snprintf(name, sizeof(name), "systemd=%s", version);
	MUST(dir, "Debian does not have the source of the image's systemd; try `make image' first, then again",
	     apt, "--suite", "trixie", "--", "source", "-qq", "--only-source",
	     "--download-only", name);
	join(dsc, "%s/systemd_%s.dsc", dir, version);
	join(source, "%s/src", tree);
	clean();
	MUST(NULL, "cannot unpack the source package", "dpkg-source",
	     "--no-check", "-x", dsc, source);
}

static void compile(void)
{
	char tag[128], shared[128], library[PATH_MAX], place[PATH_MAX];
	char part[PATH_MAX], done[PATH_MAX];

	join(place, "%s/usr/include/linux/capability.h", tree);
	MUST(NULL, "cannot put the header in place", "cp", header, place);
	snprintf(tag, sizeof(tag), "-Dversion-tag=%s", version);
	snprintf(shared, sizeof(shared), "-Dshared-lib-tag=%s", version);
	join(library, "src/shared/libsystemd-shared-%s.so", version);
	/* As debian/rules has it where that decides what the library exports */
	MUST(NULL, "meson failed", "chroot", tree, "meson", "setup",
	     "/build", "/src", "--buildtype=plain", "-Dc_args=-O1",
	     "-Dmode=release", tag, shared, "-Dstatic-libsystemd=true",
	     "-Dbpf-framework=enabled", "-Dbpf-compiler=clang",
	     "-Dvmlinux-h=disabled", "-Dselinux=enabled",
	     "-Dcryptolib=openssl", "-Dgnutls=disabled", "-Dxkbcommon=disabled",
	     "-Dvconsole=false", "-Dutmp=false", "-Dtty-mode=0600",
	     "-Dsystem-uid-max=999", "-Dsystem-gid-max=999",
	     "-Dnobody-group=nogroup", "-Dsysvinit-path=/etc/init.d",
	     "-Dsysvrcnd-path=/etc", "-Dman=disabled", "-Dtests=false",
	     "-Dinstall-tests=false", "-Dbootloader=disabled",
	     "-Dukify=disabled", "-Dtranslations=false");
	MUST(NULL, "ninja failed", "chroot", tree, "ninja", "-j", jobs, "-C",
	     "/build", library);
	join(done, "%s/build/%s", tree, library);
	join(part, "%s/.part", out);
	join(place, "%s/libsystemd-shared.so", out);
	MUST(NULL, "cannot keep the library", "strip", "-o", part, done);
	if (rename(part, place))
		die("cannot write %s", place);
}

int main(int argc, char **argv)
{
	char stamp[PATH_MAX], *is, *want;

	self = "systemd";
	if (argc != 5) {
		fputs("usage: systemd-build APT-PRIVATE BUILD HEADER JOBS\n",
		      stderr);
		return 2;
	}
	apt = argv[1];
	build = argv[2];
	header = argv[3];
	jobs = argv[4];
	join(tree, "%s/images/systemd.tree", build);
	join(out, "%s/systemd", build);
	join(log_file, "%s/build.log", out);
	join(stamp, "%s/stamp", out);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	find_version();
	want = wanted();
	is = read_all(stamp, NULL);
	if (is && !strcmp(is, want))
		return 0;
	make_dirs(out);
	unlink(stamp);
	unlink(log_file);
	say("building the shared library of systemd %s (a minute or two; log: %s)",
	    version, log_file);
	unpack();
	compile();
	clean();
	write_all(stamp, want);
	say("%s/libsystemd-shared.so is ready", out);
	return 0;
}

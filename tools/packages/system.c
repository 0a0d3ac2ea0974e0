// SPDX-License-Identifier: GPL-2.0
/* The system that packages come to, and whether they leave it as it was. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packages.h"

int sh(const char *fmt, ...)
{
	char *command;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&command, fmt, ap) < 0)
		abort();
	va_end(ap);
	run("sh", "-c", command, NULL);
	free(command);
	return res.status;
}

void must(const char *fmt, ...)
{
	char *command;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&command, fmt, ap) < 0)
		abort();
	va_end(ap);
	if (run("sh", "-c", command, NULL)) {
		ok(false, "prepared: %s", command);
		note("it said", res.out);
	}
	free(command);
}

#define APT \
	"apt libapt-pkg7.0 sqv debian-archive-keyring libxxhash0 liblz4-1"

/*
 * The image is Debian's but for libcap, which is ours, and for what was left
 * out: documentation, and apt.  Nobody is there to answer questions.
 */
void stock_debian(void)
{
	must("tar -C /srv -xf /run/vm/bin/packages.tar");
	must("rm -f /etc/dpkg/dpkg.cfg.d/99mmdebstrap");
	must("cd " DEBIANS " && dpkg -i libcap-ng*.deb $(for p in " APT "; do echo ${p}_*.deb; done)");
	must("echo 'deb [trusted=yes] file:" DEBIANS " ./' >/etc/apt/sources.list");
	must("echo 'APT::Get::Assume-Yes \"true\";' >/etc/apt/apt.conf.d/90answers");
	must("mkdir -p /var/cache/apt/archives/partial /var/lib/apt/lists/partial");
	setenv("DEBIAN_FRONTEND", "noninteractive", 1);
	must("apt-get -q update");
	must("apt-get -q install --allow-downgrades libcap2/trixie libcap2-bin/trixie libpam-cap/trixie");
	version_is("libcap2", false);
	names_are(false);
}

void remember(const char *file)
{
	must("{ find / -xdev \\( -path /proc -o -path /sys -o -path /dev"
	     " -o -path /run -o -path /tmp -o -path /srv -o -path /var/lib/dpkg"
	     " -o -path /var/lib/apt -o -path /var/cache -o -path /var/log"
	     " -o -path /var/tmp -o -path /home -o -path /root"
	     " -o -path '*/.updated' -o -path /etc/machine-id"
	     /* a boot makes it */
	     " -o -path /var/lib/dbus/machine-id"
	     /* systemd's own, not what packages enable there */
	     " -o -path '/var/lib/systemd/[!d]*'"
	     " \\) -prune -o -printf '%%p %%y %%m %%u:%%g %%l\\n';"
	     " find /etc/pam.d /etc/security /etc/systemd -type f -exec sha256sum {} +; }"
	     " | sort >%s", file);
}

void as_in(const char *file, const char *what)
{
	remember("/tmp/now");
	sh("diff %s /tmp/now", file);
	ok(!res.status, "%s: all files are as before, and no others are there",
	   what);
	note("the difference", res.out);
}

void dpkg_is_quiet(const char *packages)
{
	sh("dpkg --audit");
	ok(!res.status && said_just(""), "dpkg --audit is quiet");
	note("it said", res.out);
	if (!*packages)
		return;
	sh("dpkg -V %s", packages);
	ok(!res.status && said_just(""), "dpkg -V is quiet: %s", packages);
	note("it said", res.out);
}

void version_is(const char *package, bool ours)
{
	run("dpkg-query", "-W", "-f=${db:Status-Abbrev}${Version}\n", package,
	    NULL);
	ok(!strncmp(res.out, "ii ", 3) && said("+capsplit") == ours,
	   "%s is installed, %s", package, ours ? "ours" : "Debian's");
	note("it said", res.out);
}

#define FILE_CAPS	"/usr/local/bin/packages-true"
#define SETPRIV \
	"setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", \
	"--inh-caps=+bpf,+tracing", "--ambient-caps=+bpf,+tracing", \
	"grep", "^Cap", "/proc/self/status", NULL

void names_are(bool known)
{
	must("cp /bin/true " FILE_CAPS);
	run("setcap", "cap_bpf,cap_tracing=ep", FILE_CAPS, NULL);
	ok(!res.status == known && (!known || xattr_right(FILE_CAPS)),
	   "setcap %s the name", known ? "takes" : "does not know");
	note("it said", res.out);
	must("setcap cap_bpf,41=ep " FILE_CAPS);
	run("getcap", FILE_CAPS, NULL);
	ok(said("cap_tracing") == known, "getcap %s it",
	   known ? "shows" : "does not show");
	note("it said", res.out);
	run("filecap", FILE_CAPS, NULL);
	ok(said("tracing") == known, "filecap %s it",
	   known ? "shows" : "does not show");
	note("it said", res.out);
	run("filecap", FILE_CAPS, "bpf", "tracing", NULL);
	ok(!res.status == known && (!known || xattr_right(FILE_CAPS)),
	   "filecap %s it", known ? "takes" : "does not take");
	note("it said", res.out);
	run(SETPRIV);
	ok(!res.status == known && (!known || status_line("CapAmb", MASK_TEXT)),
	   "setpriv %s it", known ? "takes" : "does not take");
	note("it said", res.out);
	must("rm " FILE_CAPS);
}

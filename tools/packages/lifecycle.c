// SPDX-License-Identifier: GPL-2.0
/* Install, upgrade, remove, purge, and back to Debian's, without the kernel. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packages.h"

#define CONF	"/etc/security/capsplit.conf"
#define UNIT	"capsplit-trace.service"
#define LIBS	"libcap2 libcap2-bin libpam-cap libcap-ng0 libcap-ng-utils"

static void all_versions(bool ours)
{
	char names[] = LIBS;

	for (char *n = strtok(names, " "); n; n = strtok(NULL, " "))
		version_is(n, ours);
}

static void upgrade(void)
{
	run("dpkg", "-i", OLD "/capsplit_0_amd64.deb", NULL);
	exits(0, "an older capsplit installs on stock Debian");
	sh("grep -q older " CONF);
	exits(0, "... with its configuration");
	sh("apt-get -q install $(ls " OURS "/*.deb | grep -v linux-image)");
	exits(0, "all packages but the kernel upgrade and install");
	all_versions(true);
	names_are(true);
	sh("! grep -q older " CONF " && grep -q @tracers " CONF);
	exits(0, "a configuration that nobody changed is the new one");
	dpkg_is_quiet("capsplit capsplit-perf " LIBS);
	sh("apt-get -q -s upgrade | grep '^Inst'");
	ok(res.status, "apt does not want to put Debian's over ours");
	note("it said", res.out);

	must("echo '# mine' >>" CONF);
	sh("dpkg -i " OURS "/capsplit_1*.deb </dev/null");
	exits(0, "installing again asks nothing");
	sh("grep -q mine " CONF);
	exits(0, "... and keeps what the administrator wrote");
}

static void content(void)
{
	sh("systemctl is-enabled " UNIT);
	ok(said_just("disabled\n"), "the sample unit is not enabled");
	note("it said", res.out);
	sh("systemd-analyze verify " UNIT);
	ok(!res.status && said_just(""), "systemd finds no fault with it");
	note("it said", res.out);
	sh("f=$(sed -n 's/^Documentation=file://p' /usr/lib/systemd/system/" UNIT "); test -s \"$f\"");
	exits(0, "the page that it names is there");
	sh("getent group tracers && getent passwd capsplit-trace");
	exits(0, "group and user are made");
	sh("zgrep -q CAP_TRACING /usr/share/man/man7/cap_tracing.7.gz");
	exits(0, "the manual's entry is there");
	run("capsplit-perf", "version", NULL);
	ok(!res.status && said("perf version"), "capsplit-perf runs");
	note("it said", res.out);
	sh("test -x /usr/bin/perf && dpkg -S /usr/bin/perf | grep -q linux-perf");
	exits(0, "... and /usr/bin/perf is Debian's");
	sh("grep -rq capsplit /etc/pam.d");
	ok(res.status, "nobody's login has changed");
	run("pam-auth-update", "--enable", "capsplit", NULL);
	exits(0, "pam-auth-update --enable capsplit");
	sh("grep 'pam_cap.so keepcaps defer config=" CONF "' /etc/pam.d/common-auth");
	exits(0, "... asks pam_cap for our configuration");
}

static void leave(void)
{
	must("mkdir -p /var/lib/capsplit-trace && touch /var/lib/capsplit-trace/trace.dat");
	sh("apt-get -q remove capsplit capsplit-perf");
	exits(0, "remove");
	sh("grep -rq capsplit /etc/pam.d");
	ok(res.status, "... takes pam_cap's line away");
	sh("grep -q mine " CONF);
	exits(0, "... keeps the configuration");
	sh("test -e /var/lib/capsplit-trace/trace.dat");
	exits(0, "... and what was recorded");
	sh("apt-get -q purge capsplit capsplit-perf");
	exits(0, "purge");
	run("dpkg-query", "-W", "-f=${db:Status-Abbrev}", "capsplit",
	    "capsplit-perf", NULL);
	ok(res.status && !said("rc") && !said("ii"),
	   "... and dpkg knows nothing of them");
	note("it said", res.out);
	sh("apt-get -q install --allow-downgrades libcap2/trixie libcap2-bin/trixie libpam-cap/trixie");
	exits(0, "Debian's libcap comes back from Debian's archive");
	sh("dpkg -i " DEBIANS "/libcap-ng*.deb");
	exits(0, "Debian's libcap-ng comes back from its files");
	all_versions(false);
	names_are(false);
	dpkg_is_quiet(LIBS);
}

static void headers(void)
{
#define HEADER "/usr/include/linux/capability.h"
	sh("dpkg -i " DEBIANS "/linux-libc-dev_*.deb && dpkg -i " OURS "/dev/linux-libc-dev_*.deb");
	exits(0, "linux-libc-dev goes over Debian's");
	sh("grep '^#define CAP_TRACING\t*41$' " HEADER " && grep 'CAP_LAST_CAP.*CAP_TRACING' " HEADER);
	exits(0, "... and defines CAP_TRACING");
	dpkg_is_quiet("linux-libc-dev");
	sh("apt-get -q install --allow-downgrades linux-libc-dev/trixie");
	exits(0, "Debian's comes back");
	sh("grep -q CAP_TRACING " HEADER);
	ok(res.status, "... and does not define it");
	dpkg_is_quiet("linux-libc-dev");
	must("apt-get -q purge linux-libc-dev");
}

void lifecycle(void)
{
	version = "lifecycle";
	stock_debian();
	remember("/tmp/before");
	upgrade();
	content();
	leave();
	headers();
	as_in("/tmp/before", "after all that");
}

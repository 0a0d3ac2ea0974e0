// SPDX-License-Identifier: GPL-2.0
/* A machine whose administrator follows the page: before and after reboot */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packages.h"

#define GET	"From stock Debian to a tracing user"
#define LOOK	"What alice has now"
#define BACK	"And back"
#define BEFORE	"/srv/before"
#define IMAGE	"/boot/vmlinuz-*-capsplit"
#define INITRD	"/boot/initrd.img-*-capsplit"
#define NOTHING	"0000000000000000"

/* What runs us again in the machine that the installed kernel boots */
static const char unit[] =
	"[Unit]\n"
	"After=multi-user.target\n"
	"SuccessAction=reboot-force\n"
	"FailureAction=reboot-force\n"
	"[Service]\n"
	"Type=oneshot\n"
	"ExecStart=/bin/sh -c 'exec /srv/packages-guest booted >/dev/vport0p1 2>&1'\n";

static void stay(void)
{
	FILE *f = fopen("/srv/packages-test.service", "w");

	if (f) {
		fputs(unit, f);
		fclose(f);
	}
	must("cp /run/vm/bin/packages-guest /srv/"
	     " && mkdir -p /etc/systemd/system/multi-user.target.wants"
	     " && cp /srv/packages-test.service /etc/systemd/system/"
	     " && ln -s ../packages-test.service"
	     "    /etc/systemd/system/multi-user.target.wants/");
}

void install(void)
{
	version = "install";
	stock_debian();
	must("cp /run/vm/bin/install.rst " PAGE);
	must("printf 'alice:secret-a\\nbob:secret-b\\n' | chpasswd");
	/* a machine has this, and the image for guests has not */
	must("apt-get -q install initramfs-tools");
	stay();
	remember(BEFORE);

	ok(follow(GET, false) == 3, "those were the commands before the reboot");
	sh("test -s " IMAGE " && test -s " INITRD);
	exits(0, "kernel and initramfs are in /boot");
	sh("lsinitramfs " INITRD " | grep virtio_blk");
	exits(0, "the disk's module is in the initramfs");
	note("it said", res.out);
	dpkg_is_quiet("capsplit $(dpkg-query -W -f '${Package} ' 'linux-image-*-capsplit')");
}

static void kernel(void)
{
	sh("dpkg-query -W -f '${db:Status-Abbrev}${Package}\\n' linux-image-$(uname -r)");
	ok(!res.status && said("ii ") && said("-capsplit\n"),
	   "runs the kernel of its package");
	note("it said", res.out);
	run("cat", "/proc/sys/kernel/cap_last_cap", NULL);
	ok(said_just("41\n"), "cap_last_cap is 41");
	note("it said", res.out);
	sh("grep -q '^virtio_blk ' /proc/modules && test $(findmnt -no SOURCE /) = /dev/vda");
	exits(0, "the root disk came by a module from the initramfs");
}

static void users(void)
{
	logged_in("alice", "grep ^Cap /proc/self/status");
	ok(status_line("CapEff", MASK_TEXT) && status_line("CapPrm", MASK_TEXT) &&
	   status_line("CapAmb", MASK_TEXT),
	   "alice holds CAP_BPF and CAP_TRACING");
	note("it said", res.out);
	logged_in("alice", "cat /etc/shadow");
	ok(res.status && said("Permission denied"),
	   "alice does not read /etc/shadow");
	note("it said", res.out);
	logged_in("bob", "grep ^Cap /proc/self/status");
	ok(status_line("CapEff", NOTHING) && status_line("CapPrm", NOTHING) &&
	   status_line("CapInh", NOTHING) && status_line("CapAmb", NOTHING),
	   "bob holds nothing");
	note("it said", res.out);
	logged_in("bob", "capsplit-perf stat -a true");
	ok(res.status && *res.out, "bob does not count on all CPUs");
	note("it said", res.out);
}

static void back(void)
{
	ok(follow(BACK, false) >= 3, "those were the commands of the way back");
	version_is("libcap2", false);
	version_is("libcap-ng0", false);
	names_are(false);
	logged_in("alice", "grep ^Cap /proc/self/status");
	ok(status_line("CapEff", NOTHING) && status_line("CapInh", NOTHING),
	   "alice holds nothing");
	note("it said", res.out);
	sh("dpkg-query -W -f '${Package} ${Version}\\n' | grep capsplit");
	ok(said_just(""), "no package of ours is left");
	note("it said", res.out);
	dpkg_is_quiet("");
	as_in(BEFORE, "after the way back");
}

void booted(void)
{
	version = "booted";
	setenv("DEBIAN_FRONTEND", "noninteractive", 1);
	kernel();
	ok(follow(GET, true) > 0, "those were the commands after the reboot");
	users();
	ok(follow(LOOK, false) > 0, "those were the commands that look");
	back();
}

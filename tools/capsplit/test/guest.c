// SPDX-License-Identifier: GPL-2.0
/*
 * capsplit-guest - capsplit on the stock and on the patched kernel
 *
 * Runs as root in the Debian guest; the commands run as alice.  With other
 * arguments it is what capsplit watches: see guest_deeds.c.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "guest.h"

bool patched;

struct json_object *json_of(int uid, const char *fmt, ...)
{
	char *command = NULL, *whole, *all;
	struct json_object *o;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&command, fmt, ap) < 0)
		abort();
	va_end(ap);
	/* It may be more than res.out takes */
	unlink("/tmp/out");
	whole = path_of("cd " HOME "; %s 2>/tmp/err >/tmp/out", command);
	as_uid(uid, "sh", "-c", whole, NULL);
	all = slurp("/tmp/out");
	o = json_tokener_parse(all ?: "");
	/* Belongs to who wrote it: make way for the next */
	unlink("/tmp/out");
	if (!o) {
		free(all);
		all = slurp("/tmp/err");
		printf("# %s printed no JSON:\n# %s\n", command, all ?: "");
	}
	unlink("/tmp/err");
	free(all);
	free(whole);
	free(command);
	return o;
}

void sysctl(const char *name, int value)
{
	sh("echo %d >/proc/sys/kernel/%s", value, name);
	if (!res.status)
		return;
	printf("Bail out! cannot set kernel.%s\n", name);
	exit(1);
}

/* A program of root's to be listed, and places for alice's */
static bool prepare(void)
{
	mkdir("/opt/observer", 0755);
	mkdir("/run/roots", 0700);
	mkdir(HOME "/pins", 0700);
	sh("mount -t bpf -o mode=0700 bpf /run/roots && "
	   "mount -t bpf -o uid=1000,mode=0700 bpf " HOME "/pins && "
	   "bpftool prog load /run/vm/bin/raw_tp.bpf.o /run/roots/p autoattach && "
	   "cp " CAPSPLIT " " OBSERVER);
	if (!res.status)
		sh("setcap %s+ep " OBSERVER,
		   patched ? "cap_bpf,41" : "cap_bpf,cap_perfmon");
	if (res.status)
		printf("Bail out! cannot prepare: %s\n", res.out);
	return !res.status;
}

static const struct {
	const char *name;
	void (*run)(void);
} part[] = {
	{ "lib", guest_lib }, { "token", guest_token },
	{ "libbpf", guest_libbpf },
	{ "policy", guest_policy }, { "ns", guest_ns },
	{ "crowd", guest_crowd }, { "why", guest_why },
	{ "watching", guest_watching }, { "check", guest_check },
};

static bool wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 2; i < argc && strcmp(argv[i], name); i++)
		;
	return argc == 2 || i < argc;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc > 2 && strcmp(argv[1], "patched") && strcmp(argv[1], "stock"))
		return deed(argc - 1, argv + 1);
	if (argc < 2 || geteuid()) {
		fputs("usage, as root: capsplit-guest patched|stock [PART]...\n"
		      "                capsplit-guest DEED NUMBER\n", stderr);
		return 2;
	}
	patched = !strcmp(argv[1], "patched");
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	tap_begin();
	about = "capsplit on ";
	version = argv[1];
	if (!prepare())
		return 1;
	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		if (wanted(part[i].name, argc, argv))
			part[i].run();
	}
	return tap_end();
}

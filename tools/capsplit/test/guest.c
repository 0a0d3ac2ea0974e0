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

int sh(const char *fmt, ...)
{
	char *command = NULL;
	va_list ap;
	int status;

	va_start(ap, fmt);
	if (vasprintf(&command, fmt, ap) < 0)
		abort();
	va_end(ap);
	status = run("sh", "-c", command, NULL);
	free(command);
	return status;
}

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

struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

const char *text(struct json_object *o, const char *key)
{
	return json_object_get_string(get(o, key)) ?: "";
}

long number(struct json_object *o, const char *key)
{
	return json_object_get_int64(get(o, key));
}

char *joined(struct json_object *list)
{
	char *all = path_of("%s", ""), *longer;
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++) {
		longer = path_of("%s%s%s", all, i ? "," : "",
				 json_object_get_string(
					 json_object_array_get_idx(list, i)));
		free(all);
		all = longer;
	}
	return all;
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

int main(int argc, char **argv)
{
	if (argc > 2)
		return deed(argc - 1, argv + 1);
	if (argc != 2 || geteuid() ||
	    (strcmp(argv[1], "patched") && strcmp(argv[1], "stock"))) {
		fputs("usage, as root: capsplit-guest patched|stock\n"
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
	guest_why();
	guest_watching();
	guest_check();
	return tap_end();
}

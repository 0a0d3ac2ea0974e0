// SPDX-License-Identifier: GPL-2.0
/*
 * packages-guest - our packages on Debian 13
 *
 * Runs as root in the Debian guest: "lifecycle" without the kernel; "install"
 * follows the page for administrators on a disk that stays, and "booted" goes
 * on with the installed kernel, see boot.c.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "packages.h"

static const struct {
	const char *name;
	void (*run)(void);
} part[] = {
	{ "lifecycle", lifecycle }, { "install", install }, { "booted", booted },
};

#define PARTS (sizeof(part) / sizeof(part[0]))

int main(int argc, char **argv)
{
	size_t k;

	for (k = 0; argc == 2 && k < PARTS; k++) {
		if (!strcmp(part[k].name, argv[1]))
			break;
	}
	if (argc != 2 || k == PARTS || geteuid()) {
		fputs("usage: packages-guest lifecycle|install|booted, as root\n",
		      stderr);
		return 2;
	}
	about = "";
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	tap_begin();
	part[k].run();
	return tap_end();
}

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_RECIPE_H
#define CAPSPLIT_RECIPE_H

#include <stddef.h>

#define MAX_USERS 16
#define MAX_FILECAPS 64

struct recipe {
	char *text;		/* as read, for the fingerprint */
	char suite[32];
	char size[32];
	char packages[4096];	/* comma separated */
	char bin[256];
	char group[32];		/* who may use what is there; "": everyone */
	struct {
		char name[32];
		unsigned int uid;
	} user[MAX_USERS];
	size_t users;
	struct {
		char caps[128];
		char file[256];
	} filecap[MAX_FILECAPS];
	size_t filecaps;
};

/* Stops the program with one sentence if the recipe makes no sense. */
void recipe_read(struct recipe *r, const char *path);

void die(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

#endif

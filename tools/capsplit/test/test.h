/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TEST_H
#define CAPSPLIT_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "check.h"

extern const char *program;	/* the capsplit under test */

/* Runs "@program FMT" by the shell, @program being $C; both outputs are kept */
int sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * schema.c: is @text, what --json printed, one object that fits the schema of
 * its command?  Says why not.
 */
struct json_object;
void schema_load(const char *path);
struct json_object *schema_fits(const char *which, const char *text);

/* sync.c: help, manual page and completions name the same options */
void sync_tests(const char *man, const char *bash, const char *zsh);

/* The commands that --help names; how many */
size_t commands(char *names[], size_t max);

#endif

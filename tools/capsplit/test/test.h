/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TEST_H
#define CAPSPLIT_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <json-c/json.h>

#include "check.h"

/* common.c: runs a command by the shell; both outputs are kept */
int sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

struct json_object *get(struct json_object *o, const char *key);
const char *text(struct json_object *o, const char *key);
long number(struct json_object *o, const char *key);
char *joined(struct json_object *list);		/* "cap_bpf,cap_tracing" */
/* Of such a list: all but one, and how many there are */
char *without(const char *list, size_t which);
size_t words(const char *list);

/* host.c: the capsplit under test, $C for the shell */
extern const char *program;

/*
 * schema.c: is @text, what --json printed, one object that fits the schema of
 * its command?  Says why not.
 */
void schema_load(const char *path);
struct json_object *schema_fits(const char *which, const char *text);

/* sync.c: help, manual page and completions name the same options */
void sync_tests(const char *man, const char *bash, const char *zsh);

/* The commands that --help names; how many */
size_t commands(char *names[], size_t max);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* BPF tokens: opening, naming and showing them. */
#ifndef CAPSPLIT_TOKEN_H
#define CAPSPLIT_TOKEN_H

#include <capsplit.h>

#include "capsplit.h"

enum mask { MASK_CMDS, MASK_MAPS, MASK_PROGS, MASK_ATTACHS, NR_MASKS };

/* token_mask.c: what a token allows, by the names of linux/bpf.h */
extern const char *const mask_key[NR_MASKS];	/* "commands" */
uint64_t mask_all(enum mask m);			/* that this program knows */
/* "all", "none", names and numbers; false: @bad is no such thing */
bool mask_parse(enum mask m, const char *list, uint64_t *mask, char **bad);
char *mask_text(enum mask m, uint64_t mask);
struct json_object *mask_json(enum mask m, uint64_t mask);

/* token_open.c: each ends the program with a sentence where it cannot be */
/* A pinned one, a device, or /proc/PID/fd/N of somebody whom one may trace */
int token_open(const char *path);
int token_open_dev(const char *name);
void token_die(int err, const char *what) __attribute__((noreturn));

/* What /proc/PID/fdinfo/FD says of a token; false: it is not one */
bool token_fdinfo(const char *path, struct capsplit_token_info *info);
void token_print(const char *name, const struct capsplit_token_info *info);
struct json_object *token_json(const char *name,
			       const struct capsplit_token_info *info);

#endif

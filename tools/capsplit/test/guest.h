/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TEST_GUEST_H
#define CAPSPLIT_TEST_GUEST_H

#include "test.h"

#define ALICE		1000
#define SELF		"/run/vm/bin/capsplit-guest"
#define CAPSPLIT	"/run/vm/bin/capsplit"
/* A copy with the capabilities that watching takes */
#define OBSERVER	"/opt/observer/capsplit"
#define HOME		"/home/alice"

extern bool patched;		/* which kernel this is */

/* The JSON that a shell's command prints on stdout; NULL */
struct json_object *json_of(int uid, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void sysctl(const char *name, int value);

/* The parts */
void guest_why(void);
void guest_watching(void);
void guest_check(void);
void guest_lib(void);
void guest_token(void);
void guest_libbpf(void);
void guest_policy(void);
void guest_ns(void);
void guest_crowd(void);

/* In a list of objects, the one with this "name"; NULL */
struct json_object *entry(struct json_object *list, const char *name);
/* The same with another key than that */
struct json_object *entry_with(struct json_object *list, const char *key,
			       const char *value);

/* guest_deeds.c: what the watched programs do; the exit status */
int deed(int argc, char **argv);
/* guest_lib.c: loads a program that takes cap_bpf; 0 or errno */
int bpf_load(void);

#endif

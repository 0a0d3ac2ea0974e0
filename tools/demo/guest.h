/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_DEMO_GUEST_H
#define CAPSPLIT_DEMO_GUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "cases.h"

#define ALICE 1000
#define BOB 1001
#define ALICE_HOME "/home/alice"
#define TRACING "/sys/kernel/tracing"
#define TOOLS "/opt/capsplit/bin/"	/* copies with file capabilities */
#define MINE "/run/vm/bin/"		/* what the host added */
#define PINS "/sys/fs/bpf/demo"

/* A command that was run: its status as a shell has it, and all it printed. */
struct output {
	int status;
	char *text;
	size_t len;
};

/*
 * As uid UID with no capabilities but what the file has (root keeps all of
 * them).  INPUT goes to its standard input.  124 if it took too long.
 */
struct output run_as(uid_t uid, const char *input, const char *const argv[]);
void output_free(struct output *out);

#define run(uid, ...) \
	run_as(uid, NULL, (const char *const[]){ __VA_ARGS__, NULL })
#define run_with(uid, input, ...) \
	run_as(uid, input, (const char *const[]){ __VA_ARGS__, NULL })

/* A line for the case's log. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

bool says_refused(const struct output *out);
bool write_file(const char *path, const char *text);
bool file_has(const char *path, const char *text);
/*
 * The counter of a program of ours whose map is pinned there, after a while if
 * it does not count; -1: no such map.
 */
long long hits_in(const char *map_path);

/* Processes to look at: bob's busy one, and root's. */
void workers_start(void);
void workers_stop(void);
bool root_daemon_alive(void);
bool root_daemon_again(void);
int demo_root_work(int n);

enum verdict case_sees(const char *id);		/* UNKNOWN: not one of these */
enum verdict case_never(const char *id);

#endif

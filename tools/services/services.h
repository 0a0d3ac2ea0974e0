/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_SERVICES_H
#define CAPSPLIT_SERVICES_H

#include <stddef.h>
#include <sys/types.h>

#include "check.h"

#define NONE		"0000000000000000"
#define ALL		"000003ffffffffff"
#define BPF_ONLY	"0000008000000000"
#define ALICE		1000
#define BOB		1001
#define DAEMON		1
#define SELF		"/run/vm/bin/services-guest"

/*
 * probe.c: what the process that runs it may see and may do to others, a line
 * each.  @pids are processes that are not its own.
 */
int probe(char *const pids[]);
/* The command line that probes with the processes of root and of daemon. */
extern const char *probe_command;
/* The last run was of the probe: how it got there begins the tests' names. */
void is_observer(const char *how);
void is_nobody(const char *how);
/* One line of its answer, such as "open-tracefs", is "yes". */
bool may(const char *what);

/* terminal.c: a program on a pseudo-terminal, and what is typed at which prompt */
struct typed {
	const char *prompt, *answer;
};
int on_terminal(uid_t uid, const struct typed *typed, size_t n,
		const char *word, ...) __attribute__((sentinel));

/* units.c: a unit that runs @command with @lines in it, and what that printed */
#define UNIT_DIR	"/run/systemd/system"
void unit_write(const char *name, const char *lines, const char *command);
void unit_output(const char *name);
/* The same for one unit, which is started; the status is systemctl's */
int in_unit(const char *lines, const char *command);

/* Writes a file, or ends the program with a sentence. */
void write_file(const char *path, const char *text);

/* The parts */
void units(void);
void fences(void);
void sample(void);
void logins(void);
void containers(void);
void names(void);
void stock(void);

#endif

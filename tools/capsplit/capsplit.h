/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of capsplit share: its command line, its output and its
 * knowledge of capabilities and of the running kernel.
 */
#ifndef CAPSPLIT_H
#define CAPSPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#define CAPSPLIT_VERSION	"0.1"
/* Of the JSON output: raised when something that is there changes */
#define CAPSPLIT_ABI		1

enum status {
	DONE = 0, REFUSED = 1, USAGE = 2, UNSUPPORTED = 3,
	NOT_EXECUTABLE = 126, NOT_FOUND = 127,	/* as env(1) has it */
};

/* cli.c: one table of options per command, for getopt, the help and the tests */
struct cli_option {
	int id;			/* the letter, or OPT_* where there is none */
	const char *name;
	const char *arg;	/* NULL: takes none; "[FILE]": may have one */
	const char *help;
};

enum {
	OPT_CAPS = 256, OPT_USER, OPT_PID, OPT_FILE, OPT_PROBE, OPT_USERNS,
	OPT_ASSUME, OPT_NEW_PRIVS, OPT_GRANTED, OPT_ALL, OPT_DIR,
	OPT_UNIT_DIR, OPT_VERSION, OPT_FAILED, OPT_TOKEN, OPT_DEV, OPT_CMDS,
	OPT_MAPS, OPT_PROGS, OPT_ATTACHS, OPT_CGROUP, OPT_ANCESTOR, OPT_BPF,
};

struct cli_command {
	const char *name;
	const char *synopsis;	/* what follows the name */
	const char *what;
	const struct cli_option *options;
	size_t nr_options;
	const char *more;	/* ends the help */
	int (*run)(const struct cli_command *c, int argc, char **argv);
};

extern const struct cli_command cmd_run, cmd_check, cmd_why, cmd_who, cmd_token,
	cmd_ns, cmd_unshare, cmd_enter;
extern bool json_wanted;
extern const char *cli_name;		/* "capsplit", or "capsplit run" */

/* getopt_long() with the command's table; 0 at the end, exits where it must */
int cli_next(const struct cli_command *c, int argc, char **argv);
void cli_help(const struct cli_command *c);
/* One sentence on stderr, and as an object with --json; ends the program */
void die(enum status status, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* The same, and where to read how it is used */
void die_usage(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
long cli_number(const char *what, const char *text, long min, long max);
/* Capabilities of a file of our own are not handed on: see capsplit(1) */
bool cli_privileged_file(void);

/* out.c: text that cannot be taken for something else, colours, JSON */
void out_begin(void);			/* sane descriptors, checks at exit */
/* A copy in which nothing controls a terminal or ends a line */
char *out_safe(const char *text);
/* For text on stdout: "" unless that is a terminal */
const char *out_good(void), *out_bad(void), *out_dim(void), *out_end(void);
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *must(void *pointer);		/* ends the program if it is NULL */

struct json_object;
struct json_object *js_begin(void);	/* with "abi" and "command" */
void js_print(struct json_object *o);	/* and frees it */
struct json_object *js_text(const char *text);	/* NULL becomes null */
struct json_object *js_caps(uint64_t caps);	/* an array of names */
void js_set(struct json_object *o, const char *key, struct json_object *v);

/* caps.c */
#define CAP_BIT(n)	(1ULL << (n))
enum {
	NR_DAC_OVERRIDE = 1, NR_DAC_READ_SEARCH = 2, NR_SETGID = 6,
	NR_SETUID = 7, NR_SETPCAP = 8, NR_NET_ADMIN = 12, NR_SYS_PTRACE = 19,
	NR_SYS_ADMIN = 21, NR_SYSLOG = 34, NR_PERFMON = 38, NR_BPF = 39,
	NR_TRACING = 41,
};

const char *caps_name(int cap);		/* "cap_bpf"; "cap_62" when unknown */
/* Names, with or without "cap_", and numbers, separated by commas; "none" */
bool caps_parse(const char *list, uint64_t *caps, char **bad);
uint64_t caps_argument(const char *option, const char *list);
char *caps_text(uint64_t caps);		/* "cap_bpf,cap_tracing"; "none" */
uint64_t caps_known(void);		/* to the running kernel */

/* What a file gives whoever runs it */
struct file_caps {
	uint64_t permitted, inheritable;
	bool effective, present, rootless;	/* rootless: of another namespace */
};

/* From security.capability of @fd or, if it is negative, @path; 0 or errno */
int caps_of_file(int fd, const char *path, struct file_caps *f);

/* /proc/PID/status */
struct proc_caps {
	uint64_t permitted, effective, inheritable, bounding, ambient;
	uint64_t token;			/* what its BPF token stands for */
	uid_t uid, euid;
	int no_new_privs;
	bool init_userns, userns_known;
	char name[64];
};

/* 0 or errno: ESRCH when there is no such process (any more) */
int caps_of_process(pid_t pid, struct proc_caps *p);

/* kernel.c: the running kernel, as far as the policy table asks */
struct kernel {
	char release[65];
	bool tracing;			/* knows CAP_TRACING */
	int par, kptr, unpriv;
	bool has_perf, has_bpf;
};

void kernel_read(struct kernel *k);
/* "perf_event_paranoid=2" or "cap_tracing=no"; false if it is neither */
bool kernel_assume(struct kernel *k, const char *what);
struct json_object *kernel_json(const struct kernel *k);

/* user.c: a name or a number */
struct user {
	uid_t uid;
	gid_t gid;
	char *name, *home;		/* NULL for a number without an entry */
};

bool user_find(const char *text, struct user *u);
/* What pam_cap gives at login, by /etc/security/capability.conf */
bool user_pam_caps(const struct user *u, uint64_t *ambient);

#endif

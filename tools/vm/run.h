/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_RUN_H
#define VM_RUN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LIST_MAX	1024

/* Exit codes of a plain run that are not the command's own */
#define EXIT_TIMEOUT	124
#define EXIT_HARNESS	125

/* "HOSTFILE=GUESTNAME" and the like, split */
struct pair {
	const char *host;
	const char *guest;
};

struct options {
	const char *kernel, *base, *image, *disk;
	const char *accel;
	const char *append;
	const char *console, *record;
	unsigned int timeout, memory, smp;
	bool has_uid, has_caps, strict_caps, verdict, shell, icount, dry_run;
	bool systemd;
	unsigned int uid;
	uint64_t caps;
	struct pair add[LIST_MAX], save[LIST_MAX];
	const char *env[LIST_MAX], *may_skip[LIST_MAX];
	size_t addc, savec, envc, may_skipc;
	char **argv;
	int argc;
};

/* The paths of one run */
struct run {
	char build[PATH_MAX];
	char kernel[PATH_MAX];
	char disk[PATH_MAX];	/* empty: no disk */
	char tiny[PATH_MAX];
	char dir[PATH_MAX];
	char initrd[PATH_MAX];
	char console[PATH_MAX];
	char qemu_log[PATH_MAX];
	char nonce[33];
	pid_t qemu;
	int port;
};

struct buffer {
	char *data;
	size_t len, size;
};

/* What a guest reported */
struct result {
	bool ready;		/* the command was started */
	bool has_status;
	int status;
	bool sealed;		/* the right nonce came last */
	bool bad_seal;
	bool timed_out;
	int qemu_status;	/* as waitpid gives it */
	int interrupted;	/* a signal's number */
	bool save_failed;
	char trouble[1024];
	struct buffer ktap, kmsg, leaks, console;
};

/* options.c */
void options_parse(struct options *o, int argc, char **argv);
/* caps.c */
bool caps_parse(const char *list, uint64_t *caps, char *bad, size_t size);
/* paths.c */
void paths_find(const struct options *o, struct run *r);
void paths_cleanup(const struct run *r, const struct options *o, bool keep);
/* prune.c */
void prune_runs(const char *dir);
/* initrd.c */
void initrd_write(struct options *o, const struct run *r);
/* qemu.c */
void qemu_start(const struct options *o, struct run *r);
/* accel.c */
const char *accel_choose(const struct options *o, const struct run *r);

/* tsc.c: kHz of the emulated time stamp counter, or 0 if that is not known */
unsigned long tsc_khz(void);
/* stream.c */
void stream_run(const struct options *o, struct run *r, struct result *res);
/* buffer.c */
void buffer_add(struct buffer *b, const void *data, size_t len);
bool buffer_load(struct buffer *b, const char *path);
/* autopsy.c */
void autopsy(const char *console, char *why, size_t size);
/* judge.c */
int judge(const struct options *o, const struct run *r, struct result *res);

/* run.c: one sentence, then exit: 125, or 4 under --verdict */
void fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif

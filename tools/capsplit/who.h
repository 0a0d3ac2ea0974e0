/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of capsplit who: each finds holders of one kind. */
#ifndef CAPSPLIT_WHO_H
#define CAPSPLIT_WHO_H

#include <ftw.h>

#include "capsplit.h"

#define WHO_ASKED	(CAP_BIT(NR_BPF) | CAP_BIT(NR_NET_ADMIN) | \
			 CAP_BIT(NR_TRACING) | CAP_BIT(NR_PERFMON) | \
			 CAP_BIT(NR_SYS_ADMIN))

enum who_kind {
	WHO_PROCESS, WHO_FILE, WHO_UNIT, WHO_TOKEN, WHO_DEVICE, WHO_CGROUP,
	WHO_NR_KINDS
};

/* Somebody who holds one of them, or a way to get it */
struct who {
	enum who_kind kind;
	char *name;		/* raw: a process's name, a path, a unit */
	pid_t pid;		/* 0: no process's */
	uid_t uid;		/* of a process */
	char *user;		/* raw: of a unit; NULL: root */
	uint64_t caps;
	bool child_ns;
	bool by_token;		/* of a process: in bpf(2) alone */
	ino_t bpf_ns;		/* a process's; 0: the initial one, or not known */
	/* raw: a unit's file, who may run or open it, who holds a token */
	char *where;
	struct capsplit_token_info *token;
	char *warning;		/* NULL */
};

struct who_list {
	struct who *v;
	size_t nr, room;
	size_t looked;		/* at so many */
	size_t unreadable;	/* so many could not be read */
	bool truncated;		/* there were more than is looked at */
};

void who_sort(struct who_list *l);
void who_release(struct who_list *l);
struct who *who_add(struct who_list *l, enum who_kind kind);
/* Count what nftw() comes to; false: enough was looked at */
bool who_count(struct who_list *l, int type);

/* A set that was cut by a list made before there was a bit 41 */
bool who_old_deny_list(uint64_t bounding, uint64_t permitted);
extern const char who_deny_list_warning[];

void who_processes(struct who_list *l);
void who_files(struct who_list *l, const char *const dirs[], size_t nr);
void who_units(struct who_list *l, const char *const dirs[], size_t nr);
void who_tokens(struct who_list *l);
void who_devices(struct who_list *l);
void who_cgroups(struct who_list *l);	/* those that are not root's alone */
struct json_object *who_token_json(const struct who *w);
void who_token_list(void);		/* for capsplit token list */

/* "user root, group bpf (alice)": by the file's mode, all of @bits (0600) */
char *who_may_open(const struct stat *st, mode_t bits);
/* nftw() over each file system of a type */
void who_each_mount(const char *type, __nftw_func_t look_at);

#endif

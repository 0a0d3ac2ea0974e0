// SPDX-License-Identifier: GPL-2.0
/*
 * What was refused, in words.  key.w[], as why.bpf.c fills it:
 *   paths and descriptors   the file system's magic number, flags or command
 *   bpf                     command, type, attach type or flags
 *   perf_event_open         type, config, sample_type, flags of the attributes,
 *                           whose (1 another task, 2 any, 4 a CPU), flags
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <linux/perf_event.h>

#include "why.h"

static const char * const calls[] = {
#include "syscalls.h"
};

const char *why_call(unsigned int nr)
{
	static char number[24];

	if (nr < ARRAY_SIZE(calls) && calls[nr])
		return calls[nr];
	if (nr == ~0U)
		return "between calls";
	if (nr == WHY_32BIT)
		return "a 32-bit system call";
	snprintf(number, sizeof(number), "system call %u", nr);
	return number;
}

static bool in(const char *name, const char *list)
{
	size_t n = strlen(name);
	const char *at = list;

	while ((at = strstr(at, name))) {
		if ((at == list || at[-1] == ' ') &&
		    (at[n] == ' ' || !at[n]))
			return true;
		at += n;
	}
	return false;
}

unsigned int why_object_of(unsigned int nr)
{
	const char *name = nr < ARRAY_SIZE(calls) ? calls[nr] : NULL;

	if (!name)
		return 0;
	if (!strcmp(name, "bpf"))
		return WHY_IS_BPF;
	if (!strcmp(name, "perf_event_open"))
		return WHY_IS_PERF;
	if (in(name, "open stat lstat access truncate rename mkdir rmdir creat link unlink readlink chmod chown lchown execve umount2 chdir chroot statfs setxattr lsetxattr removexattr mknod utime swapon swapoff acct"))
		return WHY_IS_PATH;
	if (in(name, "symlink mount pivot_root"))
		return WHY_IS_PATH | 1;
	if (in(name, "openat mkdirat mknodat fchownat newfstatat unlinkat renameat renameat2 readlinkat fchmodat faccessat faccessat2 fchmodat2 utimensat openat2 statx execveat name_to_handle_at"))
		return WHY_IS_PATH | WHY_HAS_DIRFD | 1;
	if (in(name, "read write pread64 pwrite64 readv writev ioctl fchmod fchown ftruncate fsetxattr getdents64 fallocate fchdir finit_module"))
		return WHY_IS_FD;
	return 0;
}

/* Names from the file up to the root of its file system */
static char *from_components(const struct why_key *k)
{
	static const struct {
		uint64_t magic;
		const char *where;
	} known[] = {
		{ TRACEFS_MAGIC, "/sys/kernel/tracing" },
		{ DEBUGFS_MAGIC, "/sys/kernel/debug" },
		{ PROC_SUPER_MAGIC, "/proc" }, { SYSFS_MAGIC, "/sys" },
		{ BPF_FS_MAGIC, "/sys/fs/bpf" },
		{ CGROUP2_SUPER_MAGIC, "/sys/fs/cgroup" },
	};
	char *path = format("%s", ""), *longer;
	int i;

	for (i = 0; i < WHY_PATH / WHY_NAME; i++) {
		const char *name = k->path + i * WHY_NAME;

		if (!*name)
			break;
		longer = format("/%.*s%s", WHY_NAME, name, path);
		free(path);
		path = longer;
	}
	for (i = 0; i < (int)ARRAY_SIZE(known); i++) {
		if (k->w[0] != known[i].magic)
			continue;
		longer = format("%s%s", known[i].where, path);
		free(path);
		return longer;
	}
	return path;
}

/* /proc/1234/environ of one process is as good as of the next */
static void without_pid(char *path)
{
	char *end;
	size_t n;

	if (strncmp(path, "/proc/", 6) || !isdigit((unsigned char)path[6]))
		return;
	n = strspn(path + 6, "0123456789");
	end = path + 6 + n;
	if (n < 3 || (*end && *end != '/'))
		return;
	memmove(path + 9, end, strlen(end) + 1);
	memcpy(path + 6, "PID", 3);
}

static const char *bpf_command(uint64_t cmd)
{
	static const char * const names[] = {
		"BPF_MAP_CREATE", "BPF_MAP_LOOKUP_ELEM", "BPF_MAP_UPDATE_ELEM",
		"BPF_MAP_DELETE_ELEM", "BPF_MAP_GET_NEXT_KEY", "BPF_PROG_LOAD",
		"BPF_OBJ_PIN", "BPF_OBJ_GET", "BPF_PROG_ATTACH",
		"BPF_PROG_DETACH", "BPF_PROG_TEST_RUN", "BPF_PROG_GET_NEXT_ID",
		"BPF_MAP_GET_NEXT_ID", "BPF_PROG_GET_FD_BY_ID",
		"BPF_MAP_GET_FD_BY_ID", "BPF_OBJ_GET_INFO_BY_FD",
		"BPF_PROG_QUERY", "BPF_RAW_TRACEPOINT_OPEN", "BPF_BTF_LOAD",
		"BPF_BTF_GET_FD_BY_ID", "BPF_TASK_FD_QUERY",
		"BPF_MAP_LOOKUP_AND_DELETE_ELEM", "BPF_MAP_FREEZE",
		"BPF_BTF_GET_NEXT_ID", "BPF_MAP_LOOKUP_BATCH",
		"BPF_MAP_LOOKUP_AND_DELETE_BATCH", "BPF_MAP_UPDATE_BATCH",
		"BPF_MAP_DELETE_BATCH", "BPF_LINK_CREATE", "BPF_LINK_UPDATE",
		"BPF_LINK_GET_FD_BY_ID", "BPF_LINK_GET_NEXT_ID",
		"BPF_ENABLE_STATS", "BPF_ITER_CREATE", "BPF_LINK_DETACH",
		"BPF_PROG_BIND_MAP", "BPF_TOKEN_CREATE",
	};

	return cmd < ARRAY_SIZE(names) ? names[cmd] : "a command of bpf(2)";
}

static char *bpf_object(const struct why_key *k)
{
	char *name = out_safe(k->path), *text;

	if (k->w[0] == 5 || !k->w[0])
		text = format("%s type %u%s%s%s", bpf_command(k->w[0]),
			      (unsigned int)k->w[1], *name ? " '" : "", name,
			      *name ? "'" : "");
	else
		text = format("%s%s%s", bpf_command(k->w[0]),
			      *name ? " " : "", name);
	free(name);
	return text;
}

static char *perf_object(const struct why_key *k)
{
	static const char * const types[] = {
		"hardware", "software", "tracepoint", "cache", "raw",
		"breakpoint",
	};
	static const char * const whose[] = {
		"the own task", "another task", "any task", "any task",
	};

	return format("%s event, %s%s, %s", k->w[0] < ARRAY_SIZE(types) ?
		      types[k->w[0]] : "dynamic", whose[k->w[4] & 3],
		      k->w[4] & 4 ? " on a CPU" : "",
		      k->w[3] & 1 << 5 ? "user side" : "with the kernel side");
}

static char *object_of(struct why_key *k)
{
	unsigned int what = why_object_of(k->nr);
	char *path, *safe;

	k->path[WHY_PATH - 1] = '\0';
	if (what & WHY_IS_BPF)
		return bpf_object(k);
	if (what & WHY_IS_PERF)
		return perf_object(k);
	if (k->flags & WHY_COMPONENTS)
		path = from_components(k);
	else if (what & WHY_IS_PATH && *k->path)
		path = must(strdup(k->path));
	else
		return NULL;
	without_pid(path);
	safe = out_safe(path);
	free(path);
	return safe;
}

static bool same(const struct why_refusal *a, const struct why_refusal *b)
{
	return a->e.key.nr == b->e.key.nr && a->e.key.err == b->e.key.err &&
	       a->least == b->least && a->kind == b->kind && a->op == b->op &&
	       !strcmp(a->object ? a->object : "", b->object ? b->object : "");
}

/* Of what goes on and shows less, only what the table knows is worth a word */
static bool wanted(const struct why_refusal *r)
{
	return r->e.key.err || (r->op && r->kind == WHY_LESS);
}

bool why_in_grant(const struct why *w, const struct why_refusal *r)
{
	return r->kind == WHY_TRACING ||
	       (w->all && (r->kind == WHY_OTHER || r->kind == WHY_LESS));
}

void why_describe(struct why *w)
{
	size_t i, k, kept = 0;

	for (i = 0; i < w->nr; i++) {
		struct why_refusal *r = &w->refusal[i];

		r->object = object_of(&r->e.key);
		why_judge(w, r);
		for (k = 0; k < kept && !same(r, &w->refusal[k]); k++)
			;
		if (k < kept) {
			w->refusal[k].count += r->count;
			w->refusal[k].e.key.denied |= r->e.key.denied;
		}
		if (k < kept || !wanted(r)) {
			free(r->object);
			continue;
		}
		if (why_in_grant(w, r))
			w->grant |= r->least;
		w->refusal[kept++] = *r;
	}
	w->nr = kept;
}

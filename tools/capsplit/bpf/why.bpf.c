// SPDX-License-Identifier: GPL-2.0
/*
 * Watches the capability checks of a tree of tasks, and which system calls
 * are refused.  Checks are counted in maps: an event is sent for what has not
 * been seen before, however often it happens.
 */
#include <linux/bpf.h>
#include <linux/errno.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "../why_bpf.h"

#ifndef __TARGET_ARCH_x86
#error "the arguments of system calls are read on x86-64 alone"
#endif

#define MAX_TASKS	16384
#define MAX_REFUSALS	4096
#define MAX_USES	8192
#define COMPONENTS	(WHY_PATH / WHY_NAME)
#define CAP_SYSLOG	34
#define CAP_TRACING	41
#define CAP_OPT_NOAUDIT	2
#define SYS_PRCTL	157
#define AT_FDCWD	-100
#define NO_CALL		0xffffffffU
#define TS_COMPAT	2

/* As much of the kernel's types as is read, at its own offsets: CO-RE */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di, si, dx, cx, r10, r8, r9, orig_ax, ax;
};
struct super_block {
	unsigned long s_magic;
};
struct qstr {
	const unsigned char *name;
};
struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct super_block *d_sb;
};
struct path {
	struct dentry *dentry;
};
struct file {
	struct path f_path;
};
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};
struct files_struct {
	struct fdtable *fdt;
};
struct fs_struct {
	struct path pwd;
};
struct user_namespace {
	int level;
};
typedef struct {
	__u64 val;
} kernel_cap_t;
struct cred {
	kernel_cap_t cap_permitted, cap_effective;
	struct user_namespace *user_ns;
};
struct thread_info {
	unsigned int status;
};
struct task_struct {
	struct thread_info thread_info;
	int pid;
	const struct cred *cred;
	struct files_struct *files;
	struct fs_struct *fs;
};
#pragma clang attribute pop

/* What a watched task is doing */
struct task {
	__u32 nr;
	__u32 pad;
	__u64 args[6];
	__u64 denied;
	/* for the kprobe, which sees the arguments only when it begins */
	__u32 cap, opts;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_TASKS);
	__type(key, __u32);
	__type(value, struct task);
} tasks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_REFUSALS);
	__type(key, struct why_key);
	__type(value, __u64);
} refusals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_USES);
	__type(key, struct why_use);
	__type(value, __u64);
} uses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* By number: what it has of an object */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, __u32);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WHY_NR_NUMBERS);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} cookie SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct why_event);
} scratch SEC(".maps");

static __always_inline void add(__u32 number, __u64 n)
{
	__u64 *v = bpf_map_lookup_elem(&numbers, &number);

	if (v)
		__sync_fetch_and_add(v, n);
}

static __always_inline struct task *watched(void)
{
	__u32 pid = bpf_get_current_pid_tgid();

	return bpf_map_lookup_elem(&tasks, &pid);
}

static __always_inline void watch(__u32 pid)
{
	struct task t = { .nr = NO_CALL };

	if (bpf_map_update_elem(&tasks, &pid, &t, BPF_ANY))
		add(WHY_LOST_TASKS, 1);
}

static __always_inline void note_present(void)
{
	struct task_struct *self = bpf_get_current_task_btf();
	__u32 number = WHY_PRESENT;
	__u64 *v = bpf_map_lookup_elem(&numbers, &number);

	if (v)
		__sync_fetch_and_or(v, self->cred->cap_permitted.val);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 pid = parent->pid;

	if (bpf_map_lookup_elem(&tasks, &pid))
		watch(child->pid);
	return 0;
}

/* A thread that executes a program takes on the number of its leader */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid)
{
	__u32 old = old_pid, pid = task->pid;
	struct task *t = bpf_map_lookup_elem(&tasks, &old);
	struct task copy;

	if (!t)
		return 0;
	note_present();
	if (old == pid)
		return 0;
	copy = *t;
	bpf_map_delete_elem(&tasks, &old);
	if (bpf_map_update_elem(&tasks, &pid, &copy, BPF_ANY))
		add(WHY_LOST_TASKS, 1);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	__u32 pid = task->pid;

	bpf_map_delete_elem(&tasks, &pid);
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_enter, struct pt_regs *regs, long nr)
{
	struct task *t = watched();
	__u32 zero = 0;

	if (!t) {
		__u64 *hello;

		if (nr != SYS_PRCTL || regs->di != WHY_HELLO)
			return 0;
		hello = bpf_map_lookup_elem(&cookie, &zero);
		if (hello && *hello && *hello == regs->si)
			watch(bpf_get_current_pid_tgid());
		return 0;
	}
	/* Numbers and arguments of another table: only the refusal is told */
	if (bpf_get_current_task_btf()->thread_info.status & TS_COMPAT)
		nr = WHY_32BIT;
	t->nr = nr;
	t->denied = 0;
	t->args[0] = regs->di;
	t->args[1] = regs->si;
	t->args[2] = regs->dx;
	t->args[3] = regs->r10;
	t->args[4] = regs->r8;
	t->args[5] = regs->r9;
	return 0;
}

static __always_inline void checked(struct task *t, __u32 cap, __u32 opts,
				    int err)
{
	struct why_use use = {
		.nr = t->nr, .cap = cap, .granted = !err,
		.quiet = !!(opts & CAP_OPT_NOAUDIT),
	};
	__u64 *n, one = 1;

	add(WHY_CHECKS, 1);
	if (err && cap < 64)
		t->denied |= 1ULL << cap;
	n = bpf_map_lookup_elem(&uses, &use);
	if (n)
		__sync_fetch_and_add(n, 1);
	else if (bpf_map_update_elem(&uses, &use, &one, BPF_NOEXIST))
		add(WHY_LOST_USES, 1);
}

SEC("fexit/cap_capable")
int BPF_PROG(on_check, const struct cred *cred, struct user_namespace *ns,
	     int cap, unsigned int opts, int err)
{
	struct task *t = watched();

	if (t)
		checked(t, cap, opts, err);
	return 0;
}

/* The same where no trampoline can be put */
SEC("kprobe/cap_capable")
int on_check_begins(struct pt_regs *regs)
{
	struct task *t = watched();

	if (t) {
		t->cap = regs->dx;
		t->opts = regs->cx;
	}
	return 0;
}

SEC("kretprobe/cap_capable")
int on_check_ends(struct pt_regs *regs)
{
	struct task *t = watched();

	if (t)
		checked(t, t->cap, t->opts, (int)regs->ax);
	return 0;
}

static __always_inline struct dentry *fd_dentry(int fd)
{
	struct task_struct *self = bpf_get_current_task_btf();
	struct fdtable *table = BPF_CORE_READ(self, files, fdt);
	struct file **at, *file = NULL;

	if (fd < 0 || (__u32)fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	at = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), at + fd);
	return file ? BPF_CORE_READ(file, f_path.dentry) : NULL;
}

static __always_inline void take_dentry(struct why_key *k, struct dentry *d)
{
	int i;

	k->w[0] = BPF_CORE_READ(d, d_sb, s_magic);
	k->flags |= WHY_COMPONENTS;
#pragma unroll
	for (i = 0; i < COMPONENTS; i++) {
		struct dentry *up = BPF_CORE_READ(d, d_parent);

		if (!d || up == d)
			break;
		bpf_probe_read_kernel_str(k->path + i * WHY_NAME, WHY_NAME,
					  BPF_CORE_READ(d, d_name.name));
		d = up;
	}
}

/* union bpf_attr: what tells one refusal from another */
static __always_inline void take_bpf(struct why_key *k, const struct task *t)
{
	const char *attr = (const char *)t->args[1];
	__u32 cmd = t->args[0], v = 0;

	k->w[0] = cmd;
	switch (cmd) {
	case BPF_PROG_LOAD:
		bpf_probe_read_user(&v, sizeof(v), attr);
		k->w[1] = v;
		v = 0;
		if (t->args[2] >= 72)
			bpf_probe_read_user(&v, sizeof(v), attr + 68);
		k->w[2] = v;
		bpf_probe_read_user_str(k->path, 16, attr + 48);
		break;
	case BPF_MAP_CREATE:
		bpf_probe_read_user(&v, sizeof(v), attr);
		k->w[1] = v;
		bpf_probe_read_user(&v, sizeof(v), attr + 16);
		k->w[2] = v;
		bpf_probe_read_user_str(k->path, 16, attr + 28);
		break;
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
	case BPF_LINK_CREATE:
		bpf_probe_read_user(&v, sizeof(v), attr + 8);
		k->w[2] = v;
		break;
	case BPF_OBJ_PIN:
	case BPF_OBJ_GET: {
		__u64 name = 0;

		bpf_probe_read_user(&name, sizeof(name), attr);
		bpf_probe_read_user_str(k->path, WHY_PATH, (void *)name);
		break;
	}
	}
}

/* struct perf_event_attr; which CPU or task does not matter, but whether */
static __always_inline void take_perf(struct why_key *k, const struct task *t)
{
	const char *attr = (const char *)t->args[0];
	__u32 type = 0;
	int pid = t->args[1], cpu = t->args[2];

	bpf_probe_read_user(&type, sizeof(type), attr);
	k->w[0] = type;
	bpf_probe_read_user(&k->w[1], 8, attr + 8);	/* config */
	bpf_probe_read_user(&k->w[2], 8, attr + 24);	/* sample_type */
	bpf_probe_read_user(&k->w[3], 8, attr + 40);	/* the flags */
	k->w[4] = pid == -1 ? 2 : pid ? 1 : 0;
	k->w[4] |= cpu >= 0 ? 4 : 0;
	k->w[5] = t->args[4];
}

static __always_inline void take_object(struct why_key *k, struct task *t,
					__u32 what)
{
	const char *path = (const char *)t->args[what & WHY_ARG & 3];
	struct dentry *d = NULL;

	if (what & WHY_IS_BPF)
		return take_bpf(k, t);
	if (what & WHY_IS_PERF)
		return take_perf(k, t);
	if (what & WHY_IS_FD) {
		d = fd_dentry(t->args[0]);
		if (d)
			take_dentry(k, d);
		k->w[1] = t->args[1];
		return;
	}
	if (!(what & WHY_IS_PATH))
		return;
	bpf_probe_read_user_str(k->path, WHY_PATH, path);
	/* Flags of open() and openat() */
	k->w[1] = t->args[((what & WHY_ARG) + 1) & 3];
	if (k->path[0] == '/')
		return;
	if (what & WHY_HAS_DIRFD && (int)t->args[0] != AT_FDCWD) {
		d = fd_dentry(t->args[0]);
		if (!k->path[0] && d)
			return take_dentry(k, d);
	} else {
		struct task_struct *self = bpf_get_current_task_btf();

		d = BPF_CORE_READ(self, fs, pwd.dentry);
	}
	if (d)
		k->w[0] = BPF_CORE_READ(d, d_sb, s_magic);
}

static __always_inline void send(struct why_event *e, __u64 effective)
{
	struct why_event *out = bpf_ringbuf_reserve(&events, sizeof(*out), 0);

	if (!out) {
		add(WHY_LOST_EVENTS, 1);
		return;
	}
	__builtin_memcpy(out, e, sizeof(*out));
	out->effective = effective;
	out->pid = bpf_get_current_pid_tgid() >> 32;
	out->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(out->comm, sizeof(out->comm));
	bpf_ringbuf_submit(out, 0);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_return, struct pt_regs *regs, long ret)
{
	const __u64 looks = 1ULL << CAP_SYSLOG | 1ULL << CAP_TRACING;
	struct task *t = watched();
	struct task_struct *self;
	struct why_event *e;
	__u32 zero = 0, nr, *what;
	__u64 *seen, one = 1;
	int unseen;

	if (!t)
		return 0;
	nr = t->nr == WHY_32BIT ? WHY_32BIT : regs->orig_ax;
	unseen = t->nr != nr;
	what = bpf_map_lookup_elem(&calls, &nr);
	if (ret == -EPERM || ret == -EACCES)
		;
	else if (ret == -EINVAL && what && *what & WHY_IS_BPF && t->denied)
		;
	else if (ret >= 0 && what && *what & WHY_IS_PATH && t->denied & looks)
		ret = 0;	/* /proc/kallsyms with zeros, perhaps */
	else
		goto done;

	e = bpf_map_lookup_elem(&scratch, &zero);
	if (!e)
		goto done;
	__builtin_memset(&e->key, 0, sizeof(e->key));
	e->key.nr = nr;
	e->key.err = -ret;
	self = bpf_get_current_task_btf();
	if (self->cred->user_ns->level > 0)
		e->key.flags |= WHY_CHILD_NS;
	if (unseen) {
		e->key.flags |= WHY_UNSEEN;
	} else {
		e->key.denied = t->denied;
		if (what)
			take_object(&e->key, t, *what);
	}
	seen = bpf_map_lookup_elem(&refusals, &e->key);
	if (seen)
		__sync_fetch_and_add(seen, 1);
	else if (bpf_map_update_elem(&refusals, &e->key, &one, BPF_NOEXIST))
		add(WHY_LOST_REFUSALS, 1);
	else
		send(e, self->cred->cap_effective.val);
done:
	t->nr = NO_CALL;
	t->denied = 0;
	return 0;
}

char _license[] SEC("license") = "GPL";

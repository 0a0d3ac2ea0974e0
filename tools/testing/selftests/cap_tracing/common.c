// SPDX-License-Identifier: GPL-2.0
/*
 * Raw system calls and tasks with an exact set of capabilities.  No libcap
 * and no libbpf: they would probe, retry and hide what the kernel says.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/btf.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "common.h"

static const char * const cap_names[] = {
	"cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner",
	"cap_fsetid", "cap_kill", "cap_setgid", "cap_setuid", "cap_setpcap",
	"cap_linux_immutable", "cap_net_bind_service", "cap_net_broadcast",
	"cap_net_admin", "cap_net_raw", "cap_ipc_lock", "cap_ipc_owner",
	"cap_sys_module", "cap_sys_rawio", "cap_sys_chroot", "cap_sys_ptrace",
	"cap_sys_pacct", "cap_sys_admin", "cap_sys_boot", "cap_sys_nice",
	"cap_sys_resource", "cap_sys_time", "cap_sys_tty_config", "cap_mknod",
	"cap_lease", "cap_audit_write", "cap_audit_control", "cap_setfcap",
	"cap_mac_override", "cap_mac_admin", "cap_syslog", "cap_wake_alarm",
	"cap_block_suspend", "cap_audit_read", "cap_perfmon", "cap_bpf",
	"cap_checkpoint_restore", "cap_tracing",
};

#define NR_CAP_NAMES	((int)ARRAY_SIZE(cap_names))

const char *ct_cap_name(int cap)
{
	return cap >= 0 && cap < NR_CAP_NAMES ? cap_names[cap] : NULL;
}

int ct_capget(__u64 *effective, __u64 *permitted, __u64 *inheritable)
{
	struct __user_cap_header_struct hdr = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &hdr, d))
		return errno;
	if (effective)
		*effective = d[0].effective | (__u64)d[1].effective << 32;
	if (permitted)
		*permitted = d[0].permitted | (__u64)d[1].permitted << 32;
	if (inheritable)
		*inheritable = d[0].inheritable | (__u64)d[1].inheritable << 32;
	return 0;
}

int ct_capset(__u64 effective, __u64 permitted, __u64 inheritable)
{
	struct __user_cap_header_struct hdr = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2] = {
		{ effective, permitted, inheritable },
		{ effective >> 32, permitted >> 32, inheritable >> 32 },
	};

	return syscall(SYS_capset, &hdr, d) ? errno : 0;
}

int ct_ambient_set(__u64 mask)
{
	int cap;

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return errno;
	for (cap = 0; cap < 64; cap++) {
		if (mask & CT_BIT(cap) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))
			return errno;
	}
	return 0;
}

bool ct_bounding_has(int cap)
{
	return prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1;
}

int ct_bounding_keep(__u64 mask)
{
	int cap;

	for (cap = 0; cap < 64; cap++) {
		if (!(mask & CT_BIT(cap)) && ct_bounding_has(cap) &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return errno;
	}
	return 0;
}

int ct_become(uid_t uid, __u64 caps)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL) ||
	    setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		return errno;
	/* Changing ids made /proc/self root's */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		return errno;
	return ct_capset(caps, caps, 0);
}

int ct_enter_userns(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	char map[64];
	int err;

	if (unshare(CLONE_NEWUSER))
		return errno;
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	err = ct_write_file("/proc/self/setgroups", "deny");
	if (!err)
		err = ct_write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	if (!err)
		err = ct_write_file("/proc/self/gid_map", map);
	return err;
}

int ct_write_file(const char *path, const char *text)
{
	ssize_t len = strlen(text), n;
	int fd, err = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	n = write(fd, text, len);
	if (n < 0)
		err = errno;
	else if (n != len)
		err = EIO;
	close(fd);
	return err;
}

int ct_read_file(const char *path, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n = 0;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	while (used < size - 1) {
		n = read(fd, buf + used, size - 1 - used);
		if (n <= 0)
			break;
		used += n;
	}
	err = n < 0 ? errno : 0;
	close(fd);
	buf[used] = '\0';
	return err;
}

int ct_sysctl_set(const char *name, long value)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	snprintf(text, sizeof(text), "%ld", value);
	return ct_write_file(path, text);
}

int ct_sysctl_get(const char *name, long *value)
{
	char path[128], text[32];
	int err;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	err = ct_read_file(path, text, sizeof(text));
	if (!err)
		*value = strtol(text, NULL, 10);
	return err;
}

int ct_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	int ret = syscall(SYS_bpf, cmd, attr, size);

	return ret < 0 ? -errno : ret;
}

int ct_perf_event_open(struct perf_event_attr *attr, pid_t pid, int cpu,
		       int group, unsigned long flags)
{
	int ret = syscall(SYS_perf_event_open, attr, pid, cpu, group,
			  flags | PERF_FLAG_FD_CLOEXEC);

	return ret < 0 ? -errno : ret;
}

int ct_function_btf(void)
{
	static const struct {
		struct btf_header h;
		struct btf_type integer;
		__u32 integer_info;
		struct btf_type proto, func;
		char strings[8];
	} btf = {
		.h = {
			.magic = BTF_MAGIC, .version = 1,
			.hdr_len = sizeof(struct btf_header),
			.type_len = 3 * sizeof(struct btf_type) + 4,
			.str_off = 3 * sizeof(struct btf_type) + 4,
			.str_len = 7,
		},
		.integer = { 1, BTF_KIND_INT << 24, { 4 } },
		.integer_info = BTF_INT_SIGNED << 24 | 32,
		.proto = { 0, BTF_KIND_FUNC_PROTO << 24, { 1 } },
		.func = { 5, BTF_KIND_FUNC << 24, { 2 } },
		.strings = "\0int\0f",
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (__u64)(unsigned long)&btf;
	attr.btf_size = offsetof(typeof(btf), strings) + 7;
	return ct_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

int ct_prog_load(const struct ct_prog *prog)
{
	const struct bpf_func_info funcs[] = {
		{ 0, CT_BTF_FUNC_ID },
		{ prog->callbacks[0], CT_BTF_FUNC_ID },
		{ prog->callbacks[1], CT_BTF_FUNC_ID },
	};
	union bpf_attr attr;
	int fd, btf = 0;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = prog->type;
	attr.expected_attach_type = prog->attach_type;
	attr.insns = (__u64)(unsigned long)prog->insns;
	attr.insn_cnt = prog->nr_insns;
	attr.attach_btf_id = prog->attach_btf_id;
	attr.prog_flags = prog->flags;
	attr.license = (__u64)(unsigned long)"GPL";
	if (prog->log) {
		attr.log_buf = (__u64)(unsigned long)prog->log;
		attr.log_size = prog->log_size;
		attr.log_level = 1;
	}
	if (prog->callbacks[0]) {
		btf = ct_function_btf();
		if (btf < 0)
			return btf;
		attr.prog_btf_fd = btf;
		attr.func_info = (__u64)(unsigned long)funcs;
		attr.func_info_rec_size = sizeof(funcs[0]);
		attr.func_info_cnt = prog->callbacks[1] ? 3 : 2;
	}
	fd = ct_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (btf > 0)
		close(btf);
	return fd;
}

int ct_map_create(__u32 type, __u32 key, __u32 value, __u32 entries,
		  __u32 flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = entries;
	attr.map_flags = flags;
	return ct_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

/* How many bytes follow the struct btf_type of @kind; -1 when unknown */
static int btf_extra(__u32 kind, __u32 vlen)
{
	switch (kind) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_ENUM64:
		return vlen * sizeof(struct btf_enum64);
	default:
		return -1;
	}
}

static char *read_vmlinux_btf(void)
{
	const char *path = "/sys/kernel/btf/vmlinux";
	struct stat st;
	char *data;

	if (stat(path, &st))
		return NULL;
	data = malloc(st.st_size + 1);
	if (data && ct_read_file(path, data, st.st_size + 1)) {
		free(data);
		data = NULL;
	}
	return data;
}

static char *vmlinux_btf;

/* Types of the kernel or a module, whose ids and names follow the kernel's */
struct types {
	const char *at, *end;
	const char *names;
	__u32 names_from;
	int first;
};

static int kernel_types(struct types *types)
{
	const struct btf_header *hdr;

	if (!vmlinux_btf)
		vmlinux_btf = read_vmlinux_btf();
	if (!vmlinux_btf)
		return -ENOENT;
	hdr = (const void *)vmlinux_btf;
	if (hdr->magic != BTF_MAGIC)
		return -EINVAL;
	types->names = vmlinux_btf + hdr->hdr_len + hdr->str_off;
	types->names_from = 0;
	types->at = vmlinux_btf + hdr->hdr_len + hdr->type_off;
	types->end = types->at + hdr->type_len;
	types->first = 1;
	return 0;
}

/* The type for which @fn is true, of @kind or of any, if that is 0 */
static int find_type(const struct types *types, __u32 kind,
		     bool (*fn)(const char *name, int id, void *arg),
		     void *arg, const struct btf_type **found)
{
	const char *at = types->at;
	int id;

	for (id = types->first; at < types->end; id++) {
		const struct btf_type *t = (const void *)at;
		__u32 k = BTF_INFO_KIND(t->info);
		int extra = btf_extra(k, BTF_INFO_VLEN(t->info));
		/* What is the kernel's name, no test asks a module for */
		const char *name = t->name_off < types->names_from ? "" :
				   types->names + t->name_off - types->names_from;

		if (extra < 0)
			return -EINVAL;
		if ((!kind || k == kind) && fn(name, id, arg)) {
			*found = t;
			return id;
		}
		at += sizeof(*t) + extra;
	}
	return -ENOENT;
}

int ct_btf_each(__u32 kind, bool (*fn)(const char *name, int id, void *arg),
		void *arg)
{
	const struct btf_type *t;
	struct types types;
	int err = kernel_types(&types);

	return err ?: find_type(&types, kind, fn, arg, &t);
}

static bool is_named(const char *name, int id, void *arg)
{
	return !strcmp(name, arg);
}

int ct_btf_id(const char *name, __u32 kind)
{
	static struct {
		const char *name;
		__u32 kind;
		int id;
	} known[64];
	static int nr_known;
	int i, id;

	for (i = 0; i < nr_known; i++) {
		if (known[i].kind == kind && !strcmp(known[i].name, name))
			return known[i].id;
	}
	id = ct_btf_each(kind, is_named, (void *)name);
	if (nr_known < (int)ARRAY_SIZE(known)) {
		known[nr_known].name = strdup(name);
		known[nr_known].kind = kind;
		known[nr_known].id = id;
		if (known[nr_known].name)
			nr_known++;
	}
	return id;
}

int ct_btf_member(const char *name, const char *member, __u32 *offset,
		  __u32 *size)
{
	const struct btf_member *m;
	const struct btf_type *t;
	struct types types;
	int id = kernel_types(&types);

	if (id >= 0)
		id = find_type(&types, BTF_KIND_STRUCT, is_named, (void *)name, &t);
	if (id < 0)
		return id;
	*size = t->size;
	m = (const void *)(t + 1);
	for (int i = 0; i < (int)BTF_INFO_VLEN(t->info); i++, m++) {
		if (strcmp(types.names + m->name_off, member))
			continue;
		*offset = (BTF_INFO_KFLAG(t->info) ?
			   BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset) / 8;
		return i;
	}
	return -ENOENT;
}

static bool is_last(const char *name, int id, void *arg)
{
	*(int *)arg = id;
	return false;
}

int ct_btf_split_id(const void *btf, const char *name, __u32 kind)
{
	const struct btf_header *hdr = btf, *base;
	const struct btf_type *t;
	struct types types;
	int last = 0;

	if (ct_btf_each(0, is_last, &last) != -ENOENT || !last)
		return -EINVAL;
	base = (const void *)vmlinux_btf;
	types.names = (const char *)btf + hdr->hdr_len + hdr->str_off;
	types.names_from = base->str_len;
	types.at = (const char *)btf + hdr->hdr_len + hdr->type_off;
	types.end = types.at + hdr->type_len;
	types.first = last + 1;
	return find_type(&types, kind, is_named, (void *)name, &t);
}

void ct_btf_release(void)
{
	free(vmlinux_btf);
	vmlinux_btf = NULL;
}

int ct_event_id(const char *event)
{
	char path[256], text[32];
	int err;

	snprintf(path, sizeof(path), CT_TRACEFS "/events/%s/id", event);
	err = ct_read_file(path, text, sizeof(text));
	return err ? -err : atoi(text);
}

unsigned long ct_file_offset(const void *address)
{
	unsigned long at = (unsigned long)address, start, end, offset;
	unsigned long found = 0;
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
		    at >= start && at < end)
			found = at - start + offset;
	}
	if (f)
		fclose(f);
	return found;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of CAP_TRACING share: raw system calls, and tasks that hold
 * an exact set of capabilities.  Every function returns 0 or an errno, and
 * those that make a descriptor the descriptor or -errno.
 */
#ifndef _CAP_TRACING_COMMON_H
#define _CAP_TRACING_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <linux/types.h>

#ifndef CAP_TRACING
#define CAP_TRACING	41
#endif

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#define CT_BIT(cap)	(1ULL << (cap))
#define CT_TRACEFS	"/sys/kernel/tracing"
#define CT_UID		1000	/* nobody in particular */

/* Capabilities of the calling task, as masks */
int ct_capget(__u64 *effective, __u64 *permitted, __u64 *inheritable);
int ct_capset(__u64 effective, __u64 permitted, __u64 inheritable);
int ct_ambient_set(__u64 mask);		/* exactly @mask */
int ct_bounding_keep(__u64 mask);	/* drop everything else */
bool ct_bounding_has(int cap);
const char *ct_cap_name(int cap);	/* "cap_bpf"; NULL when unknown */

/* Become @uid with @caps effective and permitted, nothing inheritable */
int ct_become(uid_t uid, __u64 caps);

/* Enter a new user namespace that maps the own uid and gid to themselves */
int ct_enter_userns(void);

/* Whole small files, such as sysctls */
int ct_write_file(const char *path, const char *text);
int ct_read_file(const char *path, char *buf, size_t size);
int ct_sysctl_set(const char *name, long value);	/* "kernel/kptr_restrict" */
int ct_sysctl_get(const char *name, long *value);

/* Raw system calls; -errno on failure */
int ct_bpf(int cmd, union bpf_attr *attr, unsigned int size);
int ct_perf_event_open(struct perf_event_attr *attr, pid_t pid, int cpu,
		       int group, unsigned long flags);

/* A whole load; @log may be NULL.  -errno on failure */
struct ct_prog {
	__u32 type;
	__u32 attach_type;
	const struct bpf_insn *insns;
	__u32 nr_insns;
	__u32 attach_btf_id;
	__u32 flags;
	__u32 callbacks[2];	/* instructions where they begin, 0 for none */
	char *log;
	__u32 log_size;
};

int ct_prog_load(const struct ct_prog *prog);

/* BTF of int f(void), which does for all callbacks; a descriptor or -errno */
#define CT_BTF_FUNC_ID	3
int ct_function_btf(void);

int ct_map_create(__u32 type, __u32 key, __u32 value, __u32 entries,
		  __u32 flags);

/*
 * The kernel's own BTF id of the @kind (BTF_KIND_*) called @name, -errno when
 * there is none.  Reads /sys/kernel/btf/vmlinux, which is large, at the first
 * name it has not answered before, and keeps it until ct_btf_release().
 */
int ct_btf_id(const char *name, __u32 kind);
/* The first of @kind, or any if it is 0, for which @fn is true, or -errno */
int ct_btf_each(__u32 kind, bool (*fn)(const char *name, int id, void *arg),
		void *arg);
/* A structure's member: its index, -errno when there is none, and both in bytes */
int ct_btf_member(const char *name, const char *member, __u32 *offset,
		  __u32 *size);
/* Like ct_btf_id(), in a module's types @btf, which follow the kernel's */
int ct_btf_split_id(const void *btf, const char *name, __u32 kind);
void ct_btf_release(void);

/* Where a function or variable of this program is in its file; 0 if nowhere */
unsigned long ct_file_offset(const void *address);

/* Number in a tracefs id file, such as events/sched/sched_switch/id */
int ct_event_id(const char *event);

/* Instructions */
#define CT_INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), \
			    .off = (o), .imm = (i) })
#define CT_MOV_IMM(d, i)	CT_INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define CT_MOV_REG(d, s)	CT_INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define CT_ADD_IMM(d, i)	CT_INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define CT_LDX(sz, d, s, o)	CT_INSN(BPF_LDX | BPF_MEM | (sz), d, s, o, 0)
#define CT_STX(sz, d, s, o)	CT_INSN(BPF_STX | BPF_MEM | (sz), d, s, o, 0)
#define CT_ST(sz, d, o, i)	CT_INSN(BPF_ST | BPF_MEM | (sz), d, 0, o, i)
#define CT_CALL(func)		CT_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, func)
#define CT_CALL_KFUNC(id) \
	CT_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, id)
#define CT_EXIT()		CT_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#endif /* _CAP_TRACING_COMMON_H */

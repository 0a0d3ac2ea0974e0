/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table's operations as code.  Each tries one thing as the calling task,
 * undoes what it did, and returns 0 or the errno it met.
 *
 * Where success would cost far more than the permission check, an operation
 * asks for something that fails after it: past() turns that errno into 0.
 */
#ifndef _CAP_TRACING_OPS_H
#define _CAP_TRACING_OPS_H

#include <errno.h>
#include <sys/types.h>

#include "common.h"

#define OPS_INSTANCE	"cap_tracing_matrix"

struct op_impl {
	const char *id;			/* as in the table */
	int (*attempt)(const void *arg);
	const void *arg;
};

struct op_group {
	const struct op_impl *ops;
	int nr_ops;
};

extern const struct op_group ops_perf, ops_tracefs, ops_tracefs_dyn,
	ops_bpf_map, ops_bpf_prog, ops_bpf_helper, ops_bpf_attach, ops_other;

/* What root made for the operations; descriptors are inherited */
struct ops_env {
	pid_t root_task, user_task;
	int root_cgroup_fd, cgroup_fd, device_cgroup_fd, bpffs_fd;
	int event_id, function_id, kprobe_type, uprobe_type;
	int perf_fd;			/* tracepoint event */
	int socket_filter, raw_tp, kprobe_multi, uprobe_multi, perf_prog;
	int cgroup_skb, other_cgroup_skb, cgroup_device;
	int map, btf, link;
	__u32 prog_id, map_id, btf_id, link_id;
	char secret[64], readable[64];
	char exe[256];
	char hostname[65];
};

extern struct ops_env env;

/* Prepare and undo, as root; 0 or an errno, told on stderr */
int ops_setup(void);
void ops_teardown(void);

/* As ct_bpf(BPF_BTF_LOAD) */
int ops_load_btf(void);

/* A root-only preparation of the files in tracefs, part of ops_setup() */
int ops_setup_tracefs(void);
void ops_teardown_tracefs(void);
int ops_setup_bpf(void);
void ops_teardown_bpf(void);

/* 0 if @err is the errno that lies beyond the permission checks */
static inline int past(int err, int expected)
{
	if (err == expected)
		return 0;
	return err ? err : EIO;	/* it must not succeed */
}

/* For functions that return a descriptor or -errno: close it */
int ops_close(int fd);

#endif /* _CAP_TRACING_OPS_H */

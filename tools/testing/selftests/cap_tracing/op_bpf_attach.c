// SPDX-License-Identifier: GPL-2.0
/*
 * The table's operations that attach programs or look for other people's.
 */
#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "ops.h"

static int raw_tp_open(const char *tracepoint, int prog)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = (unsigned long)tracepoint;
	attr.raw_tracepoint.prog_fd = prog;
	return ct_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

static int try_raw_tp(const void *arg)
{
	(void)arg;
	return ops_close(raw_tp_open("sched_process_exec", env.raw_tp));
}

/* A link without a single address is refused when nothing else is wrong */
static int multi_link(int prog, int attach)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = attach;
	return past(ops_close(ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr))),
		    EINVAL);
}

static int try_kprobe_multi(const void *arg)
{
	(void)arg;
	return multi_link(env.kprobe_multi, BPF_TRACE_KPROBE_MULTI);
}

static int try_uprobe_multi(const void *arg)
{
	(void)arg;
	return multi_link(env.uprobe_multi, BPF_TRACE_UPROBE_MULTI);
}

static int load_return(__u32 type, __u32 attach, int value)
{
	const struct bpf_insn insns[] = { CT_MOV_IMM(0, value), CT_EXIT() };
	const struct ct_prog prog = {
		.type = type, .attach_type = attach, .insns = insns,
		.nr_insns = 2,
	};

	return ct_prog_load(&prog);
}

static int try_uprobe_multi_own(const void *arg)
{
	int err, prog = load_return(BPF_PROG_TYPE_KPROBE,
				    BPF_TRACE_UPROBE_MULTI, 0);

	(void)arg;
	if (prog < 0)
		return -prog;
	err = multi_link(prog, BPF_TRACE_UPROBE_MULTI);
	close(prog);
	return err;
}

static int cgroup_attach(int cmd, int cgroup, int prog, int type, int flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = cgroup;
	attr.attach_bpf_fd = prog;
	attr.attach_type = type;
	attr.attach_flags = flags;
	return -ct_bpf(cmd, &attr, sizeof(attr));
}

static int try_cgroup_skb(const void *arg)
{
	int err = cgroup_attach(BPF_PROG_ATTACH, env.cgroup_fd,
				env.other_cgroup_skb, BPF_CGROUP_INET_INGRESS,
				BPF_F_ALLOW_MULTI);

	(void)arg;
	if (err)
		return err;
	return cgroup_attach(BPF_PROG_DETACH, env.cgroup_fd,
			     env.other_cgroup_skb, BPF_CGROUP_INET_INGRESS, 0);
}

static int try_cgroup_detach(const void *arg)
{
	bool seen = *(const bool *)arg;
	int err = cgroup_attach(BPF_PROG_DETACH, env.device_cgroup_fd,
				seen ? env.cgroup_device : -1,
				BPF_CGROUP_DEVICE, 0);

	if (err)
		return err;
	return cgroup_attach(BPF_PROG_ATTACH, env.device_cgroup_fd,
			     env.cgroup_device, BPF_CGROUP_DEVICE, 0);
}

static int try_cgroup_query(const void *arg)
{
	union bpf_attr attr;

	(void)arg;
	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = env.cgroup_fd;
	attr.query.attach_type = BPF_CGROUP_INET_INGRESS;
	return -ct_bpf(BPF_PROG_QUERY, &attr, sizeof(attr));
}

struct by_id {
	int cmd;
	const __u32 *id;
};

/* The kernel's own types come first */
static const __u32 vmlinux_btf_id = 1;

/* Does a walk get to root's object?  Own ones may be on their way out */
static int try_next_id(const void *arg)
{
	const struct by_id *b = arg;
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.start_id = *b->id - 1;
	err = -ct_bpf(b->cmd, &attr, offsetof(union bpf_attr, open_flags));
	return err ?: attr.next_id == *b->id ? 0 : ENOENT;
}

static int try_by_id(const void *arg)
{
	const struct by_id *by = arg;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = *by->id;
	return ops_close(ct_bpf(by->cmd, &attr,
				offsetof(union bpf_attr, next_id)));
}

static int try_xlated(const void *arg)
{
	struct bpf_insn insns[4];
	struct bpf_prog_info info = {
		.xlated_prog_len = sizeof(insns),
		.xlated_prog_insns = (unsigned long)insns,
	};
	union bpf_attr attr;
	int err;

	(void)arg;
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = env.socket_filter;
	attr.info.info_len = sizeof(info);
	attr.info.info = (unsigned long)&info;
	err = -ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	if (!err && !info.xlated_prog_len)
		err = EPERM;	/* how it refuses */
	return err;
}

static int try_task_fd_query(const void *arg)
{
	union bpf_attr attr;

	(void)arg;
	memset(&attr, 0, sizeof(attr));
	attr.task_fd_query.pid = getpid();
	attr.task_fd_query.fd = env.link;
	return -ct_bpf(BPF_TASK_FD_QUERY, &attr, sizeof(attr));
}

static int try_enable_stats(const void *arg)
{
	union bpf_attr attr;

	(void)arg;
	memset(&attr, 0, sizeof(attr));
	/* No such kind: what is asked after the capability */
	attr.enable_stats.type = 1000;
	return past(ops_close(ct_bpf(BPF_ENABLE_STATS, &attr, sizeof(attr))),
		    EINVAL);
}

#define YES		(&(const bool){ true })
#define NO		(&(const bool){ false })
#define BY_ID(cmd, id)	(&(const struct by_id){ cmd, &(id) })

static const struct op_impl ops[] = {
	{ "bpf.attach.raw_tracepoint", try_raw_tp, NULL },
	{ "bpf.attach.kprobe_multi", try_kprobe_multi, NULL },
	{ "bpf.attach.uprobe_multi", try_uprobe_multi, NULL },
	{ "bpf.attach.uprobe_multi.own", try_uprobe_multi_own, NULL },
	{ "bpf.attach.cgroup_skb", try_cgroup_skb, NULL },
	{ "bpf.detach.cgroup_device", try_cgroup_detach, YES },
	{ "bpf.detach.cgroup_device.unseen", try_cgroup_detach, NO },
	{ "bpf.query.cgroup", try_cgroup_query, NULL },
	{ "bpf.next_id.prog", try_next_id, BY_ID(BPF_PROG_GET_NEXT_ID, env.prog_id) },
	{ "bpf.next_id.map", try_next_id, BY_ID(BPF_MAP_GET_NEXT_ID, env.map_id) },
	{ "bpf.next_id.btf", try_next_id,
		BY_ID(BPF_BTF_GET_NEXT_ID, vmlinux_btf_id) },
	{ "bpf.next_id.link", try_next_id, BY_ID(BPF_LINK_GET_NEXT_ID, env.link_id) },
	{ "bpf.by_id.prog", try_by_id, BY_ID(BPF_PROG_GET_FD_BY_ID, env.prog_id) },
	{ "bpf.by_id.map", try_by_id, BY_ID(BPF_MAP_GET_FD_BY_ID, env.map_id) },
	{ "bpf.by_id.btf", try_by_id, BY_ID(BPF_BTF_GET_FD_BY_ID, env.btf_id) },
	{ "bpf.by_id.link", try_by_id, BY_ID(BPF_LINK_GET_FD_BY_ID, env.link_id) },
	{ "bpf.info.xlated", try_xlated, NULL },
	{ "bpf.task_fd_query", try_task_fd_query, NULL },
	{ "bpf.enable_stats", try_enable_stats, NULL },
};

const struct op_group ops_bpf_attach = { ops, ARRAY_SIZE(ops) };

/* The first __u32 of every kind of information is not the id everywhere */
static int object_id(int fd, __u32 *id, size_t offset)
{
	char info[512] = { 0 };
	union bpf_attr attr;
	int ret;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (unsigned long)info;
	ret = ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	memcpy(id, info + offset, sizeof(*id));
	return ret;
}

/* Loading one such program enables its event: not in each operation */
static bool load_printk(void)
{
	const struct bpf_insn insns[] = {
		CT_ST(BPF_DW, 10, -8, 0x000a61), CT_MOV_REG(1, 10),
		CT_ADD_IMM(1, -8), CT_MOV_IMM(2, 3),
		CT_CALL(BPF_FUNC_trace_printk), CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns,
		.nr_insns = ARRAY_SIZE(insns),
	};

	return !ops_close(ct_prog_load(&prog));
}

static bool load_all(void)
{
	env.socket_filter = load_return(BPF_PROG_TYPE_SOCKET_FILTER, 0, 0);
	env.raw_tp = load_return(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0);
	env.kprobe_multi = load_return(BPF_PROG_TYPE_KPROBE,
				       BPF_TRACE_KPROBE_MULTI, 0);
	env.uprobe_multi = load_return(BPF_PROG_TYPE_KPROBE,
				       BPF_TRACE_UPROBE_MULTI, 0);
	env.perf_prog = load_return(BPF_PROG_TYPE_PERF_EVENT, 0, 0);
	env.cgroup_skb = load_return(BPF_PROG_TYPE_CGROUP_SKB,
				     BPF_CGROUP_INET_INGRESS, 1);
	env.other_cgroup_skb = load_return(BPF_PROG_TYPE_CGROUP_SKB,
					   BPF_CGROUP_INET_INGRESS, 1);
	env.cgroup_device = load_return(BPF_PROG_TYPE_CGROUP_DEVICE,
					BPF_CGROUP_DEVICE, 1);
	env.map = ct_map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	env.btf = ops_load_btf();
	env.link = raw_tp_open("sched_process_exec", env.raw_tp);
	return env.socket_filter >= 0 && env.raw_tp >= 0 &&
	       env.kprobe_multi >= 0 && env.uprobe_multi >= 0 &&
	       env.perf_prog >= 0 && env.cgroup_skb >= 0 &&
	       env.other_cgroup_skb >= 0 && env.cgroup_device >= 0 &&
	       env.map >= 0 && env.btf >= 0 && env.link >= 0;
}

static bool look_up_ids(void)
{
	return !object_id(env.socket_filter, &env.prog_id,
			  offsetof(struct bpf_prog_info, id)) &&
	       !object_id(env.map, &env.map_id,
			  offsetof(struct bpf_map_info, id)) &&
	       !object_id(env.btf, &env.btf_id,
			  offsetof(struct bpf_btf_info, id)) &&
	       !object_id(env.link, &env.link_id,
			  offsetof(struct bpf_link_info, id));
}

/* One of each kind, so that no operation attaches the first or the last */
static bool attach_all(void)
{
	return !cgroup_attach(BPF_PROG_ATTACH, env.cgroup_fd, env.cgroup_skb,
			      BPF_CGROUP_INET_INGRESS, BPF_F_ALLOW_MULTI) &&
	       !cgroup_attach(BPF_PROG_ATTACH, env.cgroup_fd,
			      env.cgroup_device, BPF_CGROUP_DEVICE, 0) &&
	       !cgroup_attach(BPF_PROG_ATTACH, env.device_cgroup_fd,
			      env.cgroup_device, BPF_CGROUP_DEVICE, 0);
}

int ops_setup_bpf(void)
{
	return load_printk() && load_all() && look_up_ids() && attach_all() ?
	       0 : errno;
}

void ops_teardown_bpf(void)
{
	cgroup_attach(BPF_PROG_DETACH, env.cgroup_fd, env.cgroup_skb,
		      BPF_CGROUP_INET_INGRESS, 0);
	cgroup_attach(BPF_PROG_DETACH, env.cgroup_fd, env.cgroup_device,
		      BPF_CGROUP_DEVICE, 0);
	cgroup_attach(BPF_PROG_DETACH, env.device_cgroup_fd, env.cgroup_device,
		      BPF_CGROUP_DEVICE, 0);
	close(env.link);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of BPF tokens share: making them, and using them by raw
 * system calls.  Functions return a descriptor or -errno, those called try_*()
 * 0 or errno.
 */
#ifndef _BPF_TOKEN_TOKEN_H
#define _BPF_TOKEN_TOKEN_H

#include "../cap_tracing/focus.h"

#define BIT64(n)	(1ULL << (n))
#define ALL_CMDS	(BIT64(__MAX_BPF_CMD) - 1)
#define ALL_MAPS	(BIT64(__MAX_BPF_MAP_TYPE) - 1)
#define ALL_PROGS	(BIT64(__MAX_BPF_PROG_TYPE) - 1)
#define ALL_ATTACHS	(BIT64(__MAX_BPF_ATTACH_TYPE) - 1)
#define ALL_CAPS	(CAP_B | CAP_N | CAP_P | CAP_T | CAP_A)

#define UNPRIV		"/proc/sys/kernel/unprivileged_bpf_disabled"

struct grant {
	__u64 cmds, maps, progs, attachs, caps;
	int cgroup;	/* with BPF_F_TOKEN_CGROUP */
};

#define GRANT(c) ((struct grant){ ALL_CMDS, ALL_MAPS, ALL_PROGS, ALL_ATTACHS, c })

static inline int token_make(__u32 flags, int parent, const struct grant *g)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.token_create.flags = flags;
	attr.token_create.token_fd = parent;
	attr.token_create.cgroup_fd = g->cgroup;
	attr.token_create.allowed_cmds = g->cmds;
	attr.token_create.allowed_maps = g->maps;
	attr.token_create.allowed_progs = g->progs;
	attr.token_create.allowed_attachs = g->attachs;
	attr.token_create.allowed_caps = g->caps;
	return ct_bpf(BPF_TOKEN_CREATE, &attr, sizeof(attr));
}

static inline int token_direct(__u64 caps)
{
	struct grant g = GRANT(caps);

	return token_make(BPF_F_TOKEN_DIRECT, 0, &g);
}

static inline int token_derive(int parent, __u64 caps)
{
	struct grant g = GRANT(caps);

	return token_make(BPF_F_TOKEN_DERIVE, parent, &g);
}

/* 0 or errno */
static inline int token_revoke(int token, int ancestor)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.token_revoke.token_fd = token;
	attr.token_revoke.ancestor_fd = ancestor;
	return -ct_bpf(BPF_TOKEN_REVOKE, &attr, sizeof(attr));
}

/* 0 or errno */
static inline int load_perm(int fd, __u32 flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.load_perm.perm_fd = fd;
	attr.load_perm.flags = flags;
	return -ct_bpf(BPF_LOAD_PERM_FD, &attr, sizeof(attr));
}

/* What the status of the calling process says of its token; 0: nothing */
static inline __u64 token_shown(void)
{
	char status[8192], *line;

	if (get_string("/proc/self/status", status, sizeof(status)) <= 0)
		return ~0ULL;
	line = strstr(status, "\nCapTok:\t");
	return line ? strtoull(line + 9, NULL, 16) : 0;
}

/* 0 or errno */
static inline int token_info(int fd, struct bpf_token_info *info)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	memset(info, 0, sizeof(*info));
	attr.info.bpf_fd = fd;
	attr.info.info = (unsigned long)info;
	attr.info.info_len = sizeof(*info);
	return -ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

static const struct bpf_insn return_0[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };

/* A program that does nothing; without a token if @token is negative */
static inline int prog_with(int token, __u32 type, __u32 attach_type)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.expected_attach_type = attach_type;
	attr.insns = (unsigned long)return_0;
	attr.insn_cnt = ARRAY_SIZE(return_0);
	attr.license = (unsigned long)"GPL";
	if (token >= 0) {
		attr.prog_flags = BPF_F_TOKEN_FD;
		attr.prog_token_fd = token;
	}
	return ct_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

static inline int map_with(int token, __u32 type)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 4;
	if (token >= 0) {
		attr.map_flags = BPF_F_TOKEN_FD;
		attr.map_token_fd = token;
	}
	return ct_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

static inline int btf_with(int token)
{
	static const struct {
		struct btf_header {
			__u16 magic;
			__u8 version, flags;
			__u32 hdr_len, type_off, type_len, str_off, str_len;
		} h;
		__u32 integer[4];
		char strings[8];
	} btf = {
		.h = { 0xeB9F, 1, 0, sizeof(struct btf_header), 0, 16, 16, 5 },
		.integer = { 1, 1 << 24, 4, 32 },
		.strings = "\0int",
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (unsigned long)&btf;
	attr.btf_size = offsetof(typeof(btf), strings) + 5;
	if (token >= 0) {
		attr.btf_flags = BPF_F_TOKEN_FD;
		attr.btf_token_fd = token;
	}
	return ct_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

/* What a descriptor or -errno says: 0 or errno */
static inline int shut(int fd)
{
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

/* What to try, with an inherited token */
struct use {
	int token;
	__u32 type, attach;
};

static inline int try_prog(void *arg)
{
	struct use *u = arg;

	return shut(prog_with(u->token, u->type, u->attach));
}

static inline int try_map(void *arg)
{
	struct use *u = arg;

	return shut(map_with(u->token, u->type));
}

static inline int try_btf(void *arg)
{
	struct use *u = arg;

	return shut(btf_with(u->token));
}

static inline int try_derive(void *arg)
{
	return shut(token_derive(*(int *)arg, 0));
}

static inline int try_load_perm(void *arg)
{
	return load_perm(*(int *)arg, 0);
}

static inline int obj_pin(int fd, const char *path)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)path;
	attr.bpf_fd = fd;
	return -ct_bpf(BPF_OBJ_PIN, &attr, sizeof(attr));
}

static inline int obj_get(const char *path, __u32 flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)path;
	attr.file_flags = flags;
	return ct_bpf(BPF_OBJ_GET, &attr, sizeof(attr));
}

/* 0 or errno */
static inline int cgroup_prog(int cmd, int prog, int cgroup, __u32 type)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = cgroup;
	attr.attach_bpf_fd = prog;
	attr.attach_type = type;
	return -ct_bpf(cmd, &attr, sizeof(attr));
}

static inline int cgroup_attach(int prog, int cgroup, __u32 type)
{
	return cgroup_prog(BPF_PROG_ATTACH, prog, cgroup, type);
}

static inline int cgroup_detach(int prog, int cgroup, __u32 type)
{
	return cgroup_prog(BPF_PROG_DETACH, prog, cgroup, type);
}

static inline int cgroup_query(int target, __u32 type)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = target;
	attr.query.attach_type = type;
	return -ct_bpf(BPF_PROG_QUERY, &attr, sizeof(attr));
}

/* A descriptor or -errno */
static inline int cgroup_link(int prog, int cgroup, __u32 type)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.target_fd = cgroup;
	attr.link_create.attach_type = type;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* 0 or errno */
static inline int send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : errno;
}

/* A descriptor, or -1 */
static inline int receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fd = -1;

	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static int failed;		/* the first step that was not as said */

static inline void bpf_step(int n, int want, int have)
{
	if (have == want || failed)
		return;
	printf("# at %d: %d\n", n, have);
	fflush(stdout);
	failed = n;
}

/* For main(): nothing to test on a kernel without tokens that confer */
static inline void need_delegation(void)
{
	struct grant none = { 0 };
	int fd = token_make(BPF_F_TOKEN_DIRECT, 0, &none);

	if (fd >= 0) {
		close(fd);
		return;
	}
	printf("TAP version 13\n1..0 # SKIP this kernel delegates by bpffs alone\n");
	exit(4);
}

#endif /* _BPF_TOKEN_TOKEN_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of BPF namespaces share: one object of each kind, looking at
 * them by number, and processes that keep a namespace with objects: rooms.
 * Functions return a descriptor or -errno, those called try_*() 0 or errno.
 */
#ifndef _BPF_NS_NS_H
#define _BPF_NS_NS_H

#include "../bpf_token/token.h"
#include <linux/btf.h>
#include <linux/nsfs.h>

#ifndef CLONE_NEWBPF
#define CLONE_NEWBPF		0x00000040
#endif

#define NS_FILE			"/proc/self/ns/bpf"
#define INITIAL_INO		0xEFFFFFF9U
/* Numbers above this one are of the kernel's BTF */
#define LAST_OWN_BTF		0x40000000U

enum kind { PROG, MAP, LINK, BTF, KINDS };

static const int next_cmd[KINDS] = {
	BPF_PROG_GET_NEXT_ID, BPF_MAP_GET_NEXT_ID, BPF_LINK_GET_NEXT_ID,
	BPF_BTF_GET_NEXT_ID,
};

static const int open_cmd[KINDS] = {
	BPF_PROG_GET_FD_BY_ID, BPF_MAP_GET_FD_BY_ID, BPF_LINK_GET_FD_BY_ID,
	BPF_BTF_GET_FD_BY_ID,
};

/* 0 or errno */
static inline int get_info(int fd, void *info, __u32 size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info = (unsigned long)info;
	attr.info.info_len = size;
	return -ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

/* The number that a descriptor's object has here; ~0 if there is no telling */
static inline __u32 number_of(enum kind kind, int fd)
{
	union {
		struct bpf_prog_info prog;
		struct bpf_map_info map;
		struct bpf_link_info link;
		struct bpf_btf_info btf;
	} info;
	static const __u32 size[KINDS] = {
		sizeof(info.prog), sizeof(info.map), sizeof(info.link),
		sizeof(info.btf),
	};

	memset(&info, 0, sizeof(info));
	if (get_info(fd, &info, size[kind]))
		return ~0U;
	switch (kind) {
	case PROG:
		return info.prog.id;
	case MAP:
		return info.map.id;
	case LINK:
		return info.link.id;
	default:
		return info.btf.id;
	}
}

/* A number in a descriptor's fdinfo; ~0 if it is not there */
static inline __u32 fdinfo_number(int fd, const char *key)
{
	char path[64], text[2048], *at;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (get_string(path, text, sizeof(text)) <= 0)
		return ~0U;
	for (at = text; at && strncmp(at, key, strlen(key)); ) {
		at = strchr(at, '\n');
		if (at)
			at++;
	}
	return at ? strtoul(at + strlen(key) + 1, NULL, 10) : ~0U;
}

static inline int open_number(enum kind kind, __u32 nr)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_id = nr;	/* the same place for every kind */
	return ct_bpf(open_cmd[kind], &attr, sizeof(attr));
}

/* The first @max numbers that are seen here; how many there are, or -errno */
static inline int list(enum kind kind, __u32 *nr, int max)
{
	union bpf_attr attr;
	__u32 at = 0;
	int n, err;

	for (n = 0; ; n++) {
		memset(&attr, 0, sizeof(attr));
		attr.start_id = at;
		err = ct_bpf(next_cmd[kind], &attr, sizeof(attr));
		if (err)
			return err == -ENOENT ? n : err;
		at = attr.next_id;
		if (n < max)
			nr[n] = at;
	}
}

/* Is it by this number that the kernel's types are opened here? */
static inline bool is_vmlinux(__u32 nr)
{
	char name[32] = "";
	struct bpf_btf_info info = {
		.name = (unsigned long)name, .name_len = sizeof(name),
	};
	int fd = open_number(BTF, nr);
	bool is = fd >= 0 && !get_info(fd, &info, sizeof(info)) &&
		  info.id == nr && !strcmp(name, "vmlinux");

	if (fd >= 0)
		close(fd);
	return is;
}

#define MANY_NUMBERS	1024

/* How many are seen here, the kernel's BTF apart; or -errno */
static inline int count(enum kind kind)
{
	static __u32 nr[MANY_NUMBERS];
	int n = list(kind, nr, MANY_NUMBERS), own = 0;

	if (n < 0)
		return n;
	for (int i = 0; i < n && i < MANY_NUMBERS; i++)
		own += nr[i] <= LAST_OWN_BTF;
	return own;
}

static inline bool lists(enum kind kind, __u32 nr)
{
	static __u32 all[MANY_NUMBERS];
	int n = list(kind, all, MANY_NUMBERS);

	for (int i = 0; i < n && i < MANY_NUMBERS; i++) {
		if (all[i] == nr)
			return true;
	}
	return false;
}

/* BPF_MAP_UPDATE_ELEM or BPF_MAP_LOOKUP_ELEM; 0 or errno */
static inline int try_element(int cmd, int map, __u32 key, const void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)value;
	return -ct_bpf(cmd, &attr, sizeof(attr));
}

static inline int try_update(int map, __u32 key, __u32 value)
{
	return try_element(BPF_MAP_UPDATE_ELEM, map, key, &value);
}

/* @prog: or a map, of operations; @target: what it is attached to, or 0 */
static inline int link_with(int prog, int target, __u32 attach_type,
			    __u32 flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.target_fd = target;
	attr.link_create.attach_type = attach_type;
	attr.link_create.flags = flags;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

static inline int attach_raw_tp(int prog)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = prog;
	attr.raw_tracepoint.name = (unsigned long)"sys_enter";
	return ct_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

/* One of each kind, and the numbers they have where they were made */
struct set {
	int fd[KINDS];
	__u32 nr[KINDS];
};

/* 0 or errno; as somebody who may */
static inline int make_set(struct set *set)
{
	set->fd[PROG] = prog_with(-1, BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	if (set->fd[PROG] < 0)
		return -set->fd[PROG];
	set->fd[MAP] = map_with(-1, BPF_MAP_TYPE_ARRAY);
	set->fd[LINK] = attach_raw_tp(set->fd[PROG]);
	set->fd[BTF] = btf_with(-1);
	for (enum kind k = 0; k < KINDS; k++) {
		if (set->fd[k] < 0)
			return -set->fd[k];
		set->nr[k] = number_of(k, set->fd[k]);
		if (set->nr[k] == ~0U)
			return WRONG;
	}
	return 0;
}

static inline void close_set(struct set *set)
{
	for (enum kind k = 0; k < KINDS; k++)
		close(set->fd[k]);
}

static inline bool differ(const char *what, __u32 have, __u32 want)
{
	if (have == want)
		return false;
	printf("# %s: %u, not %u\n", what, have, want);
	fflush(stdout);
	return true;
}

/* Of two numbers, and say so */
#define DIFFER(have, want)	differ(#have, have, want)

static inline ino_t ns_inode(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

/* @fn in a new BPF namespace as user @uid with @caps */
static inline int in_ns(uid_t uid, __u64 caps, int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (pid < 0)
		return SETUP_FAILED;
	if (!pid) {
		if (unshare(CLONE_NEWBPF) || ct_become(uid, caps))
			_exit(SETUP_FAILED);
		_exit(fn(arg));
	}
	return reap(pid);
}

/* A process that keeps a BPF namespace, and one object of each kind there */
struct room {
	pid_t pid;
	int stay;	/* until this is closed */
	struct set set;	/* descriptors are those of the process */
};

/* 0 or errno */
static inline int enter_room(const struct room *room)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%d/ns/bpf", room->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = setns(fd, CLONE_NEWBPF) ? errno : 0;
	close(fd);
	return err;
}

/* In @outer, or in the current namespace if that is NULL; 0 or errno */
static inline int open_room(struct room *room, const struct room *outer)
{
	int stay[2], ready[2], err = SETUP_FAILED;
	char c;

	if (pipe2(stay, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		return errno;
	room->pid = fork();
	if (room->pid < 0)
		return errno;
	if (!room->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* It keeps nothing and nobody else */
		for (int fd = 3; fd < 256; fd++) {
			if (fd != stay[0] && fd != ready[1])
				close(fd);
		}
		if ((outer && enter_room(outer)) || unshare(CLONE_NEWBPF) ||
		    make_set(&room->set) ||
		    write(ready[1], &room->set, sizeof(room->set)) !=
		    sizeof(room->set))
			_exit(SETUP_FAILED);
		_exit(read(stay[0], &c, 1) ? SETUP_FAILED : 0);
	}
	close(stay[0]);
	close(ready[1]);
	room->stay = stay[1];
	if (read(ready[0], &room->set, sizeof(room->set)) ==
	    sizeof(room->set))
		err = 0;
	close(ready[0]);
	return err;
}

static inline int close_room(struct room *room)
{
	close(room->stay);
	return reap(room->pid);
}

/* @fn there as user @uid with @caps */
static inline int in_room(const struct room *room, uid_t uid, __u64 caps,
			  int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (pid < 0)
		return SETUP_FAILED;
	if (!pid) {
		if (enter_room(room) || ct_become(uid, caps))
			_exit(SETUP_FAILED);
		_exit(fn(arg));
	}
	return reap(pid);
}

/* A descriptor of an object in a room, wherever the caller is */
static inline int from_room(const struct room *room, enum kind kind)
{
	int pidfd = syscall(SYS_pidfd_open, room->pid, 0), fd;

	if (pidfd < 0)
		return -errno;
	fd = syscall(SYS_pidfd_getfd, pidfd, room->set.fd[kind], 0);
	if (fd < 0)
		fd = -errno;
	close(pidfd);
	return fd;
}

/* For main(): nothing to test on a kernel without BPF namespaces */
static inline void need_bpf_ns(void)
{
	if (!access(NS_FILE, F_OK))
		return;
	printf("TAP version 13\n1..0 # SKIP this kernel has no BPF namespaces\n");
	exit(4);
}

#endif /* _BPF_NS_NS_H */

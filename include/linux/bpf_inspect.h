/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who sees which BPF objects by id, and descriptors that are good for looking.
 */
#ifndef _LINUX_BPF_INSPECT_H
#define _LINUX_BPF_INSPECT_H

#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/bpf.h>

struct bpf_link;
struct bpf_map;
struct bpf_prog;
struct btf;
struct fd;
struct file;
struct idr;

/**
 * enum bpf_view - what the current task sees of the BPF objects by id
 * @BPF_VIEW_NONE: nothing
 * @BPF_VIEW_OWN: what its effective uid has made, and the kernel's BTF
 * @BPF_VIEW_INSPECT: everything, to use what it has made and inspect the rest
 * @BPF_VIEW_ALL: everything, to use it
 */
enum bpf_view {
	BPF_VIEW_NONE,
	BPF_VIEW_OWN,
	BPF_VIEW_INSPECT,
	BPF_VIEW_ALL,
};

/**
 * enum bpf_inspect_type - what an inspect-only descriptor stands for
 * @BPF_INSPECT_PROG: a program
 * @BPF_INSPECT_MAP: a map
 * @BPF_INSPECT_LINK: a link
 */
enum bpf_inspect_type {
	BPF_INSPECT_PROG,
	BPF_INSPECT_MAP,
	BPF_INSPECT_LINK,
};

/**
 * struct bpf_map_reader - a map that a system call may read
 * @map: the map, or an ERR_PTR()
 * @inspect: read through an inspect-only descriptor: @map is referenced
 */
struct bpf_map_reader {
	struct bpf_map *map;
	bool inspect;
};

#ifdef CONFIG_BPF_SYSCALL

enum bpf_view bpf_view_by_id(void);
bool bpf_view_uses(enum bpf_view view, kuid_t creator);
int bpf_view_next_id(enum bpf_view view, enum bpf_cmd cmd, struct idr *idr,
		     spinlock_t *lock, u32 *id);
bool bpf_inspect_capable(void);

int bpf_inspect_prog(enum bpf_view view, struct bpf_prog *prog);
int bpf_inspect_map(enum bpf_view view, struct bpf_map *map, int f_flags);
int bpf_inspect_link(enum bpf_view view, struct bpf_link *link);

bool bpf_is_inspect_file(const struct file *file);
int bpf_inspect_get_info(struct file *file, const union bpf_attr *attr,
			 union bpf_attr __user *uattr);
struct bpf_map_reader bpf_map_reader_get(struct fd f);
void bpf_map_reader_put(struct bpf_map_reader reader);

/* An inspect-only descriptor is refused for what it is, others are mistaken */
static inline int bpf_wrong_file(const struct file *file)
{
	return bpf_is_inspect_file(file) ? -EPERM : -EINVAL;
}

/* In syscall.c and btf.c */
struct bpf_map *bpf_map_by_id(u32 id, bool uref);
kuid_t btf_creator(const struct btf *btf);
int bpf_prog_get_info_by_fd(struct file *file, struct bpf_prog *prog,
			    const union bpf_attr *attr,
			    union bpf_attr __user *uattr);
int bpf_map_get_info_by_fd(struct file *file, struct bpf_map *map,
			   const union bpf_attr *attr,
			   union bpf_attr __user *uattr);
int bpf_link_get_info_by_fd(struct file *file, struct bpf_link *link,
			    const union bpf_attr *attr,
			    union bpf_attr __user *uattr);

#else

static inline int bpf_wrong_file(const struct file *file)
{
	return -EINVAL;
}

#endif /* CONFIG_BPF_SYSCALL */

#endif /* _LINUX_BPF_INSPECT_H */

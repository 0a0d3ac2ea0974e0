// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who sees which BPF objects by id, and descriptors that are good for looking.
 *
 * CAP_SYS_ADMIN uses every object by its id.  CAP_BPF uses what its own
 * effective uid has made and does not see the rest.  With CAP_TRACING besides
 * it sees the rest, too, but gets a descriptor that is good for two things:
 * BPF_OBJ_GET_INFO_BY_FD, and reading if it is a map's.  Everything else asks
 * for a file of another kind and fails, in whatever hands the descriptor is.
 *
 * Such a descriptor names an object and does not hold it: a link stays
 * attached, and a map's memory taken, no longer because somebody looks on.
 */

#include <linux/anon_inodes.h>
#include <linux/bpf.h>
#include <linux/bpf_inspect.h>
#include <linux/btf.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

struct bpf_inspect {
	enum bpf_inspect_type type;
	u32 id;
};

static const char *const bpf_inspect_names[] = {
	[BPF_INSPECT_PROG] = "prog",
	[BPF_INSPECT_MAP] = "map",
	[BPF_INSPECT_LINK] = "link",
};

/* With a record of the refusal */
static bool bpf_cmd_capable(int cap)
{
	return bpf_cmd_capable_noaudit(cap) || capable(cap);
}

/**
 * bpf_view_by_id - what may the current task see by id?
 *
 * Context: Process context.
 * Return: what it sees; for %BPF_VIEW_NONE an audit record names CAP_BPF.
 */
enum bpf_view bpf_view_by_id(void)
{
	if (bpf_cmd_capable_noaudit(CAP_SYS_ADMIN))
		return BPF_VIEW_ALL;
	if (!bpf_cmd_capable(CAP_BPF))
		return BPF_VIEW_NONE;
	if (bpf_cmd_capable_noaudit(CAP_TRACING))
		return BPF_VIEW_INSPECT;
	return BPF_VIEW_OWN;
}

/**
 * bpf_inspect_capable - may the current task ask about every BPF object?
 *
 * For questions that no descriptor stands for: BPF_TASK_FD_QUERY and
 * BPF_ENABLE_STATS.
 *
 * Context: Process context.
 * Return: true if it may; otherwise one audit record names CAP_TRACING, or
 * CAP_BPF.
 */
bool bpf_inspect_capable(void)
{
	return bpf_cmd_capable_noaudit(CAP_SYS_ADMIN) ||
	       (bpf_cmd_capable(CAP_BPF) && bpf_cmd_capable(CAP_TRACING));
}

/**
 * bpf_view_uses - is an object there to be used, and not just looked at?
 * @view: of the current task
 * @creator: effective uid of who made the object
 *
 * Context: Process context.
 * Return: true if it may have a descriptor with all rights.
 */
bool bpf_view_uses(enum bpf_view view, kuid_t creator)
{
	return view == BPF_VIEW_ALL ||
	       (view != BPF_VIEW_NONE && uid_eq(creator, current_euid()));
}

static bool bpf_view_sees(enum bpf_view view, enum bpf_cmd cmd, const void *obj)
{
	kuid_t creator;

	if (view > BPF_VIEW_OWN)
		return true;
	switch (cmd) {
	case BPF_PROG_GET_NEXT_ID:
		creator = ((const struct bpf_prog *)obj)->aux->creator;
		break;
	case BPF_MAP_GET_NEXT_ID:
		creator = ((const struct bpf_map *)obj)->creator;
		break;
	case BPF_LINK_GET_NEXT_ID:
		creator = ((const struct bpf_link *)obj)->creator;
		break;
	case BPF_BTF_GET_NEXT_ID:
		if (btf_is_kernel(obj))
			return true;
		creator = btf_creator(obj);
		break;
	default:
		return false;
	}
	return bpf_view_uses(view, creator);
}

/**
 * bpf_view_next_id - find the next object that the current task sees
 * @view: of the current task
 * @cmd: the command, which tells what kind of object
 * @idr: of that kind
 * @lock: protects @idr
 * @id: the first to look at; set to the one found
 *
 * Context: Process context. Takes and releases @lock; may sleep.
 * Return: 0; -ENOENT; or -EINTR.
 */
int bpf_view_next_id(enum bpf_view view, enum bpf_cmd cmd, struct idr *idr,
		     spinlock_t *lock, u32 *id)
{
	const void *obj;
	bool seen;

	for (;; (*id)++) {
		spin_lock_bh(lock);
		obj = idr_get_next(idr, id);
		seen = obj && bpf_view_sees(view, cmd, obj);
		spin_unlock_bh(lock);
		if (!obj)
			return -ENOENT;
		if (seen)
			return 0;
		/* There may be very many of others */
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
}

static int bpf_inspect_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

#ifdef CONFIG_PROC_FS
static void bpf_inspect_show_fdinfo(struct seq_file *m, struct file *file)
{
	const struct bpf_inspect *inspect = file->private_data;

	seq_printf(m, "%s_id:\t%u\ninspect_only:\t1\n",
		   bpf_inspect_names[inspect->type],
		   bpf_inspect_vnr(inspect->type, inspect->id));
}
#endif

static ssize_t bpf_inspect_read(struct file *file, char __user *buf,
				size_t size, loff_t *ppos)
{
	/* There so that the file counts as readable, as for a map's own */
	return -EINVAL;
}

static const struct file_operations bpf_inspect_fops = {
#ifdef CONFIG_PROC_FS
	.show_fdinfo	= bpf_inspect_show_fdinfo,
#endif
	.release	= bpf_inspect_release,
	.read		= bpf_inspect_read,
};

/**
 * bpf_is_inspect_file - is this an inspect-only descriptor's file?
 * @file: an open file
 *
 * Return: true if it is.
 */
bool bpf_is_inspect_file(const struct file *file)
{
	return file->f_op == &bpf_inspect_fops;
}

static int bpf_inspect_new_fd(enum bpf_inspect_type type, u32 id)
{
	struct bpf_inspect *inspect;
	int fd;

	inspect = kmalloc(sizeof(*inspect), GFP_KERNEL_ACCOUNT);
	if (!inspect)
		return -ENOMEM;
	inspect->type = type;
	inspect->id = id;
	fd = anon_inode_getfd("bpf-inspect", &bpf_inspect_fops, inspect,
			      O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		kfree(inspect);
	return fd;
}

/**
 * bpf_inspect_prog - open a program of somebody else
 * @view: of the current task, which may not use @prog
 * @prog: the program; the reference remains the caller's
 *
 * Context: Process context. Sleeps.
 * Return: a descriptor; -ENOENT if @view does not show it; -ENOMEM, -EMFILE;
 * or what an LSM says.
 */
int bpf_inspect_prog(enum bpf_view view, struct bpf_prog *prog)
{
	int ret;

	if (view != BPF_VIEW_INSPECT)
		return -ENOENT;
	ret = security_bpf_prog(prog);
	if (ret)
		return ret;
	return bpf_inspect_new_fd(BPF_INSPECT_PROG, prog->aux->id);
}

/**
 * bpf_inspect_map - open a map of somebody else
 * @view: of the current task, which may not use @map
 * @map: the map; the reference remains the caller's
 * @f_flags: O_* access wanted
 *
 * Asking for both reading and writing gets reading, as tools that only read
 * ask so; asking for nothing but writing is refused.
 *
 * Context: Process context. Sleeps.
 * Return: a descriptor; -ENOENT if @view does not show it; -EPERM; -ENOMEM,
 * -EMFILE; or what an LSM says.
 */
int bpf_inspect_map(enum bpf_view view, struct bpf_map *map, int f_flags)
{
	int ret;

	if (view != BPF_VIEW_INSPECT)
		return -ENOENT;
	if ((f_flags & O_ACCMODE) == O_WRONLY)
		return -EPERM;
	ret = security_bpf_map(map, FMODE_READ);
	if (ret)
		return ret;
	return bpf_inspect_new_fd(BPF_INSPECT_MAP, map->id);
}

/**
 * bpf_inspect_link - open a link of somebody else
 * @view: of the current task, which may not use @link
 * @link: the link; the reference remains the caller's
 *
 * Context: Process context. Sleeps.
 * Return: a descriptor; -ENOENT if @view does not show it; -ENOMEM, -EMFILE.
 */
int bpf_inspect_link(enum bpf_view view, struct bpf_link *link)
{
	if (view != BPF_VIEW_INSPECT)
		return -ENOENT;
	return bpf_inspect_new_fd(BPF_INSPECT_LINK, link->id);
}

/**
 * bpf_inspect_get_info - answer BPF_OBJ_GET_INFO_BY_FD
 * @file: an inspect-only descriptor's file
 * @attr: of the command
 * @uattr: the same in user space
 *
 * Context: Process context. Sleeps.
 * Return: 0; -ENOENT if the object is gone; or the command's errors.
 */
int bpf_inspect_get_info(struct file *file, const union bpf_attr *attr,
			 union bpf_attr __user *uattr)
{
	const struct bpf_inspect *inspect = file->private_data;
	struct bpf_prog *prog;
	struct bpf_link *link;
	struct bpf_map *map;
	int ret;

	switch (inspect->type) {
	case BPF_INSPECT_PROG:
		prog = bpf_prog_by_id(inspect->id);
		if (IS_ERR(prog))
			return PTR_ERR(prog);
		ret = bpf_prog_get_info_by_fd(file, prog, attr, uattr);
		bpf_prog_put(prog);
		return ret;
	case BPF_INSPECT_MAP:
		map = bpf_map_by_id(inspect->id, false);
		if (IS_ERR(map))
			return PTR_ERR(map);
		ret = bpf_map_get_info_by_fd(file, map, attr, uattr);
		bpf_map_put(map);
		return ret;
	case BPF_INSPECT_LINK:
		link = bpf_link_by_id(inspect->id);
		if (IS_ERR(link))
			return PTR_ERR(link);
		ret = bpf_link_get_info_by_fd(file, link, attr, uattr);
		bpf_link_put(link);
		return ret;
	}
	return -EINVAL;
}

/**
 * bpf_map_reader_get - get a map from a descriptor, to read it
 * @f: a map's descriptor, or an inspect-only one
 *
 * Context: Process context.
 * Return: the map, for bpf_map_reader_put(), or the error in its place.
 */
struct bpf_map_reader bpf_map_reader_get(struct fd f)
{
	struct bpf_map_reader reader = {};
	const struct bpf_inspect *inspect;

	if (fd_empty(f) || !bpf_is_inspect_file(fd_file(f))) {
		reader.map = __bpf_map_get(f);
		return reader;
	}
	inspect = fd_file(f)->private_data;
	if (inspect->type != BPF_INSPECT_MAP) {
		reader.map = ERR_PTR(-EINVAL);
		return reader;
	}
	reader.map = bpf_map_by_id(inspect->id, false);
	reader.inspect = !IS_ERR(reader.map);
	return reader;
}

/**
 * bpf_map_reader_put - let go of what bpf_map_reader_get() returned
 * @reader: what it returned
 */
void bpf_map_reader_put(struct bpf_map_reader reader)
{
	if (reader.inspect)
		bpf_map_put(reader.map);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Where CAP_TRACING alone may set a uprobe.
 *
 * A breakpoint in the middle of an instruction changes what the probed program
 * computes, a return probe rewrites its stack and a reference counter its data.
 * So an observer's probe needs a proof, by the kernel, that it sits on the
 * first byte of a function or on a USDT site of that very file.
 *
 * A proof is good for the file as it was.  It is tied to the inode, its size
 * and its change time, and looked at again each time a breakpoint is about to
 * be written: once the file has changed, or is open for writing, none is.
 */

#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uprobe_site.h>
#include "uprobe_elf.h"

/* What all cached proofs may take: some eight million sites */
#define SITE_CACHE_BYTES	(32 * 1024 * 1024)

/* The sites of one file, as it was then */
struct site_cache_entry {
	struct list_head lru;
	dev_t dev;
	unsigned long ino;
	u32 generation;
	loff_t size;
	struct timespec64 ctime;
	struct uprobe_sites *sites;
};

/* Protects what follows; nothing is read from a file under it */
static DEFINE_MUTEX(site_cache_lock);
static LIST_HEAD(site_cache);
static size_t site_cache_bytes;

struct site_reader {
	struct uprobe_elf elf;
	struct file *file;
};

static size_t site_entry_bytes(const struct site_cache_entry *entry)
{
	return sizeof(*entry) +
	       struct_size(entry->sites, offsets, entry->sites->nr);
}

static void site_entry_free(struct site_cache_entry *entry)
{
	kvfree(entry->sites);
	kfree(entry);
}

static void site_stamp(struct inode *inode, struct uprobe_site *site)
{
	site->inode = inode;
	site->size = i_size_read(inode);
	site->ctime = inode_get_ctime(inode);
}

/**
 * uprobe_site_holds - is the file still the one that the proof was about?
 * @site: what uprobe_site_check() filled in
 *
 * A writer may be at work between two looks at the change time, so a file that
 * somebody has open for writing proves nothing.
 *
 * Context: Any. The caller holds a reference to the inode.
 * Return: true if a breakpoint may be written.
 */
bool uprobe_site_holds(const struct uprobe_site *site)
{
	struct timespec64 ctime = inode_get_ctime(site->inode);

	return !inode_is_open_for_write(site->inode) &&
	       i_size_read(site->inode) == site->size &&
	       timespec64_equal(&ctime, &site->ctime);
}

static int site_read(struct uprobe_elf *elf, void *buf, u32 len, u64 pos)
{
	struct site_reader *reader = container_of(elf, struct site_reader, elf);
	loff_t at = pos;

	while (len) {
		ssize_t n = kernel_read(reader->file, buf, len, &at);

		if (n < 0)
			return n;
		if (!n)
			return -ENOEXEC;
		buf += n;
		len -= n;
	}
	return 0;
}

static bool site_stop(struct uprobe_elf *elf)
{
	cond_resched();
	return signal_pending(current);
}

/* 1 or 0 if the cache knows the file, -ENOENT if it does not */
static int site_cache_find(const struct uprobe_site *site, u64 offset)
{
	struct inode *inode = site->inode;
	struct site_cache_entry *entry;

	guard(mutex)(&site_cache_lock);
	list_for_each_entry(entry, &site_cache, lru) {
		if (entry->dev != inode->i_sb->s_dev ||
		    entry->ino != inode->i_ino ||
		    entry->generation != inode->i_generation ||
		    entry->size != site->size ||
		    !timespec64_equal(&entry->ctime, &site->ctime))
			continue;
		list_move(&entry->lru, &site_cache);
		return uprobe_sites_find(entry->sites, offset);
	}
	return -ENOENT;
}

/* Takes over @sites; of several proofs of one file the latest is found */
static void site_cache_add(const struct uprobe_site *site,
			   struct uprobe_sites *sites)
{
	struct site_cache_entry *entry, *tmp;

	entry = kmalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry) {
		kvfree(sites);
		return;
	}
	entry->dev = site->inode->i_sb->s_dev;
	entry->ino = site->inode->i_ino;
	entry->generation = site->inode->i_generation;
	entry->size = site->size;
	entry->ctime = site->ctime;
	entry->sites = sites;

	guard(mutex)(&site_cache_lock);
	list_add(&entry->lru, &site_cache);
	site_cache_bytes += site_entry_bytes(entry);
	list_for_each_entry_safe_reverse(entry, tmp, &site_cache, lru) {
		if (site_cache_bytes <= SITE_CACHE_BYTES)
			break;
		list_del(&entry->lru);
		site_cache_bytes -= site_entry_bytes(entry);
		site_entry_free(entry);
	}
}

/*
 * The change time tells two states of a file apart only once the clock that it
 * is taken from has moved on.
 */
static bool site_stamp_is_old(const struct uprobe_site *site)
{
	struct timespec64 now = current_time(site->inode);

	return !timespec64_equal(&now, &site->ctime);
}

static int site_prove(const struct path *path, u64 offset,
		      struct uprobe_site *site)
{
	struct inode *inode = d_real_inode(path->dentry);
	struct file *file __free(fput) = NULL;
	struct site_reader reader = {
		.elf = { .read = site_read, .stop = site_stop },
	};
	struct uprobe_sites *sites;
	int ret;

	/*
	 * What a process serves may be another file at each read, and a file
	 * that does not tell when it changes proves nothing.
	 */
	if (inode->i_sb->s_magic == FUSE_SUPER_MAGIC || IS_NOCMTIME(inode))
		return -EPERM;

	/* The caller must be able to read what it learns about */
	ret = path_permission(path, MAY_READ);
	if (ret)
		return ret;
	file = dentry_open(path, O_RDONLY | O_LARGEFILE, current_cred());
	if (IS_ERR(file))
		return PTR_ERR(no_free_ptr(file));

	site_stamp(inode, site);
	for (int i = 0; !site_stamp_is_old(site); i++) {
		if (i > 2 * HZ)
			return -EPERM;
		if (schedule_timeout_interruptible(1) || signal_pending(current))
			return -EINTR;
		site_stamp(inode, site);
	}
	if (!uprobe_site_holds(site))
		return -EPERM;

	ret = site_cache_find(site, offset);
	if (ret == -ENOENT) {
		reader.file = file;
		reader.elf.size = site->size;
		ret = uprobe_elf_sites(&reader.elf, &sites);
		if (ret)
			return ret == -EINTR || ret == -ENOMEM ? ret : -EPERM;
		if (!uprobe_site_holds(site)) {
			kvfree(sites);
			return -EPERM;
		}
		ret = uprobe_sites_find(sites, offset);
		site_cache_add(site, sites);
	}
	return ret ? 0 : -EPERM;
}

/**
 * uprobe_site_prepare - read a file's sites before locks are taken
 * @path: the file, a regular one
 *
 * So that uprobe_site_check() finds the proof ready.
 *
 * Context: Process context. Sleeps, reads the file.
 */
void uprobe_site_prepare(const struct path *path)
{
	struct uprobe_site site;

	site_prove(path, 0, &site);
}

/**
 * uprobe_site_may_write - may the current task write the probed file?
 * @path: the file
 *
 * Whoever may could change its code anyway.  The mode bits are asked first,
 * so that no audit record about CAP_DAC_OVERRIDE is left.
 *
 * Context: Process context. Sleeps.
 * Return: true if it may.
 */
bool uprobe_site_may_write(const struct path *path)
{
	struct mnt_idmap *idmap = mnt_idmap(path->mnt);
	struct inode *inode = d_inode(path->dentry);
	umode_t mode = inode->i_mode;

	if (vfsuid_eq_kuid(i_uid_into_vfsuid(idmap, inode), current_fsuid()))
		mode >>= 6;
	else if (vfsgid_in_group_p(i_gid_into_vfsgid(idmap, inode)))
		mode >>= 3;
	return (mode & MAY_WRITE) && !__mnt_is_readonly(path->mnt) &&
	       !inode_permission(idmap, inode, MAY_WRITE);
}

/**
 * uprobe_site_check - may an observer set this uprobe?
 * @path: the file, a regular one
 * @offset: of the probe in the file
 * @ref_ctr_offset: of a reference counter, or 0
 * @is_return: a return probe is wanted
 * @site: filled in with the proof; %NULL as its inode if none was needed
 *
 * Any probe is set by whoever holds CAP_SYS_PTRACE, and may poke every task,
 * or may write the file.  Without either it takes a proof, and neither a
 * reference counter nor a return probe has one.
 *
 * Context: Process context. Sleeps, reads the file.
 * Return: 0; -EPERM, with one audit record that names CAP_SYS_PTRACE; -EINTR;
 * -ENOMEM; or the error of opening the file for reading.
 */
int uprobe_site_check(const struct path *path, u64 offset, u64 ref_ctr_offset,
		      bool is_return, struct uprobe_site *site)
{
	int ret = -EPERM;

	site->inode = NULL;
	if (ns_capable_noaudit(&init_user_ns, CAP_SYS_PTRACE))
		return 0;
	if (!ref_ctr_offset && !is_return) {
		ret = site_prove(path, offset, site);
		if (!ret)
			return 0;
		site->inode = NULL;
		if (ret != -EPERM)
			return ret;
	}
	if (uprobe_site_may_write(path) || capable(CAP_SYS_PTRACE))
		return 0;
	return ret;
}

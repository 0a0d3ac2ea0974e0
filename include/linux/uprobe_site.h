/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where CAP_TRACING alone may set a uprobe.
 */
#ifndef _LINUX_UPROBE_SITE_H
#define _LINUX_UPROBE_SITE_H

#include <linux/errno.h>
#include <linux/time64.h>
#include <linux/types.h>

struct inode;
struct path;

/**
 * struct uprobe_site - a proved place for a uprobe
 * @inode: the probed file, not referenced: its user holds the path; %NULL if
 *	there is no proof
 * @size: of the file when it was proved, in bytes
 * @ctime: change time of the file when it was proved
 */
struct uprobe_site {
	struct inode *inode;
	loff_t size;
	struct timespec64 ctime;
};

#ifdef CONFIG_UPROBE_OBSERVER_SITES

bool uprobe_site_holds(const struct uprobe_site *site);
void uprobe_site_prepare(const struct path *path);
bool uprobe_site_may_write(const struct path *path);
int uprobe_site_check(const struct path *path, u64 offset, u64 ref_ctr_offset,
		      bool is_return, struct uprobe_site *site);

#else

static inline bool uprobe_site_holds(const struct uprobe_site *site)
{
	return false;
}

static inline void uprobe_site_prepare(const struct path *path)
{
}

static inline bool uprobe_site_may_write(const struct path *path)
{
	return false;
}

static inline int uprobe_site_check(const struct path *path, u64 offset,
				    u64 ref_ctr_offset, bool is_return,
				    struct uprobe_site *site)
{
	return -EPERM;
}

#endif /* CONFIG_UPROBE_OBSERVER_SITES */

#endif /* _LINUX_UPROBE_SITE_H */

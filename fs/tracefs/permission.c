// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may open what on tracefs.
 *
 * File modes and the DAC capabilities decide first, as on any file system.
 * CAP_TRACING in the initial user namespace opens the rest, but a file that
 * it opened stays an observer's file, whoever uses the descriptor later: the
 * tracing code refuses there what would disturb another task.
 */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mnt_idmapping.h>
#include <linux/tracefs.h>
#include "internal.h"

/*
 * What generic_permission() would say, without a record in the audit log: the
 * one audited probe comes last, and it is CAP_TRACING.
 */
static bool tracefs_dac_allows(struct mnt_idmap *idmap, struct inode *inode,
			       int mask)
{
	struct user_namespace *ns = current_user_ns();
	umode_t mode = inode->i_mode;
	bool dir = S_ISDIR(mode);

	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;

	if (vfsuid_eq_kuid(i_uid_into_vfsuid(idmap, inode), current_fsuid()))
		mode >>= 6;
	else if (vfsgid_in_group_p(i_gid_into_vfsgid(idmap, inode)))
		mode >>= 3;
	if (!(mask & ~mode))
		return true;

	if (!privileged_wrt_inode_uidgid(ns, idmap, inode))
		return false;
	if ((dir ? !(mask & MAY_WRITE) : mask == MAY_READ) &&
	    ns_capable_noaudit(ns, CAP_DAC_READ_SEARCH))
		return true;
	/* Not even CAP_DAC_OVERRIDE executes a file that nobody may */
	if (!dir && (mask & MAY_EXEC) && !(inode->i_mode & 0111))
		return false;
	return ns_capable_noaudit(ns, CAP_DAC_OVERRIDE);
}

/**
 * tracefs_inode_permission - check access to an inode of tracefs or eventfs
 * @idmap: idmap of the mount the inode was found through
 * @inode: inode to check
 * @mask: MAY_* access wanted
 *
 * Context: Any, RCU walk included: sleeps and takes locks nowhere.
 * Return: 0; -EACCES; or -EPERM where CAP_TRACING alone would open for
 * writing what configures a tracer that disturbs other tasks.
 */
int tracefs_inode_permission(struct mnt_idmap *idmap, struct inode *inode,
			     int mask)
{
	if (tracefs_dac_allows(idmap, inode, mask))
		return 0;
	if ((mask & MAY_EXEC) && !S_ISDIR(inode->i_mode))
		return -EACCES;
	if (!capable(CAP_TRACING))
		return -EACCES;
	/* Directories carry no tracefs_inode flags that matter, the root none */
	if ((mask & MAY_WRITE) && !S_ISDIR(inode->i_mode) &&
	    (get_tracefs(inode)->flags & TRACEFS_DISTURBS))
		return -EPERM;
	return 0;
}

/**
 * tracefs_observer_file - did CAP_TRACING alone open this file?
 * @file: open file on tracefs
 *
 * Answered from the credentials of the opener, so that a descriptor handed to
 * a task with more rights gains none.  A file that the opener's uid, groups or
 * DAC capabilities would have opened as well is not an observer's.
 *
 * Context: Process context.
 * Return: true if an act that disturbs other tasks must be refused.
 */
bool tracefs_observer_file(struct file *file)
{
	const struct cred *old = override_creds(file->f_cred);
	bool observer;
	int mask = 0;

	if (file->f_mode & FMODE_READ)
		mask |= MAY_READ;
	if (file->f_mode & FMODE_WRITE)
		mask |= MAY_WRITE;
	observer = !tracefs_dac_allows(file_mnt_idmap(file), file_inode(file),
				       mask) &&
		   ns_capable_noaudit(&init_user_ns, CAP_TRACING);

	revert_creds(old);
	return observer;
}

/**
 * tracefs_observer_dir - does CAP_TRACING alone let the task create here?
 * @dir: directory on tracefs
 *
 * For mkdir and rmdir, which have no open file to ask.
 *
 * Context: Process context.
 * Return: true if the current task is here as an observer.
 */
bool tracefs_observer_dir(struct dentry *dir)
{
	return !tracefs_dac_allows(&nop_mnt_idmap, d_inode(dir),
				   MAY_WRITE | MAY_EXEC) &&
	       ns_capable_noaudit(&init_user_ns, CAP_TRACING);
}

/**
 * tracefs_mark_disturbing - keep observers from writing below a directory
 * @dir: directory made by tracefs_create_dir(), still empty, or %NULL
 *
 * For tracers that stop, hog or take down CPUs, and whatever configures them:
 * what is created in @dir from now on is opened for writing by file mode and
 * DAC capabilities alone, not by CAP_TRACING.
 *
 * Context: Process context, before anything is created in @dir.
 */
void tracefs_mark_disturbing(struct dentry *dir)
{
	if (dir)
		get_tracefs(d_inode(dir))->flags |= TRACEFS_DISTURBS;
}

/* A new inode is as disturbing as the directory it is created in */
void tracefs_inherit_disturbing(struct dentry *dentry, struct tracefs_inode *ti)
{
	struct inode *dir = d_inode(dentry->d_parent);

	/* simple_fill_super() made the root: it is no tracefs_inode */
	if (dir != d_inode(dentry->d_sb->s_root))
		ti->flags |= get_tracefs(dir)->flags & TRACEFS_DISTURBS;
}

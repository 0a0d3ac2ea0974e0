// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf.token in a cgroup's directory: BPF in that cgroup for whoever may open it.
 *
 * Each open makes a token of its own, as that of /dev/bpf does.  The file is
 * root's, whoever makes the cgroup: see CFTYPE_ROOT_OWNED.
 *
 * The cgroup's files are released when it is removed, and what it has for an
 * open one with it, while the descriptor stays.  So the token is not kept
 * there but beside: the file gets operations of its own, which hold the token,
 * and in the end hand over to those of kernfs.
 */

#include <linux/bpf.h>
#include <linux/bpf_token.h>
#include <linux/bpf_token_cgroup.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

/**
 * struct token_file - an open bpf.token
 * @token: what it is good for
 * @kernfs_ops: operations that the file had
 * @kernfs_data: and what they keep in it
 */
struct token_file {
	struct bpf_token *token;
	const struct file_operations *kernfs_ops;
	void *kernfs_data;
};

static int token_file_release(struct inode *inode, struct file *file)
{
	struct token_file *tf = file->private_data;
	int err;

	bpf_token_put(tf->token);
	file->private_data = tf->kernfs_data;
	err = tf->kernfs_ops->release(inode, file);
	kfree(tf);
	return err;
}

static const struct file_operations token_file_ops = {
	.release	= token_file_release,
#ifdef CONFIG_PROC_FS
	.show_fdinfo	= bpf_token_show_fdinfo,
#endif
};

/**
 * bpf_cgroup_file_token - get the token of an open bpf.token
 * @file: an open file
 *
 * Return: the token, which is the file's, or %NULL if it is another file.
 */
struct bpf_token *bpf_cgroup_file_token(const struct file *file)
{
	const struct token_file *tf = file->private_data;

	return file->f_op == &token_file_ops ? tf->token : NULL;
}

static struct bpf_token *new_token(struct cgroup *cgrp)
{
	struct bpf_token *token;
	int err;

	/* It would be good for nothing there */
	if (current_user_ns() != &init_user_ns)
		return ERR_PTR(-EPERM);
	token = bpf_token_alloc();
	if (!token)
		return ERR_PTR(-ENOMEM);
	bpf_token_confine_to(token, cgrp);
	err = security_bpf_token_direct(token);
	if (err) {
		bpf_token_put(token);
		return ERR_PTR(err);
	}
	return token;
}

/**
 * bpf_token_cgroup_open - open bpf.token
 * @of: the file, of which nobody else knows yet
 *
 * Context: Process context. Sleeps.
 * Return: 0, -EPERM, -ENOMEM, or what an LSM says.
 */
int bpf_token_cgroup_open(struct kernfs_open_file *of)
{
	struct file *file = of->file;
	struct token_file *tf;

	tf = kzalloc(sizeof(*tf), GFP_KERNEL_ACCOUNT);
	if (!tf)
		return -ENOMEM;
	tf->token = new_token(of->kn->parent->priv);
	if (IS_ERR(tf->token)) {
		int err = PTR_ERR(tf->token);

		kfree(tf);
		return err;
	}
	tf->kernfs_ops = file->f_op;
	tf->kernfs_data = file->private_data;
	file->private_data = tf;
	replace_fops(file, &token_file_ops);
	return 0;
}

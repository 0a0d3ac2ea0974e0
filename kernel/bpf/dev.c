// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/bpf, /dev/bpf-net and /dev/bpf-tracing: BPF for whoever may open them.
 *
 * Each open makes a token of its own, with every command and type, so that
 * its descriptor is good wherever a token's is and can be revoked alone.  The
 * mode and the owner of the device say who may: root, until somebody changes
 * that.
 */

#include <linux/bits.h>
#include <linux/bpf.h>
#include <linux/bpf_dev.h>
#include <linux/bpf_perm.h>
#include <linux/bpf_token.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/security.h>
#include <linux/user_namespace.h>

struct bpf_dev {
	struct miscdevice misc;
	u64 caps;
};

static int bpf_dev_open(struct inode *inode, struct file *file)
{
	const struct bpf_dev *dev = container_of(file->private_data,
						 struct bpf_dev, misc);
	struct bpf_token *token;
	int err;

	/* It would be good for nothing there */
	if (current_user_ns() != &init_user_ns)
		return -EPERM;
	token = bpf_token_alloc();
	if (!token)
		return -ENOMEM;
	token->allowed_cmds = GENMASK_ULL(__MAX_BPF_CMD - 1, 0) |
			      BIT_ULL(BPF_LOAD_PERM_FD) |
			      BIT_ULL(BPF_TOKEN_REVOKE);
	token->allowed_maps = GENMASK_ULL(__MAX_BPF_MAP_TYPE - 1, 0);
	token->allowed_progs = GENMASK_ULL(__MAX_BPF_PROG_TYPE - 1, 0);
	token->allowed_attachs = GENMASK_ULL(__MAX_BPF_ATTACH_TYPE - 1, 0);
	token->delegation.caps = dev->caps;
	err = security_bpf_token_direct(token);
	if (err) {
		bpf_token_put(token);
		return err;
	}
	file->private_data = token;
	return 0;
}

static int bpf_dev_release(struct inode *inode, struct file *file)
{
	bpf_token_put(file->private_data);
	return 0;
}

static long bpf_dev_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	struct bpf_token *token;

	switch (cmd) {
	case BPF_DEV_IOCTL_GET_PERM:
		token = bpf_token_present(file->private_data);
		if (IS_ERR(token))
			return PTR_ERR(token);
		bpf_perm_set_process(token);
		bpf_token_put(token);
		return 0;
	case BPF_DEV_IOCTL_PUT_PERM:
		bpf_perm_set_process(NULL);
		return 0;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations bpf_dev_fops = {
	.owner		= THIS_MODULE,
	.open		= bpf_dev_open,
	.release	= bpf_dev_release,
	.unlocked_ioctl	= bpf_dev_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
#ifdef CONFIG_PROC_FS
	.show_fdinfo	= bpf_token_show_fdinfo,
#endif
};

/**
 * bpf_is_dev_file - is this a descriptor of /dev/bpf or its like?
 * @file: an open file
 *
 * Return: true if it is; its token is in private_data.
 */
bool bpf_is_dev_file(const struct file *file)
{
	return file->f_op == &bpf_dev_fops;
}

static struct bpf_dev bpf_devs[] = {
	{
		.misc.name = "bpf",
		.caps = BIT_ULL(CAP_BPF) | BIT_ULL(CAP_NET_ADMIN) |
			BIT_ULL(CAP_PERFMON) | BIT_ULL(CAP_TRACING) |
			BIT_ULL(CAP_SYS_ADMIN),
	}, {
		.misc.name = "bpf-net",
		.caps = BIT_ULL(CAP_BPF) | BIT_ULL(CAP_NET_ADMIN),
	}, {
		.misc.name = "bpf-tracing",
		.caps = BIT_ULL(CAP_BPF) | BIT_ULL(CAP_TRACING),
	},
};

static int __init bpf_dev_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(bpf_devs); i++) {
		bpf_devs[i].misc.minor = MISC_DYNAMIC_MINOR;
		bpf_devs[i].misc.mode = 0600;
		bpf_devs[i].misc.fops = &bpf_dev_fops;
		err = misc_register(&bpf_devs[i].misc);
		if (err)
			pr_err("bpf: no /dev/%s: error %d\n",
			       bpf_devs[i].misc.name, err);
	}
	return 0;
}
device_initcall(bpf_dev_init);

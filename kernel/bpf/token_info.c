// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a BPF token says about itself, in fdinfo and to BPF_OBJ_GET_INFO_BY_FD.
 */

#include <linux/bpf.h>
#include <linux/bpf_token.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

static u64 parent_id(const struct bpf_token *token)
{
	const struct bpf_token *parent = token->delegation.parent;

	return parent ? parent->delegation.id : 0;
}

/**
 * bpf_token_show_delegation - print where a token comes from
 * @m: fdinfo
 * @token: the token
 */
void bpf_token_show_delegation(struct seq_file *m,
			       const struct bpf_token *token)
{
	const struct bpf_delegation *d = &token->delegation;

	if (d->caps == ~0ULL)
		seq_puts(m, "allowed_caps:\tany\n");
	else
		seq_printf(m, "allowed_caps:\t0x%llx\n", d->caps);
	seq_printf(m, "confers:\t%d\n", d->confers);
	seq_printf(m, "token_id:\t%llu\n", d->id);
	seq_printf(m, "parent_id:\t%llu\n", parent_id(token));
	seq_printf(m, "depth:\t%u\n", d->depth);
	seq_printf(m, "creator_uid:\t%u\n",
		   from_kuid_munged(seq_user_ns(m), d->creator));
	seq_printf(m, "uses:\t%lld\n", (s64)atomic64_read(&d->uses));
	seq_printf(m, "cgroup_id:\t%llu\n", bpf_token_cgroup_id(token));
	seq_printf(m, "revoked:\t%d\n", bpf_token_live(token) == -EKEYREVOKED);
}

/**
 * bpf_token_get_info - answer BPF_OBJ_GET_INFO_BY_FD
 * @file: a token's file
 * @attr: of the command
 * @uattr: the same in user space
 *
 * Context: Process context. Sleeps.
 * Return: 0, or -EFAULT, -E2BIG.
 */
int bpf_token_get_info(struct file *file, const union bpf_attr *attr,
		       union bpf_attr __user *uattr)
{
	struct bpf_token_info __user *uinfo = u64_to_user_ptr(attr->info.info);
	const struct bpf_token *token = bpf_file_token(file);
	const struct bpf_delegation *d = &token->delegation;
	u32 len = attr->info.info_len;
	struct bpf_token_info info;
	int err;

	err = bpf_check_uarg_tail_zero(USER_BPFPTR(uinfo), sizeof(info), len);
	if (err)
		return err;
	len = min_t(u32, sizeof(info), len);

	memset(&info, 0, sizeof(info));
	info.allowed_cmds = token->allowed_cmds;
	info.allowed_maps = token->allowed_maps;
	info.allowed_progs = token->allowed_progs;
	info.allowed_attachs = token->allowed_attachs;
	info.allowed_caps = d->caps;
	info.id = d->id;
	info.parent_id = parent_id(token);
	info.uses = atomic64_read(&d->uses);
	info.creator_uid = from_kuid_munged(current_user_ns(), d->creator);
	info.depth = d->depth;
	info.cgroup_id = bpf_token_cgroup_id(token);
	if (d->confers)
		info.flags |= BPF_TOKEN_INFO_CONFERS;
	if (bpf_token_live(token) == -EKEYREVOKED)
		info.flags |= BPF_TOKEN_INFO_REVOKED;

	if (copy_to_user(uinfo, &info, len) ||
	    put_user(len, &uattr->info.info_len))
		return -EFAULT;
	return 0;
}

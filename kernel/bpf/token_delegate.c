// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF tokens that confer capabilities, are derived from others and revoked.
 *
 * A token of a BPF FS instance says what its holder may do with the
 * capabilities that it has in the instance's user namespace.  A token made
 * directly carries capabilities instead: they are its holder's, whoever that
 * is, for the commands and types that the token allows, in the initial user
 * namespace.  Nobody makes one that carries more than its maker holds.
 *
 * From either sort others are derived, each less than its parent or the same.
 * A token holds its parent and asks all its ancestors each time whether one of
 * them was revoked: nothing has to be told to the descendants.
 */

#include <linux/anon_inodes.h>
#include <linux/bits.h>
#include <linux/bpf.h>
#include <linux/bpf_token.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#define CGROUP_FLAG	(IS_ENABLED(CONFIG_CGROUP_BPF_TOKEN) ? \
			 BPF_F_TOKEN_CGROUP : 0)
#define TOKEN_FLAGS	(BPF_F_TOKEN_DIRECT | BPF_F_TOKEN_DERIVE | \
			 CGROUP_FLAG | \
			 BPF_F_TOKEN_IGNORE_UNKNOWN_CMDS | \
			 BPF_F_TOKEN_IGNORE_UNKNOWN_MAP_TYPES | \
			 BPF_F_TOKEN_IGNORE_UNKNOWN_PROG_TYPES | \
			 BPF_F_TOKEN_IGNORE_UNKNOWN_ATTACH_TYPES)

/* What CAP_SYS_ADMIN stands for, too, where BPF asks for it */
#define IMPLIED_CAPS	(BIT_ULL(CAP_BPF) | BIT_ULL(CAP_NET_ADMIN) | \
			 BIT_ULL(CAP_PERFMON))
#define KNOWN_CAPS	(IMPLIED_CAPS | BIT_ULL(CAP_TRACING) | \
			 BIT_ULL(CAP_SYS_ADMIN))
#define KNOWN_CMDS	(GENMASK_ULL(__MAX_BPF_CMD - 1, 0) | \
			 BIT_ULL(BPF_LOAD_PERM_FD) | BIT_ULL(BPF_TOKEN_REVOKE))

static bool caps_include(u64 caps, int cap)
{
	if (caps & BIT_ULL(CAP_SYS_ADMIN))
		caps |= IMPLIED_CAPS;
	return caps & BIT_ULL(cap);
}

/**
 * bpf_token_init - say that a token is nobody's child and confers nothing
 * @token: a new token
 */
void bpf_token_init(struct bpf_token *token)
{
	static atomic64_t last_id = ATOMIC64_INIT(0);

	token->delegation.id = atomic64_inc_return(&last_id);
	token->delegation.caps = ~0ULL;
	token->delegation.creator = current_euid();
}

/**
 * bpf_token_uninit - let go of what a token that goes away holds
 * @token: the token
 */
void bpf_token_uninit(struct bpf_token *token)
{
	bpf_token_put_cgroup(token);
	bpf_token_put(token->delegation.parent);
}

/**
 * bpf_token_alloc - make a token that allows nothing yet
 *
 * Context: Process context. Sleeps.
 * Return: a token of the initial user namespace, for bpf_token_put(); or
 * %NULL.
 */
struct bpf_token *bpf_token_alloc(void)
{
	struct bpf_token *token;

	token = kzalloc(sizeof(*token), GFP_KERNEL_ACCOUNT);
	if (!token)
		return NULL;
	atomic64_set(&token->refcnt, 1);
	token->userns = get_user_ns(&init_user_ns);
	bpf_token_init(token);
	token->delegation.caps = 0;
	token->delegation.confers = true;
	return token;
}

/**
 * bpf_token_live - is a token as good as it was?
 * @token: a token, or %NULL
 *
 * Context: Any context.
 * Return: 0; -EKEYREVOKED if it or an ancestor was revoked; or -ENODEV if the
 * cgroup is gone to which it is confined.
 */
int bpf_token_live(const struct bpf_token *token)
{
	int err = bpf_token_cgroup_live(token);

	for (; token; token = token->delegation.parent) {
		if (READ_ONCE(token->delegation.revoked))
			return -EKEYREVOKED;
	}
	return err;
}

/**
 * bpf_token_usable - may the current task use a token?
 * @token: a token
 *
 * What a token confers counts in the initial user namespace, and it is not to
 * be carried into another: whoever is root there is nobody here.
 *
 * Context: Process context.
 * Return: 0, -EPERM, or the error of bpf_token_live().
 */
int bpf_token_usable(const struct bpf_token *token)
{
	if (token->delegation.confers && current_user_ns() != &init_user_ns)
		return -EPERM;
	return bpf_token_live(token);
}

/**
 * bpf_token_present - note that a token is presented
 * @token: a token that is held by somebody else
 *
 * Context: Process context.
 * Return: @token with a reference taken, or the error of bpf_token_usable().
 */
struct bpf_token *bpf_token_present(struct bpf_token *token)
{
	int err = bpf_token_usable(token);

	if (err)
		return ERR_PTR(err);
	atomic64_inc(&token->delegation.uses);
	bpf_token_inc(token);
	return token;
}

/**
 * bpf_token_confers - does a token give a capability to the current task?
 * @token: a token, or %NULL
 * @cap: the capability
 *
 * Context: Process context.
 * Return: true if it does; otherwise nothing is logged.
 */
bool bpf_token_confers(const struct bpf_token *token, int cap)
{
	return token && token->delegation.confers &&
	       !bpf_token_usable(token) &&
	       caps_include(token->delegation.caps, cap) &&
	       security_bpf_token_capable(token, cap) == 0;
}

/**
 * bpf_token_counts - do capabilities in a token's user namespace count?
 * @token: a token, or %NULL
 * @cap: the capability
 *
 * Context: Process context.
 * Return: false if the token is to be taken as absent.
 */
bool bpf_token_counts(const struct bpf_token *token, int cap)
{
	return token && !token->delegation.confers && !bpf_token_live(token) &&
	       caps_include(token->delegation.caps, cap);
}

/**
 * bpf_token_new_fd - open a token
 * @token: the token; its reference goes into the descriptor
 *
 * Context: Process context. Sleeps.
 * Return: a descriptor, or an error, and the reference remains the caller's.
 */
int bpf_token_new_fd(struct bpf_token *token)
{
	int err = bpf_token_live(token);

	if (err)
		return err;
	return anon_inode_getfd("bpf-token", &bpf_token_fops, token,
				O_RDWR | O_CLOEXEC);
}

/**
 * bpf_token_delegates - is a token to be made without BPF FS?
 * @attr: of BPF_TOKEN_CREATE
 *
 * Return: true if so; otherwise the command is what it has always been.
 */
bool bpf_token_delegates(const union bpf_attr *attr)
{
	return attr->token_create.flags &
	       (BPF_F_TOKEN_DIRECT | BPF_F_TOKEN_DERIVE);
}

static int take_mask(u64 *to, u64 asked, u64 known, bool ignore)
{
	if ((asked & ~known) && !ignore)
		return -EINVAL;
	*to = asked & known;
	return 0;
}

static int take_masks(struct bpf_token *token, const union bpf_attr *attr)
{
	u32 flags = attr->token_create.flags;

	if (take_mask(&token->allowed_cmds, attr->token_create.allowed_cmds,
		      KNOWN_CMDS, flags & BPF_F_TOKEN_IGNORE_UNKNOWN_CMDS) ||
	    take_mask(&token->allowed_maps, attr->token_create.allowed_maps,
		      GENMASK_ULL(__MAX_BPF_MAP_TYPE - 1, 0),
		      flags & BPF_F_TOKEN_IGNORE_UNKNOWN_MAP_TYPES) ||
	    take_mask(&token->allowed_progs, attr->token_create.allowed_progs,
		      GENMASK_ULL(__MAX_BPF_PROG_TYPE - 1, 0),
		      flags & BPF_F_TOKEN_IGNORE_UNKNOWN_PROG_TYPES) ||
	    take_mask(&token->allowed_attachs,
		      attr->token_create.allowed_attachs,
		      GENMASK_ULL(__MAX_BPF_ATTACH_TYPE - 1, 0),
		      flags & BPF_F_TOKEN_IGNORE_UNKNOWN_ATTACH_TYPES) ||
	    take_mask(&token->delegation.caps, attr->token_create.allowed_caps,
		      KNOWN_CAPS, false))
		return -EINVAL;
	return 0;
}

/*
 * Only what the caller holds itself counts.  With what another token confers,
 * the new one would escape from the revocation of that token.
 */
static int check_direct(const struct bpf_token *token)
{
	u64 caps = token->delegation.caps;
	int cap;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	caps &= ~(IMPLIED_CAPS | BIT_ULL(CAP_SYS_ADMIN));
	for (cap = 0; caps >> cap; cap++) {
		if (caps & BIT_ULL(cap) && !capable(cap))
			return -EPERM;
	}
	return 0;
}

static bool is_subset(u64 child, u64 parent)
{
	return !(child & ~parent);
}

static int check_derived(const struct bpf_token *parent,
			 const struct bpf_token *token)
{
	/* As for BPF FS: a token of a user namespace is made in there */
	if (!parent->delegation.confers &&
	    (current_user_ns() != parent->userns ||
	     !ns_capable(parent->userns, CAP_BPF)))
		return -EPERM;
	if (!bpf_token_allow_cmd(parent, BPF_TOKEN_CREATE) &&
	    !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!is_subset(token->allowed_cmds, parent->allowed_cmds) ||
	    !is_subset(token->allowed_maps, parent->allowed_maps) ||
	    !is_subset(token->allowed_progs, parent->allowed_progs) ||
	    !is_subset(token->allowed_attachs, parent->allowed_attachs) ||
	    !is_subset(token->delegation.caps, parent->delegation.caps))
		return -EPERM;
	if (parent->delegation.depth >= BPF_TOKEN_MAX_DEPTH)
		return -ELOOP;
	return 0;
}

static int derive(struct bpf_token *token, const union bpf_attr *attr)
{
	struct bpf_token *parent;
	int err;

	parent = bpf_token_get_from_fd(attr->token_create.token_fd);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	err = check_derived(parent, token);
	if (err) {
		bpf_token_put(parent);
		return err;
	}
	/* From here on, the token puts its parent */
	token->delegation.parent = parent;
	token->delegation.depth = parent->delegation.depth + 1;
	token->delegation.confers = parent->delegation.confers;
	put_user_ns(token->userns);
	token->userns = get_user_ns(parent->userns);
	return bpf_token_confine(token, parent, attr) ?:
	       security_bpf_token_derive(token, parent);
}

static int make_direct(struct bpf_token *token, const union bpf_attr *attr)
{
	return check_direct(token) ?: bpf_token_confine(token, NULL, attr) ?:
	       security_bpf_token_direct(token);
}

/**
 * bpf_token_delegate - make a token directly, or from another
 * @attr: of BPF_TOKEN_CREATE
 *
 * Context: Process context. Sleeps.
 * Return: a descriptor; -EINVAL for what is not known; -EPERM for more than
 * the caller, the parent or a token confined to a cgroup has; -ELOOP;
 * -EKEYREVOKED, -ENODEV; -EBADF, -ENOMEM, -EMFILE; or what an LSM says.
 */
int bpf_token_delegate(const union bpf_attr *attr)
{
	u32 flags = attr->token_create.flags;
	bool direct = flags & BPF_F_TOKEN_DIRECT;
	struct bpf_token *token;
	int ret;

	if (flags & ~TOKEN_FLAGS ||
	    direct == !!(flags & BPF_F_TOKEN_DERIVE) ||
	    (direct && attr->token_create.token_fd) ||
	    attr->token_create.bpffs_fd ||
	    (attr->token_create.cgroup_fd && !(flags & BPF_F_TOKEN_CGROUP)))
		return -EINVAL;

	token = bpf_token_alloc();
	if (!token)
		return -ENOMEM;
	ret = take_masks(token, attr);
	if (!ret)
		ret = direct ? make_direct(token, attr) : derive(token, attr);
	if (!ret)
		ret = bpf_token_new_fd(token);
	if (ret < 0)
		bpf_token_put(token);
	return ret;
}

static bool is_ancestor(const struct bpf_token *ancestor,
			const struct bpf_token *token)
{
	while ((token = token->delegation.parent)) {
		if (token == ancestor)
			return true;
	}
	return false;
}

/* Whoever holds a token can take back what was derived from it, not itself */
static int check_revoke(struct bpf_token *token, int ancestor_fd)
{
	struct bpf_token *ancestor;
	int err;

	if (ancestor_fd == -1)
		return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;

	ancestor = bpf_token_get_from_fd(ancestor_fd);
	if (IS_ERR(ancestor))
		return PTR_ERR(ancestor);
	err = is_ancestor(ancestor, token) ? 0 : -EPERM;
	bpf_token_put(ancestor);
	return err;
}

/**
 * bpf_token_revoke - make a token, and all that derive from it, useless
 * @attr: of BPF_TOKEN_REVOKE
 *
 * What was made by them lives on.  To revoke a token again is no error.
 *
 * Context: Process context.
 * Return: 0; -EINVAL; -EBADF; -EPERM; -EKEYREVOKED if the ancestor that is
 * to allow it was revoked.
 */
int bpf_token_revoke(const union bpf_attr *attr)
{
	struct bpf_token *token;
	int err;

	if (attr->token_revoke.flags)
		return -EINVAL;

	CLASS(fd, f)(attr->token_revoke.token_fd);
	if (fd_empty(f))
		return -EBADF;
	token = bpf_file_token(fd_file(f));
	if (!token)
		return -EINVAL;

	err = check_revoke(token, attr->token_revoke.ancestor_fd);
	if (!err)
		WRITE_ONCE(token->delegation.revoked, true);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF tokens that are confined to a cgroup, and to what is below it.
 *
 * With such a token programs of the cgroup types are loaded, attached,
 * detached and asked about, there and nowhere else.  A program that was loaded
 * with one is confined as the token is, for as long as it lives and whoever
 * attaches it: to have attached a program of most of these types takes no
 * capability but those that loaded it.
 *
 * The token holds its cgroup.  Once that was removed, nothing is there to be
 * attached to any more, and the token is good for nothing.
 */

#include <linux/bits.h>
#include <linux/bpf.h>
#include <linux/bpf_perm.h>
#include <linux/bpf_token.h>
#include <linux/bpf_token_cgroup.h>
#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/err.h>

#include "../cgroup/cgroup-internal.h"

/* All that such a token can allow */
#define CGROUP_CMDS	(BIT_ULL(BPF_MAP_CREATE) | BIT_ULL(BPF_PROG_LOAD) | \
			 BIT_ULL(BPF_BTF_LOAD) | BIT_ULL(BPF_PROG_ATTACH) | \
			 BIT_ULL(BPF_PROG_DETACH) | BIT_ULL(BPF_PROG_QUERY) | \
			 BIT_ULL(BPF_LINK_CREATE) | BIT_ULL(BPF_TOKEN_CREATE))
/* Not BPF_PROG_TYPE_LSM: it looks at everybody to find those of the cgroup */
#define CGROUP_PROGS	(BIT_ULL(BPF_PROG_TYPE_CGROUP_SKB) | \
			 BIT_ULL(BPF_PROG_TYPE_CGROUP_SOCK) | \
			 BIT_ULL(BPF_PROG_TYPE_SOCK_OPS) | \
			 BIT_ULL(BPF_PROG_TYPE_CGROUP_DEVICE) | \
			 BIT_ULL(BPF_PROG_TYPE_CGROUP_SOCK_ADDR) | \
			 BIT_ULL(BPF_PROG_TYPE_CGROUP_SYSCTL) | \
			 BIT_ULL(BPF_PROG_TYPE_CGROUP_SOCKOPT))
#define CGROUP_ATTACHS	(BIT_ULL(BPF_CGROUP_INET_INGRESS) | \
			 BIT_ULL(BPF_CGROUP_INET_EGRESS) | \
			 BIT_ULL(BPF_CGROUP_INET_SOCK_CREATE) | \
			 BIT_ULL(BPF_CGROUP_INET_SOCK_RELEASE) | \
			 BIT_ULL(BPF_CGROUP_SOCK_OPS) | \
			 BIT_ULL(BPF_CGROUP_DEVICE) | \
			 BIT_ULL(BPF_CGROUP_INET4_BIND) | \
			 BIT_ULL(BPF_CGROUP_INET6_BIND) | \
			 BIT_ULL(BPF_CGROUP_INET4_CONNECT) | \
			 BIT_ULL(BPF_CGROUP_INET6_CONNECT) | \
			 BIT_ULL(BPF_CGROUP_UNIX_CONNECT) | \
			 BIT_ULL(BPF_CGROUP_INET4_POST_BIND) | \
			 BIT_ULL(BPF_CGROUP_INET6_POST_BIND) | \
			 BIT_ULL(BPF_CGROUP_UDP4_SENDMSG) | \
			 BIT_ULL(BPF_CGROUP_UDP6_SENDMSG) | \
			 BIT_ULL(BPF_CGROUP_UNIX_SENDMSG) | \
			 BIT_ULL(BPF_CGROUP_UDP4_RECVMSG) | \
			 BIT_ULL(BPF_CGROUP_UDP6_RECVMSG) | \
			 BIT_ULL(BPF_CGROUP_UNIX_RECVMSG) | \
			 BIT_ULL(BPF_CGROUP_INET4_GETPEERNAME) | \
			 BIT_ULL(BPF_CGROUP_INET6_GETPEERNAME) | \
			 BIT_ULL(BPF_CGROUP_UNIX_GETPEERNAME) | \
			 BIT_ULL(BPF_CGROUP_INET4_GETSOCKNAME) | \
			 BIT_ULL(BPF_CGROUP_INET6_GETSOCKNAME) | \
			 BIT_ULL(BPF_CGROUP_UNIX_GETSOCKNAME) | \
			 BIT_ULL(BPF_CGROUP_SYSCTL) | \
			 BIT_ULL(BPF_CGROUP_GETSOCKOPT) | \
			 BIT_ULL(BPF_CGROUP_SETSOCKOPT))
#define CGROUP_CAPS	(BIT_ULL(CAP_BPF) | BIT_ULL(CAP_NET_ADMIN) | \
			 BIT_ULL(CAP_PERFMON))

static bool fits(const struct bpf_token *token)
{
	return !(token->allowed_cmds & ~CGROUP_CMDS) &&
	       !(token->allowed_progs & ~CGROUP_PROGS) &&
	       !(token->allowed_attachs & ~CGROUP_ATTACHS) &&
	       !(token->delegation.caps & ~CGROUP_CAPS);
}

/**
 * bpf_token_confine - confine a token that is being made
 * @token: the token, with its masks
 * @parent: what it is derived from, or %NULL
 * @attr: of BPF_TOKEN_CREATE
 *
 * Context: Process context.
 * Return: 0; -EPERM if the cgroup is outside the parent's, or the masks have
 * what no confined token has; or the error of cgroup_get_from_fd().
 */
int bpf_token_confine(struct bpf_token *token, const struct bpf_token *parent,
		      const union bpf_attr *attr)
{
	struct cgroup *outer = parent ? parent->delegation.cgroup : NULL;
	struct cgroup *cgrp = outer;

	if (attr->token_create.flags & BPF_F_TOKEN_CGROUP) {
		cgrp = cgroup_get_from_fd(attr->token_create.cgroup_fd);
		if (IS_ERR(cgrp))
			return PTR_ERR(cgrp);
	} else if (outer) {
		cgroup_get(outer);
	}
	if (!cgrp)
		return 0;

	/* From here on, the token puts it */
	token->delegation.cgroup = cgrp;
	if (outer && !cgroup_is_descendant(cgrp, outer))
		return -EPERM;
	return fits(token) ? 0 : -EPERM;
}

/**
 * bpf_token_confine_to - confine a token to a cgroup, with all that this allows
 * @token: a new token, which allows nothing yet
 * @cgrp: the cgroup
 */
void bpf_token_confine_to(struct bpf_token *token, struct cgroup *cgrp)
{
	cgroup_get(cgrp);
	token->delegation.cgroup = cgrp;
	token->allowed_cmds = CGROUP_CMDS;
	token->allowed_maps = GENMASK_ULL(__MAX_BPF_MAP_TYPE - 1, 0);
	token->allowed_progs = CGROUP_PROGS;
	token->allowed_attachs = CGROUP_ATTACHS;
	token->delegation.caps = BIT_ULL(CAP_BPF) | BIT_ULL(CAP_NET_ADMIN);
}

/**
 * bpf_token_put_cgroup - let go of the cgroup of a token that goes away
 * @token: the token
 */
void bpf_token_put_cgroup(struct bpf_token *token)
{
	if (token->delegation.cgroup)
		cgroup_put(token->delegation.cgroup);
}

/**
 * bpf_token_cgroup_live - is the cgroup of a token still there?
 * @token: a token, or %NULL
 *
 * Those of its ancestors are, then: a cgroup goes after all that are in it.
 *
 * Context: Any context.
 * Return: 0, or -ENODEV if it is confined to a cgroup that was removed.
 */
int bpf_token_cgroup_live(const struct bpf_token *token)
{
	if (!token || !token->delegation.cgroup)
		return 0;
	return cgroup_is_dead(token->delegation.cgroup) ? -ENODEV : 0;
}

/**
 * bpf_token_cgroup_id - to which cgroup is a token confined?
 * @token: the token
 *
 * Return: the cgroup's id, which is the inode number of its directory; 0 for
 * none.
 */
u64 bpf_token_cgroup_id(const struct bpf_token *token)
{
	struct cgroup *cgrp = token->delegation.cgroup;

	return cgrp ? cgroup_id(cgrp) : 0;
}

static bool reaches(const struct bpf_token *token, struct cgroup *cgrp)
{
	return !token || !token->delegation.cgroup ||
	       cgroup_is_descendant(cgrp, token->delegation.cgroup);
}

/**
 * bpf_prog_reaches - may a program be attached to a cgroup, by whomever?
 * @prog: the program
 * @cgrp: the cgroup
 *
 * Return: false if the token it was loaded with does not reach so far.
 */
bool bpf_prog_reaches(const struct bpf_prog *prog, struct cgroup *cgrp)
{
	return reaches(prog->aux->token, cgrp);
}

/* If the active token is confined, and about that sort of attachment */
static struct bpf_token *confined_token(enum bpf_attach_type attach_type)
{
	struct bpf_token *token = bpf_perm_active();

	if (!token || !token->delegation.cgroup ||
	    attach_type >= __MAX_BPF_ATTACH_TYPE ||
	    !(token->allowed_attachs & BIT_ULL(attach_type)))
		return NULL;
	return token;
}

/**
 * bpf_perm_cgroup_attach - may the current task attach this to that cgroup?
 * @prog: a program that was found good to be attached somewhere
 * @attach_type: to what
 * @cgrp: the cgroup
 *
 * A right to attach that came from a confined token ends with its cgroup.
 *
 * Context: Process context.
 * Return: 0 or -EPERM.
 */
int bpf_perm_cgroup_attach(const struct bpf_prog *prog,
			   enum bpf_attach_type attach_type,
			   struct cgroup *cgrp)
{
	struct bpf_token *token = confined_token(attach_type);

	if (!bpf_prog_reaches(prog, cgrp))
		return -EPERM;
	/* The one type that asks for a capability to be attached */
	if (prog->type != BPF_PROG_TYPE_CGROUP_SKB || reaches(token, cgrp))
		return 0;
	return bpf_token_capable(prog->aux->token, CAP_NET_ADMIN) ? 0 : -EPERM;
}

/**
 * bpf_perm_cgroup_capable - does the active token make one able to manage this?
 * @cgrp: a cgroup
 * @attach_type: of the programs there
 *
 * Context: Process context.
 * Return: true if it stands for CAP_NET_ADMIN there; otherwise nothing is
 * logged.
 */
bool bpf_perm_cgroup_capable(struct cgroup *cgrp,
			     enum bpf_attach_type attach_type)
{
	struct bpf_token *token = confined_token(attach_type);

	return token && reaches(token, cgrp) &&
	       bpf_token_confers(token, CAP_NET_ADMIN);
}

/**
 * bpf_perm_cgroup_asks - is the active token one to ask about a cgroup with?
 * @attach_type: of the programs there
 *
 * Context: Process context.
 * Return: true if bpf_perm_cgroup_query() is to decide, which knows the
 * cgroup.
 */
bool bpf_perm_cgroup_asks(enum bpf_attach_type attach_type)
{
	return bpf_token_confers(confined_token(attach_type), CAP_NET_ADMIN);
}

/**
 * bpf_perm_cgroup_query - may the current task ask about this cgroup?
 * @cgrp: the cgroup
 * @attach_type: of the programs there
 *
 * Context: Process context.
 * Return: 0 or -EPERM.
 */
int bpf_perm_cgroup_query(struct cgroup *cgrp, enum bpf_attach_type attach_type)
{
	/* Everybody else was asked before */
	if (!confined_token(attach_type) ||
	    bpf_perm_cgroup_capable(cgrp, attach_type) || bpf_net_capable())
		return 0;
	return -EPERM;
}

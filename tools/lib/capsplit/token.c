// SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1
/* Obtaining tokens, and managing them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define IGNORE_UNKNOWN	(BPF_F_TOKEN_IGNORE_UNKNOWN_CMDS | \
			 BPF_F_TOKEN_IGNORE_UNKNOWN_MAP_TYPES | \
			 BPF_F_TOKEN_IGNORE_UNKNOWN_PROG_TYPES | \
			 BPF_F_TOKEN_IGNORE_UNKNOWN_ATTACH_TYPES)

_Static_assert(CAPSPLIT_CGROUP == BPF_F_TOKEN_CGROUP, "uapi");
_Static_assert(CAPSPLIT_IGNORE_UNKNOWN == IGNORE_UNKNOWN, "uapi");
_Static_assert(CAPSPLIT_INFO_CONFERS == BPF_TOKEN_INFO_CONFERS, "uapi");
_Static_assert(CAPSPLIT_INFO_REVOKED == BPF_TOKEN_INFO_REVOKED, "uapi");

/*
 * The kernel's files of BPF that are no tokens answer some commands that are
 * about tokens, in their own way.  Without /proc they are not told apart.
 */
static int check_token(int fd)
{
	char path[64], target[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return fcntl(fd, F_GETFD) < 0 ? -EBADF : 0;
	target[n] = '\0';
	if (!strncmp(target, "anon_inode:", 11) &&
	    strcmp(target + 11, "bpf-token"))
		return -EINVAL;
	return 0;
}

int capsplit_open_dev(const char *name)
{
	static const char *const names[] = { "bpf", "bpf-net", "bpf-tracing" };
	char path[32];
	size_t i;
	int fd;

	for (i = 0; name && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i]))
			break;
	}
	if (!name || i == sizeof(names) / sizeof(names[0]))
		return capsplit_result(-EINVAL);
	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	/* It may be that this container alone does not have it */
	fd = -errno;
	if ((fd == -ENOENT || fd == -ENXIO || fd == -ENODEV) &&
	    capsplit_supported() == -EOPNOTSUPP)
		fd = -EOPNOTSUPP;
	return capsplit_result(fd);
}

static int make(uint32_t how, int parent, const struct capsplit_grant *grant,
		uint32_t flags)
{
	union bpf_attr attr;

	if (!grant || grant->reserved ||
	    flags & ~(CAPSPLIT_CGROUP | CAPSPLIT_IGNORE_UNKNOWN) ||
	    (grant->cgroup_fd && !(flags & CAPSPLIT_CGROUP)))
		return capsplit_result(-EINVAL);
	memset(&attr, 0, sizeof(attr));
	attr.token_create.flags = how | flags;
	attr.token_create.token_fd = parent;
	attr.token_create.cgroup_fd = grant->cgroup_fd;
	attr.token_create.allowed_cmds = grant->cmds;
	attr.token_create.allowed_maps = grant->maps;
	attr.token_create.allowed_progs = grant->progs;
	attr.token_create.allowed_attachs = grant->attachs;
	attr.token_create.allowed_caps = grant->caps;
	return capsplit_bpf(BPF_TOKEN_CREATE, &attr, sizeof(attr));
}

int capsplit_token_create(const struct capsplit_grant *grant, uint32_t flags)
{
	return make(BPF_F_TOKEN_DIRECT, 0, grant, flags);
}

int capsplit_token_derive(int token_fd, const struct capsplit_grant *grant,
			  uint32_t flags)
{
	if (token_fd < 0)
		return capsplit_result(-EBADF);
	return make(BPF_F_TOKEN_DERIVE, token_fd, grant, flags);
}

int capsplit_token_get(const char *path)
{
	union bpf_attr attr;
	int fd, err;

	if (!path)
		return capsplit_result(-EINVAL);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)path;
	fd = capsplit_bpf(BPF_OBJ_GET, &attr, sizeof(attr));
	if (fd < 0)
		return fd;
	err = check_token(fd);
	if (!err)
		return fd;
	close(fd);
	return capsplit_result(err);
}

int capsplit_token_pin(int token_fd, const char *path)
{
	union bpf_attr attr;
	int err;

	if (!path)
		return capsplit_result(-EINVAL);
	err = check_token(token_fd);
	if (err)
		return capsplit_result(err);
	memset(&attr, 0, sizeof(attr));
	attr.bpf_fd = token_fd;
	attr.pathname = (unsigned long)path;
	return capsplit_bpf(BPF_OBJ_PIN, &attr, sizeof(attr));
}

int capsplit_token_query(int token_fd, struct capsplit_token_info *info)
{
	struct bpf_token_info k;
	union bpf_attr attr;
	int err;

	if (!info)
		return capsplit_result(-EINVAL);
	err = check_token(token_fd);
	if (err)
		return capsplit_result(err);
	memset(&attr, 0, sizeof(attr));
	memset(&k, 0, sizeof(k));
	attr.info.bpf_fd = token_fd;
	attr.info.info = (unsigned long)&k;
	attr.info.info_len = sizeof(k);
	err = capsplit_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	if (err)
		return err;
	*info = (struct capsplit_token_info){
		.cmds = k.allowed_cmds, .maps = k.allowed_maps,
		.progs = k.allowed_progs, .attachs = k.allowed_attachs,
		.caps = k.allowed_caps, .id = k.id, .parent_id = k.parent_id,
		.uses = k.uses, .creator_uid = k.creator_uid,
		.depth = k.depth, .flags = k.flags, .cgroup_id = k.cgroup_id,
	};
	return 0;
}

int capsplit_token_revoke(int token_fd, int ancestor_fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.token_revoke.token_fd = token_fd;
	attr.token_revoke.ancestor_fd = ancestor_fd;
	return capsplit_bpf(BPF_TOKEN_REVOKE, &attr, sizeof(attr));
}

// SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1
/* Presenting a token to commands that have no field for one. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <linux/bpf_dev.h>

#include "internal.h"

static int load(int token_fd, uint32_t flags)
{
	union bpf_attr attr;

	/* What is less than -1 is a caller's error that was not looked at */
	if (token_fd < -1)
		return capsplit_result(-EBADF);
	memset(&attr, 0, sizeof(attr));
	attr.load_perm.perm_fd = token_fd;
	attr.load_perm.flags = flags;
	return capsplit_bpf(BPF_LOAD_PERM_FD, &attr, sizeof(attr));
}

int capsplit_load(int token_fd)
{
	return load(token_fd, 0);
}

int capsplit_load_on_exec(int token_fd)
{
	return load(token_fd, BPF_F_PERM_ON_EXEC);
}

int bpf_with_cap(int cmd, union bpf_attr *attr, unsigned int size,
		 int token_fd)
{
	int ret;

	/* -1 would be the call without it: not what was asked for */
	ret = token_fd < 0 ? capsplit_result(-EBADF) : load(token_fd, 0);
	if (ret)
		return ret;
	ret = syscall(SYS_bpf, cmd, attr, size);
	return ret < 0 ? -errno : ret;
}

static int dev_ioctl(int fd, unsigned long request)
{
	int err;

	if (!ioctl(fd, request))
		return 0;
	err = -errno;
	/* A token is no device, and no other device is one of BPF's */
	if (err == -ENOTTY && capsplit_supported() == -EOPNOTSUPP)
		err = -EOPNOTSUPP;
	return capsplit_result(err);
}

int capsplit_get_perm(int dev_fd)
{
	return dev_ioctl(dev_fd, BPF_DEV_IOCTL_GET_PERM);
}

int capsplit_put_perm(int dev_fd)
{
	return dev_ioctl(dev_fd, BPF_DEV_IOCTL_PUT_PERM);
}

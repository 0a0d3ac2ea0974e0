// SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1
/* The system call, and one answer for kernels that lack what is asked for. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>

#include "internal.h"

int capsplit_result(int ret)
{
	if (ret < 0)
		errno = -ret;
	return ret;
}

static int sys_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	int ret = syscall(SYS_bpf, cmd, attr, size);

	return ret < 0 ? -errno : ret;
}

/*
 * Forgets what is loaded for the next bpf(2), as any bpf(2) would.  Kernels that
 * do not know the command answer EINVAL, and do so for everybody.
 */
int capsplit_supported(void)
{
	union bpf_attr attr;
	int ret;

	memset(&attr, 0, sizeof(attr));
	attr.load_perm.perm_fd = -1;
	ret = sys_bpf(BPF_LOAD_PERM_FD, &attr, sizeof(attr));
	if (ret == -EINVAL || ret == -ENOSYS || ret == -E2BIG)
		ret = -EOPNOTSUPP;
	return capsplit_result(ret);
}

int capsplit_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	int ret = sys_bpf(cmd, attr, size);

	if (ret == -ENOSYS)
		ret = -EOPNOTSUPP;
	else if ((ret == -EINVAL || ret == -E2BIG) &&
		 capsplit_supported() == -EOPNOTSUPP)
		ret = -EOPNOTSUPP;
	return capsplit_result(ret);
}

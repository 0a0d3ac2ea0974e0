/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/bpf, /dev/bpf-net and /dev/bpf-tracing: BPF for whoever may open them.
 *
 * A descriptor is good wherever that of a BPF token is.
 */
#ifndef _UAPI_LINUX_BPF_DEV_H
#define _UAPI_LINUX_BPF_DEV_H

#include <linux/ioctl.h>

/* Every bpf(2) of the process has it from now on, until execve(2) */
#define BPF_DEV_IOCTL_GET_PERM	_IO(0xBF, 1)
/* The end of that */
#define BPF_DEV_IOCTL_PUT_PERM	_IO(0xBF, 2)

#endif /* _UAPI_LINUX_BPF_DEV_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/bpf, /dev/bpf-net and /dev/bpf-tracing.
 */
#ifndef _LINUX_BPF_DEV_H
#define _LINUX_BPF_DEV_H

#include <linux/types.h>
#include <uapi/linux/bpf_dev.h>

struct file;

#ifdef CONFIG_BPF_DEV

bool bpf_is_dev_file(const struct file *file);

#else

static inline bool bpf_is_dev_file(const struct file *file)
{
	return false;
}

#endif /* CONFIG_BPF_DEV */

#endif /* _LINUX_BPF_DEV_H */

/* SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1 */
#ifndef LIBCAPSPLIT_INTERNAL_H
#define LIBCAPSPLIT_INTERNAL_H

#include <linux/bpf.h>

#include "capsplit.h"

/* The rest is for the parts of the library alone */
#pragma GCC visibility push(hidden)

/* @ret, if it is a negative error with errno set to it */
int capsplit_result(int ret);
/* bpf(2) with a result of that form; EOPNOTSUPP if the kernel is without tokens */
int capsplit_bpf(int cmd, union bpf_attr *attr, unsigned int size);
int capsplit_supported(void);		/* 0 or an error */

#pragma GCC visibility pop

#endif

// SPDX-License-Identifier: GPL-2.0
/* Decides who may open files; this one says yes to everyone. */
#include "demo_bpf.h"

SEC("lsm/file_open")
int demo_lsm(void *ctx)
{
	count();
	return 0;
}

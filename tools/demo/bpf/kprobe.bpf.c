// SPDX-License-Identifier: GPL-2.0
/* Counts opened files, everyone's. */
#include "demo_bpf.h"

SEC("kprobe/do_sys_openat2")
int demo_kprobe(void *ctx)
{
	count();
	return 0;
}

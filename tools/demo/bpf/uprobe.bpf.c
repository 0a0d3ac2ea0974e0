// SPDX-License-Identifier: GPL-2.0
/* Waits for the return of a function of a program that root runs, by perf's uprobe PMU. */
#include "demo_bpf.h"

SEC("uretprobe//run/vm/bin/demo-guest:demo_root_work")
int demo_uprobe(void *ctx)
{
	count();
	return 0;
}

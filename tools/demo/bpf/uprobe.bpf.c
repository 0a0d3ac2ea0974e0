// SPDX-License-Identifier: GPL-2.0
/* Sits in a function of a program that root runs, by perf's uprobe PMU. */
#include "demo_bpf.h"

SEC("uprobe//run/vm/bin/demo-guest:demo_root_work")
int demo_uprobe(void *ctx)
{
	count();
	return 0;
}

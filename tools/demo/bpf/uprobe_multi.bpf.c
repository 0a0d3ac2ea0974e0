// SPDX-License-Identifier: GPL-2.0
/* The same by the other door, a uprobe_multi link. */
#include "demo_bpf.h"

SEC("uretprobe.multi//run/vm/bin/demo-guest:demo_root_work")
int demo_uprobe_multi(void *ctx)
{
	count();
	return 0;
}

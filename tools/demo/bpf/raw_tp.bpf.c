// SPDX-License-Identifier: GPL-2.0
/* Counts context switches, everyone's. */
#include "demo_bpf.h"

SEC("raw_tp/sched_switch")
int demo_raw_tp(void *ctx)
{
	count();
	return 0;
}

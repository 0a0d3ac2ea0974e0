// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that observers may take for tracing.
 *
 * Ring buffers and what hangs on instances, events and histograms is charged
 * to no memory cgroup, so CAP_TRACING alone could take all of it.  What is
 * allocated on behalf of an observer counts against one total and is given
 * back when it is freed, whoever frees it.  Whoever opens the files without
 * CAP_TRACING is neither counted nor limited.
 */

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sysctl.h>
#include "trace_observer.h"

/* kernel.tracing_observer_buffer_kb, in KiB; 1/16 of memory unless set */
static unsigned long observer_budget_kb;
static atomic_long_t observer_bytes = ATOMIC_LONG_INIT(0);

static bool observer_over(long bytes)
{
	return DIV_ROUND_UP(bytes, 1024) > READ_ONCE(observer_budget_kb);
}

/**
 * trace_observer_full - is there no room for this in the budget?
 * @bytes: how much is wanted
 *
 * Context: Any.
 * Return: true if it would not fit now.
 */
bool trace_observer_full(unsigned long bytes)
{
	return observer_over(atomic_long_read(&observer_bytes) + bytes);
}

/**
 * trace_observer_charge - count memory that is about to be allocated
 * @bytes: how much
 * @charged: set to whether it was: pass it on to trace_observer_uncharge()
 *
 * Nothing is counted unless an observer is at work.
 *
 * Context: Process context.
 * Return: 0, or -ENOMEM past the observers' budget.
 */
int trace_observer_charge(unsigned long bytes, bool *charged)
{
	*charged = trace_observer_acting();
	if (!*charged)
		return 0;
	/* What no budget can hold must not overflow the sum */
	if (bytes <= LONG_MAX / 2 &&
	    !observer_over(atomic_long_add_return(bytes, &observer_bytes)))
		return 0;
	if (bytes <= LONG_MAX / 2)
		atomic_long_sub(bytes, &observer_bytes);
	*charged = false;
	return -ENOMEM;
}

/**
 * trace_observer_force - count memory that can no longer be refused
 * @bytes: how much
 *
 * What exceeds the budget so lets trace_observer_full() refuse the next.
 *
 * Context: Process context.
 * Return: true if it was counted: pass it on to trace_observer_uncharge().
 */
bool trace_observer_force(unsigned long bytes)
{
	if (!trace_observer_acting())
		return false;
	atomic_long_add(bytes, &observer_bytes);
	return true;
}

/**
 * trace_observer_uncharge - give back what was charged
 * @bytes: as they were charged
 * @charged: what trace_observer_charge() said
 *
 * Context: Any.
 */
void trace_observer_uncharge(unsigned long bytes, bool charged)
{
	if (charged)
		atomic_long_sub(bytes, &observer_bytes);
}

static struct ctl_table observer_sysctls[] = {
	{
		.procname	= "tracing_observer_buffer_kb",
		.data		= &observer_budget_kb,
		.maxlen		= sizeof(observer_budget_kb),
		.mode		= 0644,
		.proc_handler	= proc_doulongvec_minmax,
	},
};

static int __init observer_budget_init(void)
{
	observer_budget_kb = totalram_pages() / 16 * (PAGE_SIZE / 1024);
	register_sysctl_init("kernel", observer_sysctls);
	return 0;
}
fs_initcall(observer_budget_init);

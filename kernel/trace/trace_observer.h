/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TRACE_OBSERVER_H
#define _TRACE_OBSERVER_H

#include <linux/fs.h>
#include <linux/tracefs.h>
#include <linux/types.h>

struct trace_array;

int trace_observer_tracer(struct trace_array *tr, struct file *file,
			  const char *name);
int trace_observer_func_command(struct trace_array *tr, const char *command);
int trace_observer_uprobe(const char *command);

#endif /* _TRACE_OBSERVER_H */

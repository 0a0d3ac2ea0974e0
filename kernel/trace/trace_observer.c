// SPDX-License-Identifier: GPL-2.0
/*
 * What CAP_TRACING alone may not ask of tracing.
 *
 * An observer sees everything and changes nothing.  Tracers and commands that
 * stop CPUs, keep them busy or take them down are left to whoever may open
 * the file by its mode.  The lists are of what is allowed, so that a tracer
 * nobody has reviewed stays closed.
 */

#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/string.h>
#include "trace.h"
#include "trace_observer.h"

/* The error log keeps a pointer to the text: it must be static */
static const char *const observer_errs[] = {
	"CAP_TRACING does not allow this tracer",
	"CAP_TRACING does not allow this function command",
	"CAP_TRACING does not allow uprobes",
};

enum {
	OBSERVER_ERR_TRACER,
	OBSERVER_ERR_FUNC_COMMAND,
	OBSERVER_ERR_UPROBE,
};

static const char *const observer_tracers[] = {
	"nop",			/* records nothing */
	"blk",			/* records what block tracepoints pass */
	"function",		/* these two slow calls down, no more */
	"function_graph",
	"irqsoff",		/* these measure the longest section seen */
	"preemptoff",
	"preemptirqsoff",
	"wakeup",		/* these the longest wait */
	"wakeup_rt",
	"wakeup_dl",
};

static const char *const observer_func_commands[] = {
	"mod",			/* a filter by module */
	"traceon",		/* the rest change what is recorded */
	"traceoff",
	"snapshot",
	"stacktrace",
	"enable_event",
	"disable_event",
};

static int observer_refuse(struct trace_array *tr, const char *loc,
			   const char *cmd, u8 type)
{
	tracing_log_err(tr, loc, cmd, (const char **)observer_errs, type, 0);
	return -EPERM;
}

/**
 * trace_observer_tracer - may the opener of current_tracer choose a tracer?
 * @tr: instance the file belongs to
 * @file: open current_tracer file
 * @name: name of the tracer
 *
 * Return: 0, or -EPERM with a line in the instance's error_log.
 */
int trace_observer_tracer(struct trace_array *tr, struct file *file,
			  const char *name)
{
	if (!tracefs_observer_file(file) ||
	    match_string(observer_tracers, ARRAY_SIZE(observer_tracers),
			 name) >= 0)
		return 0;
	return observer_refuse(tr, "current_tracer", name, OBSERVER_ERR_TRACER);
}

/**
 * trace_observer_func_command - may an observer set a function command?
 * @tr: instance, or %NULL for the top one
 * @command: name of the command, as in "function:command"
 *
 * Return: 0, or -EPERM with a line in the instance's error_log.
 */
int trace_observer_func_command(struct trace_array *tr, const char *command)
{
	if (match_string(observer_func_commands,
			 ARRAY_SIZE(observer_func_commands), command) >= 0)
		return 0;
	return observer_refuse(tr, "set_ftrace_filter", command,
			       OBSERVER_ERR_FUNC_COMMAND);
}

/**
 * trace_observer_uprobe - refuse an observer a uprobe
 * @command: the command line that would make or remove it
 *
 * A probe in the middle of an instruction, or with a reference counter,
 * changes what the probed program computes.
 *
 * Return: -EPERM, with a line in the top instance's error_log.
 */
int trace_observer_uprobe(const char *command)
{
	return observer_refuse(NULL, "trace_uprobe", command,
			       OBSERVER_ERR_UPROBE);
}

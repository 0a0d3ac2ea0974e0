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
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/namei.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uprobe_site.h>
#include "trace.h"
#include "trace_dynevent.h"
#include "trace_observer.h"

/* The error log keeps a pointer to the text: it must be static */
static const char *const observer_errs[] = {
	"CAP_TRACING does not allow this tracer",
	"CAP_TRACING does not allow this function command",
	"CAP_TRACING does not change what others have made",
};

enum {
	OBSERVER_ERR_TRACER,
	OBSERVER_ERR_FUNC_COMMAND,
	OBSERVER_ERR_NOT_OWN,
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
 * trace_observer_tracer - may the current task choose this tracer?
 * @tr: instance
 * @name: name of the tracer
 *
 * Return: 0, or -EPERM with a line in the instance's error_log.
 */
int trace_observer_tracer(struct trace_array *tr, const char *name)
{
	if (!trace_observer_acting() ||
	    match_string(observer_tracers, ARRAY_SIZE(observer_tracers),
			 name) >= 0)
		return 0;
	return observer_refuse(tr, "current_tracer", name, OBSERVER_ERR_TRACER);
}

/**
 * trace_observer_func_command - may the current task set this command?
 * @tr: instance, or %NULL for the top one
 * @command: name of the command, as in "function:command"
 *
 * Return: 0, or -EPERM with a line in the instance's error_log.
 */
int trace_observer_func_command(struct trace_array *tr, const char *command)
{
	if (!trace_observer_acting() ||
	    match_string(observer_func_commands,
			 ARRAY_SIZE(observer_func_commands), command) >= 0)
		return 0;
	return observer_refuse(tr, "set_ftrace_filter", command,
			       OBSERVER_ERR_FUNC_COMMAND);
}

/*
 * Observers at work in a write to tracefs.  What they may do depends on how
 * the file was opened, and functions far down decide it, that know no file.
 */
static DEFINE_SPINLOCK(observer_lock);
static LIST_HEAD(observers);

static struct trace_observer_act *observer_begin(const struct cred *cred)
{
	struct trace_observer_act *act;

	act = kzalloc(sizeof(*act), GFP_KERNEL_ACCOUNT);
	if (!act)
		return ERR_PTR(-ENOMEM);
	act->task = current;
	act->error = -ENOENT;
	act->saved = override_creds(cred);
	spin_lock(&observer_lock);
	list_add(&act->list, &observers);
	spin_unlock(&observer_lock);
	return act;
}

/**
 * trace_observer_begin - act as whoever opened a file, if an observer did
 * @file: open file on tracefs
 *
 * Until trace_observer_end() the current task has the opener's credentials,
 * and trace_observer_acting() says so.
 *
 * Context: Process context. Sleeps.
 * Return: %NULL if no observer opened the file; otherwise what to end; or
 * ERR_PTR(-ENOMEM).
 */
struct trace_observer_act *trace_observer_begin(struct file *file)
{
	return tracefs_observer_file(file) ? observer_begin(file->f_cred) : NULL;
}

/**
 * trace_observer_begin_dir - the same for mkdir and rmdir
 * @dir: directory on tracefs that an entry is made in or removed from
 *
 * Context: Process context. Sleeps.
 * Return: as trace_observer_begin() does.
 */
struct trace_observer_act *trace_observer_begin_dir(struct dentry *dir)
{
	return tracefs_observer_dir(dir) ? observer_begin(current_cred()) : NULL;
}

/**
 * trace_observer_end - be oneself again
 * @act: what trace_observer_begin() returned
 */
void trace_observer_end(struct trace_observer_act *act)
{
	if (IS_ERR_OR_NULL(act))
		return;
	spin_lock(&observer_lock);
	list_del(&act->list);
	spin_unlock(&observer_lock);
	revert_creds(act->saved);
	if (!act->error)
		path_put(&act->path);
	kfree(act);
}

/**
 * trace_observer_acting - is the current task at work for an observer?
 *
 * Context: Process context.
 * Return: what trace_observer_begin() returned, or %NULL.
 */
struct trace_observer_act *trace_observer_acting(void)
{
	struct trace_observer_act *act, *found = NULL;

	if (list_empty(&observers))
		return NULL;
	spin_lock(&observer_lock);
	list_for_each_entry(act, &observers, list) {
		if (act->task == current) {
			found = act;
			break;
		}
	}
	spin_unlock(&observer_lock);
	return found;
}

/**
 * trace_observer_prepare - get ready for an observer's command
 * @act: what trace_observer_begin() returned, or %NULL: nothing is done
 * @command: the command
 *
 * Finds the file that a uprobe's command names.  It may lie on a file system
 * whose server never answers, and whoever waits for that must hold no lock
 * that others need.
 *
 * Context: Process context. Sleeps, reads the file.
 * Return: 0, also if there is no such file: @act remembers the error; or
 * -ENOMEM, if the observers' budget has no room for another event.
 */
int trace_observer_prepare(struct trace_observer_act *act, const char *command)
{
	char **argv, *offset;
	int argc;

	if (!act || *command == '-' || *command == '!')
		return 0;
	if (trace_observer_full(TRACE_OBSERVER_EVENT_BYTES))
		return -ENOMEM;
	if (!act->error)
		path_put(&act->path);
	act->error = -ENOENT;
	argv = argv_split(GFP_KERNEL, command, &argc);
	if (!argv)
		return -ENOMEM;
	offset = argc > 1 ? strrchr(argv[1], ':') : NULL;
	if (offset && strchr(argv[1], '/')) {
		*offset = '\0';
		act->error = kern_path(argv[1], LOOKUP_FOLLOW, &act->path);
		if (!act->error && d_is_reg(act->path.dentry))
			uprobe_site_prepare(&act->path);
	}
	argv_free(argv);
	return 0;
}

/**
 * trace_observer_may_arm - may the current task enable this uprobe?
 * @path: the probed file
 * @site: the proof that the probe was defined with
 * @perf: by way of perf, and not of a file on tracefs
 *
 * An observer enables what rests on a proof that still holds; what another has
 * defined at a place of his choice it does not.
 *
 * Context: Process context.
 * Return: true if it may; otherwise one audit record names CAP_SYS_PTRACE.
 */
bool trace_observer_may_arm(const struct path *path,
			    const struct uprobe_site *site, bool perf)
{
	if (!trace_observer_acting() &&
	    (!perf || perfmon_capable_noaudit() ||
	     !ns_capable_noaudit(&init_user_ns, CAP_TRACING)))
		return true;
	return (site->inode && uprobe_site_holds(site)) ||
	       uprobe_site_may_write(path) || capable(CAP_SYS_PTRACE);
}

/**
 * trace_observer_may_change - may the current task remove or extend something?
 * @owner: effective uid of who made it
 * @what: what it is, for error_log
 *
 * An observer changes what its own user has made.
 *
 * Return: true if it may; otherwise error_log says why not.
 */
bool trace_observer_may_change(kuid_t owner, const char *what)
{
	if (!trace_observer_acting() || uid_eq(owner, current_euid()))
		return true;
	observer_refuse(NULL, what, "", OBSERVER_ERR_NOT_OWN);
	return false;
}

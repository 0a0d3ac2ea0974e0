/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TRACE_OBSERVER_H
#define _TRACE_OBSERVER_H

#include <linux/cleanup.h>
#include <linux/fs.h>
#include <linux/path.h>
#include <linux/tracefs.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct dentry;
struct trace_array;
struct uprobe_site;

int trace_observer_tracer(struct trace_array *tr, const char *name);
int trace_observer_func_command(struct trace_array *tr, const char *command);

/**
 * struct trace_observer_act - an observer's write to tracefs, under way
 * @list: of all that are
 * @task: that writes
 * @saved: its own credentials
 * @path: file that the command at hand names
 * @error: of looking it up; @path is valid if 0
 */
struct trace_observer_act {
	struct list_head list;
	struct task_struct *task;
	const struct cred *saved;
	struct path path;
	int error;
};

struct trace_observer_act *trace_observer_begin(struct file *file);
struct trace_observer_act *trace_observer_begin_dir(struct dentry *dir);
void trace_observer_end(struct trace_observer_act *act);
struct trace_observer_act *trace_observer_acting(void);
int trace_observer_prepare(struct trace_observer_act *act, const char *command);
bool trace_observer_may_arm(const struct path *path,
			    const struct uprobe_site *site, bool perf);
bool trace_observer_may_change(kuid_t owner, const char *what);

/* What an instance or an event takes beside its buffers, about */
#define TRACE_OBSERVER_INSTANCE_BYTES	(1024 * 1024UL)
#define TRACE_OBSERVER_EVENT_BYTES	(16 * 1024UL)
#define TRACE_OBSERVER_RETURN_BYTES	128U	/* for each call under way */

bool trace_observer_full(unsigned long bytes);
bool trace_observer_force(unsigned long bytes);
int trace_observer_charge(unsigned long bytes, bool *charged);
void trace_observer_uncharge(unsigned long bytes, bool charged);

/* For the rest of the scope: see trace_observer_begin() */
DEFINE_CLASS(trace_observer, struct trace_observer_act *,
	     trace_observer_end(_T), trace_observer_begin(file),
	     struct file *file)

DEFINE_CLASS(trace_observer_dir, struct trace_observer_act *,
	     trace_observer_end(_T), trace_observer_begin_dir(dir),
	     struct dentry *dir)

#endif /* _TRACE_OBSERVER_H */

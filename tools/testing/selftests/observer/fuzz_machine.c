// SPDX-License-Identifier: GPL-2.0
/* What the attacker may aim at, found by root; and tracing as it was before. */
#include "fuzz.h"
#include <ftw.h>
#include <linux/btf.h>

static void add_name(struct names *names, const char *name)
{
	if (names->nr < MAX_NAMES)
		names->name[names->nr++] = strdup(name);
}

/* The first word of some of a file's first @lines lines */
static int find_lines(struct fuzz *f, struct names *names, const char *path,
		      __u32 lines)
{
	FILE *in = fopen(path, "re");
	char line[512];

	if (!in)
		return errno;
	for (__u32 i = 0; i < lines && fgets(line, sizeof(line), in); i++) {
		line[strcspn(line, " \t\n")] = '\0';
		if (throw(&f->dice, lines) < MAX_NAMES)
			add_name(names, line);
	}
	fclose(in);
	return names->nr ? 0 : ENOENT;
}

static struct names *walked;

/* All files but those of the events, which are many and alike */
static int add_file(const char *path, const struct stat *st, int type,
		    struct FTW *at)
{
	static const char *const events[] = {
		"/events/sched/sched_switch/", "/events/sched/sched_wakeup/",
		"/events/fuzz/", "/events/canary/", "/events/sched/enable",
		"/events/ftrace/function/", "/events/enable",
		"/events/header_page",
	};
	const char *below = strstr(path, "/events/");

	/* To look at each event of root's instance takes longer than to boot */
	if (strstr(path, "/instances/"))
		return FTW_SKIP_SUBTREE;
	if (!below) {
		/* Options are switches like another */
		if (type == FTW_F &&
		    (!strstr(path, "/options/") || at->base % 3 == 0))
			add_name(walked, path);
		return FTW_CONTINUE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		/* Looking into a directory makes what is in it */
		if (type == FTW_D && !strncmp(below, events[i], strlen(below)))
			return FTW_CONTINUE;
		if (!strncmp(below, events[i], strlen(events[i]))) {
			if (type == FTW_F)
				add_name(walked, path);
			return FTW_CONTINUE;
		}
	}
	return type == FTW_D ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
}

/* Those that may come, of instances and events; and some of the many */
static void add_instances(struct names *files)
{
	static const char *const in[] = {
		"instances/fuzz0/current_tracer", "instances/fuzz0/trace",
		"instances/fuzz0/set_event", "instances/fuzz0/snapshot",
		"instances/fuzz0/buffer_size_kb", "instances/fuzz0/trace_pipe",
		"instances/fuzz0/set_ftrace_filter",
		"instances/fuzz0/buffer_subbuf_size_kb",
		"instances/fuzz0/per_cpu/cpu0/trace_pipe_raw",
		"instances/fuzz0/events/sched/sched_switch/trigger",
		"instances/fuzz0/events/sched/sched_switch/filter",
		"instances/fuzz1/current_tracer", "instances/fuzz1/trace",
		"instances/fuzz1/set_ftrace_filter",
		"instances/canary/trace", "instances/canary/tracing_on",
		"instances/canary/buffer_size_kb",
		"events/syscalls/sys_enter_openat/enable",
		"events/syscalls/sys_enter_openat/filter",
		"events/syscalls/sys_enter_openat/trigger",
		"events/syscalls/sys_enter_openat/format",
		"events/fuzz/enable", "events/canary/own/enable",
		"events/canary/own/trigger", "events/canary/own/filter",
	};
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(in); i++) {
		snprintf(path, sizeof(path), CT_TRACEFS "/%s", in[i]);
		add_name(files, path);
	}
	/* What commands go to is what is worth most of the throws */
	for (unsigned int i = 0, nr = files->nr; i < nr; i++) {
		const char *last = strrchr(files->name[i], '/');

		if (last && (strstr(last, "_events") || strstr(last, "filter") ||
			     strstr(last, "trigger") || strstr(last, "tracer")))
			for (int n = 0; n < 4; n++)
				add_name(files, files->name[i]);
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_btf_id(const char *name, int id, void *arg)
{
	struct fuzz *f = arg;

	if (bsearch(&name, f->functions.name, f->functions.nr, sizeof(name),
		    compare))
		f->btf_ids[f->nr_btf_ids++] = id;
	return f->nr_btf_ids == ARRAY_SIZE(f->btf_ids);
}

int find_names(struct fuzz *f)
{
	int err;

	err = find_lines(f, &f->functions,
			 CT_TRACEFS "/available_filter_functions", 8000);
	if (!err)
		err = find_lines(f, &f->tracepoints,
				 CT_TRACEFS "/available_events", 1200);
	if (err)
		return err;
	for (unsigned int i = 0; i < f->tracepoints.nr; i++) {
		char *event = strchr(f->tracepoints.name[i], ':');

		if (event)
			f->tracepoints.name[i] = event + 1;
	}
	qsort(f->functions.name, f->functions.nr, sizeof(*f->functions.name),
	      compare);
	ct_btf_each(BTF_KIND_FUNC, add_btf_id, f);
	walked = &f->files;
	if (nftw(CT_TRACEFS, add_file, 16, FTW_PHYS | FTW_ACTIONRETVAL))
		return errno;
	add_instances(&f->files);
	return 0;
}

static void put(const char *name, int flags, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), CT_TRACEFS "/%s", name);
	put_string(path, flags, text);
}

const char *some_functions(struct fuzz *f)
{
	return one_in(&f->dice, 8) ? "\n" :
		"vfs_* sched_* ksys_* *_release do_exit schedule";
}

void reset_tracing(struct fuzz *f)
{
	static const char *const triggers[] = {
		"events/sched/sched_switch", "events/sched/sched_wakeup",
		"events/ftrace/function", "events/canary/own",
		"events/syscalls/sys_enter_openat",
	};
	char path[256];

	put("current_tracer", 0, "nop");
	put("events/enable", 0, "0");
	for (int twice = 0; twice < 2; twice++) {
		for (size_t i = 0; i < ARRAY_SIZE(triggers); i++) {
			snprintf(path, sizeof(path), "%s/trigger", triggers[i]);
			put(path, O_TRUNC, "\n");
			snprintf(path, sizeof(path), "%s/filter", triggers[i]);
			put(path, 0, "0");
		}
	}
	put("set_ftrace_filter", O_TRUNC, some_functions(f));
	put("set_ftrace_notrace", O_TRUNC, "\n");
	put("set_graph_function", O_TRUNC, "\n");
	put("set_graph_notrace", O_TRUNC, "\n");
	put("set_ftrace_pid", O_TRUNC, "\n");
	put("set_event_pid", O_TRUNC, "\n");
	put("set_event_notrace_pid", O_TRUNC, "\n");
	put("function_profile_enabled", 0, "0");
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), CT_TRACEFS "/instances/fuzz%d", i);
		rmdir(path);
	}
	put("snapshot", 0, "0");
	put("buffer_size_kb", 0, "64");
	put("trace", O_TRUNC, "\n");
	put("tracing_cpumask", 0, "3");
	put("tracing_thresh", 0, "0");
	put("tracing_on", 0, "1");
	put("instances/canary/tracing_on", 0, "1");
	put("events/canary/own/enable", 0, "1");
}

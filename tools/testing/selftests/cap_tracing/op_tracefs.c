// SPDX-License-Identifier: GPL-2.0
/*
 * The table's operations on files of tracefs.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "ops.h"

/* Hardly ever happens, and root keeps it enabled */
#define EVENT		"events/sched/sched_process_exec"
#define INSTANCE	"instances/" OPS_INSTANCE

static const char *in_tracefs(const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), CT_TRACEFS "/%s", file);
	return path;
}

static int try_list(const void *arg)
{
	DIR *dir = opendir(arg);
	int err;

	if (!dir)
		return errno;
	errno = 0;
	err = readdir(dir) ? 0 : errno;
	closedir(dir);
	return err;
}

static int try_stat(const void *arg)
{
	struct stat st;

	return stat(in_tracefs(arg), &st) ? errno : 0;
}

static int try_open(const void *arg, int flags)
{
	int fd = open(in_tracefs(arg), flags | O_CLOEXEC);

	return ops_close(fd < 0 ? -errno : fd);
}

static int try_open_write(const void *arg)
{
	return try_open(arg, O_WRONLY);
}

static int try_read(const void *arg)
{
	int fd = open(in_tracefs(arg), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char buf[512];
	int err = 0;

	if (fd < 0)
		return errno;
	/* A pipe with nothing in it is as good */
	if (read(fd, buf, sizeof(buf)) < 0 && errno != EAGAIN)
		err = errno;
	close(fd);
	return err;
}

struct text {
	const char *file, *text;
	int past;
};

/* Not truncating: that alone empties some files */
static int try_write(const void *arg)
{
	const struct text *t = arg;
	int err = ct_write_file(in_tracefs(t->file), t->text);

	return t->past ? past(err, t->past) : err;
}

static int try_mmap(const void *arg)
{
	int fd = open(in_tracefs(arg), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	long page = sysconf(_SC_PAGESIZE);
	void *map;
	int err = 0;

	if (fd < 0)
		return errno;
	map = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err = errno;
	else
		munmap(map, page);
	close(fd);
	return err;
}

static int try_instance(const void *arg)
{
	if (mkdir(in_tracefs(arg), 0700))
		return errno;
	return rmdir(in_tracefs(arg)) ? errno : 0;
}

static int try_busy_instance(const void *arg)
{
	return past(rmdir(in_tracefs(arg)) ? errno : 0, EBUSY);
}

static int try_mkdir(const void *arg)
{
	return mkdir(in_tracefs(arg), 0700) ? errno : 0;
}

static int try_chmod(const void *arg)
{
	return chmod(in_tracefs(arg), 0644) ? errno : 0;
}

static int try_chown(const void *arg)
{
	return chown(in_tracefs(arg), CT_UID, CT_UID) ? errno : 0;
}

static int try_remount(const void *arg)
{
	return mount("none", CT_TRACEFS, NULL, MS_REMOUNT, arg) ? errno : 0;
}

#define LIST(path)	.attempt = try_list, .arg = path
#define READ(file)	.attempt = try_read, .arg = file
#define OPEN(file)	.attempt = try_open_write, .arg = file
#define WRITE(...) \
	.attempt = try_write, .arg = &(const struct text){ __VA_ARGS__ }
/* Somebody reads the top trace_pipe: only another's right to ask is checked */
#define TRACER(name)	WRITE("current_tracer", name, EBUSY)
/* There is no such function: a number too large matches none */
#define COMMAND(name)	WRITE("set_ftrace_filter", "99999999:" name "\n", EINVAL)

static const struct op_impl ops[] = {
	{ "tracefs.list", LIST(CT_TRACEFS) },
	{ "tracefs.stat", try_stat, "README" },
	{ "tracefs.readme", READ("README") },
	{ "tracefs.trace", READ("trace") },
	{ "tracefs.available_events", READ("available_events") },
	{ "tracefs.events.id", READ(EVENT "/id") },
	{ "tracefs.events.format", READ(EVENT "/format") },
	{ "tracefs.events.enable", WRITE(EVENT "/enable", "1") },
	{ "tracefs.events.filter", WRITE(EVENT "/filter", "0") },
	{ "tracefs.events.trigger", OPEN(EVENT "/trigger") },
	{ "tracefs.events.inject", OPEN(EVENT "/inject") },
	{ "tracefs.set_event", WRITE("set_event", "sched:sched_process_exec\n") },
	{ "tracefs.tracing_on", WRITE("tracing_on", "1") },
	{ "tracefs.trace_marker", WRITE("trace_marker", "cap_tracing\n") },
	{ "tracefs.trace_options", WRITE("trace_options", "print-parent") },
	{ "tracefs.buffer_size", WRITE(INSTANCE "/buffer_size_kb", "4") },
	{ "tracefs.trace_pipe", READ(INSTANCE "/trace_pipe") },
	{ "tracefs.pipe_raw", READ(INSTANCE "/per_cpu/cpu0/trace_pipe_raw") },
	{ "tracefs.pipe_mmap",
		try_mmap, INSTANCE "/per_cpu/cpu0/trace_pipe_raw" },
	{ "tracefs.instances.mkdir", try_instance, "instances/cap_tracing_op" },
	{ "tracefs.instances.busy", try_busy_instance, INSTANCE },
	{ "tracefs.tracer.nop", WRITE("current_tracer", "nop") },
	{ "tracefs.tracer.function",
		WRITE(INSTANCE "/current_tracer", "function") },
	{ "tracefs.tracer.function_graph", TRACER("function_graph") },
	{ "tracefs.tracer.hwlat", TRACER("hwlat") },
	{ "tracefs.tracer.osnoise", TRACER("osnoise") },
	{ "tracefs.tracer.timerlat", TRACER("timerlat") },
	{ "tracefs.tracer.mmiotrace", TRACER("mmiotrace") },
	{ "tracefs.command.traceon", COMMAND("traceon") },
	{ "tracefs.command.dump", COMMAND("dump") },
	{ "tracefs.command.cpudump", COMMAND("cpudump") },
	{ "tracefs.osnoise.read", READ("osnoise/options") },
	{ "tracefs.osnoise.options", OPEN("osnoise/options") },
	{ "tracefs.osnoise.period", OPEN("osnoise/period_us") },
	{ "tracefs.hwlat.width", OPEN("hwlat_detector/width") },
	{ "tracefs.rv.read", READ("rv/available_monitors") },
	{ "tracefs.rv.monitoring_on", OPEN("rv/monitoring_on") },
	{ "tracefs.rv.enabled", OPEN("rv/enabled_monitors") },
	{ "tracefs.rv.reactors", OPEN("rv/monitors/wwnr/reactors") },
	{ "tracefs.mkdir", try_mkdir, "cap_tracing_op" },
	{ "tracefs.chmod", try_chmod, "README" },
	{ "tracefs.chown", try_chown, "README" },
	{ "tracefs.remount", try_remount, "mode=0700" },
	{ "debugfs.list", LIST("/sys/kernel/debug") },
};

const struct op_group ops_tracefs = { ops, ARRAY_SIZE(ops) };

static int top_pipe = -1, instance_pipe = -1;

/*
 * What is slow to start is running already when the operations ask for it.
 * The instance's pipe stays free: two operations read it.
 */
int ops_setup_tracefs(void)
{
	int err;

	err = ct_write_file(in_tracefs(EVENT "/enable"), "1");
	if (!err && mkdir(in_tracefs(INSTANCE), 0750) && errno != EEXIST)
		err = errno;
	if (!err)
		err = ct_write_file(in_tracefs(INSTANCE "/buffer_size_kb"), "4");
	if (!err)
		err = ct_write_file(in_tracefs(INSTANCE "/set_ftrace_filter"),
				    "ramfs_kill_sb\n");
	if (!err)
		err = ct_write_file(in_tracefs(INSTANCE "/current_tracer"),
				    "function");
	if (err)
		return err;
	top_pipe = open(in_tracefs("trace_pipe"),
			O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	instance_pipe = open(in_tracefs(INSTANCE "/tracing_on"),
			     O_RDONLY | O_CLOEXEC);
	return top_pipe < 0 || instance_pipe < 0 ? errno : 0;
}

void ops_teardown_tracefs(void)
{
	close(top_pipe);
	ct_write_file(in_tracefs(INSTANCE "/current_tracer"), "nop");
	close(instance_pipe);
	rmdir(in_tracefs(INSTANCE));
	ct_write_file(in_tracefs(EVENT "/enable"), "0");
	ct_write_file(in_tracefs("events/bpf_trace/enable"), "0");
	ct_write_file(in_tracefs("trace"), "");
}

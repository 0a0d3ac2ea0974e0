// SPDX-License-Identifier: GPL-2.0
/* Every file of tracefs, read and written, with commands that it may know. */
#include "fuzz.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <linux/user_events.h>

/* What is written to a file whose name ends so; NULL: to any */
static const struct {
	const char *file, *text;
} commands[] = {
	{ "current_tracer", "function" },
	{ "current_tracer", "function_graph" },
	{ "current_tracer", "nop" },
	{ "current_tracer", "irqsoff" },
	{ "current_tracer", "wakeup" },
	{ "current_tracer", "mmiotrace" },
	{ "current_tracer", "hwlat" },
	{ "current_tracer", "osnoise" },
	{ "current_tracer", "timerlat" },
	{ "set_ftrace_filter", "%f" },
	{ "set_ftrace_filter", "*lock*" },
	{ "set_ftrace_filter", "%f:traceoff" },
	{ "set_ftrace_filter", "%f:snapshot:1" },
	{ "set_ftrace_filter", "%f:stacktrace:3" },
	{ "set_ftrace_filter", "%f:dump" },
	{ "set_ftrace_filter", "%f:cpudump" },
	{ "set_ftrace_filter", "%f:enable_event:sched:sched_switch:2" },
	{ "set_ftrace_filter", "!%f:traceoff" },
	{ "set_ftrace_notrace", "%f" },
	{ "set_graph_function", "%f" },
	{ "set_graph_notrace", "%f" },
	{ "set_event", "sched:*" },
	{ "set_event", "!sched:*" },
	{ "set_event", "*:%t" },
	{ "set_event_pid", "1 2 3 1000" },
	{ "set_ftrace_pid", "1" },
	{ "set_event_notrace_pid", "1" },
	{ "kprobe_events", "p:fuzz/k%n %f" },
	{ "kprobe_events", "r%n:fuzz/r%n %f ret=$retval" },
	{ "kprobe_events", "p:fuzz/k%n %f+%n a=%%di b=+0(%%si):string" },
	{ "kprobe_events", "p:fuzz/k%n %f a=@jiffies:u64 b=$comm" },
	{ "kprobe_events", "-:fuzz/k%n" },
	{ "kprobe_events", "-:canary/own" },
	{ "kprobe_events", "p:canary/own %f" },
	{ "uprobe_events", "p:fuzz/u%n %e:0x%n" },
	{ "uprobe_events", "p:fuzz/u%n %e:%a" },
	{ "uprobe_events", "r:fuzz/u%n %e:%a" },
	{ "uprobe_events", "p:fuzz/u%n %e:%a(%c)" },
	{ "uprobe_events", "-:fuzz/u%n" },
	{ "dynamic_events", "p:fuzz/d%n %f" },
	{ "dynamic_events", "f:fuzz/f%n %f" },
	{ "dynamic_events", "f:fuzz/f%n %f%%return r=$retval" },
	{ "dynamic_events", "t:fuzz/t%n %t" },
	{ "dynamic_events", "e:fuzz/e%n sched.sched_switch a=+0($next_comm):string" },
	{ "dynamic_events", "s:fuzz_s%n u64 lat; pid_t pid" },
	{ "dynamic_events", "u:fuzz_u%n u32 number" },
	{ "dynamic_events", "-:fuzz/d%n" },
	{ "dynamic_events", "-:canary/own" },
	{ "dynamic_events", "!s:fuzz_s%n" },
	{ "synthetic_events", "fuzz_s%n u64 lat; char comm[16]" },
	{ "synthetic_events", "!fuzz_s%n" },
	{ "trigger", "traceoff:3" },
	{ "trigger", "snapshot" },
	{ "trigger", "stacktrace:5 if common_pid > %n" },
	{ "trigger", "enable_event:sched:sched_wakeup" },
	{ "trigger", "hist:keys=common_pid" },
	{ "trigger", "hist:keys=common_pid,common_stacktrace:vals=hitcount:sort=hitcount:size=%n" },
	{ "trigger", "hist:name=fuzz:keys=prev_pid:ts0=common_timestamp.usecs" },
	{ "trigger", "hist:keys=next_pid:l=hitcount:onmax($l).save(prev_pid)" },
	{ "trigger", "hist:keys=prev_pid:onmax($ts0).snapshot()" },
	{ "trigger", "!hist:keys=common_pid" },
	{ "trigger", "!traceoff" },
	{ "filter", "common_pid == %n" },
	{ "filter", "prev_comm ~ \"*a*\" || next_pid > %n" },
	{ "filter", "0" },
	{ "enable", "1" },
	{ "enable", "0" },
	{ "buffer_size_kb", "%n" },
	{ "buffer_total_size_kb", "%n" },
	{ "buffer_subbuf_size_kb", "%n" },
	{ "buffer_percent", "%n" },
	{ "snapshot", "1" },
	{ "snapshot", "2" },
	{ "snapshot", "0" },
	{ "trace_options", "no%o" },
	{ "trace_options", "%o" },
	{ "trace_clock", "global" },
	{ "trace_clock", "mono" },
	{ "trace_clock", "x86-tsc" },
	{ "trace_marker", "hello %n" },
	{ "trace_marker_raw", "hello %n" },
	{ "tracing_cpumask", "%n" },
	{ "tracing_thresh", "%n" },
	{ "max_graph_depth", "%n" },
	{ "stack_max_size", "0" },
	{ "function_profile_enabled", "1" },
	{ "function_profile_enabled", "0" },
	{ "saved_cmdlines_size", "%n" },
	{ "inject", "prev_pid=1" },
	{ "monitoring_on", "1" },
	{ "enabled_monitors", "wwnr" },
	{ "reactors", "panic" },
	{ NULL, "%n" },
	{ NULL, "1" },
	{ NULL, "0" },
	{ NULL, "%f" },
	{ NULL, "-1" },
	{ NULL, "" },
	{ NULL, "\n" },
};

static const char *const options[] = {
	"overwrite", "stacktrace", "userstacktrace", "sym-offset", "bin",
	"block", "record-cmd", "record-tgid", "event-fork", "function-trace",
	"function-fork", "display-graph", "irq-info", "markers", "pause-on-trace",
	"hash-ptr", "latency-format", "raw", "hex", "verbose", "branch",
	"graph-time", "funcgraph-retval", "func_stack_trace", "trace_marker",
};

/* @format with the names it asks for, into @text */
static void fill_in(struct fuzz *f, const char *format, char *text, size_t size)
{
	struct dice *d = &f->dice;
	size_t used = 0;

	for (; *format && used < size - 100; format++) {
		char *at = text + used;
		size_t room = size - used;

		if (*format != '%') {
			text[used++] = *format;
			continue;
		}
		switch (*++format) {
		case 'n':
			used += snprintf(at, room, "%llu", one_in(d, 4) ?
					 throw_number(d) : throw(d, 8));
			break;
		case 'f':
			used += snprintf(at, room, "%s", f->functions.nr ?
				f->functions.name[throw(d, f->functions.nr)] :
				"");
			break;
		case 't':
			used += snprintf(at, room, "%s", f->tracepoints.nr ?
				f->tracepoints.name[throw(d, f->tracepoints.nr)] :
				"");
			break;
		case 'o':
			used += snprintf(at, room, "%s", options[throw(d, ARRAY_SIZE(options))]);
			break;
		case 'e':
			used += snprintf(at, room, "%s", own_path());
			break;
		case 'a':
			used += snprintf(at, room, "0x%lx",
					 ct_file_offset(attack_constant) +
					 throw(d, 3));
			break;
		case 'c':
			used += snprintf(at, room, "0x%lx",
					 ct_file_offset(&attack_counter));
			break;
		default:
			text[used++] = '%';
		}
	}
	if (one_in(d, 12) && used)
		text[throw(d, used)] = throw(d, 256);
	if (one_in(d, 2))
		text[used++] = '\n';
	text[used] = '\0';
}

/* The last part of a path, and whose it is below events/ */
static const char *kind_of(const char *path)
{
	const char *last = strrchr(path, '/');

	return last ? last + 1 : path;
}

static void write_to(struct fuzz *f, const char *path)
{
	const char *kind = kind_of(path), *known[ARRAY_SIZE(commands)];
	char text[512];
	unsigned int nr = 0;
	int flags, err;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!commands[i].file || !strcmp(commands[i].file, kind))
			known[nr++] = commands[i].text;
	}
	/* The file's own come first in the list */
	nr = one_in(&f->dice, 6) || nr <= 7 ? nr : nr - 7;
	fill_in(f, known[throw(&f->dice, nr)], text, sizeof(text));
	flags = one_in(&f->dice, strcmp(kind, "set_ftrace_filter") ? 4 : 32) ?
		O_TRUNC : O_APPEND;
	err = put_string(path, flags | O_NONBLOCK, text);
	step(f, "write %s < %s: %d", path + sizeof(CT_TRACEFS), text, err);
	note(f, "write", kind, -err);
}

static void read_from(struct fuzz *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char text[4096];
	ssize_t n;

	step(f, "read %s: %d", path + sizeof(CT_TRACEFS), fd < 0 ? errno : 0);
	if (fd < 0) {
		note(f, "read", kind_of(path), -errno);
		return;
	}
	n = read(fd, text, throw(&f->dice, 8) ? sizeof(text) : 1);
	if (n < 0)
		n = -errno;
	if (one_in(&f->dice, 8))
		lseek(fd, throw_number(&f->dice), SEEK_SET);
	if (one_in(&f->dice, 8)) {
		struct pollfd p = { fd, POLLIN };

		poll(&p, 1, 0);
	}
	if (one_in(&f->dice, 16))
		ioctl(fd, throw(&f->dice, 256), throw_number(&f->dice));
	if (one_in(&f->dice, 16)) {
		void *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

		if (p != MAP_FAILED)
			munmap(p, 4096);
	}
	if (one_in(&f->dice, 16)) {
		int pipes[2];

		if (!pipe2(pipes, O_CLOEXEC | O_NONBLOCK)) {
			splice(fd, NULL, pipes[1], NULL, 65536,
			       SPLICE_F_NONBLOCK);
			close(pipes[0]);
			close(pipes[1]);
		}
	}
	close(fd);
	note(f, "read", kind_of(path), n == -EAGAIN ? 0 : n);
}

static void use_instance(struct fuzz *f)
{
	static const char *const names[] = {
		"fuzz0", "fuzz1", "fuzz2", "canary", "..", "a b", "",
	};
	char path[256];
	int err;

	snprintf(path, sizeof(path), CT_TRACEFS "/instances/%s",
		 names[throw(&f->dice, ARRAY_SIZE(names))]);
	if (one_in(&f->dice, 3)) {
		err = rmdir(path) ? errno : 0;
		note(f, "tracefs", "rmdir", -err);
	} else {
		err = mkdir(path, 0777) ? errno : 0;
		note(f, "tracefs", "mkdir", -err);
		if (!err) {
			strcat(path, "/set_ftrace_filter");
			put_string(path, O_TRUNC, some_functions(f));
		}
	}
	step(f, "instance %s: %d", path, err);
}

static void use_user_event(struct fuzz *f)
{
	static const __u32 data[] = { 0, 1 };
	static __u32 enabled;
	char name[64];
	struct user_reg reg = {
		.size = sizeof(reg),
		.enable_bit = throw(&f->dice, 33),
		.enable_size = 4,
		.enable_addr = one_in(&f->dice, 8) ? throw_number(&f->dice) :
			(unsigned long)&enabled,
		.flags = throw(&f->dice, 4),
		.name_args = (unsigned long)name,
	};
	struct user_unreg unreg = {
		.size = sizeof(unreg),
		.disable_bit = reg.enable_bit,
		.disable_addr = reg.enable_addr,
	};
	int fd = open(CT_TRACEFS "/user_events_data", O_RDWR | O_CLOEXEC), ret;

	snprintf(name, sizeof(name), "%s%u u32 number",
		 one_in(&f->dice, 4) ? "canary" : "fuzz_u", throw(&f->dice, 8));
	ret = ioctl(fd, DIAG_IOCSREG, &reg) ? -errno : 0;
	note(f, "user event", "register", ret);
	ret = write(fd, data, sizeof(data)) < 0 ? -errno : 0;
	note(f, "user event", "write", ret);
	if (one_in(&f->dice, 2)) {
		ret = ioctl(fd, DIAG_IOCSUNREG, &unreg) ? -errno : 0;
		note(f, "user event", "unregister", ret);
	}
	*strchr(name, ' ') = '\0';
	ret = ioctl(fd, DIAG_IOCSDEL, name) ? -errno : 0;
	note(f, "user event", "delete", ret);
	step(f, "user event %s: %d", name, ret);
	close(fd);
}

static void change_file(struct fuzz *f, const char *path)
{
	int err;

	if (one_in(&f->dice, 2)) {
		err = chmod(path, 0777) ? errno : 0;
		note(f, "tracefs", "chmod", -err);
	} else {
		err = chown(path, UID_USER, UID_USER) ? errno : 0;
		note(f, "tracefs", "chown", -err);
	}
}

void fuzz_tracefs(struct fuzz *f)
{
	const char *path;

	if (!f->files.nr)
		return;
	path = f->files.name[throw(&f->dice, f->files.nr)];
	switch (throw(&f->dice, 24)) {
	case 0:
		use_instance(f);
		break;
	case 1:
		use_user_event(f);
		break;
	case 2:
		change_file(f, path);
		break;
	case 3 ... 9:
		read_from(f, path);
		break;
	default:
		write_to(f, path);
	}
}

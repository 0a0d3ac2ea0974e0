// SPDX-License-Identifier: GPL-2.0
/*
 * The table's operations that make events.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <linux/user_events.h>

#include "ops.h"

struct event {
	const char *file, *add, *remove;
	bool of_exe;	/* @add is followed by "our program:0x1000" */
};

static int try_event(const void *arg)
{
	const struct event *e = arg;
	char path[64], line[512];
	ssize_t n;
	int fd, err = 0;

	snprintf(path, sizeof(path), CT_TRACEFS "/%s", e->file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	n = snprintf(line, sizeof(line), "%s%s%s\n", e->add,
		     e->of_exe ? env.exe : "", e->of_exe ? ":0x1001" : "");
	if (write(fd, line, n) != n)
		err = errno;
	else if (write(fd, e->remove, strlen(e->remove)) < 0)
		err = errno;
	close(fd);
	return err;
}

#define USER_EVENT	"cap_tracing_op"

/* One that persists is refused for its missing field name, after the check */
static int try_user_event(const void *arg)
{
	bool persist = *(const bool *)arg;
	static __u32 enabled;
	struct user_reg reg = {
		.size = sizeof(reg),
		.enable_bit = 31,
		.enable_size = sizeof(enabled),
		.enable_addr = (unsigned long)&enabled,
		.flags = persist ? USER_EVENT_REG_PERSIST : 0,
		.name_args = (unsigned long)(persist ? USER_EVENT "_bad u32" :
					     USER_EVENT " u32 number"),
	};
	struct user_unreg unreg = {
		.size = sizeof(unreg),
		.disable_bit = 31,
		.disable_addr = (unsigned long)&enabled,
	};
	int fd, err;

	fd = open(CT_TRACEFS "/user_events_data", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = ioctl(fd, DIAG_IOCSREG, &reg) ? errno : 0;
	if (!err)
		ioctl(fd, DIAG_IOCSUNREG, &unreg);
	close(fd);
	return persist ? past(err, EINVAL) : err;
}

#define EVENT(...) \
	.attempt = try_event, .arg = &(const struct event){ __VA_ARGS__ }
#define USER(persist) \
	.attempt = try_user_event, .arg = &(const bool){ persist }
#define KPROBE		"p:cap_tracing/k ramfs_kill_sb"
#define UPROBE		"p:cap_tracing/u "
#define URETPROBE	"r:cap_tracing/u "

static const struct op_impl ops[] = {
	{ "tracefs.kprobe_events",
		EVENT("kprobe_events", KPROBE, "-:cap_tracing/k\n", false) },
	{ "tracefs.dynamic_events",
		EVENT("dynamic_events", "s:cap_tracing_op u64 number",
		      "-:synthetic/cap_tracing_op\n", false) },
	{ "tracefs.dynamic_events.kprobe",
		EVENT("dynamic_events", KPROBE, "-:cap_tracing/k\n", false) },
	{ "tracefs.dynamic_events.uprobe",
		EVENT("dynamic_events", UPROBE, "-:cap_tracing/u\n", true) },
	{ "tracefs.uprobe_events",
		EVENT("uprobe_events", UPROBE, "-:cap_tracing/u\n", true) },
	{ "tracefs.uretprobe",
		EVENT("uprobe_events", URETPROBE, "-:cap_tracing/u\n", true) },
	{ "tracefs.user_event", USER(false) },
	{ "tracefs.user_event.persist", USER(true) },
};

const struct op_group ops_tracefs_dyn = { ops, ARRAY_SIZE(ops) };

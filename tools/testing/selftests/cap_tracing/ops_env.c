// SPDX-License-Identifier: GPL-2.0
/*
 * What root prepares for the operations: tasks to look at, files to be kept
 * out of, programs to attach.  Whatever is slow the first time is done once
 * here, so that no operation is the first or the last of its kind.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ops.h"

#define CGROUP		"/sys/fs/cgroup/cap_tracing_matrix"
#define DEVICE_CGROUP	"/sys/fs/cgroup/cap_tracing_matrix_device"
#define DIRECTORY	"/tmp/cap_tracing_matrix"
#define RCU_EXPEDITED	"/sys/kernel/rcu_expedited"

struct ops_env env;

static int task_event = -1;
static char rcu_expedited[16];

int ops_close(int fd)
{
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

/* A task that waits to be looked at */
static pid_t start_task(uid_t uid)
{
	pid_t pid, parent = getpid();
	int ready[2];
	char c;

	if (pipe2(ready, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent || (uid && ct_become(uid, 0)) ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (pid > 0 && read(ready[0], &c, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

static void stop_task(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int open_dir(const char *path, bool make)
{
	int fd;

	if (make && mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int make_file(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

	if (fd < 0)
		return errno;
	close(fd);
	return chmod(path, mode) ? errno : 0;
}

static int setup_files(void)
{
	ssize_t n;
	int err;

	if (mkdir(DIRECTORY, 0755) && errno != EEXIST)
		return errno;
	snprintf(env.secret, sizeof(env.secret), DIRECTORY "/secret");
	snprintf(env.readable, sizeof(env.readable), DIRECTORY "/readable");
	err = make_file(env.secret, 0600);
	if (!err)
		err = make_file(env.readable, 0644);
	if (err)
		return err;

	n = readlink("/proc/self/exe", env.exe, sizeof(env.exe) - 1);
	if (n < 0)
		return errno;
	env.exe[n] = '\0';

	env.root_cgroup_fd = open_dir("/sys/fs/cgroup", false);
	env.cgroup_fd = open_dir(CGROUP, true);
	env.device_cgroup_fd = open_dir(DEVICE_CGROUP, true);
	env.bpffs_fd = open_dir("/sys/fs/bpf", false);
	if (env.root_cgroup_fd < 0 || env.cgroup_fd < 0 ||
	    env.device_cgroup_fd < 0 || env.bpffs_fd < 0 ||
	    gethostname(env.hostname, sizeof(env.hostname)))
		return errno;
	return 0;
}

static int pmu_type(const char *name)
{
	char path[128], text[16];

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type",
		 name);
	return ct_read_file(path, text, sizeof(text)) ? -1 : atoi(text);
}

static int setup_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr),
		.disabled = 1,
	};

	env.kprobe_type = pmu_type("kprobe");
	env.uprobe_type = pmu_type("uprobe");
	env.event_id = ct_event_id("sched/sched_process_exec");
	env.function_id = ct_event_id("ftrace/function");
	if (env.kprobe_type < 0 || env.uprobe_type < 0 || env.event_id < 0 ||
	    env.function_id < 0)
		return errno;
	attr.config = env.event_id;
	env.perf_fd = ct_perf_event_open(&attr, -1, 0, -1, 0);
	if (env.perf_fd < 0)
		return -env.perf_fd;
	/* The first event of a task switches the scheduler's hooks on */
	task_event = ct_perf_event_open(&attr, env.root_task, -1, -1, 0);
	return task_event < 0 ? -task_event : 0;
}

static const struct {
	const char *what;
	int (*setup)(void);
} steps[] = {
	{ "files and control groups", setup_files },
	{ "perf events", setup_perf },
	{ "tracefs", ops_setup_tracefs },
	{ "BPF programs", ops_setup_bpf },
};

int ops_setup(void)
{
	size_t i;
	int err;

	/* Waiting for grace periods would be most of the test */
	if (!ct_read_file(RCU_EXPEDITED, rcu_expedited, sizeof(rcu_expedited)))
		ct_write_file(RCU_EXPEDITED, "1");

	env.root_task = start_task(0);
	env.user_task = start_task(CT_UID);
	if (env.root_task < 0 || env.user_task < 0) {
		fprintf(stderr, "cannot start tasks to look at\n");
		return errno;
	}
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		err = steps[i].setup();
		if (err) {
			fprintf(stderr, "cannot prepare %s: %s\n",
				steps[i].what, strerror(err));
			return err;
		}
	}
	return 0;
}

void ops_teardown(void)
{
	ops_teardown_bpf();
	ops_teardown_tracefs();
	close(env.perf_fd);
	close(task_event);
	stop_task(env.root_task);
	stop_task(env.user_task);
	rmdir(CGROUP);
	rmdir(DEVICE_CGROUP);
	unlink(env.secret);
	unlink(env.readable);
	rmdir(DIRECTORY);
	if (rcu_expedited[0])
		ct_write_file(RCU_EXPEDITED, rcu_expedited);
}

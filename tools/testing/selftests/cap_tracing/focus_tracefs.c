// SPDX-License-Identifier: GPL-2.0
/*
 * Who gets into tracefs: file modes and the DAC capabilities as ever, and
 * CAP_TRACING beside them.  CAP_PERFMON and CAP_SYS_ADMIN never did.
 */
#include "focus.h"
#include <dirent.h>
#include <sys/syscall.h>
#include "../kselftest_harness.h"

#define READ_SEARCH	CT_BIT(CAP_DAC_READ_SEARCH)
#define OVERRIDE	CT_BIT(CAP_DAC_OVERRIDE)
/* What has never opened tracefs */
#define ALL_BUT_DAC	(CAP_EVERY & ~(CAP_T | READ_SEARCH | OVERRIDE))

static int op_read(void *arg)
{
	struct file_op *op = arg;
	ssize_t n;
	char buf[512];

	n = get_string(op->path, buf, sizeof(buf));
	return n < 0 ? -n : 0;
}

static int op_list(void *arg)
{
	struct file_op *op = arg;
	DIR *dir = opendir(op->path);
	int n = 0;

	if (!dir)
		return errno;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n > 2 ? 0 : WRONG;
}

static int op_stat(void *arg)
{
	struct file_op *op = arg;
	struct stat st;

	return stat(op->path, &st) ? errno : 0;
}

static int op_mkdir(void *arg)
{
	struct file_op *op = arg;

	return mkdir(op->path, 0755) ? errno : 0;
}

static int op_rmdir(void *arg)
{
	struct file_op *op = arg;

	return rmdir(op->path) ? errno : 0;
}

static int op_chmod(void *arg)
{
	struct file_op *op = arg;

	return chmod(op->path, 0666) ? errno : 0;
}

static int op_chown(void *arg)
{
	struct file_op *op = arg;

	return chown(op->path, UID_USER, UID_USER) ? errno : 0;
}

static int op_access(void *arg)
{
	struct file_op *op = arg;

	return access(op->path, op->flags) ? errno : 0;
}

static int op_eaccess(void *arg)
{
	struct file_op *op = arg;

	return syscall(SYS_faccessat2, AT_FDCWD, op->path, op->flags,
		       AT_EACCESS) ? errno : 0;
}

static int op_exec(void *arg)
{
	struct file_op *op = arg;
	char *const argv[] = { (char *)op->path, NULL };

	execve(op->path, argv, NULL);
	return errno;
}

static int op_map_buffer(void *arg)
{
	struct file_op *op = arg;
	int fd, err = 0;
	void *p;

	fd = open(op->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno;
	p = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		err = errno;
	close(fd);
	return err;
}

#define try_with(caps, fn, ...) \
	with(caps, fn, &(struct file_op){ __VA_ARGS__ })

static const char * const dirs[] = {
	CT_TRACEFS, CT_TRACEFS "/events", CT_TRACEFS "/events/sched",
	CT_TRACEFS "/events/sched/sched_switch", CT_TRACEFS "/options",
	CT_TRACEFS "/per_cpu/cpu0",
};

static const char * const files[] = {
	CT_TRACEFS "/README", CT_TRACEFS "/available_events",
	CT_TRACEFS "/available_tracers", CT_TRACEFS "/trace",
	CT_TRACEFS "/events/header_page",
	CT_TRACEFS "/events/sched/enable",
	CT_TRACEFS "/events/sched/sched_switch/id",
	CT_TRACEFS "/events/sched/sched_switch/format",
	CT_TRACEFS "/kprobe_events", CT_TRACEFS "/dynamic_events",
	CT_TRACEFS "/uprobe_events", CT_TRACEFS "/per_cpu/cpu0/stats",
};

TEST(list_directories)
{
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		EXPECT_EQ(0, try_with(CAP_T, op_list, dirs[i], 0, NULL)) {
			TH_LOG("%s", dirs[i]);
		}
		EXPECT_EQ(0, try_with(READ_SEARCH, op_list, dirs[i], 0, NULL));
		EXPECT_EQ(EACCES, try_with(0, op_list, dirs[i], 0, NULL));
		EXPECT_EQ(EACCES, try_with(ALL_BUT_DAC, op_list, dirs[i],
					   0, NULL));
	}
}

TEST(read_files)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		EXPECT_EQ(0, try_with(CAP_T, op_read, files[i], 0, NULL)) {
			TH_LOG("%s", files[i]);
		}
		EXPECT_EQ(0, try_with(READ_SEARCH, op_read, files[i], 0, NULL));
		EXPECT_EQ(EACCES, try_with(0, op_read, files[i], 0, NULL));
		EXPECT_EQ(EACCES, try_with(ALL_BUT_DAC, op_read, files[i],
					   0, NULL));
	}
}

TEST(stat_files)
{
	/* Search permission of the parents is all that it takes */
	EXPECT_EQ(0, try_with(0, op_stat, CT_TRACEFS, 0, NULL));
	EXPECT_EQ(EACCES, try_with(0, op_stat, files[0], 0, NULL));
	EXPECT_EQ(EACCES, try_with(CAP_P | CAP_A, op_stat, files[0], 0, NULL));
	EXPECT_EQ(0, try_with(CAP_T, op_stat, files[0], 0, NULL));
	EXPECT_EQ(0, try_with(CAP_T, op_stat, files[6], 0, NULL));
}

TEST(write_files)
{
	static struct file_op writes[] = {
		{ CT_TRACEFS "/tracing_on", 0, "1" },
		{ CT_TRACEFS "/tracing_on", O_TRUNC, "1" },
		{ CT_TRACEFS "/tracing_on", O_APPEND, "1" },
		{ CT_TRACEFS "/trace_marker", 0, "a mark of the test" },
		{ CT_TRACEFS "/trace_clock", 0, "local" },
		{ CT_TRACEFS "/events/sched/sched_switch/enable", 0, "0" },
		{ CT_TRACEFS "/events/sched/enable", 0, "0" },
		{ CT_TRACEFS "/events/sched/sched_switch/filter", 0, "0" },
		{ CT_TRACEFS "/set_event_pid", 0, "1" },
		{ CT_TRACEFS "/set_event_pid", O_TRUNC, " " },
		{ CT_TRACEFS "/current_tracer", 0, "nop" },
		{ CT_TRACEFS "/options/sym-offset", 0, "0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(writes); i++) {
		EXPECT_EQ(EACCES, with(0, op_write, &writes[i]));
		EXPECT_EQ(EACCES, with(ALL_BUT_DAC, op_write, &writes[i]));
		EXPECT_EQ(EACCES, with(READ_SEARCH, op_write, &writes[i]));
		EXPECT_EQ(0, with(OVERRIDE, op_write, &writes[i]));
		EXPECT_EQ(0, with(CAP_T, op_write, &writes[i])) {
			TH_LOG("%s", writes[i].path);
		}
	}
}

/* As root sees it: what the observer set up records */
TEST(tracing_works)
{
	static struct file_op off = {
		CT_TRACEFS "/events/sched/enable", 0, "0",
	};
	static struct file_op on = {
		CT_TRACEFS "/events/sched/sched_switch/enable", 0, "1",
	};
	static char trace[1 << 20];

	ASSERT_EQ(0, try_with(CAP_T, op_write, CT_TRACEFS "/trace", O_TRUNC,
			      " "));
	ASSERT_EQ(0, with(CAP_T, op_write, &on));
	ASSERT_EQ(0, try_with(CAP_T, op_write, CT_TRACEFS "/trace_marker", 0,
			      "seen by an observer"));
	kill_reap(start_victim(UID_OTHER));
	ASSERT_EQ(0, with(CAP_T, op_write, &off));
	ASSERT_LT(0, get_string(CT_TRACEFS "/trace", trace, sizeof(trace)));
	EXPECT_NE(NULL, strstr(trace, "sched_switch: prev_comm="));
	EXPECT_NE(NULL, strstr(trace, "seen by an observer"));
}

TEST(kprobe_events)
{
	static const char * const doors[] = {
		CT_TRACEFS "/kprobe_events", CT_TRACEFS "/dynamic_events",
	};
	static char list[4096];

	for (size_t i = 0; i < ARRAY_SIZE(doors); i++) {
		struct file_op add = {
			doors[i], O_APPEND, "p:focus/clone kernel_clone",
		};
		struct file_op del = { doors[i], O_APPEND, "-:focus/clone" };
		struct file_op on = {
			CT_TRACEFS "/events/focus/clone/enable", 0, "1",
		};
		struct file_op off = { on.path, 0, "0" };

		EXPECT_EQ(EACCES, with(0, op_write, &add));
		EXPECT_EQ(EACCES, with(CAP_P | CAP_A, op_write, &add));
		EXPECT_EQ(0, with(CAP_T, op_write, &add));
		ASSERT_LT(0, get_string(doors[i], list, sizeof(list)));
		EXPECT_NE(NULL, strstr(list, "p:focus/clone kernel_clone"));
		EXPECT_EQ(0, with(CAP_T, op_write, &on));
		EXPECT_EQ(0, with(CAP_T, op_write, &off));
		EXPECT_EQ(0, with(CAP_T, op_write, &del));
		ASSERT_LE(0, get_string(doors[i], list, sizeof(list)));
		EXPECT_EQ(NULL, strstr(list, "focus/clone"));
	}
}

TEST(pipes_and_mapped_buffers)
{
	static struct file_op pipes[] = {
		{ CT_TRACEFS "/trace_pipe", O_NONBLOCK, NULL },
		{ CT_TRACEFS "/per_cpu/cpu0/trace_pipe", O_NONBLOCK, NULL },
		{ CT_TRACEFS "/per_cpu/cpu0/trace_pipe_raw", O_NONBLOCK, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pipes); i++) {
		EXPECT_EQ(EACCES, with(0, op_open, &pipes[i]));
		EXPECT_EQ(0, with(CAP_T, op_open, &pipes[i]));
	}
	EXPECT_EQ(EACCES, with(CAP_P | CAP_A, op_map_buffer, &pipes[2]));
	EXPECT_EQ(0, with(CAP_T, op_map_buffer, &pipes[2]));
}

#define INSTANCE	CT_TRACEFS "/instances/focus"

TEST(instances)
{
	struct file_op here = { INSTANCE, 0, NULL };
	struct file_op inside = { INSTANCE "/tracing_on", 0, "0" };
	struct file_op event = {
		INSTANCE "/events/sched/sched_switch/enable", 0, "1",
	};
	struct stat st;

	EXPECT_EQ(EACCES, with(0, op_mkdir, &here));
	EXPECT_EQ(EACCES, with(ALL_BUT_DAC, op_mkdir, &here));
	EXPECT_EQ(EACCES, with(READ_SEARCH, op_mkdir, &here));
	ASSERT_EQ(0, with(CAP_T, op_mkdir, &here));
	/* Its files are those of instances/, not of who made it */
	ASSERT_EQ(0, stat(INSTANCE "/tracing_on", &st));
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(EACCES, with(0, op_write, &inside));
	EXPECT_EQ(EACCES, with(0, op_write, &event));
	EXPECT_EQ(0, with(CAP_T, op_list, &here));
	EXPECT_EQ(0, with(CAP_T, op_write, &inside));
	EXPECT_EQ(0, with(CAP_T, op_write, &event));
	event.text = "0";
	EXPECT_EQ(0, with(CAP_T, op_write, &event));
	EXPECT_EQ(0, try_with(CAP_T, op_list, INSTANCE "/events/sched", 0,
			      NULL));
	EXPECT_EQ(EACCES, with(0, op_rmdir, &here));
	EXPECT_EQ(0, with(CAP_T, op_rmdir, &here));
	EXPECT_EQ(-1, access(INSTANCE, F_OK));
	/* Nowhere else are directories made */
	EXPECT_EQ(EPERM, try_with(CAP_T, op_mkdir, CT_TRACEFS "/focus", 0,
				  NULL));
	EXPECT_EQ(EPERM, try_with(CAP_T, op_mkdir, CT_TRACEFS "/events/focus",
				  0, NULL));
}

TEST(modes_and_owners_stay)
{
	static const char * const paths[] = {
		CT_TRACEFS, CT_TRACEFS "/tracing_on", CT_TRACEFS "/events",
		CT_TRACEFS "/events/sched/sched_switch/enable",
		CT_TRACEFS "/instances",
	};
	struct stat before, after;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct file_op op = { paths[i], 0, NULL };

		ASSERT_EQ(0, stat(paths[i], &before));
		EXPECT_EQ(EPERM, with(CAP_T, op_chmod, &op));
		EXPECT_EQ(EPERM, with(CAP_T, op_chown, &op));
		ASSERT_EQ(0, stat(paths[i], &after));
		EXPECT_EQ(before.st_mode, after.st_mode);
		EXPECT_EQ(before.st_uid, after.st_uid);
	}
}

/* access(2) asks for the real uid, which takes a user's capabilities away */
TEST(access_and_eaccess)
{
	struct file_op op = { CT_TRACEFS "/tracing_on", R_OK | W_OK, NULL };

	EXPECT_EQ(EACCES, with(CAP_T, op_access, &op));
	EXPECT_EQ(0, with(CAP_T, op_eaccess, &op));
	EXPECT_EQ(EACCES, with(0, op_eaccess, &op));
	EXPECT_EQ(EACCES, with(READ_SEARCH, op_eaccess, &op));
	op.flags = R_OK;
	EXPECT_EQ(0, with(READ_SEARCH, op_eaccess, &op));
	EXPECT_EQ(0, with(CAP_T, op_eaccess, &op));
	op.flags = X_OK;
	EXPECT_EQ(EACCES, with(CAP_T, op_eaccess, &op));
}

TEST(nothing_is_executed)
{
	struct file_op op = { CT_TRACEFS "/README", 0, NULL };

	EXPECT_EQ(EACCES, with(CAP_T, op_exec, &op));
	EXPECT_EQ(EACCES, with(OVERRIDE, op_exec, &op));
}

/* Nowhere but on tracefs */
TEST(other_file_systems_stay_closed)
{
	static const char secret[] = "/tmp/focus.secret";
	struct file_op op = { secret, O_RDONLY, NULL };

	ASSERT_EQ(0, put_string(secret, O_CREAT, "secret"));
	ASSERT_EQ(0, chmod(secret, 0600));
	EXPECT_EQ(EACCES, with(CAP_T, op_open, &op));
	EXPECT_EQ(0, with(OVERRIDE, op_open, &op));
	unlink(secret);
	EXPECT_EQ(EACCES, try_with(CAP_T, op_list, "/sys/kernel/debug", 0,
				   NULL));
	EXPECT_EQ(EACCES, try_with(CAP_T, op_read,
				   "/sys/kernel/debug/tracing/README", 0,
				   NULL));
	EXPECT_EQ(EACCES, try_with(CAP_T, op_read,
				   "/sys/kernel/debug/kprobes/list", 0, NULL));
	EXPECT_EQ(EACCES, try_with(CAP_T, op_write, KPTR_RESTRICT, 0, "0"));
}

/* The administrator's group of tracers, without a capability */
FIXTURE(group)
{
	bool remounted;
};

FIXTURE_SETUP(group)
{
	ASSERT_EQ(0, mount("none", CT_TRACEFS, "tracefs", MS_REMOUNT,
			   "gid=1000,mode=750"));
	self->remounted = true;
}

FIXTURE_TEARDOWN(group)
{
	if (self->remounted)
		EXPECT_EQ(0, mount("none", CT_TRACEFS, "tracefs", MS_REMOUNT,
				   "gid=0,mode=700"));
}

TEST_F(group, reads_by_mode)
{
	struct file_op read = { files[0], 0, NULL };
	struct file_op event = { files[6], 0, NULL };
	struct file_op list = { CT_TRACEFS, 0, NULL };
	struct file_op write = { CT_TRACEFS "/tracing_on", 0, "1" };

	EXPECT_EQ(0, with(0, op_list, &list));
	EXPECT_EQ(0, with(0, op_read, &read));
	EXPECT_EQ(0, with(0, op_read, &event));
	EXPECT_EQ(EACCES, with(0, op_write, &write));
	EXPECT_EQ(0, with(CAP_T, op_write, &write));
	/* Others are others still */
	EXPECT_EQ(EACCES, run_as(UID_OTHER, 0, op_list, &list));
	EXPECT_EQ(EACCES, run_as(UID_OTHER, 0, op_read, &event));
	EXPECT_EQ(0, run_as(UID_OTHER, CAP_T, op_read, &event));
}

TEST_F(group, writes_by_mode)
{
	struct file_op write = { CT_TRACEFS "/tracing_on", 0, "1" };
	struct file_op event = { CT_TRACEFS "/events/sched/enable", 0, "0" };

	ASSERT_EQ(0, chmod(write.path, 0660));
	ASSERT_EQ(0, chmod(event.path, 0660));
	EXPECT_EQ(0, with(0, op_write, &write));
	EXPECT_EQ(0, with(0, op_write, &event));
	/* A class that is denied is denied, whatever the next one may */
	ASSERT_EQ(0, chmod(write.path, 0606));
	EXPECT_EQ(EACCES, with(0, op_write, &write));
	EXPECT_EQ(0, with(CAP_T, op_write, &write));
	ASSERT_EQ(0, chmod(write.path, 0640));
	ASSERT_EQ(0, chmod(event.path, 0640));
}

/* The file system uid decides which class of the mode bits applies */
static int root_by_mode(void *arg)
{
	if (ct_capset(0, 0, 0))
		return SETUP_FAILED;
	return op_write(arg);
}

static int fsuid_of_user(void *arg)
{
	const __u64 setuid = CT_BIT(CAP_SETUID);

	if (ct_capset(setuid, setuid | CAP_T, 0))
		return SETUP_FAILED;
	syscall(SYS_setfsuid, UID_USER);
	return op_write(arg);
}

static int fsuid_of_user_with_t(void *arg)
{
	const __u64 setuid = CT_BIT(CAP_SETUID);

	if (ct_capset(setuid | CAP_T, setuid | CAP_T, 0))
		return SETUP_FAILED;
	syscall(SYS_setfsuid, UID_USER);
	return op_write(arg);
}

TEST(fsuid)
{
	struct file_op op = { CT_TRACEFS "/tracing_on", 0, "1" };

	EXPECT_EQ(0, as_root(root_by_mode, &op));
	EXPECT_EQ(EACCES, as_root(fsuid_of_user, &op));
	EXPECT_EQ(0, as_root(fsuid_of_user_with_t, &op));
}

/* Permitted is not effective */
static int permitted_only(void *arg)
{
	if (ct_capset(0, CAP_T, 0))
		return SETUP_FAILED;
	return op_read(arg);
}

TEST(effective_counts)
{
	struct file_op op = { files[0], 0, NULL };

	EXPECT_EQ(EACCES, with(CAP_T, permitted_only, &op));
}

/* Checked when opened: a descriptor works without the capability */
TEST(descriptor_is_the_authority)
{
	char c;
	int fd;

	fd = open_as(UID_USER, CAP_T, CT_TRACEFS "/README", O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ct_become(UID_OTHER, 0));
	EXPECT_EQ(1, read(fd, &c, 1));
	EXPECT_EQ(-1, open(CT_TRACEFS "/README", O_RDONLY));
	EXPECT_EQ(EACCES, errno);
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

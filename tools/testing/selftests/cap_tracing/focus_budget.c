// SPDX-License-Identifier: GPL-2.0
/*
 * What observers take and what they leave alone: one budget of memory over all
 * of them, and nothing removed that another has made.
 */
#include "focus.h"
#include "../kselftest_harness.h"

#define BUDGET		"/proc/sys/kernel/tracing_observer_buffer_kb"
#define INSTANCES	CT_TRACEFS "/instances"
#define KPROBE_EVENTS	CT_TRACEFS "/kprobe_events"
#define DYNAMIC_EVENTS	CT_TRACEFS "/dynamic_events"
#define SYNTH_EVENTS	CT_TRACEFS "/synthetic_events"
#define UPROBE_EVENTS	CT_TRACEFS "/uprobe_events"

static int put_as(uid_t uid, __u64 caps, const char *path, int flags,
		  const char *text)
{
	struct file_op op = { path, flags, text };

	return run_as(uid, caps, op_write, &op);
}

static int make_dir(void *arg)
{
	return mkdir(arg, 0700) ? errno : 0;
}

static int remove_dir(void *arg)
{
	return rmdir(arg) ? errno : 0;
}

static int truncate_file(void *arg)
{
	int fd = open(arg, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

FIXTURE(budget)
{
	int was;
};

FIXTURE_SETUP(budget)
{
	self->was = get_number(BUDGET);
	ASSERT_LT(0, self->was);
}

FIXTURE_TEARDOWN(budget)
{
	rmdir(INSTANCES "/a");
	rmdir(INSTANCES "/b");
	rmdir(INSTANCES "/roots");
	set_number(BUDGET, self->was);
	put_string(KPROBE_EVENTS, O_TRUNC, "\n");
	put_string(SYNTH_EVENTS, O_TRUNC, "\n");
	put_string(DYNAMIC_EVENTS, O_TRUNC, "\n");
}

TEST_F(budget, default_and_rights)
{
	char text[512], *total;
	long kb = 0;

	ASSERT_LT(0, get_string("/proc/meminfo", text, sizeof(text)));
	total = strstr(text, "MemTotal:");
	ASSERT_NE(NULL, total);
	kb = atol(total + strlen("MemTotal:"));
	/* MemTotal grows by what boot gives back after the sysctl was set */
	EXPECT_LT(kb / 32, self->was);
	EXPECT_GE(kb / 16 + 1, self->was);
	EXPECT_EQ(EACCES, put_as(UID_USER, CAP_T | CAP_B, BUDGET, 0, "1000000"));
	EXPECT_EQ(self->was, get_number(BUDGET));
}

TEST_F(budget, growing_a_buffer)
{
	ASSERT_EQ(0, set_number(BUDGET, 16384));
	ASSERT_EQ(0, run_as(UID_USER, CAP_T, make_dir, INSTANCES "/a"));
	EXPECT_EQ(0, put_as(UID_USER, CAP_T, INSTANCES "/a/buffer_size_kb", 0,
			    "8192"));
	EXPECT_EQ(ENOMEM, put_as(UID_USER, CAP_T,
				 INSTANCES "/a/buffer_size_kb", 0, "32768"));
	/* Another's second instance has to share with the first */
	EXPECT_EQ(0, run_as(UID_OTHER, CAP_T, make_dir, INSTANCES "/b"));
	EXPECT_EQ(ENOMEM, put_as(UID_OTHER, CAP_T,
				 INSTANCES "/b/buffer_size_kb", 0, "8192"));
	/* What is given back is there for the other */
	EXPECT_EQ(0, put_as(UID_USER, CAP_T, INSTANCES "/a/buffer_size_kb", 0,
			    "64"));
	EXPECT_EQ(0, put_as(UID_OTHER, CAP_T, INSTANCES "/b/buffer_size_kb", 0,
			    "8192"));
	/* Root takes what it likes, and gives back what was the observers' */
	EXPECT_EQ(0, put_string(INSTANCES "/a/buffer_size_kb", 0, "32768"));
	EXPECT_EQ(0, put_string(INSTANCES "/b/buffer_size_kb", 0, "4"));
	EXPECT_EQ(0, put_string(INSTANCES "/a/buffer_size_kb", 0, "4"));
	EXPECT_EQ(0, put_as(UID_USER, CAP_T, INSTANCES "/a/buffer_size_kb", 0,
			    "10240"));
}

TEST_F(budget, roots_buffer_grown_by_an_observer)
{
	ASSERT_EQ(0, set_number(BUDGET, 8192));
	ASSERT_EQ(0, mkdir(INSTANCES "/roots", 0700));
	EXPECT_EQ(0, put_string(INSTANCES "/roots/buffer_size_kb", 0, "16384"));
	EXPECT_EQ(ENOMEM, put_as(UID_USER, CAP_T,
				 INSTANCES "/roots/buffer_size_kb", 0, "32768"));
	EXPECT_EQ(0, put_as(UID_USER, CAP_T,
			    INSTANCES "/roots/buffer_size_kb", 0, "18432"));
	EXPECT_EQ(0, rmdir(INSTANCES "/roots"));
}

TEST_F(budget, instances_snapshots_and_subbuffers)
{
	ASSERT_EQ(0, set_number(BUDGET, 1));
	EXPECT_EQ(ENOMEM, run_as(UID_USER, CAP_T, make_dir, INSTANCES "/a"));
	ASSERT_EQ(0, set_number(BUDGET, 12288));
	ASSERT_EQ(0, run_as(UID_USER, CAP_T, make_dir, INSTANCES "/a"));
	ASSERT_EQ(0, put_as(UID_USER, CAP_T, INSTANCES "/a/buffer_size_kb", 0,
			    "8192"));
	/* New sub-buffers are there before the old ones go */
	EXPECT_EQ(ENOMEM, put_as(UID_USER, CAP_T,
				 INSTANCES "/a/buffer_subbuf_size_kb", 0, "64"));
	/* A snapshot takes as much again */
	EXPECT_EQ(ENOMEM, put_as(UID_USER, CAP_T, INSTANCES "/a/snapshot", 0,
				 "1"));
	EXPECT_EQ(0, put_string(INSTANCES "/a/snapshot", 0, "1"));
	/* Two buffers to change, and no way back from half of it */
	EXPECT_EQ(EBUSY, put_as(UID_USER, CAP_T,
				INSTANCES "/a/buffer_subbuf_size_kb", 0, "64"));
	EXPECT_EQ(0, put_string(INSTANCES "/a/snapshot", 0, "0"));
	EXPECT_EQ(0, run_as(UID_USER, CAP_T, remove_dir, INSTANCES "/a"));
}

/* A failure gives back all it had taken; so does removal: again and again */
TEST_F_TIMEOUT(budget, nothing_leaks, 240)
{
	ASSERT_EQ(0, set_number(BUDGET, 8192));
	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, run_as(UID_USER, CAP_T, make_dir, INSTANCES "/a"));
		ASSERT_EQ(ENOMEM, put_as(UID_USER, CAP_T,
					 INSTANCES "/a/buffer_size_kb", 0,
					 "65536"));
		ASSERT_EQ(0, put_as(UID_USER, CAP_T,
				    INSTANCES "/a/buffer_size_kb", 0, "6144"));
		ASSERT_EQ(0, run_as(UID_USER, CAP_T, remove_dir,
				    INSTANCES "/a"));
	}
}

TEST_F(budget, histograms_and_events)
{
	const char *trigger = CT_TRACEFS "/events/sched/sched_switch/trigger";
	char line[64];
	int err = 0, nr;

	ASSERT_EQ(0, set_number(BUDGET, 4096));
	EXPECT_EQ(ENOMEM, put_as(UID_USER, CAP_T, trigger, 0,
				 "hist:keys=next_pid:size=131072"));
	EXPECT_EQ(0, put_as(UID_USER, CAP_T, trigger, 0,
			    "hist:keys=next_pid:size=128"));
	EXPECT_EQ(0, put_as(UID_USER, CAP_T, trigger, 0,
			    "!hist:keys=next_pid:size=128"));
	ASSERT_EQ(0, set_number(BUDGET, 512));
	for (nr = 0; nr < 1000 && !err; nr++) {
		snprintf(line, sizeof(line), "p:focus/e%d kernel_clone", nr);
		err = put_as(UID_USER, CAP_T, KPROBE_EVENTS, O_APPEND, line);
	}
	EXPECT_EQ(ENOMEM, err);
	EXPECT_LT(8, nr);
	/* Removing works with the budget spent; so does all for root */
	EXPECT_EQ(0, put_as(UID_USER, CAP_T, KPROBE_EVENTS, O_APPEND,
			    "-:focus/e0"));
	EXPECT_EQ(0, put_string(KPROBE_EVENTS, O_APPEND,
				"p:focus/roots kernel_clone"));
	EXPECT_EQ(0, put_string(KPROBE_EVENTS, O_APPEND, "-:focus/roots"));
	EXPECT_EQ(0, run_as(UID_USER, CAP_T, truncate_file, KPROBE_EVENTS));
	EXPECT_EQ(0, put_as(UID_USER, CAP_T, KPROBE_EVENTS, O_APPEND,
			    "p:focus/again kernel_clone"));
}

/* Events that root has made are not an observer's to remove */
TEST_F(budget, roots_events_stay)
{
	ASSERT_EQ(0, put_string(KPROBE_EVENTS, O_APPEND,
				"p:focus/roots kernel_clone"));
	ASSERT_EQ(0, put_string(SYNTH_EVENTS, O_APPEND, "focus_roots int pid"));
	EXPECT_EQ(EPERM, put_as(UID_USER, CAP_T, KPROBE_EVENTS, O_APPEND,
				"-:focus/roots"));
	EXPECT_EQ(EPERM, put_as(UID_USER, CAP_T, DYNAMIC_EVENTS, O_APPEND,
				"-:focus/roots"));
	EXPECT_EQ(EPERM, put_as(UID_USER, CAP_T, SYNTH_EVENTS, O_APPEND,
				"!focus_roots int pid"));
	EXPECT_EQ(EPERM, put_as(UID_USER, CAP_T, DYNAMIC_EVENTS, O_APPEND,
				"-:synthetic/focus_roots"));
	EXPECT_EQ(EPERM, run_as(UID_USER, CAP_T, truncate_file, KPROBE_EVENTS));
	EXPECT_EQ(EPERM, run_as(UID_USER, CAP_T, truncate_file,
				DYNAMIC_EVENTS));
	EXPECT_EQ(EPERM, run_as(UID_USER, CAP_T, truncate_file, SYNTH_EVENTS));
	EXPECT_EQ(0, access(CT_TRACEFS "/events/focus/roots", F_OK));
	EXPECT_EQ(0, access(CT_TRACEFS "/events/synthetic/focus_roots", F_OK));
	/* Another observer's neither; one's own are */
	ASSERT_EQ(0, put_as(UID_OTHER, CAP_T, KPROBE_EVENTS, O_APPEND,
			    "p:focus/others kernel_clone"));
	EXPECT_EQ(EPERM, put_as(UID_USER, CAP_T, KPROBE_EVENTS, O_APPEND,
				"-:focus/others"));
	EXPECT_EQ(0, put_as(UID_OTHER, CAP_T, KPROBE_EVENTS, O_APPEND,
			    "-:focus/others"));
	/* Whoever opens the file by right removes them all */
	EXPECT_EQ(0, put_as(UID_USER, CAP_T | CT_BIT(CAP_DAC_OVERRIDE),
			    KPROBE_EVENTS, O_APPEND, "-:focus/roots"));
}

TEST_F(budget, roots_instance_stays)
{
	ASSERT_EQ(0, mkdir(INSTANCES "/roots", 0700));
	EXPECT_EQ(EPERM, run_as(UID_USER, CAP_T, remove_dir,
				INSTANCES "/roots"));
	ASSERT_EQ(0, run_as(UID_OTHER, CAP_T, make_dir, INSTANCES "/b"));
	EXPECT_EQ(EPERM, run_as(UID_USER, CAP_T, remove_dir, INSTANCES "/b"));
	EXPECT_EQ(0, run_as(UID_OTHER, CAP_T, remove_dir, INSTANCES "/b"));
	EXPECT_EQ(0, rmdir(INSTANCES "/roots"));
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

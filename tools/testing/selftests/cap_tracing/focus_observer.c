// SPDX-License-Identifier: GPL-2.0
/*
 * What a descriptor that CAP_TRACING alone opened is no good for, whoever
 * holds it: uprobes, tracers that disturb, forged records.  And that nobody
 * else notices any of it.
 */
#include "focus.h"
#include "../kselftest_harness.h"

#define OVERRIDE	CT_BIT(CAP_DAC_OVERRIDE)
#define READ_SEARCH	CT_BIT(CAP_DAC_READ_SEARCH)
#define ALL_BUT_DAC	(CAP_EVERY & \
			 ~(READ_SEARCH | OVERRIDE | CT_BIT(CAP_SYS_PTRACE)))
#define UPROBE_EVENTS	CT_TRACEFS "/uprobe_events"
#define DYNAMIC_EVENTS	CT_TRACEFS "/dynamic_events"
#define CURRENT_TRACER	CT_TRACEFS "/current_tracer"
#define FILTER		CT_TRACEFS "/set_ftrace_filter"
#define ERROR_LOG	CT_TRACEFS "/error_log"
#define INSTANCE	CT_TRACEFS "/instances/focus"

static int op_truncate(void *arg)
{
	struct file_op *op = arg;

	return truncate(op->path, 0) ? errno : 0;
}

static bool file_says(const char *path, const char *text)
{
	static char buf[1 << 16];

	return get_string(path, buf, sizeof(buf)) > 0 && strstr(buf, text);
}

/* Tracers */

/* A tracer that starts all the same must not run while the tests go on */
static int with_t_then_nop(struct file_op *op)
{
	int err = with(CAP_T, op_write, op);

	if (!err)
		put_string(CURRENT_TRACER, 0, "nop");
	return err;
}

/* The one that disturbs least comes first, should they be let through */
static const char * const disturbing[] = {
	"osnoise", "timerlat", "hwlat", "mmiotrace",
};

TEST(disturbing_tracers)
{
	static const char * const spellings[] = { "%s", "%s\n", " %s ", };
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(disturbing); i++) {
		const char *name = disturbing[i];

		ASSERT_TRUE(file_says(CT_TRACEFS "/available_tracers", name)) {
			TH_LOG("a kernel without the %s tracer", name);
		}
		for (size_t j = 0; j < ARRAY_SIZE(spellings); j++) {
			struct file_op op = { CURRENT_TRACER, 0, text };

			snprintf(text, sizeof(text), spellings[j], name);
			ASSERT_EQ(EPERM, with_t_then_nop(&op)) {
				TH_LOG("\"%s\"", text);
			}
			EXPECT_EQ(EACCES, with(CAP_P | CAP_A, op_write, &op));
		}
		EXPECT_TRUE(file_says(CURRENT_TRACER, "nop"));
	}
	EXPECT_TRUE(file_says(ERROR_LOG,
			      "CAP_TRACING does not allow this tracer"));
}

TEST(disturbing_tracers_of_an_instance)
{
	struct file_op op = { INSTANCE "/current_tracer", 0, "osnoise" };

	ASSERT_EQ(0, mkdir(INSTANCE, 0755));
	EXPECT_EQ(EPERM, with(CAP_T, op_write, &op));
	EXPECT_TRUE(file_says(INSTANCE "/error_log",
			      "CAP_TRACING does not allow this tracer"));
	EXPECT_EQ(0, rmdir(INSTANCE));
}

/* The one tracer that needs the least time to start and stop stands for all */
TEST(other_tracers)
{
	struct file_op op = { CURRENT_TRACER, 0, "wakeup_rt" };

	EXPECT_EQ(0, with(CAP_T, op_write, &op));
	EXPECT_TRUE(file_says(CURRENT_TRACER, "wakeup_rt"));
	op.text = "nop";
	EXPECT_EQ(0, with(CAP_T, op_write, &op));
	op.text = "no_such_tracer";
	EXPECT_EQ(EPERM, with(CAP_T, op_write, &op));
	EXPECT_EQ(EINVAL, as_root(op_write, &op));
}

TEST(root_has_its_tracers)
{
	struct file_op op = { CURRENT_TRACER, 0, "osnoise" };

	EXPECT_EQ(0, with(OVERRIDE | CAP_T, op_write, &op));
	EXPECT_TRUE(file_says(CURRENT_TRACER, "osnoise"));
	op.text = "nop";
	EXPECT_EQ(0, with(CAP_T, op_write, &op));
	EXPECT_TRUE(file_says(CURRENT_TRACER, "nop"));
}

/* Files */

TEST(disturbing_files)
{
	static const char * const paths[] = {
		CT_TRACEFS "/osnoise/options",
		CT_TRACEFS "/osnoise/cpus",
		CT_TRACEFS "/osnoise/period_us",
		CT_TRACEFS "/osnoise/runtime_us",
		CT_TRACEFS "/osnoise/stop_tracing_us",
		CT_TRACEFS "/hwlat_detector/width",
		CT_TRACEFS "/hwlat_detector/window",
		CT_TRACEFS "/hwlat_detector/mode",
		CT_TRACEFS "/rv/monitoring_on",
		CT_TRACEFS "/rv/reacting_on",
		CT_TRACEFS "/rv/enabled_monitors",
		CT_TRACEFS "/rv/monitors/wwnr/enable",
		CT_TRACEFS "/rv/monitors/wwnr/reactors",
	};
	static const int flags[] = {
		O_WRONLY, O_RDWR, O_WRONLY | O_APPEND, O_WRONLY | O_TRUNC,
	};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct file_op op = { paths[i], O_RDONLY, NULL };

		EXPECT_EQ(0, with(CAP_T, op_open, &op)) {
			TH_LOG("%s", paths[i]);
		}
		EXPECT_EQ(0, with(READ_SEARCH, op_open, &op));
		EXPECT_EQ(EACCES, with(0, op_open, &op));
		EXPECT_EQ(EPERM, with(CAP_T, op_truncate, &op));
		for (size_t j = 0; j < ARRAY_SIZE(flags); j++) {
			op.flags = flags[j];
			EXPECT_EQ(EPERM, with(CAP_T, op_open, &op)) {
				TH_LOG("%s", paths[i]);
			}
			EXPECT_EQ(EPERM, with(CAP_T | READ_SEARCH, op_open,
					      &op));
			EXPECT_EQ(EACCES, with(0, op_open, &op));
			EXPECT_EQ(EACCES, with(READ_SEARCH, op_open, &op));
			EXPECT_EQ(EACCES, with(CAP_P | CAP_A, op_open, &op));
		}
		op.flags = O_WRONLY;
		EXPECT_EQ(0, with(OVERRIDE, op_open, &op));
		EXPECT_EQ(0, with(OVERRIDE | CAP_T, op_open, &op));
	}
}

TEST(inject)
{
	static const char * const paths[] = {
		CT_TRACEFS "/events/sched/sched_switch/inject",
		INSTANCE "/events/sched/sched_switch/inject",
	};

	ASSERT_EQ(0, mkdir(INSTANCE, 0755));
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct file_op op = { paths[i], O_WRONLY, NULL };

		EXPECT_EQ(EPERM, with(CAP_T, op_open, &op));
		EXPECT_EQ(EACCES, with(0, op_open, &op));
		EXPECT_EQ(0, with(OVERRIDE, op_open, &op));
		EXPECT_EQ(0, with(OVERRIDE | CAP_T, op_open, &op));
	}
	EXPECT_EQ(0, rmdir(INSTANCE));
}

/* Function commands */

TEST(function_commands)
{
	static const char * const refused[] = {
		"kernel_clone:dump\n", "kernel_clone:cpudump\n",
		"kernel_clone:dump:1\n", "!kernel_clone:dump\n",
		"*:dump\n", " kernel_clone:dump ", "kernel_clone:no_such\n",
	};
	struct file_op op = { FILTER, O_APPEND, NULL };

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		int err;

		op.text = refused[i];
		err = with(CAP_T, op_write, &op);
		/* Or every fork from here on dumps the buffer */
		if (!err)
			put_string(FILTER, O_APPEND, "!kernel_clone:dump\n");
		ASSERT_EQ(EPERM, err) {
			TH_LOG("%s", refused[i]);
		}
	}
	EXPECT_FALSE(file_says(FILTER, "dump"));
	EXPECT_TRUE(file_says(ERROR_LOG,
			      "CAP_TRACING does not allow this function"));
	/* What only starts and stops recording */
	op.text = "kernel_clone:traceon\n";
	EXPECT_EQ(0, with(CAP_T, op_write, &op));
	EXPECT_TRUE(file_says(FILTER, "kernel_clone:traceon:unlimited"));
	op.text = "!kernel_clone:traceon\n";
	EXPECT_EQ(0, with(CAP_T, op_write, &op));
	EXPECT_FALSE(file_says(FILTER, "traceon"));
	/* Root's are its own */
	op.text = "kernel_clone:dump\n";
	EXPECT_EQ(0, as_root(op_write, &op));
	EXPECT_TRUE(file_says(FILTER, "kernel_clone:dump"));
	op.text = "!kernel_clone:dump\n";
	EXPECT_EQ(EPERM, with(CAP_T, op_write, &op));
	EXPECT_TRUE(file_says(FILTER, "kernel_clone:dump"));
	EXPECT_EQ(0, as_root(op_write, &op));
}

/* Uprobes, at a file's header: there is nothing to execute */
#define TARGET	"/tmp/focus.target"

FIXTURE(uprobe)
{
	int unused;
};

FIXTURE_SETUP(uprobe)
{
	ASSERT_EQ(0, copy_file("/proc/self/exe", TARGET, 0755));
	/* Root's own, to see that it survives */
	ASSERT_EQ(0, put_string(UPROBE_EVENTS, O_APPEND,
				"p:focus/root " TARGET ":0x40"));
}

FIXTURE_TEARDOWN(uprobe)
{
	put_string(UPROBE_EVENTS, O_TRUNC, "\n");
	put_string(CT_TRACEFS "/kprobe_events", O_TRUNC, "\n");
	unlink(TARGET);
}

static const char * const probes[] = {
	"p:focus/bad " TARGET ":0x40",
	"r:focus/bad " TARGET ":0x40",
	"p:focus/bad " TARGET ":0x40%return",
	"p:focus/bad " TARGET ":0x40(0x1000)",
	"p:focus/bad " TARGET ":0x40 arg=%ax",
	"p:bad " TARGET ":0x40",
	"p " TARGET ":0x40",
	"p:focus/bad\t" TARGET ":0x40\n",
	"p:focus/bad   /../" TARGET ":0x40   # a comment",
	"# a comment\np:focus/bad " TARGET ":0x40",
	"\np:focus/bad " TARGET ":0x40",
};

static const char * const odd_probes[] = {
	" p:focus/bad " TARGET ":0x40",
	"\tr:focus/bad " TARGET ":0x40",
	"  \t p:focus/bad " TARGET ":0x40(0x1000)",
};

static bool only_roots_uprobe(void)
{
	char list[1024];
	char *line;

	if (get_string(UPROBE_EVENTS, list, sizeof(list)) <= 0)
		return false;
	line = strchr(list, '\n');
	return !strncmp(list, "p:focus/root " TARGET, 24) && line && !line[1];
}

TEST_F(uprobe, every_door)
{
	static const char * const doors[] = { UPROBE_EVENTS, DYNAMIC_EVENTS };

	for (size_t i = 0; i < ARRAY_SIZE(doors); i++) {
		struct file_op op = { doors[i], O_APPEND, NULL };

		for (size_t j = 0; j < ARRAY_SIZE(probes); j++) {
			op.text = probes[j];
			EXPECT_EQ(EPERM, with(CAP_T, op_write, &op)) {
				TH_LOG("%s: %s", doors[i], probes[j]);
			}
			EXPECT_EQ(EPERM, with(ALL_BUT_DAC, op_write, &op));
			EXPECT_EQ(EACCES, with(0, op_write, &op));
		}
		/* Whatever they are called, they are not accepted */
		for (size_t j = 0; j < ARRAY_SIZE(odd_probes); j++) {
			op.text = odd_probes[j];
			EXPECT_EQ(EPERM, with(CAP_T, op_write, &op)) {
				TH_LOG("%s: %s", doors[i], odd_probes[j]);
			}
		}
		op.text = probes[0];
		op.flags = 0;
		EXPECT_EQ(EPERM, with(CAP_T, op_write, &op));
		EXPECT_TRUE(only_roots_uprobe());
	}
	EXPECT_TRUE(file_says(ERROR_LOG, "a function's start or a USDT site"));
}

TEST_F(uprobe, kprobes_are_no_back_door)
{
	struct file_op op = { CT_TRACEFS "/kprobe_events", O_APPEND, NULL };

	for (size_t j = 0; j < ARRAY_SIZE(probes); j++) {
		op.text = probes[j];
		EXPECT_NE(0, with(CAP_T, op_write, &op));
	}
	EXPECT_TRUE(only_roots_uprobe());
}

/* A good line first: it is taken, and the next one is refused all the same */
TEST_F(uprobe, several_lines)
{
	struct file_op op = {
		DYNAMIC_EVENTS, O_APPEND,
		"p:focus/good kernel_clone\np:focus/bad " TARGET ":0x40\n",
	};

	EXPECT_EQ(EPERM, with(CAP_T, op_write, &op));
	EXPECT_TRUE(only_roots_uprobe());
	EXPECT_TRUE(file_says(CT_TRACEFS "/kprobe_events", "p:focus/good"));
	op.text = "-:focus/good";
	EXPECT_EQ(0, with(CAP_T, op_write, &op));
}

TEST_F(uprobe, no_deleting_either)
{
	struct file_op op = { UPROBE_EVENTS, O_APPEND, "-:focus/root" };

	EXPECT_EQ(EPERM, with(CAP_T, op_write, &op));
	EXPECT_TRUE(only_roots_uprobe());
	EXPECT_EQ(EACCES, with(0, op_write, &op));
}

/* What is allowed through the same file */
TEST_F(uprobe, other_dynamic_events)
{
	struct file_op op = { DYNAMIC_EVENTS, O_APPEND, NULL };

	op.text = "p:focus/k kernel_clone";
	EXPECT_EQ(0, with(CAP_T, op_write, &op));
	op.text = "e:focus/e sched/sched_switch pid=$prev_pid:s32";
	EXPECT_EQ(0, with(CAP_T, op_write, &op));
	op.text = "s:focus_synth int pid";
	EXPECT_EQ(0, with(CAP_T, op_write, &op));
	op.text = "-:focus/k\n-:focus/e\n-:synthetic/focus_synth";
	EXPECT_EQ(0, with(CAP_T, op_write, &op));
	op.text = "nonsense";
	EXPECT_EQ(EINVAL, with(CAP_T, op_write, &op));
}

/* Root by mode bits, by CAP_DAC_OVERRIDE, with the bit or without */
static int by_mode_with_t(void *arg)
{
	if (ct_capset(CAP_T, CAP_T, 0))
		return SETUP_FAILED;
	return op_write(arg);
}

TEST_F(uprobe, root_has_its_uprobes)
{
	struct file_op add = {
		UPROBE_EVENTS, O_APPEND, "p:focus/own " TARGET ":0x80",
	};
	struct file_op del = { UPROBE_EVENTS, O_APPEND, "-:focus/own" };

	EXPECT_EQ(0, as_root(op_write, &add));
	EXPECT_EQ(0, as_root(op_write, &del));
	EXPECT_EQ(0, as_root(by_mode_with_t, &add));
	EXPECT_EQ(0, as_root(by_mode_with_t, &del));
	EXPECT_EQ(0, with(OVERRIDE, op_write, &add));
	EXPECT_EQ(0, with(OVERRIDE, op_write, &del));
	EXPECT_EQ(0, with(OVERRIDE | CAP_T, op_write, &add));
	EXPECT_EQ(0, with(OVERRIDE | CAP_T, op_write, &del));
	add.path = DYNAMIC_EVENTS;
	EXPECT_EQ(0, with(OVERRIDE | CAP_T, op_write, &add));
	EXPECT_EQ(0, with(OVERRIDE | CAP_T, op_write, &del));
	EXPECT_TRUE(only_roots_uprobe());
}

/* Descriptors */

static int write_fd(int fd, const char *text)
{
	ssize_t len = strlen(text), n = write(fd, text, len);

	return n == len ? 0 : n < 0 ? errno : SHORT_IO;
}

struct fd_op {
	int fd;
	const char *text;
};

static int op_write_fd(void *arg)
{
	struct fd_op *op = arg;

	return write_fd(op->fd, op->text);
}

TEST_F(uprobe, an_observers_descriptor_stays_one)
{
	static const char * const doors[] = { UPROBE_EVENTS, DYNAMIC_EVENTS };

	for (size_t i = 0; i < ARRAY_SIZE(doors); i++) {
		struct fd_op op = { .text = probes[0] };

		op.fd = open_as(UID_USER, CAP_T, doors[i], O_RDWR | O_APPEND);
		ASSERT_LE(0, op.fd);
		EXPECT_EQ(EPERM, as_root(op_write_fd, &op));
		EXPECT_EQ(EPERM, with(OVERRIDE | CAP_T, op_write_fd, &op));
		EXPECT_EQ(EPERM, with(0, op_write_fd, &op));
		close(op.fd);
		/* CAP_DAC_READ_SEARCH opens nothing for writing */
		op.fd = open_as(UID_USER, CAP_T | READ_SEARCH, doors[i],
				O_WRONLY | O_APPEND);
		ASSERT_LE(0, op.fd);
		EXPECT_EQ(EPERM, as_root(op_write_fd, &op));
		close(op.fd);
		/* Neither CAP_PERFMON nor CAP_SYS_ADMIN count on tracefs */
		op.fd = open_as(UID_USER, ALL_BUT_DAC, doors[i],
				O_WRONLY | O_APPEND);
		ASSERT_LE(0, op.fd);
		EXPECT_EQ(EPERM, as_root(op_write_fd, &op));
		close(op.fd);
		EXPECT_TRUE(only_roots_uprobe());
	}
}

TEST_F(uprobe, roots_descriptor_stays_roots)
{
	struct fd_op op = { .text = "p:focus/own " TARGET ":0x80" };

	op.fd = open(UPROBE_EVENTS, O_WRONLY | O_APPEND | O_CLOEXEC);
	ASSERT_LE(0, op.fd);
	EXPECT_EQ(0, with(CAP_T, op_write_fd, &op));
	op.text = "-:focus/own";
	EXPECT_EQ(0, with(CAP_T, op_write_fd, &op));
	op.text = "p:focus/own " TARGET ":0x80";
	EXPECT_EQ(0, with(0, op_write_fd, &op));
	op.text = "-:focus/own";
	EXPECT_EQ(0, with(0, op_write_fd, &op));
	close(op.fd);
	EXPECT_TRUE(only_roots_uprobe());
}

TEST(an_observers_tracer_descriptor)
{
	struct fd_op op = { .text = "osnoise" };

	op.fd = open_as(UID_USER, CAP_T, CURRENT_TRACER, O_WRONLY);
	ASSERT_LE(0, op.fd);
	EXPECT_EQ(EPERM, as_root(op_write_fd, &op));
	op.text = "nop";
	EXPECT_EQ(0, with(0, op_write_fd, &op));
	close(op.fd);
	op.text = "osnoise";
	op.fd = open(CURRENT_TRACER, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, op.fd);
	EXPECT_EQ(0, with(CAP_T, op_write_fd, &op));
	op.text = "nop";
	EXPECT_EQ(0, with(0, op_write_fd, &op));
	close(op.fd);
	EXPECT_TRUE(file_says(CURRENT_TRACER, "nop"));
}

TEST(an_observers_filter_descriptor)
{
	struct fd_op op = { .text = "kernel_clone:dump\n" };

	op.fd = open_as(UID_USER, CAP_T, FILTER, O_WRONLY | O_APPEND);
	ASSERT_LE(0, op.fd);
	EXPECT_EQ(EPERM, as_root(op_write_fd, &op));
	close(op.fd);
	EXPECT_FALSE(file_says(FILTER, "dump"));
	op.fd = open(FILTER, O_WRONLY | O_APPEND | O_CLOEXEC);
	ASSERT_LE(0, op.fd);
	EXPECT_EQ(0, with(CAP_T, op_write_fd, &op));
	op.text = "!kernel_clone:dump\n";
	EXPECT_EQ(0, with(0, op_write_fd, &op));
	close(op.fd);
}

/* Opened while it was held; dropping it afterwards makes nobody more */
static int opens_then_drops(void *arg)
{
	int fd = open(UPROBE_EVENTS, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return SETUP_FAILED;
	if (ct_capset(0, 0, 0))
		return SETUP_FAILED;
	return write_fd(fd, arg);
}

TEST_F(uprobe, dropping_the_capability_gains_nothing)
{
	EXPECT_EQ(EPERM, with(CAP_T, opens_then_drops, (void *)probes[0]));
	EXPECT_TRUE(only_roots_uprobe());
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

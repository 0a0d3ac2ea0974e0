// SPDX-License-Identifier: GPL-2.0
/*
 * Writes to tracefs that stop processors, forge records, arm or remove what
 * root has defined, take memory, or go where only the writer may.
 */
#include "attack.h"
#include "../kselftest_harness.h"

#define FILE_IN(name)	CT_TRACEFS "/" name
#define CURRENT_TRACER	FILE_IN("current_tracer")
#define UPROBE_EVENTS	FILE_IN("uprobe_events")
#define KPROBE_EVENTS	FILE_IN("kprobe_events")
#define DYNAMIC_EVENTS	FILE_IN("dynamic_events")
#define SYNTH_EVENTS	FILE_IN("synthetic_events")
#define INSTANCE	FILE_IN("instances/attack")
#define BUDGET		"/proc/sys/kernel/tracing_observer_buffer_kb"

#define WITH(op)	with(rights(CAP_O), op_write, op)

static void write_as_root(const char *path, int flags, const char *text)
{
	put_string(path, flags, text);
}

FIXTURE(tracefs)
{
	struct victim victim;
	int budget;
};

FIXTURE_SETUP(tracefs)
{
	ASSERT_EQ(0, victim_start(&self->victim));
	/* 16 MB, whatever the machine has */
	self->budget = get_number(BUDGET);
	set_number(BUDGET, 16384);
}

FIXTURE_TEARDOWN(tracefs)
{
	write_as_root(CURRENT_TRACER, 0, "nop");
	set_number(BUDGET, self->budget);
	victim_end(&self->victim);
}

/*
 * A descriptor that the ordinary user has opened, as root's error output: what
 * root writes there names a file that only root finds.
 */
#define PRIVATE		"/tmp/attack.private"

static int open_for_root(bool stock_rights)
{
	struct stat dir, file;
	int fd;

	if (!stock_rights)
		return open_as(UID_USER, BT, UPROBE_EVENTS,
			       O_WRONLY | O_APPEND);
	if (stat(CT_TRACEFS, &dir) || stat(UPROBE_EVENTS, &file) ||
	    chmod(CT_TRACEFS, 0755) || chmod(UPROBE_EVENTS, 0666))
		return -SETUP_FAILED;
	fd = open_as(UID_USER, 0, UPROBE_EVENTS, O_WRONLY | O_APPEND);
	chmod(UPROBE_EVENTS, file.st_mode & 07777);
	chmod(CT_TRACEFS, dir.st_mode & 07777);
	return fd;
}

TEST_F(tracefs, path_found_with_the_writers_rights)
{
	int fd, err;

	mkdir(PRIVATE, 0700);
	ASSERT_EQ(0, copy_file("/proc/self/exe", PRIVATE "/file", 0755));
	fd = open_for_root(rights(CAP_O) == CAP_O);
	ASSERT_LE(0, fd);
	/* The test is root */
	err = write_fd(fd, "p:attack/private " PRIVATE "/file:0x40\n");
	if (on_stock()) {
		EXPECT_EQ(0, err);
		EXPECT_TRUE(file_has(UPROBE_EVENTS, PRIVATE));
	} else {
		EXPECT_EQ(EACCES, err);
		EXPECT_FALSE(file_has(UPROBE_EVENTS, PRIVATE));
	}
	close(fd);
	write_as_root(UPROBE_EVENTS, O_APPEND, "-:attack/private\n");
	unlink(PRIVATE "/file");
	rmdir(PRIVATE);
}

/* Tracers */

static bool one_cpu_left(void)
{
	char online[64];

	return get_string("/sys/devices/system/cpu/online", online,
			  sizeof(online)) > 0 && !strcmp(online, "0\n");
}

TEST_F(tracefs, mmiotrace_takes_processors_down)
{
	struct file_op op = { CURRENT_TRACER, 0, "mmiotrace" };

	ASSERT_FALSE(one_cpu_left()) {
		TH_LOG("this test needs two processors");
	}
	if (on_stock()) {
		ASSERT_EQ(0, WITH(&op));
		EXPECT_TRUE(one_cpu_left());
	} else {
		EXPECT_EQ(EPERM, WITH(&op));
		EXPECT_FALSE(one_cpu_left());
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
}

/*
 * By default half a second of each second, on one processor after another.
 * Here less, or an emulated machine that has to share hardly gets any further.
 */
TEST_F(tracefs, hwlat_stops_processors)
{
	struct file_op op = { CURRENT_TRACER, 0, "hwlat" };
	int err;

	ASSERT_EQ(0, put_string(FILE_IN("hwlat_detector/width"), 0, "200000"));
	self->victim.box->longest = 0;
	err = WITH(&op);
	if (on_stock()) {
		ASSERT_EQ(0, err);
		for (int i = 0; i < 100 &&
		     self->victim.box->longest < 150000000; i++)
			usleep(100000);
		EXPECT_LT(150000000, self->victim.box->longest);
	} else {
		EXPECT_EQ(EPERM, err);
		EXPECT_FALSE(task_exists("hwlatd/0"));
		EXPECT_FALSE(task_exists("hwlatd"));
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
}

/* A thread on each processor, that runs as good as always */
TEST_F(tracefs, osnoise_keeps_processors_busy)
{
	struct file_op op = { CURRENT_TRACER, 0, "osnoise" };

	if (on_stock()) {
		ASSERT_EQ(0, WITH(&op));
		EXPECT_TRUE(task_exists("osnoise/0"));
	} else {
		EXPECT_EQ(EPERM, WITH(&op));
		EXPECT_FALSE(task_exists("osnoise/0"));
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
}

/* At a realtime priority above everybody's */
TEST_F(tracefs, timerlat_runs_before_everybody)
{
	struct file_op op = { CURRENT_TRACER, 0, "timerlat" };

	if (on_stock()) {
		ASSERT_EQ(0, WITH(&op));
		EXPECT_TRUE(task_exists("timerlat/0"));
	} else {
		EXPECT_EQ(EPERM, WITH(&op));
		EXPECT_FALSE(task_exists("timerlat/0"));
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
}

/*
 * With timerlat as root wants it, a task of root's is to do the measuring: one
 * at a time, and whoever opens the file first.
 */
#define TIMERLAT_FD	FILE_IN("osnoise/per_cpu/cpu0/timerlat_fd")

TEST_F(tracefs, timerlats_place_is_taken)
{
	int fd, roots, err;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(cpus), &cpus));
	ASSERT_EQ(0, put_string(FILE_IN("osnoise/options"), 0,
				"NO_OSNOISE_WORKLOAD"));
	ASSERT_EQ(0, put_string(CURRENT_TRACER, 0, "timerlat"));
	fd = open_as(UID_USER, rights(CAP_O), TIMERLAT_FD, O_RDONLY);
	roots = open(TIMERLAT_FD, O_RDONLY | O_CLOEXEC);
	err = errno;
	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_GT(0, roots);
		EXPECT_EQ(EBUSY, err);
	} else {
		EXPECT_EQ(-EPERM, fd);
		EXPECT_LE(0, roots);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(roots);
	close(fd);
	write_as_root(CURRENT_TRACER, 0, "nop");
	write_as_root(FILE_IN("osnoise/options"), 0, "OSNOISE_WORKLOAD");
}

/* Armed only: nobody would be left to see it go off */
TEST_F(tracefs, panic_options)
{
	static const struct {
		struct file_op arm;
		const char *armed, *disarm;
	} options[] = {
		{ { FILE_IN("osnoise/options"), 0, "PANIC_ON_STOP" },
		  " PANIC_ON_STOP", "NO_PANIC_ON_STOP" },
		{ { FILE_IN("osnoise/options"), 0, "OSNOISE_IRQ_DISABLE" },
		  " OSNOISE_IRQ_DISABLE", "NO_OSNOISE_IRQ_DISABLE" },
		{ { FILE_IN("rv/monitors/wwnr/reactors"), 0, "panic" },
		  "[panic]", "nop" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		struct file_op op = options[i].arm;

		EXPECT_FALSE(file_has(op.path, options[i].armed));
		if (on_stock()) {
			EXPECT_EQ(0, WITH(&op));
			EXPECT_TRUE(file_has(op.path, options[i].armed));
		} else {
			EXPECT_EQ(EPERM, WITH(&op));
			EXPECT_FALSE(file_has(op.path, options[i].armed));
		}
		write_as_root(op.path, 0, options[i].disarm);
	}
	EXPECT_TRUE(victim_unharmed(&self->victim));
}

TEST_F(tracefs, monitors)
{
	struct file_op op = { FILE_IN("rv/enabled_monitors"), 0, "wwnr" };
	const char *enabled = FILE_IN("rv/monitors/wwnr/enable");

	if (on_stock()) {
		EXPECT_EQ(0, WITH(&op));
		EXPECT_EQ(1, get_number(enabled));
	} else {
		EXPECT_EQ(EPERM, WITH(&op));
		EXPECT_EQ(0, get_number(enabled));
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	write_as_root(op.path, 0, "!wwnr");
}

/* What never happened, in root's trace */
TEST_F(tracefs, injected_records)
{
	struct file_op op = {
		FILE_IN("events/task/task_rename/inject"), 0,
		"oldcomm=\"forged\"",
	};
	const char *enable = FILE_IN("events/task/task_rename/enable");

	write_as_root(FILE_IN("trace"), O_TRUNC, "\n");
	write_as_root(enable, 0, "1");
	if (on_stock()) {
		EXPECT_EQ(0, WITH(&op));
		EXPECT_TRUE(file_has(FILE_IN("trace"), "oldcomm=forged"));
	} else {
		EXPECT_EQ(EPERM, WITH(&op));
		EXPECT_FALSE(file_has(FILE_IN("trace"), "oldcomm=forged"));
	}
	write_as_root(enable, 0, "0");
}

/* The buffer goes to the console, and root's recording ends */
static bool recording(void)
{
	return get_number(FILE_IN("tracing_on")) == 1;
}

TEST_F(tracefs, dump_commands)
{
	static const char * const commands[] = { "dump", "cpudump" };
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct file_op op = {
			FILE_IN("set_ftrace_filter"), O_APPEND, text,
		};

		snprintf(text, sizeof(text), "__x64_sys_openat:%s\n",
			 commands[i]);
		write_as_root(FILE_IN("tracing_on"), 0, "1");
		if (on_stock()) {
			EXPECT_EQ(0, WITH(&op));
			EXPECT_TRUE(victim_goes_on(&self->victim, 4));
			EXPECT_FALSE(recording());
		} else {
			EXPECT_EQ(EPERM, WITH(&op));
			EXPECT_TRUE(victim_unharmed(&self->victim));
			EXPECT_TRUE(recording());
		}
		snprintf(text, sizeof(text), "!__x64_sys_openat:%s\n",
			 commands[i]);
		write_as_root(op.path, O_APPEND, text);
		write_as_root(FILE_IN("tracing_on"), 0, "1");
	}
}

/* What root has defined: a probe each, idle, and an instance */
#define OWN_KPROBE	"p:attack/kprobe kernel_clone\n"
#define OWN_SYNTH	"attack_synth int pid\n"

static void define_idle(void)
{
	char line[512];

	snprintf(line, sizeof(line), "p:attack/uprobe %s:0x%lx\n", own_path(),
		 ct_file_offset(attack_constant) + 1);
	write_as_root(UPROBE_EVENTS, O_APPEND, line);
	write_as_root(KPROBE_EVENTS, O_APPEND, OWN_KPROBE);
	write_as_root(SYNTH_EVENTS, O_APPEND, OWN_SYNTH);
	mkdir(INSTANCE, 0755);
}

static void remove_idle(void)
{
	rmdir(INSTANCE);
	write_as_root(UPROBE_EVENTS, O_APPEND, "-:attack/uprobe\n");
	write_as_root(KPROBE_EVENTS, O_APPEND, "-:attack/kprobe\n");
	write_as_root(SYNTH_EVENTS, O_APPEND, "!attack_synth\n");
}

TEST_F(tracefs, truncating_roots_events)
{
	static const struct {
		const char *path, *event;
	} files[] = {
		{ UPROBE_EVENTS, "p:attack/uprobe" },
		{ KPROBE_EVENTS, "p:attack/kprobe" },
		{ SYNTH_EVENTS, "attack_synth" },
		{ DYNAMIC_EVENTS, "p:attack/kprobe" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct file_op op = { files[i].path, O_WRONLY | O_TRUNC };
		int err;

		define_idle();
		ASSERT_TRUE(file_has(files[i].path, files[i].event));
		err = with(rights(CAP_O), op_open, &op);
		if (on_stock()) {
			EXPECT_EQ(0, err);
			EXPECT_FALSE(file_has(files[i].path, files[i].event));
		} else {
			EXPECT_EQ(EPERM, err) {
				TH_LOG("%s", files[i].path);
			}
			EXPECT_TRUE(file_has(files[i].path, files[i].event));
		}
		remove_idle();
	}
}

TEST_F(tracefs, deleting_roots_events)
{
	static const struct {
		struct file_op op;
		const char *event;
	} files[] = {
		{ { UPROBE_EVENTS, O_APPEND, "-:attack/uprobe\n" },
		  "p:attack/uprobe" },
		{ { KPROBE_EVENTS, O_APPEND, "-:attack/kprobe\n" },
		  "p:attack/kprobe" },
		{ { SYNTH_EVENTS, O_APPEND, "!attack_synth\n" },
		  "attack_synth" },
		{ { DYNAMIC_EVENTS, O_APPEND, "-:attack/kprobe\n" },
		  "p:attack/kprobe" },
		{ { DYNAMIC_EVENTS, O_APPEND, "-:synthetic/attack_synth\n" },
		  "attack_synth" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct file_op op = files[i].op;

		define_idle();
		ASSERT_TRUE(file_has(op.path, files[i].event));
		if (on_stock()) {
			EXPECT_EQ(0, WITH(&op));
			EXPECT_FALSE(file_has(op.path, files[i].event));
		} else {
			EXPECT_EQ(EPERM, WITH(&op)) {
				TH_LOG("%s: %s", op.path, op.text);
			}
			EXPECT_TRUE(file_has(op.path, files[i].event));
		}
		remove_idle();
	}
}

static int op_rmdir(void *arg)
{
	return rmdir(arg) ? errno : 0;
}

TEST_F(tracefs, removing_roots_instance)
{
	int err;

	ASSERT_EQ(0, mkdir(INSTANCE, 0755));
	err = with(rights(CAP_O), op_rmdir, INSTANCE);
	if (on_stock()) {
		EXPECT_EQ(0, err);
		EXPECT_NE(0, access(INSTANCE, F_OK));
	} else {
		EXPECT_EQ(EPERM, err);
		EXPECT_EQ(0, access(INSTANCE, F_OK));
	}
	rmdir(INSTANCE);
}

/* Doors to what root has defined in the middle of an instruction */
struct arm {
	struct file_op on, off;
};

static const struct arm arms[] = {
	{ { FILE_IN("events/attack/uprobe/enable"), 0, "1" },
	  { FILE_IN("events/attack/uprobe/enable"), 0, "0" } },
	{ { FILE_IN("events/attack/enable"), 0, "1" },
	  { FILE_IN("events/attack/enable"), 0, "0" } },
	{ { FILE_IN("set_event"), O_APPEND, "attack:uprobe\n" },
	  { FILE_IN("set_event"), O_APPEND, "!attack:uprobe\n" } },
	{ { INSTANCE "/events/attack/uprobe/enable", 0, "1" },
	  { INSTANCE "/events/attack/uprobe/enable", 0, "0" } },
	{ { INSTANCE "/set_event", O_APPEND, "attack:uprobe\n" },
	  { INSTANCE "/set_event", O_APPEND, "!attack:uprobe\n" } },
	{ { FILE_IN("events/attack/uprobe/trigger"), 0, "stacktrace" },
	  { FILE_IN("events/attack/uprobe/trigger"), 0, "!stacktrace" } },
	{ { FILE_IN("events/sched/sched_switch/trigger"), 0,
		  "enable_event:attack:uprobe" },
	  { FILE_IN("events/sched/sched_switch/trigger"), 0,
	    "!enable_event:attack:uprobe" } },
	{ { FILE_IN("events/attack/uprobe/trigger"), 0,
		  "hist:keys=common_pid" },
	  { FILE_IN("events/attack/uprobe/trigger"), 0,
	    "!hist:keys=common_pid" } },
	{ { FILE_IN("set_ftrace_filter"), O_APPEND,
		  "kernel_clone:enable_event:attack:uprobe\n" },
	  { FILE_IN("set_ftrace_filter"), O_APPEND,
	    "!kernel_clone:enable_event:attack:uprobe\n" } },
};

TEST_F(tracefs, arming_roots_uprobe)
{
	for (size_t i = 0; i < ARRAY_SIZE(arms); i++) {
		struct arm arm = arms[i];
		int err;

		define_idle();
		err = WITH(&arm.on);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		if (on_stock()) {
			EXPECT_EQ(0, err);
			EXPECT_EQ(0x112233cc, self->victim.box->constant) {
				TH_LOG("%s: %s", arm.on.path, arm.on.text);
			}
		} else {
			EXPECT_EQ(EPERM, err) {
				TH_LOG("%s: %s", arm.on.path, arm.on.text);
			}
			EXPECT_TRUE(victim_unharmed(&self->victim));
		}
		op_write(&arm.off);
		/* What a trigger has enabled stays enabled */
		write_as_root(FILE_IN("events/attack/enable"), 0, "0");
		remove_idle();
		EXPECT_FALSE(file_has(UPROBE_EVENTS, "attack/uprobe")) {
			TH_LOG("still busy: %s", arm.on.path);
		}
	}
}

/* There is more to enable, and it may be */
TEST_F(tracefs, enabling_everything)
{
	struct file_op op = { FILE_IN("events/enable"), 0, "1" };
	int err;

	define_idle();
	err = WITH(&op);
	EXPECT_TRUE(victim_goes_on(&self->victim, 4));
	if (on_stock()) {
		EXPECT_EQ(0, err);
		EXPECT_EQ(0x112233cc, self->victim.box->constant);
	} else {
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	write_as_root(op.path, 0, "0");
	remove_idle();
}

/* Root's event then stands for what another has chosen, too */
TEST_F(tracefs, appending_to_roots_event)
{
	struct file_op op = {
		KPROBE_EVENTS, O_APPEND, "p:attack/kprobe kernel_wait4\n",
	};

	define_idle();
	if (on_stock()) {
		EXPECT_EQ(0, WITH(&op));
		EXPECT_TRUE(file_has(op.path, "kernel_wait4"));
	} else {
		EXPECT_EQ(EPERM, WITH(&op));
		EXPECT_FALSE(file_has(op.path, "kernel_wait4"));
	}
	remove_idle();
}

/* Memory */

TEST_F(tracefs, buffer_size)
{
	struct file_op op = { FILE_IN("buffer_size_kb"), 0, "65536" };
	long before = mem_available_kb();
	int err = WITH(&op);

	if (on_stock()) {
		EXPECT_EQ(0, err);
		EXPECT_GT(before - 60000, mem_available_kb());
	} else {
		EXPECT_EQ(ENOMEM, err);
		EXPECT_LT(before - 30000, mem_available_kb());
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	write_as_root(op.path, 0, "1408");
}

/* A second buffer, as large as the first, that root has made */
TEST_F(tracefs, snapshots)
{
	static const struct file_op ops[] = {
		{ FILE_IN("snapshot"), 0, "1" },
		{ CURRENT_TRACER, 0, "wakeup_rt" },
		{ FILE_IN("events/sched/sched_switch/trigger"), 0,
		  "snapshot" },
		{ FILE_IN("set_ftrace_filter"), O_APPEND,
		  "kernel_clone:snapshot\n" },
	};

	long before;

	write_as_root(FILE_IN("buffer_size_kb"), 0, "24576");
	before = mem_available_kb();
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		struct file_op op = ops[i];
		int err = WITH(&op);

		if (on_stock()) {
			EXPECT_EQ(0, err);
			EXPECT_GT(before - 32768, mem_available_kb()) {
				TH_LOG("%s: %s", op.path, op.text);
			}
		} else {
			EXPECT_EQ(ENOMEM, err) {
				TH_LOG("%s: %s", op.path, op.text);
			}
			EXPECT_LT(before - 32768, mem_available_kb());
		}
		write_as_root(CURRENT_TRACER, 0, "nop");
		write_as_root(FILE_IN("events/sched/sched_switch/trigger"), 0,
			      "!snapshot");
		write_as_root(FILE_IN("set_ftrace_filter"), O_APPEND,
			      "!kernel_clone:snapshot\n");
		write_as_root(FILE_IN("snapshot"), 0, "0");
	}
	write_as_root(FILE_IN("buffer_size_kb"), 0, "1408");
	EXPECT_TRUE(victim_unharmed(&self->victim));
}

/*
 * Each snapshot wakes a worker of highest priority that tells watchers: a
 * switch, and the next snapshot.  How often it runs in a tick is looked at.
 */
#define WATCHED		INSTANCE "/events/workqueue/workqueue_execute_start"
#define NOTIFIES	"function.function == latency_fsnotify_workfn"

/* The most records of a stamp; the clock has a hundred stamps a second */
static int most_at_a_time(int *total)
{
	FILE *in = fopen(INSTANCE "/trace", "re");
	long stamp = 0, last = 0;
	int run = 0, most = 0;
	char line[512];

	*total = 0;
	while (in && fgets(line, sizeof(line), in)) {
		const char *event = strstr(line, ": workqueue_execute_start");

		if (line[0] == '#' || !event)
			continue;
		while (event > line && event[-1] != ' ')
			event--;
		stamp = atol(event);
		run = *total && stamp == last ? run + 1 : 1;
		last = stamp;
		if (run > most)
			most = run;
		(*total)++;
	}
	if (in)
		fclose(in);
	return most;
}

TEST_F(tracefs, snapshots_that_notify)
{
	struct file_op op = {
		FILE_IN("events/sched/sched_switch/trigger"), 0, "snapshot",
	};
	int most, total;

	ASSERT_EQ(0, mkdir(INSTANCE, 0700));
	write_as_root(INSTANCE "/trace_clock", 0, "uptime");
	ASSERT_EQ(0, put_string(WATCHED "/filter", 0, NOTIFIES));
	ASSERT_EQ(0, put_string(WATCHED "/enable", 0, "1"));
	EXPECT_EQ(0, WITH(&op));
	usleep(500000);
	write_as_root(op.path, 0, "!snapshot");
	write_as_root(FILE_IN("snapshot"), 0, "0");
	write_as_root(WATCHED "/enable", 0, "0");
	most = most_at_a_time(&total);
	TH_LOG("%d times, %d at a time", total, most);
	if (on_stock()) {
		EXPECT_LT(20, most);
	} else {
		/* There are ten ticks to a stamp at most */
		EXPECT_GE(11, most);
		EXPECT_LT(0, total);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	EXPECT_EQ(0, rmdir(INSTANCE));
}

#define NR_INSTANCES	64

static int make_instances(void *arg)
{
	int *made = arg;
	char path[128];

	for (*made = 0; *made < NR_INSTANCES; (*made)++) {
		snprintf(path, sizeof(path), INSTANCE ".%d", *made);
		if (mkdir(path, 0755))
			return errno;
	}
	return 0;
}

TEST_F(tracefs, instances)
{
	int *made = shared_memory(sizeof(*made));
	char path[128];
	int err;

	ASSERT_NE(NULL, made);
	err = with(rights(CAP_O), make_instances, made);
	if (on_stock()) {
		EXPECT_EQ(0, err);
		EXPECT_EQ(NR_INSTANCES, *made);
	} else {
		EXPECT_EQ(ENOMEM, err);
		EXPECT_GT(NR_INSTANCES, *made);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	for (int i = 0; i < *made; i++) {
		snprintf(path, sizeof(path), INSTANCE ".%d", i);
		rmdir(path);
	}
}

/* Each with room for 4096 calls at a time, which is a quarter of a megabyte */
#define NR_PROBES	128

static int make_return_probes(void *arg)
{
	int *made = arg, err;
	char line[64];

	for (*made = 0; *made < NR_PROBES; (*made)++) {
		snprintf(line, sizeof(line), "r4096:attack/r%d kernel_clone\n",
			 *made);
		err = put_string(KPROBE_EVENTS, O_APPEND, line);
		if (err)
			return err;
	}
	return 0;
}

TEST_F(tracefs, return_probes)
{
	int *made = shared_memory(sizeof(*made)), err;
	long before = mem_available_kb();
	char line[64];

	ASSERT_NE(NULL, made);
	err = with(rights(CAP_O), make_return_probes, made);
	if (on_stock()) {
		EXPECT_EQ(0, err);
		EXPECT_GT(before - 24576, mem_available_kb());
	} else {
		EXPECT_EQ(ENOMEM, err);
		EXPECT_LT(before - 24576, mem_available_kb());
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	for (int i = 0; i < *made; i++) {
		snprintf(line, sizeof(line), "-:attack/r%d\n", i);
		write_as_root(KPROBE_EVENTS, O_APPEND, line);
	}
}

TEST_F(tracefs, histograms)
{
	struct file_op op = {
		FILE_IN("events/sched/sched_switch/trigger"), 0,
		"hist:keys=prev_pid,next_pid,prev_comm:size=131072",
	};
	long before = mem_available_kb();
	int err = WITH(&op);

	if (on_stock()) {
		EXPECT_EQ(0, err);
		EXPECT_GT(before - 16384, mem_available_kb());
	} else {
		EXPECT_EQ(ENOMEM, err);
		EXPECT_LT(before - 16384, mem_available_kb());
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	write_as_root(op.path, 0,
		      "!hist:keys=prev_pid,next_pid,prev_comm:size=131072");
}

TEST_HARNESS_MAIN

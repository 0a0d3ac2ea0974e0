// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation that an operation makes fails once: it says so, nothing is
 * lost, and the next time it works.  For the debug kernel, which injects the
 * failures and finds what was lost.
 */
#include "ns.h"
#include <linux/bpf_dev.h>
#include "../kselftest_harness.h"

#define FAIL_NTH	"/proc/self/fail-nth"
#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define MOST		2000	/* allocations of one operation */
#define PIN_DIR		"/tmp/ns.bpffs"
#define PIN		PIN_DIR "/token"
#define TRACEFS		"/sys/kernel/tracing/"

static int token, home, prog, cgroup, uprobe_type;
static unsigned long probe_offset;
static char self_path[256];
static __u32 roots_nr[KINDS];

static int a_token(void)
{
	return shut(token_direct(ALL_CAPS));
}

static int a_derived_token(void)
{
	return shut(token_derive(token, CAP_B));
}

static int a_confined_token(void)
{
	struct grant g = {
		.cmds = BIT64(BPF_PROG_LOAD), .caps = CAP_B | CAP_N,
		.progs = BIT64(BPF_PROG_TYPE_CGROUP_SKB), .cgroup = cgroup,
	};

	return shut(token_make(BPF_F_TOKEN_DIRECT | BPF_F_TOKEN_CGROUP, 0, &g));
}

static int a_pinned_token(void)
{
	return obj_pin(token, PIN) ?: shut(obj_get(PIN, 0));
}

static void unpin(void)
{
	unlink(PIN);
}

static int a_token_that_is_read(void)
{
	struct bpf_token_info info;

	return token_info(token, &info) ?:
	       fdinfo_number(token, "depth:") == ~0U ? ENOMEM : 0;
}

static int a_map_by_the_next_call(void)
{
	return load_perm(token, 0) ?: shut(map_with(-1, BPF_MAP_TYPE_ARRAY));
}

static int a_token_for_after_exec(void)
{
	return load_perm(token, BPF_F_PERM_ON_EXEC);
}

static int a_device(void)
{
	int fd = open("/dev/bpf-tracing", O_RDWR | O_CLOEXEC), err;

	if (fd < 0)
		return errno;
	err = ioctl(fd, BPF_DEV_IOCTL_GET_PERM) ? errno : 0;
	if (!err)
		err = ioctl(fd, BPF_DEV_IOCTL_PUT_PERM) ? errno : 0;
	close(fd);
	return err;
}

static int a_namespace(void)
{
	if (unshare(CLONE_NEWBPF))
		return errno;
	return setns(home, CLONE_NEWBPF) ? errno : 0;
}

static int a_program(void)
{
	return shut(prog_with(-1, BPF_PROG_TYPE_RAW_TRACEPOINT, 0));
}

static int a_map(void)
{
	return shut(map_with(-1, BPF_MAP_TYPE_HASH));
}

static int a_link(void)
{
	return shut(attach_raw_tp(prog));
}

static int types(void)
{
	return shut(btf_with(-1));
}

static int what_others_have(void)
{
	for (enum kind k = 0; k < KINDS; k++) {
		int err = shut(open_number(k, roots_nr[k]));

		if (err)
			return err;
	}
	return 0;
}

static int an_event(void)
{
	return put_string(TRACEFS "events/sched/sched_switch/enable", 0, "1") ?:
	       put_string(TRACEFS "events/sched/sched_switch/enable", 0, "0");
}

static int a_kprobe(void)
{
	return put_string(TRACEFS "kprobe_events", O_APPEND, "p:nsfail vfs_read\n");
}

static int no_kprobe(void)
{
	return put_string(TRACEFS "kprobe_events", O_APPEND, "-:nsfail\n");
}

static void remove_kprobe(void)
{
	no_kprobe();
}

static void add_kprobe(void)
{
	a_kprobe();
}

static int a_trace(void)
{
	int fd = open(TRACEFS "trace", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : shut(fd);
}

/* The kernel proves from the ELF file that a function begins there */
static int a_uprobe(void)
{
	struct perf_event_attr attr = {
		.type = uprobe_type, .size = sizeof(attr),
		.uprobe_path = (unsigned long)self_path,
		.probe_offset = probe_offset,
	};

	return shut(ct_perf_event_open(&attr, -1, 0, -1, 0));
}

static int counting(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_CONTEXT_SWITCHES,
	};

	return shut(ct_perf_event_open(&attr, -1, 0, -1, 0));
}

static const struct trial {
	const char *what;
	int (*fn)(void);
	uid_t uid;
	__u64 caps;
	int depth;	/* in so many BPF namespaces */
	void (*restore)(void);	/* without failures: as it has to be before */
	int as_well;	/* an errno that the unpatched kernel has for it */
	int skipped;	/* those of the verifier: vmalloc() speaks of a failure */
} trials[] = {
	{ "a token", a_token, 0, CAP_EVERY },
	{ "a derived token", a_derived_token, 0, CAP_EVERY },
	{ "a token that is confined", a_confined_token, 0, CAP_EVERY },
	{ "a token that is pinned", a_pinned_token, 0, CAP_EVERY, 0, unpin, ENOSPC },
	{ "a token that is read", a_token_that_is_read, 0, CAP_EVERY },
	{ "a map by the next call's token", a_map_by_the_next_call, UID_USER },
	{ "a token for after exec", a_token_for_after_exec, UID_USER },
	{ "a device", a_device, 0, CAP_EVERY },
	{ "a namespace", a_namespace, 0, CAP_EVERY },
	{ "a program", a_program, UID_USER, CAP_B | CAP_T, 3, NULL, 0, 40 },
	{ "a map", a_map, UID_USER, CAP_B | CAP_T, 3 },
	{ "a link", a_link, UID_USER, CAP_B | CAP_T, 3 },
	{ "types", types, UID_USER, CAP_B | CAP_T, 3 },
	{ "what others have", what_others_have, UID_USER, CAP_B | CAP_T },
	{ "an event of tracefs", an_event, UID_USER, CAP_T },
	{ "a kprobe of tracefs", a_kprobe, UID_USER, CAP_T, 0, remove_kprobe },
	{ "a kprobe that goes", no_kprobe, UID_USER, CAP_T, 0, add_kprobe },
	{ "a trace", a_trace, UID_USER, CAP_T },
	{ "a uprobe", a_uprobe, UID_USER, CAP_T },
	{ "counting", counting, UID_USER, CAP_T },
};

/* Its @nth allocation fails; whether there was one */
static bool fails_at(const struct trial *t, int nth_fd, int nth, int *err)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", nth);

	*err = SETUP_FAILED;
	if (pwrite(nth_fd, text, n, 0) != n)
		return false;
	*err = t->fn();
	n = pread(nth_fd, text, sizeof(text) - 1, 0);
	if (n < 1 || pwrite(nth_fd, "0", 1, 0) != 1) {
		*err = SETUP_FAILED;
		return false;
	}
	text[n] = '\0';
	if (t->restore)
		t->restore();
	/* What is left of it had no turn before the operation was done */
	return !atoi(text);
}

/* Until no allocation is left that could fail; 0 or what it said instead */
static int each_fails(const struct trial *t, int nth_fd)
{
	int nth, err = 0;

	if (t->restore)
		t->restore();
	for (nth = t->skipped + 1; nth < MOST && fails_at(t, nth_fd, nth, &err); nth++) {
		if (err && err != ENOMEM && err != t->as_well)
			break;
	}
	printf("# %s: %d allocations", t->what, nth - 1);
	printf(err ? ", and then: %s\n" : "\n", strerror(err));
	fflush(stdout);
	return nth == MOST ? E2BIG : err;
}

static int try_trial(const struct trial *t)
{
	pid_t pid = fork();
	int fd;

	if (pid < 0)
		return SETUP_FAILED;
	if (pid)
		return reap(pid);
	fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	for (int i = 0; i < t->depth; i++) {
		if (unshare(CLONE_NEWBPF))
			_exit(SETUP_FAILED);
	}
	if (fd < 0 || ct_become(t->uid, t->caps))
		_exit(SETUP_FAILED);
	_exit(each_fails(t, fd));
}

static int prepare(void)
{
	struct set set;

	mkdir("/tmp/ns.cgroup", 0755);
	mount("cgroup2", "/tmp/ns.cgroup", "cgroup2", 0, NULL);
	mkdir("/tmp/ns.cgroup/fail", 0755);
	mkdir("/sys/kernel/tracing", 0755);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	mkdir(PIN_DIR, 0755);
	mount("bpf", PIN_DIR, "bpf", 0, NULL);
	cgroup = open("/tmp/ns.cgroup/fail", O_RDONLY | O_DIRECTORY);
	token = token_direct(ALL_CAPS);
	home = open(NS_FILE, O_RDONLY);
	uprobe_type = get_number("/sys/bus/event_source/devices/uprobe/type");
	probe_offset = ct_file_offset(a_uprobe);
	if (readlink("/proc/self/exe", self_path, sizeof(self_path) - 1) < 0)
		return SETUP_FAILED;
	if (cgroup < 0 || token < 0 || home < 0 || make_set(&set))
		return SETUP_FAILED;
	prog = set.fd[PROG];
	memcpy(roots_nr, set.nr, sizeof(roots_nr));
	/* The tracer's own probe of sched_switch does not expect to fail */
	if (put_string(TRACEFS "events/sched/sched_wakeup/enable", 0, "1"))
		return SETUP_FAILED;
	/* All allocations, those that could wait too, and without a word */
	return put_string(FAILSLAB "ignore-gfp-wait", 0, "N") ?:
	       put_string(FAILSLAB "verbose", 0, "0") ?:
	       set_number(UNPRIV, 2);
}

TEST(each_allocation_of_each_operation)
{
	ASSERT_EQ(0, prepare());
	for (size_t i = 0; i < ARRAY_SIZE(trials); i++) {
		EXPECT_EQ(0, try_trial(&trials[i])) {
			TH_LOG("%s", trials[i].what);
		}
	}
}

int main(int argc, char **argv)
{
	need_bpf_ns();
	if (access(FAIL_NTH, F_OK) || access(FAILSLAB "verbose", F_OK)) {
		printf("TAP version 13\n1..0 # SKIP this kernel injects no failures\n");
		return 4;
	}
	return test_harness_run(argc, argv);
}

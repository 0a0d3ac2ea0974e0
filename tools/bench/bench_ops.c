// SPDX-License-Identifier: GPL-2.0
/*
 * What single operations cost, on any kernel: the same program counts on the
 * unpatched and on the patched one, with the same rights; with --bpf-ns, in a
 * BPF namespace.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/btf.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common.h"
#include "guest.h"

#ifndef CLONE_NEWBPF
#define CLONE_NEWBPF	0x40
#endif

#define ROUNDS	25
#define CGROUP	"/tmp/bench.cgroup"
#define BPFFS	"/tmp/bench.bpffs"
#define SECRET	"/tmp/bench.secret"

/* What the operations work on */
static struct {
	int array, hash, filter, tracer, cgroup, cgroup_prog, uts, event;
	int kallsyms, tracing_on, current_tracer;
	__u32 map_id, prog_id;
} on;

static char self_path[64] = "/proc/self/exe", page[4096];

static const struct bpf_insn return_0[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };

static int load(__u32 type, __u32 attach_type)
{
	const struct ct_prog prog = {
		.type = type, .attach_type = attach_type,
		.insns = return_0, .nr_insns = ARRAY_SIZE(return_0),
	};

	return ct_prog_load(&prog);
}

static int bpf_at(int cmd, int fd, __u64 key, __u64 value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = key;
	attr.value = value;
	return ct_bpf(cmd, &attr, sizeof(attr));
}

static __u32 key;
static __u64 value;

/* Each returns -errno, or a descriptor or 0; what they open is closed uncounted */

static int op_getppid(void) { return syscall(SYS_getppid) < 0; }
static int op_open(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }
static int op_prctl(void) { return prctl(PR_CAPBSET_READ, CAP_BPF) < 0; }

static int op_refused(void)
{
	int fd = open(SECRET, O_RDONLY | O_CLOEXEC);

	return fd < 0 && errno == EACCES ? 0 : -EINVAL;
}

static int op_signal_refused(void)
{
	return kill(1, 0) && errno == EPERM ? 0 : -EINVAL;
}

static int perf_open(__u32 type, __u64 config, pid_t pid, int cpu)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr), .type = type, .config = config,
	};

	return ct_perf_event_open(&attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static int sched_switch;

static int op_perf_self(void)
{
	return perf_open(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, 0, -1);
}

static int op_perf_all(void)
{
	return perf_open(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, -1, 0);
}

static int op_perf_tracepoint(void)
{
	return perf_open(PERF_TYPE_TRACEPOINT, sched_switch, -1, 0);
}

static int op_perf_read(void)
{
	return read(on.event, page, 8) == 8 ? 0 : -EIO;
}

static int op_tracefs_open(void)
{
	return open(CT_TRACEFS "/current_tracer", O_RDONLY | O_CLOEXEC);
}

static int op_tracefs_open_write(void)
{
	return open(CT_TRACEFS "/tracing_on", O_WRONLY | O_CLOEXEC);
}

static int op_tracefs_read(void)
{
	return pread(on.current_tracer, page, 64, 0) > 0 ? 0 : -EIO;
}

static int op_tracefs_write(void)
{
	return write(on.tracing_on, "1", 1) == 1 ? 0 : -errno;
}

static int op_tracefs_trace(void)
{
	return open(CT_TRACEFS "/trace", O_RDONLY | O_CLOEXEC);
}

static int op_tracefs_stat(void)
{
	struct stat st;

	return stat(CT_TRACEFS "/events/sched/sched_switch/enable", &st);
}

static int op_tracefs_event(void)
{
	return ct_write_file(CT_TRACEFS "/events/sched/sched_wakeup/enable", "0");
}

static int op_kallsyms_open(void)
{
	return open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
}

static int op_kallsyms_read(void)
{
	return pread(on.kallsyms, page, sizeof(page), 0) > 0 ? 0 : -EIO;
}

static int op_map_array(void)
{
	return ct_map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);
}

static int op_map_hash(void)
{
	return ct_map_create(BPF_MAP_TYPE_HASH, 4, 8, 4, 0);
}

static int op_map_ringbuf(void)
{
	return ct_map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
}

static int op_lookup(void)
{
	return bpf_at(BPF_MAP_LOOKUP_ELEM, on.array, (unsigned long)&key,
		      (unsigned long)&value);
}

static int op_update(void)
{
	return bpf_at(BPF_MAP_UPDATE_ELEM, on.hash, (unsigned long)&key,
		      (unsigned long)&value);
}

static int op_next_key(void)
{
	return bpf_at(BPF_MAP_GET_NEXT_KEY, on.array, (unsigned long)&key,
		      (unsigned long)&value);
}

static int op_delete(void)
{
	int err = bpf_at(BPF_MAP_DELETE_ELEM, on.hash, (unsigned long)&key, 0);

	return err == -ENOENT ? 0 : err;
}

static int op_load_filter(void) { return load(BPF_PROG_TYPE_SOCKET_FILTER, 0); }
static int op_load_kprobe(void) { return load(BPF_PROG_TYPE_KPROBE, 0); }
static int op_load_tracepoint(void) { return load(BPF_PROG_TYPE_TRACEPOINT, 0); }
static int op_load_perf(void) { return load(BPF_PROG_TYPE_PERF_EVENT, 0); }

static int op_load_raw_tp(void)
{
	return load(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
}

static int op_load_xdp(void) { return load(BPF_PROG_TYPE_XDP, BPF_XDP); }
static int op_load_tc(void) { return load(BPF_PROG_TYPE_SCHED_CLS, 0); }

static int op_load_cgroup(void)
{
	return load(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS);
}

static int op_load_syscall(void)
{
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_SYSCALL, .flags = BPF_F_SLEEPABLE,
		.insns = return_0, .nr_insns = ARRAY_SIZE(return_0),
	};

	return ct_prog_load(&prog);
}

/* Half of its size is calls of helpers, each of which is asked about */
static int op_load_helpers(void)
{
	struct bpf_insn insns[66];
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_KPROBE,
		.insns = insns, .nr_insns = ARRAY_SIZE(insns),
	};

	for (int i = 0; i < 64; i++)
		insns[i] = CT_CALL(i & 1 ? BPF_FUNC_ktime_get_ns :
					   BPF_FUNC_get_current_pid_tgid);
	insns[64] = CT_MOV_IMM(0, 0);
	insns[65] = CT_EXIT();
	return ct_prog_load(&prog);
}

static int op_load_btf(void)
{
	static const struct {
		struct btf_header h;
		__u32 integer[4];
		char strings[8];
	} btf = {
		.h = { 0xeB9F, 1, 0, sizeof(struct btf_header), 0, 16, 16, 5 },
		.integer = { 1, 1 << 24, 4, 32 },
		.strings = "\0int",
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (unsigned long)&btf;
	attr.btf_size = offsetof(typeof(btf), strings) + 5;
	return ct_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

static int info(int fd, void *to, __u32 size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	memset(to, 0, size);
	attr.info.bpf_fd = fd;
	attr.info.info = (unsigned long)to;
	attr.info.info_len = size;
	return ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

static int op_map_info(void)
{
	struct bpf_map_info map;
	int err = info(on.array, &map, sizeof(map));

	on.map_id = map.id;
	return err;
}

static int op_prog_info(void)
{
	struct bpf_prog_info prog;
	int err = info(on.filter, &prog, sizeof(prog));

	on.prog_id = prog.id;
	return err;
}

static int by_id(int cmd, __u32 id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	return ct_bpf(cmd, &attr, sizeof(attr));
}

static int op_map_next(void) { return by_id(BPF_MAP_GET_NEXT_ID, 0); }
static int op_prog_next(void) { return by_id(BPF_PROG_GET_NEXT_ID, 0); }
static int op_map_by_id(void) { return by_id(BPF_MAP_GET_FD_BY_ID, on.map_id); }

static int op_prog_by_id(void)
{
	return by_id(BPF_PROG_GET_FD_BY_ID, on.prog_id);
}

/* What the kernel does at each entry, and nothing else */
static int op_no_command(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return ct_bpf(999, &attr, sizeof(attr)) == -EINVAL ? 0 : -EIO;
}

static int op_test_run(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = on.filter;
	attr.test.data_in = (unsigned long)page;
	attr.test.data_size_in = 64;
	return ct_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
}

static int op_link(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = on.tracer;
	attr.raw_tracepoint.name = (unsigned long)"sched_switch";
	return ct_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

static int op_link_cgroup(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = on.cgroup_prog;
	attr.link_create.target_fd = on.cgroup;
	attr.link_create.attach_type = BPF_CGROUP_INET_INGRESS;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

static int op_attach_detach(void)
{
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = on.cgroup;
	attr.attach_bpf_fd = on.cgroup_prog;
	attr.attach_type = BPF_CGROUP_INET_INGRESS;
	err = ct_bpf(BPF_PROG_ATTACH, &attr, sizeof(attr));
	return err ? err : ct_bpf(BPF_PROG_DETACH, &attr, sizeof(attr));
}

static int op_query(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = on.cgroup;
	attr.query.attach_type = BPF_CGROUP_INET_INGRESS;
	return ct_bpf(BPF_PROG_QUERY, &attr, sizeof(attr));
}

static int op_pin_unpin(void)
{
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)BPFFS "/map";
	attr.bpf_fd = on.array;
	err = ct_bpf(BPF_OBJ_PIN, &attr, sizeof(attr));
	return err ? err : unlink(BPFFS "/map");
}

static int op_get(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)BPFFS "/pinned";
	return ct_bpf(BPF_OBJ_GET, &attr, sizeof(attr));
}

static int waited(pid_t pid)
{
	int status;

	return pid < 0 ? -errno : waitpid(pid, &status, 0) == pid && !status ? 0 : -EIO;
}

static int op_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return waited(pid);
}

static int op_exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl(self_path, self_path, "--nothing", NULL);
		_exit(1);
	}
	return waited(pid);
}

static int op_clone3(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(0);
	return waited(pid);
}

static int op_unshare(void) { return unshare(CLONE_NEWUTS) ? -errno : 0; }
static int op_setns(void) { return setns(on.uts, CLONE_NEWUTS) ? -errno : 0; }

static int op_status(void)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, page, sizeof(page)) <= 0)
		return -errno;
	return fd;
}

static int op_cgroup(void)
{
	int err = mkdir(CGROUP "/new", 0755) ? -errno : 0;

	return err ? err : rmdir(CGROUP "/new") ? -errno : 0;
}

static const struct op {
	const char *name;
	int (*fn)(void);
	bool as_user;	/* CT_UID, without capabilities */
} ops[] = {
	{ "getppid", op_getppid },
	{ "prctl", op_prctl },
	{ "open", op_open },
	{ "open.refused", op_refused, true },
	{ "kill.refused", op_signal_refused, true },
	{ "status", op_status },
	{ "perf.self", op_perf_self },
	{ "perf.all", op_perf_all },
	{ "perf.tracepoint", op_perf_tracepoint },
	{ "perf.read", op_perf_read },
	{ "tracefs.stat", op_tracefs_stat },
	{ "tracefs.open", op_tracefs_open },
	{ "tracefs.open.write", op_tracefs_open_write },
	{ "tracefs.open.trace", op_tracefs_trace },
	{ "tracefs.read", op_tracefs_read },
	{ "tracefs.write", op_tracefs_write },
	{ "tracefs.event", op_tracefs_event },
	{ "kallsyms.open", op_kallsyms_open },
	{ "kallsyms.read", op_kallsyms_read },
	{ "bpf.none", op_no_command },
	{ "map.array", op_map_array },
	{ "map.hash", op_map_hash },
	{ "map.ringbuf", op_map_ringbuf },
	{ "map.lookup", op_lookup },
	{ "map.update", op_update },
	{ "map.next", op_next_key },
	{ "map.delete", op_delete },
	{ "load.filter", op_load_filter },
	{ "load.kprobe", op_load_kprobe },
	{ "load.tracepoint", op_load_tracepoint },
	{ "load.perf", op_load_perf },
	{ "load.raw_tp", op_load_raw_tp },
	{ "load.xdp", op_load_xdp },
	{ "load.tc", op_load_tc },
	{ "load.cgroup", op_load_cgroup },
	{ "load.syscall", op_load_syscall },
	{ "load.helpers", op_load_helpers },
	{ "load.btf", op_load_btf },
	{ "info.map", op_map_info },
	{ "info.prog", op_prog_info },
	{ "id.map.next", op_map_next },
	{ "id.prog.next", op_prog_next },
	{ "id.map.open", op_map_by_id },
	{ "id.prog.open", op_prog_by_id },
	{ "test_run", op_test_run },
	{ "link.raw_tp", op_link },
	{ "link.cgroup", op_link_cgroup },
	{ "attach.cgroup", op_attach_detach },
	{ "query.cgroup", op_query },
	{ "pin", op_pin_unpin },
	{ "get", op_get },
	{ "fork", op_fork },
	{ "exec", op_exec },
	{ "clone3", op_clone3 },
	{ "unshare", op_unshare },
	{ "setns", op_setns },
	{ "cgroup", op_cgroup },
};

static void measure(const struct op *op)
{
	struct counts counts = {};

	for (int i = 0; i < ROUNDS; i++) {
		count_t start = now();
		int ret = op->fn();
		count_t end = now();

		if (ret < 0)
			fail("%s: %s", op->name, strerror(-ret));
		if (ret > 2)
			close(ret);
		/* The first ones fill caches */
		if (i > 4)
			counts_add(&counts, end - start);
	}
	counts_say(&counts, "op.%s", op->name);
}

static void measure_as_user(const struct op *op)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (ct_become(CT_UID, 0))
			fail("cannot become a user");
		measure(op);
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		exit(2);
}

static int need(int fd, const char *what)
{
	if (fd < 0)
		fail("cannot prepare %s: %s", what,
		     strerror(fd == -1 ? errno : -fd));
	return fd;
}

static void prepare(void)
{
	union bpf_attr attr;

	on.array = need(op_map_array(), "a map");
	on.hash = need(op_map_hash(), "a map");
	on.filter = need(op_load_filter(), "a program");
	on.tracer = need(op_load_raw_tp(), "a program");
	on.cgroup_prog = need(op_load_cgroup(), "a program");
	mkdir(CGROUP, 0755);
	if (mount("none", CGROUP, "cgroup2", 0, NULL))
		fail("cannot mount cgroup2: %m");
	mkdir(CGROUP "/a", 0755);
	on.cgroup = need(open(CGROUP "/a", O_RDONLY | O_CLOEXEC), "a cgroup");
	mkdir(BPFFS, 0755);
	if (mount("bpf", BPFFS, "bpf", 0, NULL))
		fail("cannot mount bpf: %m");
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)BPFFS "/pinned";
	attr.bpf_fd = on.hash;
	need(ct_bpf(BPF_OBJ_PIN, &attr, sizeof(attr)), "a pinned map");
	on.uts = need(open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC), "a namespace");
	on.event = need(op_perf_self(), "an event");
	on.kallsyms = need(op_kallsyms_open(), "kallsyms");
	on.current_tracer = need(op_tracefs_open(), "tracefs");
	on.tracing_on = need(op_tracefs_open_write(), "tracefs");
	sched_switch = need(ct_event_id("sched/sched_switch"), "a tracepoint");
	close(need(open(SECRET, O_CREAT | O_WRONLY | O_CLOEXEC, 0600), "a file"));
	ct_sysctl_set("kernel/unprivileged_bpf_disabled", 2);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--nothing"))
		return 0;
	need_icount();
	if (argc == 2 && !strcmp(argv[1], "--bpf-ns") && unshare(CLONE_NEWBPF))
		fail("cannot make a BPF namespace: %m");
	prepare();
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		if (ops[i].as_user)
			measure_as_user(&ops[i]);
		else
			measure(&ops[i]);
	}
	return 0;
}

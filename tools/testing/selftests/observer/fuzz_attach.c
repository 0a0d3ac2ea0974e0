// SPDX-License-Identifier: GPL-2.0
/* Where the attacker's programs run. */
#include "fuzz.h"
#include <poll.h>
#include <sys/ioctl.h>

static const char *any_name(struct fuzz *f, const struct names *names)
{
	return names->nr ? names->name[throw(&f->dice, names->nr)] : "";
}

void be_active(struct fuzz *f)
{
	char byte = 0;
	int fd, pipes[2];
	pid_t pid;

	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (write(fd, &byte, 1) != 1)
		byte = 1;
	close(fd);
	getppid();
	if (!pipe2(pipes, O_CLOEXEC)) {
		if (write(pipes[1], &byte, 1) == 1 &&
		    read(pipes[0], &byte, 1) != 1)
			byte = 1;
		close(pipes[0]);
		close(pipes[1]);
	}
	sched_yield();
	if (!one_in(&f->dice, 16))
		return;
	pid = fork();
	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static int event_with(struct perf_event_attr *attr, pid_t pid, int prog)
{
	int fd = ct_perf_event_open(attr, pid, pid < 0 ? 0 : -1, -1,
				    PERF_FLAG_FD_CLOEXEC);
	int err;

	if (fd < 0)
		return fd;
	if (!ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog))
		return fd;
	err = errno;
	close(fd);
	return -err;
}

static int attach_kprobe(struct fuzz *f, int prog)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = pmu_type("kprobe"),
		.sample_period = 1,
		.config = one_in(&f->dice, 3),
		.config1 = (unsigned long)any_name(f, &f->functions),
		.config2 = one_in(&f->dice, 8) ? throw(&f->dice, 32) : 0,
	};

	return event_with(&attr, -1, prog);
}

static int attach_kprobe_multi(struct fuzz *f, int prog)
{
	const char *syms[4];
	union bpf_attr attr;
	__u32 nr = 1 + throw(&f->dice, ARRAY_SIZE(syms));

	for (__u32 i = 0; i < nr; i++)
		syms[i] = any_name(f, &f->functions);
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = BPF_TRACE_KPROBE_MULTI;
	attr.link_create.kprobe_multi.flags = one_in(&f->dice, 3);
	attr.link_create.kprobe_multi.cnt = nr;
	attr.link_create.kprobe_multi.syms = (unsigned long)syms;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* At a function's start, which has a proof, or a byte further, or anywhere */
static int attach_uprobe_multi(struct fuzz *f, int prog)
{
	struct uprobe_site site = {
		.path = own_path(),
		.offset = ct_file_offset(attack_constant) + throw(&f->dice, 3),
		.is_return = one_in(&f->dice, 4),
	};

	if (one_in(&f->dice, 4))
		site.offset = throw(&f->dice, 1 << 20);
	if (one_in(&f->dice, 8))
		site.ref_ctr_offset = ct_file_offset(&attack_counter);
	return link_uprobe_multi(prog, &site);
}

static int attach_tracepoint(struct fuzz *f, int prog)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_TRACEPOINT,
		.sample_period = 1,
		.config = throw(&f->dice, 1200),
	};

	return event_with(&attr, -1, prog);
}

static int attach_clock(struct fuzz *f, int prog)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = throw(&f->dice, PERF_COUNT_SW_MAX),
		.sample_period = 100000 + throw(&f->dice, 1000000),
	};

	return event_with(&attr, one_in(&f->dice, 2) ? -1 : 0, prog);
}

static int make_link(int prog, __u32 attach)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = attach;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

static int run_iterator(int prog)
{
	union bpf_attr attr;
	char text[4096];
	int link = make_link(prog, BPF_TRACE_ITER), fd;

	if (link < 0)
		return link;
	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = link;
	fd = ct_bpf(BPF_ITER_CREATE, &attr, sizeof(attr));
	if (fd >= 0) {
		if (read(fd, text, sizeof(text)) < 0)
			text[0] = '\0';
		close(fd);
	}
	return link;
}

static int test_run(struct fuzz *f, int prog)
{
	union bpf_attr attr;
	__u64 context[8] = {};

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = prog;
	attr.test.ctx_in = (unsigned long)context;
	attr.test.ctx_size_in = throw(&f->dice, sizeof(context) + 1);
	return ct_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
}

void fuzz_attach(struct fuzz *f, int prog, __u32 type, __u32 attach)
{
	const char *how = "raw_tracepoint";
	int fd;

	switch (type) {
	case BPF_PROG_TYPE_KPROBE:
		if (attach == BPF_TRACE_KPROBE_MULTI) {
			how = "kprobe_multi";
			fd = attach_kprobe_multi(f, prog);
		} else if (attach == BPF_TRACE_UPROBE_MULTI) {
			how = "uprobe_multi";
			fd = attach_uprobe_multi(f, prog);
		} else {
			how = "kprobe";
			fd = attach_kprobe(f, prog);
		}
		break;
	case BPF_PROG_TYPE_TRACEPOINT:
		how = "tracepoint";
		fd = attach_tracepoint(f, prog);
		break;
	case BPF_PROG_TYPE_PERF_EVENT:
		how = "perf event";
		fd = attach_clock(f, prog);
		break;
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
		fd = open_raw_tracepoint(prog, any_name(f, &f->tracepoints));
		break;
	case BPF_PROG_TYPE_TRACING:
		if (attach == BPF_TRACE_ITER) {
			how = "iterator";
			fd = run_iterator(prog);
		} else {
			how = "trampoline";
			fd = open_raw_tracepoint(prog, NULL);
		}
		break;
	default:
		how = "test run";
		fd = test_run(f, prog);
	}
	step(f, "attach %s: %d", how, fd);
	note(f, "attach", how, fd);
	be_active(f);
	if (one_in(&f->dice, 4))
		test_run(f, prog);
	if (fd > 0)
		close(fd);
}

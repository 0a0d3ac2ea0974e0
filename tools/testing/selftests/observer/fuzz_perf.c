// SPDX-License-Identifier: GPL-2.0
/* perf_event_open() with likely and unlikely attributes, and what one does then. */
#include "fuzz.h"
#include <linux/hw_breakpoint.h>
#include <sys/ioctl.h>

static const char *const type_names[] = {
	"hardware", "software", "tracepoint", "cache", "raw", "breakpoint",
	"kprobe", "uprobe", "other",
};

static const char *const bit_names[] = {
	"disabled", "inherit", "pinned", "exclusive", "exclude_user",
	"exclude_kernel", "exclude_hv", "exclude_idle", "mmap", "comm", "freq",
	"inherit_stat", "enable_on_exec", "task", "watermark", "precise_ip",
	"precise_ip", "mmap_data", "sample_id_all", "exclude_host",
	"exclude_guest", "exclude_callchain_kernel", "exclude_callchain_user",
	"mmap2", "comm_exec", "use_clockid", "context_switch", "write_backward",
	"namespaces", "ksymbol", "bpf_event", "aux_output", "cgroup",
	"text_poke", "build_id", "inherit_thread", "remove_on_exec", "sigtrap",
};

/* The bits between read_format and wakeup_events, by number */
static __u64 *bits_of(struct perf_event_attr *attr)
{
	return (void *)((char *)attr + offsetof(struct perf_event_attr,
						read_format) + 8);
}

static void choose_type(struct fuzz *f, struct perf_event_attr *attr)
{
	static const __u32 types[] = {
		PERF_TYPE_SOFTWARE, PERF_TYPE_SOFTWARE, PERF_TYPE_TRACEPOINT,
		PERF_TYPE_TRACEPOINT, PERF_TYPE_HARDWARE, PERF_TYPE_HW_CACHE,
		PERF_TYPE_RAW, PERF_TYPE_BREAKPOINT,
	};
	struct dice *d = &f->dice;

	switch (throw(d, 6)) {
	case 0:
		attr->type = pmu_type("kprobe");
		attr->config = throw(d, 2);
		attr->config1 = f->functions.nr ? (unsigned long)
			f->functions.name[throw(d, f->functions.nr)] : 0;
		return;
	case 1:
		attr->type = pmu_type("uprobe");
		attr->config = throw(d, 2);
		attr->config1 = (unsigned long)own_path();
		attr->config2 = ct_file_offset(attack_constant) + throw(d, 3);
		if (one_in(d, 4))
			attr->config |= (__u64)ct_file_offset(&attack_counter) << 32;
		return;
	default:
		attr->type = types[throw(d, ARRAY_SIZE(types))];
	}
	switch (attr->type) {
	case PERF_TYPE_TRACEPOINT:
		attr->config = throw(d, 1500);
		break;
	case PERF_TYPE_BREAKPOINT:
		attr->bp_type = one_in(d, 8) ? throw(d, 16) :
			HW_BREAKPOINT_W << throw(d, 2);
		attr->bp_len = one_in(d, 8) ? throw_number(d) : 1 << throw(d, 4);
		attr->bp_addr = one_in(d, 3) ? throw_number(d) :
			(unsigned long)&attack_word;
		break;
	case PERF_TYPE_SOFTWARE:
		attr->config = throw(d, PERF_COUNT_SW_MAX + 1);
		break;
	default:
		attr->config = throw_number(d);
	}
}

static void choose_rest(struct fuzz *f, struct perf_event_attr *attr)
{
	struct dice *d = &f->dice;

	attr->sample_period = one_in(d, 4) ? throw_number(d) :
		10000 + throw(d, 1000000);
	if (one_in(d, 2))
		return;
	for (__u32 i = throw(d, 4); i; i--)
		attr->sample_type |= 1ULL << throw(d, one_in(d, 16) ? 64 : 18);
	for (__u32 i = throw(d, 3); i; i--)
		attr->read_format |= 1ULL << throw(d, 6);
	for (__u32 i = throw(d, 4); i; i--)
		*bits_of(attr) |= 1ULL << throw(d, ARRAY_SIZE(bit_names));
	if (attr->sample_type & PERF_SAMPLE_STACK_USER)
		attr->sample_stack_user = 8 * throw(d, 1024);
	if (attr->sample_type &
	    (PERF_SAMPLE_REGS_USER | PERF_SAMPLE_REGS_INTR)) {
		attr->sample_regs_user = throw(d, 0xffff);
		attr->sample_regs_intr = throw(d, 0xffff);
	}
	attr->wakeup_events = throw(d, 4);
	if (one_in(d, 8))
		attr->clockid = throw(d, 12);
	if (one_in(d, 8))
		attr->sig_data = throw_number(d);
	if (one_in(d, 16))
		memset((char *)attr + throw(d, sizeof(*attr) - 8), throw(d, 256),
		       throw(d, 8));
}

static void control(struct fuzz *f, int fd, int other)
{
	static const struct {
		unsigned long request;
		const char *name;
	} requests[] = {
		{ PERF_EVENT_IOC_ENABLE, "ENABLE" },
		{ PERF_EVENT_IOC_DISABLE, "DISABLE" },
		{ PERF_EVENT_IOC_REFRESH, "REFRESH" },
		{ PERF_EVENT_IOC_RESET, "RESET" },
		{ PERF_EVENT_IOC_PERIOD, "PERIOD" },
		{ PERF_EVENT_IOC_SET_OUTPUT, "SET_OUTPUT" },
		{ PERF_EVENT_IOC_SET_FILTER, "SET_FILTER" },
		{ PERF_EVENT_IOC_ID, "ID" },
		{ PERF_EVENT_IOC_SET_BPF, "SET_BPF" },
		{ PERF_EVENT_IOC_PAUSE_OUTPUT, "PAUSE_OUTPUT" },
		{ PERF_EVENT_IOC_QUERY_BPF, "QUERY_BPF" },
		{ PERF_EVENT_IOC_MODIFY_ATTRIBUTES, "MODIFY_ATTRIBUTES" },
	};
	static const char *const filters[] = {
		"", "common_pid != 0", "prev_pid > 0 && next_pid < 10",
		"comm ~ \"*x*\"", "filter 0/16@/bin/true", "((((", "a==b",
	};
	struct dice *d = &f->dice;
	struct perf_event_attr attr = { .size = sizeof(attr) };
	__u32 i = throw(d, ARRAY_SIZE(requests));
	__u64 number = throw_number(d);
	unsigned long arg = throw(d, 8);
	__u32 query[16] = { 8 };
	int ret;

	switch (requests[i].request) {
	case PERF_EVENT_IOC_PERIOD:
	case PERF_EVENT_IOC_ID:
		arg = (unsigned long)&number;
		break;
	case PERF_EVENT_IOC_SET_OUTPUT:
		arg = other;
		break;
	case PERF_EVENT_IOC_SET_FILTER:
		arg = (unsigned long)filters[throw(d, ARRAY_SIZE(filters))];
		break;
	case PERF_EVENT_IOC_SET_BPF:
		arg = f->root.prog_fd;
		break;
	case PERF_EVENT_IOC_QUERY_BPF:
		arg = (unsigned long)query;
		break;
	case PERF_EVENT_IOC_MODIFY_ATTRIBUTES:
		choose_type(f, &attr);
		choose_rest(f, &attr);
		arg = (unsigned long)&attr;
		break;
	}
	ret = ioctl(fd, requests[i].request, arg) ? -errno : 0;
	step(f, "perf ioctl %s %lx: %d", requests[i].name, arg, ret);
	note(f, "perf ioctl", requests[i].name, ret);
}

static void note_bits(struct fuzz *f, struct perf_event_attr *attr, int fd)
{
	for (__u32 bit = 0; bit < ARRAY_SIZE(bit_names); bit++) {
		if (*bits_of(attr) & 1ULL << bit)
			note(f, "perf bit", bit_names[bit], fd);
	}
}

void fuzz_perf(struct fuzz *f)
{
	static int last = -1;
	struct dice *d = &f->dice;
	struct perf_event_attr attr = { .size = sizeof(attr) };
	const pid_t pids[] = { 0, 0, -1, -1, f->victim, f->victim, 1, 2 };
	pid_t pid = pids[throw(d, ARRAY_SIZE(pids))];
	int cpu = pid < 0 ? (int)throw(d, 2) : one_in(d, 4) ? 0 : -1;
	int group = one_in(d, 4) ? last : -1, fd;
	unsigned long flags = one_in(d, 4) ? throw(d, 16) : 0;
	const char *name;
	size_t pages, size;
	char text[1024];
	void *ring = MAP_FAILED;

	choose_type(f, &attr);
	choose_rest(f, &attr);
	fd = ct_perf_event_open(&attr, pid, cpu, group, flags);
	name = (int)attr.type == pmu_type("kprobe") ? "kprobe" :
		(int)attr.type == pmu_type("uprobe") ? "uprobe" :
		attr.type < 6 ? type_names[attr.type] : "other";
	step(f, "perf %s %llx period %llx sample %llx pid %d cpu %d: %d", name,
	     attr.config, attr.sample_period, attr.sample_type, pid, cpu, fd);
	note(f, "perf", name, fd);
	note_bits(f, &attr, fd);
	if (fd < 0)
		return;
	pages = 1 + (1UL << throw(d, 6));
	size = pages * 4096;
	if (one_in(d, 2))
		ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			    0);
	for (__u32 i = throw(d, 4); i; i--)
		control(f, fd, last);
	be_active(f);
	if (read(fd, text, sizeof(text)) < 0)
		text[0] = '\0';
	if (ring != MAP_FAILED)
		munmap(ring, size);
	/* One stays for a group, an output or a child to come */
	if (last >= 0)
		close(last);
	last = fd;
}

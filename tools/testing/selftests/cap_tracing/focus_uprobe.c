// SPDX-License-Identifier: GPL-2.0
/*
 * Uprobes of an observer: where the kernel has proved the site, at every door;
 * nowhere else, and no longer than the file is what it was.
 */
#include "focus.h"
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include "../kselftest_harness.h"

#define BT		(CAP_B | CAP_T)
#define CAP_PTRACE	CT_BIT(CAP_SYS_PTRACE)
#define OVERRIDE	CT_BIT(CAP_DAC_OVERRIDE)
#define UPROBE_EVENTS	CT_TRACEFS "/uprobe_events"
#define DYNAMIC_EVENTS	CT_TRACEFS "/dynamic_events"
#define ERROR_LOG	CT_TRACEFS "/error_log"
#define ENABLE		CT_TRACEFS "/events/focus/site/enable"
#define TARGET		"/tmp/focus.uprobe"
#define ROUNDS		1000

/* The victim's work: what a probe in the wrong place would change */
__attribute_noinline__ unsigned int probed(unsigned int value)
{
	asm volatile("" : "+r" (value));
	return value * 2654435761u + 12345;
}

/* A site as <sys/sdt.h> makes it, without a semaphore */
static __attribute_noinline__ unsigned int marked(unsigned int v)
{
	asm volatile("990: nop\n"
		     ".pushsection .note.stapsdt,\"\",@note\n"
		     ".balign 4\n"
		     ".4byte 992f-991f, 994f-993f, 3\n"
		     "991: .asciz \"stapsdt\"\n"
		     "992: .balign 4\n"
		     "993: .8byte 990b, _.stapsdt.base, 0\n"
		     ".asciz \"focus\"\n"
		     ".asciz \"site\"\n"
		     ".asciz \"\"\n"
		     "994: .balign 4\n"
		     ".popsection\n"
		     ".ifndef _.stapsdt.base\n"
		     ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"
		     ".weak _.stapsdt.base\n"
		     "_.stapsdt.base: .space 1\n"
		     ".size _.stapsdt.base, 1\n"
		     ".popsection\n"
		     ".endif\n"
		     ".globl focus_site\n"
		     ".set focus_site, 990b\n");
	return v + 1;
}

extern const char focus_site[];

static unsigned int work(void)
{
	unsigned int sum = 1;

	for (int i = 0; i < ROUNDS; i++)
		sum = marked(probed(sum));
	return sum;
}

/* A program header, as the auxiliary vector has it */
struct segment {
	__u32 p_type, p_flags;
	__u64 p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
};

/* Offset in the program's file of an address in it */
static unsigned long offset_of(const void *address)
{
	const struct segment *p = (const void *)getauxval(AT_PHDR);
	unsigned long nr = getauxval(AT_PHNUM), bias = 0;
	unsigned long at = (unsigned long)address;

	for (unsigned long i = 0; i < nr; i++) {
		if (p[i].p_type == PT_PHDR)
			bias = (unsigned long)p - p[i].p_vaddr;
	}
	for (unsigned long i = 0; i < nr; i++) {
		if (p[i].p_type == PT_LOAD && at >= p[i].p_vaddr + bias &&
		    at < p[i].p_vaddr + bias + p[i].p_filesz)
			return at - p[i].p_vaddr - bias + p[i].p_offset;
	}
	return 0;
}

/* Another user runs the target; true if it computed what it should */
static bool victim_is_well(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (setgroups(0, NULL) || setresgid(UID_OTHER, UID_OTHER, UID_OTHER) ||
		    setresuid(UID_OTHER, UID_OTHER, UID_OTHER))
			_exit(2);
		execl(TARGET, TARGET, "--work", NULL);
		_exit(2);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       !WEXITSTATUS(status);
}

struct probe {
	unsigned long offset, ref_ctr;
	bool is_return;
	const char *path;
};

static int probe_by_tracefs(const char *file, const struct probe *p)
{
	char line[256], ref[32] = "";

	if (p->ref_ctr)
		snprintf(ref, sizeof(ref), "(0x%lx)", p->ref_ctr);
	snprintf(line, sizeof(line), "%c:focus/site %s:0x%lx%s\n",
		 p->is_return ? 'r' : 'p', p->path ?: TARGET, p->offset, ref);
	return put_string(file, O_APPEND, line);
}

static int by_uprobe_events(void *arg)
{
	return probe_by_tracefs(UPROBE_EVENTS, arg);
}

static int by_dynamic_events(void *arg)
{
	return probe_by_tracefs(DYNAMIC_EVENTS, arg);
}

static int uprobe_pmu_type;

static int pmu_event(const struct probe *p)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = uprobe_pmu_type,
		.config = p->ref_ctr << 32 | p->is_return,
		.config1 = (unsigned long)(p->path ?: TARGET),
		.config2 = p->offset,
	};

	return ct_perf_event_open(&attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static int verdict(int fd)
{
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

static int by_pmu(void *arg)
{
	return verdict(pmu_event(arg));
}

static const struct bpf_insn return_0[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };

static int multi_link(const struct probe *p)
{
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_KPROBE,
		.attach_type = BPF_TRACE_UPROBE_MULTI,
		.insns = return_0,
		.nr_insns = ARRAY_SIZE(return_0),
	};
	int fd = ct_prog_load(&prog), link;
	union bpf_attr attr;

	if (fd < 0)
		return fd;
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = fd;
	attr.link_create.attach_type = BPF_TRACE_UPROBE_MULTI;
	attr.link_create.uprobe_multi.path =
		(unsigned long)(p->path ?: TARGET);
	attr.link_create.uprobe_multi.offsets = (unsigned long)&p->offset;
	if (p->ref_ctr)
		attr.link_create.uprobe_multi.ref_ctr_offsets =
			(unsigned long)&p->ref_ctr;
	attr.link_create.uprobe_multi.cnt = 1;
	if (p->is_return)
		attr.link_create.uprobe_multi.flags = BPF_F_UPROBE_MULTI_RETURN;
	link = ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	close(fd);
	return link;
}

static int by_multi(void *arg)
{
	return verdict(multi_link(arg));
}

static const struct door {
	const char *name;
	int (*open)(void *probe);
	int refusal;
	bool event;
} doors[] = {
	{ "uprobe_events", by_uprobe_events, EPERM, true },
	{ "dynamic_events", by_dynamic_events, EPERM, true },
	{ "the uprobe PMU", by_pmu, EACCES, false },
	{ "uprobe_multi", by_multi, EPERM, false },
};

static void forget(void)
{
	put_string(ENABLE, 0, "0");
	put_string(UPROBE_EVENTS, O_TRUNC, "\n");
}

/* As the ordinary user, by one door after the other; the wrong ones told */
static int all_doors(struct probe *p, __u64 caps, bool allowed)
{
	int wrong = 0;

	for (size_t i = 0; i < ARRAY_SIZE(doors); i++) {
		int err = with(caps, doors[i].open, p);

		if (err != (allowed ? 0 : doors[i].refusal)) {
			printf("# %s: offset 0x%lx%s%s: %s\n", doors[i].name,
			       p->offset, p->ref_ctr ? ", counter" : "",
			       p->is_return ? ", return" : "", strerror(err));
			wrong++;
		}
		forget();
	}
	return wrong;
}

static int say_as(__u64 caps, const char *path, const char *text)
{
	struct file_op op = { path, 0, text };

	return with(caps, op_write, &op);
}

FIXTURE(uprobe)
{
	struct probe good, usdt;
	int paranoid;
};

FIXTURE_SETUP(uprobe)
{
	ASSERT_EQ(0, copy_file("/proc/self/exe", TARGET, 0755));
	self->good = (struct probe){ .offset = offset_of(probed) };
	self->usdt = (struct probe){ .offset = offset_of(focus_site) };
	ASSERT_NE(0, self->good.offset);
	ASSERT_NE(0, self->usdt.offset);
	uprobe_pmu_type =
		get_number("/sys/bus/event_source/devices/uprobe/type");
	ASSERT_LT(0, uprobe_pmu_type);
	self->paranoid = get_number(PARANOID);
	ASSERT_EQ(0, set_number(PARANOID, 2));
}

FIXTURE_TEARDOWN(uprobe)
{
	forget();
	set_number(PARANOID, self->paranoid);
	unlink(TARGET);
}

TEST_F(uprobe, function_starts_and_usdt_sites)
{
	EXPECT_EQ(0, all_doors(&self->good, BT, true));
	EXPECT_EQ(0, all_doors(&self->usdt, BT, true));
}

TEST_F(uprobe, nowhere_else)
{
	static const long off[] = { 1, 2, 3, 5, -1 };
	struct probe p;

	for (size_t i = 0; i < ARRAY_SIZE(off); i++) {
		p = self->good;
		p.offset += off[i];
		EXPECT_EQ(0, all_doors(&p, BT, false));
		p = self->usdt;
		p.offset += off[i];
		EXPECT_EQ(0, all_doors(&p, BT, false));
	}
	p.offset = 0x40;
	EXPECT_EQ(0, all_doors(&p, BT, false));
	p.offset = 1UL << 40;
	EXPECT_EQ(0, all_doors(&p, BT, false));
	EXPECT_TRUE(victim_is_well());
}

TEST_F(uprobe, no_counters_and_no_returns)
{
	struct probe p = self->good;

	p.ref_ctr = 0x1000;
	EXPECT_EQ(0, all_doors(&p, BT, false));
	p = self->good;
	p.is_return = true;
	EXPECT_EQ(0, all_doors(&p, BT, false));
}

TEST_F(uprobe, the_error_log_says_why)
{
	char log[8192];

	self->good.offset++;
	EXPECT_EQ(EPERM, with(CAP_T, by_uprobe_events, &self->good));
	ASSERT_LT(0, get_string(ERROR_LOG, log, sizeof(log)));
	EXPECT_NE(NULL, strstr(log, "a function's start or a USDT site"));
}

TEST_F(uprobe, ptrace_may_poke_anyway)
{
	struct probe p = self->good;

	p.is_return = true;
	EXPECT_EQ(0, all_doors(&p, BT | CAP_PTRACE, true));
	p = self->good;
	p.offset++;
	EXPECT_EQ(0, all_doors(&p, BT | CAP_PTRACE, true));
	/* But CAP_SYS_PTRACE opens no door by itself */
	EXPECT_EQ(EACCES, with(CAP_PTRACE, by_uprobe_events, &p));
	EXPECT_EQ(EACCES, with(CAP_PTRACE, by_pmu, &p));
}

TEST_F(uprobe, whoever_may_write_the_file)
{
	struct probe p = self->good;

	p.offset++;
	ASSERT_EQ(0, chown(TARGET, UID_USER, UID_USER));
	EXPECT_EQ(0, all_doors(&p, BT, true));
	ASSERT_EQ(0, chmod(TARGET, 0555));
	EXPECT_EQ(0, all_doors(&p, BT, false));
	EXPECT_EQ(0, all_doors(&self->good, BT, true));
}

TEST_F(uprobe, unreadable_files_tell_nothing)
{
	ASSERT_EQ(0, chmod(TARGET, 0711));
	for (size_t i = 0; i < ARRAY_SIZE(doors); i++) {
		EXPECT_EQ(EACCES, with(BT, doors[i].open, &self->good)) {
			TH_LOG("%s", doors[i].name);
		}
	}
}

TEST_F(uprobe, not_an_elf_file)
{
	ASSERT_EQ(0, put_string(TARGET, O_TRUNC, "#!/bin/sh\nexit 0\n"));
	EXPECT_EQ(0, all_doors(&self->good, BT, false));
	ASSERT_EQ(0, truncate(TARGET, 0));
	EXPECT_EQ(0, all_doors(&self->good, BT, false));
}

TEST_F(uprobe, not_while_somebody_writes)
{
	int fd = open(TARGET, O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, all_doors(&self->good, BT, false));
	close(fd);
	EXPECT_EQ(0, all_doors(&self->good, BT, true));
}

/* One byte of the file, to what it is already: enough to be another file */
static int touch_byte(off_t at)
{
	int fd = open(TARGET, O_RDWR | O_CLOEXEC), err = 0;
	char c;

	if (fd < 0)
		return errno;
	if (pread(fd, &c, 1, at) != 1 || pwrite(fd, &c, 1, at) != 1)
		err = errno;
	close(fd);
	return err;
}

TEST_F(uprobe, a_changed_file_is_not_armed)
{
	ASSERT_EQ(0, with(CAP_T, by_uprobe_events, &self->good));
	ASSERT_EQ(0, say_as(CAP_T, ENABLE, "1"));
	ASSERT_EQ(0, say_as(CAP_T, ENABLE, "0"));
	ASSERT_EQ(0, touch_byte(0));
	EXPECT_EQ(EPERM, say_as(CAP_T, ENABLE, "1"));
	/* Defined anew it is proved anew */
	forget();
	ASSERT_EQ(0, with(CAP_T, by_uprobe_events, &self->good));
	EXPECT_EQ(0, say_as(CAP_T, ENABLE, "1"));
}

static long long count_of(int fd)
{
	long long count = -1;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : -1;
}

static int open_pmu(void *arg)
{
	return pmu_event(arg);
}

TEST_F(uprobe, hits_are_counted_and_the_victim_is_well)
{
	int fd = fd_from(UID_USER, CAP_T, open_pmu, &self->good);
	long long before;

	ASSERT_LE(0, fd);
	EXPECT_TRUE(victim_is_well());
	EXPECT_EQ(ROUNDS, count_of(fd));
	/* No breakpoint is written into a file that has changed since */
	ASSERT_EQ(0, touch_byte(0));
	before = count_of(fd);
	EXPECT_TRUE(victim_is_well());
	EXPECT_EQ(before, count_of(fd));
	close(fd);
}

static int count_lines(const char *path)
{
	char text[8192], *at = text;
	int nr = 0;

	if (get_string(path, text, sizeof(text)) < 0)
		return -1;
	while ((at = strchr(at, '\n'))) {
		at++;
		nr++;
	}
	return nr;
}

/* What was freed with the first would be used at the next hit */
TEST_F(uprobe, one_of_two_is_removed)
{
	ASSERT_EQ(0, with(CAP_T, by_uprobe_events, &self->good));
	ASSERT_EQ(0, with(CAP_T, by_uprobe_events, &self->usdt));
	ASSERT_EQ(2, count_lines(UPROBE_EVENTS));
	ASSERT_EQ(0, say_as(CAP_T, ENABLE, "1"));
	EXPECT_TRUE(victim_is_well());
	/* The last one is busy */
	EXPECT_EQ(EBUSY, put_string(UPROBE_EVENTS, O_APPEND,
				    "-:focus/site\n"));
	EXPECT_EQ(1, count_lines(UPROBE_EVENTS));
	EXPECT_TRUE(victim_is_well());
}

TEST_F(uprobe, usdt_hits)
{
	int fd = fd_from(UID_USER, CAP_T, open_pmu, &self->usdt);

	ASSERT_LE(0, fd);
	EXPECT_TRUE(victim_is_well());
	EXPECT_EQ(ROUNDS, count_of(fd));
	close(fd);
}

static int open_event_id(void *arg)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_TRACEPOINT,
		.config = *(int *)arg,
	};

	return verdict(ct_perf_event_open(&attr, -1, 0, -1, 0));
}

/* Root has defined it between two instructions and has not enabled it */
TEST_F(uprobe, roots_event_is_not_armed)
{
	int id;

	self->good.offset++;
	ASSERT_EQ(0, as_root(by_uprobe_events, &self->good));
	id = get_number(CT_TRACEFS "/events/focus/site/id");
	ASSERT_LT(0, id);
	EXPECT_EQ(EPERM, say_as(CAP_T, ENABLE, "1"));
	EXPECT_NE(0, say_as(CAP_T, CT_TRACEFS "/set_event", "focus:site\n"));
	say_as(CAP_T, CT_TRACEFS "/events/focus/enable", "1");
	say_as(CAP_T, CT_TRACEFS "/events/sched/sched_switch/trigger",
	       "enable_event:focus:site");
	say_as(CAP_T, CT_TRACEFS "/set_ftrace_filter",
	       "kernel_clone:enable_event:focus:site");
	/* A command without its newline is carried out by close() */
	say_as(CAP_T, CT_TRACEFS "/set_ftrace_filter",
	       "kernel_clone:enable_event:focus:site\n");
	EXPECT_EQ(0, get_number(ENABLE));
	EXPECT_EQ(0, put_string(UPROBE_EVENTS, O_TRUNC, "\n")) {
		TH_LOG("something holds the event");
	}
	ASSERT_EQ(0, as_root(by_uprobe_events, &self->good));
	id = get_number(CT_TRACEFS "/events/focus/site/id");
	EXPECT_EQ(EPERM, with(CAP_T, open_event_id, &id));
	EXPECT_TRUE(victim_is_well());
	say_as(CAP_T, CT_TRACEFS "/events/sched/sched_switch/trigger",
	       "!enable_event:focus:site");
	say_as(CAP_T, CT_TRACEFS "/set_ftrace_filter",
	       "!kernel_clone:enable_event:focus:site");
	/* Whoever may poke the task may, and so may CAP_PERFMON by perf */
	EXPECT_EQ(0, with(CAP_P, open_event_id, &id));
	EXPECT_EQ(0, say_as(OVERRIDE, ENABLE, "1"));
	EXPECT_EQ(0, say_as(OVERRIDE, ENABLE, "0"));
	EXPECT_EQ(0, say_as(CAP_T | CAP_PTRACE, ENABLE, "1"));
	EXPECT_EQ(0, say_as(CAP_T | CAP_PTRACE, ENABLE, "0"));
}

/* A descriptor opened by an observer remains one in root's hands */
TEST_F(uprobe, descriptors)
{
	int fd = open_as(UID_USER, CAP_T, UPROBE_EVENTS, O_WRONLY | O_APPEND);
	char line[128];
	int n;

	ASSERT_LE(0, fd);
	n = snprintf(line, sizeof(line), "p:focus/site " TARGET ":0x%lx\n",
		     self->good.offset + 1);
	EXPECT_EQ(-1, write(fd, line, n));
	EXPECT_EQ(EPERM, errno);
	n = snprintf(line, sizeof(line), "p:focus/site " TARGET ":0x%lx\n",
		     self->good.offset);
	EXPECT_EQ(n, write(fd, line, n));
	close(fd);
}

TEST_F(uprobe, an_inherited_event_would_fail_the_fork)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = uprobe_pmu_type,
		.config1 = (unsigned long)TARGET,
		.config2 = self->good.offset,
		.inherit = 1,
	};
	pid_t pid = start_victim(UID_OTHER);
	int fd;

	ASSERT_LT(0, pid);
	ASSERT_EQ(0, ct_become(UID_USER, CAP_T));
	fd = ct_perf_event_open(&attr, pid, -1, -1, 0);
	EXPECT_EQ(-EACCES, fd);
	attr.inherit = 0;
	fd = ct_perf_event_open(&attr, pid, -1, -1, 0);
	EXPECT_LE(0, fd);
	close(fd);
}

int main(int argc, char **argv)
{
	/* The victim computes it twice: a probe may hit in between */
	if (argc == 2 && !strcmp(argv[1], "--work")) {
		unsigned int sum = 1;

		for (int i = 0; i < ROUNDS; i++)
			sum = sum * 2654435761u + 12345 + 1;
		return work() != sum;
	}
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * One denial, one reason.  A BPF LSM program stands in for a policy that
 * refuses capabilities to a task that holds them, and keeps a list of what
 * was asked: of the refused probes exactly one may be audited, the last, and
 * it names CAP_TRACING.
 */
#include "focus.h"
#include <linux/btf.h>
#include <linux/user_events.h>
#include <sys/ioctl.h>
#include "../kselftest_harness.h"

#define OPT_NOAUDIT	2	/* CAP_OPT_NOAUDIT, in the kernel alone */
#define NR_PROBES	64

/* Shared with the program: one map element, mapped */
struct record {
	__u64 tgid;		/* whose probes; 0: nobody's */
	__u64 denied;		/* mask of capabilities */
	__u64 count;
	__u64 probes[NR_PROBES];	/* cap | opts << 32 */
};

static struct record *record;
static int kprobe_pmu, tp_event;
static pid_t victim;

#define ALU(op, d, i)	CT_INSN(BPF_ALU64 | (op) | BPF_K, d, 0, 0, i)
#define ALU_REG(op, d, s) CT_INSN(BPF_ALU64 | (op) | BPF_X, d, s, 0, 0)
#define OFF(member)	((short)offsetof(struct record, member))

/* The program on security_capable(cred, ns, cap, opts); its link, or -errno */
static int attach_policy(int map)
{
	const struct bpf_insn insns[] = {
		CT_MOV_REG(6, 1),
		CT_CALL(BPF_FUNC_get_current_pid_tgid),
		ALU(BPF_RSH, 0, 32),
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, 7, BPF_PSEUDO_MAP_VALUE, 0,
			map),
		CT_INSN(0, 0, 0, 0, 0),
		CT_LDX(BPF_DW, 1, 7, OFF(tgid)),
		/* Somebody else: allow */
		CT_INSN(BPF_JMP | BPF_JNE | BPF_X, 0, 1, 20, 0),
		CT_LDX(BPF_DW, 8, 6, 16),
		CT_LDX(BPF_DW, 9, 6, 24),
		ALU(BPF_AND, 8, 63),
		ALU(BPF_LSH, 9, 32),
		/* probes[count++ % NR_PROBES] = cap | opts << 32 */
		CT_LDX(BPF_DW, 2, 7, OFF(count)),
		CT_MOV_REG(3, 2),
		ALU(BPF_AND, 3, NR_PROBES - 1),
		ALU(BPF_LSH, 3, 3),
		CT_MOV_REG(4, 7),
		ALU_REG(BPF_ADD, 4, 3),
		ALU_REG(BPF_OR, 9, 8),
		CT_STX(BPF_DW, 4, 9, OFF(probes)),
		CT_ADD_IMM(2, 1),
		CT_STX(BPF_DW, 7, 2, OFF(count)),
		/* Is it one of those denied? */
		CT_LDX(BPF_DW, 1, 7, OFF(denied)),
		ALU_REG(BPF_RSH, 1, 8),
		ALU(BPF_AND, 1, 1),
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2, 0),
		CT_MOV_IMM(0, -EPERM),
		CT_EXIT(),
		CT_MOV_IMM(0, 0),
		CT_EXIT(),
	};
	struct ct_prog prog = {
		.type = BPF_PROG_TYPE_LSM,
		.attach_type = BPF_LSM_MAC,
		.insns = insns,
		.nr_insns = ARRAY_SIZE(insns),
	};
	union bpf_attr attr;
	int id, fd, link;

	id = ct_btf_id("bpf_lsm_capable", BTF_KIND_FUNC);
	if (id < 0)
		return id;
	prog.attach_btf_id = id;
	fd = ct_prog_load(&prog);
	if (fd < 0)
		return fd;
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = fd;
	link = ct_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
	close(fd);
	return link;
}

/* From here to the end of the process, the policy applies */
static void watch(__u64 denied)
{
	record->denied = denied;
	record->count = 0;
	__atomic_store_n(&record->tgid, getpid(), __ATOMIC_SEQ_CST);
}

static void unwatch(void)
{
	__atomic_store_n(&record->tgid, 0, __ATOMIC_SEQ_CST);
}

static int watched_event(struct perf_event_attr *attr, pid_t pid, int cpu)
{
	attr->size = sizeof(*attr);
	attr->disabled = 1;
	return -ct_perf_event_open(attr, pid, cpu, -1, 0);
}

static struct perf_event_attr user_clock(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.exclude_kernel = 1,
	};

	return attr;
}

static int self_user(void)
{
	struct perf_event_attr attr = user_clock();

	return watched_event(&attr, 0, -1);
}

static int self_kernel(void)
{
	struct perf_event_attr attr = user_clock();

	attr.exclude_kernel = 0;
	return watched_event(&attr, 0, -1);
}

static int one_cpu(void)
{
	struct perf_event_attr attr = user_clock();

	return watched_event(&attr, -1, 0);
}

static int raw_tracepoint(void)
{
	struct perf_event_attr attr = user_clock();

	attr.type = PERF_TYPE_TRACEPOINT;
	attr.config = tp_event;
	attr.sample_type = PERF_SAMPLE_RAW;
	return watched_event(&attr, 0, -1);
}

static int namespaces(void)
{
	struct perf_event_attr attr = user_clock();

	attr.namespaces = 1;
	return watched_event(&attr, 0, -1);
}

static int other_task(void)
{
	struct perf_event_attr attr = user_clock();

	return watched_event(&attr, victim, -1);
}

static int perf_kprobe(void)
{
	struct perf_event_attr attr = user_clock();

	attr.type = kprobe_pmu;
	attr.config = 0;
	attr.kprobe_func = (unsigned long)"kernel_clone";
	return watched_event(&attr, 0, -1);
}

static int query_fd;

static int query_bpf(void)
{
	struct perf_event_query_bpf query = { .ids_len = 0 };

	return ioctl(query_fd, PERF_EVENT_IOC_QUERY_BPF, &query) ? errno : 0;
}

static int read_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}

static int tracefs_root(void)
{
	return read_path(CT_TRACEFS);
}

static int tracefs_file(void)
{
	return read_path(CT_TRACEFS "/README");
}

static int eventfs_file(void)
{
	return read_path(CT_TRACEFS "/events/sched/sched_switch/id");
}

static int cwd_write(const char *name)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}

/* With tracefs as working directory: the file refuses, not its parents */
static int write_below(void)
{
	return cwd_write("tracing_on");
}

static int load(__u32 type, const struct bpf_insn *insns, __u32 n)
{
	const struct ct_prog prog = {
		.type = type, .insns = insns, .nr_insns = n,
	};
	int fd = ct_prog_load(&prog);

	return fd < 0 ? -fd : 0;
}

static int load_kprobe(void)
{
	const struct bpf_insn insns[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };

	return load(BPF_PROG_TYPE_KPROBE, insns, ARRAY_SIZE(insns));
}

static int load_filter(void)
{
	const struct bpf_insn insns[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };

	return load(BPF_PROG_TYPE_SOCKET_FILTER, insns, ARRAY_SIZE(insns));
}

/* A helper that is merely missing: its absence is no refusal to log */
static int load_filter_with_trace_printk(void)
{
	const struct bpf_insn insns[] = {
		CT_ST(BPF_DW, 10, -8, 0),
		CT_MOV_REG(1, 10), CT_ADD_IMM(1, -8), CT_MOV_IMM(2, 8),
		CT_CALL(BPF_FUNC_trace_printk),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};

	return load(BPF_PROG_TYPE_SOCKET_FILTER, insns, ARRAY_SIZE(insns));
}

static int open_kallsyms(void)
{
	return read_path("/proc/kallsyms");
}

static int user_events_fd;

static int persistent_event(void)
{
	static __u32 enabled;
	struct user_reg reg = {
		.size = sizeof(reg),
		.enable_size = sizeof(enabled),
		.flags = USER_EVENT_REG_PERSIST,
		.enable_addr = (unsigned long)&enabled,
		.name_args = (unsigned long)"focus_event u32 x",
	};

	return ioctl(user_events_fd, DIAG_IOCSREG, &reg) ? errno : 0;
}

#define PAT	(CAP_P | CAP_A | CAP_T)
#define DAC	(CT_BIT(CAP_DAC_OVERRIDE) | CT_BIT(CAP_DAC_READ_SEARCH))

/* Refused with @err to a task that holds all and is denied @denied */
static const struct operation {
	const char *name;
	int (*try)(void);
	__u64 denied;
	int paranoid;
	int err;
} operations[] = {
	{ "perf, any event", self_user, PAT, 3, EACCES },
	{ "perf, the kernel", self_kernel, PAT, 2, EACCES },
	{ "perf, one CPU", one_cpu, PAT, 2, EACCES },
	{ "perf, raw tracepoint", raw_tracepoint, PAT, 2, EPERM },
	{ "perf, namespaces", namespaces, PAT, 2, EACCES },
	{ "perf, another task", other_task, PAT, 2, EACCES },
	{ "perf, kprobe", perf_kprobe, PAT, 2, EACCES },
	{ "perf, query of programs", query_bpf, PAT, 2, EPERM },
	{ "user_events, persistent", persistent_event, PAT, 2, EPERM },
	{ "tracefs, root", tracefs_root, PAT | DAC, 2, EACCES },
	{ "tracefs, file", tracefs_file, PAT | DAC, 2, EACCES },
	{ "eventfs, file", eventfs_file, PAT | DAC, 2, EACCES },
	{ "tracefs, write", write_below, PAT | DAC, 2, EACCES },
	{ "BPF, kprobe program", load_kprobe, PAT, 2, EPERM },
};

/* Optional for these: they go without, and nobody hears of it */
static const struct operation quiet[] = {
	{ "/proc/kallsyms", open_kallsyms, PAT | CT_BIT(CAP_SYSLOG), 2, 0 },
	{ "BPF, socket filter", load_filter, PAT, 2, 0 },
	{ "BPF, missing helper", load_filter_with_trace_printk, PAT, 2,
	  EINVAL },
};

/* All but what is not denied and would decide before: other ways in */
#define HELD	(PAT | DAC | CAP_B | CAP_N | CT_BIT(CAP_SYSLOG))

struct attempt {
	const struct operation *op;
	__u64 denied;
};

static int attempt(void *arg)
{
	struct attempt *a = arg;
	int err;

	if (a->op->try == write_below && chdir(CT_TRACEFS))
		return SETUP_FAILED;
	watch(a->denied);
	err = a->op->try();
	unwatch();
	return err < 0 ? 0 : err;
}

static bool was_denied(int i)
{
	return record->denied & CT_BIT(record->probes[i] & 63);
}

static bool was_audited(int i)
{
	return !(record->probes[i] >> 32 & OPT_NOAUDIT);
}

static int audited_denials(void)
{
	int n = 0;

	for (__u64 i = 0; i < record->count && i < NR_PROBES; i++)
		n += was_denied(i) && was_audited(i);
	return n;
}

FIXTURE(audit)
{
	int paranoid, link;
};

FIXTURE_SETUP(audit)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr),
	};
	int map;

	self->paranoid = get_number(PARANOID);
	map = ct_map_create(BPF_MAP_TYPE_ARRAY, 4, sizeof(*record), 1,
			    BPF_F_MMAPABLE);
	ASSERT_LE(0, map);
	record = mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE,
		      MAP_SHARED, map, 0);
	ASSERT_NE(MAP_FAILED, record);
	self->link = attach_policy(map);
	ASSERT_LE(0, self->link) {
		TH_LOG("no BPF LSM: is bpf in the list of CONFIG_LSM?");
	}
	kprobe_pmu = get_number("/sys/bus/event_source/devices/kprobe/type");
	tp_event = ct_event_id("sched/sched_switch");
	ASSERT_LT(0, kprobe_pmu);
	ASSERT_LT(0, tp_event);
	attr.config = tp_event;
	query_fd = ct_perf_event_open(&attr, -1, 0, -1, 0);
	ASSERT_LE(0, query_fd);
	user_events_fd = open(CT_TRACEFS "/user_events_data",
			      O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, user_events_fd);
	victim = start_victim(UID_OTHER);
	ASSERT_LT(0, victim);
}

FIXTURE_TEARDOWN(audit)
{
	close(self->link);
	set_number(PARANOID, self->paranoid);
	ioctl(user_events_fd, DIAG_IOCSDEL, "focus_event");
	if (victim > 0)
		kill_reap(victim);
}

TEST_F(audit, one_record_and_it_names_tracing)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		struct attempt a = { op, op->denied };
		int last;

		ASSERT_EQ(0, set_number(PARANOID, op->paranoid));
		EXPECT_EQ(op->err, with(HELD, attempt, &a)) {
			TH_LOG("%s", op->name);
		}
		last = (int)record->count - 1;
		ASSERT_LE(0, last) {
			TH_LOG("%s asked nothing", op->name);
		}
		ASSERT_GT(NR_PROBES, last);
		EXPECT_EQ(1, audited_denials()) {
			TH_LOG("%s", op->name);
		}
		EXPECT_TRUE(was_denied(last) && was_audited(last));
		EXPECT_EQ(CAP_TRACING, record->probes[last] & 63) {
			TH_LOG("%s", op->name);
		}
	}
}

/* Whoever comes in by another capability is not reported for lacking this */
TEST_F(audit, no_record_on_success)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		bool tracefs = op->denied & DAC;
		__u64 by[2] = {
			tracefs ? CT_BIT(CAP_DAC_OVERRIDE) : CAP_P, CAP_T,
		};

		/* Debian's level 3 does not count CAP_PERFMON */
		if (op->paranoid > 2)
			by[0] = CAP_A;
		ASSERT_EQ(0, set_number(PARANOID, op->paranoid));
		for (size_t j = 0; j < ARRAY_SIZE(by); j++) {
			struct attempt a = { op, op->denied & ~by[j] };

			EXPECT_EQ(0, with(HELD, attempt, &a)) {
				TH_LOG("%s", op->name);
			}
			EXPECT_LT(0, record->count);
			EXPECT_EQ(0, audited_denials()) {
				TH_LOG("%s by %#llx", op->name, by[j]);
			}
		}
	}
}

TEST_F(audit, optional_checks_are_quiet)
{
	for (size_t i = 0; i < ARRAY_SIZE(quiet); i++) {
		const struct operation *op = &quiet[i];
		struct attempt a = { op, op->denied };

		ASSERT_EQ(0, set_number(PARANOID, op->paranoid));
		EXPECT_EQ(op->err, with(HELD & ~CAP_N, attempt, &a)) {
			TH_LOG("%s", op->name);
		}
		EXPECT_LT(0, record->count);
		EXPECT_EQ(0, audited_denials()) {
			TH_LOG("%s", op->name);
		}
	}
}

/* A task that holds nothing never gets as far as the policy */
TEST_F(audit, no_record_for_who_holds_nothing)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		struct attempt a = { op, CAP_EVERY };

		if (op->try == write_below)
			continue;
		ASSERT_EQ(0, set_number(PARANOID, op->paranoid));
		EXPECT_EQ(op->err, with(0, attempt, &a)) {
			TH_LOG("%s", op->name);
		}
		EXPECT_EQ(0, record->count);
	}
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

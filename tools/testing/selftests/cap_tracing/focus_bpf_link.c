// SPDX-License-Identifier: GPL-2.0
/*
 * Programs at work: an observer's observes and does no more, wherever its
 * descriptor goes; one that CAP_PERFMON loaded does what it always did.
 */
#include "focus.h"
#include <time.h>
#include "../kselftest_harness.h"

#define BT	(CAP_B | CAP_T)
#define BP	(CAP_B | CAP_P)
#define TARGET	"/tmp/focus.target"

static int load(void *arg)
{
	return ct_prog_load(arg);
}

static const struct bpf_insn return_0[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };

/* Links; the descriptor or -errno */
static int link_uprobe_multi(void *arg)
{
	static unsigned long offset = 0x40;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = *(int *)arg;
	attr.link_create.attach_type = BPF_TRACE_UPROBE_MULTI;
	attr.link_create.uprobe_multi.path = (unsigned long)TARGET;
	attr.link_create.uprobe_multi.offsets = (unsigned long)&offset;
	attr.link_create.uprobe_multi.cnt = 1;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

static int link_kprobe_multi(void *arg)
{
	static const char * const name = "kernel_clone";
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = *(int *)arg;
	attr.link_create.attach_type = BPF_TRACE_KPROBE_MULTI;
	attr.link_create.kprobe_multi.syms = (unsigned long)&name;
	attr.link_create.kprobe_multi.cnt = 1;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

static int link_raw_tracepoint(void *arg)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = *(int *)arg;
	attr.raw_tracepoint.name = (unsigned long)"sys_enter";
	return ct_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

static int verdict(int fd)
{
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

static int try_uprobe_multi(void *arg)
{
	return verdict(link_uprobe_multi(arg));
}

static int try_kprobe_multi(void *arg)
{
	return verdict(link_kprobe_multi(arg));
}

FIXTURE(link)
{
	struct ct_prog uprobe, kprobe;
};

FIXTURE_SETUP(link)
{
	ASSERT_EQ(0, copy_file("/proc/self/exe", TARGET, 0755));
	self->uprobe = (struct ct_prog){
		.type = BPF_PROG_TYPE_KPROBE,
		.attach_type = BPF_TRACE_UPROBE_MULTI,
		.insns = return_0,
		.nr_insns = ARRAY_SIZE(return_0),
	};
	self->kprobe = self->uprobe;
	self->kprobe.attach_type = BPF_TRACE_KPROBE_MULTI;
}

FIXTURE_TEARDOWN(link)
{
	unlink(TARGET);
}

TEST_F(link, an_observers_program_probes_proved_sites_only)
{
	int fd = fd_from(UID_USER, BT, load, &self->uprobe);

	ASSERT_LE(0, fd);
	EXPECT_EQ(EPERM, with(BT, try_uprobe_multi, &fd));
	EXPECT_EQ(EPERM, with(0, try_uprobe_multi, &fd));
	/* The program is marked, not the task that links it */
	EXPECT_EQ(EPERM, with(BP, try_uprobe_multi, &fd));
	/* Root may poke the task itself */
	EXPECT_EQ(0, as_root(try_uprobe_multi, &fd));
	close(fd);
	/* CAP_NET_ADMIN and the like make no difference */
	fd = fd_from(UID_USER, CAP_EVERY & ~(CAP_P | CAP_A), load,
		     &self->uprobe);
	ASSERT_LE(0, fd);
	EXPECT_EQ(EPERM, with(BT, try_uprobe_multi, &fd));
	close(fd);
}

TEST_F(link, anybody_elses_does)
{
	static const __u64 loaders[] = {
		BP, BP | CAP_T, CAP_A, CAP_A | CAP_T, CAP_EVERY,
	};

	for (size_t i = 0; i < ARRAY_SIZE(loaders); i++) {
		int fd = fd_from(UID_USER, loaders[i], load, &self->uprobe);

		ASSERT_LE(0, fd);
		EXPECT_EQ(0, with(loaders[i], try_uprobe_multi, &fd)) {
			TH_LOG("loaded with %#llx", loaders[i]);
		}
		/* As ever, the descriptor is the authority */
		EXPECT_EQ(0, with(BT, try_uprobe_multi, &fd));
		EXPECT_EQ(0, with(0, try_uprobe_multi, &fd));
		close(fd);
	}
}

TEST_F(link, an_observers_program_probes_the_kernel)
{
	int fd = fd_from(UID_USER, BT, load, &self->kprobe);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, with(BT, try_kprobe_multi, &fd));
	EXPECT_EQ(0, with(0, try_kprobe_multi, &fd));
	EXPECT_EQ(0, as_root(try_kprobe_multi, &fd));
	close(fd);
}

/* A task that makes system calls until somebody kills it */
static pid_t start_busy_victim(void)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setresgid(UID_OTHER, UID_OTHER, UID_OTHER) ||
		    setresuid(UID_OTHER, UID_OTHER, UID_OTHER))
			_exit(SETUP_FAILED);
		for (;;)
			nanosleep(&nap, NULL);
	}
	return pid;
}

/* After bpf_get_current_pid_tgid(): skip some instructions for other tasks */
#define TO_TGID		CT_INSN(BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, 32)
#define UNLESS(tgid, skip) \
	CT_INSN(BPF_JMP | BPF_JNE | BPF_K, 0, 0, skip, tgid)

/* What CAP_PERFMON may do, so that the next test says something */
TEST(perfmon_kills)
{
	pid_t victim = start_busy_victim();
	const struct bpf_insn insns[] = {
		CT_CALL(BPF_FUNC_get_current_pid_tgid), TO_TGID,
		UNLESS(victim, 2),
		CT_MOV_IMM(1, SIGKILL), CT_CALL(BPF_FUNC_send_signal),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = {
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = insns,
		.nr_insns = ARRAY_SIZE(insns),
	};
	int fd, link, status;

	ASSERT_LT(0, victim);
	fd = fd_from(UID_USER, BP, load, &prog);
	ASSERT_LE(0, fd);
	link = fd_from(UID_USER, BP, link_raw_tracepoint, &fd);
	ASSERT_LE(0, link);
	ASSERT_EQ(victim, waitpid(victim, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	close(link);
	close(fd);
}

/*
 * The observer sees each system call of the victim, and the victim goes on.
 * The program stores how many it saw where this task can see it.
 */
TEST(an_observer_counts)
{
	pid_t victim = start_busy_victim();
	int map = ct_map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_MMAPABLE);
	const struct bpf_insn count[] = {
		CT_CALL(BPF_FUNC_get_current_pid_tgid), TO_TGID,
		UNLESS(victim, 4),
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_VALUE, 0,
			map),
		CT_INSN(0, 0, 0, 0, 0),
		CT_MOV_IMM(2, 1),
		CT_INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 1, 2, 0, BPF_ADD),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	const struct bpf_insn kill[] = {
		CT_CALL(BPF_FUNC_get_current_pid_tgid), TO_TGID,
		UNLESS(victim, 2),
		CT_MOV_IMM(1, SIGKILL), CT_CALL(BPF_FUNC_send_signal),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	struct ct_prog prog = {
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = kill,
		.nr_insns = ARRAY_SIZE(kill),
	};
	__u64 *seen, before;
	int fd, link;

	ASSERT_LT(0, victim);
	ASSERT_LE(0, map);
	seen = mmap(NULL, 8, PROT_READ, MAP_SHARED, map, 0);
	ASSERT_NE(MAP_FAILED, seen);
	EXPECT_EQ(EPERM, with(BT, try_load, &prog));

	prog.insns = count;
	prog.nr_insns = ARRAY_SIZE(count);
	fd = fd_from(UID_USER, BT, load, &prog);
	ASSERT_LE(0, fd);
	link = fd_from(UID_USER, BT, link_raw_tracepoint, &fd);
	ASSERT_LE(0, link);
	/* The harness ends it if nothing is ever counted */
	while (__atomic_load_n(seen, __ATOMIC_RELAXED) < 20)
		usleep(1000);
	before = __atomic_load_n(seen, __ATOMIC_RELAXED);
	while (__atomic_load_n(seen, __ATOMIC_RELAXED) < before + 5)
		usleep(1000);
	EXPECT_EQ(0, waitpid(victim, NULL, WNOHANG));
	close(link);
	close(fd);
	kill_reap(victim);
}

/* The mark was made at load: it does not fade with the capability */
static int load_and_drop(void *arg)
{
	int fd = ct_prog_load(arg);

	if (fd < 0 || ct_capset(0, 0, 0))
		return -EIO;
	return fd;
}

TEST_F(link, dropping_capabilities_keeps_the_mark)
{
	int fd = fd_from(UID_USER, BT, load_and_drop, &self->uprobe);

	ASSERT_LE(0, fd);
	EXPECT_EQ(EPERM, with(BT, try_uprobe_multi, &fd));
	close(fd);
}

/* Addresses of the program's own code: the loader's rights decide */
static int jited_address(void *arg)
{
	struct bpf_prog_info info;
	union bpf_attr attr;
	__u64 address = 0;
	int ret;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	info.nr_jited_ksyms = 1;
	info.jited_ksyms = (unsigned long)&address;
	attr.info.bpf_fd = *(int *)arg;
	attr.info.info_len = sizeof(info);
	attr.info.info = (unsigned long)&info;
	ret = ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	if (ret < 0)
		return -ret;
	return address ? 0 : WRONG;
}

TEST(jited_addresses)
{
	struct ct_prog prog = {
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = return_0,
		.nr_insns = ARRAY_SIZE(return_0),
	};
	int before = get_number(KPTR_RESTRICT), fd;

	ASSERT_EQ(0, set_number(KPTR_RESTRICT, 1));
	fd = fd_from(UID_USER, CAP_B, load, &prog);
	ASSERT_LE(0, fd);
	EXPECT_EQ(WRONG, with(CAP_B, jited_address, &fd));
	EXPECT_EQ(WRONG, with(BT, jited_address, &fd));
	close(fd);
	fd = fd_from(UID_USER, BT, load, &prog);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, with(BT, jited_address, &fd));
	close(fd);
	ASSERT_EQ(0, set_number(KPTR_RESTRICT, before));
}

/*
 * A token of a user namespace gives what the namespace's CAP_PERFMON gives.
 * CAP_TRACING there gives nothing, with a token or without.
 */
struct token_test {
	int go[2], ready[2];	/* pipes */
	int fs_fd;		/* in the child */
	__u64 caps;
	bool with_token;
};

static int load_with_token(const struct token_test *t, int token)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_KPROBE;
	attr.insns = (unsigned long)return_0;
	attr.insn_cnt = ARRAY_SIZE(return_0);
	attr.license = (unsigned long)"GPL";
	if (t->with_token) {
		attr.prog_flags = BPF_F_TOKEN_FD;
		attr.prog_token_fd = token;
	}
	fd = ct_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	return verdict(fd);
}

/* Root of a namespace with a bpffs to which the real root delegates all */
static int token_child(struct token_test *t)
{
	union bpf_attr attr;
	int mnt, dir, token;
	char c;

	if (ct_become(UID_USER, 0) || unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return SETUP_FAILED;
	if (write(t->ready[1], "", 1) != 1 || read(t->go[0], &c, 1) != 1)
		return SETUP_FAILED;
	if (setresgid(0, 0, 0) || setresuid(0, 0, 0))
		return SETUP_FAILED;
	t->fs_fd = syscall(SYS_fsopen, "bpf", 0);
	if (t->fs_fd < 0 || write(t->ready[1], "", 1) != 1 ||
	    read(t->go[0], &c, 1) != 1)
		return SETUP_FAILED;
	mnt = syscall(SYS_fsmount, t->fs_fd, 0, 0);
	dir = openat(mnt, ".", O_RDONLY | O_DIRECTORY);
	if (dir < 0)
		return SETUP_FAILED;
	memset(&attr, 0, sizeof(attr));
	attr.token_create.bpffs_fd = dir;
	token = ct_bpf(BPF_TOKEN_CREATE, &attr, sizeof(attr));
	if (token < 0)
		return SETUP_FAILED;
	if (ct_capset(t->caps, t->caps, 0))
		return SETUP_FAILED;
	return load_with_token(t, token);
}

static int delegate_all(pid_t pid, int child_fd)
{
	static const char * const options[] = {
		"delegate_cmds", "delegate_maps", "delegate_progs",
		"delegate_attachs",
	};
	int pidfd, fs;

	pidfd = syscall(SYS_pidfd_open, pid, 0);
	fs = syscall(SYS_pidfd_getfd, pidfd, child_fd, 0);
	if (fs < 0)
		return errno;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, options[i],
			    "any", 0))
			return errno;
	}
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return errno;
	close(fs);
	close(pidfd);
	return 0;
}

static int token_verdict(__u64 caps, bool with_token)
{
	struct token_test *t = shared_memory(sizeof(*t));
	int err = SETUP_FAILED;
	pid_t pid;
	char c;

	if (!t || pipe2(t->go, O_CLOEXEC) || pipe2(t->ready, O_CLOEXEC))
		return SETUP_FAILED;
	t->caps = caps;
	t->with_token = with_token;
	pid = fork();
	if (!pid)
		_exit(token_child(t));
	close(t->ready[1]);
	close(t->go[0]);
	if (read(t->ready[0], &c, 1) == 1 &&
	    !map_ids(pid, UID_USER, UID_OTHER) &&
	    write(t->go[1], "", 1) == 1 && read(t->ready[0], &c, 1) == 1 &&
	    !delegate_all(pid, t->fs_fd) && write(t->go[1], "", 1) == 1)
		err = 0;
	close(t->go[1]);
	close(t->ready[0]);
	if (err)
		kill(pid, SIGKILL);
	return reap(pid);
}

TEST(tokens_ask_for_perfmon)
{
	EXPECT_EQ(0, token_verdict(CAP_EVERY, true));
	EXPECT_EQ(0, token_verdict(BP, true));
	EXPECT_EQ(EPERM, token_verdict(BT, true));
	EXPECT_EQ(EPERM, token_verdict(CAP_B | CAP_N | CAP_T, true));
	EXPECT_EQ(EPERM, token_verdict(CAP_T, true));
	EXPECT_EQ(EPERM, token_verdict(CAP_B, true));
	EXPECT_EQ(EPERM, token_verdict(CAP_EVERY, false));
	EXPECT_EQ(EPERM, token_verdict(BT, false));
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A randomized attacker: an ordinary user's task with CAP_BPF and CAP_TRACING
 * throws dice over every interface that these open, in bursts, while root has
 * things that must stay as they are.  The same seed throws the same dice; what
 * the kernel answers may differ.
 */
#include "fuzz.h"
#include <argp.h>
#include <dirent.h>
#include <ftw.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include "../kselftest.h"

#define BURST		200	/* steps of one attacker */
#define BURST_SECONDS	120	/* it is stuck after that */
#define CANARY_VALUE	0x5eed5eed5eedULL
#define CANARY_FILE	"/tmp/fuzz.canary"
#define KMEMLEAK	"/sys/kernel/debug/kmemleak"

static struct options {
	__u64 seed, steps, first;
	bool list;
} options = { .seed = 1, .steps = 1000 };

static const struct argp_option known_options[] = {
	{ "seed", 's', "NUMBER", 0, "of the dice (1)" },
	{ "steps", 'n', "NUMBER", 0, "how many (1000)" },
	{ "first", 'f', "NUMBER", 0, "burst to begin with, to see one again (0)" },
	{ "list", 'l', NULL, 0, "print what was tried: kind, name, tried, done" },
	{ },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	__u64 *number = key == 's' ? &options.seed : key == 'n' ?
		&options.steps : key == 'f' ? &options.first : NULL;
	char *end;

	if (key == 'l') {
		options.list = true;
		return 0;
	}
	if (!number)
		return ARGP_ERR_UNKNOWN;
	errno = 0;
	*number = strtoull(arg, &end, 0);
	if (errno || *end || !*arg || *arg == '-')
		argp_error(state, "'%s' is not a number", arg);
	return 0;
}

static const struct argp argp = {
	known_options, parse_option, NULL,
	"Attack the kernel as an observer, at random.  Runs as root, in a machine of its own.",
};

/* What root has */

static int make_root_bpf(struct root_bpf *r)
{
	__u32 zero = 0, len;
	__u64 value = CANARY_VALUE;
	struct bpf_link_info link_info;
	struct bpf_prog_info prog_info;
	struct bpf_map_info map_info;
	union bpf_attr attr;

	r->map_fd = ct_map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 2, 0);
	if (r->map_fd < 0)
		return -r->map_fd;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = r->map_fd;
	attr.key = (unsigned long)&zero;
	attr.value = (unsigned long)&value;
	if (ct_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)))
		return errno;

	/* Counts, in the map's second element, each getppid() */
	const struct bpf_insn insns[] = {
		CT_ST(BPF_W, BPF_REG_10, -4, 1),
		CT_MOV_REG(BPF_REG_2, BPF_REG_10),
		CT_ADD_IMM(BPF_REG_2, -4),
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD,
			0, r->map_fd),
		CT_INSN(0, 0, 0, 0, 0),
		CT_CALL(BPF_FUNC_map_lookup_elem),
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0),
		CT_MOV_IMM(BPF_REG_1, 1),
		CT_INSN(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0,
			BPF_ADD),
		CT_MOV_IMM(BPF_REG_0, 0),
		CT_EXIT(),
	};
	struct ct_prog prog = program(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, insns,
				      ARRAY_SIZE(insns));

	r->prog_fd = ct_prog_load(&prog);
	if (r->prog_fd < 0)
		return -r->prog_fd;
	r->link_fd = open_raw_tracepoint(r->prog_fd, "sys_enter");
	if (r->link_fd < 0)
		return -r->link_fd;

#define ID_OF(fd, struct_info, id_field, into) do {			\
	memset(&struct_info, 0, sizeof(struct_info));			\
	len = sizeof(struct_info);					\
	memset(&attr, 0, sizeof(attr));					\
	attr.info.bpf_fd = fd;						\
	attr.info.info_len = len;					\
	attr.info.info = (unsigned long)&struct_info;			\
	if (ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)))	\
		return errno;						\
	into = struct_info.id_field;					\
} while (0)
	ID_OF(r->map_fd, map_info, id, r->map_id);
	ID_OF(r->prog_fd, prog_info, id, r->prog_id);
	ID_OF(r->link_fd, link_info, id, r->link_id);
#undef ID_OF
	return 0;
}

static __u64 map_value(const struct root_bpf *r, __u32 key)
{
	union bpf_attr attr;
	__u64 value = 0;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = r->map_fd;
	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)&value;
	ct_bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
	return value;
}

static int make_root_tracing(void)
{
	int err = put_string(CT_TRACEFS "/kprobe_events", O_APPEND,
			     "p:canary/own kernel_clone\n");

	if (!err && mkdir(CT_TRACEFS "/instances/canary", 0700))
		err = errno;
	if (!err)
		err = put_string(CANARY_FILE, O_CREAT | O_TRUNC, "canary\n");
	return err;
}

/*
 * What changes by itself is left out, and what the kernel makes up when it is
 * read.  The rest of /proc/sys, and a few facts, as one number.
 */
static __u64 settings_sum;

static int sum_setting(const char *path, const struct stat *st, int type,
		       struct FTW *at)
{
	static const char *const lively[] = {
		"/random/", "/dentry-state", "/inode-", "/file-nr", "/aio-nr",
		"/ns_last_pid", "/pty/nr", "-state", "/sched_domain/",
		"/conf/", "/neigh/", "/route/flush", "/compact_memory",
		"/drop_caches", "/stat_refresh", "/perf_event_max_sample_rate",
		"/cad_pid", "/max_lock_depth", "/tcp_mem", "/epoll/",
	};
	char text[4096];

	if (type != FTW_F || !(st->st_mode & 0444))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(lively); i++) {
		if (strstr(path, lively[i]))
			return 0;
	}
	if (get_string(path, text, sizeof(text)) < 0)
		return 0;
	for (const char *c = text; *c; c++)
		settings_sum = settings_sum * 31 + *c;
	return 0;
}

static __u64 sum_settings(void)
{
	struct stat st;

	settings_sum = 0;
	nftw("/proc/sys", sum_setting, 16, FTW_PHYS);
	sum_setting("/sys/devices/system/cpu/online",
		    &(struct stat){ .st_mode = 0444 }, FTW_F, NULL);
	sum_setting("/proc/mounts", &(struct stat){ .st_mode = 0444 }, FTW_F,
		    NULL);
	if (!stat(CT_TRACEFS, &st))
		settings_sum = settings_sum * 31 + st.st_mode + st.st_uid;
	return settings_sum;
}

/* The judgement after each burst: what is no longer as it was, or NULL */

struct canaries {
	struct victim victim;
	__u64 settings;
};

static const char *what_changed(struct canaries *c, struct fuzz *f)
{
	char text[64];
	__u64 hits;

	if (!victim_unharmed(&c->victim))
		return "what root's process computes, opens or sends";
	if (get_string(CANARY_FILE, text, sizeof(text)) <= 0 ||
	    strcmp(text, "canary\n"))
		return "root's file";
	if (map_value(&f->root, 0) != CANARY_VALUE)
		return "the value in root's map";
	hits = map_value(&f->root, 1);
	getppid();
	if (map_value(&f->root, 1) <= hits)
		return "root's program: it does not run any more";
	if (access(CT_TRACEFS "/instances/canary", F_OK))
		return "root's instance: it is gone";
	if (!file_has(CT_TRACEFS "/kprobe_events",
		      "p:canary/own kernel_clone\n"))
		return "root's kprobe event";
	if (sum_settings() != c->settings)
		return "a sysctl, the processors, the mounts or tracefs itself";
	return NULL;
}

/* Bursts */

static void attack(struct fuzz *f, __u64 steps)
{
	/* In 100 */
	static const struct {
		__u32 weight;
		void (*fn)(struct fuzz *f);
	} parts[] = {
		{ 38, fuzz_bpf_load }, { 10, fuzz_bpf_object },
		{ 8, fuzz_bpf_blind }, { 16, fuzz_perf }, { 20, fuzz_tracefs },
		{ 8, fuzz_uprobe },
	};

	while (steps--) {
		__u32 i = 0, n = throw(&f->dice, 100);

		while (n >= parts[i].weight)
			n -= parts[i++].weight;
		parts[i].fn(f);
	}
}

/* 0, or the signal that ended the attacker: SIGALRM when it was stuck */
static int run_burst(struct fuzz *f, __u64 steps)
{
	struct rlimit files = { 512, 512 };
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setrlimit(RLIMIT_NOFILE, &files);
		signal(SIGPIPE, SIG_IGN);
		alarm(BURST_SECONDS);
		/* Out of root's descriptors, which the attacker has not got */
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		f->root.prog_fd = -1;
		if (ct_become(UID_USER, BT))
			_exit(SETUP_FAILED);
		attack(f, steps);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	/* And what it has left running */
	pid = fork();
	if (!pid) {
		if (!ct_become(UID_USER, 0))
			kill(-1, SIGKILL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SETUP_FAILED)
		return -1;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void print_steps(const struct journal *j)
{
	__u64 from = j->nr_steps > MAX_STEPS ? j->nr_steps - MAX_STEPS : 0;

	for (; from < j->nr_steps; from++)
		ksft_print_msg("  %s\n", j->steps[from % MAX_STEPS]);
}

static void print_records(const struct journal *j)
{
	for (__u32 i = 0; i < j->nr_records; i++)
		printf("# record %s: %s: %u %u\n", j->records[i].kind,
		       j->records[i].name, j->records[i].tried,
		       j->records[i].done);
}

/* What kmemleak finds once everything is closed; true if nothing */
static bool nothing_leaked(void)
{
	char text[8192];

	if (access(KMEMLEAK, W_OK))
		return true;
	/* An object counts when it is some seconds old; the second scan is sure */
	for (int i = 0; i < 2; i++) {
		sleep(6);
		put_string(KMEMLEAK, 0, "scan");
	}
	if (get_string(KMEMLEAK, text, sizeof(text)) <= 0)
		return true;
	ksft_print_msg("%s\n", text);
	return false;
}

int main(int argc, char **argv)
{
	__u64 bursts, done = 0, killed = 0;
	struct canaries canaries = {};
	const char *changed = NULL;
	struct fuzz f = {};
	int err = ENOMEM, sig = 0;
	__u64 b;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	need_cap_tracing();
	ksft_print_header();
	ksft_set_plan(3);
	f.journal = shared_memory(sizeof(*f.journal));
	f.dice.state = options.seed;
	if (access(KMEMLEAK, W_OK) == 0)
		put_string(KMEMLEAK, 0, "clear");
	if (!f.journal || (err = victim_start(&canaries.victim)) ||
	    (err = make_root_bpf(&f.root)) || (err = make_root_tracing()) ||
	    (err = find_names(&f)))
		ksft_exit_fail_msg("cannot prepare: %s\n", strerror(err));
	f.victim = canaries.victim.pid;
	reset_tracing(&f);
	canaries.settings = sum_settings();
	if ((changed = what_changed(&canaries, &f)))
		ksft_exit_fail_msg("before any attack: %s\n", changed);
	ksft_print_msg("seed %llu: %u functions, %u tracepoints, %u files\n",
		       options.seed, f.functions.nr, f.tracepoints.nr,
		       f.files.nr);

	bursts = (options.steps + BURST - 1) / BURST;
	for (b = options.first; b < options.first + bursts && !changed; b++) {
		__u64 steps = options.steps - done < BURST ?
			options.steps - done : BURST;

		f.dice.state = (options.seed << 32) + b;
		f.journal->nr_steps = 0;
		sig = run_burst(&f, steps);
		if (sig < 0)
			ksft_exit_fail_msg("cannot start an attacker\n");
		if (sig == SIGALRM)
			break;
		/* Its own mistakes are its own business */
		killed += sig != 0;
		done += steps;
		reset_tracing(&f);
		changed = what_changed(&canaries, &f);
	}
	if (changed || sig == SIGALRM) {
		ksft_print_msg("burst %llu; the last steps:\n",
			       b - (sig != SIGALRM));
		print_steps(f.journal);
	}
	if (changed)
		ksft_print_msg("changed: %s\n", changed);
	ksft_test_result(!changed, "what is root's is as it was\n");
	ksft_test_result(sig != SIGALRM, "no attacker got stuck\n");
	victim_end(&canaries.victim);
	ksft_test_result(nothing_leaked(), "no memory was lost\n");
	ksft_print_msg("%llu steps, %llu attackers ended by a signal\n", done,
		       killed);
	if (options.list)
		print_records(f.journal);
	ksft_finished();
}

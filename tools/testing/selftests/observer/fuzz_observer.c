// SPDX-License-Identifier: GPL-2.0
/*
 * A randomized attacker: an ordinary user's task with CAP_BPF and CAP_TRACING
 * throws dice over every interface that these open, in bursts, while root has
 * things that must stay as they are.  The same seed throws the same dice; what
 * the kernel answers may differ.
 */
#include "fuzz.h"
#include <argp.h>
#include <ftw.h>
#include <sys/resource.h>
#include <time.h>
#include "../kselftest.h"

#define BURST		200	/* steps of one attacker */
#define MOST_ATTACKERS	16	/* at the same time */
#define BURST_SECONDS	600	/* an attacker's, who may wait for nothing */
#define SLOW_SECONDS	300	/* worth a look after that */
#define SETTINGS_BURSTS	4	/* there are a thousand files to read */
#define VICTIM_PAUSE_US	50000
#define CANARY_VALUE	0x5eed5eed5eedULL
#define CANARY_FILE	"/tmp/fuzz.canary"

static struct options {
	__u64 seed, steps, first, attackers;
	bool list;
} options = { .seed = 1, .steps = 1000, .attackers = 4 };

static const struct argp_option known_options[] = {
	{ "seed", 's', "NUMBER", 0, "of the dice (1)" },
	{ "steps", 'n', "NUMBER", 0, "how many (1000)" },
	{ "first", 'f', "NUMBER", 0, "burst to begin with, to see one again (0)" },
	{ "attackers", 'a', "NUMBER", 0, "how many at a time (4)" },
	{ "list", 'l', NULL, 0, "print what was tried: kind, name, tried, done" },
	{ },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	__u64 *number = key == 's' ? &options.seed : key == 'n' ?
		&options.steps : key == 'f' ? &options.first : key == 'a' ?
		&options.attackers : NULL;
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
	if (key == 'a' && (!*number || *number > MOST_ATTACKERS))
		argp_error(state, "there can be 1 to %d attackers, not %s",
			   MOST_ATTACKERS, arg);
	return 0;
}

static const struct argp argp = {
	known_options, parse_option, NULL,
	"Attack the kernel as an observer, at random.  Runs as root, in a machine of its own.",
};

/* What root has */

static __u32 id_of(int fd, void *info, __u32 size, const __u32 *id)
{
	union bpf_attr attr;

	memset(info, 0, size);
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = size;
	attr.info.info = (unsigned long)info;
	return ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) ? 0 : *id;
}

static int make_root_bpf(struct root_bpf *r)
{
	__u32 zero = 0;
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

	r->map_id = id_of(r->map_fd, &map_info, sizeof(map_info), &map_info.id);
	r->prog_id = id_of(r->prog_fd, &prog_info, sizeof(prog_info),
			   &prog_info.id);
	r->link_id = id_of(r->link_fd, &link_info, sizeof(link_info),
			   &link_info.id);
	return r->map_id && r->prog_id && r->link_id ? 0 : EIO;
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
 * read.  The rest of /proc/sys, and a few facts, each as one number.
 */
#define MAX_SETTINGS	4096

struct settings {
	struct setting {
		char *path;
		__u64 sum;
	} setting[MAX_SETTINGS];
	int nr;
	const char *changed;	/* the first one; NULL */
};

static struct settings settings;
static bool reading_first;

static void take_setting(const char *path, __u64 sum)
{
	struct settings *s = &settings;

	if (reading_first) {
		if (s->nr < MAX_SETTINGS)
			s->setting[s->nr++] = (struct setting) {
				strdup(path), sum,
			};
		return;
	}
	for (int i = 0; i < s->nr; i++) {
		if (strcmp(s->setting[i].path, path))
			continue;
		if (s->setting[i].sum != sum && !s->changed)
			s->changed = s->setting[i].path;
		return;
	}
	s->changed = s->changed ?: strdup(path);
}

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
	__u64 sum = 0;

	if (type != FTW_F || !(st->st_mode & 0444))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(lively); i++) {
		if (strstr(path, lively[i]))
			return 0;
	}
	if (get_string(path, text, sizeof(text)) < 0)
		return 0;
	for (const char *c = text; *c; c++)
		sum = sum * 31 + *c;
	take_setting(path, sum);
	return 0;
}

/* What has changed since it was read for the first time, or NULL */
static const char *changed_setting(bool first)
{
	struct stat st;

	reading_first = first;
	settings.changed = NULL;
	nftw("/proc/sys", sum_setting, 16, FTW_PHYS);
	sum_setting("/sys/devices/system/cpu/online",
		    &(struct stat){ .st_mode = 0444 }, FTW_F, NULL);
	sum_setting("/proc/mounts", &(struct stat){ .st_mode = 0444 }, FTW_F,
		    NULL);
	if (!stat(CT_TRACEFS, &st))
		take_setting(CT_TRACEFS, st.st_mode * 31ULL + st.st_uid);
	return settings.changed;
}

/* The judgement after each burst: what is no longer as it was, or NULL */

struct canaries {
	struct victim victim;
};

static const char *what_changed(struct canaries *c, struct fuzz *f,
				const struct journal *journals, bool all)
{
	char text[64];
	__u64 hits;

	for (__u64 i = 0; i < options.attackers; i++) {
		if (journals[i].gained)
			return "what an attacker may do: see GAINED above";
	}
	if (!handed_token_intact(f))
		return "root's token";

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
	/* In this burst, or one of the three before */
	return all ? changed_setting(false) : NULL;
}

/* Bursts */

/* In 100 */
static const struct {
	__u32 weight;
	void (*fn)(struct fuzz *f);
	const char *name;
} parts[NR_PARTS] = {
	{ 34, fuzz_bpf_load, "programs" }, { 8, fuzz_bpf_object, "objects" },
	{ 8, fuzz_bpf_blind, "bpf()" }, { 16, fuzz_perf, "perf" },
	{ 20, fuzz_tracefs, "tracefs" }, { 8, fuzz_uprobe, "uprobes" },
	{ 6, fuzz_token, "tokens" },
};

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void attack(struct fuzz *f, __u64 steps)
{
	while (steps--) {
		__u32 i = 0, n = throw(&f->dice, 100);
		__u64 begin = now_ns();

		while (n >= parts[i].weight)
			n -= parts[i++].weight;
		step(f, "%s", parts[i].name);
		parts[i].fn(f);
		f->journal->spent[i] += now_ns() - begin;
		f->journal->taken[i]++;
	}
}

static void print_steps(const struct journal *j)
{
	__u64 from = j->nr_steps > MAX_STEPS ? j->nr_steps - MAX_STEPS : 0;

	for (; from < j->nr_steps; from++)
		ksft_print_msg("  %s\n", j->steps[from % MAX_STEPS]);
}

/* Interrupts waitpid() */
static void on_alarm(int sig)
{
}

static void be_attacker(struct fuzz *f, __u64 steps)
{
	struct rlimit files = { 512, 512 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGALRM, SIG_DFL);
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	alarm(BURST_SECONDS);
	/* Root's descriptors are not the attacker's */
	for (int fd = 3; fd < LAST_OF_ROOT; fd++)
		close(fd);
	f->root.prog_fd = -1;
	if (ct_become(UID_USER, BT))
		_exit(SETUP_FAILED);
	attack(f, steps);
	_exit(0);
}

struct burst {
	__u64 steps;		/* of each */
	__u64 killed;		/* their own mistakes are their own business */
};

/* All attackers at the same time, each with dice and a journal of its own */
static bool run_burst(struct fuzz *f, struct journal *journals, __u64 number,
		      struct burst *burst)
{
	pid_t pids[MOST_ATTACKERS] = {}, pid;
	bool ran = true;
	int status;

	for (__u64 i = 0; i < options.attackers; i++) {
		f->journal = &journals[i];
		f->journal->nr_steps = 0;
		f->dice.state = (options.seed << 32) +
			number * MOST_ATTACKERS + i;
		pids[i] = fork();
		if (!pids[i])
			be_attacker(f, burst->steps);
		ran &= pids[i] > 0;
	}
	alarm(SLOW_SECONDS);
	for (__u64 i = 0; i < options.attackers; i++) {
		if (pids[i] <= 0)
			continue;
		while (waitpid(pids[i], &status, 0) != pids[i]) {
			ksft_print_msg("burst %llu, attacker %llu is slow:\n",
				       number, i);
			print_steps(&journals[i]);
		}
		burst->killed += WIFSIGNALED(status);
		ran &= !WIFEXITED(status) ||
		       WEXITSTATUS(status) != SETUP_FAILED;
	}
	alarm(0);
	/* And what they have left running */
	pid = fork();
	if (!pid) {
		if (!ct_become(UID_USER, 0))
			kill(-1, SIGKILL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return ran;
}

/* A step that an attacker did not come back from is none */
static __u64 steps_taken(const struct journal *journals)
{
	__u64 n = 0;

	for (__u64 i = 0; i < options.attackers; i++) {
		for (__u32 part = 0; part < NR_PARTS; part++)
			n += journals[i].taken[part];
	}
	return n;
}

static void print_records(const struct journal *j)
{
	for (__u32 i = 0; i < NR_PARTS; i++)
		printf("# %s: %llu steps, %llu ms\n", parts[i].name,
		       j->taken[i], j->spent[i] / 1000000);
	for (__u32 i = 0; i < j->nr_records; i++)
		printf("# record %s: %s: %u %u\n", j->records[i].kind,
		       j->records[i].name, j->records[i].tried,
		       j->records[i].done);
}

static void print_trouble(const struct journal *journals, __u64 number,
			  const char *changed)
{
	for (__u64 i = 0; i < options.attackers; i++) {
		ksft_print_msg("burst %llu, attacker %llu; the last steps:\n",
			       number, i);
		print_steps(&journals[i]);
	}
	ksft_print_msg("changed: %s\n", changed);
}

int main(int argc, char **argv)
{
	struct canaries canaries = {};
	struct burst burst = {};
	const char *changed = NULL;
	struct journal *journals;
	struct fuzz f = {};
	__u64 number, done = 0;
	int err = ENOMEM;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	need_cap_tracing();
	ksft_print_header();
	ksft_set_plan(1);
	journals = shared_memory(options.attackers * sizeof(*journals));
	f.dice.state = options.seed;
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm }, NULL);
	/* Otherwise most of the time goes into waiting for grace periods */
	put_string("/sys/kernel/rcu_expedited", 0, "1");
	/* The scan at the end is enough: see tools/vm/guest_report.c */
	put_string("/sys/kernel/debug/kmemleak", 0, "scan=off");
	if (journals)
		err = victim_start(&canaries.victim);
	/* The processor is for the attackers */
	if (!err)
		canaries.victim.box->pause_us = VICTIM_PAUSE_US;
	if (!err)
		err = make_root_bpf(&f.root);
	if (!err)
		err = hand_out_token(&f);
	if (!err)
		err = make_root_tracing();
	if (!err)
		err = find_names(&f);
	if (!err)
		find_btf_ids();
	if (err)
		ksft_exit_fail_msg("cannot prepare: %s\n", strerror(err));
	f.victim = canaries.victim.pid;
	reset_tracing(&f);
	changed_setting(true);
	changed = what_changed(&canaries, &f, journals, true);
	if (changed)
		ksft_exit_fail_msg("before any attack: %s\n", changed);
	ksft_print_msg("seed %llu: %u functions, %u tracepoints, %u files\n",
		       options.seed, f.functions.nr, f.tracepoints.nr,
		       f.files.nr);

	for (number = options.first; done < options.steps; number++) {
		__u64 left = options.steps - done;

		burst.steps = left / options.attackers + 1;
		if (burst.steps > BURST)
			burst.steps = BURST;
		if (!run_burst(&f, journals, number, &burst))
			ksft_exit_fail_msg("cannot start an attacker\n");
		done += burst.steps * options.attackers;
		reset_tracing(&f);
		changed = what_changed(&canaries, &f, journals,
				       done >= options.steps ||
				       number % SETTINGS_BURSTS == 0);
		if (changed) {
			print_trouble(journals, number, changed);
			break;
		}
	}
	ksft_test_result(!changed, "what is root's is as it was\n");
	victim_end(&canaries.victim);
	ksft_print_msg("%llu steps, %llu attackers ended by a signal\n",
		       steps_taken(journals), burst.killed);
	for (__u64 i = 0; options.list && i < options.attackers; i++)
		print_records(&journals[i]);
	ksft_finished();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Every operation of the policy table, by a task with every subset of the
 * capabilities that matter, in the initial and in a child user namespace,
 * under every combination of the sysctls: each verdict and errno must be the
 * table's.  An unpatched kernel is held to the table without CAP_TRACING.
 *
 *   matrix [--out FILE] [--shard I/N] [--only PREFIX] [--time]
 *
 * Runs as root.  Two shards may run side by side, in two guests.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "matrix_file.h"
#include "ops.h"

#define MAX_OPS		256
#define MAX_TOLD	5	/* mismatches shown of each operation */
#define TASK_SECONDS	120	/* an operation that hangs: the shard goes on */

static const char usage[] =
"usage: matrix [--out FILE] [--shard I/N] [--only PREFIX] [--time]\n"
"Try every operation of the policy table; of N shards, number I from 0.\n";

static const struct op_group * const groups[] = {
	&ops_perf, &ops_tracefs, &ops_tracefs_dyn, &ops_bpf_map, &ops_bpf_prog,
	&ops_bpf_helper, &ops_bpf_attach, &ops_other,
};

static const char * const sysctls[] = {
	"kernel/perf_event_paranoid", "kernel/kptr_restrict",
	"kernel/unprivileged_bpf_disabled", "kernel/perf_event_mlock_kb",
};

#define NR_SYSCTLS	((int)ARRAY_SIZE(sysctls))

static const struct op_impl *impls[MAX_OPS];
static __u8 (*cells)[MATRIX_NR_CELLS];		/* shared with the tasks */
static __u64 (*spent)[2][2];	/* of each operation, refused and allowed:
				 * nanoseconds and number
				 */
static int nr_ops;
static long cap_last_cap;
static const char *only = "";
static bool timing;

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void *shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static bool wanted(int op)
{
	return !strncmp(policy_op(op)->id, only, strlen(only));
}

/* Every row has its code, every code its row */
static int bind_ops(void)
{
	int op, i, nr_impls = 0, faults = 0;
	size_t group;

	nr_ops = policy_nr_ops();
	for (group = 0; group < ARRAY_SIZE(groups); group++) {
		nr_impls += groups[group]->nr_ops;
		for (i = 0; i < groups[group]->nr_ops; i++) {
			const struct op_impl *impl = &groups[group]->ops[i];

			for (op = 0; op < nr_ops; op++) {
				if (!strcmp(policy_op(op)->id, impl->id))
					impls[op] = impl;
			}
		}
	}
	for (op = 0; op < nr_ops; op++) {
		if (!impls[op]) {
			fprintf(stderr, "%s: in the table, not tried\n",
				policy_op(op)->id);
			faults++;
		}
	}
	if (nr_impls != nr_ops) {
		fprintf(stderr, "%d operations tried, %d in the table\n",
			nr_impls, nr_ops);
		faults++;
	}
	return faults;
}

static __u64 subset_mask(unsigned int subset)
{
	__u64 mask = 0;
	int cap;

	for (cap = 0; cap < POLICY_NR_CAPS; cap++) {
		if (subset & 1U << cap)
			mask |= CT_BIT(policy_cap_number(cap));
	}
	return mask;
}

/* A task with one subset tries everything; it never returns */
static void run_task(int setting, int ns, int subset)
{
	int op, cell = matrix_cell(setting, ns, subset);
	__u64 caps = subset_mask(subset), start;

	alarm(TASK_SECONDS);
	if (ct_capset(caps, caps, 0))
		_exit(1);
	for (op = 0; op < nr_ops; op++) {
		int err;

		if (!wanted(op))
			continue;
		cells[op][cell] = MATRIX_BROKEN;
		start = timing ? now() : 0;
		err = impls[op]->attempt(impls[op]->arg);
		if (timing) {
			spent[op][!err][0] += now() - start;
			spent[op][!err][1]++;
		}
		if (err >= 0 && err < MATRIX_NOT_RUN)
			cells[op][cell] = err;
	}
	_exit(0);
}

/* Serves settings one after the other, a new task for each subset */
static void serve(int ns, int from, int to)
{
	struct rlimit none = { 0, 0 };
	int setting, subset, status;
	char failed;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setrlimit(RLIMIT_MEMLOCK, &none) ||
	    ct_become(CT_UID, ns ? 0 : subset_mask(POLICY_NR_SUBSETS - 1)) ||
	    (ns && ct_enter_userns()))
		_exit(1);
	while (read(from, &setting, sizeof(setting)) == sizeof(setting)) {
		failed = 0;
		for (subset = 0; subset < POLICY_NR_SUBSETS; subset++) {
			pid_t pid = fork();

			if (!pid)
				run_task(setting, ns, subset);
			if (pid < 0 || waitpid(pid, &status, 0) != pid ||
			    status)
				failed = 1;
		}
		if (write(to, &failed, 1) != 1)
			break;
	}
	_exit(0);
}

struct server {
	pid_t pid;
	int to, from;
};

static int start_server(struct server *server, int ns)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return errno;
	fflush(NULL);
	server->pid = fork();
	if (server->pid < 0)
		return errno;
	if (!server->pid) {
		close(to[1]);
		close(from[0]);
		serve(ns, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	server->to = to[1];
	server->from = from[0];
	return 0;
}

static int ask_server(struct server *server, int setting)
{
	char failed = 1;

	if (write(server->to, &setting, sizeof(setting)) != sizeof(setting) ||
	    read(server->from, &failed, 1) != 1)
		failed = 1;
	return failed ? ECHILD : 0;
}

/* All ends first: the second server has inherited those of the first */
static void stop_servers(struct server servers[MATRIX_NR_NS])
{
	int ns;

	for (ns = 0; ns < MATRIX_NR_NS; ns++) {
		if (servers[ns].pid > 0) {
			close(servers[ns].to);
			close(servers[ns].from);
		}
	}
	for (ns = 0; ns < MATRIX_NR_NS; ns++) {
		if (servers[ns].pid > 0)
			waitpid(servers[ns].pid, NULL, 0);
	}
}

static int apply_setting(int setting)
{
	struct policy_task task;
	int err;

	matrix_task(matrix_cell(setting, 0, 0), &task);
	err = ct_sysctl_set(sysctls[0], task.par);
	if (!err)
		err = ct_sysctl_set(sysctls[1], task.kptr);
	if (!err)
		err = ct_sysctl_set(sysctls[2], task.unpriv);
	return err;
}

/* Looking up BTF ids is slow: once, here, and not in every task */
static void look_up_ids(void)
{
	int op;

	for (op = 0; op < nr_ops; op++) {
		const char *id = policy_op(op)->id;

		if (wanted(op) && (!strncmp(id, "bpf.prog.", 9) ||
				   !strncmp(id, "bpf.helper.", 11) ||
				   !strncmp(id, "bpf.kfunc.", 10)))
			impls[op]->attempt(impls[op]->arg);
	}
	ct_btf_release();
}

static int run(int shard, int nr_shards)
{
	struct server servers[MATRIX_NR_NS] = { 0 };
	int setting, ns, err = 0;

	for (ns = 0; ns < MATRIX_NR_NS && !err; ns++)
		err = start_server(&servers[ns], ns);
	for (setting = shard; setting < MATRIX_NR_SETTINGS && !err;
	     setting += nr_shards) {
		err = apply_setting(setting);
		if (err) {
			fprintf(stderr, "cannot set the sysctls: %s\n",
				strerror(err));
			break;
		}
		for (ns = 0; ns < MATRIX_NR_NS; ns++) {
			int bad = ask_server(&servers[ns], setting);

			if (bad) {
				fprintf(stderr, "a task failed: %s\n",
					strerror(bad));
				err = bad;
			}
		}
		fprintf(stderr, "matrix: setting %d of %d\n",
			setting / nr_shards + 1,
			(MATRIX_NR_SETTINGS - shard + nr_shards - 1) /
			nr_shards);
	}
	stop_servers(servers);
	return err;
}

static void tell_mismatch(const struct policy_op *op,
			  const struct policy_task *task, __u8 got,
			  const struct policy_gate *gate)
{
	char subset[64];

	printf("# %s by %s in the %s user namespace, par %d, kptr %d, unpriv %d: ",
	       op->id, policy_subset(task->caps, subset),
	       task->init ? "initial" : "child", task->par, task->kptr,
	       task->unpriv);
	if (got == MATRIX_NOT_RUN || got == MATRIX_BROKEN)
		printf("no verdict");
	else
		printf("%s", policy_errno(got));
	if (gate)
		printf(", not %s (%s: %s)\n", policy_errno(gate->err),
		       gate->who, gate->why);
	else
		printf(", not success\n");
}

/* One line of TAP; the number of verdicts, or -1 when one differs */
static int judge(int op, int shard, int nr_shards)
{
	int cell, verdicts = 0, wrong = 0;

	for (cell = 0; cell < MATRIX_NR_CELLS; cell++) {
		const struct policy_gate *gate;
		struct policy_task task, known;
		__u8 got = cells[op][cell];

		if (!matrix_in_shard(cell, shard, nr_shards))
			continue;
		matrix_task(cell, &task);
		known = task;
		known.patched = cap_last_cap >= CAP_TRACING;
		if (!known.patched)
			known.caps &= ~(1U << POLICY_T);
		gate = policy_stops(policy_op(op), &known);
		verdicts++;
		if (got == (gate ? gate->err : 0))
			continue;
		if (wrong++ < MAX_TOLD)
			tell_mismatch(policy_op(op), &task, got, gate);
	}
	if (wrong > MAX_TOLD)
		printf("# %s: and %d more\n", policy_op(op)->id,
		       wrong - MAX_TOLD);
	printf("%s %d %s # %d verdicts\n", wrong ? "not ok" : "ok", op + 1,
	       policy_op(op)->id, verdicts);
	return wrong ? -1 : verdicts;
}

static int judge_all(int shard, int nr_shards)
{
	int op, number, verdicts = 0, failed = 0;

	for (op = 0; op < nr_ops; op++) {
		if (!wanted(op)) {
			printf("ok %d %s # SKIP not asked for\n", op + 1,
			       policy_op(op)->id);
			continue;
		}
		number = judge(op, shard, nr_shards);
		if (number < 0)
			failed++;
		else
			verdicts += number;
	}
	printf("# %d verdicts are as the table says%s, %d operations differ\n",
	       verdicts, cap_last_cap < CAP_TRACING ?
	       " without CAP_TRACING, which this kernel lacks" : "", failed);
	return failed;
}

static void tell_times(void)
{
	int op, granted;

	for (op = 0; op < nr_ops; op++) {
		printf("# %-36s", policy_op(op)->id);
		for (granted = 0; granted < 2; granted++) {
			__u64 *s = spent[op][granted];

			printf(" %s %8.1f us x %-6llu",
			       granted ? "allowed" : "refused",
			       s[1] ? s[0] / s[1] / 1000.0 : 0.0, s[1]);
		}
		printf("\n");
	}
}

static int save(const char *path)
{
	struct matrix_header header = {
		.nr_ops = nr_ops, .nr_cells = MATRIX_NR_CELLS,
		.cap_last_cap = cap_last_cap, .id_size = MATRIX_ID_SIZE,
	};
	FILE *f = fopen(path, "w");
	int op;

	if (!f)
		return errno;
	memcpy(header.magic, MATRIX_MAGIC, sizeof(header.magic));
	fwrite(&header, sizeof(header), 1, f);
	for (op = 0; op < nr_ops; op++) {
		char id[MATRIX_ID_SIZE] = { 0 };

		snprintf(id, sizeof(id), "%s", policy_op(op)->id);
		fwrite(id, sizeof(id), 1, f);
	}
	fwrite(cells, sizeof(*cells), nr_ops, f);
	return fclose(f) ? EIO : 0;
}

static int prepare(long saved[NR_SYSCTLS])
{
	int i, err;

	if (getuid()) {
		err = EPERM;
		fprintf(stderr, "matrix: run it as root\n");
		return err;
	}
	err = policy_check() + bind_ops();
	if (err)
		return err;
	cells = shared(nr_ops * sizeof(*cells));
	spent = shared(nr_ops * sizeof(*spent));
	if (!cells || !spent)
		return errno;
	memset(cells, MATRIX_NOT_RUN, nr_ops * sizeof(*cells));
	err = ct_sysctl_get("kernel/cap_last_cap", &cap_last_cap);
	for (i = 0; i < NR_SYSCTLS && !err; i++)
		err = ct_sysctl_get(sysctls[i], &saved[i]);
	if (!err)
		err = ct_sysctl_set("kernel/perf_event_mlock_kb", 0);
	if (err)
		fprintf(stderr, "matrix: a sysctl is missing: %s\n",
			strerror(err));
	return err;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "out", required_argument, NULL, 'o' },
		{ "shard", required_argument, NULL, 's' },
		{ "only", required_argument, NULL, 'p' },
		{ "time", no_argument, NULL, 't' },
		{ }
	};
	int shard = 0, nr_shards = 1, failed, i, c;
	const char *out = NULL;
	long saved[NR_SYSCTLS];

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'o')
			out = optarg;
		else if (c == 'p')
			only = optarg;
		else if (c == 't')
			timing = true;
		else if (c != 's' ||
			 sscanf(optarg, "%d/%d", &shard, &nr_shards) != 2 ||
			 shard < 0 || shard >= nr_shards)
			c = '?';
		if (c == '?') {
			fprintf(stderr, "%s", usage);
			return 2;
		}
	}
	if (prepare(saved))
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", nr_ops);
	failed = ops_setup();
	if (!failed) {
		look_up_ids();
		failed = run(shard, nr_shards);
	}
	ops_teardown();
	for (i = 0; i < NR_SYSCTLS; i++)
		ct_sysctl_set(sysctls[i], saved[i]);

	failed |= judge_all(shard, nr_shards);
	if (timing)
		tell_times();
	if (out && save(out)) {
		fprintf(stderr, "matrix: cannot write %s\n", out);
		return 2;
	}
	return failed ? 1 : 0;
}

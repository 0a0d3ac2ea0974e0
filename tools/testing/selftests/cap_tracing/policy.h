/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who may do what: one table for the exhaustive test, the documentation and
 * the tools.
 *
 * An operation passes its gates in order.  A gate names in an expression who
 * gets through; whoever does not is refused with the gate's errno.  The
 * expressions know
 *
 *   B N T P A SYSLOG PTRACE DAC	CAP_BPF, NET_ADMIN, TRACING, PERFMON,
 *					SYS_ADMIN, SYSLOG, SYS_PTRACE and
 *					DAC_OVERRIDE, effective in the initial
 *					user namespace
 *   init				the task is in the initial user namespace
 *   par<=N kptr==N unpriv==N		kernel.perf_event_paranoid,
 *   (< <= == >= >)			kernel.kptr_restrict and
 *					kernel.unprivileged_bpf_disabled
 *   patched				the kernel knows CAP_TRACING
 *   never				nobody
 *   ! & | ( )				from the tightest to the loosest
 *
 * An unpatched kernel knows no CAP_TRACING and behaves as the same table says
 * for a task without it: that is the promise that nothing breaks.  Where the
 * patched kernel is meant to differ, the table says so with "patched".
 */
#ifndef _CAP_TRACING_POLICY_H
#define _CAP_TRACING_POLICY_H

#include <stdbool.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

/* Bits of a subset, in the order the expressions name them */
enum policy_cap {
	POLICY_B, POLICY_N, POLICY_T, POLICY_P, POLICY_A,
	POLICY_SYSLOG, POLICY_PTRACE, POLICY_DAC,
	POLICY_NR_CAPS,
	POLICY_NR_SUBSETS = 1 << POLICY_NR_CAPS
};

#define POLICY_MAX_GATES	4

struct policy_gate {
	const char *who;	/* expression: who gets through */
	int err;		/* what the others get */
	const char *why;
};

struct policy_op {
	const char *id;		/* "area.thing.variant" */
	const char *what;
	struct policy_gate gate[POLICY_MAX_GATES];	/* ends at a NULL who */
};

struct policy_area {
	const char *id;
	const char *title;
	const struct policy_op *ops;
	int nr_ops;
};

/* A task and the machine it runs on */
struct policy_task {
	unsigned int caps;	/* bit n: enum policy_cap n */
	bool init;		/* in the initial user namespace */
	int par, kptr, unpriv;
	bool patched;
};

extern const struct policy_area * const policy_areas[];	/* ends at NULL */

extern const struct policy_area policy_perf, policy_tracefs, policy_bpf_map,
	policy_bpf_prog, policy_bpf_helper, policy_bpf_attach, policy_other;

/* All operations in order; NULL past the last */
const struct policy_op *policy_op(int index);
int policy_nr_ops(void);

/* The gate that stops @task, or NULL when it may */
const struct policy_gate *policy_stops(const struct policy_op *op,
				       const struct policy_task *task);

/* Number of faults in the table itself, each told on stderr */
int policy_check(void);

/* Capability number and short name of a subset's bit */
int policy_cap_number(enum policy_cap cap);
const char *policy_cap_name(enum policy_cap cap);

/* "B+T", "-" for none.  Uses @buf */
const char *policy_subset(unsigned int caps, char buf[64]);

/* "EPERM"; the number for one that the table does not use */
const char *policy_errno(int err);

#endif /* _CAP_TRACING_POLICY_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * The policy table's language: evaluates and checks expressions.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

const struct policy_area * const policy_areas[] = {
	&policy_perf, &policy_tracefs, &policy_bpf_map, &policy_bpf_prog,
	&policy_bpf_helper, &policy_bpf_attach, &policy_other, NULL
};

static const struct {
	const char *name;
	int number;
} caps[POLICY_NR_CAPS] = {
	[POLICY_B]	= { "B", 39 },
	[POLICY_N]	= { "N", 12 },
	[POLICY_T]	= { "T", 41 },
	[POLICY_P]	= { "P", 38 },
	[POLICY_A]	= { "A", 21 },
	[POLICY_SYSLOG]	= { "SYSLOG", 34 },
	[POLICY_PTRACE]	= { "PTRACE", 19 },
	[POLICY_DAC]	= { "DAC", 1 },
};

static const struct {
	const char *name;
	int err;
} errnos[] = {
	{ "EPERM", EPERM }, { "EACCES", EACCES }, { "EINVAL", EINVAL },
	{ "EOPNOTSUPP", EOPNOTSUPP }, { "EBADF", EBADF }, { "ENOENT", ENOENT },
	{ "EBUSY", EBUSY }, { "EIO", EIO }, { "ENOMEM", ENOMEM },
	{ "ENOSPC", ENOSPC }, { "EEXIST", EEXIST }, { "ESRCH", ESRCH },
	{ "E2BIG", E2BIG }, { "EFAULT", EFAULT }, { "ENODEV", ENODEV },
	{ "EMFILE", EMFILE }, { "ENOTDIR", ENOTDIR }, { "EAGAIN", EAGAIN },
};

int policy_cap_number(enum policy_cap cap)
{
	return caps[cap].number;
}

const char *policy_cap_name(enum policy_cap cap)
{
	return caps[cap].name;
}

const char *policy_subset(unsigned int subset, char buf[64])
{
	char *at = buf;
	int cap;

	for (cap = 0; cap < POLICY_NR_CAPS; cap++) {
		if (subset & 1U << cap)
			at += sprintf(at, "%s%s", at == buf ? "" : "+",
				      caps[cap].name);
	}
	if (at == buf)
		sprintf(buf, "-");
	return buf;
}

const char *policy_errno(int err)
{
	static char number[16];
	size_t i;

	if (!err)
		return "success";
	for (i = 0; i < ARRAY_SIZE(errnos); i++) {
		if (errnos[i].err == err)
			return errnos[i].name;
	}
	snprintf(number, sizeof(number), "errno %d", err);
	return number;
}

/* An expression being read; @at becomes NULL at the first fault */
struct reader {
	const char *at;
	const struct policy_task *task;
};

static bool read_or(struct reader *r);

static void fault(struct reader *r)
{
	r->at = NULL;
}

static bool read_condition(struct reader *r, int value)
{
	char op[3] = { 0 };
	int i = 0;
	char *end;
	long number;

	while (i < 2 && r->at[i] && strchr("<>=", r->at[i])) {
		op[i] = r->at[i];
		i++;
	}
	number = strtol(r->at + i, &end, 10);
	if (!i || end == r->at + i) {
		fault(r);
		return false;
	}
	r->at = end;
	if (!strcmp(op, "<="))
		return value <= number;
	if (!strcmp(op, "<"))
		return value < number;
	if (!strcmp(op, "=="))
		return value == number;
	if (!strcmp(op, ">="))
		return value >= number;
	if (!strcmp(op, ">"))
		return value > number;
	fault(r);
	return false;
}

static bool is_word(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(at, word, len);
}

static bool read_atom(struct reader *r)
{
	const char *at = r->at;
	size_t len = 0;
	int cap;

	while (isalpha((unsigned char)at[len]))
		len++;
	r->at += len;

	for (cap = 0; cap < POLICY_NR_CAPS; cap++) {
		if (is_word(at, len, caps[cap].name))
			return r->task->init && r->task->caps & 1U << cap;
	}
	if (is_word(at, len, "init"))
		return r->task->init;
	if (is_word(at, len, "patched"))
		return r->task->patched;
	if (is_word(at, len, "never"))
		return false;
	if (is_word(at, len, "par"))
		return read_condition(r, r->task->par);
	if (is_word(at, len, "kptr"))
		return read_condition(r, r->task->kptr);
	if (is_word(at, len, "unpriv"))
		return read_condition(r, r->task->unpriv);
	fault(r);
	return false;
}

static bool read_not(struct reader *r)
{
	bool value;

	if (r->at && *r->at == '!') {
		r->at++;
		return !read_not(r);
	}
	if (r->at && *r->at == '(') {
		r->at++;
		value = read_or(r);
		if (!r->at || *r->at != ')')
			fault(r);
		else
			r->at++;
		return value;
	}
	if (!r->at)
		return false;
	return read_atom(r);
}

static bool read_and(struct reader *r)
{
	bool value = read_not(r);

	while (r->at && *r->at == '&') {
		r->at++;
		/* Read on whatever the value: the text must be walked */
		value = read_not(r) && value;
	}
	return value;
}

static bool read_or(struct reader *r)
{
	bool value = read_and(r);

	while (r->at && *r->at == '|') {
		r->at++;
		value = read_and(r) || value;
	}
	return value;
}

static bool evaluate(const char *who, const struct policy_task *task, bool *ok)
{
	struct reader r = { who, task };
	bool value = read_or(&r);

	if (ok)
		*ok = r.at && !*r.at;
	return value;
}

const struct policy_gate *policy_stops(const struct policy_op *op,
				       const struct policy_task *task)
{
	int i;

	for (i = 0; i < POLICY_MAX_GATES && op->gate[i].who; i++) {
		if (!evaluate(op->gate[i].who, task, NULL))
			return &op->gate[i];
	}
	return NULL;
}

const struct policy_op *policy_op(int index)
{
	int area;

	for (area = 0; policy_areas[area]; area++) {
		if (index < policy_areas[area]->nr_ops)
			return &policy_areas[area]->ops[index];
		index -= policy_areas[area]->nr_ops;
	}
	return NULL;
}

int policy_nr_ops(void)
{
	int area, nr = 0;

	for (area = 0; policy_areas[area]; area++)
		nr += policy_areas[area]->nr_ops;
	return nr;
}

static int op_faults(const struct policy_op *op, int index)
{
	const struct policy_task nobody = { 0 };
	int i, faults = 0;
	bool ok;

	for (i = 0; i < index; i++) {
		if (!strcmp(policy_op(i)->id, op->id)) {
			fprintf(stderr, "%s: twice in the table\n", op->id);
			faults++;
		}
	}
	for (i = 0; i < POLICY_MAX_GATES && op->gate[i].who; i++) {
		const struct policy_gate *gate = &op->gate[i];

		evaluate(gate->who, &nobody, &ok);
		if (!ok) {
			fprintf(stderr, "%s: cannot read the expression '%s'\n",
				op->id, gate->who);
			faults++;
		}
		if (gate->err <= 0 || !gate->why) {
			fprintf(stderr, "%s: gate %d lacks an errno or a reason\n",
				op->id, i);
			faults++;
		}
	}
	return faults;
}

int policy_check(void)
{
	int i, faults = 0;

	for (i = 0; policy_op(i); i++)
		faults += op_faults(policy_op(i), i);
	return faults;
}

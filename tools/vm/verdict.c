// SPDX-License-Identifier: GPL-2.0
/*
 * What a run proves.  A pass needs positive evidence: the plan, every planned
 * test, a status, a clean kernel log and the seal that follows all of them.
 */
#include <string.h>
#include <sys/wait.h>

#include "ktap.h"
#include "verdict.h"

static void say(FILE *to, const char *prefix, const struct texts *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		fprintf(to, "vm: %s%s\n", prefix, t->v[i]);
}

static bool declared(const struct may_skip *skip, const char *text)
{
	size_t len = strcspn(text, ":"), i;

	for (i = 0; i < skip->n; i++)
		if (strlen(skip->names[i]) == len &&
		    !strncmp(skip->names[i], text, len))
			return true;
	return false;
}

static enum verdict judge_tests(const struct result *res,
				const struct may_skip *skip, FILE *to)
{
	enum verdict v = VERDICT_PASS;
	struct ktap k;
	size_t i;

	ktap_parse(&k, res->ktap.data ? res->ktap.data : "", res->ktap.len);
	say(to, "not ok: ", &k.failures);
	say(to, "", &k.problems);
	if (k.failures.n || k.problems.n || k.failed || k.bailed)
		v = VERDICT_TEST;
	for (i = 0; i < k.skips.n; i++) {
		if (declared(skip, k.skips.v[i]))
			continue;
		fprintf(to, "vm: skipped, and not declared to be: %s\n",
			k.skips.v[i]);
		v = VERDICT_TEST;
	}
	if (res->status) {
		fprintf(to, "vm: the test program exited with status %d\n",
			res->status);
		v = VERDICT_TEST;
	}
	if (!k.has_plan || (k.missing && !k.bailed))
		v = VERDICT_DEAD;
	ktap_free(&k);
	return v;
}

static enum verdict judge_log(const struct result *res,
			      const struct splat_rules *rules, FILE *to)
{
	enum verdict v = VERDICT_PASS;
	struct texts found = { 0 };

	if (res->kmsg.len)
		splat_scan(rules, res->kmsg.data, res->kmsg.len, &found);
	if (res->console.len)
		splat_scan(rules, res->console.data, res->console.len, &found);
	say(to, "the kernel says: ", &found);
	if (found.n)
		v = VERDICT_SPLAT;
	if (res->leaks.len) {
		fprintf(to, "vm: memory was leaked: %.*s\n",
			(int)strcspn(res->leaks.data, "\n"), res->leaks.data);
		v = VERDICT_SPLAT;
	}
	texts_free(&found);
	return v;
}

static enum verdict judge_harness(const struct result *res, FILE *to)
{
	const char *why = NULL;

	if (res->trouble[0])
		why = res->trouble;
	else if (res->bad_seal)
		why = "the seal has the wrong nonce";
	else if (res->save_failed)
		why = "a file could not be saved";
	else if (WIFEXITED(res->qemu_status) && WEXITSTATUS(res->qemu_status))
		why = "QEMU failed";
	/* An empty log is a log that was not read */
	else if (res->sealed && !res->kmsg.len)
		why = "the kernel log is missing, so it cannot be scanned";
	if (!why)
		return VERDICT_PASS;
	fprintf(to, "vm: %s\n", why);
	return VERDICT_HARNESS;
}

enum verdict verdict(const struct result *res, const struct splat_rules *rules,
		     const struct may_skip *skip, FILE *to)
{
	enum verdict v = judge_harness(res, to), log, tests;
	const char *dead = NULL;

	if (v)
		return v;
	log = judge_log(res, rules, to);
	if (res->timed_out)
		dead = "the guest hung: its time is over";
	else if (!res->sealed)
		dead = "the guest died: its report has no seal";
	else if (!res->has_status)
		dead = "the report has no exit status";
	if (dead) {
		fprintf(to, "vm: %s\n", dead);
		return VERDICT_DEAD;
	}
	tests = judge_tests(res, skip, to);
	return log ? log : tests;
}

// SPDX-License-Identifier: GPL-2.0
/* The verdict over recorded runs: each kind of trouble, its exact exit code. */
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "verdict.h"

static const struct {
	const char *log;
	int code;
	const char *says;	/* in what is told to the person */
	const char *skip;	/* a declared skip */
} cases[] = {
	{ "pass", 0, "", NULL },
	{ "plan-last", 0, "", NULL },
	{ "nested-pass", 0, "", NULL },
	{ "harmless", 0, "", NULL },
	{ "skip", 0, "", "b" },
	{ "skip", 1, "not declared to be: b: no such device", NULL },
	{ "skip", 1, "not declared to be", "a" },
	{ "skip-bare", 1, "without a reason", "b" },
	{ "not-ok", 1, "not ok: b", NULL },
	{ "exit-status", 1, "status 3", NULL },
	{ "second-plan", 1, "second plan", NULL },
	{ "plan-between", 1, "in the middle", NULL },
	{ "more-than-planned", 1, "2 tests planned, 3 reported", NULL },
	{ "twice", 1, "test 1 (a) comes where 2 is due", NULL },
	{ "bail", 1, "no tracefs", NULL },
	{ "nested-lie", 1, "not ok: y", NULL },
	{ "nested-short", 1, "1 of 2 planned", NULL },
	{ "zero", 1, "no tests at all", NULL },
	{ "warning", 2, "kernel/foo.c:12", NULL },
	{ "kasan", 2, "slab-use-after-free", NULL },
	{ "lockdep", 2, "possible circular locking", NULL },
	{ "ubsan", 2, "array-index-out-of-bounds", NULL },
	{ "rcu-stall", 2, "self-detected stall", NULL },
	{ "hung-task", 2, "blocked for more than", NULL },
	{ "console-only", 2, "setup_arch", NULL },
	{ "leak", 2, "0xffff888004d5a000", NULL },
	{ "splat-and-not-ok", 2, "not ok: a", NULL },
	{ "panic", 3, "died", NULL },
	{ "hang", 3, "hung", NULL },
	{ "reset", 3, "died", NULL },
	{ "missing-test", 3, "1 of 2 planned tests are missing", NULL },
	{ "signal-status", 3, "status 139", NULL },
	{ "no-plan", 3, "no plan", NULL },
	{ "empty", 3, "no plan", NULL },
	{ "no-seal", 3, "no seal", NULL },
	{ "no-status", 3, "no exit status", NULL },
	{ "wrong-nonce", 4, "wrong nonce", NULL },
	{ "no-kmsg", 4, "cannot be scanned", NULL },
	{ "trouble", 4, "cannot mount proc", NULL },
	{ "qemu-failed", 4, "QEMU failed", NULL },
};

static void one(size_t i, const char *dir, const struct splat_rules *rules)
{
	struct may_skip skip = { &cases[i].skip, cases[i].skip ? 1 : 0 };
	struct result res;
	char path[4096], *said = NULL;
	size_t size;
	FILE *to;
	int code;

	snprintf(path, sizeof(path), "%s/%s", dir, cases[i].log);
	if (!record_read(&res, path)) {
		tap(false, "%s can be read", path);
		return;
	}
	to = open_memstream(&said, &size);
	code = verdict(&res, rules, &skip, to);
	fclose(to);
	if (!tap(code == cases[i].code && strstr(said, cases[i].says) &&
		 (code != 0) == (size != 0),
		 "%s%s%s: %d", cases[i].log, cases[i].skip ? ", may skip " : "",
		 cases[i].skip ? cases[i].skip : "", cases[i].code))
		printf("# got %d and: %s\n", code, said);
	free(said);
}

/* The lists themselves: what is wrong in one must stop the run */
static void lists(void)
{
	static const struct {
		const char *deny, *allow, *says;
	} bad[] = {
		{ "^BUG\n", "", "gives no reason" },
		{ "^BUG( # paren\n", "", "no regular expression" },
		{ "", "", "lists nothing" },
		{ "^BUG # x\n", "^WARNING # x\n", "expiry date" },
		{ "^BUG # x\n", "2031-12-31 ^WARNING\n", "gives no reason" },
		{ NULL, "", "cannot read" },
	};
	static const char warn[] = "6,1,2,-;WARNING: CPU: 0 at foo\n";
	char dir[] = "/tmp/splat-test-XXXXXX", path[64], why[8192];
	struct splat_rules rules;
	struct texts found;
	size_t i;
	FILE *f;

	if (!mkdtemp(dir)) {
		tap(false, "a directory for the lists");
		return;
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]) + 2; i++) {
		size_t n = sizeof(bad) / sizeof(bad[0]);
		const char *deny = i < n ? bad[i].deny : "^WARNING: # w\n";
		const char *allow = i < n ? bad[i].allow :
			i == n ? "2999-01-01 at foo$ # known\n" :
				 "2001-01-01 at foo$ # long past\n";

		snprintf(path, sizeof(path), "%s/splat.deny", dir);
		remove(path);
		f = deny ? fopen(path, "w") : NULL;
		if (f) {
			fputs(deny, f);
			fclose(f);
		}
		snprintf(path, sizeof(path), "%s/splat.allow", dir);
		f = fopen(path, "w");
		fputs(allow, f);
		fclose(f);
		if (i < n) {
			*why = '\0';
			tap(!splat_load(&rules, dir, why, sizeof(why)) &&
			    strstr(why, bad[i].says),
			    "a list is refused: %s", bad[i].says);
			continue;
		}
		memset(&found, 0, sizeof(found));
		tap(splat_load(&rules, dir, why, sizeof(why)),
		    "good lists are loaded");
		splat_scan(&rules, warn, sizeof(warn) - 1, &found);
		tap(found.n == i - n, "an allowed line counts: %s",
		    i == n ? "no, before its date" : "yes, past its date");
	}
	snprintf(path, sizeof(path), "%s/splat.deny", dir);
	remove(path);
	snprintf(path, sizeof(path), "%s/splat.allow", dir);
	remove(path);
	remove(dir);
}

int main(int argc, char **argv)
{
	const char *logs = "tools/vm/test/logs", *splats = "tools/vm";
	struct splat_rules rules;
	char why[8192];
	size_t i;

	/* From the top of the tree, unless told */
	if (argc > 1)
		logs = argv[1];
	if (argc > 2)
		splats = argv[2];
	if (!splat_load(&rules, splats, why, sizeof(why))) {
		fprintf(stderr, "verdict_test: %s\n", why);
		return 2;
	}
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		one(i, logs, &rules);
	lists();
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * libcap's functions know capability 41 by name.  Linked with the library of
 * the packages under test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>

#include "check.h"

static bool name_is(cap_value_t value, const char *want)
{
	char *name = cap_to_name(value);
	bool same = name && !strcmp(name, want);

	cap_free(name);
	return same;
}

static bool has(cap_t cap, cap_value_t value, cap_flag_t flag)
{
	cap_flag_value_t got = CAP_CLEAR;

	return cap && !cap_get_flag(cap, value, flag, &got) && got == CAP_SET;
}

static void text(void)
{
	cap_t cap = cap_from_text("cap_bpf,cap_tracing=ep"), again;
	char *words;

	ok(has(cap, TRACING, CAP_PERMITTED) && has(cap, TRACING, CAP_EFFECTIVE) &&
	   !has(cap, TRACING, CAP_INHERITABLE) && has(cap, 39, CAP_EFFECTIVE) &&
	   !has(cap, 40, CAP_EFFECTIVE),
	   "cap_from_text() sets the bits of cap_bpf,cap_tracing=ep, no others");
	words = cap_to_text(cap, NULL);
	ok(words && strstr(words, "cap_tracing"),
	   "cap_to_text() gives the name back");
	again = cap_from_text(words ?: "");
	ok(again && !cap_compare(cap, again),
	   "cap_from_text() of cap_to_text() is the same set");
	cap_free(words);
	cap_free(again);

	again = cap_from_text("cap_bpf,41=ep");
	ok(again && !cap_compare(cap, again), "41 and cap_tracing are the same");
	cap_free(again);
	cap_free(cap);

	cap = cap_from_text("cap_tracin=ep");
	ok(!cap, "cap_from_text() refuses a name that is not quite right");
	cap_free(cap);
}

/* An IAB vector ends where the running kernel's capabilities do. */
static void vector(void)
{
	bool known = cap_max_bits() > TRACING;
	const char *want = known ? "^cap_bpf,^cap_tracing" : "^cap_bpf";
	cap_flag_value_t set = known ? CAP_SET : CAP_CLEAR;
	cap_iab_t iab = cap_iab_from_text("^cap_bpf,^cap_tracing");
	char *words;

	ok(iab, "cap_iab_from_text() takes ^cap_bpf,^cap_tracing, as in capability.conf");
	ok(iab && cap_iab_get_vector(iab, CAP_IAB_AMB, TRACING) == set &&
	   cap_iab_get_vector(iab, CAP_IAB_INH, TRACING) == set &&
	   cap_iab_get_vector(iab, CAP_IAB_AMB, 39) == CAP_SET &&
	   cap_iab_get_vector(iab, CAP_IAB_AMB, 40) == CAP_CLEAR,
	   "... and raises what the kernel has of it (41: %s)",
	   known ? "yes" : "no");
	words = iab ? cap_iab_to_text(iab) : NULL;
	ok(words && !strcmp(words, want), "cap_iab_to_text() gives %s", want);
	cap_free(words);
	cap_free(iab);
}

int main(int argc, char **argv)
{
	cap_value_t value = -1;

	if (argc != 2) {
		fprintf(stderr, "usage: api VERSION\n");
		return 2;
	}
	version = argv[1];
	tap_begin();
	tap_plan(14);
	ok(name_is(TRACING, "cap_tracing"), "cap_to_name(41) is cap_tracing");
	ok(name_is(40, "cap_checkpoint_restore"),
	   "cap_to_name(40) is what it was");
	ok(name_is(42, "42"), "cap_to_name(42) is a number still");
	ok(!cap_from_name("cap_tracing", &value) && value == TRACING,
	   "cap_from_name(cap_tracing) is 41");
	value = -1;
	ok(!cap_from_name("CAP_TRACING", &value) && value == TRACING,
	   "cap_from_name(CAP_TRACING) is 41");
	ok(cap_from_name("tracing", &value), "cap_from_name(tracing) is refused");
	text();
	vector();
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What the demo found, for a person (a table) and for a test runner (TAP).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo.h"

#define WIDE 44		/* the operation's column */

static const char *const word[] = {
	[UNKNOWN] = "no answer", [WORKS] = "works", [REFUSED] = "refused",
	[BROKEN] = "broken",
};

static enum verdict expected(const struct demo_case *c, enum side side)
{
	return side == STOCK ? c->stock : c->patched;
}

/* Wrong cells, and what is wrong beside them. */
size_t cells_wrong(const struct machine m[2])
{
	size_t i, wrong = 0;
	int s;

	for (s = 0; s < 2; s++) {
		wrong += strcmp(m[s].caps, m[s].expected_caps) != 0;
		wrong += m[s].complained;
		for (i = 0; i < demo_case_count; i++)
			wrong += m[s].verdict[i] != expected(&demo_cases[i], s);
	}
	return wrong;
}

static bool colours(FILE *to)
{
	return isatty(fileno(to)) && !getenv("NO_COLOR");
}

static void cell(FILE *to, enum verdict got, enum verdict want)
{
	bool colour = colours(to);
	const char *on = got != want ? "\033[1;33m" :
			 got == WORKS ? "\033[32m" : "\033[31m";
	int n;

	n = fprintf(to, "%s%s%s%s", colour ? on : "", word[got],
		    got != want ? "(!)" : "", colour ? "\033[0m" : "");
	if (colour)
		n -= strlen(on) + strlen("\033[0m");
	fprintf(to, "%*s", n < 9 ? 9 - n : 1, "");
}

static void heading(FILE *to, const char *text)
{
	bool colour = colours(to);

	fprintf(to, "\n%s%s%s\n", colour ? "\033[1m" : "", text,
		colour ? "\033[0m" : "");
}

void print_table(FILE *to, const struct machine m[2], const char *base)
{
	size_t i, rows = demo_case_count;
	bool guard = false;

	fprintf(to, "\nalice (uid 1000) runs Debian's unmodified tools, each with nothing but the file\n"
		"capabilities cap_bpf,cap_tracing+ep, on Linux %s without and with CAP_TRACING.\n",
		base);
	fprintf(to, "\n%-*s%-9s%-9s%s\n", WIDE, "", "stock", "patched",
		"why it is refused");
	heading(to, "To look: refused on the stock kernel, opened by CAP_TRACING");
	for (i = 0; i < rows; i++) {
		const struct demo_case *c = &demo_cases[i];

		if (!guard && c->patched == REFUSED) {
			guard = true;
			heading(to, "To change, stop or take over: refused with CAP_TRACING too");
		}
		fprintf(to, "  %-*s", WIDE - 2, c->title);
		cell(to, m[STOCK].verdict[i], c->stock);
		cell(to, m[PATCHED].verdict[i], c->patched);
		fprintf(to, "%s\n", c->reason);
	}
	fprintf(to, "\n"
		"works    what the tool showed was checked: it has bob's or root's processes in it\n"
		"refused  EPERM or EACCES, or zeros for addresses; in the lower half root did the\n"
		"         same first, to show that it is possible, and nothing had changed after alice\n");
}

void print_tap(const struct machine m[2], const char *results)
{
	size_t i, n = 0;
	int s;

	printf("TAP version 13\n1..%zu\n", 2 * (demo_case_count + 2));
	for (s = 0; s < 2; s++) {
		bool ok = !strcmp(m[s].caps, m[s].expected_caps);

		printf("%sok %zu - %s: alice's capabilities are %s\n",
		       ok ? "" : "not ", ++n, m[s].name, m[s].expected_caps);
		if (!ok)
			printf("# they are %s\n", m[s].caps);
		for (i = 0; i < demo_case_count; i++) {
			enum verdict want = expected(&demo_cases[i], s);

			ok = m[s].verdict[i] == want;
			printf("%sok %zu - %s: %s: %s\n", ok ? "" : "not ",
			       ++n, m[s].name, demo_cases[i].title, word[want]);
			if (!ok)
				printf("# %s instead; see %s/%s/%s.txt\n",
				       word[m[s].verdict[i]], results,
				       m[s].name, demo_cases[i].id);
		}
		printf("%sok %zu - %s: the kernel had nothing to complain of\n",
		       m[s].complained ? "not " : "", ++n, m[s].name);
		if (m[s].complained)
			printf("# %s\n", m[s].complaint);
	}
}

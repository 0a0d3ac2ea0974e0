// SPDX-License-Identifier: GPL-2.0
/*
 * What the tools did: a table for a person, a page for the documentation, TAP.
 */
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "tools.h"

#define WIDE 34		/* the command's column */

const char *command_of(const struct entry *e)
{
	static char text[320];

	snprintf(text, sizeof(text), "%s%s%s", e->tool, *e->args ? " " : "",
		 e->args);
	return text;
}

/* It gave up, and had attached nothing. */
static bool is_denied(const struct run *r, size_t i)
{
	return (r->verdict[i] == REFUSED || r->verdict[i] == FAILS) &&
	       !r->links[i];
}

#define HERE	"cap_bpf, cap_tracing"
#define TODAY	"CAP_BPF, CAP_PERFMON; root for tracefs"

void print_summary(const struct list *list, const struct run run[])
{
	size_t i;

	summary_head();
	for (i = 0; i < list->n; i++)
		summary_line(&(struct summary) {
			"libbpf-tools of Debian, unmodified", run[PATCHED].version,
			command_of(&list->v[i]), TODAY, HERE,
			verdict_word[run[PATCHED].verdict[i]] });
}

static size_t count(const struct list *list, const struct run *run,
		    enum verdict v)
{
	size_t i, n = 0;

	for (i = 0; i < list->n; i++)
		n += run->verdict[i] == v;
	return n;
}

static const char introduction[] =
	"Every tool of Debian's package libbpf-tools, unmodified. On the stock kernel as\n"
	"alice (uid 1000) with CAP_BPF, which is all that she can hold there; on the\n"
	"patched kernel as alice with CAP_BPF and CAP_TRACING and nothing else; and on\n"
	"the patched kernel as root, to tell what a tool cannot do here at all.\n";

static const struct {
	enum verdict v;
	const char *means;
} legend[] = {
	{ WORKS, "it attached all of its programs, ran until it was interrupted without an\n"
		 "         error, and showed what root had done meanwhile" },
	{ PARTLY, "the same, but it attached fewer programs than root's" },
	{ BLIND, "it ran without an error, but did not show what root had done" },
	{ REFUSED, "it gave up: EPERM or EACCES" },
	{ FAILS, "it gave up for another reason" },
};

#define LEGEND (sizeof(legend) / sizeof(legend[0]))

void print_table(FILE *to, const struct list *list, const struct run run[],
		 const char *base)
{
	char cell[32];
	size_t i;
	int c, n;

	fprintf(to, "Linux %s. %s\nThe number is of BPF programs attached; \"(!)\": not as the list expects.\n\n",
		base, introduction);
	fprintf(to, "%-*s%-13s%-13s%-13s%s\n", WIDE, "", "stock, alice", "patched,",
		"patched,", "what does not work, and why");
	fprintf(to, "%-*s%-13s%-13s%s\n\n", WIDE, "", "cap_bpf", "alice", "root");
	for (i = 0; i < list->n; i++) {
		const struct entry *e = &list->v[i];

		n = fprintf(to, "%s", command_of(e));
		if (n >= WIDE)
			n = fprintf(to, "\n") - 1;
		fprintf(to, "%*s", WIDE - n, "");
		for (c = 0; c < COLUMNS; c++) {
			enum verdict v = run[c].verdict[i];

			n = snprintf(cell, sizeof(cell), "%s%s",
				     verdict_word[v],
				     v == e->want[c] ? "" : "(!)");
			if (run[c].links[i])
				snprintf(cell + n, sizeof(cell) - n, " %d",
					 run[c].links[i]);
			fprintf(to, "%-13s", cell);
		}
		fprintf(to, "%s\n", e->reason);
	}
	fprintf(to, "\n");
	for (i = 0; i < LEGEND; i++) {
		fprintf(to, "%-9s%s\n", verdict_word[legend[i].v],
			legend[i].means);
		fprintf(to, "         ");
		for (c = 0; c < COLUMNS; c++)
			fprintf(to, "%s%s %zu", c ? ", " : "", run[c].name,
				count(list, &run[c], legend[i].v));
		fprintf(to, "\n");
	}
}

/* Each of the errors once, with everybody who was told it. */
static void print_errors(FILE *to, const struct run run[], size_t i)
{
	int a, b;

	for (a = COLUMNS; a < RUNS; a++) {
		for (b = COLUMNS; b < a; b++)
			if (!strcmp(run[a].error[i], run[b].error[i]))
				break;
		if (b < a || !*run[a].error[i])
			continue;
		fprintf(to, "       | ``%s``: ", run[a].error[i]);
		for (b = a; b < RUNS; b++)
			if (!strcmp(run[a].error[i], run[b].error[i]))
				fprintf(to, "%s%s", b == a ? "" : ", ",
					run[b].name);
		fputc('\n', to);
	}
}

static void print_without_right(FILE *to, const struct list *list,
				const struct run run[])
{
	size_t i;
	int c;

	fputs("\nWith one right less\n===================\n\n"
	      "Those that work, on the patched kernel: as bob (uid 1001), who has\n"
	      "nothing, and as alice without CAP_BPF or without CAP_TRACING.\n\n"
	      ".. list-table::\n   :header-rows: 1\n\n"
	      "   * - Command\n     - bob\n     - No bpf\n     - No tracing\n"
	      "     - What was said, and to whom\n", to);
	for (i = 0; i < list->n; i++) {
		if (!works_here(&list->v[i]))
			continue;
		fprintf(to, "   * - ``%s``\n", command_of(&list->v[i]));
		for (c = COLUMNS; c < RUNS; c++)
			fprintf(to, "     - %s\n",
				verdict_word[run[c].verdict[i]]);
		fprintf(to, "     -\n");
		print_errors(to, run, i);
	}
}

void print_rst(FILE *to, const struct list *list, const struct run run[],
	       const char *base)
{
	size_t i;
	int c;

	fprintf(to, ".. Written by \"make tools\": do not edit, edit tools/tooltable/tools.list.\n\n"
		"=====================\n"
		"What tracing tools do\n"
		"=====================\n\n"
		"%s\nThe kernel is Linux %s.\n\nVersion: %s\n\n"
		"Needs here: " HERE "\n\nNeeds upstream: " TODAY "\n\n"
		"The verdicts:\n\n", introduction, base, run[PATCHED].version);
	for (i = 0; i < LEGEND; i++) {
		const char *p;

		fprintf(to, "%s\n  ", verdict_word[legend[i].v]);
		for (p = legend[i].means; *p; p++) {
			fputc(*p, to);
			if (*p == '\n') {
				fputs("  ", to);
				p += strspn(p + 1, " ");
			}
		}
		fputc('\n', to);
	}
	fprintf(to, "\n.. list-table::\n   :header-rows: 1\n"
		"   :widths: 30 10 10 10 40\n\n"
		"   * - Command\n"
		"     - Stock, alice\n"
		"     - Patched, alice\n"
		"     - Patched, root\n"
		"     - What does not work, and why\n");
	for (i = 0; i < list->n; i++) {
		fprintf(to, "   * - ``%s``\n", command_of(&list->v[i]));
		for (c = 0; c < COLUMNS; c++)
			fprintf(to, "     - %s\n",
				verdict_word[run[c].verdict[i]]);
		fprintf(to, "     - %s\n", list->v[i].reason);
	}
	print_without_right(to, list, run);
	fprintf(to, "\nIn all\n======\n\n.. list-table::\n   :header-rows: 1\n\n   * -\n");
	for (c = 0; c < COLUMNS; c++)
		fprintf(to, "     - %s\n", run[c].name);
	for (i = 0; i < LEGEND; i++) {
		fprintf(to, "   * - %s\n", verdict_word[legend[i].v]);
		for (c = 0; c < COLUMNS; c++)
			fprintf(to, "     - %zu\n",
				count(list, &run[c], legend[i].v));
	}
}

static size_t number;

static bool test(bool ok, const char *subject, const char *what)
{
	printf("%sok %zu - %s: %s\n", ok ? "" : "not ", ++number, subject,
	       what);
	return !ok;
}

static size_t test_run(const struct run *r)
{
	size_t failed = 0;
	bool ok;

	failed += test(r->done && !*r->scene, r->name,
		       "the guest came to its end");
	if (*r->scene)
		printf("# %s\n", r->scene);
	ok = !strcmp(r->caps, r->expected_caps);
	failed += test(ok, r->name, "the capabilities are as they should be");
	if (!ok)
		printf("# %s, not %s\n", r->caps, r->expected_caps);
	failed += test(!*r->unlisted, r->name, "every tool is in the list");
	if (*r->unlisted)
		printf("# %s is not\n", r->unlisted);
	failed += test(!r->complained, r->name,
		       "the kernel had nothing to complain of");
	if (r->complained)
		printf("# %s\n", r->complaint);
	return failed;
}

static size_t test_tool(const struct list *list, const struct run run[],
			size_t i, const char *results)
{
	const struct entry *e = &list->v[i];
	char what[128] = "";
	bool ok = true;
	int c;

	for (c = 0; c < COLUMNS; c++) {
		snprintf(what + strlen(what), sizeof(what) - strlen(what),
			 "%s%s", c ? ", " : "", verdict_word[e->want[c]]);
		ok &= run[c].verdict[i] == e->want[c];
	}
	for (c = COLUMNS; c < RUNS && works_here(e); c++)
		ok &= is_denied(&run[c], i);
	if (works_here(e))
		strcat(what, "; nothing with one right less");
	test(ok, command_of(e), what);
	for (c = COLUMNS; c < RUNS && works_here(e); c++)
		if (!is_denied(&run[c], i))
			printf("# %s: %s, %d programs attached; see %s/%s/%zu.%s.txt\n",
			       run[c].name, verdict_word[run[c].verdict[i]],
			       run[c].links[i], results, run[c].name, i, e->tool);
	for (c = 0; c < COLUMNS; c++)
		if (run[c].verdict[i] != e->want[c])
			printf("# %s: %s instead; see %s/%s/%zu.%s.txt\n",
			       run[c].name, verdict_word[run[c].verdict[i]],
			       results, run[c].name, i, e->tool);
	return !ok;
}

size_t print_tap(const struct list *list, const struct run run[],
		 bool compared, const char *page_wrong, const char *results)
{
	size_t i, failed = 0;
	int c;

	printf("TAP version 13\n1..%zu\n",
	       4 * RUNS + list->n + compared);
	for (c = 0; c < RUNS; c++)
		failed += test_run(&run[c]);
	for (i = 0; i < list->n; i++)
		failed += test_tool(list, run, i, results);
	if (compared) {
		failed += test(!page_wrong, "the page in Documentation",
			       "it says what was found");
		if (page_wrong)
			printf("# %s\n", page_wrong);
	}
	return failed;
}

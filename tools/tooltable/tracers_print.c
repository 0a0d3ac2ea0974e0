// SPDX-License-Identifier: GPL-2.0
/*
 * What the tracers did: a table for a person, a page for the documentation, TAP.
 */
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "tracers.h"

#define WIDE 60		/* the command's column */

static const char *const heading[ACCOUNTS] = {
	[AT_STOCK] = "Stock", [HERE] = "Here", [NOBODY] = "Nobody",
	[NO_BPF] = "No bpf", [NO_TRACING] = "No tracing",
};

static const char *cell(const struct row *r, const struct found *f, size_t i,
			int a)
{
	if (r->want[a] != UNKNOWN)
		return verdict_word[f->verdict[i][a]];
	return (a == NO_BPF && !r->bpf) || (a == NO_TRACING && !r->tracing) ?
		"not needed" : "not tried";
}

static bool is_right(const struct row *r, const struct found *f, size_t i)
{
	int a;

	for (a = 0; a < ACCOUNTS; a++)
		if (r->want[a] != f->verdict[i][a])
			return false;
	return true;
}

void tracers_table(FILE *to, const struct tracers *t, const struct found *f)
{
	const struct row *r;
	size_t p, i;
	int a;

	for (p = 0; p < t->programs; p++) {
		fprintf(to, "%s%s: %s\n%-*s", p ? "\n" : "",
			t->program[p].title, f->version[p], WIDE, "");
		for (a = 0; a < ACCOUNTS; a++)
			fprintf(to, "%-11s", heading[a]);
		fputc('\n', to);
		for (i = t->program[p].first;
		     i < t->program[p].first + t->program[p].rows; i++) {
			r = &t->row[i];
			fprintf(to, "  %-*.*s", WIDE - 2, WIDE - 4,
				r->commands);
			for (a = 0; a < ACCOUNTS; a++)
				fprintf(to, "%-11s", cell(r, f, i, a));
			fprintf(to, "%s\n", is_right(r, f, i) ? "" : "(!)");
		}
	}
}

static const char *needs_here(const struct row *r)
{
	return r->bpf && r->tracing ? "cap_bpf, cap_tracing" :
	       r->bpf ? "cap_bpf" : r->tracing ? "cap_tracing" : "nothing";
}

void tracers_summary(const struct tracers *t, const struct found *f)
{
	size_t i;

	for (i = 0; i < t->rows; i++) {
		const struct row *r = &t->row[i];
		const struct program *p = &t->program[r->program];

		if (i == p->first)
			summary_head();
		summary_line(&(struct summary) {
			p->title, f->version[r->program], r->commands,
			*r->today ? r->today : "nothing", needs_here(r),
			verdict_word[f->verdict[i][HERE]] });
	}
}

static const char introduction[] =
	".. Written by \"make tracers\": do not edit, edit tools/tooltable/tracers.list.\n\n"
	"========================================\n"
	"perf, bpftool, trace-cmd and bpftrace\n"
	"========================================\n\n"
	"Each line was run in a Debian 13 guest by an ordinary user who holds the\n"
	"capabilities under \"Needs here\" and nothing else.\n\n"
	"Stock\n"
	"  alice (uid 1000) on the unpatched kernel, with what it knows of them\n"
	"Here\n"
	"  alice on the patched kernel\n"
	"No bpf, No tracing\n"
	"  the same with that one taken away\n"
	"Nobody\n"
	"  bob (uid 1001) on the patched kernel, with nothing\n"
	"Today\n"
	"  what the command needs on the unpatched kernel\n\n"
	"works\n"
	"  it ended without an error and showed what it must: what root did meanwhile,\n"
	"  or a symbol of the kernel\n"
	"refused\n"
	"  it gave up and named the right, EPERM or EACCES\n"
	"fails\n"
	"  it gave up, and did not say that a right was missing\n"
	"blind\n"
	"  it ended without an error, and showed less\n"
	"not tried\n"
	"  the tool's other lines show it\n\n"
	"All of it at ``kernel.perf_event_paranoid`` = 3 and ``kernel.kptr_restrict`` = 1;\n"
	"those of the series' perf also at 2 and 0, with the same result. ";

static const char about_bpftrace[] =
	"This version asks for uid 0.\n"
	"``fakeroot`` tells it so, and nothing else changes: what opens a file is alice.\n"
	"The capabilities must be ambient: a binary with file capabilities ignores\n"
	"``LD_PRELOAD``, by which fakeroot works. As root, for alice::\n\n"
	"\t# setpriv --reuid alice --regid alice --init-groups \\\n"
	"\t    --inh-caps +bpf,+cap_41 --ambient-caps +bpf,+cap_41 \\\n"
	"\t    fakeroot bpftrace -l 'tracepoint:sched:*'\n\n";

static void print_commands(FILE *to, const char *p)
{
	const char *end;

	for (; *p; p = *end ? end + 3 : end) {
		bool until = false, terminal = false;

		end = strstr(p, " ; ");
		if (!end)
			end = p + strlen(p);
		for (; *p == '~' || *p == '@'; p++) {
			until |= *p == '~';
			terminal |= *p == '@';
		}
		fprintf(to, "       | ``%.*s``%s%s\n", (int)(end - p), p,
			until ? ", interrupted" : "",
			terminal ? ", on a terminal" : "");
	}
}

/* Each of them once, with everybody who was told it. */
static void print_errors(FILE *to, const struct row *r, const struct found *f,
			 size_t i)
{
	bool told[ACCOUNTS] = { false };
	int a, b;

	for (a = 0; a < ACCOUNTS; a++) {
		if (told[a] || !*f->error[i][a])
			continue;
		fprintf(to, "       | ``%s``: ", f->error[i][a]);
		for (b = a; b < ACCOUNTS; b++) {
			if (strcmp(f->error[i][a], f->error[i][b]))
				continue;
			fprintf(to, "%s%s", b == a ? "" : ", ",
				account_name[b]);
			told[b] = true;
		}
		fputc('\n', to);
	}
	if (*r->note)
		fprintf(to, "       | %s\n", r->note);
}

static void print_program(FILE *to, const struct tracers *t,
			  const struct found *f, size_t n)
{
	const struct program *p = &t->program[n];
	size_t i, len = strlen(p->title);
	int a;

	fprintf(to, "\n%s\n", p->title);
	while (len--)
		fputc('=', to);
	fprintf(to, "\n\nVersion: %s\n\n%s"
		".. list-table::\n   :header-rows: 1\n\n   * - Command\n",
		f->version[n], p->fakeroot ? about_bpftrace : "");
	for (a = 0; a < ACCOUNTS; a++)
		fprintf(to, "     - %s\n", heading[a]);
	fprintf(to, "     - Needs here\n     - Today\n     - What was said, and to whom\n");
	for (i = p->first; i < p->first + p->rows; i++) {
		const struct row *r = &t->row[i];

		fprintf(to, "   * -\n");
		print_commands(to, r->commands);
		for (a = 0; a < ACCOUNTS; a++)
			fprintf(to, "     - %s\n", cell(r, f, i, a));
		fprintf(to, "     - %s\n", needs_here(r));
		fprintf(to, "     - %s\n     -\n", *r->today ? r->today : "nothing");
		print_errors(to, r, f, i);
	}
}

void tracers_page(FILE *to, const struct tracers *t, const struct found *f,
		  const char *base)
{
	size_t n;

	fprintf(to, "%sThe kernel is\nLinux %s.\n", introduction, base);
	for (n = 0; n < t->programs; n++)
		print_program(to, t, f, n);
}

static size_t number;

static bool test(bool ok, const char *subject, const char *what)
{
	printf("%sok %zu - %s: %s\n", ok ? "" : "not ", ++number, subject,
	       what);
	return !ok;
}

static size_t test_row(const struct tracers *t, const struct found *f, size_t i,
		       const char *results)
{
	const struct row *r = &t->row[i];
	char what[128] = "", subject[512];
	int a;

	for (a = 0; a < ACCOUNTS; a++)
		snprintf(what + strlen(what), sizeof(what) - strlen(what),
			 "%s%s", a ? ", " : "", r->want[a] == UNKNOWN ?
			 "-" : verdict_word[r->want[a]]);
	snprintf(subject, sizeof(subject), "%s: %s",
		 t->program[r->program].title, r->commands);
	if (!test(is_right(r, f, i), subject, what))
		return 0;
	for (a = 0; a < ACCOUNTS; a++)
		if (f->verdict[i][a] != r->want[a])
			printf("# %s: %s; see %s/%zu.%s.txt\n", account_name[a],
			       verdict_word[f->verdict[i][a]], results, i,
			       account_name[a]);
	return 1;
}

size_t tracers_tap(const struct tracers *t, const struct found *f,
		   bool compared, const char *page_wrong, const char *results)
{
	size_t i, failed = 0;

	printf("TAP version 13\n1..%zu\n", 2 * GUESTS + t->rows + compared);
	for (i = 0; i < GUESTS; i++) {
		const struct guest *g = &f->guest[i];

		failed += test(g->done && !g->status && !*g->scene, g->name,
			       "the guest came to its end");
		if (*g->scene)
			printf("# %s\n", g->scene);
		failed += test(!g->complained, g->name,
			       "the kernel had nothing to complain of");
		if (g->complained)
			printf("# %s\n", g->complaint);
	}
	for (i = 0; i < t->rows; i++)
		failed += test_row(t, f, i, results);
	if (compared) {
		failed += test(!page_wrong, "the page in Documentation",
			       "it says what was found");
		if (page_wrong)
			printf("# %s\n", page_wrong);
	}
	return failed;
}

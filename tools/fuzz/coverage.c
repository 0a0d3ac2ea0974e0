// SPDX-License-Identifier: GPL-2.0
/* What the attackers of all guests tried. */
#include "fuzz.h"
#include <err.h>
#include <stdlib.h>
#include <string.h>

static void add(struct coverage *c, const char *kind, const char *name,
		unsigned long tried, unsigned long done)
{
	struct record *r;

	for (size_t i = 0; i < c->nr; i++) {
		r = &c->records[i];
		if (!strcmp(r->kind, kind) && !strcmp(r->name, name)) {
			r->tried += tried;
			r->done += done;
			return;
		}
	}
	r = realloc(c->records, (c->nr + 1) * sizeof(*r));
	if (!r)
		err(2, "out of memory");
	c->records = r;
	r[c->nr++] = (struct record){ strdup(kind), strdup(name), tried, done };
}

long coverage_read(struct coverage *c, FILE *in, bool *clean)
{
	char *line = NULL, kind[64], name[128];
	unsigned long tried, done;
	size_t size = 0;
	bool passed = false, bad = false;
	long steps = -1, n;

	while (getline(&line, &size, in) > 0) {
		if (sscanf(line, "# record %63[^:]: %127[^:]: %lu %lu", kind,
			   name, &tried, &done) == 4)
			add(c, kind, name, tried, done);
		else if (sscanf(line, "# %ld steps,", &n) == 1)
			steps = n;
		else if (!strncmp(line, "not ok", 6))
			bad = true;
		else if (!strncmp(line, "ok ", 3))
			passed = true;
	}
	free(line);
	if (clean)
		*clean = passed && !bad;
	return steps;
}

static int by_name(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	int order = strcmp(x->kind, y->kind);

	return order ? order : strcmp(x->name, y->name);
}

struct total {
	const char *kind;
	unsigned long names, names_done, tried, done;
	const struct record *first;
};

/* The next kind after @at, which is moved on */
static struct total next_kind(const struct coverage *c, size_t *at)
{
	struct total t = { .kind = c->records[*at].kind,
			   .first = &c->records[*at] };

	for (; *at < c->nr && !strcmp(c->records[*at].kind, t.kind); ++*at) {
		const struct record *r = &c->records[*at];

		t.names++;
		t.names_done += r->done > 0;
		t.tried += r->tried;
		t.done += r->done;
	}
	return t;
}

static void sort(struct coverage *c)
{
	if (c->nr)
		qsort(c->records, c->nr, sizeof(*c->records), by_name);
}

void coverage_print(struct coverage *c, FILE *out)
{
	sort(c);
	fprintf(out, "%-12s %10s %10s %12s %12s\n", "", "different",
		"done once", "tried", "done");
	for (size_t at = 0; at < c->nr; ) {
		struct total t = next_kind(c, &at);

		fprintf(out, "%-12s %10lu %10lu %12lu %12lu\n", t.kind, t.names,
			t.names_done, t.tried, t.done);
	}
}

static void print_names(FILE *out, const struct total *t, bool done)
{
	const char *before = "";

	for (unsigned long i = 0; i < t->names; i++) {
		if ((t->first[i].done > 0) == done) {
			fprintf(out, "%s``%s``", before, t->first[i].name);
			before = ", ";
		}
	}
	if (!*before)
		fputs("none", out);
	fputs("\n", out);
}

void coverage_print_rst(struct coverage *c, FILE *out)
{
	sort(c);
	fputs(".. list-table::\n   :header-rows: 1\n"
	      "   :widths: 12 8 8 36 36\n\n"
	      "   * - What\n     - Tried\n     - Done\n"
	      "     - Done at least once\n     - Always refused\n", out);
	for (size_t at = 0; at < c->nr; ) {
		struct total t = next_kind(c, &at);

		fprintf(out, "   * - %s\n     - %lu\n     - %lu\n     - ",
			t.kind, t.tried, t.done);
		print_names(out, &t, true);
		fputs("     - ", out);
		print_names(out, &t, false);
	}
}

void coverage_free(struct coverage *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		free(c->records[i].kind);
		free(c->records[i].name);
	}
	free(c->records);
}

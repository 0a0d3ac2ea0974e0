// SPDX-License-Identifier: GPL-2.0
/*
 * bench-compare - what the patched kernel adds to the cost of operations
 *
 * Reads what was measured on the unpatched and on the patched kernel, prints one
 * table, and holds each difference to what a file allows: "+N" instructions, or
 * "N%" of what it costs on the unpatched kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "text.h"

#define MAX_ROWS	512
#define MAX_LINE	1024

enum kernel { STOCK, PATCHED, NR_KERNELS };

struct row {
	char name[64], what[128], limit[16];
	unsigned long long allowed;
	bool percent, measured[NR_KERNELS];
	unsigned long long count[NR_KERNELS];
};

static const char *labels[NR_KERNELS] = { "unpatched", "patched" };
static struct row rows[MAX_ROWS];
static size_t nr_rows;

static struct row *find_row(const char *name)
{
	for (size_t i = 0; i < nr_rows; i++) {
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	}
	return NULL;
}

/* NAME LIMIT DESCRIPTION */
static void limit_line(const char *path, unsigned int nr, char *line)
{
	char *name = word(&line), *limit, digits[16];
	struct row *row = &rows[nr_rows];
	size_t len;

	if (!name || *name == '#')
		return;
	limit = word(&line);
	line += strspn(line, " \t");
	if (!limit || !*line)
		die("%s:%u: '%s' has no limit and description; write NAME +N or N%%, and a DESCRIPTION",
		    path, nr, name);
	if (find_row(name))
		die("%s:%u: %s is there twice", path, nr, name);
	len = strlen(limit);
	row->percent = len > 1 && limit[len - 1] == '%';
	/* Without the sign before or behind it */
	snprintf(digits, sizeof(digits), "%.*s", (int)len - 1,
		 limit + !row->percent);
	if ((!row->percent && *limit != '+') || !number(digits, &row->allowed))
		die("%s:%u: the limit of %s is +INSTRUCTIONS or N%%, not '%s'",
		    path, nr, name, limit);
	if (nr_rows == MAX_ROWS - 1 || strlen(name) >= sizeof(row->name) ||
	    strlen(line) >= sizeof(row->what) || len >= sizeof(row->limit))
		die("%s:%u: there is too much of it", path, nr);
	strcpy(row->name, name);
	strcpy(row->what, line);
	strcpy(row->limit, limit);
	nr_rows++;
}

/* "bench NAME INSTRUCTIONS"; whatever else is printed is for people */
static void count_line(const char *path, enum kernel kernel, char *line)
{
	unsigned long long count;
	struct row *row;
	char *name;

	if (strncmp(line, "bench ", 6))
		return;
	line += 6;
	name = word(&line);
	if (!name || !number(word(&line), &count) || word(&line))
		die("%s has a line that is not 'bench NAME INSTRUCTIONS'", path);
	row = find_row(name);
	if (!row)
		die("%s: nothing says how much %s may cost; add a line for it", path, name);
	if (row->measured[kernel])
		die("%s: %s was measured twice", path, name);
	row->measured[kernel] = true;
	row->count[kernel] = count;
}

static void read_lines(const char *path, int kernel)
{
	FILE *f = fopen(path, "re");
	unsigned int nr = 0;
	char line[MAX_LINE];

	if (!f)
		die("cannot read %s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		nr++;
		line[strcspn(line, "\r\n")] = '\0';
		if (kernel < 0)
			limit_line(path, nr, line);
		else
			count_line(path, kernel, line);
	}
	if (ferror(f))
		die("cannot read %s: %s", path, strerror(errno));
	fclose(f);
}

static bool is_measured(const struct row *row)
{
	return row->measured[STOCK] && row->measured[PATCHED];
}

static bool is_met(const struct row *row)
{
	unsigned long long stock = row->count[STOCK];
	unsigned long long allowed = row->percent ?
		stock / 100 * row->allowed + stock % 100 * row->allowed / 100 :
		row->allowed;

	return is_measured(row) && row->count[PATCHED] <= stock + allowed;
}

static void print_row(const struct row *row)
{
	char stock[48], patched[48], more[32] = "-";
	long long difference = row->count[PATCHED] - row->count[STOCK];

	if (is_measured(row))
		snprintf(more, sizeof(more), "%+lld", difference);
	printf("%-60s %13s %13s %9s  %5s  %s\n", row->what,
	       row->measured[STOCK] ? grouped(row->count[STOCK], stock) : "-",
	       row->measured[PATCHED] ? grouped(row->count[PATCHED], patched) : "-",
	       more, row->limit, is_met(row) ? "met" :
	       is_measured(row) ? "EXCEEDED" : "MISSING");
}

/* FILE, or LABEL=FILE */
static const char *take_label(char *arg, enum kernel kernel)
{
	char *file = strchr(arg, '=');

	if (!file)
		return arg;
	*file = '\0';
	labels[kernel] = arg;
	return file + 1;
}

int main(int argc, char **argv)
{
	size_t wrong = 0;

	if (argc != 4) {
		fputs("usage: bench-compare LIMITS [LABEL=]STOCK [LABEL=]PATCHED\n", stderr);
		return 2;
	}
	read_lines(argv[1], -1);
	if (!nr_rows)
		die("%s has no limits", argv[1]);
	read_lines(take_label(argv[2], STOCK), STOCK);
	read_lines(take_label(argv[3], PATCHED), PATCHED);
	printf("%-60s %13s %13s %9s  %5s  verdict\n", "operation",
	       labels[STOCK], labels[PATCHED], "more", "limit");
	for (size_t i = 0; i < nr_rows; i++) {
		print_row(&rows[i]);
		wrong += !is_met(&rows[i]);
	}
	if (wrong)
		printf("\n%zu of %zu operations cost more than they may, or were not measured\n",
		       wrong, nr_rows);
	else
		printf("\nAll %zu operations cost no more than they may\n", nr_rows);
	return wrong ? 1 : 0;
}

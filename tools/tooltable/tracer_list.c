// SPDX-License-Identifier: GPL-2.0
/*
 * tracers.list: the guest carries it out, the host judges by it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tracer_list.h"

#define FIELDS 6

const char *const account_name[ACCOUNTS] = {
	[AT_STOCK] = "stock", [HERE] = "here", [NOBODY] = "nobody",
	[NO_BPF] = "no-bpf", [NO_TRACING] = "no-tracing",
};

/* What TEXT has up to the next " | ", which TEXT is moved past. */
static char *field(char **text)
{
	char *s = *text, *end;

	if (!s)
		return NULL;
	*text = strstr(s, " | ");
	if (*text) {
		**text = '\0';
		*text += 3;
	}
	s += strspn(s, " \t");
	end = s + strlen(s);
	while (end > s && strchr(" \t\n", end[-1]))
		end--;
	*end = '\0';
	return strcmp(s, "-") ? s : end;
}

static const char *take_program(struct tracers *t, char *text)
{
	struct program *p = &t->program[t->programs];
	char *flags, *word, *save = NULL;

	if (t->programs == MAX_PROGRAMS)
		return "there are too many programs";
	p->title = field(&text);
	p->path = field(&text);
	p->version = field(&text);
	flags = field(&text);
	if (!flags || text || *p->path != '/')
		return "write \"= title | path | version argument | flags\"";
	for (word = strtok_r(flags, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (strcmp(word, "fakeroot"))
			return "the one flag is fakeroot";
		p->fakeroot = true;
	}
	p->first = t->rows;
	t->programs++;
	return NULL;
}

static const char *take_rights(struct row *r, char *text)
{
	char *word, *save = NULL;

	for (word = strtok_r(text, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (!strcmp(word, "bpf"))
			r->bpf = true;
		else if (!strcmp(word, "tracing"))
			r->tracing = true;
		else if (!strcmp(word, "twice"))
			r->twice = true;
		else
			return "the rights are bpf and tracing, and twice";
	}
	return NULL;
}

/* An account that lacks what nobody needs would prove nothing. */
static bool has_account(const struct row *r, enum account a)
{
	return a == NO_BPF ? r->bpf : a == NO_TRACING ? r->tracing : true;
}

static const char *take_verdicts(struct row *r, char *text)
{
	char *word, *save = NULL;
	int a;

	word = strtok_r(text, " ", &save);
	for (a = 0; a < ACCOUNTS; a++) {
		if (!word)
			return "expect five verdicts: stock, here, nobody, without cap_bpf, without cap_tracing";
		r->want[a] = verdict_of(word);
		if (r->want[a] == UNKNOWN && strcmp(word, "-") &&
		    (strcmp(word, ".") || a == HERE))
			return "a verdict is works, blind, refused, fails, - or .";
		if (!strcmp(word, "-") == has_account(r, a))
			return "write - for the rights that the line does not need, and a verdict for the others";
		word = strtok_r(NULL, " ", &save);
	}
	return word ? "there are more than five verdicts" : NULL;
}

static const char *take_row(struct tracers *t, char *text)
{
	struct row *r = &t->row[t->rows];
	const char *why;
	char *f[FIELDS];
	size_t i;

	if (!t->programs)
		return "a line \"= title | path ...\" comes first";
	if (t->rows == MAX_ROWS)
		return "there are too many lines";
	for (i = 0; i < FIELDS; i++) {
		f[i] = field(&text);
		if (!f[i])
			break;
	}
	if (i < FIELDS || text)
		return "write \"commands | rights | shows | verdicts | today | note\"";
	*r = (struct row) {
		.program = t->programs - 1, .commands = f[0], .shows = f[2],
		.today = f[4], .note = f[5],
	};
	why = take_rights(r, f[1]);
	if (!why)
		why = take_verdicts(r, f[3]);
	if (!why && r->want[HERE] != WORKS && !*r->note)
		why = "say why it does not work";
	t->program[r->program].rows++;
	t->rows++;
	return why;
}

void tracers_load(struct tracers *t, const char *path)
{
	FILE *f = fopen(path, "re");
	const char *why;
	char *text = NULL;
	size_t size = 0;
	int line = 0;

	memset(t, 0, sizeof(*t));
	if (!f) {
		fprintf(stderr, "tracers: cannot read the list %s\n", path);
		exit(2);
	}
	while (getline(&text, &size, f) > 0) {
		line++;
		if (*text == '#' || !text[strspn(text, " \t\n")])
			continue;
		why = *text == '=' ? take_program(t, text + 1) :
				     take_row(t, text);
		if (why) {
			fprintf(stderr, "tracers: %s, line %d: %s\n", path,
				line, why);
			exit(2);
		}
		text = NULL;	/* the list's now */
		size = 0;
	}
	free(text);
	fclose(f);
	if (!t->rows) {
		fprintf(stderr, "tracers: %s lists no command\n", path);
		exit(2);
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * tools.list: the guest carries it out, the host judges by it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

#define FIELDS 6

static const char digits_and_letters[] =
	"0123456789abcdefghijklmnopqrstuvwxyz";

const char *const verdict_word[VERDICTS] = {
	[UNKNOWN] = "no answer", [WORKS] = "works", [PARTLY] = "partly",
	[BLIND] = "blind", [REFUSED] = "refused", [FAILS] = "fails",
};

bool works_here(const struct entry *e)
{
	return e->want[PATCHED] == WORKS || e->want[PATCHED] == PARTLY;
}

enum verdict verdict_of(const char *word)
{
	int v;

	for (v = WORKS; v < VERDICTS; v++)
		if (!strcmp(word, verdict_word[v]))
			return v;
	return UNKNOWN;
}

static void __attribute__((noreturn))
wrong(const char *path, int line, const char *what)
{
	fprintf(stderr, "tools: %s, line %d: %s\n", path, line, what);
	exit(2);
}

static char *trimmed(char *s)
{
	char *end;

	s += strspn(s, " \t");
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return strcmp(s, "-") ? s : end;
}

static size_t words_in(const char *s)
{
	size_t n = 0;

	while (*(s += strspn(s, " \t"))) {
		n++;
		s += strcspn(s, " \t");
	}
	return n;
}

static const char *take(struct list *list, char *text)
{
	struct entry *e = &list->v[list->n];
	char *field[FIELDS], *word, *save = NULL;
	size_t i;

	for (i = 0; i < FIELDS; i++) {
		field[i] = text;
		text = strchr(text, '|');
		if (!text != (i == FIELDS - 1))
			return "write \"tool | arguments | deed | shows | stock patched root | reason\"";
		if (text)
			*text++ = '\0';
		field[i] = trimmed(field[i]);
	}
	e->tool = field[0];
	e->args = field[1];
	e->deed = field[2];
	e->times = 0;
	word = strchr(e->deed, ' ');
	if (word) {
		*word++ = '\0';
		e->times = atoi(word);
		if (e->times < 1 || e->times > 100)
			return "a deed is done 1 to 100 times";
	}
	e->shows = field[3];
	e->reason = field[5];
	if (!*e->tool || e->tool[strspn(e->tool, digits_and_letters)])
		return "a tool's name is of digits and small letters";
	if (words_in(e->args) > MAX_ARGS)
		return "there are too many arguments";
	word = strtok_r(field[4], " \t", &save);
	for (i = 0; i < COLUMNS; i++) {
		if (!word || verdict_of(word) == UNKNOWN)
			return "expect works, partly, blind, refused or fails, three times";
		e->want[i] = verdict_of(word);
		word = strtok_r(NULL, " \t", &save);
	}
	if (word)
		return "there are more than three verdicts";
	for (i = 0; i < COLUMNS; i++)
		if (e->want[i] != WORKS && !*e->reason)
			return "say why it does not work";
	for (i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].tool, e->tool) &&
		    !strcmp(list->v[i].args, e->args))
			return "this tool with these arguments is there already";
	list->n++;
	return NULL;
}

void list_load(struct list *list, const char *path)
{
	FILE *f = fopen(path, "r");
	const char *why;
	char *text = NULL;
	size_t size = 0;
	int line = 0;

	if (!f) {
		fprintf(stderr, "tools: cannot read the list %s: %s\n", path,
			strerror(errno));
		exit(2);
	}
	list->n = 0;
	while (getline(&text, &size, f) > 0) {
		line++;
		if (!words_in(text) || *text == '#' || *text == '\n')
			continue;
		if (list->n == MAX_ENTRIES)
			wrong(path, line, "there are too many tools");
		why = take(list, text);
		if (why)
			wrong(path, line, why);
		text = NULL;	/* the entry's now */
		size = 0;
	}
	free(text);
	fclose(f);
	if (!list->n) {
		fprintf(stderr, "tools: %s lists no tool\n", path);
		exit(2);
	}
}

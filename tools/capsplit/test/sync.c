// SPDX-License-Identifier: GPL-2.0
/*
 * The help is printed from the tables that getopt reads.  The manual page and
 * the completions are written by hand: each must name just the same options.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define MAX 32

/* Long names, in order, each followed by a blank */
struct options {
	char *name[MAX];
	size_t n;
};

static void add(struct options *o, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < o->n; i++) {
		if (strlen(o->name[i]) == len && !memcmp(o->name[i], name, len))
			return;
	}
	if (o->n < MAX)
		o->name[o->n++] = strndup(name, len);
}

static size_t word_length(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '-')
		n++;
	return n;
}

/* Every @before followed by a word, from @text up to @end */
static void add_all(struct options *o, const char *text, const char *end,
		    const char *before)
{
	const char *at = text;
	size_t n = strlen(before);

	while ((at = strstr(at, before)) && at < end) {
		at += n;
		if (word_length(at))
			add(o, at, word_length(at));
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *listed(struct options *o)
{
	char *text = path_of("%s", ""), *longer;
	size_t i;

	qsort(o->name, o->n, sizeof(o->name[0]), by_name);
	for (i = 0; i < o->n; i++) {
		longer = path_of("%s--%s ", text, o->name[i]);
		free(text);
		free(o->name[i]);
		text = longer;
	}
	return text;
}

static void same(const char *help, struct options *o, const char *command,
		 const char *where)
{
	char *text = listed(o);

	ok(!strcmp(help, text), "%s names the options of %s that its help names",
	   where, command);
	note("help", help);
	note(where, text);
	free(text);
}

/* From the line @begin on up to one that begins with @stop; NULL: not there */
static const char *part(const char *text, const char *begin, const char *stop,
			const char **end)
{
	const char *at = strstr(text, begin);

	if (!at)
		return NULL;
	at += strlen(begin);
	*end = strstr(at, stop);
	if (!*end)
		*end = at + strlen(at);
	return at;
}

static char *help_of(const char *command)
{
	struct options o = { 0 };
	const char *line;

	sh("$C %s --help", command);
	for (line = res.out; line; line = strchr(line, '\n')) {
		const char *dashes;

		line += *line == '\n';
		dashes = strstr(line, "--");
		if (!strncmp(line, "  ", 2) && dashes && dashes - line <= 6)
			add(&o, dashes + 2, word_length(dashes + 2));
	}
	return listed(&o);
}

static void man_page(const char *man, const char *command, const char *help)
{
	struct options o = { 0 };
	const char *at, *end = NULL, *item;
	char *begin = path_of("\n.Ss %s\n", command);

	at = part(man, begin, "\n.S", &end);
	free(begin);
	for (item = at; item && (item = strstr(item, "\n.It Fl")) &&
	     item < end; item++) {
		const char *eol = strchr(item + 1, '\n');

		add_all(&o, item, eol, "Fl -");
	}
	/* These two stand once for all commands */
	if (strstr(man, "\n.It Fl J , Fl -json\n"))
		add(&o, "json", 4);
	if (strstr(man, "\n.It Fl h , Fl -help\n"))
		add(&o, "help", 4);
	same(help, &o, command, "the manual page");
}

/* "run" with a letter or a long name for each option */
static void synopsis(const char *man, const char *command, const char *help)
{
	const char *all_end = NULL, *all, *at, *end;
	char *begin = path_of("\n.Cm %s\n", command), *text, *word, *state;
	bool good;

	all = part(man, "\n.Sh SYNOPSIS\n", "\n.Sh", &all_end);
	at = all ? part(all, begin, "\n.Nm\n", &end) : NULL;
	free(begin);
	good = at && at < all_end;
	text = good ? strndup(at, end - at) : strdup("");
	begin = strdup(help);
	for (word = strtok_r(begin, " ", &state); word;
	     word = strtok_r(NULL, " ", &state)) {
		char *want = path_of("Fl %s", word + 1);

		if (!strcmp(word, "--help") || !strcmp(word, "--json") ||
		    !strcmp(word, "--dry-run") || strstr(text, want))
			;
		else
			good = false;
		free(want);
	}
	ok(good, "the manual page's synopsis of %s has its options", command);
	note("synopsis", text);
	free(begin);
	free(text);
}

static void bash_completion(const char *path, const char *command,
			    const char *help)
{
	struct options o = { 0 };

	run("bash", "-c", ". \"$0\" && COMP_WORDS=(capsplit \"$1\" --) COMP_CWORD=2 && _capsplit && printf '%s\\n' \"${COMPREPLY[@]}\"",
	    path, command, NULL);
	add_all(&o, res.out, res.out + strlen(res.out), "--");
	same(help, &o, command, "bash's completion");
}

static void zsh_completion(const char *zsh, const char *command,
			   const char *help)
{
	struct options o = { 0 };
	const char *end = NULL, *at;
	char *begin = path_of("\n_capsplit_%s() {\n", command);

	at = part(zsh, begin, "\n}", &end);
	free(begin);
	if (at) {
		add_all(&o, at, end, "'--");
		add_all(&o, at, end, ")--");
		add_all(&o, at, end, "*--");
		add_all(&o, at, end, ",--");
	}
	same(help, &o, command, "zsh's completion");
}

size_t commands(char *names[], size_t max)
{
	const char *at;
	size_t n = 0;

	sh("$C --help");
	at = strstr(res.out, "\nCommands:\n");
	if (!at)
		return 0;
	for (at += 11; !strncmp(at, "  ", 2) && n < max;
	     at = strchr(at, '\n') + 1)
		names[n++] = strndup(at + 2, word_length(at + 2));
	return n;
}

void sync_tests(const char *man_path, const char *bash, const char *zsh_path)
{
	char *man = slurp(man_path), *zsh = slurp(zsh_path), *name[16], *help;
	size_t n = commands(name, 16), i;
	struct options of_bash = { 0 }, of_help = { 0 };

	ok(man && zsh && n, "there are a manual page, a completion and commands");
	for (i = 0; i < n; i++)
		add(&of_help, name[i], strlen(name[i]));
	run("bash", "-c", ". \"$0\" && COMP_WORDS=(capsplit '') COMP_CWORD=1 && _capsplit && printf '%s\\n' \"${COMPREPLY[@]}\" | grep -v -e -- | sed s/^/@/",
	    bash, NULL);
	add_all(&of_bash, res.out, res.out + strlen(res.out), "@");
	help = listed(&of_help);
	same(help, &of_bash, "capsplit (its commands)", "bash's completion");
	free(help);
	for (i = 0; i < n; i++) {
		help = help_of(name[i]);
		ok(strstr(help, "--json") && strstr(help, "--help"),
		   "%s has --json and --help", name[i]);
		man_page(man, name[i], help);
		synopsis(man, name[i], help);
		bash_completion(bash, name[i], help);
		zsh_completion(zsh, name[i], help);
		free(help);
		free(name[i]);
	}
	run("zsh", "-n", zsh_path, NULL);
	exits(0, "zsh can read its completion");
	run("mandoc", "-Tlint", "-Wwarning", man_path, NULL);
	exits(0, "mandoc finds nothing wrong with the manual page");
	free(man);
	free(zsh);
}

// SPDX-License-Identifier: GPL-2.0
/* What test_progs, test_verifier and programs that print TAP say of each test */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "verdicts.h"

static const char *const words[] = {
	[SAYS_OK] = "OK", [SAYS_FAIL] = "FAIL", [SAYS_SKIP] = "SKIP",
};

const char *verdict_word(enum says says)
{
	return words[says];
}

static void add(struct verdicts *v, const char *test, size_t len, enum says says)
{
	if (v->nr == v->room) {
		v->room = v->room ? 2 * v->room : 64;
		v->verdict = realloc(v->verdict, v->room * sizeof(*v->verdict));
		if (!v->verdict)
			die("out of memory");
	}
	v->verdict[v->nr++] = (struct verdict) {
		.test = text_of("%.*s", (int)len, test), .says = says,
	};
}

/* "ok 3 name # SKIP why", "not ok 4 name" */
static bool read_tap(struct verdicts *v, const char *line)
{
	bool not = !strncmp(line, "not ", 4);
	const char *name = line + (not ? 4 : 0), *comment;
	size_t len;

	if (strncmp(name, "ok ", 3) || !isdigit((unsigned char)name[3]))
		return false;
	name += 3;
	name += strspn(name, "0123456789 ");
	len = strcspn(name, "\r\n");
	comment = strstr(name, " # SKIP");
	add(v, name, comment ? (size_t)(comment - name) : len,
	    comment ? SAYS_SKIP : not ? SAYS_FAIL : SAYS_OK);
	return true;
}

/* Where the word stands alone, after a space or a colon; or NULL */
static const char *find_word(const char *line, const char *word)
{
	const char *at = line;

	while ((at = strstr(at, word))) {
		const char *after = at + strlen(word);

		if (at > line && (at[-1] == ' ' || at[-1] == ':') &&
		    (isspace((unsigned char)*after) || !*after))
			return at;
		at = after;
	}
	return NULL;
}

/* "#1/u name OK", "#379/1   token/map_token:FAIL"; the number may move */
static void read_numbered(struct verdicts *v, const char *line)
{
	const char *name = line + 1 + strspn(line + 1, "0123456789"), *at;
	size_t len;

	if (line[0] != '#' || !isdigit((unsigned char)line[1]))
		return;
	/* Of test_verifier: "/u" is unprivileged, "/p" is privileged */
	if (name[0] == '/' && isdigit((unsigned char)name[1]))
		name += 1 + strspn(name + 1, "0123456789");
	name += strspn(name, " ");
	for (enum says says = SAYS_OK; says <= SAYS_SKIP; says++) {
		at = find_word(name, words[says]);
		if (!at)
			continue;
		for (len = at - name; len && strchr(" :", name[len - 1]); len--)
			;
		add(v, name, len, says);
		return;
	}
}

void verdicts_read(struct verdicts *v, const char *line)
{
	if (!read_tap(v, line))
		read_numbered(v, line);
}

const struct verdict *verdicts_find(const struct verdicts *v, const char *test)
{
	for (size_t i = 0; i < v->nr; i++) {
		if (!strcmp(v->verdict[i].test, test))
			return &v->verdict[i];
	}
	return NULL;
}

void verdicts_free(struct verdicts *v)
{
	for (size_t i = 0; i < v->nr; i++)
		free(v->verdict[i].test);
	free(v->verdict);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The commands of a row, one after the other, without a shell.
 */
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include "tracers_guest.h"

#define WORDS 32
/* Far beyond what any of them needs on a slow emulated CPU */
#define PATIENCE_MS (120 * 1000)
#define LOOKS_APART_MS 50
#define SHOWN_LINES 30

struct step {
	char *argv[WORDS + 1];
	char text[1024];
	bool until_shown;	/* it goes on until it is interrupted */
	bool terminal;		/* the same, but somebody types q */
	bool asked;		/* that it ends */
	bool killed;
	int status;
	struct child child;
};

/* The words of a command; between single quotes a space is like a letter. */
static bool split(struct step *s, const char *command, size_t len,
		  const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	bool quoted = false, inside = false;
	char *to = s->text;
	size_t i, argc = 0;

	if (len >= sizeof(s->text))
		return false;
	for (i = 0; i < len; i++) {
		if (command[i] == '\'') {
			quoted = !quoted;
			if (inside)
				continue;
		}
		if (command[i] == ' ' && !quoted) {
			if (inside)
				*to++ = '\0';
			inside = false;
			continue;
		}
		if (!inside) {
			if (argc == WORDS)
				return false;
			s->argv[argc++] = to;
			inside = true;
		}
		if (command[i] != '\'')
			*to++ = command[i];
	}
	*to = '\0';
	for (i = 0; i < argc; i++)
		if (!strcmp(s->argv[i], base))
			s->argv[i] = (char *)path;
	return argc && !quoted;
}

/* WHAT is in the text; after a "/" it is a regular expression. */
static bool has(const struct text *t, const char *what)
{
	regex_t pattern;
	bool found;

	if (!t->v)
		return false;
	if (*what != '/')
		return strstr(t->v, what);
	if (regcomp(&pattern, what + 1, REG_EXTENDED | REG_NOSUB))
		return false;
	found = !regexec(&pattern, t->v, 0, NULL, 0);
	regfree(&pattern);
	return found;
}

static bool shown(const struct step *s, const char *what)
{
	return !*what || has(&s->child.out, what) || has(&s->child.err, what);
}

/* What a refusal names: EPERM, EACCES, or a tool's own words for them. */
static const char *const refusals[] = {
	"ermission denied", "not permitted", "No permission",
	"Access to performance monitoring", "only works for", "as the root user",
	"issing CAP_", "restricted", "Failed to load symbols", NULL
};
/* And what else tells that something went wrong */
static const char *const troubles[] = {
	"rror", "ERROR", "ailed", "annot", "an't", "ould not", "not supported", NULL
};

/* On a screen, what moves the cursor is between lines too. */
static bool ends_line(char c)
{
	return c == '\n' || c == '\r' || c == '\033' || (c & 0x80);
}

static size_t line_length(const char *line)
{
	size_t n = 0;

	while (line[n] && !ends_line(line[n]))
		n++;
	return n;
}

/* A limit that does not count for BPF since Linux 5.11, so no refusal */
#define NO_MATTER "couldn't set RLIMIT_MEMLOCK"

/*
 * The first line of T that has one of WORDS; NULL: none has. A warning is no
 * trouble, but may tell of a refusal.
 */
static const char *line_with(const struct text *t, const char *const words[])
{
	const char *line = t->v;
	size_t len, i;

	for (; line && *line; line += len + (line[len] != '\0')) {
		len = line_length(line);
		if ((words == troubles && !strncmp(line, "WARNING", 7)) ||
		    memmem(line, len, NO_MATTER, strlen(NO_MATTER)))
			continue;
		for (i = 0; words[i]; i++)
			if (memmem(line, len, words[i], strlen(words[i])))
				return line;
	}
	return NULL;
}

static void keep_error(const struct step *s, const char *const words[],
		       struct outcome *o)
{
	const char *line = line_with(&s->child.err, words), *more;
	size_t n;

	if (!line)
		line = line_with(&s->child.out, words);
	if (!line)
		line = s->child.err.v && *s->child.err.v ? s->child.err.v :
							   "(says nothing)";
	if (s->terminal && *line == '[')
		line += 1 + strcspn(line, "ABCDHJKm");
	line += strspn(line, " \t");
	n = line_length(line);
	while (n && line[n - 1] == ' ')
		n--;
	/* what is indented goes on with it */
	more = line[n] == '\n' && !strncmp(line + n + 1, "  ", 2) ?
		line + n + 1 : "";
	more += strspn(more, " ");
	snprintf(o->error, sizeof(o->error), "%.*s%s%.*s", (int)n, line,
		 *more ? ", " : "", (int)line_length(more), more);
}

static bool says_refused(const struct step *s)
{
	return line_with(&s->child.err, refusals) ||
	       line_with(&s->child.out, refusals);
}

/* A key may close a message only, so it is pressed again and again. */
static void ask_to_end(struct step *s)
{
	if (!s->terminal && !s->asked)
		kill(s->child.pid, SIGINT);
	s->asked = true;
	if (!s->terminal)
		return;
	if (write(s->child.out_fd, "q", 1) < 0)
		printf("tracers: log cannot type\n");
}

static void wait_for(struct step *s, const char *shows)
{
	long long end = now_ms() + PATIENCE_MS;
	struct pollfd p[2];

	while (waitpid(s->child.pid, &s->status, WNOHANG) != s->child.pid) {
		if (now_ms() > end) {
			s->killed = true;
			kill(-s->child.pid, SIGKILL);
			waitpid(s->child.pid, &s->status, 0);
			break;
		}
		p[0] = (struct pollfd){ s->child.out_fd, POLLIN, 0 };
		p[1] = (struct pollfd){ s->child.err_fd, POLLIN, 0 };
		poll(p, 2, LOOKS_APART_MS);
		child_read(&s->child);
		if (s->asked || (s->until_shown && shown(s, shows)) ||
		    (s->terminal && (shown(s, shows) || says_refused(s))))
			ask_to_end(s);
	}
	child_read(&s->child);
	kill(-s->child.pid, SIGKILL);
}

static void log_text(const struct text *t)
{
	const char *p = t->v ? t->v : "", *end;
	int lines = 0;

	for (; *p && lines < SHOWN_LINES; lines++, p = *end ? end + 1 : end) {
		end = strchrnul(p, '\n');
		printf("tracers: log   %.*s\n", (int)(end - p), p);
	}
	if (*p)
		printf("tracers: log   [%zu bytes more]\n", strlen(p));
}

static bool ended_well(const struct step *s)
{
	if (s->killed)
		return false;
	if (WIFSIGNALED(s->status))
		return s->asked && WTERMSIG(s->status) == SIGINT;
	return !WEXITSTATUS(s->status) ||
	       (s->asked && WEXITSTATUS(s->status) == 128 + SIGINT);
}

static bool run_step(struct step *s, const char *shows, struct who who,
		     struct outcome *o)
{
	long long began = now_ms();
	bool ok, refused;

	who.terminal = s->terminal;
	if (!child_start(&s->child, &who, s->argv)) {
		printf("tracers: scene cannot start %s\n", s->argv[0]);
		exit(1);
	}
	wait_for(s, shows);
	ok = ended_well(s);
	refused = says_refused(s);
	if (!ok) {
		o->verdict = refused ? REFUSED : FAILS;
		keep_error(s, refused ? refusals : troubles, o);
	} else if (shown(s, shows)) {
		o->verdict = WORKS;
		*o->error = '\0';
	} else if (o->verdict == BLIND && refused) {
		keep_error(s, refusals, o);
	}
	log_text(&s->child.out);
	log_text(&s->child.err);
	printf("tracers: log   [status %d%s, %lld ms]\n",
	       WIFEXITED(s->status) ? WEXITSTATUS(s->status) :
				      128 + WTERMSIG(s->status),
	       s->killed ? ", killed: it took too long" : "",
	       now_ms() - began);
	child_free(&s->child);
	return ok;
}

struct outcome steps_run(const struct program *p, const struct row *r,
			 const struct who *who)
{
	const char *at = r->commands, *end;
	struct outcome o = { .verdict = BLIND };
	bool more = true;

	/* The last command that shows it counts: none has to show it twice */
	while (more && *at) {
		struct step s = { 0 };

		end = strstr(at, " ; ");
		if (!end)
			end = at + strlen(at);
		printf("tracers: log %.*s\n", (int)(end - at), at);
		for (; *at == '~' || *at == '@'; at++) {
			s.until_shown |= *at == '~';
			s.terminal |= *at == '@';
		}
		if (!split(&s, at, end - at, p->path)) {
			printf("tracers: scene cannot read the command %s\n",
			       r->commands);
			exit(1);
		}
		more = run_step(&s, r->shows, *who, &o);
		at = *end ? end + 3 : end;
	}
	if (o.verdict == BLIND && *r->shows)
		printf("tracers: log \"%s\" was not shown\n", r->shows);
	return o;
}

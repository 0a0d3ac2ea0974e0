// SPDX-License-Identifier: GPL-2.0
/*
 * tools-guest - run every tool of tools.list in the guest, and report
 *
 * Runs as root; the tools run as root, as alice, or as somebody who lacks a
 * right.  A tool is interrupted once it has attached its programs, waits, and
 * has been given something to see: what decides is what it does, never how long
 * it takes.  Prints lines "tools: ..." for the host.
 */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include "guest.h"

/* Side by side: most of the time they wait for the kernel */
#define PLACES 8
/* Far beyond what any of the tools needs on a slow emulated CPU */
#define PATIENCE_MS (150 * 1000)
#define ACTS_MIN 2
#define ACTS_MAX 30
#define ACTS_APART_MS 100
#define STEADY_LOOKS 20
#define SHOWN_LINES 40

static struct list list;
static struct job job[PLACES];

/* The lines of T for the host's log, the last ones if there are many. */
static void log_text(const char *name, const struct text *t)
{
	const char *p = t->v ? t->v : "", *end;
	size_t lines = 0, skip;

	for (end = p; (end = strchr(end, '\n')); end++)
		lines++;
	skip = lines > SHOWN_LINES ? lines - SHOWN_LINES : 0;
	printf("tools: log %s: %zu bytes\n", name, t->len);
	for (; *p; p = *end ? end + 1 : end) {
		end = strchrnul(p, '\n');
		if (skip)
			skip--;
		else
			printf("tools: log   %.*s\n", (int)(end - p), p);
	}
}

static bool says(const struct text *t, const char *const words[])
{
	for (; *words; words++)
		if (t->v && strstr(t->v, *words))
			return true;
	return false;
}

/* A refusal names EPERM or EACCES; what failed otherwise was not refused. */
static bool says_refused(const struct job *j)
{
	static const char *const words[] = {
		"Permission denied", "Operation not permitted", NULL
	};

	return says(&j->child.err, words) || says(&j->child.out, words);
}

static bool complains(const struct job *j)
{
	static const char *const words[] = {
		"ailed to load", "ailed to attach", "ailed to open", NULL
	};

	return says(&j->child.err, words);
}

static bool shown(const struct job *j)
{
	return !*j->e->shows || (j->child.out.v && strstr(j->child.out.v, j->e->shows));
}

static enum verdict judge(const struct job *j, int status)
{
	bool ended_well = (WIFEXITED(status) && !WEXITSTATUS(status)) ||
			  (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);

	if (says_refused(j))
		return REFUSED;
	if (j->killed || j->state != ENDING || !ended_well || complains(j))
		return FAILS;
	return j->links && shown(j) ? WORKS : BLIND;
}

/* What it gave up with: the first line that names EPERM or EACCES, or any. */
static void print_error(const struct job *j)
{
	static const char *const why[] = { "ermission denied", "not permitted" };
	const char *from[] = { j->child.err.v, j->child.out.v }, *line, *at;
	size_t i, w;

	for (i = 0; i < 2; i++)
		for (w = 0; w < 2; w++) {
			at = from[i] ? strstr(from[i], why[w]) : NULL;
			if (!at)
				continue;
			for (line = at; line > from[i] && line[-1] != '\n';)
				line--;
			printf("tools: error %td %.*s\n", j->e - list.v,
			       (int)strcspn(line, "\r\n"), line);
			return;
		}
	line = from[0] && *from[0] ? from[0] : "(says nothing)";
	printf("tools: error %td %.*s\n", j->e - list.v,
	       (int)strcspn(line, "\r\n"), line);
}

static void finish(struct job *j, int status)
{
	enum verdict v;

	kill(-j->child.pid, SIGKILL);
	child_read(&j->child);
	v = judge(j, status);
	printf("tools: begin %td\n", j->e - list.v);
	log_text("standard output", &j->child.out);
	log_text("standard error", &j->child.err);
	printf("tools: log status %d%s%s%s, %d programs attached, %d acts, %lld ms\n",
	       WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status),
	       j->state == LOADING ? ", while it was starting" : "",
	       j->state == WAITING ? ", while it was waiting" : "",
	       j->killed ? ", killed because it took too long" : "",
	       j->links, j->acts, now_ms() - j->started);
	if (*j->e->shows)
		printf("tools: log \"%s\" was %s\n", j->e->shows,
		       shown(j) ? "shown" : "not shown");
	if (v == REFUSED || v == FAILS)
		print_error(j);
	printf("tools: end %td %s %d\n", j->e - list.v, verdict_word[v],
	       j->links);
	fflush(stdout);
	child_free(&j->child);
	j->e = NULL;
}

static void enter(struct job *j, enum state state)
{
	j->state = state;
	j->deadline = now_ms() + PATIENCE_MS;
}

/*
 * One that prints what we do may be busy with it whenever we look: it is taken
 * for ready once it has attached programs and no more come.
 */
static bool is_ready(struct job *j)
{
	int links;

	if (job_waits(j)) {
		j->links = job_links(j);
		return true;
	}
	links = job_links(j);
	j->steady = links && links == j->links ? j->steady + 1 : 0;
	j->links = links;
	return j->steady >= STEADY_LOOKS;
}

static bool seen_enough(const struct job *j)
{
	if (j->e->times)
		return j->acts >= j->e->times;
	return j->acts >= ACTS_MAX || (j->acts >= ACTS_MIN && shown(j));
}

static void look_at(struct job *j)
{
	int status;

	child_read(&j->child);
	if (waitpid(j->child.pid, &status, WNOHANG) == j->child.pid) {
		finish(j, status);
	} else if (now_ms() > j->deadline) {
		j->killed = true;
		kill(j->child.pid, SIGKILL);
		waitpid(j->child.pid, &status, 0);
		finish(j, status);
	} else if (j->state == LOADING && is_ready(j)) {
		enter(j, WAITING);
	} else if (j->state == WAITING &&
		   seen_enough(j)) {
		enter(j, ENDING);
		kill(j->child.pid, SIGINT);
	}
}

static void act(void)
{
	unsigned int deeds = 0;
	bool waited = false;
	size_t i;

	for (i = 0; i < PLACES; i++) {
		struct job *j = &job[i];

		if (!j->e || j->state != WAITING)
			continue;
		waited = true;
		j->acts++;
		if (*j->e->deed)
			deeds |= 1u << deed_number(j->e->deed);
	}
	if (waited)
		scene_act(deeds);
}

/*
 * Read what they print and leave them alone otherwise: looking at them is
 * itself something that a tool sees, and prints.
 */
static void doze(void)
{
	struct pollfd p[2 * PLACES];
	long long end = now_ms() + ACTS_APART_MS, left;
	size_t i, n;

	while ((left = end - now_ms()) > 0) {
		for (i = n = 0; i < PLACES; i++) {
			if (!job[i].e)
				continue;
			child_read(&job[i].child);
			p[n++] = (struct pollfd){ job[i].child.out_fd, POLLIN, 0 };
			p[n++] = (struct pollfd){ job[i].child.err_fd, POLLIN, 0 };
		}
		poll(p, n, left);
	}
}

static void run_all(const struct who *who, bool lacking)
{
	size_t i, next = 0, running;

	do {
		running = 0;
		for (i = 0; i < PLACES; i++) {
			if (job[i].e)
				look_at(&job[i]);
			while (lacking && next < list.n &&
			       !works_here(&list.v[next]))
				next++;
			if (!job[i].e && next < list.n) {
				if (!job_start(&job[i], &list.v[next++], who)) {
					printf("tools: scene cannot start a tool\n");
					exit(1);
				}
				job[i].started = now_ms();
				enter(&job[i], LOADING);
			}
			running += job[i].e != NULL;
		}
		act();
		if (running)
			doze();
	} while (running);
}

/* A tool that the list does not have would go untested. */
static void find_unlisted(void)
{
	size_t len, i, tail = strlen(SUFFIX);
	struct dirent *de;
	DIR *dir = opendir(SBIN);

	while (dir && (de = readdir(dir))) {
		len = strlen(de->d_name);
		if (len <= tail || strcmp(de->d_name + len - tail, SUFFIX))
			continue;
		for (i = 0; i < list.n; i++)
			if (strlen(list.v[i].tool) == len - tail &&
			    !strncmp(list.v[i].tool, de->d_name, len - tail))
				break;
		if (i == list.n)
			printf("tools: unlisted %s\n", de->d_name);
	}
	if (dir)
		closedir(dir);
}

static void print_version(void)
{
	char *argv[] = { "dpkg-query", "-W", "-f=${Version}", "libbpf-tools", NULL };
	struct child c = { 0 };

	if (!child_start(&c, account("root"), argv))
		return;
	waitpid(c.pid, NULL, 0);
	child_read(&c);
	printf("tools: version %s\n", c.out.v);
	child_free(&c);
}

static int broken_scene(const char *what)
{
	printf("tools: scene %s\n", what);
	return 1;
}

int main(int argc, char **argv)
{
	const struct who *who = argc == 3 ? account(argv[1]) : NULL;
	bool lacking;
	size_t i;

	if (!who) {
		fputs("usage: tools-guest root|alice|bob|no-bpf|no-tracing LIST\n",
		      stderr);
		return 2;
	}
	lacking = who->uid && !(who->bpf && who->tracing);
	list_load(&list, argv[2]);
	for (i = 0; i < list.n; i++)
		if (*list.v[i].deed && deed_number(list.v[i].deed) < 0) {
			fprintf(stderr, "tools: %s: there is no deed \"%s\"\n",
				list.v[i].tool, list.v[i].deed);
			return 2;
		}
	if (geteuid())
		return broken_scene("tools-guest must start as root");
	if (!scene_set())
		return broken_scene("cannot make a directory in /run");
	printf("tools: caps %s\n", who->uid ? capabilities_of(who) : "all");
	print_version();
	find_unlisted();
	run_all(who, lacking);
	printf("tools: done %zu\n", list.n);
	return 0;
}

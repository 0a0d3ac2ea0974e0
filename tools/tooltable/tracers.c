// SPDX-License-Identifier: GPL-2.0
/*
 * tracers - run every line of tracers.list in guests, and tell what it did
 */
#include <argp.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "console.h"
#include "host.h"
#include "tracers.h"

#define TIMEOUT "1500"	/* of a guest; one takes a few minutes or less */
#define MAX_ADDED 16

static struct {
	const char *runner, *guest, *list, *splats, *results, *base;
	const char *rst, *compare, *added[MAX_ADDED];
	size_t n_added;
} opt = { .runner = "tools/vm/run", .base = "6.12" };

static struct tracers list;
/* Neighbours in the list take about as long: each part is every second line. */
static struct found found = {
	.guest = {
		{ .name = "stock", .kernel = "stock", .part = "0/1" },
		{ .name = "patched-0", .kernel = "patched", .part = "0/2" },
		{ .name = "patched-1", .kernel = "patched", .part = "1/2" },
	},
};

enum { KEY_RUNNER = 256, KEY_GUEST, KEY_LIST, KEY_SPLATS, KEY_RESULTS, KEY_BASE,
	KEY_RST, KEY_COMPARE, KEY_ADD };

static const struct argp_option known_options[] = {
	{ "runner", KEY_RUNNER, "FILE", 0, "what boots a guest (tools/vm/run)", 0 },
	{ "guest", KEY_GUEST, "FILE", 0, "tracers-guest", 0 },
	{ "list", KEY_LIST, "FILE", 0, "tracers.list", 0 },
	{ "add", KEY_ADD, "FILE", 0, "for the guests' /run/vm/bin; repeatable", 0 },
	{ "splats", KEY_SPLATS, "DIR", 0, "has splat.deny and splat.allow", 0 },
	{ "results", KEY_RESULTS, "DIR", 0, "table.txt, page.rst and the logs go there", 0 },
	{ "base", KEY_BASE, "VERSION", 0, "whose kernels to boot (6.12)", 0 },
	{ "rst", KEY_RST, "FILE", 0, "write the page to this file too", 0 },
	{ "compare", KEY_COMPARE, "FILE", 0, "tell whether this page says the same", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case KEY_RUNNER:
		opt.runner = arg;
		break;
	case KEY_GUEST:
		opt.guest = arg;
		break;
	case KEY_LIST:
		opt.list = arg;
		break;
	case KEY_ADD:
		if (opt.n_added == MAX_ADDED)
			argp_error(state, "--add was given too often");
		opt.added[opt.n_added++] = arg;
		break;
	case KEY_SPLATS:
		opt.splats = arg;
		break;
	case KEY_RESULTS:
		opt.results = arg;
		break;
	case KEY_BASE:
		opt.base = arg;
		break;
	case KEY_RST:
		opt.rst = arg;
		break;
	case KEY_COMPARE:
		opt.compare = arg;
		break;
	case ARGP_KEY_END:
		if (!opt.guest || !opt.list || !opt.splats || !opt.results)
			argp_error(state, "--guest, --list, --splats and --results are needed");
		if (opt.rst && opt.compare)
			argp_error(state, "--rst and --compare do not go together");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	known_options, parse_option, NULL,
	"Run every line of the list on the stock and the patched kernel, as those who have the "
	"rights and those who lack one; print TAP. Exits 0 if all is as the "
	"list says, 1 if not, 2 if it could not be found out.",
	NULL, NULL, NULL
};

/* The runner ends its guest when it is told to stop. */
static void stop(int sig)
{
	size_t i;

	for (i = 0; i < GUESTS; i++)
		if (found.guest[i].pid > 0)
			kill(found.guest[i].pid, SIGTERM);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void boot(struct guest *g)
{
	char *argv[32 + 2 * MAX_ADDED];
	size_t n = 0, i;

	g->console = text_of("%s/%s.console.log", opt.results, g->name);
	argv[n++] = (char *)opt.runner;
	argv[n++] = "--kernel";
	argv[n++] = (char *)g->kernel;
	argv[n++] = "--base";
	argv[n++] = (char *)opt.base;
	argv[n++] = "--image";
	argv[n++] = "debian";
	argv[n++] = "--timeout";
	argv[n++] = TIMEOUT;
	argv[n++] = "--console";
	argv[n++] = g->console;
	argv[n++] = "--add";
	argv[n++] = text_of("%s=tracers-guest", opt.guest);
	argv[n++] = "--add";
	argv[n++] = text_of("%s=tracers.list", opt.list);
	for (i = 0; i < opt.n_added; i++) {
		argv[n++] = "--add";
		argv[n++] = (char *)opt.added[i];
	}
	argv[n++] = "--";
	argv[n++] = "tracers-guest";
	argv[n++] = (char *)g->kernel;
	argv[n++] = (char *)g->part;
	argv[n++] = "/run/vm/bin/tracers.list";
	argv[n] = NULL;
	g->from = guest_boot(argv, &g->pid);
}

/* The number that TEXT begins with, if it is one of a row; -1 if not. */
static long row_of(const char *text, int *account, const char **rest)
{
	unsigned long i;
	int used = 0;

	if (sscanf(text, "%lu %d%n", &i, account, &used) != 2 ||
	    i >= list.rows || *account < 0 || *account >= ACCOUNTS)
		return -1;
	*rest = text + used + (text[used] == ' ');
	return i;
}

static void take_line(struct guest *g, const char *line, FILE **log)
{
	const char *rest;
	size_t n;
	long i;
	int a;

	if (strncmp(line, "tracers: ", 9))
		return;
	line += 9;
	if (!strncmp(line, "log ", 4)) {
		if (*log)
			fprintf(*log, "%s\n", line + 4);
	} else if (!strncmp(line, "begin ", 6)) {
		i = row_of(line + 6, &a, &rest);
		if (*log)
			fclose(*log);
		*log = i < 0 ? NULL :
			open_to_write(text_of("%s/%ld.%s.txt", opt.results, i,
					      account_name[a]));
	} else if (!strncmp(line, "error ", 6)) {
		i = row_of(line + 6, &a, &rest);
		if (i >= 0)
			snprintf(found.error[i][a], sizeof(found.error[i][a]),
				 "%s", rest);
	} else if (!strncmp(line, "end ", 4)) {
		i = row_of(line + 4, &a, &rest);
		if (i >= 0)
			found.verdict[i][a] = verdict_of(rest);
	} else if (sscanf(line, "version %zu ", &n) == 1 && n < list.programs) {
		snprintf(found.version[n], sizeof(found.version[n]), "%s",
			 strchr(line + 8, ' ') + 1);
	} else if (!strncmp(line, "scene ", 6)) {
		snprintf(g->scene, sizeof(g->scene), "%s", line + 6);
	} else if (!strncmp(line, "done ", 5)) {
		g->done = true;
	}
}

static void *follow(void *arg)
{
	struct guest *g = arg;
	char *line = NULL;
	FILE *log = NULL;
	size_t size = 0;

	while (getline(&line, &size, g->from) > 0) {
		line[strcspn(line, "\n")] = '\0';
		take_line(g, line, &log);
	}
	free(line);
	fclose(g->from);
	if (log)
		fclose(log);
	while (waitpid(g->pid, &g->status, 0) < 0 && errno == EINTR)
		;
	g->pid = 0;
	return NULL;
}

/* At the same time, and each started by us: they end when this thread does. */
static void run_guests(void)
{
	pthread_t thread[GUESTS];
	size_t i;

	for (i = 0; i < GUESTS; i++)
		boot(&found.guest[i]);
	for (i = 0; i < GUESTS; i++)
		if (pthread_create(&thread[i], NULL, follow, &found.guest[i]))
			die("cannot follow the guest %s", found.guest[i].name);
	for (i = 0; i < GUESTS; i++) {
		struct guest *g = &found.guest[i];

		pthread_join(thread[i], NULL);
		if (!g->done)
			die("the guest %s did not finish%s%s; its console is %s",
			    g->name, *g->scene ? ": " : "", g->scene,
			    g->console);
		g->complained = console_complaint(g->console, opt.splats,
						  g->complaint,
						  sizeof(g->complaint));
	}
}

static void write_page(const char *path)
{
	FILE *f = open_to_write(path);

	tracers_page(f, &list, &found, opt.base);
	close_written(f, path);
}

int main(int argc, char **argv)
{
	char *table, *page, *wrong;
	size_t failed;
	FILE *f;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	tracers_load(&list, opt.list);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	signal(SIGHUP, stop);
	make_dirs(opt.results);
	run_guests();

	table = text_of("%s/table.txt", opt.results);
	page = text_of("%s/page.rst", opt.results);
	f = open_to_write(table);
	tracers_table(f, &list, &found);
	close_written(f, table);
	write_page(page);
	if (opt.rst)
		write_page(opt.rst);
	wrong = opt.compare ? pages_differ(opt.compare, page, "tracers") : NULL;
	failed = tracers_tap(&list, &found, opt.compare, wrong, opt.results);
	tracers_summary(&list, &found);
	printf("# the table is %s\n", table);
	return failed ? 1 : 0;
}

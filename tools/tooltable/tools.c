// SPDX-License-Identifier: GPL-2.0
/*
 * tools - run every tool of tools.list in guests, and tell what it did
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "console.h"
#include "host.h"
#include "tools.h"

#define TIMEOUT "600"	/* of a guest; one takes a minute or less */

static const char usage[] =
	"usage: tools --runner FILE --guest FILE --list FILE --splats DIR\n"
	"             --results DIR --base VERSION [--rst FILE | --compare FILE]\n"
	"Run every tool of the list as alice on the stock kernel, as alice on the\n"
	"patched one, as root there, and those that work once more with one right less;\n"
	"print TAP, and write the table to DIR/table.txt and the page for the\n"
	"documentation to DIR/page.rst. --rst writes the page to FILE too, --compare\n"
	"tells whether FILE says the same. --runner is tools/vm/run, --guest tools-guest,\n"
	"--splats has splat.deny and splat.allow. Exits 0 if all is as the list says, 1\n"
	"if not, 2 if it could not be found out.\n";

static struct {
	const char *runner, *guest, *list, *splats, *results, *base;
	const char *rst, *compare;
} opt;

static struct list list;
static struct run run[RUNS] = {
	[STOCK] = { .name = "stock", .kernel = "stock", .user = "alice",
		    .expected_caps = "0000008000000000" },
	[PATCHED] = { .name = "patched", .kernel = "patched", .user = "alice",
		      .expected_caps = "0000028000000000" },
	[ROOT] = { .name = "root", .kernel = "patched", .user = "root",
		   .expected_caps = "all" },
	[BOB_RUNS] = { .name = "bob", .kernel = "patched", .user = "bob",
		       .expected_caps = "0000000000000000" },
	[NO_BPF_RUNS] = { .name = "no-bpf", .kernel = "patched",
			  .user = "no-bpf",
			  .expected_caps = "0000020000000000" },
	[NO_TRACING_RUNS] = { .name = "no-tracing", .kernel = "patched",
			      .user = "no-tracing",
			      .expected_caps = "0000008000000000" },
};
static volatile pid_t guest_pid;

/* The runner ends its guest when it is told to stop. */
static void stop(int sig)
{
	if (guest_pid > 0)
		kill(guest_pid, SIGTERM);
	signal(sig, SIG_DFL);
	raise(sig);
}

static FILE *boot(const struct run *r, const char *console)
{
	char *argv[] = {
		(char *)opt.runner, "--kernel", (char *)r->kernel, "--base",
		(char *)opt.base, "--image", "debian", "--timeout", TIMEOUT,
		"--console", (char *)console,
		"--add", text_of("%s=tools-guest", opt.guest),
		"--add", text_of("%s=tools.list", opt.list), "--",
		"tools-guest", (char *)r->user, "/run/vm/bin/tools.list", NULL
	};

	return guest_boot(argv, &guest_pid);
}

static void take_line(struct run *r, const char *line, FILE **log)
{
	char how[16], *path;
	int links, at = 0;
	size_t i;

	if (!strncmp(line, "tools: log ", 11)) {
		if (*log)
			fprintf(*log, "%s\n", line + 11);
	} else if (sscanf(line, "tools: begin %zu", &i) == 1 && i < list.n) {
		path = text_of("%s/%s/%zu.%s.txt", opt.results, r->name, i,
			       list.v[i].tool);
		if (*log)
			fclose(*log);
		*log = open_to_write(path);
		fprintf(*log, "%s\n", command_of(&list.v[i]));
		free(path);
	} else if (sscanf(line, "tools: end %zu %15s %d", &i, how,
			  &links) == 3 && i < list.n) {
		r->verdict[i] = verdict_of(how);
		r->links[i] = links;
	} else if (sscanf(line, "tools: error %zu %n", &i, &at) == 1 &&
		   i < list.n) {
		snprintf(r->error[i], sizeof(r->error[i]), "%s", line + at);
	} else if (sscanf(line, "tools: caps %31s", r->caps) == 1 ||
		   sscanf(line, "tools: version %63s", r->version) == 1) {
		return;
	} else if (!strncmp(line, "tools: scene ", 13)) {
		snprintf(r->scene, sizeof(r->scene), "%s", line + 13);
	} else if (!strncmp(line, "tools: unlisted ", 16)) {
		snprintf(r->unlisted, sizeof(r->unlisted), "%s", line + 16);
	} else if (!strncmp(line, "tools: done ", 12)) {
		r->done = true;
	}
}

static void run_guest(struct run *r)
{
	char *console, *line = NULL;
	FILE *from, *log = NULL;
	size_t size = 0;
	int status;

	make_dirs(text_of("%s/%s", opt.results, r->name));
	console = text_of("%s/%s/console.log", opt.results, r->name);
	from = boot(r, console);
	while (getline(&line, &size, from) > 0) {
		line[strcspn(line, "\n")] = '\0';
		take_line(r, line, &log);
	}
	free(line);
	fclose(from);
	if (log)
		fclose(log);
	while (waitpid(guest_pid, &status, 0) < 0 && errno == EINTR)
		;
	guest_pid = 0;
	if (!r->done || status)
		die("the guest %s did not finish%s%s; its console is %s",
		    r->name, *r->scene ? ": " : "", r->scene, console);
	r->complained = console_complaint(console, opt.splats, r->complaint,
					  sizeof(r->complaint));
	free(console);
}

/* Quietly seeing less than root is not the same as working. */
static void compare_links(void)
{
	size_t i;

	for (i = 0; i < list.n; i++)
		if (run[PATCHED].verdict[i] == WORKS &&
		    run[ROOT].verdict[i] == WORKS &&
		    run[PATCHED].links[i] < run[ROOT].links[i])
			run[PATCHED].verdict[i] = PARTLY;
}

static void write_file(const char *path,
		       void (*print)(FILE *, const struct list *,
				     const struct run *, const char *))
{
	FILE *f = open_to_write(path);

	print(f, &list, run, opt.base);
	close_written(f, path);
}

static void parse(int argc, char **argv)
{
	struct {
		const char *name;
		const char **value;
	} known[] = {
		{ "--runner", &opt.runner }, { "--guest", &opt.guest },
		{ "--list", &opt.list }, { "--splats", &opt.splats },
		{ "--results", &opt.results }, { "--base", &opt.base },
		{ "--rst", &opt.rst }, { "--compare", &opt.compare },
	};
	size_t k;
	int i;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		exit(0);
	}
	for (i = 1; i < argc; i++) {
		for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (!strcmp(argv[i], known[k].name))
				break;
		if (k == sizeof(known) / sizeof(known[0]))
			die("unknown option %s; see --help", argv[i]);
		if (i + 1 == argc)
			die("%s needs a value; see --help", argv[i]);
		*known[k].value = argv[++i];
	}
	for (k = 0; k < 6; k++)
		if (!*known[k].value)
			die("%s is missing; see --help", known[k].name);
	if (opt.rst && opt.compare)
		die("--rst and --compare do not go together");
}

int main(int argc, char **argv)
{
	char *table, *page, *wrong = NULL;
	size_t failed;
	int c;

	parse(argc, argv);
	list_load(&list, opt.list);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	signal(SIGHUP, stop);
	for (c = 0; c < RUNS; c++)
		run_guest(&run[c]);
	compare_links();

	table = text_of("%s/table.txt", opt.results);
	page = text_of("%s/page.rst", opt.results);
	write_file(table, print_table);
	write_file(page, print_rst);
	if (opt.rst)
		write_file(opt.rst, print_rst);
	if (opt.compare)
		wrong = pages_differ(opt.compare, page, "tools");
	failed = print_tap(&list, run, opt.compare, wrong, opt.results);
	print_summary(&list, run);
	printf("# the table is %s\n", table);
	return failed ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * bench - hold counts of instructions to their budgets
 *
 * Runs a command, by rule one that boots a guest with --icount, collects the
 * lines "bench NAME INSTRUCTIONS" that it prints, and prints one table. What
 * each is called and how many instructions it may take is in a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "host.h"
#include "text.h"

#define MAX_ROWS	512
#define MAX_LINE	1024

static const char usage[] =
	"usage: bench --budgets FILE --results DIR -- COMMAND [ARG]...\n"
	"\n"
	"Runs COMMAND, which prints lines \"bench NAME INSTRUCTIONS\", and compares them\n"
	"with the budgets in FILE.  Keeps what the command printed in DIR/measured and\n"
	"the table in DIR/table.txt.  Exits 0 if every budget is met, 1 if not, 2 if\n"
	"something is wrong with FILE, the command or what it printed.\n";

struct row {
	char name[64], what[128];
	bool has_budget, measured;
	unsigned long long budget, count;
};

static struct row rows[MAX_ROWS];
static size_t nr_rows;

static struct {
	const char *budgets, *results;
	char **command;
} opt;

static struct row *find_row(const char *name)
{
	for (size_t i = 0; i < nr_rows; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

static struct row *add_row(const char *name)
{
	struct row *row = &rows[nr_rows];

	if (nr_rows == MAX_ROWS)
		die("there are more than %d operations; raise MAX_ROWS",
		    MAX_ROWS);
	if (strlen(name) >= sizeof(row->name))
		die("the name %s is too long", name);
	strcpy(row->name, name);
	snprintf(row->what, sizeof(row->what), "%s", name);
	nr_rows++;
	return row;
}

/* NAME BUDGET DESCRIPTION, where the budget may be "-" */
static void budget_line(char *line, unsigned int nr)
{
	char *name, *limit, *what;
	struct row *row;

	name = word(&line);
	if (!name || *name == '#')
		return;
	limit = word(&line);
	what = line + strspn(line, " \t");
	if (!limit || !*what)
		die("%s:%u: '%s' has no budget and description; write NAME INSTRUCTIONS DESCRIPTION",
		    opt.budgets, nr, name);
	if (find_row(name))
		die("%s:%u: %s is there twice", opt.budgets, nr, name);
	row = add_row(name);
	if (strlen(what) >= sizeof(row->what))
		die("%s:%u: the description is too long", opt.budgets, nr);
	strcpy(row->what, what);
	row->has_budget = strcmp(limit, "-");
	if (row->has_budget && !number(limit, &row->budget))
		die("%s:%u: the budget of %s is a number of instructions or -, not '%s'",
		    opt.budgets, nr, name, limit);
}

static void read_budgets(void)
{
	FILE *f = fopen(opt.budgets, "r");
	unsigned int nr = 0;
	char line[MAX_LINE];

	if (!f)
		die("cannot read %s: %s", opt.budgets, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		nr++;
		line[strcspn(line, "\n")] = '\0';
		budget_line(line, nr);
	}
	if (ferror(f))
		die("cannot read %s: %s", opt.budgets, strerror(errno));
	fclose(f);
	if (!nr_rows)
		die("%s has no budgets", opt.budgets);
}

/* Whatever else is printed is for people */
static void measured_line(char *line)
{
	unsigned long long count;
	struct row *row;
	char *name;

	if (strncmp(line, "bench ", 6))
		return;
	line += 6;
	name = word(&line);
	if (!name || !number(word(&line), &count) || word(&line))
		die("the guest printed a line that is not 'bench NAME INSTRUCTIONS'; see %s/measured",
		    opt.results);
	row = find_row(name);
	if (!row)
		row = add_row(name);
	if (row->measured)
		die("the guest measured %s twice", name);
	row->measured = true;
	row->count = count;
}

static FILE *open_result(const char *name)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", opt.results, name);
	f = fopen(path, "we");
	if (!f)
		die("cannot write %s: %s", path, strerror(errno));
	return f;
}

static void close_result(FILE *f, const char *name)
{
	bool bad = ferror(f);

	if (fclose(f) || bad)
		die("cannot write %s/%s", opt.results, name);
}

static pid_t start(int *out)
{
	pid_t pid, parent = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		die("cannot make a pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (!pid) {
		/* No guest outlives us, however we end */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(125);
		dup2(fds[1], STDOUT_FILENO);
		execvp(opt.command[0], opt.command);
		fprintf(stderr, "bench: cannot run %s: %s\n", opt.command[0],
			strerror(errno));
		_exit(127);
	}
	close(fds[1]);
	*out = fds[0];
	return pid;
}

static void run(void)
{
	FILE *keep = open_result("measured"), *from;
	char line[MAX_LINE];
	int fd, status;
	pid_t pid;

	pid = start(&fd);
	from = fdopen(fd, "r");
	if (!from)
		die("out of memory");
	while (fgets(line, sizeof(line), from)) {
		fputs(line, keep);
		fflush(keep);
		line[strcspn(line, "\r\n")] = '\0';
		measured_line(line);
	}
	fclose(from);
	close_result(keep, "measured");
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("lost the command: %s", strerror(errno));
	if (WIFSIGNALED(status))
		die("%s was killed by signal %d", opt.command[0],
		    WTERMSIG(status));
	if (WEXITSTATUS(status))
		die("%s exited with status %d; what it measured is in %s/measured",
		    opt.command[0], WEXITSTATUS(status), opt.results);
}

static const char *verdict(const struct row *row)
{
	if (!row->measured)
		return "MISSING";
	if (!row->has_budget)
		return "";
	return row->count <= row->budget ? "met" : "EXCEEDED";
}

static bool is_wrong(const struct row *row)
{
	return !row->measured ||
	       (row->has_budget && row->count > row->budget);
}

static void print_table(FILE *to)
{
	char count[48], budget[48];
	int width = strlen("operation");

	for (size_t i = 0; i < nr_rows; i++)
		if ((int)strlen(rows[i].what) > width)
			width = strlen(rows[i].what);
	fprintf(to, "%-*s  %13s  %13s  verdict\n", width, "operation",
		"instructions", "budget");
	for (size_t i = 0; i < nr_rows; i++) {
		const struct row *row = &rows[i];

		fprintf(to, "%-*s  %13s  %13s%s%s\n", width, row->what,
			row->measured ? grouped(row->count, count) : "-",
			row->has_budget ? grouped(row->budget, budget) : "-",
			*verdict(row) ? "  " : "", verdict(row));
	}
}

static void parse(int argc, char **argv)
{
	int i;

	for (i = 1; i + 1 < argc && strcmp(argv[i], "--"); i += 2) {
		if (!strcmp(argv[i], "--budgets"))
			opt.budgets = argv[i + 1];
		else if (!strcmp(argv[i], "--results"))
			opt.results = argv[i + 1];
		else
			break;
	}
	if (i + 1 >= argc || strcmp(argv[i], "--") || !opt.budgets ||
	    !opt.results) {
		fputs(usage, stderr);
		exit(2);
	}
	opt.command = argv + i + 1;
}

int main(int argc, char **argv)
{
	size_t wrong = 0, held = 0;
	FILE *f;

	parse(argc, argv);
	read_budgets();
	make_dirs(opt.results);
	run();
	f = open_result("table.txt");
	print_table(f);
	close_result(f, "table.txt");
	print_table(stdout);
	for (size_t i = 0; i < nr_rows; i++) {
		held += rows[i].has_budget;
		wrong += is_wrong(&rows[i]);
	}
	if (wrong)
		printf("\n%zu of %zu operations exceed their budget or were not measured; the table is %s/table.txt\n",
		       wrong, nr_rows, opt.results);
	else
		printf("\nAll %zu budgets are met; the table is %s/table.txt\n",
		       held, opt.results);
	return wrong ? 1 : 0;
}

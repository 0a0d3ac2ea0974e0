// SPDX-License-Identifier: GPL-2.0
/*
 * demo - real tools, an ordinary user, two kernels side by side
 *
 * Boots the stock and the patched kernel at once, has demo-guest try every
 * case in both, and prints one table (or, with --tap, one test per cell).
 * What each tool said is kept below --results.
 */
#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include "demo.h"
#include "host.h"

#define TIMEOUT "600"

static const char usage[] =
	"usage: demo [--tap] --runner FILE --programs DIR --lists DIR --results DIR\n"
	"            --base VERSION\n"
	"\n"
	"Runs the cases of the demo in a guest with the stock kernel and in one with\n"
	"the patched kernel.  --runner is tools/vm/run; --programs has demo-guest and\n"
	"the BPF objects, --lists splat.deny and splat.allow.  Exits 0 if every cell\n"
	"is as it should be, 1 if not, 2 if the demo could not be run.\n";

static struct {
	const char *runner, *programs, *lists, *results, *base;
	bool tap;
} opt;

static struct machine machine[2] = {
	[STOCK]	  = { .name = "stock", .expected_caps = "0000008000000000" },
	[PATCHED] = { .name = "patched", .expected_caps = "0000028000000000" },
};

/* The runner ends its guest when it is told to stop. */
static void stop(int sig)
{
	int s;

	for (s = 0; s < 2; s++)
		if (machine[s].pid > 0)
			kill(machine[s].pid, SIGTERM);
	signal(sig, SIG_DFL);
	raise(sig);
}

static FILE *open_log(struct machine *m, const char *name)
{
	char *path = text_of("%s/%s/%s.txt", opt.results, m->name, name);
	FILE *f = open_to_write(path);

	free(path);
	return f;
}

static void boot(struct machine *m)
{
	char *argv[64] = {
		(char *)opt.runner, "--kernel", (char *)m->name, "--base",
		(char *)opt.base, "--image", "debian", "--timeout", TIMEOUT,
		"--console", text_of("%s/%s/console.log", opt.results, m->name),
		"--add", text_of("%s/demo-guest", opt.programs),
	};
	size_t i, n = 13;
	glob_t g;

	make_dirs(text_of("%s/%s", opt.results, m->name));
	if (glob(text_of("%s/*.bpf.o", opt.programs), 0, NULL, &g))
		die("there are no BPF objects in %s; run `make demo'",
		    opt.programs);
	for (i = 0; i < g.gl_pathc && n < 58; i++) {
		argv[n++] = "--add";
		argv[n++] = g.gl_pathv[i];
	}
	argv[n++] = "--";
	argv[n++] = "demo-guest";
	argv[n] = NULL;

	/* Two are listened to at a time: past the stream's buffer */
	m->fd = fileno(guest_boot(argv, &m->pid));
	globfree(&g);
}

static void end_case(struct machine *m, const char *id, const char *how)
{
	size_t i;

	for (i = 0; i < demo_case_count; i++) {
		if (strcmp(demo_cases[i].id, id))
			continue;
		m->verdict[i] = !strcmp(how, "works") ? WORKS :
				!strcmp(how, "refused") ? REFUSED : BROKEN;
		m->ended++;
	}
}

static void progress(void)
{
	if (isatty(STDERR_FILENO) && !opt.tap)
		fprintf(stderr, "\rdemo: stock %zu/%zu, patched %zu/%zu ",
			machine[STOCK].ended, demo_case_count,
			machine[PATCHED].ended, demo_case_count);
}

static void one_line(struct machine *m, const char *line)
{
	char id[64], how[16];

	if (!strncmp(line, "demo: log ", 10)) {
		if (m->log)
			fprintf(m->log, "%s\n", line + 10);
	} else if (sscanf(line, "demo: begin %63s", id) == 1) {
		if (m->log)
			fclose(m->log);
		m->log = open_log(m, id);
		strcpy(m->at, id);
	} else if (sscanf(line, "demo: end %63s %15s", id, how) == 2) {
		end_case(m, id, how);
		if (m->log)
			fprintf(m->log, "[%s]\n", how);
		progress();
	} else if (sscanf(line, "demo: caps %31s", m->caps) == 1) {
		return;
	} else if (!strncmp(line, "demo: scene ", 12)) {
		snprintf(m->scene, sizeof(m->scene), "%s", line + 12);
	} else if (!strncmp(line, "demo: done ", 11)) {
		m->done = true;
	}
}

static void listen_to(struct machine *m)
{
	char buf[4096];
	ssize_t i, n = read(m->fd, buf, sizeof(buf));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close(m->fd);
		m->fd = -1;
		while (waitpid(m->pid, &m->status, 0) < 0 && errno == EINTR)
			;
		m->pid = 0;
		return;
	}
	for (i = 0; i < n; i++) {
		if (buf[i] == '\n') {
			m->line[m->len] = '\0';
			one_line(m, m->line);
			m->len = 0;
		} else if (m->len < sizeof(m->line) - 1) {
			m->line[m->len++] = buf[i];
		}
	}
}

static void run_both(void)
{
	struct pollfd p[2];
	int s;

	boot(&machine[STOCK]);
	boot(&machine[PATCHED]);
	progress();
	while (machine[STOCK].fd >= 0 || machine[PATCHED].fd >= 0) {
		for (s = 0; s < 2; s++)
			p[s] = (struct pollfd){ machine[s].fd, POLLIN, 0 };
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die("cannot listen to the guests: %s", strerror(errno));
		for (s = 0; s < 2; s++)
			if (machine[s].fd >= 0 && p[s].revents)
				listen_to(&machine[s]);
	}
	if (isatty(STDERR_FILENO) && !opt.tap)
		fprintf(stderr, "\r\033[K");
	for (s = 0; s < 2; s++)
		if (machine[s].log)
			fclose(machine[s].log);
}

static void read_consoles(void)
{
	int s;

	for (s = 0; s < 2; s++) {
		struct machine *m = &machine[s];
		char *path = text_of("%s/%s/console.log", opt.results, m->name);

		m->complained = console_complaint(path, opt.lists,
						  m->complaint,
						  sizeof(m->complaint));
		free(path);
	}
}

/* What a table of cells does not show. */
static void explain(void)
{
	int s;

	for (s = 0; s < 2; s++) {
		const struct machine *m = &machine[s];

		if (m->complained)
			printf("demo: the %s kernel complained: %s (see %s/%s/console.log)\n",
			       m->name, m->complaint, opt.results, m->name);
		if (*m->caps && strcmp(m->caps, m->expected_caps))
			printf("demo: on the %s kernel alice's tools had the capabilities %s, not %s; is the image current?\n",
			       m->name, m->caps, m->expected_caps);
	}
}

/* A guest that did not come to its end is told apart from a wrong cell. */
static bool guests_ended(void)
{
	bool all = true;
	int s;

	for (s = 0; s < 2; s++) {
		const struct machine *m = &machine[s];

		if (m->done && !m->status)
			continue;
		all = false;
		fflush(stdout);
		if (*m->scene)
			fprintf(stderr, "demo: in the guest with the %s kernel the scene could not be set: %s\n",
				m->name, m->scene);
		else
			fprintf(stderr, "demo: the guest with the %s kernel did not finish (it was at '%s'); its console is in %s/%s/console.log\n",
				m->name, *m->at ? m->at : "boot", opt.results,
				m->name);
	}
	return all;
}

static void parse(int argc, char **argv)
{
	struct {
		const char *name;
		const char **value;
	} known[] = {
		{ "--runner", &opt.runner }, { "--programs", &opt.programs },
		{ "--results", &opt.results }, { "--base", &opt.base },
		{ "--lists", &opt.lists },
	};
	size_t k;
	int i;

	for (i = 1; i < argc; i++) {
		for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (!strcmp(argv[i], known[k].name))
				break;
		if (!strcmp(argv[i], "--tap"))
			opt.tap = true;
		else if (k < sizeof(known) / sizeof(known[0]) && i + 1 < argc)
			*known[k].value = argv[++i];
		else
			goto wrong;
	}
	if (opt.runner && opt.programs && opt.lists && opt.results &&
	    opt.base)
		return;
wrong:
	fputs(usage, stderr);
	exit(2);
}

static void save_table(void)
{
	char *path = text_of("%s/table.txt", opt.results);
	FILE *f = open_to_write(path);

	print_table(f, machine, opt.base);
	close_written(f, path);
	free(path);
}

static void show(size_t wrong)
{
	size_t cells = 2 * demo_case_count;

	save_table();
	print_table(stdout, machine, opt.base);
	printf("\n");
	explain();
	if (wrong) {
		printf("Not as it should be: %zu of %zu cells and checks; what each tool said is in %s/{stock,patched}/\n",
		       wrong, cells, opt.results);
		return;
	}
	printf("All %zu cells are as they should be; what each tool said is in %s/{stock,patched}/\n",
	       cells, opt.results);
	printf("\nTry it yourself: `make shell K=patched IMAGE=debian', then\n"
	       "  su - alice\n"
	       "  /opt/capsplit/bin/trace-cmd record -d -e sched_switch sleep 1\n"
	       "  /opt/capsplit/bin/trace-cmd report | head\n"
	       "Then `make test', which asks far more.\n");
}

int main(int argc, char **argv)
{
	size_t wrong;

	parse(argc, argv);
	if (demo_case_count > MAX_CASES)
		die("there are more cases than MAX_CASES");
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	signal(SIGHUP, stop);

	if (!opt.tap) {
		printf("Booting Linux %s, stock and patched, and trying %zu things in each ...\n",
		       opt.base, demo_case_count);
		fflush(stdout);
	}
	run_both();
	read_consoles();
	wrong = cells_wrong(machine);
	if (opt.tap)
		print_tap(machine, opt.results);
	else if (machine[STOCK].ended || machine[PATCHED].ended)
		show(wrong);
	return !guests_ended() ? 2 : wrong ? 1 : 0;
}

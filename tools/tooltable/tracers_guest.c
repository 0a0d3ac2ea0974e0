// SPDX-License-Identifier: GPL-2.0
/*
 * tracers-guest - run every line of tracers.list in the guest, and report
 *
 * Runs as root; the commands run as alice or bob with the capabilities that
 * the line needs, and with one of them less.  Prints lines "tracers: ..." for
 * the host.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "scene.h"
#include "tracers_guest.h"

static struct tracers list;

/* The strict one first: what is not tried at both is tried there. */
static const struct {
	int paranoid, kptr_restrict;
} settings[] = { { 3, 1 }, { 2, 0 } };

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

static struct who who(const struct row *r, enum account a)
{
	return (struct who) {
		.uid = a == NOBODY ? BOB : ALICE, .home = WORK,
		.bpf = r->bpf && a != NOBODY && a != NO_BPF,
		.tracing = r->tracing && a != NOBODY && a != NO_TRACING,
	};
}

static void run_row(size_t i, enum account a)
{
	const struct row *r = &list.row[i];
	const struct program *p = &list.program[r->program];
	struct who as = who(r, a);
	size_t n = r->twice && a == HERE ? SETTINGS : 1, s;
	struct outcome o;

	printf("tracers: begin %zu %d\n", i, a);
	for (s = 0; s < n; s++) {
		place_make(as.uid, settings[s].paranoid,
			   settings[s].kptr_restrict);
		printf("tracers: log perf_event_paranoid %d, kptr_restrict %d\n",
		       settings[s].paranoid, settings[s].kptr_restrict);
		o = steps_run(p, r, &as);
		place_clean();
		if (o.verdict != r->want[a])
			break;
	}
	if (*o.error)
		printf("tracers: error %zu %d %s\n", i, a, o.error);
	printf("tracers: end %zu %d %s\n", i, a, verdict_word[o.verdict]);
	fflush(stdout);
}

static void ask_version(size_t n)
{
	const struct program *p = &list.program[n];
	char *argv[] = { p->path, p->version, NULL };
	struct who root = { .home = "/root" };
	struct child c = { 0 };
	const char *line, *commit;
	size_t len;

	if (!child_start(&c, &root, argv))
		exit(1);
	waitpid(c.pid, NULL, 0);
	child_read(&c);
	line = c.out.v + strspn(c.out.v, "\r\n");
	len = strcspn(line, "\r\n");
	/* which commit of the series it was built from does not matter */
	commit = memmem(line, len, ".g", 2);
	printf("tracers: version %zu %.*s\n", n,
	       (int)(commit ? (size_t)(commit - line) : len), line);
	child_free(&c);
}

/* Whether the row is for this guest: the work is divided between some. */
static bool is_mine(size_t i, const char *part)
{
	size_t n, of;

	if (sscanf(part, "%zu/%zu", &n, &of) != 2 || !of || n >= of) {
		fprintf(stderr, "tracers: %s is not N/OF\n", part);
		exit(2);
	}
	return i % of == n;
}

int main(int argc, char **argv)
{
	bool stock;
	pid_t acting;
	size_t i;
	int a;

	if (argc != 4 || geteuid()) {
		fputs("usage, as root: tracers-guest stock|patched PART/PARTS LIST\n",
		      stderr);
		return 2;
	}
	stock = !strcmp(argv[1], "stock");
	tracers_load(&list, argv[3]);
	if (!scene_set())
		return 1;
	if (is_mine(0, argv[2]))
		for (i = 0; i < list.programs; i++)
			ask_version(i);
	acting = place_root_acts();
	for (i = 0; i < list.rows; i++)
		for (a = 0; a < ACCOUNTS; a++)
			if ((a == AT_STOCK) == stock && is_mine(i, argv[2]) &&
			    list.row[i].want[a] != UNKNOWN)
				run_row(i, a);
	kill(acting, SIGKILL);
	printf("tracers: done %zu\n", list.rows);
	return 0;
}

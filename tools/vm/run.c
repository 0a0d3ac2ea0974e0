// SPDX-License-Identifier: GPL-2.0
/* vm-run: run a command in a guest machine; see options.c for its usage. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "run.h"

static struct options opts;
static struct run run;
static struct result result;

void fatal(const char *fmt, ...)
{
	va_list ap;

	fputs("vm: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	paths_cleanup(&run, &opts, false);
	exit(opts.verdict ? 4 : EXIT_HARNESS);
}

/* QEMU did not get as far as a guest: its own last words say why */
static bool qemu_failed(char *why, size_t size)
{
	struct buffer log = { 0 };
	int st = result.qemu_status;
	bool failed = WIFEXITED(st) && WEXITSTATUS(st);

	if (failed && WEXITSTATUS(st) == 127)
		snprintf(why, size,
			 "there is no qemu-system-x86_64; install it with: make deps");
	else if (failed) {
		buffer_load(&log, run.qemu_log);
		snprintf(why, size, "QEMU failed: %.*s",
			 (int)strcspn(log.data, "\n"), log.data);
		free(log.data);
	}
	return failed;
}

/* The outcome of a plain run as an exit code */
static int plain(void)
{
	const char *when = result.ready ? "while the command ran" :
					  "before the command started";
	char why[512];

	if (result.trouble[0])
		fprintf(stderr, "vm: %s; the console log is %s\n",
			result.trouble, run.console);
	else if (result.timed_out) {
		fprintf(stderr,
			"vm: no end after %u s (%s); the console log is %s\n",
			opts.timeout, when, run.console);
		return EXIT_TIMEOUT;
	} else if (qemu_failed(why, sizeof(why)))
		fprintf(stderr, "vm: %s\n", why);
	else if (!result.sealed || !result.has_status) {
		autopsy(run.console, why, sizeof(why));
		fprintf(stderr, "vm: the guest died %s%s%s; the console log is %s\n",
			when, *why ? ": " : "", why, run.console);
	} else
		return result.save_failed && !result.status ?
			EXIT_HARNESS : result.status;
	return EXIT_HARNESS;
}

static bool went_well(int code)
{
	if (opts.verdict)
		return !code;
	return result.sealed && result.has_status && !result.trouble[0];
}

int main(int argc, char **argv)
{
	struct termios tty;
	bool raw = false;
	int code;

	options_parse(&opts, argc, argv);
	paths_find(&opts, &run);
	initrd_write(&opts, &run);
	if (opts.shell)
		raw = !tcgetattr(0, &tty);
	qemu_start(&opts, &run);
	stream_run(&opts, &run, &result);
	if (raw)
		tcsetattr(0, TCSADRAIN, &tty);
	if (result.interrupted) {
		paths_cleanup(&run, &opts, false);
		signal(result.interrupted, SIG_DFL);
		raise(result.interrupted);
		return 128 + result.interrupted;
	}
	code = opts.verdict ? judge(&opts, &run, &result) : plain();
	paths_cleanup(&run, &opts, !went_well(code));
	return code;
}

// SPDX-License-Identifier: GPL-2.0
/* The command line: one table per command says what there is. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <json-c/json.h>

#include "capsplit.h"

#define MAX_OPTIONS	24

bool json_wanted;
const char *cli_name = "capsplit";

/* Every command has these */
static const struct cli_option common[] = {
	{ 'J', "json", NULL, "print JSON; capsplit(1) describes it" },
	{ 'h', "help", NULL, "print this help and exit" },
};

static void help_option(const struct cli_option *o)
{
	char letter[8] = "   ", *left;

	if (o->id < 256)
		snprintf(letter, sizeof(letter), "-%c,", o->id);
	if (o->arg && *o->arg == '[')
		left = format("%s --%s[=%s", letter, o->name, o->arg + 1);
	else
		left = format("%s --%s%s%s", letter, o->name,
			      o->arg ? " " : "", o->arg ? o->arg : "");
	printf("  %-24s %s\n", left, o->help);
	free(left);
}

void cli_help(const struct cli_command *c)
{
	size_t i;

	printf("usage: capsplit %s %s\n%s.\n\nOptions:\n", c->name,
	       c->synopsis, c->what);
	for (i = 0; i < c->nr_options; i++)
		help_option(&c->options[i]);
	for (i = 0; i < ARRAY_SIZE(common); i++)
		help_option(&common[i]);
	if (c->more)
		printf("\n%s", c->more);
}

static int argument_of(const struct cli_option *o)
{
	if (!o->arg)
		return no_argument;
	return *o->arg == '[' ? optional_argument : required_argument;
}

static size_t build(const struct cli_option *from, size_t n,
		    struct option *longs, size_t used, char *shorts)
{
	size_t i;

	for (i = 0; i < n; i++, used++) {
		longs[used] = (struct option){
			.name = from[i].name,
			.has_arg = argument_of(&from[i]),
			.val = from[i].id,
		};
		if (from[i].id < 256)
			sprintf(shorts + strlen(shorts), "%c%s", from[i].id,
				from[i].arg ? ":" : "");
	}
	return used;
}

int cli_next(const struct cli_command *c, int argc, char **argv)
{
	struct option longs[MAX_OPTIONS + ARRAY_SIZE(common) + 1] = { 0 };
	char shorts[4 * MAX_OPTIONS] = "+:", *said;
	size_t n;
	int opt, at = optind;

	n = build(c->options, c->nr_options, longs, 0, shorts);
	build(common, ARRAY_SIZE(common), longs, n, shorts);
	opterr = 0;
	opt = getopt_long(argc, argv, shorts, longs, NULL);
	switch (opt) {
	case -1:
		return 0;
	case 'J':
		json_wanted = true;
		return opt;
	case 'h':
		cli_help(c);
		exit(DONE);
	case ':':
		said = out_safe(argv[optind - 1]);
		die_usage("'%s' takes an argument", said);
	case '?':
		said = out_safe(argv[at < argc ? at : argc - 1]);
		die_usage("there is no option '%s', or it takes no argument",
			  said);
	}
	return opt;
}

static void say(enum status status, const char *fmt, va_list ap, bool usage)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", cli_name, text);
	if (usage)
		fprintf(stderr, "Try '%s --help' for more information.\n",
			cli_name);
	if (json_wanted) {
		struct json_object *o = js_begin();

		js_set(o, "error", js_text(text));
		js_set(o, "status", json_object_new_int(status));
		js_print(o);
	}
	free(text);
}

void die(enum status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(status, fmt, ap, false);
	va_end(ap);
	exit(status);
}

void die_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(USAGE, fmt, ap, true);
	va_end(ap);
	exit(USAGE);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s: ", cli_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

long cli_number(const char *what, const char *text, long min, long max)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < min || n > max)
		die_usage("%s takes a number from %ld to %ld, not '%s'", what,
			  min, max, out_safe(text));
	return n;
}

bool cli_privileged_file(void)
{
	return getauxval(AT_SECURE);
}

// SPDX-License-Identifier: GPL-2.0
/* The command line of vm-run. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

static const char usage[] =
"usage: tools/vm/run [OPTION]... -- COMMAND [ARG]...\n"
"Run a command in a guest machine and exit with its status; 124 if it took\n"
"too long, 125 if the guest died or could not be started.\n"
"\n"
"  --kernel stock|patched|PATH  which kernel to boot (patched)\n"
"  --base VERSION               whose kernels those are (6.12)\n"
"  --image tiny|debian          busybox in memory, or Debian 13 (tiny)\n"
"  --disk FILE                  use this file system for the image, and write to it\n"
"  --systemd                    boot the image's systemd, then run the command\n"
"  --user UID                   run as this user, without capabilities\n"
"  --caps LIST                  raise these, by name or number; for root: only these\n"
"  --strict-caps                stop if the kernel does not know one of them\n"
"  --timeout SECONDS            of the whole run (600); times VM_TIMEOUT_SCALE\n"
"  --memory MB                  of the guest (512; debian: 1024)\n"
"  --smp N                      processors of the guest (1)\n"
"  --append ARGS                more for the kernel's command line\n"
"  --add FILE[=NAME]            put FILE into the guest's /run/vm/bin; repeatable\n"
"                               with --systemd NAME.service is enabled, and users\n"
"                               of NAME.sysusers are made, before the boot\n"
"  --env KEY=VALUE              set in the command's environment; repeatable\n"
"  --save GUESTFILE=FILE        copy a file out afterwards; repeatable\n"
"  --console FILE               keep the console's log there\n"
"  --verdict                    judge the command's KTAP and the kernel's log:\n"
"                               0 pass, 1 test failed, 2 kernel splat,\n"
"                               3 guest died or hung, 4 harness error\n"
"  --may-skip NAME              this test may be skipped; repeatable\n"
"  --record FILE                keep what the verdict was made from\n"
"  --accel tcg|kvm              kvm only if a probe boot works (tcg)\n"
"  --icount                     one nanosecond per instruction: exact timings\n"
"  --shell                      give a person a prompt; leave with exit\n"
"  --dry-run                    print QEMU's command line and stop\n";

enum {
	OPT_KERNEL = 256, OPT_BASE, OPT_IMAGE, OPT_USER, OPT_CAPS,
	OPT_STRICT, OPT_TIMEOUT, OPT_MEMORY, OPT_SMP, OPT_APPEND, OPT_ADD,
	OPT_ENV, OPT_SAVE, OPT_CONSOLE, OPT_VERDICT, OPT_ACCEL, OPT_ICOUNT,
	OPT_SHELL, OPT_DRY_RUN, OPT_HELP, OPT_MAY_SKIP, OPT_RECORD,
	OPT_SYSTEMD, OPT_DISK,
};

static const struct option longopts[] = {
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "base", required_argument, NULL, OPT_BASE },
	{ "image", required_argument, NULL, OPT_IMAGE },
	{ "disk", required_argument, NULL, OPT_DISK },
	{ "systemd", no_argument, NULL, OPT_SYSTEMD },
	{ "user", required_argument, NULL, OPT_USER },
	{ "caps", required_argument, NULL, OPT_CAPS },
	{ "strict-caps", no_argument, NULL, OPT_STRICT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "smp", required_argument, NULL, OPT_SMP },
	{ "append", required_argument, NULL, OPT_APPEND },
	{ "add", required_argument, NULL, OPT_ADD },
	{ "env", required_argument, NULL, OPT_ENV },
	{ "save", required_argument, NULL, OPT_SAVE },
	{ "console", required_argument, NULL, OPT_CONSOLE },
	{ "verdict", no_argument, NULL, OPT_VERDICT },
	{ "may-skip", required_argument, NULL, OPT_MAY_SKIP },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "accel", required_argument, NULL, OPT_ACCEL },
	{ "icount", no_argument, NULL, OPT_ICOUNT },
	{ "shell", no_argument, NULL, OPT_SHELL },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static unsigned int number(const char *name, const char *text,
			   unsigned int min, unsigned int max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text || *end || *text == '-' || n < min || n > max)
		fatal("--%s takes a number from %u to %u, not '%s'", name, min,
		      max, text);
	return n;
}

static void parse_caps(struct options *o, const char *list)
{
	char bad[64];

	if (!caps_parse(list, &o->caps, bad, sizeof(bad)))
		fatal("--caps: '%s' is no capability's name or number; write for example cap_bpf,cap_tracing or 39,41",
		      bad);
	o->has_caps = true;
}

static void push_pair(struct pair *list, size_t *count, const char *name,
		      const char *host, const char *guest)
{
	if (*count == LIST_MAX)
		fatal("--%s was given more than %d times", name, LIST_MAX);
	list[*count].host = host;
	list[(*count)++].guest = guest;
}

static void parse_add(struct options *o, const char *arg)
{
	char *host = strdup(arg), *eq = strrchr(host, '=');
	const char *slash;

	if (eq)
		*eq++ = '\0';
	slash = strrchr(host, '/');
	push_pair(o->add, &o->addc, "add", host,
		  eq ? eq : slash ? slash + 1 : host);
	if (!*o->add[o->addc - 1].guest ||
	    strchr(o->add[o->addc - 1].guest, '/'))
		fatal("--add %s: the name in the guest must be a plain file name",
		      arg);
}

static void parse_save(struct options *o, const char *arg)
{
	char *guest = strdup(arg), *eq = strchr(guest, '=');

	if (!eq || eq == guest || !eq[1])
		fatal("--save takes GUESTFILE=HOSTFILE, not '%s'", arg);
	*eq++ = '\0';
	push_pair(o->save, &o->savec, "save", eq, guest);
	if (o->savec > 250)
		fatal("--save was given more than 250 times");
}

static void push(const char **list, size_t *count, const char *name,
		 const char *arg)
{
	if (*count == LIST_MAX)
		fatal("--%s was given more than %d times", name, LIST_MAX);
	list[(*count)++] = arg;
}

static void parse_env(struct options *o, const char *arg)
{
	if (*arg == '=' || !strchr(arg, '='))
		fatal("--env takes KEY=VALUE, not '%s'", arg);
	push(o->env, &o->envc, "env", arg);
}

static void parse_image(struct options *o, const char *arg)
{
	if (strcmp(arg, "tiny") && strcmp(arg, "debian"))
		fatal("--image takes tiny or debian, not '%s'", arg);
	o->image = arg;
}

static void parse_accel(struct options *o, const char *arg)
{
	if (strcmp(arg, "tcg") && strcmp(arg, "kvm"))
		fatal("--accel takes tcg or kvm, not '%s'", arg);
	o->accel = arg;
}

static void take(struct options *o, int opt, char **argv)
{
	switch (opt) {
	case OPT_KERNEL:
		o->kernel = optarg;
		break;
	case OPT_BASE:
		o->base = optarg;
		break;
	case OPT_IMAGE:
		parse_image(o, optarg);
		break;
	case OPT_DISK:
		o->disk = optarg;
		break;
	case OPT_SYSTEMD:
		o->systemd = true;
		break;
	case OPT_USER:
		o->uid = number("user", optarg, 0, 4294967294U);
		o->has_uid = true;
		break;
	case OPT_CAPS:
		parse_caps(o, optarg);
		break;
	case OPT_STRICT:
		o->strict_caps = true;
		break;
	case OPT_TIMEOUT:
		o->timeout = number("timeout", optarg, 1, 1000000);
		break;
	case OPT_MEMORY:
		o->memory = number("memory", optarg, 64, 1048576);
		break;
	case OPT_SMP:
		o->smp = number("smp", optarg, 1, 64);
		break;
	case OPT_APPEND:
		o->append = optarg;
		break;
	case OPT_ADD:
		parse_add(o, optarg);
		break;
	case OPT_ENV:
		parse_env(o, optarg);
		break;
	case OPT_SAVE:
		parse_save(o, optarg);
		break;
	case OPT_CONSOLE:
		o->console = optarg;
		break;
	case OPT_VERDICT:
		o->verdict = true;
		break;
	case OPT_MAY_SKIP:
		push(o->may_skip, &o->may_skipc, "may-skip", optarg);
		break;
	case OPT_RECORD:
		o->record = optarg;
		break;
	case OPT_ACCEL:
		parse_accel(o, optarg);
		break;
	case OPT_ICOUNT:
		o->icount = true;
		break;
	case OPT_SHELL:
		o->shell = true;
		break;
	case OPT_DRY_RUN:
		o->dry_run = true;
		break;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	case ':':
		fatal("%s needs a value; see tools/vm/run --help",
		      argv[optind - 1]);
	default:
		fatal("unknown option %s; see tools/vm/run --help",
		      argv[optind - 1]);
	}
}

/* A slow machine is one knob, not an edit of every timeout */
static unsigned int scaled(unsigned int seconds)
{
	const char *text = getenv("VM_TIMEOUT_SCALE");
	double scale;
	char *end;

	if (!text || !*text)
		return seconds;
	scale = strtod(text, &end);
	if (*end || !(scale > 0) || scale > 1000)
		fatal("VM_TIMEOUT_SCALE is a factor such as 2 or 1.5, not '%s'",
		      text);
	seconds = seconds * scale;
	return seconds ? seconds : 1;
}

void options_parse(struct options *o, int argc, char **argv)
{
	int opt;

	o->kernel = "patched";
	o->base = "6.12";
	o->image = "tiny";
	o->accel = "tcg";
	o->append = "";
	o->timeout = 600;
	o->smp = 1;
	/* "+": the command's own options are not ours */
	while ((opt = getopt_long(argc, argv, "+:", longopts, NULL)) != -1)
		take(o, opt, argv);
	o->argv = argv + optind;
	o->argc = argc - optind;
	if (!o->argc && !o->shell)
		fatal("no command given; write tools/vm/run [OPTION]... -- COMMAND [ARG]...");
	if (o->verdict && o->shell)
		fatal("--verdict judges a command; it cannot go with --shell");
	if (o->shell && (!isatty(0) || !isatty(1)))
		fatal("a shell needs a terminal; to run one command use tools/vm/run -- COMMAND");
	if (o->systemd && strcmp(o->image, "debian"))
		fatal("the tiny image has no systemd; add --image debian");
	if (o->disk && strcmp(o->image, "debian"))
		fatal("the tiny image is in memory; add --image debian");
	if (!o->memory)
		o->memory = !strcmp(o->image, "debian") ? 1024 : 512;
	o->timeout = o->shell ? 0 : scaled(o->timeout);
}

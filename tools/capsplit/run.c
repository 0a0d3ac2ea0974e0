// SPDX-License-Identifier: GPL-2.0
/* capsplit run: a program with just these capabilities, or none at all. */
#include <getopt.h>
#include <stdlib.h>
#include <json-c/json.h>

#include "launch.h"
#include "token.h"

static const struct cli_option options[] = {
	{ OPT_CAPS, "caps", "LIST",
	  "capabilities by name or number, separated by commas (none)" },
	{ OPT_USER, "user", "USER", "run as this user, by name or number" },
	{ OPT_TOKEN, "token", "PATH", "with a BPF token, for its bpf(2)" },
	{ OPT_DEV, "dev", "NAME",
	  "the same by a device: bpf, bpf-net or bpf-tracing" },
	{ OPT_NEW_PRIVS, "allow-new-privs", NULL,
	  "let set-user-ID programs and file capabilities work" },
	{ 'n', "dry-run", NULL, "say what would be done, and stop" },
};

static void describe(const struct launch *p, const char *token)
{
	char *caps = caps_text(p->caps);
	uid_t uid = p->as_user ? p->user.uid : p->have.uid;

	if (json_wanted) {
		struct json_object *o = js_begin(), *argv;
		char **arg;

		js_set(o, "uid", json_object_new_int64(uid));
		js_set(o, "ambient", js_caps(p->caps));
		js_set(o, "bounding", js_caps(p->cut_bounding ?
			p->caps & p->have.bounding : p->have.bounding));
		js_set(o, "no_new_privs", json_object_new_boolean(!p->new_privs));
		js_set(o, "token", js_text(token));
		argv = must(json_object_new_array());
		for (arg = p->argv; *arg; arg++)
			json_object_array_add(argv, js_text(*arg));
		js_set(o, "argv", argv);
		js_print(o);
	} else {
		char *program = out_safe(p->argv[0]);

		printf("program       %s\nuser          %u\ncapabilities  %s\n"
		       "bounding set  %s\nno_new_privs  %s\n", program, uid,
		       caps, p->cut_bounding ? "the same" :
		       "as it is: cutting it takes cap_setpcap, and nothing is gained from it",
		       p->new_privs ? "no" : "yes");
		if (token) {
			char *safe = out_safe(token);

			printf("token         %s\n", safe);
			free(safe);
		}
		free(program);
	}
	free(caps);
}

static int run(const struct cli_command *c, int argc, char **argv)
{
	struct launch p = { 0 };
	const char *token = NULL, *dev = NULL;
	bool dry = false;
	int opt;

	while ((opt = cli_next(c, argc, argv))) {
		switch (opt) {
		case OPT_CAPS:
			p.caps = caps_argument("--caps", optarg);
			break;
		case OPT_USER:
			if (!user_find(optarg, &p.user))
				die_usage("there is no user '%s'",
					  out_safe(optarg));
			p.as_user = true;
			break;
		case OPT_TOKEN:
			token = optarg;
			break;
		case OPT_DEV:
			dev = optarg;
			break;
		case OPT_NEW_PRIVS:
			p.new_privs = true;
			break;
		case 'n':
			dry = true;
			break;
		}
	}
	if (optind == argc)
		die_usage("which program is to run is missing");
	p.argv = argv + optind;
	if (token && dev)
		die_usage("--token and --dev name one token each, and a program has one");
	launch_check(&p);
	/* By the caller's rights, whoever the program runs as */
	if (token)
		p.token = token_open(token);
	else if (dev)
		p.token = token_open_dev(dev);
	launch_check_file(&p);
	if (dry) {
		describe(&p, token ? token : dev);
		return DONE;
	}
	launch_become(&p);
	launch_exec(&p);
}

const struct cli_command cmd_run = {
	"run", "[OPTION]... [--] PROGRAM [ARGUMENT]...",
	"Run a program with just the capabilities that it is given",
	options, ARRAY_SIZE(options),
	"The capabilities are in all sets of the program, the ambient set too; the\n"
	"bounding set is cut to them, and no_new_privs keeps it from gaining others.\n"
	"A token is for the program itself, not for those that it starts.\n"
	"Exit status: the program's; before it runs 1, 2 or 3 as for every command,\n"
	"126 if it cannot be run and 127 if there is none.\n",
	run,
};

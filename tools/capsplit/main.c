// SPDX-License-Identifier: GPL-2.0
/*
 * capsplit - who may observe, why not, and how to grant just that
 */
#include <stdlib.h>
#include <string.h>

#include "capsplit.h"

static const struct cli_command * const commands[] = {
	&cmd_why, &cmd_check, &cmd_who, &cmd_run, &cmd_token, &cmd_ns,
	&cmd_unshare, &cmd_enter,
};

static void help(void)
{
	size_t i;

	printf("usage: capsplit COMMAND [OPTION]...\n"
	       "Who may observe the kernel and every task, why not, and how to grant just that.\n"
	       "\nCommands:\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-8s %s\n", commands[i]->name, commands[i]->what);
	printf("\nOptions:\n"
	       "  -h, --help     print this help and exit\n"
	       "  -V, --version  print the version and exit\n"
	       "\n'capsplit COMMAND --help' says more about a command, capsplit(1) about all.\n"
	       "Exit status: 0 done, 1 refused by the kernel, 2 usage, 3 unsupported here.\n");
}

static int version(void)
{
	printf("capsplit %s\n", CAPSPLIT_VERSION);
	return DONE;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	size_t i;

	out_begin();
	if (!word)
		die_usage("a command is missing, for example check");
	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		help();
		return DONE;
	}
	if (!strcmp(word, "--version") || !strcmp(word, "-V"))
		return version();
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(word, commands[i]->name))
			continue;
		cli_name = format("capsplit %s", word);
		return commands[i]->run(commands[i], argc - 1, argv + 1);
	}
	die_usage("there is no %s '%s'", *word == '-' ? "option" : "command",
		  out_safe(word));
}

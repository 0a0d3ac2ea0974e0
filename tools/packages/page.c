// SPDX-License-Identifier: GPL-2.0
/*
 * The commands of the page for administrators, as they stand there: in a block
 * of literal text, after "# " root's, after "$ " those of alice, who logs in.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../services/services.h"
#include "packages.h"

void logged_in(const char *user, const char *command)
{
	char *password = path_of("secret-%c\n", *user);
	const struct typed typed[] = { { "assword: ", password } };

	/* su from root asks for no password, and so gives no capabilities */
	on_terminal(*user == 'a' ? BOB : ALICE, typed, 1, "su", "-", user,
		    "-c", command, NULL);
	free(password);
}

/* The line behind the title, which "---" underlines */
static char *find_section(char *text, const char *title)
{
	char *line = path_of("\n%s\n---", title), *at = strstr(text, line);

	free(line);
	if (!at) {
		printf("Bail out! the page has no section \"%s\"\n", title);
		exit(1);
	}
	return strchr(at + strlen(title) + 2, '\n') + 1;
}

static bool is_title(const char *line)
{
	const char *next = strchr(line, '\n');

	return next && *line != '\n' && !strncmp(next + 1, "---", 3);
}

/* A command with the lines that a backslash joins to it; *text moves behind it */
static char *take_command(char **text)
{
	char *command = *text + 6, *end = strchr(command, '\n');

	while (end && end > command && end[-1] == '\\') {
		end[-1] = end[0] = ' ';
		end = strchr(end, '\n');
	}
	if (end)
		*end++ = '\0';
	*text = end ? end : command + strlen(command);
	return command;
}

static bool is_command(const char *line)
{
	return !strncmp(line, "    # ", 6) || !strncmp(line, "    $ ", 6);
}

int follow(const char *section, bool after_reboot)
{
	char *page = slurp(PAGE), *at, *command;
	int done = 0;
	bool root;

	at = find_section(page, section);
	while (*at && !is_title(at)) {
		if (!is_command(at)) {
			at = strchr(at, '\n');
			at = at ? at + 1 : "";
			continue;
		}
		root = at[4] == '#';
		command = take_command(&at);
		if (root && !strcmp(command, "reboot")) {
			if (!after_reboot)
				break;
			after_reboot = false;
			continue;
		}
		if (after_reboot)
			continue;
		if (root)
			run("sh", "-c", command, NULL);
		else
			logged_in("alice", command);
		exits(0, "%s %s", root ? "#" : "$", command);
		done++;
	}
	free(page);
	return done;
}

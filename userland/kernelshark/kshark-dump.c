// SPDX-License-Identifier: GPL-2.0
/*
 * kshark-dump - what KernelShark reads in a trace, line by line
 *
 * The same library, and the same calls as those by which its window fills the
 * list of events: it opens the file, loads the entries and asks each for its
 * task and its event.
 */
#include <stdio.h>
#include <stdlib.h>

#include <libkshark.h>

static const char *or_nothing(const char *text)
{
	return text ? text : "(nothing)";
}

int main(int argc, char **argv)
{
	struct kshark_context *ctx = NULL;
	struct kshark_entry **rows = NULL;
	ssize_t n, i;
	int sd;

	if (argc != 2) {
		fputs("usage: kshark-dump TRACE.DAT\n", stderr);
		return 2;
	}
	if (!kshark_instance(&ctx)) {
		fputs("kshark-dump: out of memory\n", stderr);
		return 1;
	}
	sd = kshark_open(ctx, argv[1]);
	if (sd < 0) {
		fprintf(stderr, "kshark-dump: KernelShark cannot open %s\n",
			argv[1]);
		return 1;
	}
	n = kshark_load_entries(ctx, sd, &rows);
	if (n < 0) {
		fprintf(stderr, "kshark-dump: KernelShark cannot read the entries of %s\n",
			argv[1]);
		return 1;
	}
	for (i = 0; i < n; i++) {
		char *task = kshark_get_task(rows[i]);
		char *event = kshark_get_event_name(rows[i]);
		char *info = kshark_get_info(rows[i]);

		printf("%s: %s: %s\n", or_nothing(task), or_nothing(event),
		       or_nothing(info));
		free(task);
		free(event);
		free(info);
	}
	printf("%zd entries\n", n);
	return 0;
}

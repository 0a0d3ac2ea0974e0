/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_TEST_CAPTURE_H
#define VM_TEST_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A program under test and all it prints; out and err end in a NUL */
struct capture {
	pid_t pid;
	int fd[2];
	char *out, *err;
	size_t outlen, errlen;
	int status;		/* exit status, or 128 and the signal */
};

void capture_start(struct capture *c, const char *const *argv);
void capture_finish(struct capture *c);
void capture_free(struct capture *c);

/* The path of another program in the directory that this one is in */
const char *sibling(const char *name);

/* Is any process alive that has this text in its command line? */
bool process_with(const char *text);

#endif

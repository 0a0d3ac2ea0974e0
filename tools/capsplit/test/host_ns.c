// SPDX-License-Identifier: GPL-2.0
/* capsplit ns, unshare and enter, as far as a kernel without namespaces goes. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "test.h"

static const struct {
	const char *command, *says;
} usage[] = {
	{ "ns frob", "'frob' is more" },
	{ "ns --bpf", "no option '--bpf'" },
	{ "unshare echo ran", "--bpf is missing" },
	{ "unshare --user echo ran", "--bpf is missing" },
	{ "unshare --bpf= echo ran", "the name of a file" },
	{ "unshare --bpf --fork=yes echo ran", "--fork=yes" },
	{ "unshare --bpf -x echo ran", "no option '-x'" },
	{ "enter", "a process or a file is missing" },
	{ "enter --user", "a process or a file is missing" },
	{ "enter --bpf 1 echo ran", "no option '--bpf'" },
};

/* In this order: a wrong command line is one on every kernel */
static const char *const right[] = {
	"ns", "ns -J", "unshare --bpf echo ran", "unshare --bpf -rf -- echo ran",
	"unshare --bpf=/etc/passwd echo ran", "enter 1 echo ran",
	"enter --user /etc/passwd -- echo ran",
};

void ns_tests(void)
{
	char *copy = path_of("%s/capsplit", scratch);
	size_t i;

	for (i = 0; i < sizeof(usage) / sizeof(usage[0]); i++) {
		sh("$C %s", usage[i].command);
		ok(res.status == 2 && said(usage[i].says) && !said("ran\n"),
		   "%s ends with 2, and says why", usage[i].command);
		note("it said", res.out);
	}
	for (i = 0; access("/proc/self/ns/bpf", F_OK) &&
		    i < sizeof(right) / sizeof(right[0]); i++) {
		sh("$C %s", right[i]);
		ok(res.status == 3 && said("no BPF namespaces") &&
		   !said("ran\n"), "%s ends with 3 on this kernel", right[i]);
		note("it said", res.out);
	}
	copy_program(program, copy);
	run("setcap", "cap_bpf,cap_sys_admin+ep", copy, NULL);
	as_uid(1000, copy, "unshare", "--bpf", "echo", "ran", NULL);
	ok(res.status == 1 && said("its file") && !said("ran\n"),
	   "a capsplit with file capabilities makes no namespace");
	note("it said", res.out);
	as_uid(1000, copy, "enter", "1", "echo", "ran", NULL);
	ok(res.status == 1 && said("its file") && !said("ran\n"),
	   "nor does it enter one");
	unlink(copy);
	free(copy);
}

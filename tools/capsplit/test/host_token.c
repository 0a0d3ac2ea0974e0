// SPDX-License-Identifier: GPL-2.0
/* capsplit token, and run with one, as far as the command line decides. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "test.h"

void token_tests(void)
{
	static const struct {
		const char *command, *says;
		int status;
	} of[] = {
		{ "token", "revoke is missing", 2 },
		{ "token --caps cap_bpf", "revoke is missing", 2 },
		{ "token frob", "no 'frob'", 2 },
		{ "token create", "where the token is to be pinned is missing", 2 },
		{ "token create /t", "--caps is missing", 2 },
		{ "token create --caps bpf /t /u", "'/u' is more", 2 },
		{ "token create --caps frob /t", "'frob' is no capability", 2 },
		{ "token create --caps bpf --cmds prog_laod /t", "'prog_laod'", 2 },
		{ "token create --caps bpf --maps hash,64 /t", "'64'", 2 },
		{ "token create --caps bpf --maps hash, /t", "''", 2 },
		{ "token create --caps bpf --progs BPF_MAP_TYPE_HASH /t", "program types", 2 },
		{ "token create --caps bpf --attachs -1 /t", "attach types", 2 },
		{ "token create --caps bpf --user no-such-user /t", "no user", 2 },
		{ "token create --caps bpf --cgroup /no/such /t", "/no/such", 1 },
		{ "token derive /t", "is missing", 2 },
		{ "token pin /t", "is missing", 2 },
		{ "token revoke", "which token is missing", 2 },
		{ "token list /t", "'/t' is more", 2 },
		{ "token show /etc/passwd", "bpf file system", 1 },
		{ "token show /proc/4194304/fd/1", "no process", 1 },
		{ "run --dev null true", "no device 'null'", 2 },
		{ "run --dev ../etc true", "no device", 2 },
		{ "run --dev bpf --token /t true", "one token each", 2 },
		{ "run --token /etc/passwd echo ran", "bpf file system", 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		sh("$C %s", of[i].command);
		ok(res.status == of[i].status && said(of[i].says) &&
		   !said("ran\n"), "%s ends with %d, and says why",
		   of[i].command, of[i].status);
		note("it said", res.out);
	}
	/* Numbers and every form of a name are the same */
	sh("$C token show \"$(printf '/proc/self\\n\\033[31m')\"");
	ok(res.status && !said("\033"), "a path cannot move the cursor");
}

// SPDX-License-Identifier: GPL-2.0
/*
 * capsplit-test - what of capsplit can be tested on the building machine
 *
 * As root, with a capsplit that was built with sanitizers.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <json-c/json.h>

#include "host.h"
#include "test.h"

const char *program;
char scratch[] = "/tmp/capsplit-test.XXXXXX";

static void whole(void)
{
	char *name[16];
	size_t n = commands(name, 16), i;

	sh("$C --help 2>/dev/null");
	exits(0, "--help ends with 0");
	ok(said("usage: capsplit "), "--help is on stdout");
	sh("$C --version 2>/dev/null");
	ok(!res.status && said("capsplit "), "--version is on stdout");
	sh("$C >/dev/null");
	exits(2, "without a command it ends with 2");
	ok(said("Try 'capsplit --help'"), "and says where to read on, on stderr");
	sh("$C frobnicate");
	exits(2, "an unknown command ends with 2");
	sh("$C --frobnicate");
	exits(2, "an unknown option ends with 2");
	sh("$C \"$(printf 'a\\033[31mb\\nc')\"");
	ok(said("\\x1b[31mb\\x0ac") && !said("\033"),
	   "what is quoted in a message cannot move the cursor");
	for (i = 0; i < n; i++) {
		sh("$C %s --help 2>/dev/null", name[i]);
		ok(!res.status && said("usage: capsplit "),
		   "%s --help ends with 0, on stdout", name[i]);
		sh("$C %s --frobnicate >/dev/null", name[i]);
		ok(res.status == 2 && said("--frobnicate") && said("Try 'capsplit"),
		   "an unknown option of %s ends with 2, and is named", name[i]);
		sh("$C %s --help >/dev/full", name[i]);
		ok(res.status == 1 && said("cannot write the output"),
		   "a full disk is noticed by %s", name[i]);
		sh("$C %s --help >&-", name[i]);
		ok(res.status == 1 && said("cannot write the output"),
		   "a closed stdout is noticed by %s", name[i]);
		sh("$C %s --json --frobnicate 2>/dev/null", name[i]);
		ok(schema_fits("error", res.out) && res.status == 2,
		   "with --json an error of %s is an object", name[i]);
		note("it said", res.out);
		free(name[i]);
	}
	sh("$C --help | tail -c 1 | od -c");
	ok(said("\\n"), "the last line is whole");
}

/* The program that is installed: valgrind does not take one with sanitizers */
static void memory(void)
{
	static const char *const commands[] = {
		"check", "check -J --caps cap_bpf,cap_tracing", "check --pid 1",
		"check --user nobody", "check --file /bin/true", "check --probe",
		"who --dir /opt", "who -J --dir /opt", "token list", "run -n true",
		"token show /dev/null", "why --frobnicate", "ns",
		"unshare --bpf=/dev/null true", "enter 1 true",
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		sh("valgrind -q --error-exitcode=99 --leak-check=full "
		   "--errors-for-leak-kinds=definite ${C%%-asan} %s 2>&1 "
		   ">/dev/null", commands[i]);
		ok(res.status != 99 && res.status != 127 && !said("== "),
		   "valgrind has nothing to say of %s", commands[i]);
		note("it said", res.out);
	}
}

static void lists(void)
{
	static const struct {
		const char *list, *says;
	} good[] = {
		{ "cap_bpf", "[ \"cap_bpf\" ]" }, { "CAP_BPF", "[ \"cap_bpf\" ]" },
		{ "bpf", "[ \"cap_bpf\" ]" }, { "39", "[ \"cap_bpf\" ]" },
		{ "0x27", "[ \"cap_bpf\" ]" }, { "cap_39", "[ \"cap_bpf\" ]" },
		{ "none", "[ ]" },
		{ "38,cap_bpf", "[ \"cap_perfmon\", \"cap_bpf\" ]" },
	};
	static const char *const bad[] = {
		"", ",", "cap_bpf,", "cap_", "cap_tracin", "64", "-1", "39x",
		"cap_bpf cap_tracing", "1e1", "99999999999999999999",
	};
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct json_object *o, *caps = NULL;

		sh("$C run -J -n --caps %s true", good[i].list);
		o = schema_fits("run", res.out);
		json_object_object_get_ex(o, "ambient", &caps);
		ok(o && !strcmp(json_object_to_json_string(caps), good[i].says),
		   "--caps %s is understood", good[i].list);
		note("it said", res.out);
		json_object_put(o);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sh("$C run --caps '%s' true", bad[i]);
		exits(2, "--caps '%s' ends with 2", bad[i]);
	}
	/* The machine's kernel need not know 41, capsplit does */
	for (i = 0; i < 2; i++) {
		bool knows = prctl(PR_CAPBSET_READ, TRACING, 0, 0, 0) >= 0;
		const char *word = i ? "41" : "cap_tracing";

		sh("$C run --caps %s true", word);
		ok(knows ? !res.status : res.status == 3 && said("cap_tracing"),
		   "--caps %s is called cap_tracing", word);
		note("it said", res.out);
	}
}

static void runs(void)
{
	const char *status = "grep -E '^(Cap|Uid|NoNew)' /proc/self/status";

	sh("$C run --caps cap_bpf,38 --user 12345 -- %s", status);
	ok(!res.status && status_line("CapPrm", "000000c000000000") &&
	   status_line("CapEff", "000000c000000000") &&
	   status_line("CapInh", "000000c000000000") &&
	   status_line("CapAmb", "000000c000000000"),
	   "the program has just what was given, in every set");
	note("it said", res.out);
	ok(status_line("CapBnd", "000000c000000000") &&
	   said("NoNewPrivs:\t1"), "and cannot get more");
	ok(said("Uid:\t12345\t12345\t12345\t12345"), "as the user that was named");
	sh("$C run -- %s", status);
	ok(!res.status && status_line("CapPrm", NOTHING) &&
	   status_line("CapBnd", NOTHING), "root without --caps has nothing");
	note("it said", res.out);
	sh("$C run --user nobody sh -c 'echo \"$HOME $USER $LOGNAME\"; id -u'");
	ok(said(" nobody nobody\n65534\n"), "--user sets the environment");
	note("it said", res.out);
	sh("$C run --allow-new-privs --caps cap_bpf --user nobody -- %s", status);
	ok(said("NoNewPrivs:\t0") && status_line("CapBnd", "0000008000000000"),
	   "--allow-new-privs leaves no_new_privs alone, not the bounding set");
	sh("$C run sh -c 'exit 42'");
	exits(42, "the exit status is the program's");
	sh("$C run /no/such/program");
	exits(127, "no such program ends with 127");
	sh("$C run /etc/passwd");
	exits(126, "what is no program ends with 126");
	sh("$C run");
	exits(2, "no program at all ends with 2");
	sh("$C run --user no-such-user true");
	exits(2, "no such user ends with 2");
	sh("$C run --user 4294967295 true");
	exits(2, "the user that means none ends with 2");
	sh("$C run echo --caps");
	ok(said_just("--caps\n"), "options end where the program begins");
}

/* What the caller lacks is named, and nothing runs */
static void refusals(void)
{
	char *copy = path_of("%s/copy", scratch);

	as_uid(1000, program, "run", "--caps", "cap_bpf", "echo", "ran", NULL);
	ok(res.status == 1 && said("cap_bpf") && said("root") && !said("ran\n"),
	   "a user without cap_bpf cannot hand it on, and reads how");
	note("it said", res.out);
	as_uid(1000, program, "run", "--user", "0", "echo", "ran", NULL);
	ok(res.status == 1 && said("cap_setuid") && !said("ran\n"),
	   "a user cannot become another");
	as_uid(1000, program, "run", "echo", "ran", NULL);
	ok(!res.status && said("ran\n"), "a user can run a program with nothing");
	as_uid(1000, program, "run", "--allow-new-privs", "echo", "ran", NULL);
	ok(res.status == 1 && said("cap_setpcap") && !said("ran\n"),
	   "but not without no_new_privs, the bounding set being full");
	sh("$C run --caps cap_bpf --allow-new-privs --user nobody -- $C run --caps cap_perfmon echo ran");
	ok(res.status == 1 && said("bounding set") && !said("ran\n"),
	   "what the bounding set lacks is told apart from what is not held");
	note("it said", res.out);

	copy_program("/bin/true", copy);
	run("setcap", "cap_perfmon+ep", copy, NULL);
	sh("$C run --caps cap_bpf --user nobody %s", copy);
	ok(res.status == 1 && said("file capabilities") && said("cap_bpf"),
	   "a program whose file capabilities would replace the grant is not run");
	note("it said", res.out);
	run("setcap", "cap_bpf+p", copy, NULL);
	sh("$C run --caps cap_bpf --user nobody %s", copy);
	ok(res.status == 1 && said("effective"),
	   "nor one whose file capabilities would not be in effect");
	run("setcap", "cap_bpf,cap_perfmon+ep", copy, NULL);
	sh("$C run --caps cap_bpf --user nobody %s", copy);
	ok(res.status == 1 && said("cap_perfmon"),
	   "nor one that asks for more than it would get");
	note("it said", res.out);
	sh("$C run --caps cap_bpf,cap_perfmon --user nobody %s", copy);
	exits(0, "one that has the grant itself is");
	free(copy);
}

/* A capsplit with file capabilities is no way to get them for anything else */
static void privileged_file(void)
{
	char *copy = path_of("%s/capsplit", scratch);

	copy_program(program, copy);
	run("setcap", "cap_bpf+ep", copy, NULL);
	as_uid(1000, copy, "run", "--caps", "cap_bpf", "echo", "ran", NULL);
	ok(res.status == 1 && said("its file") && !said("ran\n"),
	   "a capsplit with file capabilities hands none of them on");
	note("it said", res.out);
	unlink(copy);
	free(copy);
}

int main(int argc, char **argv)
{
	if (argc != 6 || geteuid()) {
		fputs("usage, as root: capsplit-test CAPSPLIT MANPAGE BASH ZSH SCHEMA\n",
		      stderr);
		return 2;
	}
	program = argv[1];
	setenv("C", program, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	/* die() leaves what it printed to exit() */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	unsetenv("NO_COLOR");
	if (!mkdtemp(scratch) || chmod(scratch, 0755)) {
		perror(scratch);
		return 1;
	}
	tap_begin();
	about = "capsplit";
	schema_load(argv[5]);
	whole();
	sync_tests(argv[2], argv[3], argv[4]);
	lists();
	memory();
	runs();
	refusals();
	privileged_file();
	token_tests();
	ns_tests();
	check_tests();
	who_tests();
	run("rm", "-rf", scratch, NULL);
	return tap_end();
}

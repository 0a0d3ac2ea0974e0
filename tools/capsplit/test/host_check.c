// SPDX-License-Identifier: GPL-2.0
/* capsplit check, with everything assumed that it would ask the kernel for. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <json-c/json.h>

#include "host.h"
#include "test.h"

#define STRICT	"--assume perf_event_paranoid=3 --assume kptr_restrict=1 --assume unprivileged_bpf_disabled=2"

/* It is more than res.out takes */
static struct json_object *check(const char *options)
{
	char *file = path_of("%s/out", scratch), *all;
	struct json_object *o;

	sh("$C check -J %s >%s", options, file);
	all = slurp(file);
	o = schema_fits("check", all ?: "");
	free(all);
	free(file);
	return o;
}

static struct json_object *op_of(struct json_object *o, const char *id)
{
	struct json_object *ops = get(o, "operations");
	size_t i;

	for (i = 0; ops && i < json_object_array_length(ops); i++) {
		struct json_object *op = json_object_array_get_idx(ops, i);

		if (!strcmp(text(op, "id"), id))
			return op;
	}
	return NULL;
}

/* Rows that readers would look for first */
static void rows(void)
{
	static const struct {
		const char *options, *id;
		bool may;
		const char *because;
	} row[] = {
		{ "--caps none --assume cap_tracing=yes " STRICT,
			"perf.cpu.kernel", false, "takes cap_tracing" },
		{ "--caps none --assume cap_tracing=no " STRICT,
			"perf.cpu.kernel", false, "takes cap_sys_admin" },
		{ "--caps cap_perfmon --assume cap_tracing=no --assume perf_event_paranoid=2",
			"perf.cpu.kernel", true, "cap_perfmon" },
		{ "--caps none --assume cap_tracing=no --assume perf_event_paranoid=-1",
			"perf.cpu.kernel", true, "kernel.perf_event_paranoid=-1" },
		{ "--caps none --assume cap_tracing=no --assume perf_event_paranoid=2",
			"perf.cpu.user", false, "or kernel.perf_event_paranoid=0" },
		{ "--caps 41 --assume cap_tracing=yes " STRICT,
			"tracefs.trace", true, "cap_tracing" },
		{ "--caps cap_tracing --assume cap_tracing=no " STRICT,
			"tracefs.trace", false, "takes cap_dac_override" },
		{ "--caps cap_tracing --userns --assume cap_tracing=yes " STRICT,
			"tracefs.trace", false, "in a child user namespace" },
		{ "--caps cap_bpf --assume cap_tracing=yes " STRICT,
			"bpf.prog.kprobe", false, "takes cap_tracing" },
		{ "--caps none --assume cap_tracing=yes " STRICT,
			"bpf.next_id.prog", false, "takes cap_bpf,cap_tracing" },
		{ "--caps cap_bpf,cap_tracing --assume cap_tracing=yes " STRICT,
			"bpf.prog.lsm", false, "takes cap_perfmon" },
		{ "--caps cap_tracing --assume cap_tracing=yes --assume kptr_restrict=2",
			"kallsyms.values", false, "takes kernel.kptr_restrict=1" },
		{ "--caps none", "bpf.attach.raw_tracepoint", true, "anybody may" },
		{ "--caps all", "tracefs.mkdir", false, "no capability opens it" },
		{ "--user root", "other.sysctl", true, "root owns it" },
		{ "--user nobody", "other.sysctl", false, "no capability opens it" },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct json_object *o = check(row[i].options);
		struct json_object *op = op_of(o, row[i].id);

		ok(op && json_object_get_boolean(get(op, "may")) == row[i].may &&
		   strstr(text(op, "because"), row[i].because),
		   "check %s: %s %s", row[i].options, row[i].id,
		   row[i].because);
		note("it said", op ? json_object_to_json_string(op) : "nothing");
		json_object_put(o);
	}
}

/* Many ask about the same: each set of capabilities is looked up once */
static bool may(const char *kernel, const char *caps, const char *id)
{
	static struct {
		char *options;
		struct json_object *answer;
	} known[128];
	char *options = path_of("--caps %s --assume cap_tracing=%s " STRICT,
				*caps ? caps : "none", kernel);
	struct json_object *op;
	size_t i;

	for (i = 0; known[i].options && strcmp(known[i].options, options); i++)
		;
	if (i + 1 == sizeof(known) / sizeof(known[0]))
		abort();
	if (known[i].options)
		free(options);
	else
		known[i].answer = check(known[i].options = options);
	op = op_of(known[i].answer, id);
	return op && json_object_get_boolean(get(op, "may"));
}

/* What a refusal says that it takes is enough, and each part of it is needed */
static void grants(const char *kernel)
{
	char *options = path_of("--caps none --assume cap_tracing=%s " STRICT,
				kernel);
	struct json_object *o = check(options), *ops = get(o, "operations");
	size_t n = ops ? json_object_array_length(ops) : 0, i, k;
	int refused = 0, wrong = 0;

	for (i = 0; i < n; i++) {
		struct json_object *op = json_object_array_get_idx(ops, i);
		struct json_object *least = get(op, "least_grant");
		char *grant = joined(least), *less;

		if (least) {
			refused++;
			wrong += !may(kernel, grant, text(op, "id"));
		}
		for (k = 0; least && k < words(grant); k++) {
			less = without(grant, k);
			if (may(kernel, less, text(op, "id"))) {
				printf("# %s: %s is enough\n", text(op, "id"),
				       less);
				wrong++;
			}
			free(less);
		}
		free(grant);
	}
	ok(n > 150 && refused > 100 && !wrong,
	   "check says of each refusal the least that allows it, cap_tracing=%s",
	   kernel);
	if (wrong || refused <= 100)
		printf("# %zu operations, %d refused, %d wrong\n", n, refused,
		       wrong);
	json_object_put(o);
	free(options);
}

/* A process whose name would end a line and move the cursor */
static pid_t odd_process(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "a\nb\033[31m\xff");
	for (;;)
		pause();
}

static void hostile(void)
{
	static const char *const pids[] = {
		"0", "-1", "", "x", "1x", "4194305", "99999999999999999999",
	};
	pid_t pid = odd_process();
	char *file = path_of("%s/file", scratch), *options;
	struct json_object *o;
	size_t i;

	for (i = 0; i < sizeof(pids) / sizeof(pids[0]); i++) {
		sh("$C check --pid '%s'", pids[i]);
		exits(2, "check --pid '%s' ends with 2", pids[i]);
	}
	/* By then it has been called what it calls itself */
	usleep(100000);
	sh("$C check --pid %d", pid);
	ok(!res.status && !said("\033") && !said("a\nb") && !said("\xff"),
	   "a process's name cannot end a line or move the cursor");
	note("it said", res.out);
	options = path_of("--pid %d", pid);
	o = check(options);
	ok(strstr(text(get(o, "subject"), "what"), "a\\nb\\x1b[31m\\xff"),
	   "and is proper JSON");
	json_object_put(o);
	free(options);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	sh("$C check --pid %d", pid);
	ok(res.status == 1 && said("no process"), "a process that has gone is told");

	sh("$C check --file %s/nothing", scratch);
	exits(1, "check --file of what is not there ends with 1");
	sh("$C check --file %s", scratch);
	exits(1, "check --file of a directory ends with 1");
	sh("mkfifo %s && $C check --file %s; s=$?; rm %s; exit $s", file, file, file);
	exits(1, "check --file of a fifo ends, with 1");
	copy_program("/bin/true", file);
	run("setcap", "cap_bpf,41+ep", file, NULL);
	sh("$C check --file %s", file);
	ok(!res.status && said("cap_bpf"), "a file's capabilities are read");
	note("it said", res.out);
	run("setcap", "-n", "1000", "cap_bpf+ep", file, NULL);
	sh("$C check --file %s", file);
	ok(!res.status && said("user namespace: here they give nothing") &&
	   said("capabilities none"), "those of a user namespace do not count");
	note("it said", res.out);
	run("setcap", "-r", file, NULL);
	chmod(file, 04755);
	sh("$C check --file %s", file);
	ok(!res.status && said("user 0, capabilities"),
	   "a set-user-ID root program has all");
	free(file);

	sh("$C check --pid 1 --caps none");
	exits(2, "check about two subjects ends with 2");
	sh("$C check --assume perf_event_paranoid=9");
	exits(2, "check --assume of no such level ends with 2");
	sh("$C check --assume frob=1");
	exits(2, "check --assume of something else ends with 2");
	sh("$C check --assume kptr_restrict=1 --probe");
	exits(2, "what is assumed cannot be tried");
	sh("$C check frob");
	exits(2, "check takes no argument");
	as_uid(1000, program, "check", "--probe", "--user", "root", NULL);
	ok(res.status == 1 && said("takes root"),
	   "a user cannot try with root's rights");
}

static void truncated(void)
{
	char *file = path_of("%s/damaged", scratch), *shim = path_of("%s.short.so", program);
	char *env = path_of("LD_PRELOAD=%s ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0", shim);

	copy_program("/bin/true", file);
	sh("%s $C check --file %s", env, file);
	ok(res.status == 1 && said("damaged; write them anew"),
	   "capabilities that end too early are told, and no guess is made");
	note("it said", res.out);
	sh("%s $C who --dir %s --unit-dir %s/none", env, scratch, scratch);
	ok(!res.status && said("/damaged") && said("cannot be read"),
	   "who lists a file with such, and what to do");
	note("it said", res.out);
	unlink(file);
	free(env);
	free(shim);
	free(file);
}

static void probes(void)
{
	struct json_object *o = check("--probe --caps none"), *op;

	op = op_of(o, "other.kill");
	ok(op && get(op, "probe") &&
	   json_object_get_boolean(get(get(op, "probe"), "agrees")),
	   "check --probe tries to signal root's process, and may not");
	op = op_of(o, "tracefs.tracer.hwlat");
	ok(op && !get(op, "probe"), "and does not try what disturbs others");
	json_object_put(o);
}

void check_tests(void)
{
	rows();
	grants("yes");
	grants("no");
	hostile();
	truncated();
	probes();
}

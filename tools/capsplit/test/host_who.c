// SPDX-License-Identifier: GPL-2.0
/* capsplit who, on files, units and processes that were made for it. */
#define _GNU_SOURCE
#include <errno.h>
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

#define CROWD	10000

static char *bin, *units;

static struct json_object *who(void)
{
	char *file = path_of("%s/out", scratch), *all;
	struct json_object *o;

	sh("$C who -J --dir %s --dir %s/. --unit-dir %s >%s", bin, bin, units,
	   file);
	all = slurp(file);
	o = schema_fits("who", all ?: "");
	free(all);
	free(file);
	return o;
}

/* The one entry of this name; NULL */
static struct json_object *entry(struct json_object *o, const char *list,
				 const char *name)
{
	struct json_object *all = get(o, list), *found = NULL;
	size_t i;

	for (i = 0; all && i < json_object_array_length(all); i++) {
		struct json_object *e = json_object_array_get_idx(all, i);

		if (strcmp(text(e, "name"), name))
			continue;
		if (found)
			return NULL;
		found = e;
	}
	return found;
}

static size_t place(struct json_object *o, const char *list, const char *name)
{
	struct json_object *all = get(o, list);
	size_t i, n = all ? json_object_array_length(all) : 0;

	for (i = 0; i < n; i++) {
		if (!strcmp(text(json_object_array_get_idx(all, i), "name"), name))
			return i;
	}
	return n + 1;
}

static bool has_caps(struct json_object *e, const char *caps)
{
	return e && !strcmp(json_object_to_json_string_ext(
			get(e, "capabilities"), JSON_C_TO_STRING_PLAIN), caps);
}

static void make_file(const char *name, const char *caps, mode_t mode)
{
	char *path = path_of("%s/%s", bin, name);

	copy_program("/bin/true", path);
	chmod(path, mode);
	if (run("setcap", caps, path, NULL)) {
		printf("Bail out! cannot set capabilities of %s: %s\n", path,
		       res.out);
		exit(1);
	}
	free(path);
}

static void files(void)
{
	char *lookers = path_of("%s/looker", bin), *admin = path_of("%s/admin", bin);
	char *odd = path_of("%s/a\\x0ab\\x1b[31m\\xff", bin);
	char *chown_file = path_of("%s/other", bin);
	struct json_object *o, *e;

	make_file("looker", "cap_bpf,cap_perfmon+ep", 0755);
	make_file("admin", "cap_sys_admin+p", 0750);
	make_file("other", "cap_chown+ep", 0755);
	make_file("a\nb\033[31m\xff", "cap_bpf+ep", 0755);
	o = who();
	ok(has_caps(entry(o, "files", lookers), "[\"cap_perfmon\",\"cap_bpf\"]"),
	   "who lists a file with capabilities, once, though it was reached twice");
	e = entry(o, "files", admin);
	ok(e && !strcmp(text(e, "for"), "group root"), "with who may run it");
	note("it said", e ? json_object_to_json_string(e) : "nothing");
	ok(place(o, "files", admin) < place(o, "files", lookers),
	   "cap_sys_admin comes before cap_perfmon");
	ok(!entry(o, "files", chown_file), "cap_chown is not what is asked about");
	ok(entry(o, "files", odd), "a file's name that is no text is escaped");
	sh("$C who --dir %s --unit-dir %s", bin, units);
	ok(!res.status && !said("\033") && !said("a\nb"),
	   "and cannot end a line or move the cursor");
	json_object_put(o);
	free(lookers);
	free(admin);
	free(odd);
	free(chown_file);
}

static void unit(const char *name, const char *lines)
{
	char *path = path_of("%s/%s", units, name);
	FILE *f = fopen(path, "w");

	if (!f || fputs(lines, f) < 0 || fclose(f)) {
		printf("Bail out! cannot write %s\n", path);
		exit(1);
	}
	free(path);
}

static void unit_files(void)
{
	struct json_object *o, *e;

	unit("observer.service", "[Service]\nUser=tracer\nAmbientCapabilities=CAP_BPF 38\nCapabilityBoundingSet=CAP_BPF 38\n");
	unit("deny.service", "[Service]\nCapabilityBoundingSet=~CAP_SYS_ADMIN \\\n CAP_PERFMON\n");
	unit("deny-41.service", "[Service]\nCapabilityBoundingSet=~CAP_SYS_ADMIN 41\n");
	unit("named.service", "[Service]\nUser=tracer\nAmbientCapabilities=CAP_BPF CAP_TRACING\n");
	unit("comma.service", "[Service]\nUser=tracer\nAmbientCapabilities=CAP_BPF,41\n");
	unit("plain.service", "[Service]\nExecStart=/bin/true\n");
	unit("elsewhere.service", "[Unit]\nAmbientCapabilities=CAP_BPF\n");
	unit("cut.service", "[Service]\nUser=tracer\nAmbientCapabilities=CAP_BPF CAP_SYS_ADMIN\n");
	sh("cd %s && mkdir cut.service.d && printf '[Service]\\nAmbientCapabilities=\\n' >cut.service.d/1.conf && "
	   "printf '[Service]\\nAmbientCapabilities=CAP_BPF\\n' >cut.service.d/2.conf && "
	   "ln -s /dev/null masked.service && ln -s observer.service alias.service && "
	   "mkfifo fifo.service && mkdir dir.service && "
	   "head -c 300000 /dev/urandom >noise.service && "
	   "{ printf '[Service]\\nAmbientCapabilities='; head -c 200000 /dev/zero | tr '\\0' '\\\\'; } >endless.service",
	   units);
	exits(0, "units can be made");
	o = who();
	e = entry(o, "units", "observer.service");
	ok(has_caps(e, "[\"cap_perfmon\",\"cap_bpf\"]") &&
	   !strcmp(text(e, "user"), "tracer") && !get(e, "warning"),
	   "who reads a unit's ambient set, by name and number");
	ok(strstr(text(entry(o, "units", "deny.service"), "warning"), "old deny-list"),
	   "an old deny-list that leaves 41 in place is flagged");
	e = entry(o, "units", "deny-41.service");
	ok(e && !get(e, "warning"), "one that names 41 is not");
	ok(strstr(text(entry(o, "units", "named.service"), "warning"), "write 41"),
	   "the name CAP_TRACING is flagged, as systemd may drop it");
	ok(strstr(text(entry(o, "units", "comma.service"), "warning"), "no capability"),
	   "and so is a comma between names");
	ok(has_caps(entry(o, "units", "cut.service"), "[\"cap_bpf\"]"),
	   "drop-ins are read after the unit, in order");
	ok(!entry(o, "units", "plain.service") &&
	   !entry(o, "units", "elsewhere.service") &&
	   !entry(o, "units", "masked.service") &&
	   !entry(o, "units", "alias.service") &&
	   !entry(o, "units", "fifo.service"),
	   "units that give nothing are not listed, nor masked ones, nor second names");
	note("it said", o ? json_object_to_json_string(o) : "nothing");
	json_object_put(o);
}

static pid_t crowd_leader(void)
{
	pid_t pid = fork();
	int ready[2], i;
	char c;

	if (pid)
		return pid;
	setpgid(0, 0);
	if (pipe(ready))
		_exit(1);
	for (i = 0; i < CROWD; i++) {
		pid = fork();
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			prctl(PR_SET_NAME, "crowd");
			close(ready[0]);
			if (write(ready[1], "", 1) != 1)
				_exit(1);
			for (;;)
				pause();
		}
		if (pid < 0 || read(ready[0], &c, 1) != 1)
			_exit(1);
	}
	raise(SIGSTOP);
	_exit(0);
}

static void crowd(void)
{
	struct json_object *o, *all;
	size_t i, n = 0;
	pid_t pid = crowd_leader();
	int status;

	waitpid(pid, &status, WUNTRACED);
	ok(WIFSTOPPED(status), "there are %d processes", CROWD);
	o = who();
	all = get(o, "processes");
	for (i = 0; all && i < json_object_array_length(all); i++)
		n += !strcmp(text(json_object_array_get_idx(all, i), "name"),
			     "crowd");
	ok(n == CROWD, "who finds them all");
	printf("# %zu\n", n);
	json_object_put(o);
	sh("$C who --dir %s --unit-dir %s | grep -c crowd", bin, units);
	ok(said_just("1\n"), "and shows them in one line");
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Processes that end while they are looked at */
static void vanishing(void)
{
	struct json_object *o;
	pid_t pid = fork();
	int i, good = 0;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			if (!fork())
				_exit(0);
			usleep(500);
			wait(NULL);
		}
	}
	for (i = 0; i < 5; i++) {
		o = who();
		good += o && !res.status;
		json_object_put(o);
	}
	ok(good == 5, "processes that end meanwhile do not confuse who");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void who_tests(void)
{
	bin = path_of("%s/bin", scratch);
	units = path_of("%s/units", scratch);
	if (mkdir(bin, 0755) || mkdir(units, 0755)) {
		printf("Bail out! cannot make %s\n", bin);
		exit(1);
	}
	files();
	unit_files();
	vanishing();
	crowd();
	sh("$C who frob");
	exits(2, "who takes no argument");
	sh("$C who --dir /no/such/directory --unit-dir /neither");
	ok(!res.status && said("files: 0"), "a directory that is not there has nothing");
}

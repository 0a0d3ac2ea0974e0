// SPDX-License-Identifier: GPL-2.0
/*
 * image-test - is the userland image what its recipe says?
 *
 * usage: image-test MKIMAGE RUNNER RECIPE DEBS IMAGE, where IMAGE.ext4 exists
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tap.h"

static const char *mkimage, *runner, *recipe, *debs, *image;
static char said[65536];
static char dir[] = "/tmp/image-test.XXXXXX";

/* All that a command prints goes to `said'; its exit status is returned. */
static int run(const char *const argv[])
{
	size_t len = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		abort();
	pid = fork();
	if (!pid) {
		dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += n;
	said[len] = '\0';
	close(fds[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* The mirror does not exist, so that nothing can be made by mistake. */
static int make_image(const char *from, const char *to)
{
	return run((const char *const[]){
		mkimage, "--recipe", from, "--mirror", "http://127.0.0.1:9/none",
		"--security-mirror", "http://127.0.0.1:9/none", "--keyring",
		"/dev/null", "--cache", dir, "--debs", debs, to, NULL });
}

static void diag(void)
{
	char *line, *save = NULL;

	for (line = strtok_r(said, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		printf("# %s\n", line);
}

static bool check(bool ok, const char *what)
{
	if (!tap(ok, "%s", what))
		diag();
	return ok;
}

static bool one_sentence(void)
{
	const char *end = strchr(said, '\n');

	return end && !end[1];
}

static void bad_recipes(void)
{
	static const struct {
		const char *what, *text, *names;
	} bad[] = {
		{ "an unknown keyword", "suite s\nsize 1G\npakcage a\n",
		  "recipe:3: no such keyword: 'pakcage'" },
		{ "a user without a number", "suite s\nuser bob\n",
		  "recipe:2: a user needs a number: 'bob'" },
		{ "a user with a wrong number", "suite s\nuser bob 10x\n",
		  "recipe:2: not a user's number: '10x'" },
		{ "a relative file", "bin /b\nfilecap cap_bpf+ep perf\n",
		  "recipe:2: a file's name must begin with /: 'perf'" },
		{ "a group too many", "suite s\nbin /b alice bob\n",
		  "recipe:2: one word too many: 'bob'" },
		{ "a word too many", "suite trixie sid\n",
		  "recipe:1: one word too many: 'sid'" },
		{ "no packages", "suite s\nsize 1G\n", "lacks a suite" },
		{ "capabilities and no place for them",
		  "suite s\nsize 1G\npackage a\nfilecap cap_bpf+ep /a\n",
		  "no bin line" },
	};
	char path[64], out[64];
	size_t i;
	FILE *f;

	snprintf(path, sizeof(path), "%s/recipe", dir);
	snprintf(out, sizeof(out), "%s/out", dir);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bool ok;

		f = fopen(path, "w");
		if (!f || fputs(bad[i].text, f) < 0 || fclose(f))
			abort();
		ok = make_image(path, out) == 1 && one_sentence() &&
		     strstr(said, bad[i].names);
		if (!tap(ok, "a recipe with %s is refused in one sentence",
			 bad[i].what))
			diag();
	}
	unlink(path);
}

static void cached(void)
{
	struct stat before, after;
	char path[4096];
	bool ok;

	snprintf(path, sizeof(path), "%s.ext4", image);
	ok = !stat(path, &before) && make_image(recipe, image) == 0 &&
	     !stat(path, &after) && before.st_ino == after.st_ino &&
	     before.st_mtime == after.st_mtime;
	check(ok, "an image that is current is left alone");
}

static int inside(const char *command)
{
	return run((const char *const[]){ runner, "--kernel", "patched",
		"--image", "debian", "--", "sh", "-c", command, NULL });
}

static void contents(void)
{
	static const char sum[] =
		"getcap -r / 2>/dev/null | grep -c cap_tracing;"
		"getcap -r /opt/capsplit | grep -vc ' cap_bpf,cap_tracing=ep$';"
		"ls /opt/capsplit/bin | wc -l;"
		"getcap /usr/bin/trace-cmd /usr/bin/perf | wc -l;"
		"id -u alice; id -u bob";

	check(inside("capsh --supports=cap_tracing && "
		     "capsh --decode=0000028000000000") == 0 &&
	      strstr(said, "cap_bpf,cap_tracing"),
	      "the image's libcap knows cap_tracing by name");
	inside(sum);
	check(!strcmp(said, "8\n0\n8\n0\n1000\n1001\n"),
	      "the tools' copies have cap_bpf,cap_tracing=ep, the originals nothing");
	check(inside("runuser -u alice -- "
		     "/opt/capsplit/bin/cat /proc/self/status") == 0 &&
	      strstr(said, "CapEff:\t0000028000000000"),
	      "alice has it from the copies");
	check(inside("runuser -u bob -- "
		     "/opt/capsplit/bin/cat /proc/self/status") != 0 &&
	      strstr(said, "Permission denied") && !strstr(said, "CapEff"),
	      "bob has not");
	check(inside("for t in trace-cmd perf bpftool; do "
		     "cmp $(command -v $t) /opt/capsplit/bin/$t || exit 1; done") == 0,
	      "the copies are Debian's unmodified programs");
	check(inside("dpkg -V libc6 trace-cmd linux-perf bpftool libbpf-tools "
		     "| grep -v /usr/share/") == 1 && !*said,
	      "what the packages brought is as they brought it");
	check(inside("grep -rl '^deb\\|^Acquire' /etc/apt") == 1 && !*said,
	      "no trace of the host's mirror is left in the image");
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fputs("usage: image-test MKIMAGE RUNNER RECIPE DEBS IMAGE\n",
		      stderr);
		return 2;
	}
	mkimage = argv[1];
	runner = argv[2];
	recipe = argv[3];
	debs = argv[4];
	image = argv[5];
	if (!mkdtemp(dir))
		abort();
	bad_recipes();
	cached();
	contents();
	rmdir(dir);
	return tap_end();
}

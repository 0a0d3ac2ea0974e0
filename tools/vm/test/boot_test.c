// SPDX-License-Identifier: GPL-2.0
/* The runner with real guests.  Each check boots one; see main() for which. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "tap.h"

#define ARGS_MAX	64
#define BLOB		(8 << 20)

static const char *runner, *image;
static char dir[] = "/tmp/boot-test-XXXXXX", file[128];

/* Arguments for the runner up to NULL; "--" and the command among them */
static void start(struct capture *c, const char *const *args)
{
	const char *argv[ARGS_MAX] = { runner, "--kernel", "stock", "--image",
				       image, "--timeout", "120" };
	int n = 7, i;

	for (i = 0; args[i] && n < ARGS_MAX - 1; i++)
		argv[n++] = args[i];
	capture_start(c, argv);
}

static void run(struct capture *c, const char *const *args)
{
	start(c, args);
	capture_finish(c);
}

#define RUN(c, ...) run(c, (const char *const[]){ __VA_ARGS__, NULL })
#define SH(c, script) RUN(c, "--", "sh", "-c", script)

static void show(const struct capture *c)
{
	printf("# status %d, %zu bytes of output, stderr: %.300s\n", c->status,
	       c->outlen, c->err);
}

/* One line for most checks */
static void expect(struct capture *c, int status, const char *out,
		   const char *err, const char *what)
{
	bool ok = c->status == status && (!out || strstr(c->out, out)) &&
		  (!err || strstr(c->err, err));

	if (!tap(ok, "%s", what))
		show(c);
	capture_free(c);
}

static void arguments(void)
{
	static char big[100001];
	struct capture c;
	char *want;

	memset(big, 'x', sizeof(big) - 1);
	RUN(&c, "--", "sh", "-c", "for a; do printf '<%s>' \"$a\"; done", "sh",
	    "a b", "", "it's \"quoted\"", "two\nlines\n", "$HOME `id` \\n %s",
	    "gr\303\274\303\237e \342\202\254", "--timeout", "=", big);
	if (asprintf(&want, "<a b><><it's \"quoted\"><two\nlines\n><$HOME `id` \\n %%s><gr\303\274\303\237e \342\202\254><--timeout><=><%s>",
		     big) < 0)
		abort();
	if (!tap(!c.status && !strcmp(c.out, want),
		 "blanks, quotes, newlines, UTF-8, empty and long arguments survive"))
		show(&c);
	free(want);
	capture_free(&c);
}

/* Bytes of every value, never the same twice in a row of blocks */
static unsigned char *make_blob(void)
{
	unsigned char *blob = malloc(BLOB);
	uint64_t x = 88172645463325252ULL;
	size_t i;
	FILE *f;

	if (!blob)
		abort();
	for (i = 0; i < BLOB; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		blob[i] = x >> 24;
	}
	snprintf(file, sizeof(file), "%s/blob", dir);
	f = fopen(file, "w");
	if (!f || fwrite(blob, 1, BLOB, f) != BLOB || fclose(f)) {
		perror(file);
		exit(2);
	}
	return blob;
}

static void big_output(void)
{
	unsigned char *blob = make_blob();
	struct capture c;

	RUN(&c, "--add", file, "--", "sh", "-c",
	    "cat /run/vm/bin/blob >&2 & cat /run/vm/bin/blob; wait");
	if (!tap(!c.status && c.outlen == BLOB && !memcmp(c.out, blob, BLOB),
		 "8 MB of binary stdout are intact"))
		show(&c);
	if (!tap(c.errlen == BLOB && !memcmp(c.err, blob, BLOB),
		 "and so are 8 MB of stderr at the same time"))
		printf("# stderr: %zu bytes\n", c.errlen);
	capture_free(&c);
	free(blob);
	unlink(file);
}

static void statuses(void)
{
	struct capture c;

	SH(&c, "exit 0");
	expect(&c, 0, NULL, NULL, "exit status 0");
	SH(&c, "exit 1");
	expect(&c, 1, NULL, NULL, "exit status 1");
	SH(&c, "exit 42");
	expect(&c, 42, NULL, NULL, "exit status 42");
	RUN(&c, "--", "no-such-program");
	expect(&c, 127, NULL, "no-such-program", "127 for an unknown command");
	RUN(&c, "--", "/etc/passwd");
	expect(&c, 126, NULL, "/etc/passwd", "126 for one that cannot be run");
	SH(&c, "kill -SEGV $$");
	expect(&c, 128 + SIGSEGV, NULL, NULL, "128 and the signal's number");
	SH(&c, "sleep 1000 & echo done; exit 7");
	expect(&c, 7, "done", NULL,
	       "an orphan that holds the output open delays nothing");
}

static bool dies(const char *token)
{
	int i;

	for (i = 0; i < 200; i++) {
		if (!process_with(token))
			return true;
		usleep(50000);
	}
	return false;
}

/* Starts a guest that sleeps, and waits until its QEMU is there */
static bool sleeper(struct capture *c, const char *token)
{
	int i;

	start(c, (const char *const[]){ "--append", token, "--", "sleep",
					"1000", NULL });
	for (i = 0; i < 400; i++) {
		/* The runner has the token in its command line, too */
		if (process_with("panic=-1") && process_with(token))
			break;
		usleep(50000);
	}
	usleep(500000);
	return process_with(token);
}

static void endings(void)
{
	struct capture c;
	char token[64];

	snprintf(token, sizeof(token), "boot_test.a=%d", getpid());
	RUN(&c, "--timeout", "5", "--append", token, "--", "sleep", "1000");
	expect(&c, 124, NULL, "no end after", "124 when the time is over");
	tap(dies(token), "and no QEMU stays behind");

	snprintf(token, sizeof(token), "boot_test.b=%d", getpid());
	tap(sleeper(&c, token), "a guest to interrupt");
	kill(c.pid, SIGTERM);
	capture_finish(&c);
	expect(&c, 128 + SIGTERM, NULL, NULL, "SIGTERM ends the runner");
	tap(dies(token), "and its QEMU");

	snprintf(token, sizeof(token), "boot_test.c=%d", getpid());
	tap(sleeper(&c, token), "a guest to orphan");
	kill(c.pid, SIGKILL);
	capture_finish(&c);
	expect(&c, 128 + SIGKILL, NULL, NULL, "SIGKILL ends the runner");
	tap(dies(token), "and its QEMU with it");
}

static void credentials(void)
{
	static const char caps[] =
		"grep -E 'Uid|Groups|Cap(Inh|Prm|Eff|Amb)' /proc/self/status | tr -d ' \\t\\n'";
	struct capture c;

	SH(&c, "grep CapEff /proc/self/status");
	expect(&c, 0, "CapEff:\t000001ffffffffff", NULL,
	       "root has every capability");
	RUN(&c, "--user", "1000", "--", "sh", "-c", caps);
	expect(&c, 0, "Uid:1000100010001000Groups:CapInh:0000000000000000CapPrm:0000000000000000CapEff:0000000000000000CapAmb:0000000000000000",
	       NULL, "a user has none");
	RUN(&c, "--user", "1000", "--caps", "cap_bpf,38", "--", "sh", "-c",
	    caps);
	expect(&c, 0, "CapInh:000000c000000000CapPrm:000000c000000000CapEff:000000c000000000CapAmb:000000c000000000",
	       NULL, "a user has what --caps lists, across exec");
	RUN(&c, "--caps", "SYSLOG", "--", "sh", "-c", caps);
	expect(&c, 0, "Uid:0000Groups:CapInh:0000000400000000CapPrm:0000000400000000CapEff:0000000400000000",
	       NULL, "root with --caps has only those");
	RUN(&c, "--user", "1000", "--caps", "cap_bpf,cap_tracing", "--", "sh",
	    "-c", caps);
	expect(&c, 0, "CapEff:0000008000000000", "no capability 41",
	       "one the kernel does not know is left out, with a notice");
	RUN(&c, "--strict-caps", "--caps", "cap_tracing", "--", "true");
	expect(&c, 125, NULL, "no capability 41", "unless --strict-caps");
	RUN(&c, "--user", "1000", "--", "sh", "-c",
	    "echo out > /dev/stdout; echo err > /dev/stderr");
	expect(&c, 0, "out\n", "err\n", "a user can open /dev/stdout anew");
}

static void files(void)
{
	char path[160], spec[200], back[160], got[64] = "";
	struct capture c;
	struct stat st;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tool", dir);
	f = fopen(path, "w");
	fputs("#!/bin/sh\necho \"I am $0 with $GREETING\"\n", f);
	fclose(f);
	chmod(path, 04755);
	snprintf(spec, sizeof(spec), "%s=renamed", path);
	RUN(&c, "--add", path, "--add", spec, "--env",
	    "GREETING=a  \"b\"\nc", "--", "sh", "-c",
	    "tool && renamed && stat -c %a:%u:%n /run/vm/bin/* && stat -f -c %T /run/vm/bin");
	expect(&c, 0, "I am /run/vm/bin/tool with a  \"b\"\nc\nI am /run/vm/bin/renamed with a  \"b\"\nc\n4755:0:/run/vm/bin/renamed\n4755:0:/run/vm/bin/tool\ntmpfs",
	       NULL, "--add and --env bring programs, modes and values");
	unlink(path);

	snprintf(back, sizeof(back), "%s/back", dir);
	snprintf(spec, sizeof(spec), "/tmp/x y=%s", back);
	RUN(&c, "--save", spec, "--", "sh", "-c",
	    "printf 'a\\0b\\377' > '/tmp/x y'; exit 3");
	f = fopen(back, "r");
	if (f) {
		tap(fread(got, 1, sizeof(got), f) == 4 &&
		    !memcmp(got, "a\0b\377", 4), "--save brings a file back");
		fclose(f);
	} else {
		tap(false, "--save brings a file back");
	}
	expect(&c, 3, NULL, NULL, "also when the command fails");
	unlink(back);

	RUN(&c, "--save", spec, "--", "true");
	expect(&c, 125, NULL, "/tmp/x y: No such file",
	       "a file that is not there is told");
	tap(stat(back, &st) < 0, "and nothing is written for it");
}

static void surroundings(void)
{
	struct capture c;

	SH(&c, "cat /proc/mounts; hostname; pwd; id -u; readlink /dev/fd; "
	   "stat -c %a /tmp /sys/kernel/tracing / | tr '\\n' ' '; "
	   "cat /sys/class/net/lo/flags; ls /run-vm/job; cat");
	tap(strstr(c.out, " /proc proc ") && strstr(c.out, " /sys sysfs ") &&
	    strstr(c.out, " /dev devtmpfs ") &&
	    strstr(c.out, " /dev/pts devpts ") &&
	    strstr(c.out, " /dev/shm tmpfs ") && strstr(c.out, " /tmp tmpfs ") &&
	    strstr(c.out, " /run tmpfs ") &&
	    strstr(c.out, " /sys/kernel/tracing tracefs ") &&
	    strstr(c.out, " /sys/kernel/debug debugfs ") &&
	    strstr(c.out, " /sys/fs/bpf bpf ") &&
	    strstr(c.out, " /sys/fs/cgroup cgroup2 "),
	    "the file systems are mounted");
	tap(strstr(c.err, "/run-vm/job: No such file") ||
	    strstr(c.err, "/run-vm/job': No such file"),
	    "the job with its nonce is out of the command's sight");
	expect(&c, 0, "capsplit\n/tmp\n0\n/proc/self/fd\n1777 700 755 0x9\n",
	       NULL, "host name, directory, user, modes, lo, empty stdin");
}

/* A clock that goes on when no interrupt comes, on a busy machine too */
static void clock_source(void)
{
	struct capture c;

	SH(&c, "cat /sys/devices/system/clocksource/clocksource0/current_clocksource");
	/* It takes over a moment after the processors are up */
	if (!tap(!strncmp(c.out, "tsc", 3), "the clock is the processor's"))
		show(&c);
	capture_free(&c);
}

static void side_by_side(void)
{
	struct capture a, b;

	start(&a, (const char *const[]){ "--", "sh", "-c",
		"sleep 1; echo one; exit 11", NULL });
	start(&b, (const char *const[]){ "--", "sh", "-c",
		"sleep 1; echo two; exit 22", NULL });
	capture_finish(&a);
	capture_finish(&b);
	expect(&a, 11, "one\n", NULL, "of two guests at once, the first");
	expect(&b, 22, "two\n", NULL, "and the second");
}

static void deaths(void)
{
	/* Process 1 can not go on without its code */
	static const char crash[] =
		"echo 1..2; echo ok 1 a; echo 2 > /proc/sys/vm/panic_on_oom; tail /dev/zero";
	struct capture c;

	RUN(&c, "--memory", "128", "--", "sh", "-c", crash);
	expect(&c, 125, "ok 1 a", "the guest died while the command ran: Kernel panic - not syncing: Out of memory",
	       "125 when the guest panics, with its last word");
	RUN(&c, "--", "reboot", "-f");
	expect(&c, 125, NULL, "the guest died", "125 when it resets itself");
	RUN(&c, "--append", "rdinit=/nowhere", "--", "true");
	expect(&c, 125, NULL, "before the command started",
	       "125 when it does not come up");
	RUN(&c, "--verdict", "--memory", "128", "--", "sh", "-c", crash);
	expect(&c, 3, "ok 1 a", "died", "--verdict: 3 for a panic");
}

static void verdicts(void)
{
	struct capture c;

	RUN(&c, "--verdict", "--", "sh", "-c", "echo 1..1; echo ok 1 a");
	expect(&c, 0, "1..1\nok 1 a\n", NULL, "--verdict: 0 for a pass");
	RUN(&c, "--verdict", "--", "sh", "-c", "echo 1..1; echo not ok 1 a");
	expect(&c, 1, "not ok 1 a", "not ok: a", "1 for a failed test");
	RUN(&c, "--verdict", "--", "sh", "-c",
	    "echo 1..1; echo ok 1 a; echo 'WARNING: CPU: 0 at x' > /dev/kmsg");
	expect(&c, 2, NULL, "WARNING: CPU: 0 at x", "2 for a kernel warning");
	RUN(&c, "--verdict", "--timeout", "6", "--", "sh", "-c",
	    "echo 1..2; echo ok 1 a; sleep 1000");
	expect(&c, 3, NULL, "hung", "3 for a hang");
	RUN(&c, "--verdict", "--strict-caps", "--caps", "41", "--", "true");
	expect(&c, 4, NULL, "no capability 41", "4 for a harness error");
}

static void refusals(void)
{
	static const struct {
		const char *args[6], *says;
	} bad[] = {
		{ { "--kernel", "nosuch", "--", "true" }, "make kernel" },
		{ { "--kernel", "/no/such", "--", "true" }, "/no/such" },
		{ { "--image", "arch", "--", "true" }, "tiny or debian" },
		{ { "--caps", "cap_nosuch", "--", "true" }, "cap_nosuch" },
		{ { "--user", "alice", "--", "true" }, "'alice'" },
		{ { "--timeout", "0", "--", "true" }, "--timeout" },
		{ { "--add", "/no/such", "--", "true" }, "/no/such" },
		{ { "--save", "/tmp/x", "--", "true" }, "GUESTFILE=HOSTFILE" },
		{ { "--env", "x", "--", "true" }, "KEY=VALUE" },
		{ { "--frobnicate" }, "--frobnicate" },
		{ { "--user" }, "--user" },
		{ { "--" }, "no command" },
		{ { "--systemd", "--", "true" }, "--image debian" },
	};
	struct capture c;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		run(&c, bad[i].args);
		if (!tap(c.status == 125 && strstr(c.err, bad[i].says) &&
			 strchr(c.err, '\n') == c.err + c.errlen - 1,
			 "refused in one sentence: %s %s", bad[i].args[0],
			 bad[i].args[1] ? bad[i].args[1] : ""))
			show(&c);
		capture_free(&c);
	}
}

static void debian(void)
{
	struct capture c;

	SH(&c, "cat /etc/debian_version; cat /proc/mounts; touch /written");
	expect(&c, 0, "/dev/vda / ext4", NULL, "the root is Debian's image");
	SH(&c, "ls /written");
	expect(&c, 2, NULL, "/written", "what was written is gone next time");
}

/* Process 1 is the image's; the runner's promises stay */
static void systemd(void)
{
	char path[160], spec[256], got[128];
	struct capture c;
	FILE *f;

	RUN(&c, "--systemd", "--", "sh", "-c",
	    "cat /proc/1/comm; systemctl is-system-running; echo $(systemctl --failed -q) end; touch /written; exit 42");
	expect(&c, 42, "systemd\nrunning\nend\n", NULL,
	       "systemd has started all, no unit failed, and the command runs");
	snprintf(path, sizeof(path), "%s/events", dir);
	snprintf(spec, sizeof(spec), "/sys/fs/cgroup/init.scope/cgroup.events=%s",
		 path);
	RUN(&c, "--systemd", "--verdict", "--save", spec, "--", "sh", "-c",
	    "echo 1..1; echo ok 1 a; ls /written; grep CapEff /proc/self/status");
	expect(&c, 0, "CapEff:\t000001ffffffffff", "/written",
	       "--verdict judges it, and what was written is gone");
	f = fopen(path, "r");
	got[f ? fread(got, 1, sizeof(got) - 1, f) : 0] = '\0';
	if (f)
		fclose(f);
	tap(strstr(got, "frozen 1"), "systemd is held still after the command");
	unlink(path);
	RUN(&c, "--systemd", "--user", "1000", "--caps", "cap_bpf", "--", "sh",
	    "-c", "id -u; grep CapEff /proc/self/status; exec sleep 1");
	expect(&c, 0, "1000\nCapEff:\t0000008000000000", NULL,
	       "--user and --caps");
	RUN(&c, "--systemd", "--verdict", "--", "sh", "-c",
	    "echo 1..1; echo ok 1 a; systemctl reboot; sleep 1000");
	expect(&c, 3, "ok 1 a", "died", "--verdict: 3 when it reboots");
}

int main(int argc, char **argv)
{
	bool with_systemd = argc == 2 && !strcmp(argv[1], "systemd");

	if (argc != 2 || (!with_systemd && strcmp(argv[1], "tiny") &&
			  strcmp(argv[1], "debian"))) {
		fputs("usage: boot_test tiny|debian|systemd\n", stderr);
		return 2;
	}
	runner = sibling("vm-run");
	image = with_systemd ? "debian" : argv[1];
	if (!mkdtemp(dir)) {
		perror(dir);
		return 2;
	}
	if (with_systemd) {
		systemd();
		rmdir(dir);
		return tap_end();
	}
	if (!strcmp(image, "debian"))
		debian();
	surroundings();
	credentials();
	files();
	if (!strcmp(image, "tiny")) {
		arguments();
		big_output();
		statuses();
		refusals();
		clock_source();
		endings();
		side_by_side();
		verdicts();
		deaths();
	}
	rmdir(dir);
	return tap_end();
}

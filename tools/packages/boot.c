// SPDX-License-Identifier: GPL-2.0
/*
 * packages-boot - install our packages on a disk, and boot what is on it
 *
 * A guest follows the page for administrators on a copy of the Debian image.
 * Then QEMU gets the disk, and the kernel and the initramfs that are in its
 * /boot.  What both say comes out as one report.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../vm/run.h"

static const char *runner, *build;
static char *dir, *disk;
static int tests, failures;

static void result(bool good, const char *name)
{
	printf("%sok %d %s\n", good ? "" : "not ", ++tests, name);
	failures += !good;
}

static char *text_of(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static char *text_of(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	return text;
}

/*
 * Run a program with its output in a file, and give it so many seconds: a guest
 * that hangs is not to hold up the tests.
 */
static int run_to(const char *file, unsigned int seconds, char *const argv[])
{
	int status, fd, waited = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execvp(argv[0], argv);
		dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	while (pid > 0 && !waitpid(pid, &status, WNOHANG)) {
		if (waited++ == 10 * (int)seconds)
			kill(pid, SIGKILL);
		usleep(100000);
	}
	if (pid < 0)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define RUN(file, seconds, ...) \
	run_to(file, seconds, (char *const[]){ __VA_ARGS__, NULL })

static void show(const char *file)
{
	FILE *f = fopen(file, "r");
	char line[1024];

	printf("# the end of %s:\n", file);
	if (f && !fseek(f, -3000, SEEK_END))
		fgets(line, sizeof(line), f);
	while (f && fgets(line, sizeof(line), f))
		printf("#   %.*s\n", (int)strcspn(line, "\r\n"), line);
	if (f)
		fclose(f);
}

/* The tests of a guest as tests of ours; false if its plan is not kept */
static bool relay(const char *file)
{
	FILE *f = fopen(file, "r");
	int planned = -1, seen = 0;
	char line[4096];

	while (f && fgets(line, sizeof(line), f)) {
		int skip = 0;

		line[strcspn(line, "\r\n")] = '\0';
		if (!strncmp(line, "ok ", 3) || !strncmp(line, "not ok ", 7)) {
			sscanf(line, *line == 'o' ? "ok %*d %n" : "not ok %*d %n",
			       &skip);
			result(*line == 'o', line + skip);
			seen++;
		} else if (sscanf(line, "1..%d", &planned) != 1 &&
			   (*line == '#' || !strncmp(line, "Bail", 4))) {
			printf("# %s\n", line);
		}
	}
	if (f)
		fclose(f);
	return seen && planned == seen;
}

static bool copy_disk(void)
{
	char *from = text_of("%s/images/debian.ext4", build);
	char *log = text_of("%s/copy.log", dir);
	int status;

	status = RUN(log, 600, "cp", "--reflink=auto", "--sparse=always", from,
		     disk);
	if (status)
		show(log);
	return !status;
}

static bool install(const char *base, const char *page)
{
	char *out = text_of("%s/install.tap", dir);
	char *tar = text_of("%s/packages/packages.tar", build);
	char *guest = text_of("%s/bin/packages-guest", build);
	char *seconds = "1500";
	int status;

	status = RUN(out, 100000, (char *)runner, "--base", (char *)base,
		     "--kernel", "patched", "--image", "debian", "--disk", disk,
		     "--timeout", seconds, "--memory", "1536", "--add", tar,
		     "--add", guest, "--add", (char *)page, "--",
		     "packages-guest", "install");
	if (!relay(out) || status > 1) {
		show(out);
		return false;
	}
	return true;
}

/* The only file of that name in the disk's /boot */
static bool take_from_boot(const char *glob, const char *release, char *to)
{
	char *log = text_of("%s/debugfs.log", dir);
	char *request = text_of("dump /boot/%s-%s %s", glob, release, to);

	unlink(to);
	RUN(log, 600, "/sbin/debugfs", "-R", request, disk);
	if (!access(to, R_OK))
		return true;
	show(log);
	return false;
}

static bool boot(const char *release)
{
	char *kernel = text_of("%s/vmlinuz", dir);
	char *initrd = text_of("%s/initrd.img", dir);
	char *tap = text_of("%s/booted.tap", dir);
	char *console = text_of("%s/console.log", dir);
	char *log = text_of("%s/qemu.log", dir);
	unsigned long khz = tsc_khz();
	char tsc[64] = "";
	int status;

	/* The first guest just ended; a machine that is told to would unmount */
	status = RUN(log, 600, "/sbin/e2fsck", "-fp", disk);
	if (status > 1) {
		show(log);
		return false;
	}
	if (!take_from_boot("vmlinuz", release, kernel) ||
	    !take_from_boot("initrd.img", release, initrd))
		return false;
	if (khz)
		snprintf(tsc, sizeof(tsc), " tsc_early_khz=%lu tsc=reliable",
			 khz);
	unlink(tap);
	status = RUN(log, 1500, "qemu-system-x86_64", "-M",
		     "microvm,acpi=off,rtc=on,pit=on,pic=on,isa-serial=on",
		     "-accel", "tcg,thread=single", "-cpu", "qemu64", "-m",
		     "1024", "-nodefaults", "-no-user-config", "-display",
		     "none", "-no-reboot", "-kernel", kernel, "-initrd", initrd,
		     "-append",
		     text_of("root=/dev/vda rw console=ttyS0 panic=-1 oops=panic reboot=t no_timer_check random.trust_cpu=on random.trust_bootloader=on systemd.mask=apt-daily.timer systemd.mask=apt-daily-upgrade.timer systemd.mask=serial-getty@ttyS0.service%s",
			     tsc),
		     "-chardev", text_of("file,id=console,path=%s", console),
		     "-serial", "chardev:console",
		     "-device", "virtio-serial-device",
		     "-chardev", text_of("file,id=tap,path=%s", tap),
		     "-device", "virtserialport,chardev=tap,name=org.capsplit.tap",
		     "-device", "virtio-rng-device",
		     "-drive", text_of("id=root,if=none,format=raw,file=%s", disk),
		     "-device", "virtio-blk-device,drive=root");
	if (!relay(tap) || status) {
		show(log);
		show(console);
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	char *release;
	bool good;
	FILE *f;

	if (argc != 5) {
		fputs("usage: packages-boot RUNNER BUILD BASE PAGE\n", stderr);
		return 2;
	}
	runner = argv[1];
	build = argv[2];
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
	dir = text_of("%s/results/packages", build);
	RUN("/dev/null", 60, "mkdir", "-p", dir);
	disk = text_of("%s/disk.ext4", dir);
	f = fopen(text_of("%s/debs/kernel/release", build), "r");
	if (!f || fscanf(f, "%ms", &release) != 1) {
		puts("Bail out! there is no kernel package; run make deb");
		return 1;
	}
	fclose(f);

	result(copy_disk(), "the image is copied");
	good = install(argv[3], argv[4]);
	result(good, "a guest installs to the end");
	if (good)
		result(boot(release), "the installed kernel boots, and the system runs to the end");
	printf("1..%d\n", tests);
	if (!failures)
		unlink(disk);
	return failures || !good;
}

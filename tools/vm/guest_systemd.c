// SPDX-License-Identifier: GPL-2.0
/*
 * --systemd: process 1 becomes the image's systemd, and this program goes on
 * beside it.  It keeps the job in memory and the port open, runs the command
 * once systemd has nothing left to start, and holds systemd still at the end.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

#define CGROUP	"/sys/fs/cgroup"
#define AGENT	CGROUP "/vm-agent"
#define SCOPE	CGROUP "/init.scope"
#define NOTIFY	"/run/vm/notify"
#define UNITS	"/run/systemd/system"

/*
 * What a guest that lives for a minute has no use for: prompts on the console,
 * where nobody types, the daily chores, and caches that come with the image or
 * are not looked into.
 */
static const char *const masked[] = {
	"serial-getty@ttyS0.service", "getty@tty1.service",
	"systemd-firstboot.service", "apt-daily.timer",
	"apt-daily-upgrade.timer", "dpkg-db-backup.timer",
	"e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer",
	"systemd-tmpfiles-clean.timer", "ldconfig.service",
	"systemd-journal-catalog-update.service",
};

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != len)
		die("cannot write %s: %s", path, strerror(errno));
	close(fd);
}

static void mask_units(void)
{
	char path[256];
	size_t i;

	mkdir("/run/systemd", 0755);
	mkdir(UNITS, 0755);
	for (i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
		snprintf(path, sizeof(path), UNITS "/%s", masked[i]);
		if (symlink("/dev/null", path))
			die("cannot mask %s: %s", masked[i], strerror(errno));
	}
}

static void run(const char *program, const char *arg1, const char *arg2,
		const char *arg3)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execlp(program, program, arg1, arg2, arg3, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("%s does not take the added file %s; its reason is on the console",
		    program, arg3 ? arg3 : arg1);
}

/* As a package would: they have to be there before systemd is */
static void enable_added(void)
{
	char path[512];
	const char *end;
	struct dirent *de;
	DIR *dir = opendir(GUEST_BIN);

	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	/* or systemctl asks the systemd that is not there yet */
	setenv("SYSTEMD_OFFLINE", "1", 1);
	while (dir && (de = readdir(dir))) {
		end = strrchr(de->d_name, '.');
		snprintf(path, sizeof(path), GUEST_BIN "/%s", de->d_name);
		if (end && !strcmp(end, ".sysusers"))
			run("systemd-sysusers", path, NULL, NULL);
		else if (end && !strcmp(end, ".service"))
			run("systemctl", "--runtime", "enable", path);
	}
	if (dir)
		closedir(dir);
}

static int notify_socket(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = NOTIFY };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die("cannot make %s for systemd: %s", NOTIFY, strerror(errno));
	return fd;
}

/* It says so when its queue of jobs runs empty, whether or not all went well */
static void wait_ready(int fd)
{
	char text[4096];
	ssize_t n;

	do {
		n = recv(fd, text, sizeof(text) - 1, 0);
		if (n < 0 && errno != EINTR)
			die("no word from systemd: %s", strerror(errno));
		text[n < 0 ? 0 : n] = '\0';
	} while (!strstr(text, "READY=1"));
	close(fd);
}

static void become_systemd(pid_t agent)
{
	static char *const argv[] = { "/sbin/init", NULL };
	static char *const envp[] = {
		"HOME=/", "TERM=linux", "NOTIFY_SOCKET=" NOTIFY, NULL
	};
	char text[16];

	/* systemd takes what it finds in the root group for its own */
	snprintf(text, sizeof(text), "%d", agent);
	if (mkdir(AGENT, 0755))
		die("cannot make %s: %s", AGENT, strerror(errno));
	put(AGENT "/cgroup.procs", text);
	execve(argv[0], argv, envp);
	die("the image has no systemd: %s: %s; rebuild it with make image",
	    argv[0], strerror(errno));
}

void systemd_start(void)
{
	int fd = notify_socket();
	pid_t pid;

	mask_units();
	enable_added();
	pid = fork();
	if (pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (pid)
		become_systemd(pid);
	wait_ready(fd);
}

/* Or it would start again what is killed, and write to the log meanwhile */
void systemd_freeze(void)
{
	char text[256] = "";
	ssize_t n;
	int fd;

	put(SCOPE "/cgroup.freeze", "1");
	fd = open(SCOPE "/cgroup.events", O_RDONLY | O_CLOEXEC);
	while (!strstr(text, "frozen 1")) {
		usleep(1000);
		n = pread(fd, text, sizeof(text) - 1, 0);
		if (n < 0)
			die("cannot read " SCOPE "/cgroup.events: %s",
			    strerror(errno));
		text[n] = '\0';
	}
	close(fd);
}

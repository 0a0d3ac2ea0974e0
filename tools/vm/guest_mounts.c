// SPDX-License-Identifier: GPL-2.0
/* File systems, devices' links, the loopback interface, the host name. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

#define NSD	(MS_NOSUID | MS_NODEV)

struct mount_point {
	const char *type, *dir;
	unsigned long flags;
	const char *data;
	bool needed;
};

/* /dev comes first and alone: the port is found before anything else */
static const struct mount_point early[] = {
	{ "devtmpfs", "/dev", MS_NOSUID, "mode=755", true },
	{ "proc", "/proc", NSD | MS_NOEXEC, NULL, true },
	{ "sysfs", "/sys", NSD | MS_NOEXEC, NULL, true },
};

static const struct mount_point late[] = {
	{ "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC,
	  "gid=5,mode=620,ptmxmode=666", false },
	{ "tmpfs", "/dev/shm", NSD, "mode=1777", true },
	{ "tmpfs", "/tmp", NSD, "mode=1777", true },
	/* set-user-ID and file capabilities must work on what --add brings */
	{ "tmpfs", "/run", MS_NODEV, "mode=755", true },
	{ "debugfs", "/sys/kernel/debug", NSD | MS_NOEXEC, NULL, false },
	{ "tracefs", "/sys/kernel/tracing", NSD | MS_NOEXEC, "mode=700",
	  false },
	{ "securityfs", "/sys/kernel/security", NSD | MS_NOEXEC, NULL, false },
	{ "bpf", "/sys/fs/bpf", NSD | MS_NOEXEC, NULL, false },
	{ "cgroup2", "/sys/fs/cgroup", NSD | MS_NOEXEC, NULL, false },
};

static void mount_one(const struct mount_point *m)
{
	/* In sysfs mkdir fails: there the kernel made the directory, or not */
	mkdir(m->dir, 0755);
	if (mount(m->type, m->dir, m->type, m->flags, m->data) && m->needed)
		die("cannot mount %s on %s: %s", m->type, m->dir,
		    strerror(errno));
}

void mounts_early(void)
{
	size_t i;

	for (i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		mount_one(&early[i]);
}

/* The semantics of switch_root, with this program going on as process 1 */
static void enter_debian(void)
{
	static const char *const moved[] = { "/dev", "/proc", "/sys" };
	char to[32];
	size_t i;

	mkdir("/root.new", 0755);
	if (mount("/dev/vda", "/root.new", "ext4", 0, NULL))
		die("cannot mount the Debian image: %s; rebuild it with make image",
		    strerror(errno));
	for (i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		snprintf(to, sizeof(to), "/root.new%s", moved[i]);
		if (mount(moved[i], to, NULL, MS_MOVE, NULL))
			die("cannot move %s into the Debian image: %s",
			    moved[i], strerror(errno));
	}
	if (chdir("/root.new") || mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot(".") || chdir("/"))
		die("cannot enter the Debian image: %s", strerror(errno));
}

static void copy_in(int from_dir, const char *name)
{
	int in = openat(from_dir, name, O_RDONLY | O_CLOEXEC);
	char to[300];
	struct stat st;
	off_t left;
	int out;

	snprintf(to, sizeof(to), GUEST_BIN "/%s", name);
	if (in < 0 || fstat(in, &st))
		die("cannot read the added file %s: %s", name, strerror(errno));
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		die("cannot create %s: %s", to, strerror(errno));
	for (left = st.st_size; left;) {
		ssize_t n = sendfile(out, in, NULL, left);

		if (n <= 0)
			die("cannot copy the added file %s: %s", name,
			    n ? strerror(errno) : "it is cut short");
		left -= n;
	}
	fchmod(out, st.st_mode & 07777);
	close(out);
	close(in);
	unlinkat(from_dir, name, 0);
}

static void bring_added(int dir_fd)
{
	struct dirent *de;
	DIR *dir;

	mkdir("/run/vm", 0755);
	mkdir(GUEST_BIN, 0755);
	if (dir_fd < 0)
		return;
	dir = fdopendir(dir_fd);
	while (dir && (de = readdir(dir)))
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			copy_in(dir_fd, de->d_name);
	if (dir)
		closedir(dir);
}

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
}

void mounts_late(const struct job *job)
{
	int added = open(JOB_ADD, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t i;

	if (job->debian)
		enter_debian();
	for (i = 0; i < sizeof(late) / sizeof(late[0]); i++)
		mount_one(&late[i]);
	/* A tmpfs root starts as 1777 */
	if (!job->debian)
		chmod("/", 0755);
	/* What udev would link */
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
	bring_added(added);
	loopback_up();
	sethostname("capsplit", 8);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What root does for the tools to see.  Each deed is done by a process of its
 * own, named "scene", which is waited for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "guest_child.h"
#include "scene.h"

#define DIR "/run/tooltable"
/* on the disk, not in memory */
#define DATA "/var/tmp/tooltable.data"

static void run(const char *path, const char *arg1, const char *arg2)
{
	pid_t pid = fork();
	int null;

	if (!pid) {
		null = open("/dev/null", O_RDWR);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl(path, path, arg1, arg2, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static void do_file(void)
{
	struct statfs sfs;
	struct stat st;
	int fd;

	fd = open(DIR "/tooltable.opened", O_RDWR | O_CREAT, 0600);
	close(fd);
	stat(DIR "/tooltable.opened", &st);
	statfs(DIR "/tooltable.opened", &sfs);
	fd = open("/var/tmp/tooltable.brief", O_RDWR | O_CREAT, 0600);
	close(fd);
	unlink("/var/tmp/tooltable.brief");
}

/* Written to the disk and read back from it. */
static void do_io(void)
{
	static char buf[64 << 10];
	int fd = open(DATA, O_RDWR | O_CREAT, 0600);

	if (write(fd, buf, sizeof(buf)) < 0 || fsync(fd))
		printf("tools: scene cannot write " DATA ": %s\n",
		       strerror(errno));
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	lseek(fd, 0, SEEK_SET);
	while (read(fd, buf, 4096) > 0)
		;
	close(fd);
}

static void do_exec(void)
{
	run("/usr/bin/true", NULL, NULL);
}

static void do_tcp(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0), server, i;
	socklen_t len = sizeof(to);
	char buf[512] = "";

	if (bind(listener, (struct sockaddr *)&to, len) ||
	    getsockname(listener, (struct sockaddr *)&to, &len) ||
	    listen(listener, 5) ||
	    connect(client, (struct sockaddr *)&to, len))
		printf("tools: scene cannot connect: %s\n", strerror(errno));
	server = accept(listener, NULL, NULL);
	for (i = 0; i < 4; i++) {
		if (write(client, buf, sizeof(buf)) < 0 ||
		    read(server, buf, sizeof(buf)) < 0 ||
		    write(server, buf, sizeof(buf)) < 0 ||
		    read(client, buf, sizeof(buf)) < 0)
			printf("tools: scene cannot talk: %s\n",
			       strerror(errno));
	}
	close(client);
	close(server);
	close(listener);
}

static void do_mount(void)
{
	mkdir(DIR "/mnt", 0755);
	if (mount("tooltable", DIR "/mnt", "tmpfs", 0, NULL) ||
	    umount(DIR "/mnt"))
		printf("tools: scene cannot mount: %s\n", strerror(errno));
}

static void do_signal(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

static void do_sync(void)
{
	sync();
}

static pthread_mutex_t contended = PTHREAD_MUTEX_INITIALIZER;

static void *contender(void *arg)
{
	pthread_mutex_lock(&contended);
	pthread_mutex_unlock(&contended);
	return arg;
}

static void do_futex(void)
{
	pthread_t other;

	pthread_mutex_lock(&contended);
	if (!pthread_create(&other, NULL, contender, NULL)) {
		usleep(20000);
		pthread_mutex_unlock(&contended);
		pthread_join(other, NULL);
	}
}

/* Two that want the one processor, and sleep in between. */
static void do_cpu(void)
{
	long long end;
	pid_t pid = fork();
	int i;

	for (i = 0; i < 2; i++) {
		for (end = now_ms() + 40; now_ms() < end;)
			;
		usleep(5000);
	}
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void do_lookup(void)
{
	run("/usr/bin/getent", "ahosts", "localhost");
}

/* Somebody types at a shell's prompt. */
static void do_shell(void)
{
	static const char typed[] = "true tooltable-typed\nexit\n";
	char buf[256];
	int fd;
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);

	if (!pid) {
		setenv("TERM", "dumb", 1);
		execl("/bin/bash", "bash", "--norc", "--noprofile", "-i",
		      (char *)NULL);
		_exit(127);
	}
	if (write(fd, typed, strlen(typed)) < 0)
		printf("tools: scene cannot type: %s\n", strerror(errno));
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
	waitpid(pid, NULL, 0);
}

/* Somebody without capabilities comes to where CAP_TRACING would let him in. */
static void do_observe(void)
{
	struct stat st;
	pid_t pid = fork();

	if (!pid) {
		if (setresuid(ALICE, ALICE, ALICE) ||
		    !stat("/sys/kernel/tracing/trace", &st))
			printf("tools: scene tracefs is open to everyone\n");
		fflush(NULL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static const struct {
	const char *name;
	void (*act)(void);
} deeds[] = {
	{ "file", do_file }, { "io", do_io }, { "exec", do_exec },
	{ "tcp", do_tcp }, { "mount", do_mount }, { "signal", do_signal },
	{ "sync", do_sync }, { "futex", do_futex }, { "cpu", do_cpu },
	{ "lookup", do_lookup }, { "shell", do_shell },
	{ "observe", do_observe },
};

#define DEEDS (sizeof(deeds) / sizeof(deeds[0]))

int deed_number(const char *name)
{
	size_t i;

	for (i = 0; i < DEEDS; i++)
		if (!strcmp(deeds[i].name, name))
			return i;
	return -1;
}

bool scene_set(void)
{
	return !mkdir(DIR, 0755);
}

void scene_act(unsigned int wanted)
{
	pid_t pid;
	size_t i;

	fflush(NULL);
	pid = fork();
	if (pid) {
		waitpid(pid, NULL, 0);
		return;
	}
	prctl(PR_SET_NAME, "scene");
	alarm(120);
	for (i = 0; i < DEEDS; i++)
		if (wanted & (1u << i))
			deeds[i].act();
	fflush(NULL);
	_exit(0);
}

// SPDX-License-Identifier: GPL-2.0
/* After the command: saved files, kmemleak, the kernel log. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

/* Held open from the start: lockdown forbids opening it later */
static int kmemleak = -1;

void report_begin(const struct job *job)
{
	if (!job->verdict)
		return;
	kmemleak = open("/sys/kernel/debug/kmemleak", O_RDWR | O_CLOEXEC);
	if (kmemleak >= 0 && write(kmemleak, "clear", 5) != 5)
		die("cannot clear kmemleak: %s", strerror(errno));
}

static void send_file(unsigned char index, const char *path)
{
	static char buf[FRAME_MAX];
	const char *why = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	buf[0] = index;
	if (fd >= 0) {
		while ((n = read(fd, buf + 1, sizeof(buf) - 1)) > 0)
			port_send(FRAME_FILE, buf, n + 1);
	}
	if (n < 0)
		why = strerror(errno);
	if (fd >= 0)
		close(fd);
	strcpy(buf + 1, why);
	port_send(FRAME_FILE_END, buf, 1 + strlen(why));
}

void report_files(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->savec; i++)
		send_file(i, job->save[i]);
}

static void send_leaks(void)
{
	static char buf[FRAME_MAX];
	ssize_t n;
	int i;

	if (kmemleak < 0)
		return;
	/* An object is reported once it is 5 s old and two scans missed it */
	for (i = 0; i < 2; i++) {
		sleep(6);
		if (write(kmemleak, "scan", 4) != 4)
			die("the leak scan cannot run: %s", strerror(errno));
	}
	lseek(kmemleak, 0, SEEK_SET);
	while ((n = read(kmemleak, buf, sizeof(buf))) > 0)
		port_send(FRAME_LEAK, buf, n);
	if (n < 0)
		die("the leak scan cannot be read: %s", strerror(errno));
}

/* A scan of the log that cannot run is a failure, never a pass */
void report_kernel(const struct job *job)
{
	static char batch[FRAME_MAX];
	size_t used = 0;
	ssize_t n;
	int fd;

	if (!job->verdict)
		return;
	send_leaks();
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die("cannot read the kernel log: %s", strerror(errno));
	for (;;) {
		if (sizeof(batch) - used < 8192) {
			port_send(FRAME_KMSG, batch, used);
			used = 0;
		}
		n = read(fd, batch + used, sizeof(batch) - used);
		if (n > 0) {
			used += n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		/* Overwritten while we read: go on, the console has it all */
		if (n < 0 && errno == EPIPE)
			continue;
		if (n < 0 && errno != EAGAIN)
			die("cannot read the kernel log: %s", strerror(errno));
		break;
	}
	port_send(FRAME_KMSG, batch, used);
	close(fd);
}

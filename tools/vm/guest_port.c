// SPDX-License-Identifier: GPL-2.0
/* The virtio port to the runner. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

static int port = -1;

/* There is no udev: sysfs tells which /dev/vportNpM has our name */
static bool port_lookup(char *dev, size_t size)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *de;
	bool found = false;

	if (!dir)
		return false;
	while (!found && (de = readdir(dir))) {
		char path[512], name[64] = "";
		FILE *f;

		if (de->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name",
			 de->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fgets(name, sizeof(name), f))
			name[strcspn(name, "\n")] = '\0';
		fclose(f);
		if (!strcmp(name, FRAME_PORT)) {
			snprintf(dev, size, "/dev/%s", de->d_name);
			found = true;
		}
	}
	closedir(dir);
	return found;
}

void port_open(void)
{
	char dev[300];
	int tries;

	/* Ports are announced by control messages, after the device itself */
	for (tries = 0; tries < 20000; tries++) {
		if (port_lookup(dev, sizeof(dev))) {
			port = open(dev, O_RDWR | O_CLOEXEC);
			if (port >= 0)
				return;
		}
		usleep(1000);
	}
	die("the guest kernel shows no virtio port named " FRAME_PORT
	    "; it needs CONFIG_VIRTIO_CONSOLE and CONFIG_VIRTIO_MMIO_CMDLINE_DEVICES");
}

static void write_all(const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(port, p, len);

		if (n < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			/* Nobody listens: nothing is left to do here */
			perror("vm-init: write to the runner");
			power_off();
		}
		p += n;
		len -= n;
	}
}

void port_send(char type, const void *data, size_t len)
{
	static unsigned char frame[FRAME_HEAD + FRAME_MAX];

	do {
		size_t n = len < FRAME_MAX ? len : FRAME_MAX;

		frame[0] = type;
		frame[1] = n;
		frame[2] = n >> 8;
		frame[3] = n >> 16;
		frame[4] = n >> 24;
		memcpy(frame + FRAME_HEAD, data, n);
		write_all(frame, FRAME_HEAD + n);
		data = (const char *)data + n;
		len -= n;
	} while (len);
}

/* A reset drops what the host has not read, so wait for its word */
void port_wait_bye(void)
{
	char c;

	while (read(port, &c, 1) < 0 && (errno == EINTR || errno == EAGAIN))
		;
}

void die(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	dprintf(2, "vm-init: %s\n", text);
	if (port >= 0) {
		port_send(FRAME_TROUBLE, text, strlen(text));
		port_wait_bye();
	}
	power_off();
}

// SPDX-License-Identifier: GPL-2.0
/* What comes out of the guest, and for how long we wait for it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"
#include "run.h"

static volatile sig_atomic_t timed_out, interrupted;
static volatile pid_t qemu_pid;
static int save_fd[LIST_MAX];

/* Killing QEMU here ends every wait below, whatever it waits for */
static void on_signal(int sig)
{
	int saved = errno;

	if (sig == SIGALRM)
		timed_out = 1;
	else
		interrupted = sig;
	if (qemu_pid > 0)
		kill(qemu_pid, SIGKILL);
	errno = saved;
}

static void catch(void)
{
	static const int sigs[] = { SIGALRM, SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal };
	size_t i;

	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		sigaction(sigs[i], &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void give(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n >= 0) {
			data += n;
			len -= n;
			continue;
		}
		if (errno == EAGAIN) {
			struct pollfd p = { .fd = fd, .events = POLLOUT };

			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			/* Our reader has gone: end as a local command would */
			on_signal(errno == EPIPE ? SIGPIPE : SIGTERM);
		}
		if (interrupted || timed_out)
			return;
	}
}

/* Written aside, renamed when whole */
static void part_name(const struct pair *p, char *part)
{
	if (snprintf(part, PATH_MAX, "%s.part", p->host) >= PATH_MAX)
		fatal("the path %s is too long", p->host);
}

static void save_piece(const struct options *o, struct result *res,
		       const char *data, size_t len)
{
	unsigned char i = data[0];
	char part[PATH_MAX];

	if (i >= o->savec)
		return;
	part_name(&o->save[i], part);
	if (!save_fd[i]) {
		save_fd[i] = open(part, O_WRONLY | O_CREAT | O_TRUNC |
				  O_CLOEXEC, 0644);
		if (save_fd[i] < 0) {
			fprintf(stderr, "vm: cannot create %s: %s\n", part,
				strerror(errno));
			res->save_failed = true;
		}
	}
	if (save_fd[i] > 0)
		give(save_fd[i], data + 1, len - 1);
}

static void save_end(const struct options *o, struct result *res,
		     const char *data, size_t len)
{
	unsigned char i = data[0];
	char part[PATH_MAX];

	if (i >= o->savec)
		return;
	if (len > 1) {
		fprintf(stderr, "vm: cannot save the guest's %s: %.*s\n",
			o->save[i].guest, (int)len - 1, data + 1);
		res->save_failed = true;
		return;
	}
	/* An empty file has no piece */
	save_piece(o, res, data, 1);
	part_name(&o->save[i], part);
	if (save_fd[i] <= 0)
		return;
	if (close(save_fd[i]) || rename(part, o->save[i].host)) {
		fprintf(stderr, "vm: cannot write %s: %s\n", o->save[i].host,
			strerror(errno));
		res->save_failed = true;
	}
	save_fd[i] = -1;
}

static void frame(const struct options *o, const struct run *r,
		  struct result *res, char type, const char *data, size_t len)
{
	switch (type) {
	case FRAME_READY:
		res->ready = true;
		break;
	case FRAME_OUT:
		if (o->verdict)
			buffer_add(&res->ktap, data, len);
		give(1, data, len);
		break;
	case FRAME_ERR:
		give(2, data, len);
		break;
	case FRAME_STATUS:
		res->status = atoi(data);
		res->has_status = true;
		break;
	case FRAME_KMSG:
		buffer_add(&res->kmsg, data, len);
		break;
	case FRAME_LEAK:
		buffer_add(&res->leaks, data, len);
		break;
	case FRAME_FILE:
		save_piece(o, res, data, len);
		break;
	case FRAME_FILE_END:
		save_end(o, res, data, len);
		break;
	case FRAME_TROUBLE:
		snprintf(res->trouble, sizeof(res->trouble), "%.1000s", data);
		break;
	case FRAME_SEAL:
		res->sealed = !strcmp(data, r->nonce);
		res->bad_seal = !res->sealed;
		break;
	default:
		snprintf(res->trouble, sizeof(res->trouble),
			 "the guest sent a frame of unknown type %d", type);
	}
}

/* All the whole frames in the buffer; returns how many bytes they took */
static ssize_t frames(const struct options *o, const struct run *r,
		      struct result *res, unsigned char *buf, size_t have)
{
	static char payload[FRAME_MAX + 1];
	size_t used = 0;

	while (have - used >= FRAME_HEAD) {
		unsigned char *h = buf + used;
		size_t len = h[1] | h[2] << 8 | h[3] << 16 |
			     (size_t)h[4] << 24;
		char bye = FRAME_BYE;

		if (len > FRAME_MAX)
			return -1;
		if (have - used < FRAME_HEAD + len)
			break;
		memcpy(payload, h + FRAME_HEAD, len);
		payload[len] = '\0';
		frame(o, r, res, h[0], payload, len);
		used += FRAME_HEAD + len;
		/* The guest may reset now; a reset drops what we did not read */
		if ((h[0] == FRAME_SEAL || h[0] == FRAME_TROUBLE) &&
		    write(r->port, &bye, 1) < 0)
			break;
	}
	return used;
}

void stream_run(const struct options *o, struct run *r, struct result *res)
{
	static unsigned char buf[2 * (FRAME_HEAD + FRAME_MAX)];
	size_t have = 0;
	ssize_t n, used;

	qemu_pid = r->qemu;
	catch();
	alarm(o->timeout);
	for (;;) {
		n = read(r->port, buf + have, sizeof(buf) - have);
		if (n < 0 && errno == EINTR && !timed_out && !interrupted)
			continue;
		if (n <= 0 || timed_out || interrupted)
			break;
		have += n;
		used = frames(o, r, res, buf, have);
		if (used < 0) {
			snprintf(res->trouble, sizeof(res->trouble),
				 "the guest's report is garbled");
			break;
		}
		memmove(buf, buf + used, have - used);
		have -= used;
		if (res->sealed && !timed_out) {
			/* It only has to reset now: do not wait for ever */
			alarm(o->shell ? 0 : 20);
		}
	}
	/* Here the guest reset or died, or we gave it up */
	if (res->trouble[0] || timed_out || interrupted)
		kill(r->qemu, SIGKILL);
	while (waitpid(r->qemu, &res->qemu_status, 0) < 0 && errno == EINTR)
		;
	qemu_pid = 0;
	alarm(0);
	res->timed_out = timed_out && !res->sealed;
	res->interrupted = interrupted;
}

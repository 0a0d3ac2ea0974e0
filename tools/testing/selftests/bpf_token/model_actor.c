// SPDX-License-Identifier: GPL-2.0
/* A task of the model test: does what its socket says, and tells the outcome. */
#include "model.h"
#include <linux/bpf_dev.h>

int model_send(int sock, const void *data, size_t size, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { (void *)data, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	if (sendmsg(sock, &msg, MSG_NOSIGNAL) != (ssize_t)size)
		return errno ? errno : EIO;
	return 0;
}

int model_receive(int sock, void *data, size_t size, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { data, size };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	ssize_t n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);

	*fd = -1;
	if (n != (ssize_t)size)
		return n < 0 ? errno : ENOTCONN;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return 0;
}

/* A new descriptor goes where the test expects it; 0 or errno */
static int keep(int fd, int slot)
{
	if (fd < 0)
		return -fd;
	if (dup3(fd, MODEL_FD(slot), O_CLOEXEC) < 0)
		return errno;
	close(fd);
	return 0;
}

static int fd_of(int slot)
{
	return slot < 0 ? -1 : MODEL_FD(slot);
}

static int use(const struct model_step *s)
{
	const struct model_use *u = &model_uses[s->use];
	int token = fd_of(s->slot);

	switch (u->cmd) {
	case BPF_PROG_LOAD:
		return shut(prog_with(token, u->type, u->attach));
	case BPF_MAP_CREATE:
		return shut(map_with(token, u->type));
	default:
		return shut(btf_with(token));
	}
}

static int open_cgroup(int cgroup)
{
	return open(model_cgroup_paths[cgroup],
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int attach(const struct model_step *s)
{
	const struct model_use *u = &model_attaches[s->use];
	int cgroup = open_cgroup(s->file), prog, err;

	if (cgroup < 0)
		return WRONG;
	prog = prog_with(fd_of(s->slot), u->type, u->attach);
	err = prog < 0 ? -prog : shut(cgroup_link(prog, cgroup, u->attach));
	if (prog >= 0)
		close(prog);
	close(cgroup);
	return err;
}

/* With a descriptor of the cgroup, if it is to be confined */
static int make(const struct model_step *s, __u32 flags, int parent)
{
	struct grant g = s->grant;
	int fd;

	flags |= s->flags;
	if (flags & BPF_F_TOKEN_CGROUP)
		g.cgroup = open_cgroup(s->file);
	if (g.cgroup < 0)
		return WRONG;
	fd = token_make(flags, parent, &g);
	if (g.cgroup)
		close(g.cgroup);
	return keep(fd, s->slot);
}

static int unknown(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return -ct_bpf(63, &attr, sizeof(attr));
}

static const char *pin_path(int file)
{
	static char path[64];

	snprintf(path, sizeof(path), MODEL_PIN_DIR "/%d", file);
	return path;
}

static int drop(__u64 keep_caps)
{
	__u64 effective, permitted, inheritable;
	int err = ct_capget(&effective, &permitted, &inheritable);

	if (!err)
		err = ct_capset(permitted & keep_caps, permitted & keep_caps, 0);
	return err;
}

static int ioctl_error(int slot, unsigned long request)
{
	return ioctl(MODEL_FD(slot), request, 0) ? errno : 0;
}

static int device(const struct model_step *s)
{
	char path[64];
	int fd;

	if (s->file < MODEL_DEVICES)
		snprintf(path, sizeof(path), "%s", model_devices[s->file]);
	else
		snprintf(path, sizeof(path), "%s/bpf.token",
			 model_cgroup_paths[s->file - MODEL_DEVICES]);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return keep(fd < 0 ? -errno : fd, s->slot);
}

#define IS_CHILD	-1	/* and owes no reply */

/* @fd came with the step, for a fork or to be kept */
static int act(const struct model_step *s, int fd, const char *program,
	       struct model_reply *reply)
{
	pid_t pid;

	switch (s->op) {
	case OP_CREATE:
		return make(s, BPF_F_TOKEN_DIRECT, 0);
	case OP_DERIVE:
		return make(s, BPF_F_TOKEN_DERIVE, fd_of(s->other));
	case OP_USE:
		return use(s);
	case OP_ATTACH:
		return attach(s);
	case OP_LOAD:
		return load_perm(fd_of(s->slot), s->flags);
	case OP_REVOKE:
		return token_revoke(fd_of(s->slot), fd_of(s->other));
	case OP_PIN:
		return obj_pin(fd_of(s->slot), pin_path(s->file));
	case OP_GET:
		return keep(obj_get(pin_path(s->file), 0), s->slot);
	case OP_OPEN:
		return device(s);
	case OP_GET_PERM:
		return ioctl_error(s->slot, BPF_DEV_IOCTL_GET_PERM);
	case OP_PUT_PERM:
		return ioctl_error(s->slot, BPF_DEV_IOCTL_PUT_PERM);
	case OP_CLOSE:
		return close(MODEL_FD(s->slot)) ? errno : 0;
	case OP_INFO:
		return token_info(fd_of(s->slot), &reply->info);
	case OP_UNKNOWN:
		return unknown();
	case OP_SEND:
		return fcntl(MODEL_FD(s->slot), F_GETFD) < 0 ? errno : 0;
	case OP_RECEIVE:
		return keep(fd, s->slot);
	case OP_FORK:
		pid = fork();
		if (!pid && dup2(fd, MODEL_CONTROL) < 0)
			_exit(1);
		close(fd);
		return pid < 0 ? EAGAIN : pid ? 0 : IS_CHILD;
	case OP_EXEC:
		fcntl(MODEL_CONTROL, F_SETFD, 0);
		execl(program, program, "--actor", NULL);
		return errno;
	case OP_DROP:
		return drop(s->grant.caps);
	default:
		_exit(1);
	}
}

void model_act(const char *program, bool executed)
{
	struct model_reply reply;
	struct model_step s;
	int fd, null;

	fcntl(MODEL_CONTROL, F_SETFD, FD_CLOEXEC);
	signal(SIGCHLD, SIG_IGN);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (keep(null < 0 ? -errno : null, MODEL_NO_TOKEN))
		_exit(1);
	memset(&reply, 0, sizeof(reply));
	if (executed && model_send(MODEL_CONTROL, &reply, sizeof(reply), -1))
		_exit(1);
	while (!model_receive(MODEL_CONTROL, &s, sizeof(s), &fd)) {
		memset(&reply, 0, sizeof(reply));
		reply.verdict = act(&s, fd, program, &reply);
		if (reply.verdict == IS_CHILD)
			continue;
		fd = s.op == OP_SEND && !reply.verdict ? MODEL_FD(s.slot) : -1;
		if (model_send(MODEL_CONTROL, &reply, sizeof(reply), fd))
			break;
	}
	_exit(0);
}

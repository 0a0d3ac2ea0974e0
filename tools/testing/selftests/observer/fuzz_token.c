// SPDX-License-Identifier: GPL-2.0
/*
 * BPF tokens: the attacker makes some, derives from one that root has handed
 * to it, presents and revokes them, and tries the devices.  Root's token
 * carries what an observer has.  So whatever comes of it, nothing may give the
 * attacker more: it asks for more each time, and says so if it gets it.
 */
#include "fuzz.h"
#include <sys/ioctl.h>
#include <linux/bpf_dev.h>
#include "../bpf_token/token.h"

#define HANDED_CMDS	(BIT64(BPF_TOKEN_CREATE) | BIT64(BPF_PROG_LOAD) | \
			 BIT64(BPF_MAP_CREATE) | BIT64(BPF_BTF_LOAD) | \
			 BIT64(BPF_TOKEN_REVOKE) | BIT64(BPF_LOAD_PERM_FD) | \
			 BIT64(BPF_PROG_GET_NEXT_ID) | BIT64(BPF_OBJ_PIN))

static struct grant handed = {
	HANDED_CMDS, ALL_MAPS, ALL_PROGS, ALL_ATTACHS, BT,
};

/* Some of its own, of several generations */
static int own[8];

int hand_out_token(struct fuzz *f)
{
	int fd = token_make(BPF_F_TOKEN_DIRECT, 0, &handed);

	f->token = -1;
	/* Without CONFIG_BPF_TOKEN_DELEGATION there is none to attack */
	if (fd == -EINVAL || fd == -EOPNOTSUPP)
		return 0;
	if (fd < 0)
		return -fd;
	/* Above those that an attacker closes */
	f->token = fcntl(fd, F_DUPFD_CLOEXEC, LAST_OF_ROOT);
	close(fd);
	return f->token < 0 ? errno : 0;
}

static bool within(const struct bpf_token_info *i)
{
	return !(i->allowed_cmds & ~handed.cmds) &&
	       !(i->allowed_maps & ~handed.maps) &&
	       !(i->allowed_progs & ~handed.progs) &&
	       !(i->allowed_attachs & ~handed.attachs) &&
	       !(i->allowed_caps & ~handed.caps);
}

bool handed_token_intact(struct fuzz *f)
{
	struct bpf_token_info info;

	if (f->token < 0)
		return true;
	return !token_info(f->token, &info) && within(&info) &&
	       !(info.flags & BPF_TOKEN_INFO_REVOKED);
}

/* The attacker has what it must not have */
static void gain(struct fuzz *f, const char *what)
{
	step(f, "GAINED: %s", what);
	f->journal->gained = true;
}

static __u64 some_bits(struct dice *d, __u64 of)
{
	switch (throw(d, 4)) {
	case 0:
		return of;
	case 1:
		return of & (throw_number(d) | throw_number(d));
	case 2:
		return of | (one_in(d, 2) ? BIT64(throw(d, 64)) : 0);
	default:
		return throw_number(d);
	}
}

static struct grant some_grant(struct dice *d)
{
	return (struct grant) {
		some_bits(d, handed.cmds), some_bits(d, handed.maps),
		some_bits(d, handed.progs), some_bits(d, handed.attachs),
		one_in(d, 4) ? some_bits(d, ALL_CAPS) : handed.caps &
			throw_number(d),
	};
}

static void keep(struct fuzz *f, int fd)
{
	__u32 i = throw(&f->dice, ARRAY_SIZE(own));

	if (own[i] > 0)
		close(own[i]);
	own[i] = fd;
}

static int any_token(struct fuzz *f)
{
	int fd = own[throw(&f->dice, ARRAY_SIZE(own))];

	if (one_in(&f->dice, 16))
		return throw(&f->dice, 64);
	return fd > 0 && !one_in(&f->dice, 3) ? fd : f->token;
}

static void make_token(struct fuzz *f, bool direct)
{
	struct dice *d = &f->dice;
	__u32 flags = direct ? BPF_F_TOKEN_DIRECT : BPF_F_TOKEN_DERIVE;
	struct grant g = some_grant(d);
	struct bpf_token_info info;
	int parent = direct && !one_in(d, 8) ? 0 : any_token(f), fd;

	if (one_in(d, 4))
		flags |= throw(d, 16) << 28;
	if (one_in(d, 16))
		flags ^= BIT64(throw(d, 32));
	fd = token_make(flags, parent, &g);
	step(f, "token of %d, flags %x, caps %llx: %d", parent, flags, g.caps,
	     fd);
	note(f, "token", direct ? "create" : "derive", fd);
	if (fd < 0)
		return;
	if (token_info(fd, &info) || !within(&info) || !info.parent_id)
		gain(f, "a token of more than the one it was made from");
	keep(f, fd);
}

/* Traffic control is for whoever has CAP_NET_ADMIN besides */
static void ask_for_more(struct fuzz *f, int token, const char *how)
{
	int fd;

	switch (throw(&f->dice, 3)) {
	case 0:
		fd = prog_with(token, BPF_PROG_TYPE_SCHED_CLS, 0);
		break;
	case 1:
		fd = prog_with(token, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0);
		break;
	default:
		fd = map_with(token, BPF_MAP_TYPE_DEVMAP);
	}
	if (fd >= 0) {
		gain(f, how);
		close(fd);
	}
}

static void use_token(struct fuzz *f)
{
	int token = any_token(f), fd;

	if (one_in(&f->dice, 2))
		fd = prog_with(token, BPF_PROG_TYPE_KPROBE, 0);
	else
		fd = map_with(token, BPF_MAP_TYPE_LRU_HASH);
	step(f, "token %d used: %d", token, fd);
	note(f, "token", "use", fd);
	if (fd >= 0)
		close(fd);
	ask_for_more(f, token, "something by naming a token");
}

static void load_token(struct fuzz *f)
{
	struct dice *d = &f->dice;
	__u32 flags = one_in(d, 3) ? BPF_F_PERM_ON_EXEC : 0;
	int token = any_token(f), ret;
	union bpf_attr attr;

	ret = load_perm(token, one_in(d, 16) ? throw_number(d) : flags);
	step(f, "token %d loaded, flags %x: %d", token, flags, ret);
	note(f, "token", flags ? "load, on exec" : "load", -ret);
	memset(&attr, 0, sizeof(attr));
	switch (throw(d, 4)) {
	case 0:		/* an object of root's, to change */
		attr.map_id = f->root.map_id;
		ret = ct_bpf(BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr));
		if (ret >= 0) {
			__u64 value = throw_number(d);
			__u32 key = 0;

			memset(&attr, 0, sizeof(attr));
			attr.map_fd = ret;
			attr.key = (unsigned long)&key;
			attr.value = (unsigned long)&value;
			load_perm(token, 0);
			if (!ct_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)))
				gain(f, "root's map by a loaded token");
			close(ret);
		}
		break;
	case 1:
		ret = token_direct(0);
		if (ret >= 0)
			gain(f, "a token without a parent by a loaded one");
		break;
	default:
		ask_for_more(f, -1, "something by loading a token");
	}
}

static void revoke_token(struct fuzz *f)
{
	int token = any_token(f);
	int ancestor = one_in(&f->dice, 3) ? -1 : any_token(f), ret;

	ret = token_revoke(token, ancestor);
	step(f, "token %d revoked by %d: %d", token, ancestor, ret);
	note(f, "token", "revoke", -ret);
	if (!ret && (ancestor == -1 || token == f->token))
		gain(f, "a revocation that is not its to make");
}

static void device(struct fuzz *f)
{
	static const char *const paths[] = {
		"/dev/bpf", "/dev/bpf-net", "/dev/bpf-tracing",
	};
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR, O_PATH };
	struct dice *d = &f->dice;
	const char *path = paths[throw(d, ARRAY_SIZE(paths))];
	int mode = modes[throw(d, ARRAY_SIZE(modes))];
	int fd = open(path, mode | O_CLOEXEC), ret;

	step(f, "%s opened, mode %x: %d", path, mode, fd);
	note(f, "token", mode == O_PATH ? "device, O_PATH" : "device",
	     fd < 0 ? -errno : fd);
	if (fd >= 0 && mode != O_PATH)
		gain(f, "a file of /dev/bpf*");
	/* Good for nothing, and neither is root's token for this */
	if (fd < 0 || one_in(d, 2)) {
		if (fd >= 0)
			close(fd);
		fd = dup(any_token(f));
	}
	ret = ioctl(fd, one_in(d, 2) ? BPF_DEV_IOCTL_GET_PERM :
		    BPF_DEV_IOCTL_PUT_PERM, 0);
	note(f, "token", "ioctl", ret < 0 ? -errno : ret);
	if (!ret)
		gain(f, "an ioctl of /dev/bpf*");
	if (load_perm(fd, 0) == 0)
		ask_for_more(f, -1, "something by /dev/bpf*");
	if (fd >= 0)
		close(fd);
}

static void look_at_token(struct fuzz *f)
{
	struct bpf_token_info info;
	char path[64], text[1024];
	int token = any_token(f), ret;

	ret = token_info(token, &info);
	note(f, "token", "info", -ret);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", token);
	get_string(path, text, sizeof(text));
	if (one_in(&f->dice, 4))
		note(f, "token", "pin", -obj_pin(token, "/sys/fs/bpf/fuzz"));
}

void fuzz_token(struct fuzz *f)
{
	switch (throw(&f->dice, 8)) {
	case 0:
		make_token(f, true);
		break;
	case 1:
	case 2:
		make_token(f, false);
		break;
	case 3:
		use_token(f);
		break;
	case 4:
		load_token(f);
		break;
	case 5:
		revoke_token(f);
		break;
	case 6:
		device(f);
		break;
	default:
		look_at_token(f);
	}
}

// SPDX-License-Identifier: GPL-2.0
/* The reference model: see model.h. */
#include "model.h"

#define KNOWN_CMDS	(ALL_CMDS | BIT64(BPF_LOAD_PERM_FD) | \
			 BIT64(BPF_TOKEN_REVOKE))

const struct model_use model_uses[MODEL_USES] = {
	{ "socket filter", BPF_PROG_LOAD, BPF_PROG_TYPE_SOCKET_FILTER, 0,
	  CAP_B, CAP_B },
	{ "sk_lookup", BPF_PROG_LOAD, BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP,
	  CAP_B, CAP_B },
	{ "XDP", BPF_PROG_LOAD, BPF_PROG_TYPE_XDP, BPF_XDP, CAP_B | CAP_N,
	  CAP_B | CAP_N },
	{ "tc", BPF_PROG_LOAD, BPF_PROG_TYPE_SCHED_CLS, 0, CAP_B | CAP_N,
	  CAP_B | CAP_N },
	{ "kprobe", BPF_PROG_LOAD, BPF_PROG_TYPE_KPROBE, 0, CAP_B | CAP_P,
	  CAP_B | CAP_T },
	{ "raw tracepoint", BPF_PROG_LOAD, BPF_PROG_TYPE_RAW_TRACEPOINT, 0,
	  CAP_B | CAP_P, CAP_B | CAP_T },
	{ "writable raw tracepoint", BPF_PROG_LOAD,
	  BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, CAP_B | CAP_P,
	  CAP_B | CAP_P },
	{ "array", BPF_MAP_CREATE, BPF_MAP_TYPE_ARRAY, 0, CAP_B, CAP_B },
	{ "LRU hash", BPF_MAP_CREATE, BPF_MAP_TYPE_LRU_HASH, 0, CAP_B, CAP_B },
	{ "devmap", BPF_MAP_CREATE, BPF_MAP_TYPE_DEVMAP, 0, CAP_B | CAP_N,
	  CAP_B | CAP_N },
	{ "BTF", BPF_BTF_LOAD, 0, 0, CAP_B, CAP_B },
};

/* To attach the first asks for CAP_NET_ADMIN, too; to attach the other, nobody */
const struct model_use model_attaches[MODEL_ATTACHES] = {
	{ "cgroup_skb", BPF_PROG_LOAD, BPF_PROG_TYPE_CGROUP_SKB,
	  BPF_CGROUP_INET_INGRESS, CAP_B, CAP_B },
	{ "cgroup_sock", BPF_PROG_LOAD, BPF_PROG_TYPE_CGROUP_SOCK,
	  BPF_CGROUP_INET_SOCK_CREATE, CAP_B | CAP_N, CAP_B | CAP_N },
};

const char *const model_cgroup_paths[MODEL_CGROUPS] = {
	MODEL_CGROUP "/a", MODEL_CGROUP "/a/b", MODEL_CGROUP "/a/b/c",
	MODEL_CGROUP "/a/d",
};

static const int cgroup_parent[MODEL_CGROUPS] = { -1, 0, 1, 0 };

#define FROM_TO(first, last)	((BIT64(last) << 1) - BIT64(first))

const struct grant model_confined = {
	.cmds = BIT64(BPF_MAP_CREATE) | BIT64(BPF_PROG_LOAD) |
		BIT64(BPF_BTF_LOAD) | BIT64(BPF_PROG_ATTACH) |
		BIT64(BPF_PROG_DETACH) | BIT64(BPF_PROG_QUERY) |
		BIT64(BPF_LINK_CREATE) | BIT64(BPF_TOKEN_CREATE),
	.maps = ALL_MAPS,
	.progs = BIT64(BPF_PROG_TYPE_CGROUP_SKB) |
		 BIT64(BPF_PROG_TYPE_CGROUP_SOCK) |
		 BIT64(BPF_PROG_TYPE_CGROUP_DEVICE) |
		 BIT64(BPF_PROG_TYPE_SOCK_OPS) |
		 BIT64(BPF_PROG_TYPE_CGROUP_SOCK_ADDR) |
		 BIT64(BPF_PROG_TYPE_CGROUP_SYSCTL) |
		 BIT64(BPF_PROG_TYPE_CGROUP_SOCKOPT),
	/* All whose name begins with BPF_CGROUP_ */
	.attachs = FROM_TO(BPF_CGROUP_INET_INGRESS, BPF_CGROUP_SOCK_OPS) |
		   BIT64(BPF_CGROUP_DEVICE) |
		   FROM_TO(BPF_CGROUP_INET4_BIND, BPF_CGROUP_UDP6_SENDMSG) |
		   BIT64(BPF_CGROUP_SYSCTL) |
		   FROM_TO(BPF_CGROUP_UDP4_RECVMSG, BPF_CGROUP_SETSOCKOPT) |
		   FROM_TO(BPF_CGROUP_INET4_GETPEERNAME,
			   BPF_CGROUP_INET6_GETSOCKNAME) |
		   BIT64(BPF_CGROUP_INET_SOCK_RELEASE) |
		   FROM_TO(BPF_CGROUP_UNIX_CONNECT,
			   BPF_CGROUP_UNIX_GETSOCKNAME),
	.caps = CAP_B | CAP_N | CAP_P,
};

/* The test lets users open all but the first */
const char *const model_devices[MODEL_DEVICES] = {
	"/dev/bpf", "/dev/bpf-net", "/dev/bpf-tracing",
};

static const __u64 device_caps[MODEL_DEVICES] = {
	ALL_CAPS, CAP_B | CAP_N, CAP_B | CAP_T,
};

__u64 model_expand(__u64 caps)
{
	return caps & CAP_A ? caps | CAP_B | CAP_N | CAP_P : caps;
}

bool model_suffice(const struct model_use *use, __u64 caps)
{
	caps = model_expand(caps);
	return (caps & use->needs) == use->needs || (caps & use->or) == use->or;
}

void model_init(struct model *m)
{
	memset(m, 0, sizeof(*m));
	for (int i = 0; i < MODEL_PINS; i++)
		m->pins[i].token = -1;
}

bool model_revoked(const struct model *m, int token)
{
	for (; token >= 0; token = m->tokens[token].parent) {
		if (m->tokens[token].revoked)
			return true;
	}
	return false;
}

/* 0, or what whoever presents it is told */
static int state_of(const struct model *m, int token)
{
	const struct model_token *t = &m->tokens[token];

	if (model_revoked(m, token))
		return -EKEYREVOKED;
	if (t->cgroup >= 0 && (!m->cgroups[t->cgroup].alive ||
			       m->cgroups[t->cgroup].born != t->born))
		return -ENODEV;
	return 0;
}

bool model_live(const struct model *m, int token)
{
	return !state_of(m, token);
}

static bool cgroup_within(int cgroup, int of)
{
	while (cgroup >= 0 && cgroup != of)
		cgroup = cgroup_parent[cgroup];
	return cgroup >= 0;
}

bool model_cgroup_ready(const struct model *m, int cgroup)
{
	int parent = cgroup_parent[cgroup];

	if (!m->cgroups[cgroup].alive)
		return parent < 0 || m->cgroups[parent].alive;
	for (int i = 0; i < MODEL_CGROUPS; i++) {
		if (cgroup_parent[i] == cgroup && m->cgroups[i].alive)
			return false;
	}
	return true;
}

static struct model_token *new_token(struct model *m, __u32 creator)
{
	struct model_token *t;

	if (m->nr_tokens == m->room) {
		m->room = m->room ? 2 * m->room : 1024;
		m->tokens = realloc(m->tokens, m->room * sizeof(*m->tokens));
		if (!m->tokens) {
			perror("no room for the model's tokens");
			exit(1);
		}
	}
	t = &m->tokens[m->nr_tokens++];
	memset(t, 0, sizeof(*t));
	t->parent = -1;
	t->cgroup = -1;
	t->creator = creator;
	return t;
}

static void set_slot(struct model_actor *a, int slot, int token, bool device)
{
	a->slot[slot] = token;
	a->device[slot] = device;
}

/* What presenting a descriptor says; and counts it if it says 0 */
static int present(struct model *m, struct model_actor *a, int slot)
{
	int token;

	if (slot == MODEL_NO_TOKEN)
		return -EINVAL;
	token = a->slot[slot];
	if (token < 0)
		return -EBADF;
	if (!model_live(m, token))
		return state_of(m, token);
	m->tokens[token].uses++;
	return 0;
}

/* The entry of bpf(2): *@active is what the call has besides, or -1 */
static int enter(struct model *m, struct model_actor *a, int cmd, int *active)
{
	int token = a->next;

	*active = -1;
	a->next = -1;
	if (token >= 0) {
		/* To replace a token it may be as bad as it likes */
		if (cmd != BPF_LOAD_PERM_FD && !model_live(m, token))
			return state_of(m, token);
	} else if (a->process >= 0 && model_live(m, a->process)) {
		token = a->process;
	}
	if (token >= 0 && m->tokens[token].may.cmds & BIT64(cmd)) {
		m->tokens[token].uses++;
		*active = token;
	}
	return 0;
}

static bool is_within(const struct grant *g, const struct grant *of)
{
	return !((g->cmds & ~of->cmds) | (g->maps & ~of->maps) |
		 (g->progs & ~of->progs) | (g->attachs & ~of->attachs) |
		 (g->caps & ~of->caps));
}

/* Unknown bits are errors, or dropped; those of capabilities always errors */
static int cut(struct grant *g, __u32 flags)
{
	struct grant known = { KNOWN_CMDS, ALL_MAPS, ALL_PROGS, ALL_ATTACHS,
			       ALL_CAPS };
	struct grant asked = *g;

	if (flags & BPF_F_TOKEN_IGNORE_UNKNOWN_CMDS)
		g->cmds &= known.cmds;
	if (flags & BPF_F_TOKEN_IGNORE_UNKNOWN_MAP_TYPES)
		g->maps &= known.maps;
	if (flags & BPF_F_TOKEN_IGNORE_UNKNOWN_PROG_TYPES)
		g->progs &= known.progs;
	if (flags & BPF_F_TOKEN_IGNORE_UNKNOWN_ATTACH_TYPES)
		g->attachs &= known.attachs;
	asked = *g;
	return is_within(&asked, &known) ? 0 : -EINVAL;
}

/* What is confined, by this step or by its parent, is confined in all */
static int confine(const struct model *m, struct model_token *t,
		   const struct model_step *s, const struct model_token *parent)
{
	if (parent) {
		t->cgroup = parent->cgroup;
		t->born = parent->born;
	}
	if (s->flags & BPF_F_TOKEN_CGROUP) {
		if (t->cgroup >= 0 && !cgroup_within(s->file, t->cgroup))
			return -EPERM;
		t->cgroup = s->file;
		t->born = m->cgroups[s->file].born;
	}
	return t->cgroup < 0 || is_within(&t->may, &model_confined) ? 0 :
		-EPERM;
}

static int create(struct model *m, struct model_actor *a,
		  const struct model_step *s)
{
	struct model_token *t, confined = { .cgroup = -1 };
	struct grant g = s->grant;

	if (cut(&g, s->flags))
		return -EINVAL;
	if (!(a->caps & CAP_A) || (g.caps & ~model_expand(a->caps)))
		return -EPERM;
	confined.may = g;
	if (confine(m, &confined, s, NULL))
		return -EPERM;
	t = new_token(m, a->uid);
	t->cgroup = confined.cgroup;
	t->born = confined.born;
	t->may = g;
	t->maker = model_expand(a->caps);
	set_slot(a, s->slot, m->nr_tokens - 1, false);
	return 0;
}

static int derive(struct model *m, struct model_actor *a,
		  const struct model_step *s)
{
	struct model_token *t, confined = { .cgroup = -1 };
	struct grant g = s->grant;
	int parent, err;

	if (cut(&g, s->flags))
		return -EINVAL;
	err = present(m, a, s->other);
	if (err)
		return err;
	parent = a->slot[s->other];
	t = &m->tokens[parent];
	if (!(t->may.cmds & BIT64(BPF_TOKEN_CREATE)) && !(a->caps & CAP_A))
		return -EPERM;
	if (!is_within(&g, &t->may))
		return -EPERM;
	if (t->depth == MODEL_DEPTH)
		return -ELOOP;
	confined.may = g;
	if (confine(m, &confined, s, t))
		return -EPERM;
	t = new_token(m, a->uid);
	t->cgroup = confined.cgroup;
	t->born = confined.born;
	t->may = g;
	t->parent = parent;
	t->depth = m->tokens[parent].depth + 1;
	t->maker = m->tokens[parent].maker;
	set_slot(a, s->slot, m->nr_tokens - 1, false);
	return 0;
}

static int use(struct model *m, struct model_actor *a,
	       const struct model_step *s, const struct model_use *u, int token)
{
	const struct grant *g;
	__u64 caps = a->caps;
	int err;

	if (s->slot >= 0) {
		err = present(m, a, s->slot);
		if (err)
			return err;
		token = a->slot[s->slot];
	}
	m->presented = token;
	if (token >= 0) {
		g = &m->tokens[token].may;
		if (g->cmds & BIT64(u->cmd) &&
		    (u->cmd != BPF_MAP_CREATE || g->maps & BIT64(u->type)) &&
		    (u->cmd != BPF_PROG_LOAD ||
		     (g->progs & BIT64(u->type) &&
		      g->attachs & BIT64(u->attach))))
			caps |= g->caps;
		else
			m->presented = -1;
	}
	return model_suffice(u, caps) ? 0 : -EPERM;
}

static bool reaches(const struct model *m, int token, int cgroup)
{
	int to = token < 0 ? -1 : m->tokens[token].cgroup;

	return to < 0 || cgroup_within(cgroup, to);
}

static bool gives_net(const struct model *m, int token)
{
	return token >= 0 && model_expand(m->tokens[token].may.caps) & CAP_N;
}

/* Two calls: to load it, and to attach it there */
static int attach(struct model *m, struct model_actor *a,
		  const struct model_step *s, int active)
{
	const struct model_use *u = &model_attaches[s->use];
	const struct grant *g;
	int err = use(m, a, s, u, active);

	if (err)
		return err;
	err = enter(m, a, BPF_LINK_CREATE, &active);
	if (err)
		return err;
	/* Wherever the program is to go, it is what its token made it */
	if (!reaches(m, m->presented, s->file))
		return -EPERM;
	if (u->type != BPF_PROG_TYPE_CGROUP_SKB ||
	    model_expand(a->caps) & CAP_N || gives_net(m, m->presented))
		return 0;
	g = active < 0 ? NULL : &m->tokens[active].may;
	if (!gives_net(m, active) || !(g->progs & BIT64(u->type)) ||
	    !(g->attachs & BIT64(u->attach)) || !reaches(m, active, s->file))
		return -EPERM;
	m->helped = active;
	return 0;
}

static int load(struct model *m, struct model_actor *a,
		const struct model_step *s)
{
	int err = s->slot < 0 ? 0 : present(m, a, s->slot);
	int token = s->slot < 0 || err ? -1 : a->slot[s->slot];

	if (err)
		return err;
	if (s->flags & BPF_F_PERM_ON_EXEC)
		a->on_exec = token;
	else
		a->next = token;
	return 0;
}

static int revoke_by(struct model *m, struct model_actor *a,
		     const struct model_step *s)
{
	int token, by, err;

	if (s->slot == MODEL_NO_TOKEN)
		return -EINVAL;
	token = a->slot[s->slot];
	if (token < 0)
		return -EBADF;
	if (s->other < 0) {
		if (!(a->caps & CAP_A))
			return -EPERM;
	} else {
		err = present(m, a, s->other);
		if (err)
			return err;
		by = token;
		do {
			by = m->tokens[by].parent;
		} while (by >= 0 && by != a->slot[s->other]);
		if (by < 0)
			return -EPERM;
	}
	m->tokens[token].revoked = true;
	return 0;
}

static int pin(struct model *m, struct model_actor *a,
	       const struct model_step *s)
{
	int err = present(m, a, s->slot);

	if (err)
		return err == -EBADF ? -EINVAL : err;
	if (m->pins[s->file].token >= 0)
		return -EEXIST;
	m->pins[s->file].token = a->slot[s->slot];
	m->pins[s->file].uid = a->uid;
	return 0;
}

static int get(struct model *m, struct model_actor *a,
	       const struct model_step *s)
{
	int token = m->pins[s->file].token;

	if (token < 0)
		return -ENOENT;
	if (m->pins[s->file].uid != a->uid)
		return -EACCES;
	if (!model_live(m, token))
		return state_of(m, token);
	set_slot(a, s->slot, token, false);
	return 0;
}

static int open_device(struct model *m, struct model_actor *a,
		       const struct model_step *s)
{
	struct model_token *t;

	if (!s->file)
		return -EACCES;
	t = new_token(m, a->uid);
	if (s->file >= MODEL_DEVICES) {
		t->cgroup = s->file - MODEL_DEVICES;
		t->born = m->cgroups[t->cgroup].born;
		t->may = model_confined;
		t->may.caps = CAP_B | CAP_N;
		t->maker = t->may.caps;
		set_slot(a, s->slot, m->nr_tokens - 1, false);
		return 0;
	}
	t->may = (struct grant){ KNOWN_CMDS, ALL_MAPS, ALL_PROGS, ALL_ATTACHS,
				 device_caps[s->file] };
	t->maker = device_caps[s->file];
	set_slot(a, s->slot, m->nr_tokens - 1, true);
	return 0;
}

static int device_ioctl(struct model *m, struct model_actor *a,
			const struct model_step *s)
{
	int err;

	if (s->slot == MODEL_NO_TOKEN)
		return -ENOTTY;
	if (a->slot[s->slot] < 0)
		return -EBADF;
	if (!a->device[s->slot])
		return -ENOTTY;
	if (s->op == OP_PUT_PERM) {
		a->process = -1;
		return 0;
	}
	err = present(m, a, s->slot);
	if (!err)
		a->process = a->slot[s->slot];
	return err;
}

static void close_all(struct model_actor *a)
{
	for (int i = 0; i < MODEL_SLOTS; i++)
		set_slot(a, i, -1, false);
}

static void forget(struct model_actor *a)
{
	a->next = -1;
	a->on_exec = -1;
	a->process = -1;
}

/* What is not bpf(2) */
static int task_step(struct model *m, const struct model_step *s)
{
	struct model_actor *a = &m->actors[s->actor], *other;
	int token;

	switch (s->op) {
	case OP_OPEN:
		return open_device(m, a, s);
	case OP_GET_PERM:
	case OP_PUT_PERM:
		return device_ioctl(m, a, s);
	case OP_CLOSE:
		if (a->slot[s->slot] < 0)
			return -EBADF;
		set_slot(a, s->slot, -1, false);
		return 0;
	case OP_SEND:
		if (a->slot[s->slot] < 0)
			return -EBADF;
		set_slot(&m->actors[s->other], s->file, a->slot[s->slot],
			 a->device[s->slot]);
		return 0;
	case OP_FORK:
		other = &m->actors[s->other];
		*other = *a;
		forget(other);
		return 0;
	case OP_EXEC:
		/* Without ambient ones capabilities end here, for a user */
		token = a->on_exec;
		a->caps = 0;
		close_all(a);
		forget(a);
		if (token >= 0 && model_live(m, token))
			a->process = token;
		return 0;
	case OP_DROP:
		a->caps &= s->grant.caps;
		return 0;
	case OP_EXIT:
		a->alive = false;
		return 0;
	case OP_SPAWN:
		*a = (struct model_actor) {
			.alive = true, .uid = s->flags, .caps = s->grant.caps,
		};
		close_all(a);
		forget(a);
		return 0;
	case OP_CGROUP:
		m->cgroups[s->file].alive = !m->cgroups[s->file].alive;
		m->cgroups[s->file].born += m->cgroups[s->file].alive;
		return 0;
	default:
		m->pins[s->file].token = -1;
		return 0;
	}
}

static int command_of(const struct model_step *s)
{
	switch (s->op) {
	case OP_CREATE:
	case OP_DERIVE:
		return BPF_TOKEN_CREATE;
	case OP_USE:
		return model_uses[s->use].cmd;
	case OP_ATTACH:
		return BPF_PROG_LOAD;
	case OP_LOAD:
		return BPF_LOAD_PERM_FD;
	case OP_REVOKE:
		return BPF_TOKEN_REVOKE;
	case OP_PIN:
		return BPF_OBJ_PIN;
	case OP_GET:
		return BPF_OBJ_GET;
	case OP_INFO:
		return BPF_OBJ_GET_INFO_BY_FD;
	case OP_UNKNOWN:
		return 63;
	default:
		return -1;
	}
}

int model_step(struct model *m, const struct model_step *s)
{
	struct model_actor *a = &m->actors[s->actor];
	int cmd = command_of(s), active, err;

	m->presented = -1;
	m->helped = -1;
	if (cmd < 0)
		return task_step(m, s);
	err = enter(m, a, cmd, &active);
	if (err)
		return err;
	switch (s->op) {
	case OP_CREATE:
		return create(m, a, s);
	case OP_DERIVE:
		return derive(m, a, s);
	case OP_USE:
		return use(m, a, s, &model_uses[s->use], active);
	case OP_ATTACH:
		return attach(m, a, s, active);
	case OP_LOAD:
		return load(m, a, s);
	case OP_REVOKE:
		return revoke_by(m, a, s);
	case OP_PIN:
		return pin(m, a, s);
	case OP_GET:
		return get(m, a, s);
	case OP_INFO:
		return s->slot == MODEL_NO_TOKEN ? -EINVAL :
			a->slot[s->slot] < 0 ? -EBADFD : 0;
	default:
		return -EINVAL;
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * BPF objects by id: CAP_BPF uses its own, an observer inspects the rest, and
 * an inspect-only descriptor is good for nothing else in any hands.
 */
#include "focus.h"
#include "../kselftest_harness.h"

#define BT	(CAP_B | CAP_T)
#define BP	(CAP_B | CAP_P)
#define PIN_DIR	"/tmp/focus.bpffs"

static const struct bpf_insn return_0[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };

static int load_raw_tp(void *arg)
{
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = return_0,
		.nr_insns = ARRAY_SIZE(return_0),
	};

	return ct_prog_load(&prog);
}

static int load_filter(void *arg)
{
	const struct ct_prog prog = {
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = return_0,
		.nr_insns = ARRAY_SIZE(return_0),
	};

	return ct_prog_load(&prog);
}

static int make_map(void *arg)
{
	return ct_map_create(BPF_MAP_TYPE_HASH, 4, 8, 4, 0);
}

static int attach_raw_tp(int prog)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = prog;
	attr.raw_tracepoint.name = (unsigned long)"sys_enter";
	return ct_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

/* 0, or -errno */
static int get_info(int fd, void *info, __u32 size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	memset(info, 0, size);
	attr.info.bpf_fd = fd;
	attr.info.info = (unsigned long)info;
	attr.info.info_len = size;
	return ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

struct by_id {
	int cmd;
	__u32 id;
	__u32 flags;
};

static int open_by_id(void *arg)
{
	const struct by_id *b = arg;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_id = b->id;		/* the same place for every kind */
	attr.open_flags = b->flags;
	return ct_bpf(b->cmd, &attr, sizeof(attr));
}

static int try_by_id(void *arg)
{
	int fd = open_by_id(arg);

	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

/* Does a walk over the ids meet this one?  0 yes, ENOENT no */
struct walk {
	int cmd;
	__u32 id;
};

static int walk_meets(void *arg)
{
	const struct walk *w = arg;
	union bpf_attr attr;
	__u32 id = 0;
	int err;

	for (;;) {
		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		err = -ct_bpf(w->cmd, &attr, sizeof(attr));
		if (err)
			return err;
		if (attr.next_id <= id)
			return WRONG;
		id = attr.next_id;
		if (id == w->id)
			return 0;
	}
}

FIXTURE(inspect)
{
	int prog, map, link;
	struct by_id prog_id, map_id, link_id;
};

FIXTURE_SETUP(inspect)
{
	struct bpf_prog_info prog;
	struct bpf_link_info link;
	struct bpf_map_info map;

	self->prog = load_raw_tp(NULL);
	self->map = make_map(NULL);
	ASSERT_LE(0, self->prog);
	ASSERT_LE(0, self->map);
	self->link = attach_raw_tp(self->prog);
	ASSERT_LE(0, self->link);
	ASSERT_EQ(0, get_info(self->prog, &prog, sizeof(prog)));
	ASSERT_EQ(0, get_info(self->map, &map, sizeof(map)));
	ASSERT_EQ(0, get_info(self->link, &link, sizeof(link)));
	self->prog_id = (struct by_id){ BPF_PROG_GET_FD_BY_ID, prog.id };
	self->map_id = (struct by_id){ BPF_MAP_GET_FD_BY_ID, map.id };
	self->link_id = (struct by_id){ BPF_LINK_GET_FD_BY_ID, link.id };
	mkdir(PIN_DIR, 0777);
	ASSERT_EQ(0, mount("bpf", PIN_DIR, "bpf", 0, "mode=0777"));
}

FIXTURE_TEARDOWN(inspect)
{
	umount2(PIN_DIR, MNT_DETACH);
	close(self->link);
	close(self->map);
	close(self->prog);
}

TEST_F(inspect, who_sees_roots_objects)
{
	struct by_id *ids[] = { &self->prog_id, &self->map_id, &self->link_id };
	static const int next[] = {
		BPF_PROG_GET_NEXT_ID, BPF_MAP_GET_NEXT_ID, BPF_LINK_GET_NEXT_ID,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct walk w = { next[i], ids[i]->id };

		EXPECT_EQ(0, with(BT, walk_meets, &w));
		EXPECT_EQ(0, with(CAP_A, walk_meets, &w));
		EXPECT_EQ(ENOENT, with(CAP_B, walk_meets, &w));
		EXPECT_EQ(ENOENT, with(BP, walk_meets, &w));
		EXPECT_EQ(EPERM, with(CAP_T, walk_meets, &w));
		EXPECT_EQ(EPERM, with(CAP_P | CAP_N, walk_meets, &w));
		EXPECT_EQ(EPERM, with(0, walk_meets, &w));

		EXPECT_EQ(0, with(BT, try_by_id, ids[i]));
		EXPECT_EQ(0, with(CAP_A, try_by_id, ids[i]));
		EXPECT_EQ(ENOENT, with(CAP_B, try_by_id, ids[i]));
		EXPECT_EQ(ENOENT, with(BP, try_by_id, ids[i]));
		EXPECT_EQ(EPERM, with(CAP_T, try_by_id, ids[i]));
		EXPECT_EQ(EPERM, with(0, try_by_id, ids[i]));
	}
}

/* W1: with full rights, under the same effective uid */
TEST_F(inspect, ones_own_objects)
{
	int prog = fd_from(UID_USER, CAP_B, load_filter, NULL);
	int map = fd_from(UID_USER, CAP_B, make_map, NULL);
	struct bpf_prog_info prog_info;
	struct bpf_map_info map_info;
	struct walk w = { BPF_PROG_GET_NEXT_ID };
	struct by_id id = { BPF_PROG_GET_FD_BY_ID };
	union bpf_attr attr;
	__u64 value = 7;
	__u32 key = 1;
	int fd;

	ASSERT_LE(0, prog);
	ASSERT_LE(0, map);
	ASSERT_EQ(0, get_info(prog, &prog_info, sizeof(prog_info)));
	ASSERT_EQ(0, get_info(map, &map_info, sizeof(map_info)));
	w.id = prog_info.id;
	id.id = prog_info.id;
	EXPECT_EQ(0, with(CAP_B, walk_meets, &w));
	EXPECT_EQ(0, with(CAP_B, try_by_id, &id));
	EXPECT_EQ(ENOENT, run_as(UID_OTHER, CAP_B, walk_meets, &w));
	EXPECT_EQ(ENOENT, run_as(UID_OTHER, CAP_B, try_by_id, &id));
	EXPECT_EQ(EPERM, with(0, try_by_id, &id));

	id = (struct by_id){ BPF_MAP_GET_FD_BY_ID, map_info.id };
	for (int i = 0; i < 2; i++) {
		fd = fd_from(UID_USER, i ? BT : CAP_B, open_by_id, &id);
		ASSERT_LE(0, fd);
		memset(&attr, 0, sizeof(attr));
		attr.map_fd = fd;
		attr.key = (unsigned long)&key;
		attr.value = (unsigned long)&value;
		EXPECT_EQ(0, ct_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)));
		close(fd);
	}
	close(map);
	close(prog);
}

/* W2: what /sys/kernel/btf shows to everybody */
TEST_F(inspect, the_kernels_types)
{
	struct walk w = { BPF_BTF_GET_NEXT_ID, 1 };
	struct by_id id = { BPF_BTF_GET_FD_BY_ID, 1 };

	EXPECT_EQ(0, with(CAP_B, walk_meets, &w));
	EXPECT_EQ(0, with(CAP_B, try_by_id, &id));
	EXPECT_EQ(0, with(BT, try_by_id, &id));
	EXPECT_EQ(EPERM, with(CAP_T, try_by_id, &id));
	EXPECT_EQ(EPERM, with(0, walk_meets, &w));
}

TEST_F(inspect, information)
{
	int prog = fd_from(UID_USER, BT, open_by_id, &self->prog_id);
	int map = fd_from(UID_USER, BT, open_by_id, &self->map_id);
	int link = fd_from(UID_USER, BT, open_by_id, &self->link_id);
	struct bpf_prog_info prog_info;
	struct bpf_link_info link_info;
	struct bpf_map_info map_info;

	EXPECT_EQ(0, get_info(prog, &prog_info, sizeof(prog_info)));
	EXPECT_EQ(self->prog_id.id, prog_info.id);
	EXPECT_EQ(BPF_PROG_TYPE_RAW_TRACEPOINT, prog_info.type);
	EXPECT_EQ(0, get_info(map, &map_info, sizeof(map_info)));
	EXPECT_EQ(self->map_id.id, map_info.id);
	EXPECT_EQ(0, get_info(link, &link_info, sizeof(link_info)));
	EXPECT_EQ(self->link_id.id, link_info.id);
	EXPECT_EQ(self->prog_id.id, link_info.prog_id);
	close(link);
	close(map);
	close(prog);
}

static int map_call(int cmd, int fd, __u32 *key, __u64 *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (unsigned long)key;
	attr.value = (unsigned long)value;
	return -ct_bpf(cmd, &attr, sizeof(attr));
}

static int batch(int cmd, int fd, __u32 *keys, __u64 *values, __u32 count)
{
	union bpf_attr attr;
	__u32 next;

	memset(&attr, 0, sizeof(attr));
	attr.batch.map_fd = fd;
	attr.batch.out_batch = (unsigned long)&next;
	attr.batch.keys = (unsigned long)keys;
	attr.batch.values = (unsigned long)values;
	attr.batch.count = count;
	return -ct_bpf(cmd, &attr, sizeof(attr));
}

TEST_F(inspect, maps_are_read_and_not_written)
{
	__u64 value = 42, values[4];
	__u32 key = 3, keys[4];
	int fd;

	ASSERT_EQ(0, map_call(BPF_MAP_UPDATE_ELEM, self->map, &key, &value));
	fd = fd_from(UID_USER, BT, open_by_id, &self->map_id);
	ASSERT_LE(0, fd);
	value = 0;
	EXPECT_EQ(0, map_call(BPF_MAP_LOOKUP_ELEM, fd, &key, &value));
	EXPECT_EQ(42, value);
	EXPECT_EQ(0, map_call(BPF_MAP_GET_NEXT_KEY, fd, NULL, (__u64 *)keys));
	EXPECT_EQ(3, keys[0]);
	/* All of them in one go: the end of the map is reported as ENOENT */
	EXPECT_EQ(ENOENT, batch(BPF_MAP_LOOKUP_BATCH, fd, keys, values, 4));
	EXPECT_EQ(42, values[0]);

	EXPECT_EQ(EPERM, map_call(BPF_MAP_UPDATE_ELEM, fd, &key, &value));
	EXPECT_EQ(EPERM, map_call(BPF_MAP_DELETE_ELEM, fd, &key, NULL));
	EXPECT_EQ(EPERM, map_call(BPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, &key,
				  &value));
	EXPECT_EQ(EPERM, map_call(BPF_MAP_FREEZE, fd, NULL, NULL));
	EXPECT_EQ(EPERM, batch(BPF_MAP_LOOKUP_AND_DELETE_BATCH, fd, keys,
			       values, 1));
	EXPECT_EQ(EPERM, batch(BPF_MAP_UPDATE_BATCH, fd, keys, values, 1));
	EXPECT_EQ(EPERM, batch(BPF_MAP_DELETE_BATCH, fd, keys, values, 1));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
	EXPECT_EQ(0, map_call(BPF_MAP_LOOKUP_ELEM, self->map, &key, &value));
	EXPECT_EQ(42, value);
	/* Asking for less is fine, for writing alone it is not */
	close(fd);
	self->map_id.flags = BPF_F_RDONLY;
	EXPECT_EQ(0, with(BT, try_by_id, &self->map_id));
	self->map_id.flags = BPF_F_WRONLY;
	EXPECT_EQ(EPERM, with(BT, try_by_id, &self->map_id));
}

static int pin(int fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)(PIN_DIR "/held");
	attr.bpf_fd = fd;
	return -ct_bpf(BPF_OBJ_PIN, &attr, sizeof(attr));
}

static int with_fd(int cmd, size_t offset, int fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	memcpy((char *)&attr + offset, &fd, sizeof(fd));
	return -ct_bpf(cmd, &attr, sizeof(attr));
}

#define WITH(cmd, field, fd) \
	with_fd(cmd, offsetof(union bpf_attr, field), fd)

/* Root has got the descriptors, and can do no more with them */
TEST_F(inspect, everything_else_is_refused)
{
	int prog = fd_from(UID_USER, BT, open_by_id, &self->prog_id);
	int map = fd_from(UID_USER, BT, open_by_id, &self->map_id);
	int link = fd_from(UID_USER, BT, open_by_id, &self->link_id);
	struct bpf_insn use_map[] = {
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, 0),
		CT_INSN(0, 0, 0, 0, 0), CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	const struct ct_prog user = {
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = use_map,
		.nr_insns = ARRAY_SIZE(use_map),
	};
	struct bpf_link_info info;
	int sk;

	EXPECT_EQ(EPERM, pin(prog));
	EXPECT_EQ(EPERM, pin(map));
	EXPECT_EQ(EPERM, pin(link));
	EXPECT_EQ(-EPERM, attach_raw_tp(prog));
	EXPECT_EQ(EPERM, WITH(BPF_LINK_CREATE, link_create.prog_fd, prog));
	EXPECT_EQ(EPERM, WITH(BPF_PROG_TEST_RUN, test.prog_fd, prog));
	EXPECT_EQ(EPERM, WITH(BPF_PROG_BIND_MAP, prog_bind_map.prog_fd, prog));
	EXPECT_EQ(EPERM, WITH(BPF_LINK_DETACH, link_detach.link_fd, link));
	EXPECT_EQ(EPERM, WITH(BPF_LINK_UPDATE, link_update.link_fd, link));
	EXPECT_EQ(EPERM, WITH(BPF_ITER_CREATE, iter_create.link_fd, link));
	use_map[0].imm = map;
	EXPECT_EQ(-EPERM, ct_prog_load(&user));
	sk = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT_EQ(-1, setsockopt(sk, SOL_SOCKET, 50 /* SO_ATTACH_BPF */, &prog,
				 sizeof(prog)));
	EXPECT_EQ(EPERM, errno);
	close(sk);
	/* The link is where it was */
	EXPECT_EQ(0, get_info(self->link, &info, sizeof(info)));
	close(link);
	close(map);
	close(prog);
}

/* Whoever looks on keeps nothing alive */
TEST_F(inspect, nothing_is_held)
{
	int prog = fd_from(UID_USER, BT, open_by_id, &self->prog_id);
	int map = fd_from(UID_USER, BT, open_by_id, &self->map_id);
	int link = fd_from(UID_USER, BT, open_by_id, &self->link_id);
	struct bpf_link_info link_info;
	struct bpf_prog_info prog_info;
	struct bpf_map_info map_info;
	int tries = 500;

	close(self->link);
	close(self->map);
	close(self->prog);
	/* They are freed after a grace period */
	while (tries-- && (!get_info(link, &link_info, sizeof(link_info)) ||
			   !get_info(prog, &prog_info, sizeof(prog_info)) ||
			   !get_info(map, &map_info, sizeof(map_info))))
		usleep(10000);
	EXPECT_EQ(-ENOENT, get_info(link, &link_info, sizeof(link_info)));
	EXPECT_EQ(-ENOENT, get_info(prog, &prog_info, sizeof(prog_info)));
	EXPECT_EQ(-ENOENT, get_info(map, &map_info, sizeof(map_info)));
	close(link);
	close(map);
	close(prog);
	self->prog = -1;
	self->map = -1;
	self->link = -1;
}

static int enable_stats(void *arg)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.enable_stats.type = BPF_STATS_RUN_TIME;
	fd = ct_bpf(BPF_ENABLE_STATS, &attr, sizeof(attr));
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

static int task_fd_query(void *arg)
{
	char name[64];
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.task_fd_query.pid = getppid();
	attr.task_fd_query.fd = *(int *)arg;
	attr.task_fd_query.buf = (unsigned long)name;
	attr.task_fd_query.buf_len = sizeof(name);
	return -ct_bpf(BPF_TASK_FD_QUERY, &attr, sizeof(attr));
}

TEST_F(inspect, questions_about_all)
{
	EXPECT_EQ(0, with(BT, enable_stats, NULL));
	EXPECT_EQ(0, with(CAP_A, enable_stats, NULL));
	EXPECT_EQ(EPERM, with(CAP_B, enable_stats, NULL));
	EXPECT_EQ(EPERM, with(CAP_T, enable_stats, NULL));
	EXPECT_EQ(EPERM, with(BP, enable_stats, NULL));
	EXPECT_EQ(0, with(BT, task_fd_query, &self->link));
	EXPECT_EQ(0, with(CAP_A, task_fd_query, &self->link));
	EXPECT_EQ(EPERM, with(CAP_B, task_fd_query, &self->link));
	EXPECT_EQ(EPERM, with(CAP_T, task_fd_query, &self->link));
}

static int try_walk(void *arg)
{
	return walk_meets(arg);
}

TEST_F(inspect, not_from_a_user_namespace)
{
	struct walk w = { BPF_PROG_GET_NEXT_ID, self->prog_id.id };

	EXPECT_EQ(EPERM, in_userns(1, try_walk, &w));
	EXPECT_EQ(EPERM, in_userns(1, try_by_id, &self->prog_id));
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

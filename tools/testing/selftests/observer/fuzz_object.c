// SPDX-License-Identifier: GPL-2.0
/*
 * BPF objects: the attacker's own maps, and those of others that it finds by
 * id and tries to change.  And bpf() with anything.
 */
#include "fuzz.h"

static const char *const commands[] = {
	"MAP_CREATE", "MAP_LOOKUP_ELEM", "MAP_UPDATE_ELEM", "MAP_DELETE_ELEM",
	"MAP_GET_NEXT_KEY", "PROG_LOAD", "OBJ_PIN", "OBJ_GET", "PROG_ATTACH",
	"PROG_DETACH", "PROG_TEST_RUN", "PROG_GET_NEXT_ID", "MAP_GET_NEXT_ID",
	"PROG_GET_FD_BY_ID", "MAP_GET_FD_BY_ID", "OBJ_GET_INFO_BY_FD",
	"PROG_QUERY", "RAW_TRACEPOINT_OPEN", "BTF_LOAD", "BTF_GET_FD_BY_ID",
	"TASK_FD_QUERY", "MAP_LOOKUP_AND_DELETE_ELEM", "MAP_FREEZE",
	"BTF_GET_NEXT_ID", "MAP_LOOKUP_BATCH", "MAP_LOOKUP_AND_DELETE_BATCH",
	"MAP_UPDATE_BATCH", "MAP_DELETE_BATCH", "LINK_CREATE", "LINK_UPDATE",
	"LINK_GET_FD_BY_ID", "LINK_GET_NEXT_ID", "ENABLE_STATS",
	"ITER_CREATE", "LINK_DETACH", "PROG_BIND_MAP", "TOKEN_CREATE",
};

static int command(struct fuzz *f, int cmd, union bpf_attr *attr)
{
	int ret = ct_bpf(cmd, attr, sizeof(*attr));

	step(f, "bpf %s: %d",
	     cmd < (int)ARRAY_SIZE(commands) ? commands[cmd] : "?", ret);
	note(f, "bpf()", cmd < (int)ARRAY_SIZE(commands) ? commands[cmd] : "?",
	     ret);
	return ret;
}

#define MOST_BYTES	(4U << 20)
#define SLACK		64	/* that some kinds add to each element */

/*
 * A memory cgroup keeps whoever makes maps from taking what there is, and no
 * attacker is in one.  Sizes that are beyond every machine stay what they are.
 */
static void fit(union bpf_attr *attr)
{
	__u64 size = ((__u64)attr->value_size + SLACK) * attr->max_entries;

	if (size <= MOST_BYTES || size >> 40)
		return;
	if (attr->value_size > MOST_BYTES)
		attr->value_size = MOST_BYTES;
	attr->max_entries = MOST_BYTES / (attr->value_size + SLACK) + 1;
}

static void own_map(struct fuzz *f)
{
	struct dice *d = &f->dice;
	char key[64] = {}, value[4096] = {};
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = throw(d, 35);
	attr.key_size = one_in(d, 8) ? throw_number(d) : 4 << throw(d, 2);
	attr.value_size = one_in(d, 8) ? throw_number(d) : 8 << throw(d, 5);
	attr.max_entries = one_in(d, 8) ? throw_number(d) : 1 << throw(d, 13);
	if (one_in(d, 4))
		attr.map_flags = 1U << throw(d, 20);
	fit(&attr);
	fd = command(f, BPF_MAP_CREATE, &attr);
	if (fd < 0)
		return;
	for (int i = 0; i < 4; i++) {
		memset(&attr, 0, sizeof(attr));
		attr.map_fd = fd;
		attr.key = (unsigned long)key;
		attr.value = (unsigned long)value;
		key[0] = throw(d, 8);
		attr.flags = one_in(d, 8) ? throw_number(d) : throw(d, 3);
		switch (throw(d, 6)) {
		case 0:
			command(f, BPF_MAP_LOOKUP_ELEM, &attr);
			break;
		case 1:
			command(f, BPF_MAP_DELETE_ELEM, &attr);
			break;
		case 2:
			attr.next_key = (unsigned long)value;
			command(f, BPF_MAP_GET_NEXT_KEY, &attr);
			break;
		case 3:
			command(f, BPF_MAP_FREEZE, &attr);
			break;
		default:
			*(__u32 *)value = throw(d, 64);
			command(f, BPF_MAP_UPDATE_ELEM, &attr);
		}
	}
	close(fd);
}

static int by_id(struct fuzz *f, int cmd, __u32 id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	if (one_in(&f->dice, 8))
		attr.open_flags = throw_number(&f->dice);
	return command(f, cmd, &attr);
}

/* Each way to change a map that root has made */
static void change_map(struct fuzz *f, int fd)
{
	__u32 key = 0, count = 1;
	__u64 value[8] = { throw_number(&f->dice) };
	union bpf_attr attr;
	int cmd;

	static const int cmds[] = {
		BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_FREEZE,
		BPF_MAP_LOOKUP_ELEM, BPF_MAP_LOOKUP_AND_DELETE_ELEM,
		BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH,
		BPF_MAP_LOOKUP_AND_DELETE_BATCH,
	};

	cmd = cmds[throw(&f->dice, ARRAY_SIZE(cmds))];
	memset(&attr, 0, sizeof(attr));
	if (cmd >= BPF_MAP_LOOKUP_BATCH) {
		attr.batch.map_fd = fd;
		attr.batch.keys = (unsigned long)&key;
		attr.batch.values = (unsigned long)value;
		attr.batch.out_batch = (unsigned long)&key;
		attr.batch.count = count;
	} else {
		attr.map_fd = fd;
		attr.key = (unsigned long)&key;
		attr.value = (unsigned long)value;
	}
	command(f, cmd, &attr);
	if (one_in(&f->dice, 8) &&
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) !=
	    MAP_FAILED)
		step(f, "map mapped");
}

static void change_link(struct fuzz *f, int fd, int prog)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	if (one_in(&f->dice, 2)) {
		attr.link_detach.link_fd = fd;
		command(f, BPF_LINK_DETACH, &attr);
	} else {
		attr.link_update.link_fd = fd;
		attr.link_update.new_prog_fd = prog;
		attr.link_update.flags = throw(&f->dice, 8);
		command(f, BPF_LINK_UPDATE, &attr);
	}
}

static void use_prog(struct fuzz *f, int fd, int map)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	switch (throw(&f->dice, 4)) {
	case 0:
		attr.test.prog_fd = fd;
		command(f, BPF_PROG_TEST_RUN, &attr);
		break;
	case 1:
		attr.prog_bind_map.prog_fd = fd;
		attr.prog_bind_map.map_fd = map;
		command(f, BPF_PROG_BIND_MAP, &attr);
		break;
	case 2:
		attr.raw_tracepoint.prog_fd = fd;
		attr.raw_tracepoint.name = (unsigned long)"sched_switch";
		fd = command(f, BPF_RAW_TRACEPOINT_OPEN, &attr);
		if (fd >= 0)
			close(fd);
		break;
	default:
		attr.attach_bpf_fd = fd;
		attr.target_fd = throw(&f->dice, 8);
		attr.attach_type = throw(&f->dice, 58);
		command(f, BPF_PROG_ATTACH, &attr);
	}
}

static void others_object(struct fuzz *f)
{
	struct root_bpf *r = &f->root;
	char info[512] = {};
	union bpf_attr attr;
	int map, prog, link;

	map = by_id(f, BPF_MAP_GET_FD_BY_ID, r->map_id);
	prog = by_id(f, BPF_PROG_GET_FD_BY_ID, r->prog_id);
	link = by_id(f, BPF_LINK_GET_FD_BY_ID, r->link_id);
	if (map >= 0)
		change_map(f, map);
	if (link >= 0)
		change_link(f, link, prog);
	if (prog >= 0)
		use_prog(f, prog, map);
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = one_in(&f->dice, 2) ? map : one_in(&f->dice, 2) ?
		prog : link;
	attr.info.info = (unsigned long)info;
	attr.info.info_len = throw(&f->dice, sizeof(info));
	command(f, BPF_OBJ_GET_INFO_BY_FD, &attr);
	if (one_in(&f->dice, 2)) {
		memset(&attr, 0, sizeof(attr));
		attr.pathname = (unsigned long)"/sys/fs/bpf/attack";
		attr.bpf_fd = map;
		command(f, BPF_OBJ_PIN, &attr);
	}
	if (map >= 0)
		close(map);
	if (prog >= 0)
		close(prog);
	if (link >= 0)
		close(link);
}

static void list_ids(struct fuzz *f)
{
	static const int cmds[] = {
		BPF_PROG_GET_NEXT_ID, BPF_MAP_GET_NEXT_ID, BPF_LINK_GET_NEXT_ID,
		BPF_BTF_GET_NEXT_ID,
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.start_id = throw(&f->dice, 64);
	command(f, cmds[throw(&f->dice, ARRAY_SIZE(cmds))], &attr);
	if (one_in(&f->dice, 4)) {
		int fd;

		memset(&attr, 0, sizeof(attr));
		fd = command(f, BPF_ENABLE_STATS, &attr);
		if (fd >= 0)
			close(fd);
	}
	memset(&attr, 0, sizeof(attr));
	attr.task_fd_query.pid = one_in(&f->dice, 2) ? f->victim : getppid();
	attr.task_fd_query.fd = throw(&f->dice, 32);
	command(f, BPF_TASK_FD_QUERY, &attr);
}

void fuzz_bpf_object(struct fuzz *f)
{
	switch (throw(&f->dice, 4)) {
	case 0:
		list_ids(f);
		break;
	case 1:
		others_object(f);
		break;
	default:
		own_map(f);
	}
}

/* Descriptors it makes so are closed by the end of the burst */
void fuzz_bpf_blind(struct fuzz *f)
{
	static __u8 memory[4096];
	struct dice *d = &f->dice;
	union bpf_attr attr;
	__u32 *word = (void *)&attr, nr = sizeof(attr) / sizeof(*word);

	memset(&attr, 0, sizeof(attr));
	for (__u32 i = 0; i < 1 + throw(d, 12); i++) {
		__u32 at = throw(d, one_in(d, 4) ? nr : 12) & ~1U;

		if (one_in(d, 2)) {
			word[at] = throw(d, 32);
		} else {
			__u64 p = one_in(d, 4) ? throw_number(d) :
				(unsigned long)memory;

			memcpy(&word[at], &p, sizeof(p));
		}
	}
	command(f, throw(d, ARRAY_SIZE(commands) + 2), &attr);
}

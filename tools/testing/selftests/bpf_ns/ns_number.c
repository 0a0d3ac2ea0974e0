// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers of BPF objects in BPF namespaces: every place that takes or shows
 * one, but for the network's (ns_net.c, ns_netlink.c) and those of operations
 * that programs implement (ns_struct_ops.c).
 */
#include "ns.h"
#include <linux/perf_event.h>
#include "../kselftest_harness.h"

/* What an object is called in several namespaces */
struct names {
	enum kind kind;
	int fd;
	__u32 nr;
	const char *key;	/* in fdinfo */
};

static int is_called(void *arg)
{
	const struct names *n = arg;
	__u32 info = number_of(n->kind, n->fd);
	__u32 fdinfo = fdinfo_number(n->fd, n->key);

	if (info != n->nr || fdinfo != n->nr) {
		printf("# kind %d: info %u, fdinfo %u, not %u\n", n->kind, info,
		       fdinfo, n->nr);
		fflush(stdout);
		return WRONG;
	}
	return 0;
}

FIXTURE(number)
{
	struct room room, sibling, inner;
};

FIXTURE_SETUP(number)
{
	ASSERT_EQ(0, open_room(&self->room, NULL));
	ASSERT_EQ(0, open_room(&self->sibling, NULL));
	ASSERT_EQ(0, open_room(&self->inner, &self->room));
}

FIXTURE_TEARDOWN(number)
{
	EXPECT_EQ(0, close_room(&self->inner));
	EXPECT_EQ(0, close_room(&self->sibling));
	EXPECT_EQ(0, close_room(&self->room));
}

TEST_F(number, from_1_in_each)
{
	for (enum kind k = 0; k < KINDS; k++) {
		EXPECT_EQ(1, self->room.set.nr[k]);
		EXPECT_EQ(1, self->sibling.set.nr[k]);
		EXPECT_EQ(1, self->inner.set.nr[k]);
	}
}

/* One in its own, one in each ancestor, none elsewhere */
TEST_F(number, who_sees_which)
{
	static const char * const keys[KINDS] = {
		"prog_id:", "map_id:", "link_id:", "btf_id:",
	};
	struct names n;

	for (enum kind k = 0; k < KINDS; k++) {
		n.kind = k;
		n.key = keys[k];
		n.fd = from_room(&self->inner, k);
		ASSERT_LE(0, n.fd);
		n.nr = 1;
		EXPECT_EQ(0, in_room(&self->inner, 0, CAP_EVERY, is_called, &n));
		n.nr = 2;
		EXPECT_EQ(0, in_room(&self->room, 0, CAP_EVERY, is_called, &n));
		n.nr = 0;
		EXPECT_EQ(0, in_room(&self->sibling, 0, CAP_EVERY, is_called,
				     &n));
		EXPECT_EQ(0, in_ns(0, CAP_EVERY, is_called, &n));
		n.nr = number_of(k, n.fd);
		EXPECT_LT(2, n.nr);
		EXPECT_EQ(0, as_root(is_called, &n));
		close(n.fd);
	}
}

/* Made in the initial one, it has a number there alone */
TEST_F(number, of_the_initial_one)
{
	struct names n = { MAP, map_with(-1, BPF_MAP_TYPE_ARRAY), 0, "map_id:" };

	ASSERT_LE(0, n.fd);
	EXPECT_EQ(0, in_room(&self->room, 0, CAP_EVERY, is_called, &n));
	n.nr = number_of(MAP, n.fd);
	EXPECT_LT(0, n.nr);
	EXPECT_EQ(0, as_root(is_called, &n));
	close(n.fd);
}

/* A number that was given back is not the next one's at once, as ids are not */
static int again(void *arg)
{
	int fd[3];

	for (int i = 0; i < 3; i++) {
		fd[i] = map_with(-1, BPF_MAP_TYPE_ARRAY);
		if (number_of(MAP, fd[i]) != i + 1)
			return WRONG;
	}
	close(fd[1]);
	fd[1] = map_with(-1, BPF_MAP_TYPE_ARRAY);
	return number_of(MAP, fd[1]) == 4 ? 0 : WRONG;
}

TEST(in_turn)
{
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, again, NULL));
}

/*
 * A program with a map and BTF, a link of it, and what others say about them.
 * Descriptors are inherited; @map, @prog and so on are their numbers for the
 * one who asks.
 */
struct web {
	struct {
		int prog, map, inner_map, prog_array, link, btf, event;
	} fd;
	__u32 prog, map, inner_map, link, btf;
};

static int map_of(__u32 type, int inner, int btf)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 2;
	attr.inner_map_fd = inner;
	if (btf) {
		attr.btf_fd = btf;
		attr.btf_key_type_id = 1;
		attr.btf_value_type_id = 1;
	}
	return ct_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

/* ~0 if there is none */
static __u32 lookup(int map, __u32 key)
{
	__u32 value = 0;

	return try_element(BPF_MAP_LOOKUP_ELEM, map, key, &value) ? ~0U : value;
}

static __u32 lookup_batch(int map)
{
	__u32 keys[2], values[2] = { ~0U }, next;
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.batch.map_fd = map;
	attr.batch.out_batch = (unsigned long)&next;
	attr.batch.keys = (unsigned long)keys;
	attr.batch.values = (unsigned long)values;
	attr.batch.count = 2;
	/* It is all of the map, which is what ENOENT says */
	err = ct_bpf(BPF_MAP_LOOKUP_BATCH, &attr, sizeof(attr));
	return err && err != -ENOENT ? ~0U : values[0];
}

/* It reads the map, so that the instructions have the number in them */
static int load_user_of(int map, int btf)
{
	const struct bpf_func_info func = { 0, CT_BTF_FUNC_ID };
	const struct bpf_insn insns[] = {
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map),
		CT_INSN(0, 0, 0, 0, 0), CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = ARRAY_SIZE(insns);
	attr.license = (unsigned long)"GPL";
	attr.prog_btf_fd = btf;
	attr.func_info = (unsigned long)&func;
	attr.func_info_rec_size = sizeof(func);
	attr.func_info_cnt = 1;
	return ct_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int spin(struct web *w)
{
	w->fd.btf = ct_function_btf();
	w->fd.inner_map = map_of(BPF_MAP_TYPE_ARRAY, 0, w->fd.btf);
	w->fd.map = map_of(BPF_MAP_TYPE_HASH_OF_MAPS, w->fd.inner_map, 0);
	w->fd.prog = load_user_of(w->fd.map, w->fd.btf);
	w->fd.prog_array = map_of(BPF_MAP_TYPE_PROG_ARRAY, 0, 0);
	if (w->fd.btf < 0 || w->fd.inner_map < 0 || w->fd.map < 0 ||
	    w->fd.prog < 0 || w->fd.prog_array < 0)
		return SETUP_FAILED;
	w->fd.link = attach_raw_tp(w->fd.prog);
	if (w->fd.link < 0 || try_update(w->fd.map, 1, w->fd.inner_map) ||
	    try_update(w->fd.prog_array, 1, w->fd.prog))
		return SETUP_FAILED;
	w->prog = number_of(PROG, w->fd.prog);
	w->map = number_of(MAP, w->fd.map);
	w->inner_map = number_of(MAP, w->fd.inner_map);
	w->link = number_of(LINK, w->fd.link);
	w->btf = number_of(BTF, w->fd.btf);
	return 0;
}

static __u32 task_fd_query(int fd)
{
	union bpf_attr attr;
	char name[64];

	memset(&attr, 0, sizeof(attr));
	attr.task_fd_query.pid = getpid();
	attr.task_fd_query.fd = fd;
	attr.task_fd_query.buf = (unsigned long)name;
	attr.task_fd_query.buf_len = sizeof(name);
	return ct_bpf(BPF_TASK_FD_QUERY, &attr, sizeof(attr)) ? ~0U :
	       attr.task_fd_query.prog_id;
}

static int web_is(void *arg)
{
	const struct web *w = arg;
	struct bpf_insn insns[8] = {};
	struct bpf_prog_info prog;
	struct bpf_link_info link;
	struct bpf_map_info map;
	__u32 maps[2] = { ~0U };

	memset(&prog, 0, sizeof(prog));
	memset(&link, 0, sizeof(link));
	memset(&map, 0, sizeof(map));
	prog.nr_map_ids = 1;
	prog.map_ids = (unsigned long)maps;
	prog.xlated_prog_insns = (unsigned long)insns;
	prog.xlated_prog_len = sizeof(insns);
	if (get_info(w->fd.prog, &prog, sizeof(prog)) ||
	    get_info(w->fd.link, &link, sizeof(link)) ||
	    get_info(w->fd.inner_map, &map, sizeof(map)))
		return SETUP_FAILED;
	if (DIFFER(prog.id, w->prog) ||
	    DIFFER(prog.btf_id, w->btf) ||
	    DIFFER(maps[0], w->map) ||
	    DIFFER(insns[0].imm, w->map) ||
	    DIFFER(link.id, w->link) ||
	    DIFFER(link.prog_id, w->prog) ||
	    DIFFER(map.id, w->inner_map) ||
	    DIFFER(map.btf_id, w->btf) ||
	    DIFFER(fdinfo_number(w->fd.link, "prog_id:"), w->prog) ||
	    DIFFER(lookup(w->fd.map, 1), w->inner_map) ||
	    DIFFER(lookup_batch(w->fd.map), w->inner_map) ||
	    DIFFER(lookup(w->fd.prog_array, 1), w->prog) ||
	    DIFFER(task_fd_query(w->fd.link), w->prog))
		return WRONG;
	return 0;
}

static int spin_and_ask(void *arg)
{
	struct web w = {}, none;
	struct room below;
	pid_t pid;
	int err;

	if (spin(&w) || w.prog != 1 || w.map != 2 || w.inner_map != 1)
		return SETUP_FAILED;
	err = web_is(&w);
	if (err)
		return err;
	/* From a namespace below there is nothing to be seen of it */
	none = w;
	none.prog = 0;
	none.map = 0;
	none.inner_map = 0;
	none.link = 0;
	none.btf = 0;
	if (open_room(&below, NULL))
		return SETUP_FAILED;
	pid = fork();
	if (!pid)
		_exit(enter_room(&below) ?: web_is(&none));
	err = reap(pid);
	return close_room(&below) ?: err;
}

TEST(in_what_others_say)
{
	struct web w = {};

	ASSERT_EQ(0, spin(&w));
	EXPECT_EQ(0, as_root(web_is, &w));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, spin_and_ask, NULL));
}

/* The kernel's types are what attach_btf_obj_id and target_obj_id speak of */
static int attached_to_kernel(void *arg)
{
	int prog, link;
	struct bpf_prog_info info = {};
	struct bpf_link_info link_info = {};
	struct ct_prog load = {
		.type = BPF_PROG_TYPE_TRACING,
		.attach_type = BPF_TRACE_FENTRY,
		.insns = return_0,
		.nr_insns = ARRAY_SIZE(return_0),
	};

	load.attach_btf_id = ct_btf_id("bpf_map_show_fdinfo", BTF_KIND_FUNC);
	prog = ct_prog_load(&load);
	if (prog < 0 || get_info(prog, &info, sizeof(info)))
		return SETUP_FAILED;
	if (!is_vmlinux(info.attach_btf_obj_id))
		return WRONG;
	link = link_with(prog, 0, BPF_TRACE_FENTRY, 0);
	if (link < 0)	/* nothing to attach to with */
		return -link;
	if (get_info(link, &link_info, sizeof(link_info)))
		return SETUP_FAILED;
	if (DIFFER(link_info.tracing.target_obj_id, info.attach_btf_obj_id) ||
	    DIFFER(fdinfo_number(link, "target_obj_id:"), info.attach_btf_obj_id))
		return WRONG;
	return 0;
}

TEST(of_the_kernels_types)
{
	EXPECT_EQ(0, as_root(attached_to_kernel, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, attached_to_kernel, NULL));
}

/* An iterator over a map names it */
static int element_iterator(void *arg)
{
	struct bpf_link_info info = {};
	union bpf_iter_link_info target;
	struct ct_prog load = {
		.type = BPF_PROG_TYPE_TRACING,
		.attach_type = BPF_TRACE_ITER,
		.insns = return_0,
		.nr_insns = ARRAY_SIZE(return_0),
	};
	union bpf_attr attr;
	int map = map_with(-1, BPF_MAP_TYPE_ARRAY), prog, link;

	load.attach_btf_id = ct_btf_id("bpf_iter_bpf_map_elem", BTF_KIND_FUNC);
	prog = ct_prog_load(&load);
	memset(&target, 0, sizeof(target));
	target.map.map_fd = map;
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	attr.link_create.iter_info = (unsigned long)&target;
	attr.link_create.iter_info_len = sizeof(target);
	link = ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	if (link < 0 || get_info(link, &info, sizeof(info)))
		return SETUP_FAILED;
	if (DIFFER(info.iter.map.map_id, number_of(MAP, map)) ||
	    DIFFER(fdinfo_number(link, "map_id:"), number_of(MAP, map)))
		return WRONG;
	return 0;
}

TEST(of_an_iterators_map)
{
	EXPECT_EQ(0, as_root(element_iterator, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, element_iterator, NULL));
}

/* Programs of a tracepoint's perf event: ioctl and TASK_FD_QUERY */
static int perf_event(void *arg)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr),
		.sample_period = 1,
	};
	struct {
		struct perf_event_query_bpf q;
		__u32 ids[4];
	} query = { .q.ids_len = 4 };
	int event, prog;
	struct ct_prog load = {
		.type = BPF_PROG_TYPE_TRACEPOINT,
		.insns = return_0,
		.nr_insns = ARRAY_SIZE(return_0),
	};

	attr.config = ct_event_id("sched/sched_switch");
	event = ct_perf_event_open(&attr, 0, -1, -1, 0);
	prog = ct_prog_load(&load);
	if (event < 0 || prog < 0 ||
	    ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) ||
	    ioctl(event, PERF_EVENT_IOC_QUERY_BPF, &query))
		return SETUP_FAILED;
	if (DIFFER(query.q.prog_cnt, 1) ||
	    DIFFER(query.ids[0], number_of(PROG, prog)) ||
	    DIFFER(task_fd_query(event), number_of(PROG, prog)))
		return WRONG;
	return 0;
}

TEST(of_a_perf_events_programs)
{
	mkdir("/sys/kernel/tracing", 0755);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	EXPECT_EQ(0, as_root(perf_event, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, perf_event, NULL));
}

/* Records about programs go by whoever opened the event */
struct bpf_record {
	struct perf_event_header header;
	__u16 type, flags;
	__u32 id;
};

/* The last program loaded; what went before may be unloaded only now */
static __u32 recorded(struct perf_event_mmap_page *page)
{
	const char *data = (const char *)page + page->data_offset;
	__u64 head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	__u32 nr = ~0U;

	for (__u64 at = page->data_tail; at < head; ) {
		const struct bpf_record *r =
			(const void *)(data + at % page->data_size);

		if (r->header.type == PERF_RECORD_BPF_EVENT &&
		    r->type == PERF_BPF_EVENT_PROG_LOAD)
			nr = r->id;
		at += r->header.size;
	}
	__atomic_store_n(&page->data_tail, head, __ATOMIC_RELEASE);
	return nr;
}

static int load_one(void *arg)
{
	int fd = prog_with(-1, BPF_PROG_TYPE_SOCKET_FILTER, 0);

	*(__u32 *)arg = number_of(PROG, fd);
	return fd < 0 ? -fd : 0;
}

static int records(void *arg)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY, .bpf_event = 1,
		.sample_id_all = 0,
	};
	struct perf_event_mmap_page *page;
	__u32 *nr = shared_memory(sizeof(*nr)), have;
	int event = ct_perf_event_open(&attr, -1, 0, -1, 0);
	struct room below;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	if (event < 0 || sched_setaffinity(0, sizeof(cpu), &cpu) || !nr)
		return SETUP_FAILED;
	page = mmap(NULL, 3 * getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED,
		    event, 0);
	if (page == MAP_FAILED)
		return SETUP_FAILED;
	/* Its own */
	if (as_root(load_one, nr))
		return SETUP_FAILED;
	have = recorded(page);
	if (DIFFER(have, *nr))
		return WRONG;
	/* Of a namespace below: by its number here */
	if (open_room(&below, NULL))
		return SETUP_FAILED;
	recorded(page);
	if (in_room(&below, 0, CAP_EVERY, load_one, nr))
		return SETUP_FAILED;
	have = recorded(page);
	if (DIFFER(*nr, 2) ||
	    DIFFER(have != ~0U && have > *nr, 1))
		return WRONG;
	return close_room(&below);
}

/* And not of one above, or beside */
static int records_of_others(void *arg)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY, .bpf_event = 1,
	};
	struct perf_event_mmap_page *page;
	const struct room *other = arg;
	__u32 *nr = shared_memory(sizeof(*nr)), have;
	int event = ct_perf_event_open(&attr, -1, 0, -1, 0);

	page = mmap(NULL, 3 * getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED,
		    event, 0);
	if (page == MAP_FAILED || !nr ||
	    in_room(other, 0, CAP_EVERY, load_one, nr))
		return SETUP_FAILED;
	have = recorded(page);
	if (DIFFER(have, 0))
		return WRONG;
	return 0;
}

TEST_F(number, of_perfs_records)
{
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(cpu), &cpu));
	EXPECT_EQ(0, as_root(records, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, records, NULL));
	EXPECT_EQ(0, in_room(&self->room, 0, CAP_EVERY, records_of_others,
			     &self->sibling));
}

static int egress_prog(void)
{
	return prog_with(-1, BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS);
}

static int attach_to_cgroup(int cgroup, int prog, __u32 flags,
			    __u32 relative_id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = cgroup;
	attr.attach_bpf_fd = prog;
	attr.attach_type = BPF_CGROUP_INET_EGRESS;
	attr.attach_flags = BPF_F_ALLOW_MULTI | flags;
	attr.relative_id = relative_id;
	return -ct_bpf(BPF_PROG_ATTACH, &attr, sizeof(attr));
}

static int link_to_cgroup(int cgroup, int prog, __u32 flags, __u32 relative_id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.target_fd = cgroup;
	attr.link_create.attach_type = BPF_CGROUP_INET_EGRESS;
	attr.link_create.flags = flags;
	attr.link_create.cgroup.relative_id = relative_id;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* Up to four; how many, or -errno */
static int query_cgroup(int cgroup, bool effective, __u32 *ids)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = cgroup;
	attr.query.attach_type = BPF_CGROUP_INET_EGRESS;
	attr.query.query_flags = effective ? BPF_F_QUERY_EFFECTIVE : 0;
	attr.query.prog_ids = (unsigned long)ids;
	attr.query.prog_cnt = 4;
	return ct_bpf(BPF_PROG_QUERY, &attr, sizeof(attr)) ?:
	       (int)attr.query.prog_cnt;
}

/* One goes before @prog, and a link before another, by their numbers here */
static int cgroup_order(int cgroup, int prog)
{
	const __u32 before = BPF_F_BEFORE | BPF_F_ID;
	int first = egress_prog(), link, second;
	__u32 ids[4];

	if (DIFFER(attach_to_cgroup(cgroup, first, before, 1000), ENOENT) ||
	    DIFFER(attach_to_cgroup(cgroup, first, before,
				    number_of(PROG, prog)), 0) ||
	    DIFFER(query_cgroup(cgroup, false, ids), 3) ||
	    DIFFER(ids[1], number_of(PROG, first)) ||
	    DIFFER(ids[2], number_of(PROG, prog)) ||
	    cgroup_detach(first, cgroup, BPF_CGROUP_INET_EGRESS))
		return WRONG;

	link = link_to_cgroup(cgroup, first, 0, 0);
	second = link_to_cgroup(cgroup, prog, before | BPF_F_LINK,
				number_of(LINK, link));
	if (link < 0 || second < 0)
		return SETUP_FAILED;
	if (DIFFER(query_cgroup(cgroup, false, ids), 4) ||
	    DIFFER(ids[2], number_of(PROG, prog)) ||
	    DIFFER(ids[3], number_of(PROG, first)))
		return WRONG;
	close(second);
	close(link);
	return 0;
}

/* What is attached to a cgroup, and by what number it is named there */
static int in_cgroup(void *arg)
{
	int cgroup = *(int *)arg, prog = egress_prog(), other;
	__u32 ids[4];

	if (prog < 0)
		return -prog;
	if (attach_to_cgroup(cgroup, prog, 0, 0))
		return SETUP_FAILED;
	for (int effective = 0; effective < 2; effective++) {
		if (DIFFER(query_cgroup(cgroup, effective, ids), 2))
			return WRONG;
		/* One of them is not visible in here */
		other = ids[0] == 0 ? 0 : 1;
		if (DIFFER(ids[other], 0) ||
		    DIFFER(ids[!other], number_of(PROG, prog)))
			return WRONG;
	}
	return cgroup_order(cgroup, prog) ?:
	       cgroup_detach(prog, cgroup, BPF_CGROUP_INET_EGRESS);
}

TEST(of_a_cgroups_programs)
{
	const char *dir = "/tmp/ns.cgroup", *path = "/tmp/ns.cgroup/ns";
	int cgroup, prog;

	mkdir(dir, 0755);
	ASSERT_EQ(0, mount("cgroup2", dir, "cgroup2", 0, NULL));
	mkdir(path, 0755);
	cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT_LE(0, cgroup);
	prog = egress_prog();
	ASSERT_LE(0, prog);
	ASSERT_EQ(0, attach_to_cgroup(cgroup, prog, 0, 0));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, in_cgroup, &cgroup));
	EXPECT_EQ(0, cgroup_detach(prog, cgroup, BPF_CGROUP_INET_EGRESS));
	close(prog);
	close(cgroup);
	EXPECT_EQ(0, rmdir(path));
	EXPECT_EQ(0, umount2(dir, MNT_DETACH));
}

int main(int argc, char **argv)
{
	need_bpf_ns();
	return test_harness_run(argc, argv);
}

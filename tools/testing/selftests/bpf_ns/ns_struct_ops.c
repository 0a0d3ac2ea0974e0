// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers of BPF objects in BPF namespaces, where programs implement operations
 * of the kernel's: a congestion control, its map and its link.
 */
#include "ns.h"
#include "../kselftest_harness.h"

#define OPS		"tcp_congestion_ops"
#define VALUE		"bpf_struct_ops_tcp_congestion_ops"
#define NAME		"ns_bpf"

/* What it must have, and does nothing */
static const char * const functions[] = { "ssthresh", "undo_cwnd", "cong_avoid" };

#define FUNCTIONS	ARRAY_SIZE(functions)

struct ops {
	int prog[FUNCTIONS], map, link;
	__u32 at[FUNCTIONS];	/* bytes from the beginning of the value */
	__u32 size;
};

/* As somebody sees it */
struct seen {
	const struct ops *ops;
	__u32 prog[FUNCTIONS], map;
};

static int function(int member)
{
	const struct bpf_insn insns[] = { CT_MOV_IMM(0, 2), CT_EXIT() };
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_STRUCT_OPS;
	attr.attach_btf_id = ct_btf_id(OPS, BTF_KIND_STRUCT);
	attr.expected_attach_type = member;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = ARRAY_SIZE(insns);
	attr.license = (unsigned long)"GPL";
	return ct_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int ops_map(__u32 size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_STRUCT_OPS;
	attr.map_flags = BPF_F_LINK;
	attr.key_size = 4;
	attr.value_size = size;
	attr.max_entries = 1;
	attr.btf_fd = btf_with(-1);
	attr.btf_vmlinux_value_type_id = ct_btf_id(VALUE, BTF_KIND_STRUCT);
	return ct_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

/* 0 or errno */
static int make_ops(struct ops *ops)
{
	__u32 data, name, size;
	char *value;
	int err;

	if (ct_btf_member(VALUE, "data", &data, &ops->size) < 0 ||
	    ct_btf_member(OPS, "name", &name, &size) < 0)
		return SETUP_FAILED;
	value = calloc(1, ops->size);
	if (!value)
		return SETUP_FAILED;
	for (size_t i = 0; i < FUNCTIONS; i++) {
		unsigned long fd;
		int member = ct_btf_member(OPS, functions[i], &ops->at[i],
					   &size);

		ops->at[i] += data;
		ops->prog[i] = function(member);
		if (ops->prog[i] < 0)
			return -ops->prog[i];
		fd = ops->prog[i];
		memcpy(value + ops->at[i], &fd, sizeof(fd));
	}
	memcpy(value + data + name, NAME, sizeof(NAME));
	ops->map = ops_map(ops->size);
	if (ops->map < 0)
		return -ops->map;
	err = try_element(BPF_MAP_UPDATE_ELEM, ops->map, 0, value);
	free(value);
	if (err)
		return err;
	ops->link = link_with(ops->map, 0, BPF_STRUCT_OPS, 0);
	return ops->link < 0 ? -ops->link : 0;
}

static int is_seen(void *arg)
{
	const struct seen *s = arg;
	struct bpf_link_info link = {};
	struct bpf_map_info map = {};
	unsigned long id;
	char *value;

	value = calloc(1, s->ops->size);
	if (!value || get_info(s->ops->link, &link, sizeof(link)) ||
	    get_info(s->ops->map, &map, sizeof(map)) ||
	    try_element(BPF_MAP_LOOKUP_ELEM, s->ops->map, 0, value))
		return SETUP_FAILED;
	if (DIFFER(link.struct_ops.map_id, s->map) ||
	    DIFFER(fdinfo_number(s->ops->link, "map_id:"), s->map) ||
	    DIFFER(map.id, s->map) || !is_vmlinux(map.btf_vmlinux_id))
		return WRONG;
	for (size_t i = 0; i < FUNCTIONS; i++) {
		memcpy(&id, value + s->ops->at[i], sizeof(id));
		if (DIFFER(id, s->prog[i]))
			return WRONG;
	}
	free(value);
	return 0;
}

static int congestion_control(void *arg)
{
	struct room below;
	struct ops ops;
	struct seen s = { .ops = &ops };
	int err = make_ops(&ops);

	if (err)
		return err;
	s.map = number_of(MAP, ops.map);
	for (size_t i = 0; i < FUNCTIONS; i++)
		s.prog[i] = number_of(PROG, ops.prog[i]);
	err = is_seen(&s);
	if (err)
		return err;
	s.map = 0;
	memset(s.prog, 0, sizeof(s.prog));
	if (open_room(&below, NULL))
		return SETUP_FAILED;
	return in_room(&below, 0, CAP_EVERY, is_seen, &s) ?: close_room(&below);
}

TEST(of_a_congestion_control)
{
	EXPECT_EQ(0, as_root(congestion_control, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, congestion_control, NULL));
}

int main(int argc, char **argv)
{
	need_bpf_ns();
	return test_harness_run(argc, argv);
}

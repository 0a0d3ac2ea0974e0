// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers of BPF objects in BPF namespaces, where the network takes or shows
 * them but for netlink (ns_netlink.c): tcx and netkit, maps of devices and CPUs,
 * socket maps.
 */
#include "ns.h"
#include "netlink.h"
#include <net/if.h>
#include <linux/if_link.h>
#include "../kselftest_harness.h"

#define LO	1

static int load(__u32 type, __u32 attach_type)
{
	return prog_with(-1, type, attach_type);
}

/* Where a device has programs one after the other */
static struct {
	int device;
	__u32 attach_type;
} hook;

/* A link there, or -errno */
static int link_on_hook(int prog, __u32 flags, __u32 relative_id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.target_ifindex = hook.device;
	attr.link_create.attach_type = hook.attach_type;
	attr.link_create.flags = flags;
	attr.link_create.tcx.relative_id = relative_id;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* Up to four of each; how many, or -errno */
static int query(__u32 *progs, __u32 *links)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_ifindex = hook.device;
	attr.query.attach_type = hook.attach_type;
	attr.query.prog_ids = (unsigned long)progs;
	attr.query.link_ids = (unsigned long)links;
	attr.query.prog_cnt = 4;
	return ct_bpf(BPF_PROG_QUERY, &attr, sizeof(attr)) ?: (int)attr.query.prog_cnt;
}

struct pair {
	int prog, link;
};

static int update_from_below(void *arg)
{
	const struct pair *p = arg;
	__u32 progs[4], links[4];
	union bpf_attr attr;

	if (query(progs, links) != 1 || progs[0] || links[0])
		return WRONG;
	/* A descriptor is a right, whatever is visible */
	memset(&attr, 0, sizeof(attr));
	attr.link_update.link_fd = p->link;
	attr.link_update.new_prog_fd = p->prog;
	return -ct_bpf(BPF_LINK_UPDATE, &attr, sizeof(attr));
}

static int one_after_the_other(void)
{
	__u32 progs[4], links[4], first;
	struct room below;
	int prog, second;
	struct pair p;

	prog = load(BPF_PROG_TYPE_SCHED_CLS, hook.attach_type);
	p.link = link_on_hook(prog, 0, 0);
	p.prog = load(BPF_PROG_TYPE_SCHED_CLS, hook.attach_type);
	if (p.link < 0 || p.prog < 0)
		return SETUP_FAILED;
	if (DIFFER(query(progs, links), 1))
		return WRONG;
	first = number_of(PROG, prog);
	if (DIFFER(progs[0], first) ||
	    DIFFER(links[0], number_of(LINK, p.link)))
		return WRONG;

	if (open_room(&below, NULL))
		return SETUP_FAILED;
	if (DIFFER(in_room(&below, 0, CAP_EVERY, update_from_below, &p), 0) ||
	    DIFFER(query(progs, links), 1) ||
	    DIFFER(progs[0], number_of(PROG, p.prog)))
		return WRONG;

	/* Before that one, by its number here */
	second = link_on_hook(prog, BPF_F_BEFORE | BPF_F_ID,
			      number_of(PROG, p.prog) + 1000);
	if (DIFFER(-second, ENOENT))
		return WRONG;
	second = link_on_hook(prog, BPF_F_BEFORE | BPF_F_ID,
			      number_of(PROG, p.prog));
	if (second < 0)
		return -second;
	if (DIFFER(query(progs, links), 2) || DIFFER(progs[0], first))
		return WRONG;
	close(second);
	/* And after the link */
	second = link_on_hook(prog, BPF_F_AFTER | BPF_F_ID | BPF_F_LINK,
			      number_of(LINK, p.link));
	if (second < 0)
		return -second;
	if (DIFFER(query(progs, links), 2) || DIFFER(progs[1], first) ||
	    DIFFER(links[1], number_of(LINK, second)))
		return WRONG;
	return close_room(&below);
}

static int tcx(void *arg)
{
	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	hook.device = LO;
	hook.attach_type = BPF_TCX_INGRESS;
	return one_after_the_other();
}

TEST(of_tcx)
{
	EXPECT_EQ(0, as_root(tcx, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, tcx, NULL));
}

static int netkit(void *arg)
{
	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	hook.device = new_device("netkit");
	hook.attach_type = BPF_NETKIT_PRIMARY;
	return hook.device < 0 ? SETUP_FAILED : one_after_the_other();
}

TEST(of_netkit)
{
	EXPECT_EQ(0, as_root(netkit, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, netkit, NULL));
}

/* Values with a program's descriptor on the way in have its number after */
struct value {
	__u32 what;	/* device, or size of a queue */
	__u32 prog;
};

static int update(int map, struct value value)
{
	return try_element(BPF_MAP_UPDATE_ELEM, map, 0, &value);
}

static __u32 lookup(int map)
{
	struct value value = {};

	return try_element(BPF_MAP_LOOKUP_ELEM, map, 0, &value) ? ~0U :
	       value.prog;
}

struct looking {
	int map;
	__u32 nr;
};

static int finds(void *arg)
{
	const struct looking *l = arg;

	if (DIFFER(lookup(l->map), l->nr))
		return WRONG;
	return 0;
}

static const struct {
	__u32 map, attach_type, what;
} redirections[] = {
	{ BPF_MAP_TYPE_DEVMAP, BPF_XDP_DEVMAP, LO },
	{ BPF_MAP_TYPE_DEVMAP_HASH, BPF_XDP_DEVMAP, LO },
	{ BPF_MAP_TYPE_CPUMAP, BPF_XDP_CPUMAP, 16 },
};

static int redirection_maps(void *arg)
{
	struct room below;

	if (unshare(CLONE_NEWNET) || open_room(&below, NULL))
		return SETUP_FAILED;
	for (size_t i = 0; i < ARRAY_SIZE(redirections); i++) {
		int prog = load(BPF_PROG_TYPE_XDP, redirections[i].attach_type);
		int map = ct_map_create(redirections[i].map, 4,
					sizeof(struct value), 1, 0);
		struct looking l = { map, 0 };

		if (prog < 0 || map < 0)
			return SETUP_FAILED;
		if (update(map, (struct value){ redirections[i].what, prog }))
			return SETUP_FAILED;
		if (DIFFER(lookup(map), number_of(PROG, prog)) ||
		    DIFFER(in_room(&below, 0, CAP_EVERY, finds, &l), 0))
			return WRONG;
		/* One without a program has none anywhere */
		if (update(map, (struct value){ redirections[i].what, 0 }))
			return SETUP_FAILED;
		if (DIFFER(lookup(map), 0) ||
		    DIFFER(in_room(&below, 0, CAP_EVERY, finds, &l), 0))
			return WRONG;
		close(map);
		close(prog);
	}
	return close_room(&below);
}

TEST(of_maps_for_redirection)
{
	EXPECT_EQ(0, as_root(redirection_maps, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, redirection_maps, NULL));
}

static __u32 query_sockmap(int map)
{
	union bpf_attr attr;
	__u32 id = ~0U;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = map;
	attr.query.attach_type = BPF_SK_SKB_STREAM_VERDICT;
	attr.query.prog_ids = (unsigned long)&id;
	attr.query.prog_cnt = 1;
	if (ct_bpf(BPF_PROG_QUERY, &attr, sizeof(attr)) ||
	    attr.query.prog_cnt != 1)
		return ~0U;
	return id;
}

static int asks_sockmap(void *arg)
{
	const struct looking *l = arg;

	if (DIFFER(query_sockmap(l->map), l->nr))
		return WRONG;
	return 0;
}

static int sockmap(void *arg)
{
	struct looking l;
	struct room below;
	union bpf_attr attr;
	int prog;

	prog = load(BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_VERDICT);
	l.map = ct_map_create(BPF_MAP_TYPE_SOCKMAP, 4, 4, 1, 0);
	if (prog < 0 || l.map < 0)
		return SETUP_FAILED;
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = l.map;
	attr.attach_bpf_fd = prog;
	attr.attach_type = BPF_SK_SKB_STREAM_VERDICT;
	if (ct_bpf(BPF_PROG_ATTACH, &attr, sizeof(attr)) ||
	    open_room(&below, NULL))
		return SETUP_FAILED;
	l.nr = number_of(PROG, prog);
	if (asks_sockmap(&l))
		return WRONG;
	l.nr = 0;
	if (DIFFER(in_room(&below, 0, CAP_EVERY, asks_sockmap, &l), 0))
		return WRONG;
	return close_room(&below);
}

TEST(of_a_socket_map)
{
	EXPECT_EQ(0, as_root(sockmap, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, sockmap, NULL));
}

int main(int argc, char **argv)
{
	need_bpf_ns();
	return test_harness_run(argc, argv);
}

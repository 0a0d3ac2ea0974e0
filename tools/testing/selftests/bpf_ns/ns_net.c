// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers of BPF objects in BPF namespaces, where the network takes or shows
 * them: netlink, tcx, maps of devices and CPUs, socket maps.
 */
#include "ns.h"
#include <net/if.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include "../kselftest_harness.h"

#define LO	1

static int load(__u32 type, __u32 attach_type)
{
	return prog_with(-1, type, attach_type);
}

/* A link on the loopback device, or -errno */
static int link_on_lo(int prog, __u32 attach_type, __u32 flags,
		      __u32 relative_id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.target_ifindex = LO;
	attr.link_create.attach_type = attach_type;
	attr.link_create.flags = flags;
	if (attach_type != BPF_XDP)
		attr.link_create.tcx.relative_id = relative_id;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* An attribute of a list of them; NULL if it is not there */
static const struct rtattr *find(const void *list, int len, int type)
{
	const struct rtattr *a = list;

	for (; RTA_OK(a, len); a = RTA_NEXT(a, len)) {
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	}
	return NULL;
}

static __u32 u32_of(const struct rtattr *a)
{
	__u32 value;

	if (!a)
		return ~0U;
	memcpy(&value, RTA_DATA(a), sizeof(value));
	return value;
}

struct message {
	struct nlmsghdr h;
	char room[16384];
};

static int rtnetlink(__u32 groups)
{
	struct sockaddr_nl addr = { AF_NETLINK, 0, 0, groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (void *)&addr, sizeof(addr))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Send it, and take the answer: its length, or -errno */
static int ask(struct message *m)
{
	int fd = rtnetlink(0), n;

	if (fd < 0)
		return -errno;
	n = send(fd, m, m->h.nlmsg_len, 0) < 0 ? -1 :
	    recv(fd, m, sizeof(*m), 0);
	close(fd);
	if (n < 0)
		return -errno;
	if (m->h.nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(&m->h))->error;
	return n;
}

/* The number of the loopback device's XDP program; ~0 if there is none */
static __u32 xdp_in(const struct message *m, __u8 *mode)
{
	const struct rtattr *xdp, *a;
	const char *attrs = (const char *)NLMSG_DATA(&m->h) +
			    NLMSG_ALIGN(sizeof(struct ifinfomsg));
	__u32 general;

	if (m->h.nlmsg_type != RTM_NEWLINK)
		return ~0U;
	xdp = find(attrs, (const char *)m + m->h.nlmsg_len - attrs, IFLA_XDP);
	if (!xdp)
		return ~0U;
	a = find(RTA_DATA(xdp), RTA_PAYLOAD(xdp), IFLA_XDP_ATTACHED);
	*mode = a ? *(__u8 *)RTA_DATA(a) : 0;
	general = u32_of(find(RTA_DATA(xdp), RTA_PAYLOAD(xdp),
			      IFLA_XDP_PROG_ID));
	/* The two say the same */
	return general == u32_of(find(RTA_DATA(xdp), RTA_PAYLOAD(xdp),
				      IFLA_XDP_SKB_PROG_ID)) ? general : ~0U;
}

static __u32 xdp_on_lo(__u8 *mode)
{
	struct message m = {
		.h = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST,
		},
	};

	((struct ifinfomsg *)NLMSG_DATA(&m.h))->ifi_index = LO;
	return ask(&m) < 0 ? ~0U : xdp_in(&m, mode);
}

static int xdp_is(void *arg)
{
	__u8 mode = 0;

	if (DIFFER(xdp_on_lo(&mode), *(__u32 *)arg) ||
	    DIFFER(mode, XDP_ATTACHED_SKB))
		return WRONG;
	return 0;
}

static int xdp(void *arg)
{
	struct room below;
	__u32 nr;
	int prog, link;
	__u8 mode = 0;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	if (DIFFER(xdp_on_lo(&mode), ~0U) ||
	    DIFFER(mode, XDP_ATTACHED_NONE))
		return WRONG;
	prog = load(BPF_PROG_TYPE_XDP, BPF_XDP);
	link = link_on_lo(prog, BPF_XDP, XDP_FLAGS_SKB_MODE, 0);
	if (link < 0)
		return -link;
	nr = number_of(PROG, prog);
	if (xdp_is(&nr))
		return WRONG;
	/* From below, there is one and it has no number */
	nr = 0;
	if (open_room(&below, NULL))
		return SETUP_FAILED;
	return in_room(&below, 0, CAP_EVERY, xdp_is, &nr) ?: close_room(&below);
}

TEST(of_xdp)
{
	EXPECT_EQ(0, as_root(xdp, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, xdp, NULL));
}

static int attach_in_ns(void *arg)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int sk = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), link;

	if (unshare(CLONE_NEWBPF))
		return -errno;
	link = link_on_lo(load(BPF_PROG_TYPE_XDP, BPF_XDP), BPF_XDP,
			  XDP_FLAGS_SKB_MODE, 0);
	return ioctl(sk, SIOCSIFFLAGS, &lo) ? -errno : link;
}

/* All who listen get one message: it speaks of ids */
static int notification(void *arg)
{
	struct bpf_link_info info = {};
	struct message m;
	__u32 have = ~0U;
	int fd, link;
	__u8 mode;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	fd = rtnetlink(RTMGRP_LINK);
	link = fd_from(0, CAP_EVERY, attach_in_ns, NULL);
	if (fd < 0 || link < 0 || get_info(link, &info, sizeof(info)))
		return SETUP_FAILED;
	while (have == ~0U &&
	       recv(fd, &m, sizeof(m), MSG_DONTWAIT) > 0)
		have = xdp_in(&m, &mode);
	if (DIFFER(have, info.prog_id))
		return WRONG;
	return 0;
}

TEST(of_xdp_in_a_notification)
{
	EXPECT_EQ(0, as_root(notification, NULL));
}

/* Up to four of each; how many, or -errno */
static int query_tcx(__u32 *progs, __u32 *links)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_ifindex = LO;
	attr.query.attach_type = BPF_TCX_INGRESS;
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

	if (query_tcx(progs, links) != 1 || progs[0] || links[0])
		return WRONG;
	/* A descriptor is a right, whatever is visible */
	memset(&attr, 0, sizeof(attr));
	attr.link_update.link_fd = p->link;
	attr.link_update.new_prog_fd = p->prog;
	return -ct_bpf(BPF_LINK_UPDATE, &attr, sizeof(attr));
}

static int tcx(void *arg)
{
	__u32 progs[4], links[4], first;
	struct room below;
	int prog, second;
	struct pair p;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	prog = load(BPF_PROG_TYPE_SCHED_CLS, BPF_TCX_INGRESS);
	p.link = link_on_lo(prog, BPF_TCX_INGRESS, 0, 0);
	p.prog = load(BPF_PROG_TYPE_SCHED_CLS, BPF_TCX_INGRESS);
	if (p.link < 0 || p.prog < 0)
		return SETUP_FAILED;
	if (DIFFER(query_tcx(progs, links), 1))
		return WRONG;
	first = number_of(PROG, prog);
	if (DIFFER(progs[0], first) ||
	    DIFFER(links[0], number_of(LINK, p.link)))
		return WRONG;

	if (open_room(&below, NULL))
		return SETUP_FAILED;
	if (DIFFER(in_room(&below, 0, CAP_EVERY, update_from_below, &p), 0) ||
	    DIFFER(query_tcx(progs, links), 1) ||
	    DIFFER(progs[0], number_of(PROG, p.prog)))
		return WRONG;

	/* Before that one, by its number here */
	second = link_on_lo(prog, BPF_TCX_INGRESS, BPF_F_BEFORE | BPF_F_ID,
			    number_of(PROG, p.prog) + 1000);
	if (DIFFER(-second, ENOENT))
		return WRONG;
	second = link_on_lo(prog, BPF_TCX_INGRESS, BPF_F_BEFORE | BPF_F_ID,
			    number_of(PROG, p.prog));
	if (second < 0)
		return -second;
	if (DIFFER(query_tcx(progs, links), 2) ||
	    DIFFER(progs[0], first))
		return WRONG;
	close(second);
	/* And after the link */
	second = link_on_lo(prog, BPF_TCX_INGRESS,
			    BPF_F_AFTER | BPF_F_ID | BPF_F_LINK,
			    number_of(LINK, p.link));
	if (second < 0)
		return -second;
	if (DIFFER(query_tcx(progs, links), 2) ||
	    DIFFER(progs[1], first) ||
	    DIFFER(links[1], number_of(LINK, second)))
		return WRONG;
	return close_room(&below);
}

TEST(of_tcx)
{
	EXPECT_EQ(0, as_root(tcx, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, tcx, NULL));
}

/* Values with a program's descriptor on the way in have its number after */
struct value {
	__u32 what;	/* device, or size of a queue */
	__u32 prog;
};

static int update(int map, struct value value)
{
	union bpf_attr attr;
	__u32 key = 0;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)&value;
	return -ct_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
}

static __u32 lookup(int map)
{
	struct value value = {};
	union bpf_attr attr;
	__u32 key = 0;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)&value;
	return ct_bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)) ? ~0U :
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

static void *put(struct message *m, int type, const void *data, int len)
{
	struct rtattr *a = (void *)((char *)m + NLMSG_ALIGN(m->h.nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), data, len);
	m->h.nlmsg_len = NLMSG_ALIGN(m->h.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

/* On the loopback device; 0 or errno */
static int traffic_control(struct message *m, int type, int flags, __u32 parent,
			   __u32 handle, __u32 info)
{
	struct tcmsg *tc = NLMSG_DATA(&m->h);

	memset(m, 0, sizeof(*m));
	m->h.nlmsg_len = NLMSG_LENGTH(sizeof(*tc));
	m->h.nlmsg_type = type;
	m->h.nlmsg_flags = NLM_F_REQUEST | flags;
	tc->tcm_ifindex = LO;
	tc->tcm_parent = parent;
	tc->tcm_handle = handle;
	tc->tcm_info = info;
	return 0;
}

#define FILTER_INFO	0x10300	/* priority 1, ETH_P_ALL */

static __u32 classifier_id(void)
{
	const struct rtattr *options;
	struct message m;
	const char *attrs = (const char *)NLMSG_DATA(&m.h) +
			    NLMSG_ALIGN(sizeof(struct tcmsg));

	traffic_control(&m, RTM_GETTFILTER, 0,
			TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), 1,
			FILTER_INFO);
	put(&m, TCA_KIND, "bpf", 4);
	if (ask(&m) < 0 || m.h.nlmsg_type != RTM_NEWTFILTER)
		return ~0U;
	options = find(attrs, (char *)&m + m.h.nlmsg_len - attrs, TCA_OPTIONS);
	if (!options)
		return ~0U;
	return u32_of(find(RTA_DATA(options), RTA_PAYLOAD(options),
			   TCA_BPF_ID));
}

static int classifier_is(void *arg)
{
	if (DIFFER(classifier_id(), *(__u32 *)arg))
		return WRONG;
	return 0;
}

static int classifier(void *arg)
{
	struct rtattr *options;
	struct message m;
	struct room below;
	__u32 prog, flags = TCA_BPF_FLAG_ACT_DIRECT, nr;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	prog = load(BPF_PROG_TYPE_SCHED_CLS, 0);
	traffic_control(&m, RTM_NEWQDISC, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
			TC_H_CLSACT, TC_H_MAKE(TC_H_CLSACT, 0), 0);
	put(&m, TCA_KIND, "clsact", 7);
	if (ask(&m) < 0)
		return SETUP_FAILED;
	traffic_control(&m, RTM_NEWTFILTER,
			NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
			TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), 1,
			FILTER_INFO);
	put(&m, TCA_KIND, "bpf", 4);
	options = put(&m, TCA_OPTIONS, NULL, 0);
	put(&m, TCA_BPF_FD, &prog, sizeof(prog));
	put(&m, TCA_BPF_NAME, "ns", 3);
	put(&m, TCA_BPF_FLAGS, &flags, sizeof(flags));
	options->rta_len = (char *)&m + m.h.nlmsg_len - (char *)options;
	if (ask(&m) < 0)
		return SETUP_FAILED;
	if (DIFFER(classifier_id(), number_of(PROG, prog)))
		return WRONG;
	nr = 0;
	if (open_room(&below, NULL))
		return SETUP_FAILED;
	if (DIFFER(in_room(&below, 0, CAP_EVERY, classifier_is, &nr), 0))
		return WRONG;
	return close_room(&below);
}

TEST(of_a_classifier)
{
	EXPECT_EQ(0, as_root(classifier, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, classifier, NULL));
}

int main(int argc, char **argv)
{
	need_bpf_ns();
	return test_harness_run(argc, argv);
}

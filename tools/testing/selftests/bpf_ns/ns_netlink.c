// SPDX-License-Identifier: GPL-2.0
/* Numbers of BPF objects in BPF namespaces, in netlink's messages. */
#include "ns.h"
#include "netlink.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/lwtunnel.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/seg6_local.h>
#include <linux/sock_diag.h>
#include <linux/tc_act/tc_bpf.h>
#include "../kselftest_harness.h"

#define LO	1

/* A number that a message shows, ~0 if there is none in it */
struct shown {
	__u32 (*by)(void);
	__u32 nr;
};

static int is_shown(void *arg)
{
	const struct shown *s = arg;

	if (DIFFER(s->by(), s->nr))
		return WRONG;
	return 0;
}

/* @nr here; below, there is an object, and it has no number */
static int shows(__u32 (*by)(void), __u32 nr)
{
	struct shown s = { by, nr };
	struct room below;

	if (is_shown(&s))
		return WRONG;
	s.nr = 0;
	if (open_room(&below, NULL))
		return SETUP_FAILED;
	return in_room(&below, 0, CAP_EVERY, is_shown, &s) ?: close_room(&below);
}

/* The number of the loopback device's XDP program */
static __u32 xdp_in(const struct message *m, __u8 *mode)
{
	const struct rtattr *xdp, *a;
	__u32 nr;

	if (m->h.nlmsg_type != RTM_NEWLINK)
		return ~0U;
	xdp = in_message(m, sizeof(struct ifinfomsg), IFLA_XDP);
	a = inside(xdp, IFLA_XDP_ATTACHED);
	*mode = a ? *(__u8 *)RTA_DATA(a) : 0;
	nr = u32_of(inside(xdp, IFLA_XDP_PROG_ID));
	/* The two say the same */
	return nr == u32_of(inside(xdp, IFLA_XDP_SKB_PROG_ID)) ? nr : ~0U;
}

static __u32 xdp_and_mode(__u8 *mode)
{
	struct ifinfomsg info = { .ifi_index = LO };
	struct message m;

	request(&m, RTM_GETLINK, 0, &info, sizeof(info));
	return ask(NETLINK_ROUTE, &m) < 0 ? ~0U : xdp_in(&m, mode);
}

static __u32 xdp_shown(void)
{
	__u8 mode = 0;
	__u32 nr = xdp_and_mode(&mode);

	return mode == XDP_ATTACHED_SKB ? nr : ~0U;
}

static int xdp_on_lo(int prog)
{
	return link_with(prog, LO, BPF_XDP, XDP_FLAGS_SKB_MODE);
}

static int xdp(void *arg)
{
	int prog, link;
	__u8 mode = 0;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	if (DIFFER(xdp_and_mode(&mode), ~0U) ||
	    DIFFER(mode, XDP_ATTACHED_NONE))
		return WRONG;
	prog = prog_with(-1, BPF_PROG_TYPE_XDP, BPF_XDP);
	link = xdp_on_lo(prog);
	return link < 0 ? -link : shows(xdp_shown, number_of(PROG, prog));
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
	link = xdp_on_lo(prog_with(-1, BPF_PROG_TYPE_XDP, BPF_XDP));
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
	fd = netlink(NETLINK_ROUTE, RTMGRP_LINK);
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

#define INGRESS		TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define FILTER_INFO	0x10300	/* priority 1, ETH_P_ALL */

/* On the loopback device */
static void traffic_control(struct message *m, int type, int flags,
			    __u32 parent, __u32 handle, __u32 info)
{
	const struct tcmsg tc = {
		.tcm_ifindex = LO, .tcm_parent = parent, .tcm_handle = handle,
		.tcm_info = info,
	};

	request(m, type, flags, &tc, sizeof(tc));
}

static __u32 classifier_shown(void)
{
	struct message m;

	traffic_control(&m, RTM_GETTFILTER, 0, INGRESS, 1, FILTER_INFO);
	put_text(&m, TCA_KIND, "bpf");
	if (ask(NETLINK_ROUTE, &m) < 0 || m.h.nlmsg_type != RTM_NEWTFILTER)
		return ~0U;
	return u32_of(inside(in_message(&m, sizeof(struct tcmsg), TCA_OPTIONS),
			     TCA_BPF_ID));
}

static int classifier(void *arg)
{
	struct rtattr *options;
	struct message m;
	int prog;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	prog = prog_with(-1, BPF_PROG_TYPE_SCHED_CLS, 0);
	traffic_control(&m, RTM_NEWQDISC, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
			TC_H_CLSACT, TC_H_MAKE(TC_H_CLSACT, 0), 0);
	put_text(&m, TCA_KIND, "clsact");
	if (ask(NETLINK_ROUTE, &m) < 0)
		return SETUP_FAILED;
	traffic_control(&m, RTM_NEWTFILTER,
			NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, INGRESS, 1,
			FILTER_INFO);
	put_text(&m, TCA_KIND, "bpf");
	options = nest(&m, TCA_OPTIONS);
	put_u32(&m, TCA_BPF_FD, prog);
	put_text(&m, TCA_BPF_NAME, "ns");
	put_u32(&m, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	end(&m, options);
	if (ask(NETLINK_ROUTE, &m) < 0)
		return SETUP_FAILED;
	return shows(classifier_shown, number_of(PROG, prog));
}

TEST(of_a_classifier)
{
	EXPECT_EQ(0, as_root(classifier, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, classifier, NULL));
}

#define ACTION_INDEX	7
#define ACTION_FIRST	1	/* of a table of actions */

static __u32 action_shown(void)
{
	const struct tcamsg tca = {};
	struct rtattr *table, *first;
	struct message m;

	request(&m, RTM_GETACTION, 0, &tca, sizeof(tca));
	table = nest(&m, TCA_ACT_TAB);
	first = nest(&m, ACTION_FIRST);
	put_text(&m, TCA_ACT_KIND, "bpf");
	put_u32(&m, TCA_ACT_INDEX, ACTION_INDEX);
	end(&m, first);
	end(&m, table);
	if (ask(NETLINK_ROUTE, &m) < 0 || m.h.nlmsg_type != RTM_GETACTION)
		return ~0U;
	return u32_of(inside(inside(inside(in_message(&m, sizeof(tca),
						      TCA_ACT_TAB),
					   ACTION_FIRST), TCA_ACT_OPTIONS),
			     TCA_ACT_BPF_ID));
}

static int action(void *arg)
{
	const struct tc_act_bpf parms = {
		.index = ACTION_INDEX, .action = TC_ACT_PIPE,
	};
	struct rtattr *table, *first, *options;
	const struct tcamsg tca = {};
	struct message m;
	int prog;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	prog = prog_with(-1, BPF_PROG_TYPE_SCHED_ACT, 0);
	request(&m, RTM_NEWACTION, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &tca,
		sizeof(tca));
	table = nest(&m, TCA_ACT_TAB);
	first = nest(&m, ACTION_FIRST);
	put_text(&m, TCA_ACT_KIND, "bpf");
	options = nest(&m, TCA_ACT_OPTIONS);
	put_u32(&m, TCA_ACT_BPF_FD, prog);
	put_text(&m, TCA_ACT_BPF_NAME, "ns");
	put(&m, TCA_ACT_BPF_PARMS, &parms, sizeof(parms));
	end(&m, options);
	end(&m, first);
	end(&m, table);
	if (ask(NETLINK_ROUTE, &m) < 0)
		return SETUP_FAILED;
	return shows(action_shown, number_of(PROG, prog));
}

TEST(of_an_action)
{
	EXPECT_EQ(0, as_root(action, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, action, NULL));
}

/* A route to 2001:db8::1 over a device that is up, and its program */
static const __u8 destination[16] = {
	0x20, 0x01, 0x0d, 0xb8, [15] = 1,
};

static __u32 route_shown(void)
{
	const struct rtmsg rt = {
		.rtm_family = AF_INET6, .rtm_dst_len = 128,
		.rtm_flags = RTM_F_FIB_MATCH,
	};
	struct message m;

	request(&m, RTM_GETROUTE, 0, &rt, sizeof(rt));
	put(&m, RTA_DST, destination, sizeof(destination));
	if (ask(NETLINK_ROUTE, &m) < 0 || m.h.nlmsg_type != RTM_NEWROUTE)
		return ~0U;
	return u32_of(inside(inside(in_message(&m, sizeof(rt), RTA_ENCAP),
				    SEG6_LOCAL_BPF), SEG6_LOCAL_BPF_PROG));
}

static int route(void *arg)
{
	const struct rtmsg rt = {
		.rtm_family = AF_INET6, .rtm_dst_len = 128,
		.rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST,
	};
	const __u16 type = LWTUNNEL_ENCAP_SEG6_LOCAL;
	struct rtattr *encap, *bpf;
	struct message m;
	int prog, device;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	prog = prog_with(-1, BPF_PROG_TYPE_LWT_SEG6LOCAL, 0);
	device = new_device("dummy");
	if (prog < 0 || device <= 0)
		return SETUP_FAILED;
	request(&m, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &rt,
		sizeof(rt));
	put(&m, RTA_DST, destination, sizeof(destination));
	put_u32(&m, RTA_OIF, device);
	put(&m, RTA_ENCAP_TYPE, &type, sizeof(type));
	encap = nest(&m, RTA_ENCAP);
	put_u32(&m, SEG6_LOCAL_ACTION, SEG6_LOCAL_ACTION_END_BPF);
	bpf = nest(&m, SEG6_LOCAL_BPF);
	put_u32(&m, SEG6_LOCAL_BPF_PROG, prog);
	put_text(&m, SEG6_LOCAL_BPF_PROG_NAME, "ns");
	end(&m, bpf);
	end(&m, encap);
	if (ask(NETLINK_ROUTE, &m) < 0)
		return SETUP_FAILED;
	return shows(route_shown, number_of(PROG, prog));
}

TEST(of_a_route)
{
	EXPECT_EQ(0, as_root(route, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, route, NULL));
}

/* The program at the end of what leaves this network namespace */
static __u32 hook_shown(void)
{
	const struct nfgenmsg nf = { .nfgen_family = NFPROTO_IPV4 };
	struct message m;

	request(&m, NFNL_SUBSYS_HOOK << 8 | NFNL_MSG_HOOK_GET, NLM_F_DUMP, &nf,
		sizeof(nf));
	put_u32(&m, NFNLA_HOOK_HOOKNUM, htonl(NF_INET_LOCAL_OUT));
	if (ask(NETLINK_NETFILTER, &m) < 0 || m.h.nlmsg_type == NLMSG_DONE)
		return ~0U;
	return ntohl(u32_of(inside(inside(in_message(&m, sizeof(nf),
						     NFNLA_HOOK_CHAIN_INFO),
					  NFNLA_HOOK_INFO_DESC),
				   NFNLA_HOOK_BPF_ID)));
}

static int hook(void *arg)
{
	union bpf_attr attr;
	int prog, link;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	prog = prog_with(-1, BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER);
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = BPF_NETFILTER;
	attr.link_create.netfilter.pf = NFPROTO_IPV4;
	attr.link_create.netfilter.hooknum = NF_INET_LOCAL_OUT;
	attr.link_create.netfilter.priority = 1;
	link = ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	return link < 0 ? -link : shows(hook_shown, number_of(PROG, prog));
}

TEST(of_a_netfilter_hook)
{
	EXPECT_EQ(0, as_root(hook, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, hook, NULL));
}

/* The map of which the only listening socket has an element */
static __u32 storage_shown(void)
{
	const struct inet_diag_req_v2 diag = {
		.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP,
		.idiag_states = 1 << TCP_LISTEN,
	};
	struct message m;

	request(&m, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &diag, sizeof(diag));
	end(&m, nest(&m, INET_DIAG_REQ_SK_BPF_STORAGES));
	if (ask(NETLINK_SOCK_DIAG, &m) < 0 || m.h.nlmsg_type == NLMSG_DONE)
		return ~0U;
	return u32_of(inside(inside(in_message(&m, sizeof(struct inet_diag_msg),
					       INET_DIAG_SK_BPF_STORAGES),
				    SK_DIAG_BPF_STORAGE),
			     SK_DIAG_BPF_STORAGE_MAP_ID));
}

static int storage(void *arg)
{
	int sk, map;
	union bpf_attr attr;

	if (unshare(CLONE_NEWNET))
		return SETUP_FAILED;
	sk = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listen(sk, 1))
		return SETUP_FAILED;
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_SK_STORAGE;
	attr.map_flags = BPF_F_NO_PREALLOC;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.btf_fd = btf_with(-1);
	attr.btf_key_type_id = 1;
	attr.btf_value_type_id = 1;
	map = ct_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	if (map < 0 || try_update(map, sk, 1))
		return SETUP_FAILED;
	return shows(storage_shown, number_of(MAP, map));
}

TEST(of_a_sockets_storage)
{
	EXPECT_EQ(0, as_root(storage, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, storage, NULL));
}

int main(int argc, char **argv)
{
	need_bpf_ns();
	return test_harness_run(argc, argv);
}

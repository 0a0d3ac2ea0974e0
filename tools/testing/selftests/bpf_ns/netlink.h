/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink messages, as far as the tests of numbers need them. */
#ifndef _BPF_NS_NETLINK_H
#define _BPF_NS_NETLINK_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <net/if.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

struct message {
	struct nlmsghdr h;
	char room[16384];
};

/* Begin a message with the header of its protocol */
static inline void request(struct message *m, int type, int flags,
			   const void *header, int len)
{
	memset(m, 0, sizeof(*m));
	m->h.nlmsg_len = NLMSG_LENGTH(len);
	m->h.nlmsg_type = type;
	m->h.nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(NLMSG_DATA(&m->h), header, len);
}

static inline struct rtattr *put(struct message *m, int type, const void *data,
				 int len)
{
	struct rtattr *a = (void *)((char *)m + NLMSG_ALIGN(m->h.nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), data, len);
	m->h.nlmsg_len = NLMSG_ALIGN(m->h.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static inline void put_u32(struct message *m, int type, __u32 value)
{
	put(m, type, &value, sizeof(value));
}

static inline void put_text(struct message *m, int type, const char *text)
{
	put(m, type, text, strlen(text) + 1);
}

static inline struct rtattr *nest(struct message *m, int type)
{
	return put(m, type | NLA_F_NESTED, NULL, 0);
}

static inline void end(struct message *m, struct rtattr *nested)
{
	nested->rta_len = (char *)m + m->h.nlmsg_len - (char *)nested;
}

static inline const struct rtattr *find(const struct rtattr *a, int len,
					int type)
{
	for (; RTA_OK(a, len); a = RTA_NEXT(a, len)) {
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	}
	return NULL;
}

/* An attribute after a header of @len bytes; NULL if it is not there */
static inline const struct rtattr *in_message(const struct message *m, int len,
					      int type)
{
	const char *list = (const char *)NLMSG_DATA(&m->h) + NLMSG_ALIGN(len);

	return find((const void *)list,
		    (const char *)m + m->h.nlmsg_len - list, type);
}

/* One of another's; NULL if either is not there */
static inline const struct rtattr *inside(const struct rtattr *a, int type)
{
	return a ? find(RTA_DATA(a), RTA_PAYLOAD(a), type) : NULL;
}

/* ~0 if it is not there */
static inline __u32 u32_of(const struct rtattr *a)
{
	__u32 value;

	if (!a)
		return ~0U;
	memcpy(&value, RTA_DATA(a), sizeof(value));
	return value;
}

/* A socket that takes what is sent to @groups; or -errno */
static inline int netlink(int protocol, __u32 groups)
{
	struct sockaddr_nl addr = { AF_NETLINK, 0, 0, groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), err;

	if (fd < 0)
		return -errno;
	if (!bind(fd, (void *)&addr, sizeof(addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* Send it, and take the first answer: its length, or -errno */
static inline int ask(int protocol, struct message *m)
{
	int fd = netlink(protocol, 0), n;

	if (fd < 0)
		return fd;
	n = send(fd, m, m->h.nlmsg_len, 0) < 0 ? -1 :
	    recv(fd, m, sizeof(*m), 0);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n > 0 && m->h.nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(&m->h))->error;
	return n;
}

/* Make one that is up; its index, or -errno */
static inline int new_device(const char *kind)
{
	const struct ifinfomsg info = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct rtattr *link;
	struct message m;
	int err;

	request(&m, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &info,
		sizeof(info));
	put_text(&m, IFLA_IFNAME, "ns0");
	link = nest(&m, IFLA_LINKINFO);
	put_text(&m, IFLA_INFO_KIND, kind);
	end(&m, link);
	err = ask(NETLINK_ROUTE, &m);
	return err < 0 ? err : (int)if_nametoindex("ns0");
}

#endif /* _BPF_NS_NETLINK_H */

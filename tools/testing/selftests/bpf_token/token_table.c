// SPDX-License-Identifier: GPL-2.0
/*
 * The whole table: every source of a token, every way to present it, every
 * command that it is good for, by a user without capabilities.
 */
#include "token.h"
#include <linux/bpf_dev.h>
#include "../kselftest_harness.h"

#define CGROUP	"/tmp/token.cgroup"
#define PIN_DIR	"/tmp/token.bpffs"

static char self_path[256];	/* this program */

/* Where everything is, also for a program that is executed */
enum { TOKEN_FD = 100, MAP_FD, PROG_FD, CGROUP_FD };

static int from_direct(__u64 caps)
{
	return token_direct(caps);
}

static int from_parent(__u64 caps)
{
	return token_derive(token_direct(ALL_CAPS), caps);
}

static int from_pin(__u64 caps)
{
	int err = obj_pin(token_direct(caps), PIN_DIR "/token"), fd;

	if (err)
		return -err;
	fd = obj_get(PIN_DIR "/token", 0);
	unlink(PIN_DIR "/token");
	return fd;
}

static int from_dev(__u64 caps)
{
	return open(caps & CAP_A ? "/dev/bpf" : caps & CAP_N ? "/dev/bpf-net" :
		    "/dev/bpf-tracing", O_RDWR | O_CLOEXEC);
}

static int from_cgroup(__u64 caps)
{
	return open(CGROUP "/in/bpf.token", O_RDONLY | O_CLOEXEC);
}

static const struct source {
	const char *name;
	int (*get)(__u64 caps);
	__u64 caps;
	bool confined;
} sources[] = {
	{ "direct, CAP_SYS_ADMIN", from_direct, CAP_A },
	{ "direct, CAP_BPF", from_direct, CAP_B },
	{ "direct, CAP_NET_ADMIN", from_direct, CAP_N },
	{ "direct, nothing", from_direct, 0 },
	{ "derived, CAP_BPF and CAP_TRACING", from_parent, CAP_B | CAP_T },
	{ "derived, CAP_BPF and CAP_NET_ADMIN", from_parent, CAP_B | CAP_N },
	{ "pinned, CAP_BPF and CAP_PERFMON", from_pin, CAP_B | CAP_P },
	{ "/dev/bpf", from_dev, ALL_CAPS },
	{ "/dev/bpf-net", from_dev, CAP_B | CAP_N },
	{ "/dev/bpf-tracing", from_dev, CAP_B | CAP_T },
	{ "bpf.token", from_cgroup, CAP_B | CAP_N, true },
};

enum way { BY_FD, FOR_NEXT, FOR_PROCESS, ON_EXEC, NR_WAYS };

static const char *const ways[NR_WAYS] = {
	"by *_token_fd", "by BPF_LOAD_PERM_FD", "by GET_PERM",
	"by BPF_F_PERM_ON_EXEC",
};

/* The commands: with a token's descriptor or -1; 0 or errno */
static int filter(int token)
{
	return shut(prog_with(token, BPF_PROG_TYPE_SOCKET_FILTER, 0));
}

static int xdp(int token)
{
	return shut(prog_with(token, BPF_PROG_TYPE_XDP, BPF_XDP));
}

static int kprobe(int token)
{
	return shut(prog_with(token, BPF_PROG_TYPE_KPROBE, 0));
}

static int skb(int token)
{
	return shut(prog_with(token, BPF_PROG_TYPE_CGROUP_SKB, 0));
}

static int map(int token)
{
	return shut(map_with(token, BPF_MAP_TYPE_LRU_HASH));
}

static int devmap(int token)
{
	return shut(map_with(token, BPF_MAP_TYPE_DEVMAP));
}

static int btf(int token)
{
	return shut(btf_with(token));
}

static int next_id(int token)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return -ct_bpf(BPF_MAP_GET_NEXT_ID, &attr, sizeof(attr));
}

static __u32 map_id(void)
{
	struct bpf_map_info info = { 0 };
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = MAP_FD;
	attr.info.info = (unsigned long)&info;
	attr.info.info_len = sizeof(info);
	ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	return info.id;
}

static __u32 others_map;

static int by_id(int token)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_id = others_map;
	return shut(ct_bpf(BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr)));
}

static int stats(int token)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return shut(ct_bpf(BPF_ENABLE_STATS, &attr, sizeof(attr)));
}

/* Standard input is no event, which nobody is told without the right */
static int task_fd(int token)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.task_fd_query.pid = getpid();
	return -ct_bpf(BPF_TASK_FD_QUERY, &attr, sizeof(attr)) == EPERM ?
	       EPERM : 0;
}

static int query(int token)
{
	return cgroup_query(CGROUP_FD, BPF_CGROUP_INET_INGRESS);
}

static int attach(int token)
{
	return cgroup_attach(PROG_FD, CGROUP_FD, BPF_CGROUP_INET_INGRESS);
}

/* What attach() left, and whose descriptor is not named */
static int detach(int token)
{
	return cgroup_detach(-1, CGROUP_FD, BPF_CGROUP_INET_INGRESS);
}

/* What root attached: tried by those only who are to be refused */
static int detach_roots(int token)
{
	return cgroup_detach(-1, CGROUP_FD, BPF_CGROUP_INET_EGRESS);
}

static int make_link(int token)
{
	return shut(cgroup_link(PROG_FD, CGROUP_FD, BPF_CGROUP_INET_INGRESS));
}

/* The program's instructions are shown to CAP_BPF */
static int dump(int token)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = PROG_FD;
	attr.info.info = (unsigned long)&info;
	attr.info.info_len = sizeof(info);
	err = -ct_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	return err ?: info.xlated_prog_len ? 0 : EPERM;
}

/* CAP_SYS_ADMIN stands for all of these but CAP_TRACING */
static __u64 counting(__u64 caps)
{
	return caps & CAP_A ? caps | CAP_B | CAP_N | CAP_P : caps;
}

static int needs(__u64 caps, __u64 all)
{
	return (counting(caps) & all) == all ? 0 : EPERM;
}

static int needs_b(__u64 caps)
{
	return needs(caps, CAP_B);
}

static int needs_n(__u64 caps)
{
	return needs(caps, CAP_N);
}

static int needs_bn(__u64 caps)
{
	return needs(caps, CAP_B | CAP_N);
}

static int needs_tracing(__u64 caps)
{
	return !needs(caps, CAP_B | CAP_P) ? 0 : needs(caps, CAP_B | CAP_T);
}

static int needs_view(__u64 caps)
{
	return caps & CAP_A ? 0 : needs(caps, CAP_B | CAP_T);
}

/* There is nothing of the user's own */
static int needs_view_or_own(__u64 caps)
{
	return !needs_view(caps) ? 0 : needs_b(caps) ? EPERM : ENOENT;
}

/* BPF_PROG_ATTACH has one error for all that it finds early */
static int needs_n_einval(__u64 caps)
{
	return needs_n(caps) ? EINVAL : 0;
}

static const struct command {
	const char *name;
	int (*try)(int token);
	int (*needs)(__u64 caps);
	bool takes_fd, in_cgroup;
} commands[] = {
	{ "load a socket filter", filter, needs_b, true },
	{ "load XDP", xdp, needs_bn, true },
	{ "load a kprobe", kprobe, needs_tracing, true },
	{ "load cgroup_skb", skb, needs_b, true, true },
	{ "make a map", map, needs_b, true, true },
	{ "make a devmap", devmap, needs_bn, true, true },
	{ "load BTF", btf, needs_b, true, true },
	{ "next id", next_id, needs_view_or_own },
	{ "open by id", by_id, needs_view_or_own },
	{ "enable statistics", stats, needs_view },
	{ "task's descriptor", task_fd, needs_view },
	{ "query", query, needs_n, false, true },
	{ "attach", attach, needs_n_einval, false, true },
	{ "detach", detach, NULL, false, true },
	{ "link", make_link, needs_n, false, true },
	{ "dump", dump, needs_b },
};

static int want(const struct source *s, enum way by, const struct command *c)
{
	__u64 caps = s->caps;

	if ((by == BY_FD && !c->takes_fd) || (s->confined && !c->in_cgroup))
		caps = 0;
	if (c->try == detach)
		return needs_n(caps);
	return c->needs(caps);
}

/* The number of the first command that went otherwise, from 1; 0 for none */
static int every_command(const struct source *s, enum way way)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *c = &commands[i];
		int wanted = want(s, way, c);

		if (way == FOR_NEXT && load_perm(TOKEN_FD, 0))
			return SETUP_FAILED;
		if (c->try == detach && wanted)
			bpf_step(i + 1, wanted, detach_roots(-1));
		else
			bpf_step(i + 1, wanted, c->try(way == BY_FD ? TOKEN_FD :
						   -1));
		/* It was for that call alone */
		if (way == FOR_NEXT)
			bpf_step(i + 101, EPERM, filter(-1));
	}
	return failed;
}

struct combination {
	const struct source *source;
	enum way way;
};

static int try_all(void *arg)
{
	struct combination *c = arg;
	char index[16];

	switch (c->way) {
	case FOR_PROCESS:
		if (ioctl(TOKEN_FD, BPF_DEV_IOCTL_GET_PERM))
			return SETUP_FAILED;
		break;
	case ON_EXEC:
		if (load_perm(TOKEN_FD, BPF_F_PERM_ON_EXEC))
			return SETUP_FAILED;
		snprintf(index, sizeof(index), "%d",
			 (int)(c->source - sources));
		execl(self_path, self_path, "--all", index, NULL);
		return SETUP_FAILED;
	default:
		break;
	}
	return every_command(c->source, c->way);
}

FIXTURE(table)
{
	int unpriv;
};

static int put_at(int fd, int number)
{
	int err = dup2(fd, number) < 0;

	close(fd);
	return fd < 0 || err;
}

FIXTURE_SETUP(table)
{
	self->unpriv = get_number(UNPRIV);
	ASSERT_EQ(0, set_number(UNPRIV, 2));
	mkdir(PIN_DIR, 0777);
	ASSERT_EQ(0, mount("bpf", PIN_DIR, "bpf", 0, NULL));
	mkdir(CGROUP, 0755);
	ASSERT_EQ(0, mount("none", CGROUP, "cgroup2", 0, NULL));
	mkdir(CGROUP "/in", 0755);
	ASSERT_EQ(0, put_at(open(CGROUP "/in", O_RDONLY), CGROUP_FD));
	ASSERT_EQ(0, put_at(map_with(-1, BPF_MAP_TYPE_ARRAY), MAP_FD));
	ASSERT_EQ(0, put_at(prog_with(-1, BPF_PROG_TYPE_CGROUP_SKB, 0),
			    PROG_FD));
	ASSERT_EQ(0, cgroup_attach(PROG_FD, CGROUP_FD,
				   BPF_CGROUP_INET_EGRESS));
	others_map = map_id();
}

FIXTURE_TEARDOWN(table)
{
	EXPECT_EQ(0, cgroup_detach(PROG_FD, CGROUP_FD,
				   BPF_CGROUP_INET_EGRESS));
	close(PROG_FD);
	close(MAP_FD);
	close(CGROUP_FD);
	rmdir(CGROUP "/in");
	umount2(CGROUP, MNT_DETACH);
	umount2(PIN_DIR, MNT_DETACH);
	set_number(UNPRIV, self->unpriv);
}

TEST_F(table, every_source_way_and_command)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		const struct source *s = &sources[i];

		for (enum way way = 0; way < NR_WAYS; way++) {
			struct combination c = { s, way };
			int n;

			if (way == FOR_PROCESS && s->get != from_dev)
				continue;
			ASSERT_EQ(0, put_at(s->get(s->caps), TOKEN_FD));
			n = with(0, try_all, &c);
			EXPECT_EQ(0, n) {
				TH_LOG("%s, %s: %s", s->name, ways[way],
				       n && n <= ARRAY_SIZE(commands) ?
				       commands[n - 1].name : "see the number");
			}
			close(TOKEN_FD);
		}
	}
}

int main(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", self_path,
			     sizeof(self_path) - 1);

	if (n < 0)
		return KSFT_FAIL;
	if (argc == 3 && !strcmp(argv[1], "--all")) {
		others_map = map_id();
		return every_command(&sources[atoi(argv[2])], ON_EXEC);
	}
	need_delegation();
	if (access("/dev/bpf", F_OK)) {
		printf("TAP version 13\n1..0 # SKIP this kernel has no /dev/bpf\n");
		return KSFT_SKIP;
	}
	return test_harness_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * How BPF namespaces end, in whatever order tasks, objects and descriptors go;
 * many of them; and objects that come and go while somebody looks on.
 */
#include "ns.h"
#include "../kselftest_harness.h"

#define MAX_SYSCTL	"/proc/sys/user/max_bpf_namespaces"

/* Seconds, on the debug kernel with all options turned up */
#define LONG		7200

/* --churn N, --race N, and --sets N: objects in every Nth round alone */
static int churns = 300, races = 300, sets = 1;

static int try_unshare(void *arg)
{
	return unshare(CLONE_NEWBPF) ? errno : 0;
}

/* Is there room for one more?  Some references go after a grace period */
static int eventually_gone(void)
{
	int tries = 500, err;

	while ((err = as_root(try_unshare, NULL)) == ENOSPC && tries--)
		usleep(10000);
	return err;
}

FIXTURE(end)
{
	int max;
};

/* One namespace at a time, so that it can be told whether it is gone */
FIXTURE_SETUP(end)
{
	self->max = get_number(MAX_SYSCTL);
	ASSERT_EQ(0, eventually_gone());
	ASSERT_EQ(0, set_number(MAX_SYSCTL, 1));
	ASSERT_EQ(0, eventually_gone());
}

FIXTURE_TEARDOWN(end)
{
	set_number(MAX_SYSCTL, self->max);
}

enum holder { TASK, OBJECT, DESCRIPTOR, HOLDERS };

struct held {
	struct room room;
	enum kind kind;
	int object, ns;
};

static int number_is(void *arg)
{
	const struct held *h = arg;

	return number_of(h->kind, h->object) == h->room.set.nr[h->kind] ?
	       0 : WRONG;
}

/* Whoever is left keeps it, and it is what it was */
static int still_there(const struct held *h, unsigned int gone)
{
	pid_t pid;

	if (as_root(try_unshare, NULL) != ENOSPC)
		return WRONG;
	if (!(gone & 1 << OBJECT) &&
	    !lists(h->kind, number_of(h->kind, h->object)))
		return WRONG;
	if (gone & 1 << DESCRIPTOR)
		return 0;
	pid = fork();
	if (!pid)
		_exit(setns(h->ns, CLONE_NEWBPF) ? errno :
		      gone & 1 << OBJECT ? 0 : number_is((void *)h));
	return reap(pid);
}

static int leave(struct held *h, enum holder who)
{
	switch (who) {
	case TASK:
		return close_room(&h->room);
	case OBJECT:
		close(h->object);
		return 0;
	default:
		close(h->ns);
		return 0;
	}
}

static const enum holder orders[][HOLDERS] = {
	{ TASK, OBJECT, DESCRIPTOR }, { TASK, DESCRIPTOR, OBJECT },
	{ OBJECT, TASK, DESCRIPTOR }, { OBJECT, DESCRIPTOR, TASK },
	{ DESCRIPTOR, TASK, OBJECT }, { DESCRIPTOR, OBJECT, TASK },
};

TEST_F_TIMEOUT(end, in_every_order, LONG)
{
	for (size_t i = 0; i < ARRAY_SIZE(orders) * KINDS; i++) {
		struct held h = { .kind = i % KINDS };
		unsigned int gone = 0;
		char path[64];

		ASSERT_EQ(0, open_room(&h.room, NULL));
		snprintf(path, sizeof(path), "/proc/%d/ns/bpf", h.room.pid);
		h.ns = open(path, O_RDONLY | O_CLOEXEC);
		h.object = from_room(&h.room, h.kind);
		ASSERT_LE(0, h.ns);
		ASSERT_LE(0, h.object);
		for (int n = 0; n < HOLDERS; n++) {
			EXPECT_EQ(0, still_there(&h, gone)) {
				TH_LOG("order %zu, kind %d, step %d",
				       i / KINDS, h.kind, n);
			}
			EXPECT_EQ(0, leave(&h, orders[i / KINDS][n]));
			gone |= 1 << orders[i / KINDS][n];
		}
		EXPECT_EQ(0, eventually_gone()) {
			TH_LOG("order %zu, kind %d", i / KINDS, h.kind);
		}
	}
}

/* A pinned object keeps it, as its last */
TEST_F(end, pinned)
{
	const char *dir = "/tmp/ns.bpffs", *pin = "/tmp/ns.bpffs/last";
	struct room room;
	int map;

	mkdir(dir, 0755);
	ASSERT_EQ(0, mount("bpf", dir, "bpf", 0, NULL));
	ASSERT_EQ(0, open_room(&room, NULL));
	map = from_room(&room, MAP);
	EXPECT_EQ(0, obj_pin(map, pin));
	close(map);
	EXPECT_EQ(0, close_room(&room));
	EXPECT_EQ(ENOSPC, as_root(try_unshare, NULL));
	map = obj_get(pin, 0);
	EXPECT_LE(0, map);
	close(map);
	EXPECT_EQ(0, unlink(pin));
	EXPECT_EQ(0, eventually_gone());
	umount2(dir, MNT_DETACH);
}

/* What is below keeps what is above, whose tasks may be gone */
static int below_goes_on(void *arg)
{
	struct room outer, inner;
	__u32 nr[8];
	int ns, err;
	char path[64];
	pid_t pid;

	if (open_room(&outer, NULL) || open_room(&inner, &outer))
		return SETUP_FAILED;
	if (close_room(&outer))
		return SETUP_FAILED;
	snprintf(path, sizeof(path), "/proc/%d/ns/bpf", inner.pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	pid = fork();
	if (!pid) {
		int up = ioctl(ns, NS_GET_PARENT);

		/* Of both, the one below is left, and the kernel's types */
		if (up < 0 || setns(up, CLONE_NEWBPF) ||
		    list(MAP, nr, ARRAY_SIZE(nr)) != 1 || nr[0] != 2 ||
		    map_with(-1, BPF_MAP_TYPE_ARRAY) < 0 ||
		    list(MAP, nr, ARRAY_SIZE(nr)) != 2 || nr[1] != 3)
			_exit(WRONG);
		_exit(0);
	}
	close(ns);
	err = reap(pid);
	return close_room(&inner) ?: err;
}

TEST_F(end, from_above)
{
	ASSERT_EQ(0, set_number(MAX_SYSCTL, 2));
	EXPECT_EQ(0, as_root(below_goes_on, NULL));
	ASSERT_EQ(0, set_number(MAX_SYSCTL, 1));
	EXPECT_EQ(0, eventually_gone());
}

/* An event and an iterator are of a namespace, too */
static int event_in_ns(void *arg)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY, .bpf_event = 1,
	};

	return unshare(CLONE_NEWBPF) ? -errno :
	       ct_perf_event_open(&attr, -1, 0, -1, 0);
}

TEST_F(end, of_an_event)
{
	int event = fd_from(0, CAP_EVERY, event_in_ns, NULL);

	ASSERT_LE(0, event);
	EXPECT_EQ(ENOSPC, as_root(try_unshare, NULL));
	close(event);
	EXPECT_EQ(0, eventually_gone());
}

/* Two namespaces, one in the other, with objects of all kinds; 0 or errno */
static int two_namespaces(struct set *set, struct set *inner, bool objects)
{
	if (unshare(CLONE_NEWBPF) || (objects && make_set(set)) ||
	    unshare(CLONE_NEWBPF) || (objects && make_set(inner)))
		return SETUP_FAILED;
	if (objects && (set->nr[MAP] != 1 || inner->nr[MAP] != 1 ||
			number_of(PROG, set->fd[PROG]) != 0))
		return WRONG;
	return 0;
}

/* And back: @churns times */
static int churn(void *arg)
{
	int home = open(NS_FILE, O_RDONLY | O_CLOEXEC), err;
	struct set set, inner;

	for (int i = 0; i < churns; i++) {
		bool objects = i % sets == 0, first = i / sets % 2;

		err = two_namespaces(&set, &inner, objects);
		if (err) {
			printf("# round %d: %s\n", i, strerror(errno));
			fflush(stdout);
			return err;
		}
		/* Each half of the time another one ends first */
		if (objects && first)
			close_set(&set);
		if (setns(home, CLONE_NEWBPF))
			return SETUP_FAILED;
		if (objects && !first)
			close_set(&set);
		if (objects)
			close_set(&inner);
	}
	return 0;
}

TEST_F_TIMEOUT(end, many, LONG)
{
	pid_t pid[2];

	ASSERT_EQ(0, set_number(MAX_SYSCTL, self->max));
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(churn(NULL));
	}
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(0, reap(pid[i]));
	ASSERT_EQ(0, set_number(MAX_SYSCTL, 1));
	EXPECT_EQ(0, eventually_gone());
}

static int come_and_go(void *arg)
{
	struct set set;

	for (int i = 0; i < races; i++) {
		if (make_set(&set))
			return SETUP_FAILED;
		for (enum kind k = 0; k < KINDS; k++) {
			if (number_of(k, set.fd[k]) != set.nr[k])
				return WRONG;
		}
		close_set(&set);
	}
	return 0;
}

/* What is found by a number has that number, or is gone */
static int look_on(void *arg)
{
	const int *stop = arg;
	__u32 nr[64];

	while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		for (enum kind k = 0; k < KINDS; k++) {
			int n = list(k, nr, ARRAY_SIZE(nr));

			if (n < 0)
				return -n;
			for (int i = 0; i < n && i < ARRAY_SIZE(nr); i++) {
				int fd = open_number(k, nr[i]);

				if (fd == -ENOENT || fd == -EAGAIN)
					continue;
				if (fd < 0)
					return -fd;
				if (number_of(k, fd) != nr[i])
					return WRONG;
				close(fd);
			}
		}
	}
	return 0;
}

static pid_t start_in(const struct room *room, int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (!pid)
		_exit((room && enter_room(room)) ? SETUP_FAILED : fn(arg));
	return pid;
}

TEST_F_TIMEOUT(end, while_somebody_looks_on, LONG)
{
	int *stop = shared_memory(sizeof(*stop));
	struct room room, inner;
	pid_t at_work[3], looking[3];

	ASSERT_NE(NULL, stop);
	ASSERT_EQ(0, set_number(MAX_SYSCTL, self->max));
	ASSERT_EQ(0, open_room(&room, NULL));
	ASSERT_EQ(0, open_room(&inner, &room));
	looking[0] = start_in(NULL, look_on, stop);
	looking[1] = start_in(&room, look_on, stop);
	looking[2] = start_in(&inner, look_on, stop);
	at_work[0] = start_in(&room, come_and_go, NULL);
	at_work[1] = start_in(&inner, come_and_go, NULL);
	at_work[2] = start_in(NULL, churn, NULL);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, reap(at_work[i]));
	__atomic_store_n(stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, reap(looking[i]));
	EXPECT_EQ(0, close_room(&inner));
	EXPECT_EQ(0, close_room(&room));
}

static bool takes(char **argv, const char *option, int *number)
{
	if (strcmp(argv[1], option))
		return false;
	*number = atoi(argv[2]);
	return true;
}

int main(int argc, char **argv)
{
	need_bpf_ns();
	while (argc > 2 && (takes(argv, "--churn", &churns) ||
			    takes(argv, "--race", &races) ||
			    takes(argv, "--sets", &sets))) {
		argv[2] = argv[0];
		argv += 2;
		argc -= 2;
	}
	return test_harness_run(argc, argv);
}

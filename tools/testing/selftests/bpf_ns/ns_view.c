// SPDX-License-Identifier: GPL-2.0
/*
 * Who sees which BPF objects in BPF namespaces: by number, by a pinned file,
 * by an iterator.  The table of Documentation/userspace-api/bpf_namespaces.rst,
 * cell by cell.
 */
#include "ns.h"
#include "../kselftest_harness.h"

#define BT		(CAP_B | CAP_T)
#define PIN_DIR		"/tmp/ns.bpffs"

static const char * const kind_names[KINDS] = { "prog", "map", "link", "BTF" };

/* Exactly the objects of the room, by their numbers there: 0 */
static int sees_exactly(void *arg)
{
	const struct room *room = arg;
	__u32 nr[16];

	for (enum kind k = 0; k < KINDS; k++) {
		int n = list(k, nr, ARRAY_SIZE(nr));

		if (n < 0)
			return -n;
		if (n < 1 || nr[0] != room->set.nr[k])
			return WRONG;
		/* But for what /sys/kernel/btf shows to everybody */
		if (k != BTF && n != 1)
			return WRONG;
		if (k == BTF && (n < 2 || nr[1] <= LAST_OWN_BTF))
			return WRONG;
	}
	return 0;
}

static int sees_nothing(void *arg)
{
	for (enum kind k = 0; k < KINDS; k++) {
		int n = count(k);

		if (n)
			return n < 0 ? -n : WRONG;
	}
	return 0;
}

struct numbers {
	__u32 nr[KINDS];
	int err;	/* of opening one by its number */
};

static int opens(void *arg)
{
	const struct numbers *want = arg;

	for (enum kind k = 0; k < KINDS; k++) {
		int fd = open_number(k, want->nr[k]);

		if (shut(fd) != want->err) {
			printf("# %s %u: %d\n", kind_names[k], want->nr[k], fd);
			fflush(stdout);
			return WRONG;
		}
	}
	return 0;
}

static int link_detach(int fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_detach.link_fd = fd;
	return -ct_bpf(BPF_LINK_DETACH, &attr, sizeof(attr));
}

/* What an inspect-only descriptor is refused for (EPERM) and others are not */
static int full_rights(void *arg)
{
	const struct numbers *n = arg;
	int map = open_number(MAP, n->nr[MAP]);
	int link = open_number(LINK, n->nr[LINK]);
	int prog = open_number(PROG, n->nr[PROG]), err;

	if (map < 0 || link < 0 || prog < 0)
		return SETUP_FAILED;
	err = try_update(map, 1, 7);
	if (!err && link_detach(link) != EOPNOTSUPP)
		err = link_detach(link);
	if (!err && attach_raw_tp(prog) == -EPERM)
		err = EPERM;
	return err;
}

FIXTURE(view)
{
	struct room room, sibling, inner;
	struct set set;		/* in the initial namespace */
	int many[64];
	struct numbers outside;	/* of @set, far from what a room has */
};

FIXTURE_SETUP(view)
{
	ASSERT_EQ(0, open_room(&self->room, NULL));
	ASSERT_EQ(0, open_room(&self->sibling, NULL));
	ASSERT_EQ(0, open_room(&self->inner, &self->room));
	/* So that numbers here are none of a room's */
	for (size_t i = 0; i < ARRAY_SIZE(self->many); i++) {
		if (i % 2)
			self->many[i] = map_with(-1, BPF_MAP_TYPE_ARRAY);
		else
			self->many[i] = btf_with(-1);
		ASSERT_LE(0, self->many[i]);
	}
	ASSERT_EQ(0, make_set(&self->set));
	for (enum kind k = 0; k < KINDS; k++)
		self->outside.nr[k] = self->set.nr[k];
	self->outside.err = ENOENT;
	mkdir(PIN_DIR, 0777);
	ASSERT_EQ(0, mount("bpf", PIN_DIR, "bpf", 0, "mode=0777"));
}

FIXTURE_TEARDOWN(view)
{
	umount2(PIN_DIR, MNT_DETACH);
	close_set(&self->set);
	for (size_t i = 0; i < ARRAY_SIZE(self->many); i++)
		close(self->many[i]);
	EXPECT_EQ(0, close_room(&self->inner));
	EXPECT_EQ(0, close_room(&self->sibling));
	EXPECT_EQ(0, close_room(&self->room));
}

/* Lists its own and nobody else's, also nobody's of the same user */
TEST_F(view, lists_its_own)
{
	struct room *room = &self->sibling;

	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(0, in_room(room, UID_USER, CAP_B, sees_exactly, room));
		EXPECT_EQ(0, in_room(room, UID_USER, BT, sees_exactly, room));
		/* It decides what is visible, for whoever is inside */
		EXPECT_EQ(0, in_room(room, UID_USER, CAP_A, sees_exactly, room));
		EXPECT_EQ(0, in_room(room, 0, CAP_EVERY, sees_exactly, room));
		EXPECT_EQ(EPERM, in_room(room, UID_USER, 0, sees_exactly, room));
		EXPECT_EQ(EPERM, in_room(room, UID_USER,
					 CAP_EVERY & ~(CAP_A | CAP_B),
					 sees_exactly, room));
		EXPECT_EQ(EPERM, in_room(room, 0, 0, sees_exactly, room));
		room = &self->inner;
	}
	EXPECT_EQ(0, in_ns(UID_USER, CAP_B, sees_nothing, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, sees_nothing, NULL));
}

TEST_F(view, opens_its_own)
{
	struct numbers own = {};
	struct room *room = &self->sibling;

	memcpy(own.nr, room->set.nr, sizeof(own.nr));
	EXPECT_EQ(0, in_room(room, UID_USER, CAP_B, opens, &own));
	EXPECT_EQ(0, in_room(room, UID_USER, CAP_A, opens, &own));
	EXPECT_EQ(0, in_room(room, UID_USER, CAP_B, full_rights, &own));
	EXPECT_EQ(0, in_room(room, UID_USER, BT, full_rights, &own));
	own.err = EPERM;
	EXPECT_EQ(0, in_room(room, UID_USER, 0, opens, &own));
	EXPECT_EQ(0, in_room(room, UID_USER, CAP_T | CAP_P | CAP_N, opens,
			     &own));
}

TEST_F(view, does_not_open_what_others_have)
{
	struct numbers zero = { .err = ENOENT };

	EXPECT_EQ(0, in_room(&self->sibling, UID_USER, CAP_B, opens,
			     &self->outside));
	EXPECT_EQ(0, in_room(&self->sibling, 0, CAP_EVERY, opens,
			     &self->outside));
	EXPECT_EQ(0, in_room(&self->sibling, UID_USER, CAP_B, opens, &zero));
}

/* From above: as everything else there, by the ids of the initial one */
TEST_F(view, the_parent_sees_them)
{
	struct numbers n = {};
	struct room *room = &self->room;

	for (int i = 0; i < 2; i++) {
		for (enum kind k = 0; k < KINDS; k++) {
			int fd = from_room(room, k);

			ASSERT_LE(0, fd);
			n.nr[k] = number_of(k, fd);
			EXPECT_NE(0, n.nr[k]);
			EXPECT_TRUE(lists(k, n.nr[k])) {
				TH_LOG("%s %u", kind_names[k], n.nr[k]);
			}
			close(fd);
		}
		n.err = 0;
		EXPECT_EQ(0, with(CAP_A, opens, &n));
		EXPECT_EQ(0, with(CAP_A, full_rights, &n));
		/* Root has made them: W1 is by the effective uid here */
		EXPECT_EQ(0, run_as(0, CAP_B, full_rights, &n));
		EXPECT_EQ(EPERM, with(BT, full_rights, &n));
		EXPECT_EQ(0, with(BT, opens, &n));
		n.err = ENOENT;
		EXPECT_EQ(0, with(CAP_B, opens, &n));
		room = &self->inner;
	}
	n.err = 0;
}

/* And from a namespace in between, by the numbers of that */
static int sees_inner(void *arg)
{
	__u32 nr[16];

	for (enum kind k = 0; k < KINDS; k++) {
		int n = list(k, nr, ARRAY_SIZE(nr)), fd;

		if (n < 2 || (k != BTF && n != 2))
			return WRONG;
		fd = open_number(k, nr[1]);
		if (fd < 0 || number_of(k, fd) != nr[1])
			return WRONG;
		close(fd);
	}
	return 0;
}

TEST_F(view, each_ancestor_sees_them)
{
	EXPECT_EQ(0, in_room(&self->room, UID_USER, CAP_B, sees_inner, NULL));
}

static int the_kernels_types(void *arg)
{
	char name[32] = "";
	__u32 nr[64];
	int n = list(BTF, nr, ARRAY_SIZE(nr)), fd;
	struct bpf_btf_info info = {
		.name = (unsigned long)name, .name_len = sizeof(name),
	};

	for (int i = 0; i < n; i++) {
		if (nr[i] <= LAST_OWN_BTF)
			continue;
		fd = open_number(BTF, nr[i]);
		if (fd < 0 || get_info(fd, &info, sizeof(info)))
			return WRONG;
		close(fd);
		if (info.id != nr[i] || !info.kernel_btf)
			return WRONG;
		if (!strcmp(name, "vmlinux"))
			return 0;
	}
	return WRONG;
}

/* libbpf looks there for the types of a module */
TEST_F(view, the_kernels_types)
{
	EXPECT_EQ(0, in_room(&self->room, UID_USER, CAP_B, the_kernels_types,
			     NULL));
	EXPECT_EQ(0, in_room(&self->inner, 0, CAP_A, the_kernels_types, NULL));
	EXPECT_EQ(0, in_ns(UID_USER, CAP_B, the_kernels_types, NULL));
}

/* Root of a user namespace without CAP_BPF in the initial one sees nothing */
static int not_there(void *arg)
{
	if (unshare(CLONE_NEWUSER))
		return SETUP_FAILED;
	return sees_exactly(arg);
}

TEST_F(view, not_from_a_user_namespace)
{
	EXPECT_EQ(EPERM, in_room(&self->room, UID_USER, CAP_B, not_there,
				 &self->room));
	EXPECT_EQ(EPERM, in_room(&self->room, 0, CAP_EVERY, not_there,
				 &self->room));
}

static const char * const pins[] = {
	PIN_DIR "/prog", PIN_DIR "/map", PIN_DIR "/link",
};

static int pin_set(const struct set *set)
{
	for (enum kind k = 0; k < BTF; k++) {
		int err = obj_pin(set->fd[k], pins[k]);

		if (err || chmod(pins[k], 0666))
			return err ?: errno;
	}
	return 0;
}

static void unpin_set(void)
{
	for (enum kind k = 0; k < BTF; k++)
		unlink(pins[k]);
}

/* The same answer for each: that is it */
static int get_pinned(void *arg)
{
	int first = shut(obj_get(pins[PROG], 0));

	for (enum kind k = MAP; k < BTF; k++) {
		if (shut(obj_get(pins[k], 0)) != first)
			return WRONG;
	}
	return first;
}

static int pin_here(void *arg)
{
	static struct set set;

	return make_set(&set) ?: pin_set(&set);
}

TEST_F(view, pinned_files)
{
	ASSERT_EQ(0, pin_set(&self->set));
	EXPECT_EQ(0, as_root(get_pinned, NULL));
	EXPECT_EQ(ENOENT, in_room(&self->room, 0, CAP_EVERY, get_pinned, NULL));
	EXPECT_EQ(ENOENT, in_room(&self->room, UID_USER, CAP_B, get_pinned,
				  NULL));
	EXPECT_EQ(ENOENT, in_room(&self->inner, 0, CAP_EVERY, get_pinned, NULL));
	unpin_set();

	/* Those of a namespace open in it and above, not below or beside */
	ASSERT_EQ(0, in_room(&self->room, 0, CAP_EVERY, pin_here, NULL));
	EXPECT_EQ(0, in_room(&self->room, 0, CAP_EVERY, get_pinned, NULL));
	EXPECT_EQ(0, as_root(get_pinned, NULL));
	EXPECT_EQ(ENOENT, in_room(&self->inner, 0, CAP_EVERY, get_pinned, NULL));
	EXPECT_EQ(ENOENT, in_room(&self->sibling, 0, CAP_EVERY, get_pinned,
				  NULL));
	unpin_set();
	ASSERT_EQ(0, in_room(&self->inner, 0, CAP_EVERY, pin_here, NULL));
	EXPECT_EQ(0, in_room(&self->inner, 0, CAP_EVERY, get_pinned, NULL));
	EXPECT_EQ(0, in_room(&self->room, 0, CAP_EVERY, get_pinned, NULL));
	EXPECT_EQ(ENOENT, in_room(&self->sibling, 0, CAP_EVERY, get_pinned,
				  NULL));
	unpin_set();
}

static int open_file(void *arg)
{
	return shut(open(arg, O_RDONLY | O_CLOEXEC) < 0 ? -errno : 0);
}

/* A map with types, whose file is a text */
static int map_with_types(int btf)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 1;
	attr.btf_fd = btf;
	attr.btf_key_type_id = 1;
	attr.btf_value_type_id = 1;
	return ct_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

TEST_F(view, a_pinned_map_is_no_text)
{
	int map = map_with_types(self->set.fd[BTF]);

	ASSERT_LE(0, map);
	ASSERT_EQ(0, obj_pin(map, PIN_DIR "/text"));
	ASSERT_EQ(0, chmod(PIN_DIR "/text", 0444));
	EXPECT_EQ(0, with(0, open_file, PIN_DIR "/text"));
	EXPECT_EQ(ENOENT, in_room(&self->room, 0, CAP_EVERY, open_file,
				  PIN_DIR "/text"));
	EXPECT_EQ(0, unlink(PIN_DIR "/text"));
	close(map);
}

/* One byte for each object */
static int iterator(const char *target)
{
	const struct bpf_insn insns[] = {
		CT_LDX(BPF_DW, 7, 1, 8),	/* the object */
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 7, 0, 7, 0),
		CT_LDX(BPF_DW, 1, 1, 0),	/* meta */
		CT_LDX(BPF_DW, 1, 1, 0),	/* seq */
		CT_ST(BPF_B, 10, -1, 'x'),
		CT_MOV_REG(2, 10),
		CT_ADD_IMM(2, -1),
		CT_MOV_IMM(3, 1),
		CT_CALL(BPF_FUNC_seq_write),
		CT_MOV_IMM(0, 0),
		CT_EXIT(),
	};
	struct ct_prog prog = {
		.type = BPF_PROG_TYPE_TRACING,
		.attach_type = BPF_TRACE_ITER,
		.insns = insns,
		.nr_insns = ARRAY_SIZE(insns),
	};
	union bpf_attr attr;
	int fd, link;

	prog.attach_btf_id = ct_btf_id(target, BTF_KIND_FUNC);
	fd = ct_prog_load(&prog);
	if (fd < 0)
		return fd;
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = fd;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	link = ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	close(fd);
	return link;
}

static int iterate(int link)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = link;
	return ct_bpf(BPF_ITER_CREATE, &attr, sizeof(attr));
}

/* How many it visits from here, or -errno */
static int visits(int iter)
{
	char buf[4096];
	int n, sum = 0;

	while ((n = read(iter, buf, sizeof(buf))) > 0)
		sum += n;
	return n < 0 ? -errno : sum;
}

static const struct {
	const char *target;
	enum kind kind;
} targets[] = {
	{ "bpf_iter_bpf_prog", PROG },
	{ "bpf_iter_bpf_map", MAP },
	{ "bpf_iter_bpf_link", LINK },
};

/* An iterator that was made here visits what is listed here, and no more */
static int iterators(void *arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		int link = iterator(targets[i].target), fd, n;

		if (link < 0)
			return -link;
		fd = iterate(link);
		n = visits(fd);
		if (n != count(targets[i].kind)) {
			printf("# %s: %d of %d\n", targets[i].target, n,
			       count(targets[i].kind));
			fflush(stdout);
			return WRONG;
		}
		close(fd);
		close(link);
	}
	return 0;
}

TEST_F(view, iterators)
{
	EXPECT_EQ(0, as_root(iterators, NULL));
	EXPECT_EQ(0, in_room(&self->room, 0, CAP_EVERY, iterators, NULL));
	EXPECT_EQ(0, in_room(&self->inner, 0, CAP_EVERY, iterators, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, iterators, NULL));
}

/* Opened here and read there, it is what it was */
static int read_it(void *arg)
{
	int n = visits(*(int *)arg);

	return n < 0 ? -n : n < 200 ? n : 200;
}

TEST_F(view, whoever_opens_an_iterator)
{
	int link = iterator("bpf_iter_bpf_map"), fd, here = count(MAP);

	ASSERT_LE(0, link);
	ASSERT_LT(30, here);
	fd = iterate(link);
	EXPECT_EQ(here, in_room(&self->room, 0, CAP_EVERY, read_it, &fd));
	close(fd);
	/* Pinned, it belongs to where its link was made */
	ASSERT_EQ(0, obj_pin(link, PIN_DIR "/iter"));
	ASSERT_EQ(0, chmod(PIN_DIR "/iter", 0444));
	EXPECT_EQ(0, with(0, open_file, PIN_DIR "/iter"));
	EXPECT_EQ(ENOENT, in_room(&self->room, 0, CAP_EVERY, open_file,
				  PIN_DIR "/iter"));
	EXPECT_EQ(0, unlink(PIN_DIR "/iter"));
	close(link);
}

static int iterate_here(void *arg)
{
	int fd = iterate(*(int *)arg), n;

	if (fd < 0)
		return -fd;
	n = visits(fd);
	return n < 0 ? -n : n;
}

/* Who gave the link away lets it be used, to look at what is here */
TEST_F(view, an_iterator_that_was_brought_along)
{
	int link = iterator("bpf_iter_bpf_map");

	ASSERT_LE(0, link);
	EXPECT_EQ(2, in_room(&self->room, 0, CAP_EVERY, iterate_here, &link));
	EXPECT_EQ(1, in_room(&self->inner, 0, CAP_EVERY, iterate_here, &link));
	close(link);
}

struct inspect {
	int fd;
	__u32 nr;
	const char *key;
};

static int shows(void *arg)
{
	const struct inspect *i = arg;

	return fdinfo_number(i->fd, i->key) == i->nr ? 0 : WRONG;
}

static int open_for(void *arg)
{
	const struct numbers *n = arg;

	return open_number(n->err, n->nr[n->err]);
}

/* An inspect-only descriptor shows the number of who looks at it */
TEST_F(view, inspect_only)
{
	static const char * const keys[] = { "prog_id:", "map_id:", "link_id:" };
	struct numbers n = {};
	struct inspect i;

	for (enum kind k = 0; k < BTF; k++) {
		int fd = from_room(&self->room, k);

		n.nr[k] = number_of(k, fd);
		n.err = k;
		close(fd);
		i.key = keys[k];
		i.fd = fd_from(UID_USER, BT, open_for, &n);
		ASSERT_LE(0, i.fd);
		i.nr = n.nr[k];
		EXPECT_EQ(0, as_root(shows, &i));
		i.nr = self->room.set.nr[k];
		EXPECT_EQ(0, in_room(&self->room, 0, CAP_EVERY, shows, &i));
		i.nr = 0;
		EXPECT_EQ(0, in_room(&self->sibling, 0, CAP_EVERY, shows, &i));
		EXPECT_EQ(0, in_room(&self->inner, 0, CAP_EVERY, shows, &i));
		close(i.fd);
	}
}

int main(int argc, char **argv)
{
	need_bpf_ns();
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

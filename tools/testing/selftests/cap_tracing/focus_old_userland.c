// SPDX-License-Identifier: GPL-2.0
/*
 * Programs older than CAP_TRACING know the capabilities 0 to 40.  Those that
 * drop "everything" by that list keep bit 41, and it works: the upgrade
 * hazard of which the documentation warns.  Those that ask the kernel how far
 * to count, or write whole words, lose it as they meant to.
 */
#include "focus.h"
#include "../kselftest_harness.h"

#define OLD_LAST_CAP	(CAP_TRACING - 1)
#define OLD_ALL		((1ULL << (OLD_LAST_CAP + 1)) - 1)

/* What a task without the bit answers */
#define LOST	200

static int open_readme(void *arg)
{
	int fd = open(CT_TRACEFS "/README", O_RDONLY | O_CLOEXEC);

	(void)arg;
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* The process after its drop: does the bit stay, and does it act? */
static int still_traces(void)
{
	__u64 eff, perm, inh;

	if (ct_capget(&eff, &perm, &inh))
		return SETUP_FAILED;
	if (!(eff & CAP_T))
		return LOST;
	return open_readme(NULL);
}

/* An ordinary user that held everything: mode bits say nothing any more */
static int start(void)
{
	return ct_become(UID_USER, CAP_EVERY);
}

static int clears_its_list(void *arg)
{
	__u64 eff, perm, inh;

	(void)arg;
	if (start() || ct_capget(&eff, &perm, &inh))
		return SETUP_FAILED;
	for (int cap = 0; cap <= OLD_LAST_CAP; cap++) {
		eff &= ~CT_BIT(cap);
		perm &= ~CT_BIT(cap);
	}
	if (ct_capset(eff, perm, 0))
		return SETUP_FAILED;
	return still_traces();
}

static int clears_to_cap_last_cap(void *arg)
{
	int last = get_number(CAP_LAST_CAP_FILE);
	__u64 eff, perm, inh;

	(void)arg;
	if (start() || ct_capget(&eff, &perm, &inh))
		return SETUP_FAILED;
	for (int cap = 0; cap <= last; cap++) {
		eff &= ~CT_BIT(cap);
		perm &= ~CT_BIT(cap);
	}
	if (ct_capset(eff, perm, 0))
		return SETUP_FAILED;
	return still_traces();
}

/* cap_init() and cap_set_proc(): words of zeros, whoever knows what of them */
static int writes_empty_words(void *arg)
{
	(void)arg;
	if (start() || ct_capset(0, 0, 0))
		return SETUP_FAILED;
	return still_traces();
}

/* "all=ep" of a program that spells it 0x1ffffffffff: without the new bit */
static int writes_its_all(void *arg)
{
	__u64 eff, perm, inh;

	(void)arg;
	if (start() || ct_capset(OLD_ALL, OLD_ALL, 0) ||
	    ct_capget(&eff, &perm, &inh))
		return SETUP_FAILED;
	return eff == OLD_ALL && perm == OLD_ALL ? 0 : WRONG;
}

TEST(a_list_keeps_it)
{
	EXPECT_EQ(0, as_root(clears_its_list, NULL));
}

TEST(counting_to_cap_last_cap_drops_it)
{
	EXPECT_EQ(LOST, as_root(clears_to_cap_last_cap, NULL));
}

TEST(empty_words_drop_it)
{
	EXPECT_EQ(LOST, as_root(writes_empty_words, NULL));
}

TEST(an_old_all_does_not_mean_it)
{
	EXPECT_EQ(0, as_root(writes_its_all, NULL));
}

/*
 * A container runtime: shrink the bounding set, become an ordinary user,
 * execute.  A setuid root file then shows what the set still lets through.
 */
static int by_list(int cap)
{
	return cap <= OLD_LAST_CAP;
}

/* libcap's cap_max_bits(): count until the kernel says EINVAL */
static int by_probe(int cap)
{
	return bset_read(cap) != -EINVAL;
}

struct runtime {
	int (*more)(int cap);
	const char *path;
};

static int drops_bounding_set(void *arg)
{
	struct runtime *rt = arg;
	char *const argv[] = { (char *)rt->path, "--readme", NULL };
	char *const envp[] = { NULL };

	for (int cap = 0; rt->more(cap); cap++) {
		if (bset_drop(cap))
			return SETUP_FAILED;
	}
	if (ct_become(UID_USER, 0))
		return SETUP_FAILED;
	execve(rt->path, argv, envp);
	return SETUP_FAILED;
}

FIXTURE(setuid)
{
	char dir[32];
	char path[64];
};

FIXTURE_SETUP(setuid)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/focus.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, mount("none", self->dir, "tmpfs", 0, "mode=755"));
	snprintf(self->path, sizeof(self->path), "%s/readme", self->dir);
	/* Owned by nobody in particular, so that mode bits open nothing */
	ASSERT_EQ(0, copy_file("/proc/self/exe", self->path, 0755));
	ASSERT_EQ(0, chmod(self->path, 04755));
}

FIXTURE_TEARDOWN(setuid)
{
	if (self->dir[0]) {
		umount2(self->dir, MNT_DETACH);
		rmdir(self->dir);
	}
}

TEST_F(setuid, a_deny_list_leaves_it_in_the_bounding_set)
{
	struct runtime rt = { by_list, self->path };

	EXPECT_EQ(1, as_root(drops_bounding_set, &rt));
}

TEST_F(setuid, a_counted_bounding_set_does_not)
{
	struct runtime rt = { by_probe, self->path };

	EXPECT_EQ(2, as_root(drops_bounding_set, &rt));
}

/* setuid() without PR_SET_KEEPCAPS needs no list */
static int plain_setuid(void *arg)
{
	(void)arg;
	if (setresuid(UID_USER, UID_USER, UID_USER))
		return SETUP_FAILED;
	return still_traces();
}

TEST(setuid_drops_it)
{
	EXPECT_EQ(LOST, as_root(plain_setuid, NULL));
}

/* 1: exactly bit 41 came with setuid root.  2: nothing did. */
static int report_bit(void)
{
	__u64 eff, perm, inh;

	if (ct_capget(&eff, &perm, &inh))
		return SETUP_FAILED;
	if (eff == CAP_T)
		return 1;
	return eff ? WRONG : 2;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--readme"))
		return report_bit();
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Bit 41 is a capability like the other forty-one: every set, every way to
 * gain it and every way to lose it.  What it opens is for other tests.
 */
#include "focus.h"
#include <pthread.h>
#include <sys/xattr.h>
#include "../kselftest_harness.h"

#define REPORT_FD	100
#define XATTR_CAPS	"security.capability"

/* What "PROGRAM --report" writes to REPORT_FD about itself */
struct report {
	__u64 eff, perm, inh, amb, bset;
	uid_t uid, euid;
};

/* A task on its way to execve() */
struct way {
	uid_t uid;
	__u64 caps;		/* effective and permitted */
	__u64 inh;
	__u64 amb;
	bool no_new_privs;
	bool drop_bset;		/* bit 41 leaves the bounding set */
	int securebits;
};

static void fill_report(struct report *r)
{
	int cap;

	memset(r, 0, sizeof(*r));
	ct_capget(&r->eff, &r->perm, &r->inh);
	for (cap = 0; cap < 64; cap++) {
		if (bset_read(cap) == 1)
			r->bset |= CT_BIT(cap);
		if (ambient(PR_CAP_AMBIENT_IS_SET, cap) == 1)
			r->amb |= CT_BIT(cap);
	}
	r->uid = getuid();
	r->euid = geteuid();
}

static int write_report(void)
{
	struct report r;

	fill_report(&r);
	return write(REPORT_FD, &r, sizeof(r)) == sizeof(r) ? 0 : SHORT_IO;
}

static int set_out(const struct way *w)
{
	int cap;

	if (w->drop_bset && bset_drop(CAP_TRACING))
		return SETUP_FAILED;
	if (w->securebits && prctl(PR_SET_SECUREBITS, w->securebits, 0, 0, 0))
		return SETUP_FAILED;
	if (w->uid && ct_become(w->uid, w->caps))
		return SETUP_FAILED;
	if (ct_capset(w->caps, w->caps, w->inh))
		return SETUP_FAILED;
	for (cap = 0; cap <= CAP_TRACING; cap++) {
		if (w->amb & CT_BIT(cap) &&
		    ambient(PR_CAP_AMBIENT_RAISE, cap))
			return SETUP_FAILED;
	}
	if (w->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return SETUP_FAILED;
	return 0;
}

/* 0 and the report of the executed file, or the errno of its execve() */
static int exec_report(const char *path, const struct way *w, struct report *r)
{
	char *const argv[] = { (char *)path, "--report", NULL };
	char *const envp[] = { NULL };
	int p[2], err;
	pid_t pid;

	memset(r, 0, sizeof(*r));
	if (pipe(p))
		return SETUP_FAILED;
	pid = fork();
	if (pid < 0)
		return SETUP_FAILED;
	if (!pid) {
		if (dup2(p[1], REPORT_FD) < 0 || set_out(w))
			_exit(SETUP_FAILED);
		execve(path, argv, envp);
		_exit(errno);
	}
	close(p[1]);
	if (read(p[0], r, sizeof(*r)) != sizeof(*r))
		memset(r, 0, sizeof(*r));
	close(p[0]);
	err = reap(pid);
	if (!err && !r->bset)
		err = SHORT_IO;
	return err;
}

static size_t make_xattr(void *out, __u32 magic, __u64 perm, __u64 inh,
			 uid_t rootid)
{
	struct vfs_ns_cap_data x = {
		.magic_etc = magic,
		.data = {
			{ perm, inh },
			{ perm >> 32, inh >> 32 },
		},
		.rootid = rootid,
	};

	memcpy(out, &x, sizeof(x));
	if ((magic & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_3)
		return XATTR_CAPS_SZ_3;
	return XATTR_CAPS_SZ_2;
}

static int set_file_caps(const char *path, __u32 magic, __u64 perm, __u64 inh,
			 uid_t rootid)
{
	char x[sizeof(struct vfs_ns_cap_data)];
	size_t size = make_xattr(x, magic, perm, inh, rootid);

	return setxattr(path, XATTR_CAPS, x, size, 0) ? errno : 0;
}

#define CAPS_EP		(VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE)
#define CAPS_P		VFS_CAP_REVISION_2
#define CAPS_NS_EP	(VFS_CAP_REVISION_3 | VFS_CAP_FLAGS_EFFECTIVE)

TEST(last_cap_is_41)
{
	char status[4096], *bnd;

	EXPECT_EQ(CAP_TRACING, get_number(CAP_LAST_CAP_FILE));
	EXPECT_EQ(1, bset_read(CAP_TRACING));
	ASSERT_LT(0, get_string("/proc/self/status", status, sizeof(status)));
	bnd = strstr(status, "\nCapBnd:\t");
	ASSERT_NE(NULL, bnd);
	EXPECT_EQ(CAP_EVERY, strtoull(bnd + strlen("\nCapBnd:\t"), NULL, 16));
}

TEST(bit_42_is_no_capability)
{
	__u64 eff, perm, inh;

	EXPECT_EQ(-EINVAL, bset_read(CAP_TRACING + 1));
	EXPECT_EQ(EINVAL, bset_drop(CAP_TRACING + 1));
	EXPECT_EQ(-EINVAL, ambient(PR_CAP_AMBIENT_RAISE, CAP_TRACING + 1));
	EXPECT_EQ(-EINVAL, ambient(PR_CAP_AMBIENT_LOWER, CAP_TRACING + 1));
	EXPECT_EQ(-EINVAL, ambient(PR_CAP_AMBIENT_IS_SET, CAP_TRACING + 1));
	/* capset(2) has always cut off what it does not know */
	EXPECT_EQ(0, ct_capset(~0ULL, ~0ULL, ~0ULL));
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(CAP_EVERY, eff);
	EXPECT_EQ(CAP_EVERY, perm);
	EXPECT_EQ(CAP_EVERY, inh);
}

static int capget_of(pid_t pid, __u64 *eff, __u64 *perm, __u64 *inh)
{
	struct __user_cap_header_struct hdr = {
		_LINUX_CAPABILITY_VERSION_3, pid,
	};
	struct __user_cap_data_struct d[2] = {};

	if (syscall(SYS_capget, &hdr, d))
		return errno;
	*eff = d[0].effective | (__u64)d[1].effective << 32;
	*perm = d[0].permitted | (__u64)d[1].permitted << 32;
	*inh = d[0].inheritable | (__u64)d[1].inheritable << 32;
	return 0;
}

TEST(capset_and_capget)
{
	__u64 eff, perm, inh;
	pid_t victim;

	ASSERT_EQ(0, ct_capset(CAP_EVERY & ~CAP_T, CAP_EVERY, CAP_T));
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(CAP_EVERY & ~CAP_T, eff);
	EXPECT_EQ(CAP_EVERY, perm);
	EXPECT_EQ(CAP_T, inh);
	/* Permitted, so it may come back ... */
	EXPECT_EQ(0, ct_capset(CAP_EVERY, CAP_EVERY, 0));
	victim = start_victim(UID_OTHER);
	ASSERT_LT(0, victim);
	ASSERT_EQ(0, capget_of(victim, &eff, &perm, &inh));
	EXPECT_EQ(0, eff | perm | inh);
	kill_reap(victim);
	/* ... and once given up, it may not */
	ASSERT_EQ(0, ct_capset(0, CAP_EVERY & ~CAP_T, 0));
	EXPECT_EQ(EPERM, ct_capset(CAP_T, CAP_T, 0));
	EXPECT_EQ(EPERM, ct_capset(0, CAP_EVERY, 0));
	ASSERT_EQ(0, capget_of(getppid(), &eff, &perm, &inh));
	EXPECT_EQ(CAP_EVERY, perm);
}

/* Version 1 of the interface has 32 bits: the upper ones are given up */
TEST(capset_of_32_bits_drops_it)
{
	struct __user_cap_header_struct hdr = {
		_LINUX_CAPABILITY_VERSION_1, 0,
	};
	struct __user_cap_data_struct d = { ~0U, ~0U, 0 };
	__u64 eff, perm, inh;

	ASSERT_EQ(0, syscall(SYS_capset, &hdr, &d));
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(0xffffffff, eff);
	EXPECT_EQ(0xffffffff, perm);
}

TEST(bounding_set)
{
	__u64 eff, perm, inh;

	/* Dropping takes CAP_SETPCAP */
	ASSERT_EQ(0, ct_capset(CAP_T, CAP_EVERY, 0));
	EXPECT_EQ(EPERM, bset_drop(CAP_TRACING));
	ASSERT_EQ(0, ct_capset(CAP_EVERY, CAP_EVERY, 0));
	EXPECT_EQ(0, bset_drop(CAP_TRACING));
	EXPECT_EQ(0, bset_read(CAP_TRACING));
	/* Held capabilities stay, but cannot become inheritable any more */
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(CAP_EVERY, perm);
	EXPECT_EQ(EPERM, ct_capset(CAP_EVERY, CAP_EVERY, CAP_T));
}

TEST(ambient_set)
{
	/* Both permitted and inheritable, or not at all */
	ASSERT_EQ(0, ct_capset(CAP_EVERY, CAP_EVERY, 0));
	EXPECT_EQ(-EPERM, ambient(PR_CAP_AMBIENT_RAISE, CAP_TRACING));
	ASSERT_EQ(0, ct_capset(CAP_EVERY, CAP_EVERY, CAP_T));
	EXPECT_EQ(0, ambient(PR_CAP_AMBIENT_RAISE, CAP_TRACING));
	EXPECT_EQ(1, ambient(PR_CAP_AMBIENT_IS_SET, CAP_TRACING));
	EXPECT_EQ(0, ambient(PR_CAP_AMBIENT_LOWER, CAP_TRACING));
	EXPECT_EQ(0, ambient(PR_CAP_AMBIENT_IS_SET, CAP_TRACING));
	EXPECT_EQ(0, ambient(PR_CAP_AMBIENT_RAISE, CAP_TRACING));
	EXPECT_EQ(0, prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	EXPECT_EQ(0, ambient(PR_CAP_AMBIENT_IS_SET, CAP_TRACING));
	/* It follows inheritable down */
	EXPECT_EQ(0, ambient(PR_CAP_AMBIENT_RAISE, CAP_TRACING));
	ASSERT_EQ(0, ct_capset(CAP_EVERY, CAP_EVERY, 0));
	EXPECT_EQ(0, ambient(PR_CAP_AMBIENT_IS_SET, CAP_TRACING));
	/* And a securebit forbids it */
	ASSERT_EQ(0, ct_capset(CAP_EVERY, CAP_EVERY, CAP_T));
	ASSERT_EQ(0, prctl(PR_SET_SECUREBITS, SECBIT_NO_CAP_AMBIENT_RAISE,
			   0, 0, 0));
	EXPECT_EQ(-EPERM, ambient(PR_CAP_AMBIENT_RAISE, CAP_TRACING));
}

TEST(setuid_loses_it)
{
	__u64 eff, perm, inh;

	ASSERT_EQ(0, ct_capset(CAP_EVERY, CAP_EVERY, CAP_T));
	ASSERT_EQ(0, ambient(PR_CAP_AMBIENT_RAISE, CAP_TRACING));
	ASSERT_EQ(0, setresuid(UID_USER, UID_USER, UID_USER));
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(0, eff);
	EXPECT_EQ(0, perm);
	EXPECT_EQ(0, ambient(PR_CAP_AMBIENT_IS_SET, CAP_TRACING));
}

TEST(seteuid_takes_the_effective_bit_and_returns_it)
{
	__u64 eff, perm, inh;

	ASSERT_EQ(0, seteuid(UID_USER));
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(0, eff);
	EXPECT_EQ(CAP_EVERY, perm);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(CAP_EVERY, eff);
}

/* CAP_TRACING is no file system capability: setfsuid() leaves it alone */
TEST(setfsuid_leaves_it)
{
	__u64 eff, perm, inh;

	syscall(SYS_setfsuid, UID_USER);
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(CAP_T, eff & CAP_T);
	EXPECT_EQ(0, eff & CT_BIT(CAP_DAC_OVERRIDE));
}

TEST(keepcaps_keeps_it_permitted)
{
	__u64 eff, perm, inh;

	ASSERT_EQ(0, prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	ASSERT_EQ(0, setresuid(UID_USER, UID_USER, UID_USER));
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(0, eff);
	EXPECT_EQ(CAP_EVERY, perm);
}

TEST(no_setuid_fixup_keeps_it_effective)
{
	__u64 eff, perm, inh;

	ASSERT_EQ(0, prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0));
	ASSERT_EQ(0, setresuid(UID_USER, UID_USER, UID_USER));
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(CAP_EVERY, eff);
}

static int own_bits(void *arg)
{
	__u64 eff, perm, inh;

	(void)arg;
	if (ct_capget(&eff, &perm, &inh))
		return SETUP_FAILED;
	return eff == CAP_T && perm == CAP_T ? 0 : WRONG;
}

static int fork_own_bits(void *arg)
{
	return as_root(own_bits, arg);
}

TEST(fork_inherits_it)
{
	EXPECT_EQ(0, with(CAP_T, own_bits, NULL));
	EXPECT_EQ(0, with(CAP_T, fork_own_bits, NULL));
	EXPECT_EQ(WRONG, with(0, fork_own_bits, NULL));
}

struct thread_bits {
	__u64 before, after;
};

static void *thread_drops_it(void *arg)
{
	struct thread_bits *bits = arg;
	__u64 perm, inh;

	ct_capget(&bits->before, &perm, &inh);
	ct_capset(0, 0, 0);
	ct_capget(&bits->after, &perm, &inh);
	return NULL;
}

TEST(a_thread_has_its_own)
{
	struct thread_bits bits = {};
	__u64 eff, perm, inh;
	pthread_t thread;

	ASSERT_EQ(0, ct_become(UID_USER, CAP_T));
	ASSERT_EQ(0, pthread_create(&thread, NULL, thread_drops_it, &bits));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(CAP_T, bits.before);
	EXPECT_EQ(0, bits.after);
	ASSERT_EQ(0, ct_capget(&eff, &perm, &inh));
	EXPECT_EQ(CAP_T, eff);
}

static int all_in_userns(void *arg)
{
	__u64 eff, perm, inh;

	(void)arg;
	if (ct_capget(&eff, &perm, &inh))
		return SETUP_FAILED;
	return eff == CAP_EVERY && bset_read(CAP_TRACING) == 1 ? 0 : WRONG;
}

TEST(a_user_namespace_hands_out_its_own)
{
	EXPECT_EQ(0, in_userns(1, all_in_userns, NULL));
	EXPECT_EQ(0, in_userns(2, all_in_userns, NULL));
}

/* A copy of this program on tmpfs, which keeps extended attributes */
FIXTURE(exec)
{
	char dir[32];
	char path[64];
	struct report r;
};

FIXTURE_SETUP(exec)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/focus.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, mount("none", self->dir, "tmpfs", 0, "mode=755"));
	snprintf(self->path, sizeof(self->path), "%s/report", self->dir);
	ASSERT_EQ(0, copy_file("/proc/self/exe", self->path, 0755));
}

FIXTURE_TEARDOWN(exec)
{
	if (self->dir[0]) {
		umount2(self->dir, MNT_DETACH);
		rmdir(self->dir);
	}
}

TEST_F(exec, by_root)
{
	struct way plain = { .caps = CAP_EVERY };
	struct way less = { .caps = CAP_EVERY, .drop_bset = true };
	struct way noroot = { .caps = CAP_EVERY, .securebits = SECBIT_NOROOT };

	ASSERT_EQ(0, exec_report(self->path, &plain, &self->r));
	EXPECT_EQ(CAP_EVERY, self->r.eff);
	EXPECT_EQ(CAP_EVERY, self->r.perm);
	EXPECT_EQ(CAP_EVERY, self->r.bset);
	ASSERT_EQ(0, exec_report(self->path, &less, &self->r));
	EXPECT_EQ(CAP_EVERY & ~CAP_T, self->r.eff);
	EXPECT_EQ(CAP_EVERY & ~CAP_T, self->r.bset);
	ASSERT_EQ(0, exec_report(self->path, &noroot, &self->r));
	EXPECT_EQ(0, self->r.perm);
}

TEST_F(exec, by_an_ordinary_user)
{
	struct way held = { .uid = UID_USER, .caps = CAP_T };
	struct way inherit = { .uid = UID_USER, .caps = CAP_T, .inh = CAP_T };
	struct way amb = { .uid = UID_USER, .caps = CAP_T, .inh = CAP_T,
			   .amb = CAP_T };

	ASSERT_EQ(0, exec_report(self->path, &held, &self->r));
	EXPECT_EQ(0, self->r.perm);
	ASSERT_EQ(0, exec_report(self->path, &inherit, &self->r));
	EXPECT_EQ(0, self->r.perm);
	EXPECT_EQ(CAP_T, self->r.inh);
	ASSERT_EQ(0, exec_report(self->path, &amb, &self->r));
	EXPECT_EQ(CAP_T, self->r.eff);
	EXPECT_EQ(CAP_T, self->r.perm);
	EXPECT_EQ(CAP_T, self->r.amb);
	/* no_new_privs stops gains; this is none */
	amb.no_new_privs = true;
	ASSERT_EQ(0, exec_report(self->path, &amb, &self->r));
	EXPECT_EQ(CAP_T, self->r.eff);
}

TEST_F(exec, file_caps_ep)
{
	struct way user = { .uid = UID_USER };

	ASSERT_EQ(0, set_file_caps(self->path, CAPS_EP, CAP_T | CAP_B, 0, 0));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(CAP_T | CAP_B, self->r.eff);
	EXPECT_EQ(CAP_T | CAP_B, self->r.perm);
	EXPECT_EQ(UID_USER, self->r.euid);
	EXPECT_EQ(0, self->r.inh | self->r.amb);
}

TEST_F(exec, file_caps_p)
{
	struct way user = { .uid = UID_USER };

	ASSERT_EQ(0, set_file_caps(self->path, CAPS_P, CAP_T, 0, 0));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(0, self->r.eff);
	EXPECT_EQ(CAP_T, self->r.perm);
}

TEST_F(exec, file_caps_i)
{
	struct way user = { .uid = UID_USER };
	struct way inherit = { .uid = UID_USER, .caps = CAP_T, .inh = CAP_T };

	ASSERT_EQ(0, set_file_caps(self->path, CAPS_EP, 0, CAP_T, 0));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(0, self->r.perm);
	ASSERT_EQ(0, exec_report(self->path, &inherit, &self->r));
	EXPECT_EQ(CAP_T, self->r.eff);
}

/* A file with capabilities is privileged: ambient ones do not get through */
TEST_F(exec, file_caps_clear_ambient)
{
	struct way amb = { .uid = UID_USER, .caps = CAP_T, .inh = CAP_T,
			   .amb = CAP_T };

	ASSERT_EQ(0, set_file_caps(self->path, CAPS_EP, CAP_B, 0, 0));
	ASSERT_EQ(0, exec_report(self->path, &amb, &self->r));
	EXPECT_EQ(CAP_B, self->r.perm);
	EXPECT_EQ(0, self->r.amb);
}

TEST_F(exec, no_new_privs_stops_file_caps)
{
	struct way user = { .uid = UID_USER, .no_new_privs = true };

	ASSERT_EQ(0, set_file_caps(self->path, CAPS_EP, CAP_T, 0, 0));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(0, self->r.perm);
}

TEST_F(exec, nosuid_mount_stops_file_caps)
{
	struct way user = { .uid = UID_USER };

	ASSERT_EQ(0, set_file_caps(self->path, CAPS_EP, CAP_T, 0, 0));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	ASSERT_EQ(CAP_T, self->r.perm);
	ASSERT_EQ(0, mount("none", self->dir, NULL, MS_REMOUNT | MS_NOSUID,
			   NULL));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(0, self->r.perm);
}

/*
 * A program that is not aware of capabilities must not run with fewer than
 * its file promises: execve() fails.  An aware one (no 'e') just gets less.
 */
TEST_F(exec, bounding_set_without_it)
{
	struct way user = { .uid = UID_USER, .drop_bset = true };

	ASSERT_EQ(0, set_file_caps(self->path, CAPS_EP, CAP_T | CAP_B, 0, 0));
	EXPECT_EQ(EPERM, exec_report(self->path, &user, &self->r));
	ASSERT_EQ(0, set_file_caps(self->path, CAPS_P, CAP_T | CAP_B, 0, 0));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(CAP_B, self->r.perm);
}

TEST_F(exec, a_bit_nobody_knows)
{
	struct way user = { .uid = UID_USER };

	ASSERT_EQ(0, set_file_caps(self->path, CAPS_EP, CAP_T | CT_BIT(63) |
				   CT_BIT(CAP_TRACING + 1), 0, 0));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(CAP_T, self->r.perm);
	EXPECT_EQ(CAP_T, self->r.eff);
}

TEST_F(exec, malformed_xattr)
{
	struct way user = { .uid = UID_USER };
	char x[64] = {}, path[80];
	size_t size;

	size = make_xattr(x, CAPS_EP, CAP_T, 0, 0);
	for (size_t bad = 1; bad <= sizeof(x); bad++) {
		if (bad == size)
			continue;
		EXPECT_EQ(-1, setxattr(self->path, XATTR_CAPS, x, bad, 0));
		EXPECT_EQ(EINVAL, errno) {
			TH_LOG("a version 2 xattr of %zu bytes", bad);
		}
	}
	size = make_xattr(x, CAPS_NS_EP, CAP_T, 0, 0);
	EXPECT_EQ(-1, setxattr(self->path, XATTR_CAPS, x, size - 1, 0));
	EXPECT_EQ(-1, setxattr(self->path, XATTR_CAPS, x, size + 1, 0));
	EXPECT_EQ(EINVAL, set_file_caps(self->path, 0x04000001, CAP_T, 0, 0));
	/* Version 1 has no upper half: bit 41 cannot be said in it */
	EXPECT_EQ(EINVAL, set_file_caps(self->path, VFS_CAP_REVISION_1 |
					VFS_CAP_FLAGS_EFFECTIVE, CAP_T, 0, 0));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(0, self->r.perm);
	/* An empty one can be stored: the file then cannot be executed */
	ASSERT_EQ(0, setxattr(self->path, XATTR_CAPS, x, 0, 0));
	EXPECT_EQ(EINVAL, exec_report(self->path, &user, &self->r));
	/* A good one is refused to the ordinary user, its owner or not */
	snprintf(path, sizeof(path), "%s/mine", self->dir);
	ASSERT_EQ(0, copy_file(self->path, path, 0755));
	ASSERT_EQ(0, chown(path, UID_USER, UID_USER));
	ASSERT_EQ(0, ct_become(UID_USER, CAP_T | CAP_B | CAP_P));
	EXPECT_EQ(EPERM, set_file_caps(path, CAPS_EP, CAP_T, 0, 0));
}

TEST_F(exec, setuid_root)
{
	struct way user = { .uid = UID_USER };
	struct way nnp = { .uid = UID_USER, .no_new_privs = true };
	struct way less = { .uid = UID_USER, .drop_bset = true };
	struct way noroot = { .uid = UID_USER, .securebits = SECBIT_NOROOT };
	struct way amb = { .uid = UID_USER, .caps = CAP_T, .inh = CAP_T,
			   .amb = CAP_T };

	ASSERT_EQ(0, chmod(self->path, 04755));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(0, self->r.euid);
	EXPECT_EQ(UID_USER, self->r.uid);
	EXPECT_EQ(CAP_EVERY, self->r.eff);
	ASSERT_EQ(0, exec_report(self->path, &nnp, &self->r));
	EXPECT_EQ(UID_USER, self->r.euid);
	EXPECT_EQ(0, self->r.perm);
	ASSERT_EQ(0, exec_report(self->path, &less, &self->r));
	EXPECT_EQ(CAP_EVERY & ~CAP_T, self->r.eff);
	ASSERT_EQ(0, exec_report(self->path, &noroot, &self->r));
	EXPECT_EQ(0, self->r.euid);
	EXPECT_EQ(0, self->r.perm);
	/* A setuid program of another user: ambient bits end there */
	ASSERT_EQ(0, chown(self->path, UID_OTHER, UID_OTHER));
	ASSERT_EQ(0, chmod(self->path, 04755));
	ASSERT_EQ(0, exec_report(self->path, &amb, &self->r));
	EXPECT_EQ(UID_OTHER, self->r.euid);
	EXPECT_EQ(0, self->r.perm | self->r.amb);
}

struct ns_exec {
	const char *path;
	struct report *r;
	uid_t uid;
};

/* Executes as user 1 of the namespace, to whom its root gave nothing */
static int ns_exec(void *arg)
{
	struct ns_exec *e = arg;
	struct way w = { .uid = e->uid };

	return exec_report(e->path, &w, e->r);
}

static int ns_set_file_caps(void *arg)
{
	struct ns_exec *e = arg;

	return set_file_caps(e->path, CAPS_EP, CAP_T, 0, 0);
}

TEST_F(exec, file_caps_of_a_namespace)
{
	struct way user = { .uid = UID_USER }, other = { .uid = UID_OTHER };
	struct ns_exec e = { .path = self->path, .uid = 1 };
	struct vfs_ns_cap_data x;

	e.r = shared_memory(sizeof(*e.r));
	ASSERT_NE(NULL, e.r);
	/* Rooted in user 1000: nothing outside of that user's namespace */
	ASSERT_EQ(0, set_file_caps(self->path, CAPS_NS_EP, CAP_T, 0, UID_USER));
	ASSERT_EQ(0, exec_report(self->path, &user, &self->r));
	EXPECT_EQ(0, self->r.perm);
	ASSERT_EQ(0, exec_report(self->path, &other, &self->r));
	EXPECT_EQ(0, self->r.perm);
	ASSERT_EQ(0, in_userns(1, ns_exec, &e));
	EXPECT_EQ(1, e.r->euid);
	EXPECT_EQ(CAP_T, e.r->eff);
	/* Rooted elsewhere: nothing inside either */
	ASSERT_EQ(0, set_file_caps(self->path, CAPS_NS_EP, CAP_T, 0,
				   UID_OTHER));
	ASSERT_EQ(0, in_userns(1, ns_exec, &e));
	EXPECT_EQ(0, e.r->perm);
	/* What the namespace's root writes is rooted there, if it may */
	EXPECT_EQ(EPERM, in_userns(1, ns_set_file_caps, &e));
	ASSERT_EQ(0, chown(self->path, UID_USER, UID_USER));
	ASSERT_EQ(0, in_userns(1, ns_set_file_caps, &e));
	ASSERT_EQ(XATTR_CAPS_SZ_3, getxattr(self->path, XATTR_CAPS, &x,
					    sizeof(x)));
	EXPECT_EQ(UID_USER, x.rootid);
	EXPECT_EQ(CAPS_NS_EP, x.magic_etc);
	ASSERT_EQ(0, exec_report(self->path, &other, &self->r));
	EXPECT_EQ(0, self->r.perm);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--report"))
		return write_report();
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

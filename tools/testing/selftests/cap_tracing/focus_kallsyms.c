// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel addresses in /proc/kallsyms: the credentials of the opener decide,
 * at kernel.kptr_restrict 0 and 1.  2 hides them from everybody.
 */
#include "focus.h"
#include "../kselftest_harness.h"

#define KALLSYMS	"/proc/kallsyms"
#define CAP_L		CT_BIT(CAP_SYSLOG)

/* Verdicts of reads */
#define VALUES		0
#define ZEROS		200

/* Symbols of per-CPU variables begin at 0 anyhow: look at many lines */
static int look(int fd)
{
	static char buf[1 << 16];
	size_t used = 0;
	ssize_t n;
	char *line;

	while (used < sizeof(buf) - 1) {
		n = read(fd, buf + used, sizeof(buf) - 1 - used);
		if (n <= 0)
			break;
		used += n;
	}
	buf[used] = '\0';
	if (!used)
		return SHORT_IO;
	for (line = buf; line && *line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strtoull(line, NULL, 16))
			return VALUES;
	}
	return ZEROS;
}

static int open_and_look(void *arg)
{
	int fd = open(KALLSYMS, O_RDONLY | O_CLOEXEC), ret;

	(void)arg;
	if (fd < 0)
		return errno;
	ret = look(fd);
	close(fd);
	return ret;
}

static int look_at_fd(void *arg)
{
	return look(*(int *)arg);
}

FIXTURE(kallsyms)
{
	int paranoid, kptr;
};

FIXTURE_SETUP(kallsyms)
{
	self->paranoid = get_number(PARANOID);
	self->kptr = get_number(KPTR_RESTRICT);
	ASSERT_EQ(0, set_number(PARANOID, 2));
	ASSERT_EQ(0, set_number(KPTR_RESTRICT, 1));
}

FIXTURE_TEARDOWN(kallsyms)
{
	set_number(PARANOID, self->paranoid);
	set_number(KPTR_RESTRICT, self->kptr);
}

static int expected(int kptr, int paranoid, __u64 caps)
{
	if (kptr < 2 && caps & (CAP_T | CAP_L))
		return VALUES;
	return kptr == 0 && paranoid <= 1 ? VALUES : ZEROS;
}

TEST_F(kallsyms, who_sees_values)
{
	static const __u64 who[] = {
		0, CAP_T, CAP_L, CAP_P, CAP_A, CAP_P | CAP_A | CAP_B,
		CAP_EVERY & ~(CAP_T | CAP_L), CAP_T | CAP_B,
	};

	for (int kptr = 0; kptr <= 2; kptr++) {
		ASSERT_EQ(0, set_number(KPTR_RESTRICT, kptr));
		for (int paranoid = -1; paranoid <= 3; paranoid++) {
			ASSERT_EQ(0, set_number(PARANOID, paranoid));
			for (size_t i = 0; i < ARRAY_SIZE(who); i++) {
				int want = expected(kptr, paranoid, who[i]);

				EXPECT_EQ(want, with(who[i], open_and_look,
						     NULL)) {
					TH_LOG("%d, %d, capabilities %#llx",
					       kptr, paranoid, who[i]);
				}
			}
		}
	}
}

TEST_F(kallsyms, the_opener_decides)
{
	int fd;

	fd = open_as(UID_USER, CAP_T, KALLSYMS, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(VALUES, with(0, look_at_fd, &fd));
	close(fd);
	fd = open_as(UID_USER, 0, KALLSYMS, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(ZEROS, with(CAP_T, look_at_fd, &fd));
	close(fd);
	fd = open_as(UID_USER, 0, KALLSYMS, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(ZEROS, as_root(look_at_fd, &fd));
	close(fd);
}

static int opens_then_drops(void *arg)
{
	int fd = open(KALLSYMS, O_RDONLY | O_CLOEXEC);

	(void)arg;
	if (fd < 0 || ct_capset(0, 0, 0))
		return SETUP_FAILED;
	return look(fd);
}

static int drops_then_opens(void *arg)
{
	if (ct_capset(0, CAP_T, 0))
		return SETUP_FAILED;
	return open_and_look(arg);
}

TEST_F(kallsyms, when_opened)
{
	EXPECT_EQ(VALUES, with(CAP_T, opens_then_drops, NULL));
	EXPECT_EQ(ZEROS, with(CAP_T, drops_then_opens, NULL));
}

static int tightens_then_looks(void *arg)
{
	int fd = *(int *)arg;

	return set_number(KPTR_RESTRICT, 2) ? SETUP_FAILED : look(fd);
}

/* As on the unpatched kernel: what was decided at open stays */
TEST_F(kallsyms, a_later_restriction)
{
	int fd;

	fd = open_as(UID_USER, CAP_T, KALLSYMS, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(VALUES, as_root(tightens_then_looks, &fd));
	EXPECT_EQ(ZEROS, with(CAP_T, open_and_look, NULL));
	close(fd);
}

TEST_F(kallsyms, not_from_a_user_namespace)
{
	EXPECT_EQ(ZEROS, in_userns(1, open_and_look, NULL));
	EXPECT_EQ(ZEROS, in_userns(2, open_and_look, NULL));
}

/* The kernel log stays with CAP_SYSLOG */
static int read_log(void *arg)
{
	char buf[256];

	(void)arg;
	return syscall(SYS_syslog, 3, buf, (int)sizeof(buf)) < 0 ? errno : 0;
}

TEST_F(kallsyms, the_kernel_log_stays_closed)
{
	static const char path[] = "/proc/sys/kernel/dmesg_restrict";
	int before = get_number(path);

	ASSERT_EQ(0, set_number(path, 1));
	EXPECT_EQ(EPERM, with(CAP_T, read_log, NULL));
	EXPECT_EQ(0, with(CAP_L, read_log, NULL));
	ASSERT_EQ(0, set_number(path, before));
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

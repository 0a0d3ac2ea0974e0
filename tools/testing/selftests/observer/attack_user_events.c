// SPDX-License-Identifier: GPL-2.0
/*
 * User events: what programs of others have registered, and the way for them
 * to register.
 */
#include "attack.h"
#include <linux/user_events.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include "../kselftest_harness.h"

#define DATA		CT_TRACEFS "/user_events_data"
#define PLACES		"/proc/sys/kernel/user_events_max"
#define SLOW_FAULTS	"/proc/sys/vm/unprivileged_userfaultfd"

#define RIGHTS		rights(CAP_O | CAP_P)

static __u32 enabled[8];

static int add_event(int fd, const char *name, __u32 *bit, int flags)
{
	struct user_reg reg = {
		.size = sizeof(reg),
		.enable_size = sizeof(*bit),
		.enable_addr = (unsigned long)bit,
		.flags = flags,
		.name_args = (unsigned long)name,
	};

	return ioctl(fd, DIAG_IOCSREG, &reg) ? errno : 0;
}

static int make_event(void *arg)
{
	int fd = open(DATA, O_RDWR | O_CLOEXEC);

	return fd < 0 ? errno : add_event(fd, arg, enabled,
					  USER_EVENT_REG_PERSIST);
}

static int delete_event(void *arg)
{
	int fd = open(DATA, O_RDWR | O_CLOEXEC);

	return fd < 0 ? errno : delete_user_event(fd, arg);
}

FIXTURE(user_events)
{
	struct victim victim;
	int places, slow_faults;
};

FIXTURE_SETUP(user_events)
{
	ASSERT_EQ(0, victim_start(&self->victim));
	self->places = get_number(PLACES);
	self->slow_faults = get_number(SLOW_FAULTS);
}

FIXTURE_TEARDOWN(user_events)
{
	set_number(PLACES, self->places);
	set_number(SLOW_FAULTS, self->slow_faults);
	victim_end(&self->victim);
}

TEST_F(user_events, deleting_roots)
{
	char name[] = "attack_idle";

	ASSERT_EQ(0, as_root(make_event, "attack_idle u32 number"));
	if (on_stock()) {
		EXPECT_EQ(0, with(RIGHTS, delete_event, name));
		EXPECT_EQ(ENOENT, as_root(delete_event, name));
	} else {
		EXPECT_EQ(EPERM, with(RIGHTS, delete_event, name));
		EXPECT_EQ(0, as_root(delete_event, name));
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
}

static int take_every_place(void *arg)
{
	int fd = open(DATA, O_RDWR | O_CLOEXEC);
	char name[64];

	for (int i = 0; i < (int)ARRAY_SIZE(enabled); i++) {
		snprintf(name, sizeof(name), "attack_place_%d u32 number", i);
		if (fd < 0 || add_event(fd, name, &enabled[i], 0))
			return errno;
	}
	return 0;
}

TEST_F(user_events, taking_every_place)
{
	pid_t attacker;

	ASSERT_EQ(0, set_number(PLACES, ARRAY_SIZE(enabled)));
	attacker = start_attacker(RIGHTS, take_every_place, NULL);
	if (on_stock()) {
		ASSERT_LT(0, attacker);
		EXPECT_EQ(EMFILE, as_root(make_event, "attack_late u32 number"));
		kill_reap(attacker);
	} else {
		EXPECT_EQ(-EMFILE, attacker);
		EXPECT_EQ(0, as_root(make_event, "attack_late u32 number"));
		EXPECT_EQ(0, as_root(delete_event, "attack_late"));
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
}

/* Memory whose first use waits for somebody who never comes */
static void *slow_memory(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	size_t size = sysconf(_SC_PAGESIZE);
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	void *p;
	int fd;

	fd = syscall(__NR_userfaultfd, O_CLOEXEC);
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api))
		return NULL;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (unsigned long)p;
	reg.range.len = size;
	if (p == MAP_FAILED || ioctl(fd, UFFDIO_REGISTER, &reg))
		return NULL;
	return p;
}

static void use_slowly(int fd, const char *where, void *slow)
{
	if (!strcmp(where, "arguments"))
		ioctl(fd, DIAG_IOCSREG, slow);
	else if (!strcmp(where, "name"))
		add_event(fd, slow, enabled, 0);
	else if (!strcmp(where, "bit"))
		add_event(fd, "attack_slow u32 number", slow, 0);
	else
		ioctl(fd, DIAG_IOCSDEL, slow);
}

static bool sleeps(pid_t pid)
{
	char path[64], text[512], *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (get_string(path, text, sizeof(text)) <= 0)
		return false;
	state = strrchr(text, ')');
	return state && strchr("DS", state[2]);
}

/* In a task of its own, because start_attacker()'s has to come back */
static int register_slowly(void *arg)
{
	int fd = open(DATA, O_RDWR | O_CLOEXEC), ready[2];
	void *slow;
	pid_t pid;
	char byte;

	if (fd < 0 || pipe2(ready, O_CLOEXEC))
		return errno;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		slow = slow_memory();
		if (slow && write(ready[1], "", 1) == 1) {
			close(ready[1]);
			use_slowly(fd, arg, slow);
		}
		_exit(SETUP_FAILED);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		return SETUP_FAILED;
	while (!waitpid(pid, NULL, WNOHANG)) {
		if (sleeps(pid))
			return 0;
		usleep(1000);
	}
	return SETUP_FAILED;
}

static pid_t start_registering(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(make_event("attack_waits u32 number"));
	return pid;
}

/* Has @pid ended within @rounds of the victim? */
static bool ends_within(struct victim *v, pid_t pid, int rounds, int *status)
{
	for (int i = 0; i < rounds; i++) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		victim_goes_on(v, 1);
	}
	return false;
}

TEST_F(user_events, holding_up_registration)
{
	static char *const where[] = { "arguments", "name", "bit", "delete" };

	ASSERT_EQ(0, set_number(SLOW_FAULTS, 1));
	for (size_t i = 0; i < ARRAY_SIZE(where); i++) {
		pid_t attacker, waits;
		int status = -1;
		bool ended;

		attacker = start_attacker(RIGHTS, register_slowly, where[i]);
		ASSERT_LT(0, attacker);
		waits = start_registering();
		ended = ends_within(&self->victim, waits, 200, &status);
		EXPECT_EQ(!on_stock(), ended && !status) {
			TH_LOG("slow %s: status %d", where[i], status);
		}
		kill_reap(attacker);
		if (!ended)
			waitpid(waits, &status, 0);
		as_root(delete_event, "attack_waits");
	}
	EXPECT_TRUE(victim_unharmed(&self->victim));
}

TEST_HARNESS_MAIN

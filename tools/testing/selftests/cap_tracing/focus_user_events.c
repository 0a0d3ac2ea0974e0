// SPDX-License-Identifier: GPL-2.0
/*
 * User events of observers: as many as leave room for others, and only their
 * own deleted.
 */
#include "focus.h"
#include <linux/user_events.h>
#include <sys/ioctl.h>
#include "../kselftest_harness.h"

#define DATA		CT_TRACEFS "/user_events_data"
#define DYNAMIC_EVENTS	CT_TRACEFS "/dynamic_events"
#define PLACES		"/proc/sys/kernel/user_events_max"
#define BUDGET		"/proc/sys/kernel/tracing_observer_buffer_kb"

static __u32 enabled[8];

static int open_data(void)
{
	return open(DATA, O_RDWR | O_CLOEXEC);
}

static int add_event(int fd, int nr, bool persist)
{
	char name[64];
	struct user_reg reg = {
		.size = sizeof(reg),
		.enable_bit = 0,
		.enable_size = sizeof(enabled[0]),
		.enable_addr = (unsigned long)&enabled[nr],
		.flags = persist ? USER_EVENT_REG_PERSIST : 0,
		.name_args = (unsigned long)name,
	};

	snprintf(name, sizeof(name), "focus_%d u32 number", nr);
	return ioctl(fd, DIAG_IOCSREG, &reg) ? errno : 0;
}

static int make_persistent(void *arg)
{
	int fd = open_data();

	return fd < 0 ? errno : add_event(fd, *(int *)arg, true);
}

static int delete_event(void *arg)
{
	char name[64];
	int fd = open_data();

	if (fd < 0)
		return errno;
	snprintf(name, sizeof(name), "focus_%d", *(int *)arg);
	return delete_user_event(fd, name);
}

/* Through the other file that lists it */
static int delete_listed(void *arg)
{
	return put_string(DYNAMIC_EVENTS, O_APPEND,
			  "-:user_events/focus_0 u32 number\n");
}

/* An event that does not persist goes some time after its last file */
static bool none_left(void)
{
	char text[4096];

	for (int i = 0; i < 1000; i++) {
		if (get_string(DYNAMIC_EVENTS, text, sizeof(text)) >= 0 &&
		    !strstr(text, "focus_"))
			return true;
		usleep(10000);
	}
	return false;
}

struct fill {
	bool persist;
	int made;
};

/* Until one is refused; the errno of that */
static int fill_places(void *arg)
{
	struct fill *fill = arg;
	int fd = open_data(), err = fd < 0 ? errno : 0;

	for (fill->made = 0; !err && fill->made < (int)ARRAY_SIZE(enabled);
	     fill->made++) {
		err = add_event(fd, fill->made, fill->persist);
		if (err)
			break;
	}
	return err;
}

FIXTURE(user_events)
{
	int places, budget;
	struct fill *fill;
};

FIXTURE_SETUP(user_events)
{
	self->places = get_number(PLACES);
	self->budget = get_number(BUDGET);
	self->fill = shared_memory(sizeof(*self->fill));
	ASSERT_LT(0, self->places);
	ASSERT_NE(NULL, self->fill);
}

FIXTURE_TEARDOWN(user_events)
{
	set_number(PLACES, self->places);
	set_number(BUDGET, self->budget);
	for (int i = 0; i < (int)ARRAY_SIZE(enabled); i++)
		as_root(delete_event, &i);
}

TEST_F(user_events, own_is_deleted)
{
	int nr = 0;

	ASSERT_EQ(0, with(CAP_T, make_persistent, &nr));
	EXPECT_EQ(0, with(CAP_T, delete_event, &nr));
	EXPECT_EQ(ENOENT, with(CAP_T, delete_event, &nr));
}

TEST_F(user_events, others_is_not)
{
	int nr = 0;

	ASSERT_EQ(0, as_root(make_persistent, &nr));
	EXPECT_EQ(EPERM, with(CAP_T, delete_event, &nr));
	EXPECT_EQ(EPERM, with(CAP_T, delete_listed, NULL));
	EXPECT_EQ(0, as_root(delete_event, &nr));

	ASSERT_EQ(0, run_as(UID_OTHER, CAP_T, make_persistent, &nr));
	EXPECT_EQ(EPERM, with(CAP_T, delete_event, &nr));
	EXPECT_EQ(0, run_as(UID_OTHER, CAP_T, delete_event, &nr));
}

/* Who could delete it before still can */
TEST_F(user_events, others_with_perfmon)
{
	int nr = 0;

	ASSERT_EQ(0, as_root(make_persistent, &nr));
	EXPECT_EQ(0, with(CAP_P | CT_BIT(CAP_DAC_OVERRIDE), delete_event, &nr));
}

TEST_F(user_events, half_of_the_places)
{
	ASSERT_EQ(0, set_number(PLACES, 8));
	self->fill->persist = false;
	EXPECT_EQ(EMFILE, with(CAP_T, fill_places, self->fill));
	EXPECT_EQ(4, self->fill->made);
	ASSERT_TRUE(none_left());
	self->fill->persist = true;
	EXPECT_EQ(EMFILE, with(CAP_T, fill_places, self->fill));
	EXPECT_EQ(4, self->fill->made);
	/* Those persist, and root has the rest */
	EXPECT_EQ(0, as_root(fill_places, self->fill));
	EXPECT_EQ(8, self->fill->made);
}

TEST_F(user_events, charged)
{
	int nr = 4;

	ASSERT_EQ(0, set_number(BUDGET, 40));
	self->fill->persist = true;
	EXPECT_EQ(ENOMEM, with(CAP_T, fill_places, self->fill));
	EXPECT_EQ(2, self->fill->made);
	EXPECT_EQ(0, as_root(make_persistent, &nr));
	/* What is deleted is given back */
	nr = 0;
	EXPECT_EQ(0, with(CAP_T, delete_event, &nr));
	EXPECT_EQ(0, with(CAP_T, make_persistent, &nr));
}

int main(int argc, char **argv)
{
	need_cap_tracing();
	return test_harness_run(argc, argv);
}

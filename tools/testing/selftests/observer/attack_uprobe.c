// SPDX-License-Identifier: GPL-2.0
/*
 * Uprobes that change what root's process computes, through each door: in the
 * middle of an instruction, with a reference counter, at a function's return.
 */
#include "attack.h"
#include "../kselftest_harness.h"

#define UPROBE_EVENTS	CT_TRACEFS "/uprobe_events"
#define EVENT		CT_TRACEFS "/events/attack/probe"

struct attack {
	const char *file;		/* on tracefs, for that door */
	struct uprobe_site site;
	pid_t victim;
};

static const struct bpf_insn return_0[] = { CT_MOV_IMM(0, 0), CT_EXIT(), };

static int load_uprobe_multi(void *arg)
{
	struct ct_prog prog = program(BPF_PROG_TYPE_KPROBE, BPF_TRACE_UPROBE_MULTI, return_0,
				      ARRAY_SIZE(return_0));

	(void)arg;
	return ct_prog_load(&prog);
}

/* Doors: a descriptor to hold while the probe is to stay, or -errno */
static int by_uprobe_multi(void *arg)
{
	struct attack *a = arg;
	int prog = load_uprobe_multi(NULL);

	/* Loading is an observer's right: not the refusal that is meant */
	return prog < 0 ? -SETUP_FAILED : link_uprobe_multi(prog, &a->site);
}

static int by_uprobe_pmu(void *arg)
{
	struct attack *a = arg;

	return open_uprobe_pmu(&a->site, a->victim);
}

static int by_tracefs(void *arg)
{
	struct attack *a = arg;
	char line[512], ref[32] = "";
	int err;

	if (a->site.ref_ctr_offset)
		snprintf(ref, sizeof(ref), "(0x%lx)", a->site.ref_ctr_offset);
	snprintf(line, sizeof(line), "%c:attack/probe %s:0x%lx%s\n",
		 a->site.is_return ? 'r' : 'p', a->site.path, a->site.offset,
		 ref);
	err = put_string(a->file, O_APPEND, line);
	if (err)
		return -err;
	err = put_string(EVENT "/enable", 0, "1");
	if (err)
		return -SETUP_FAILED;
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void remove_probe(void)
{
	put_string(EVENT "/enable", 0, "0");
	put_string(UPROBE_EVENTS, O_APPEND, "-:attack/probe\n");
}

FIXTURE(uprobe)
{
	struct victim victim;
	struct attack attack;
};

FIXTURE_VARIANT(uprobe)
{
	int (*door)(void *arg);
	const char *file;
	__u64 stock;
	int refusal;
};

FIXTURE_VARIANT_ADD(uprobe, multi)
{
	.door = by_uprobe_multi,
	.stock = BP,
	.refusal = EPERM,
};

FIXTURE_VARIANT_ADD(uprobe, uprobe_events)
{
	.door = by_tracefs,
	.file = UPROBE_EVENTS,
	.stock = CAP_O,
	.refusal = EPERM,
};

FIXTURE_VARIANT_ADD(uprobe, dynamic_events)
{
	.door = by_tracefs,
	.file = CT_TRACEFS "/dynamic_events",
	.stock = CAP_O,
	.refusal = EPERM,
};

FIXTURE_VARIANT_ADD(uprobe, pmu)
{
	.door = by_uprobe_pmu,
	.stock = CAP_A,
	.refusal = EACCES,
};

FIXTURE_SETUP(uprobe)
{
	remove_probe();
	ASSERT_EQ(0, victim_start(&self->victim));
	self->attack.file = variant->file;
	self->attack.victim = self->victim.pid;
	self->attack.site.path = own_path();
	ASSERT_NE(0, self->attack.site.offset = ct_file_offset(attack_constant));
}

FIXTURE_TEARDOWN(uprobe)
{
	remove_probe();
	victim_end(&self->victim);
}

/* The attack's descriptor, or -errno */
#define ATTACK() \
	fd_from(UID_USER, rights(variant->stock), variant->door, &self->attack)

/* The breakpoint replaces the constant's lowest byte and is never executed */
TEST_F(uprobe, middle_of_an_instruction)
{
	int fd;

	self->attack.site.offset++;
	fd = ATTACK();
	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(0x112233cc, self->victim.box->constant);
	} else {
		EXPECT_EQ(-variant->refusal, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
}

/* At a function's first byte, so that nothing else is wrong with it */
TEST_F(uprobe, reference_counter)
{
	int fd;

	self->attack.site.ref_ctr_offset = ct_file_offset(&attack_counter);
	ASSERT_NE(0, self->attack.site.ref_ctr_offset);
	fd = ATTACK();
	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(VICTIM_COUNTER + 1, self->victim.box->counter);
	} else {
		EXPECT_EQ(-variant->refusal, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
}

TEST_F(uprobe, function_return)
{
	int fd;

	self->attack.site.offset = ct_file_offset(attack_return);
	ASSERT_NE(0, self->attack.site.offset);
	self->attack.site.is_return = true;
	fd = ATTACK();
	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_TRUE(self->victim.box->return_changed);
	} else {
		EXPECT_EQ(-variant->refusal, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
}

/*
 * A program that is handed to a stronger task stays what its loader was: that
 * the task may probe where it likes with programs of its own does not help.
 */
FIXTURE(handed_on)
{
	struct victim victim;
	struct uprobe_site site;
	int prog;
};

FIXTURE_SETUP(handed_on)
{
	ASSERT_EQ(0, victim_start(&self->victim));
	self->site.path = own_path();
	self->site.offset = ct_file_offset(attack_constant) + 1;
	self->prog = fd_from(UID_USER, rights(BP), load_uprobe_multi, NULL);
	ASSERT_LE(0, self->prog);
}

FIXTURE_TEARDOWN(handed_on)
{
	close(self->prog);
	victim_end(&self->victim);
}

struct link_args {
	int prog;
	struct uprobe_site *site;
};

static int link_program(void *arg)
{
	struct link_args *a = arg;

	return link_uprobe_multi(a->prog, a->site);
}

/* fd_from() has brought it over SCM_RIGHTS */
TEST_F(handed_on, as_a_descriptor)
{
	struct link_args a = { self->prog, &self->site };
	int fd = fd_from(UID_OTHER, BP, link_program, &a);

	if (on_stock()) {
		ASSERT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(0x112233cc, self->victim.box->constant);
	} else {
		EXPECT_EQ(-EPERM, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
}

#define BPFFS		"/tmp/attack.bpffs"

struct pin {
	int prog;
	const char *path;
};

static int pin(void *arg)
{
	struct pin *p = arg;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)p->path;
	attr.bpf_fd = p->prog;
	return -ct_bpf(BPF_OBJ_PIN, &attr, sizeof(attr));
}

static int link_pinned(void *arg)
{
	struct link_args *a = arg;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)(BPFFS "/prog");
	a->prog = ct_bpf(BPF_OBJ_GET, &attr, sizeof(attr));
	return a->prog < 0 ? -SETUP_FAILED : link_program(a);
}

TEST_F(handed_on, as_a_pinned_file)
{
	struct pin p = { self->prog, BPFFS "/prog" };
	struct link_args a = { -1, &self->site };
	int fd;

	mkdir(BPFFS, 0755);
	ASSERT_EQ(0, mount("bpf", BPFFS, "bpf", 0, "mode=0777"));
	EXPECT_EQ(0, with(rights(BP), pin, &p));
	EXPECT_EQ(0, chmod(p.path, 0666));
	fd = fd_from(UID_OTHER, BP, link_pinned, &a);
	if (on_stock()) {
		EXPECT_LE(0, fd);
		EXPECT_TRUE(victim_goes_on(&self->victim, 4));
		EXPECT_EQ(0x112233cc, self->victim.box->constant);
	} else {
		EXPECT_EQ(-EPERM, fd);
		EXPECT_TRUE(victim_unharmed(&self->victim));
	}
	close(fd);
	EXPECT_EQ(0, umount(BPFFS));
	rmdir(BPFFS);
}

TEST_HARNESS_MAIN

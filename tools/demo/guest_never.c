// SPDX-License-Identifier: GPL-2.0
/*
 * The cases that must fail on either kernel.
 *
 * Each is done by root first, with Debian's own tools, to show that the
 * attempt is a real one; then by alice; then root looks that nothing changed.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "guest.h"

static enum verdict judge(bool control, const struct output *out, bool harmed)
{
	if (!control) {
		note("root could not do it either: the attempt proves nothing");
		return BROKEN;
	}
	if (harmed)
		return WORKS;
	if (says_refused(out))
		return REFUSED;
	note("nothing happened, but nobody said why");
	return BROKEN;
}

static enum verdict shadow(void)
{
	struct output root = run(0, "/usr/bin/cat", "/etc/shadow");
	struct output out = run(ALICE, TOOLS "cat", "/etc/shadow");
	enum verdict v = judge(strstr(root.text, "root:"), &out,
			       strstr(out.text, "root:"));

	output_free(&root);
	output_free(&out);
	return v;
}

static unsigned int tracing_mode(void)
{
	struct stat st;

	return stat(TRACING, &st) ? 0 : st.st_mode & 07777;
}

static enum verdict chmod_tracefs(void)
{
	unsigned int was = tracing_mode();
	struct output root = run(0, "/usr/bin/chmod", "0711", TRACING);
	bool control = tracing_mode() == 0711;
	struct output out;
	enum verdict v;

	chmod(TRACING, was);
	out = run(ALICE, TOOLS "chmod", "0755", TRACING);
	v = judge(control && was == 0700, &out, tracing_mode() != was);
	chmod(TRACING, was);
	output_free(&root);
	output_free(&out);
	return v;
}

/* Load and attach as UID; was the program there, and did it ever run? */
static struct output load(uid_t uid, const char *object, bool *ran)
{
	struct output out = run(uid, uid ? TOOLS "bpftool" : "/usr/sbin/bpftool",
				"prog", "load", object, PINS "/link",
				"pinmaps", PINS, "autoattach");

	*ran = hits_in(PINS "/hits") > 0;
	note("%s", *ran ? "the program ran" : "the program never ran");
	unlink(PINS "/link");
	unlink(PINS "/hits");
	return out;
}

static enum verdict bpf_kill(void)
{
	bool ran, killed_by_root;
	struct output root, out;
	enum verdict v;

	root = load(0, MINE "kill.bpf.o", &ran);
	killed_by_root = ran && !root_daemon_alive();
	note("root's attempt %s the daemon",
	     killed_by_root ? "killed" : "did not kill");
	if (!root_daemon_again())
		killed_by_root = false;
	out = load(ALICE, MINE "kill.bpf.o", &ran);
	v = judge(killed_by_root, &out, ran || !root_daemon_alive());
	note("the daemon is %s", root_daemon_alive() ? "alive" : "dead");
	output_free(&root);
	output_free(&out);
	return v;
}

static enum verdict bpf_program(const char *object)
{
	bool ran_root, ran;
	struct output root = load(0, object, &ran_root);
	struct output out = load(ALICE, object, &ran);
	enum verdict v = judge(ran_root, &out, ran);

	output_free(&root);
	output_free(&out);
	return v;
}

/* Where demo_root_work() is in the file that this program was started from. */
static unsigned long file_offset(void)
{
	const Elf64_Phdr *ph = (void *)getauxval(AT_PHDR);
	unsigned long i, n = getauxval(AT_PHNUM);
	uintptr_t addr = (uintptr_t)demo_root_work;

	/* static and not position independent: addresses are the file's */
	for (i = 0; i < n; i++)
		if (ph[i].p_type == PT_LOAD && addr >= ph[i].p_vaddr &&
		    addr < ph[i].p_vaddr + ph[i].p_filesz)
			return addr - ph[i].p_vaddr + ph[i].p_offset;
	return 0;
}

static enum verdict uprobe_events(void)
{
	struct output root, out;
	enum verdict v;
	char line[128];
	bool control;

	snprintf(line, sizeof(line), "r:demo/work " MINE "demo-guest:0x%lx",
		 file_offset());
	root = run_with(0, line, "/usr/bin/tee", TRACING "/uprobe_events");
	control = !root.status && file_has(TRACING "/uprobe_events", "demo/work");
	write_file(TRACING "/uprobe_events", "");
	out = run_with(ALICE, line, TOOLS "tee", TRACING "/uprobe_events");
	v = judge(control, &out,
		  file_has(TRACING "/uprobe_events", "demo/work"));
	write_file(TRACING "/uprobe_events", "");
	output_free(&root);
	output_free(&out);
	return v;
}

/*
 * Of the tracers that disturb this is the one that root can safely start on
 * one emulated CPU; hwlat and its like may never give it back.
 */
static enum verdict mmiotrace(void)
{
	static const char current[] = TRACING "/current_tracer";
	struct output root, out;
	enum verdict v;
	bool control;

	root = run_with(0, "mmiotrace", "/usr/bin/tee", current);
	control = file_has(current, "mmiotrace");
	write_file(current, "nop");
	out = run_with(ALICE, "mmiotrace", TOOLS "tee", current);
	v = judge(control, &out, file_has(current, "mmiotrace"));
	write_file(current, "nop");
	output_free(&root);
	output_free(&out);
	return v;
}

enum verdict case_never(const char *id)
{
	if (!strcmp(id, "shadow"))
		return shadow();
	if (!strcmp(id, "chmod-tracefs"))
		return chmod_tracefs();
	if (!strcmp(id, "bpf-kill"))
		return bpf_kill();
	if (!strcmp(id, "bpf-lsm"))
		return bpf_program(MINE "lsm.bpf.o");
	if (!strcmp(id, "uprobe-events"))
		return uprobe_events();
	if (!strcmp(id, "uprobe-pmu"))
		return bpf_program(MINE "uprobe.bpf.o");
	if (!strcmp(id, "uprobe-multi"))
		return bpf_program(MINE "uprobe_multi.bpf.o");
	if (!strcmp(id, "mmiotrace"))
		return mmiotrace();
	return UNKNOWN;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the attacks share: a victim that root runs and that notices when it is
 * tampered with, and rights that depend on the kernel.
 *
 * On a kernel without CAP_TRACING an attack runs with the rights that make it
 * work, and must harm the victim: otherwise the test proves nothing.  With
 * CAP_TRACING it runs as an observer, must be refused, and must leave the
 * victim as it was.
 */
#ifndef _OBSERVER_ATTACK_H
#define _OBSERVER_ATTACK_H

#include "../cap_tracing/focus.h"

#define BT		(CAP_B | CAP_T)
#define BP		(CAP_B | CAP_P)
#define CAP_O		CT_BIT(CAP_DAC_OVERRIDE)

#define VICTIM_FILE	"/tmp/attack.file"	/* root's, 0600 */
#define VICTIM_CONSTANT	0x11223344
#define VICTIM_COUNTER	7
#define VICTIM_WORD	0x5eed

/* Of the victim, and never called elsewhere */
extern const char attack_constant[];	/* mov $VICTIM_CONSTANT, %eax; ret */
extern const char after_attack_return[];
const void *call_attack_return(void);
extern const char attack_return[];	/* returns its return address */
extern unsigned short attack_counter;
extern unsigned int attack_word;

/* What the victim finds, round by round */
struct victim_box {
	__u64 rounds;
	__u64 longest;		/* between two rounds, in ns */
	__u32 pause_us;		/* the test may ask for longer ones */
	__u32 constant;
	__u32 sum;
	__u32 word;
	__u16 counter;
	bool return_changed;
	int open_error;		/* of VICTIM_FILE, anew each round */
	int device_error;	/* of /dev/null */
	int tcp_error;
	int tcp_mark, unix_mark;
	__u16 port;		/* of the TCP socket */
};

struct victim {
	pid_t pid;
	struct victim_box *box;
	int paranoid;		/* the sysctl before */
};

int victim_start(struct victim *v);	/* 0 or errno */
void victim_end(struct victim *v);
bool victim_alive(const struct victim *v);
/* Wait until it has gone on for @rounds; false if it does not */
bool victim_goes_on(const struct victim *v, int rounds);
/* Alive, going on, and as it was */
bool victim_unharmed(const struct victim *v);

/* Does the kernel know no CAP_TRACING? */
bool on_stock(void);
/*
 * @stock there, an observer's elsewhere.  With ATTACK_WITH_STOCK_RIGHTS in
 * the environment @stock everywhere: then every test must fail.
 */
__u64 rights(__u64 stock);

/*
 * A task of the ordinary user's with @caps that has run @fn and keeps what it
 * has; kill_reap() ends it.  Its pid, or -errno if @fn returned one.
 */
pid_t start_attacker(__u64 caps, int (*fn)(void *arg), void *arg);

/* This program's file */
const char *own_path(void);

/* Where the kernel has @symbol, or 0 */
unsigned long address_of(const char *symbol);

/* Does the file contain @text? */
bool file_has(const char *path, const char *text);
/* Is a task called @name there? */
bool task_exists(const char *name);
long mem_available_kb(void);	/* once nothing is being freed */

int write_fd(int fd, const char *text);		/* 0 or errno */
/* A program of raw instructions; the descriptor or -errno */
static inline struct ct_prog program(__u32 type, __u32 attach,
				     const struct bpf_insn *insns, __u32 nr)
{
	return (struct ct_prog){ .type = type, .attach_type = attach,
				 .insns = insns, .nr_insns = nr };
}

int load(void *arg);		/* struct ct_prog */
int verdict(int fd);		/* closes it; 0 or errno */

/* BPF_LINK_CREATE or BPF_RAW_TRACEPOINT_OPEN; the descriptor or -errno */
struct uprobe_site {
	const char *path;
	unsigned long offset, ref_ctr_offset;
	bool is_return;
};

int link_uprobe_multi(int prog, const struct uprobe_site *site);
int open_raw_tracepoint(int prog, const char *name);
int pmu_type(const char *pmu);		/* -errno when there is none */
int open_uprobe_pmu(const struct uprobe_site *site, pid_t pid);

#endif /* _OBSERVER_ATTACK_H */

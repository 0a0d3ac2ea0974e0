/* SPDX-License-Identifier: GPL-2.0 */
/* BPF namespaces: making, entering, finding and counting in them. */
#ifndef CAPSPLIT_BPFNS_H
#define CAPSPLIT_BPFNS_H

#include "capsplit.h"

/* As in linux/sched.h and linux/proc_ns.h of kernels that have them */
#ifndef CLONE_NEWBPF
#define CLONE_NEWBPF	0x00000040
#endif
#define INIT_BPFNS	0xeffffff9UL

/* Ends the program where the kernel has none */
void bpfns_need(void);
/* Ends it if capsplit's own file gives it rights, which are not for this */
void bpfns_own_rights(void);

/* What /proc/PID/ns/bpf names, or another link like it; 0 and errno */
ino_t bpfns_inode(const char *link);
bool bpfns_is(int fd);			/* a handle of one */
/* The program to run: what the command line says, or else a shell */
void bpfns_exec(char **argv) __attribute__((noreturn));

/* ns_count.c: objects that a namespace holds, those of its children too */
enum bpfns_kind {
	BPFNS_PROGRAMS, BPFNS_MAPS, BPFNS_LINKS, BPFNS_BTF, BPFNS_NR_KINDS
};

/* By the numbers of the namespace of @fd; false: the kernel does not let us */
bool bpfns_count(int fd, ino_t ino, uint64_t count[BPFNS_NR_KINDS]);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An ELF file in memory, and what must hold of every answer about it.
 */
#ifndef _UPROBE_ELF_MEMORY_H
#define _UPROBE_ELF_MEMORY_H

#include "../../kernel/trace/uprobe_elf.h"

struct memory_file {
	struct uprobe_elf elf;
	const u8 *data;
	long stop_after;	/* calls of stop(); negative: never */
	u64 read;		/* bytes, in all */
};

void memory_file(struct memory_file *file, const void *data, size_t size);

/* NULL, or what is wrong with the answer */
const char *bad_sites(const struct uprobe_sites *sites);

#endif /* _UPROBE_ELF_MEMORY_H */

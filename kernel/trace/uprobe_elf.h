/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _UPROBE_ELF_H
#define _UPROBE_ELF_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct uprobe_elf - an ELF file to look through
 * @read: read @len bytes at @pos: all of them, or a negative errno
 * @stop: called at least every 64 KiB of work; may sleep; true to give up
 * @size: of the file, in bytes
 */
struct uprobe_elf {
	int (*read)(struct uprobe_elf *elf, void *buf, u32 len, u64 pos);
	bool (*stop)(struct uprobe_elf *elf);
	u64 size;
};

/**
 * struct uprobe_sites - where functions begin and USDT sites are
 * @nr: how many
 * @offsets: in the file, ascending, each once
 */
struct uprobe_sites {
	u32 nr;
	u32 offsets[] __counted_by(nr);
};

int uprobe_elf_sites(struct uprobe_elf *elf, struct uprobe_sites **sites);
bool uprobe_sites_find(const struct uprobe_sites *sites, u64 offset);

#endif /* _UPROBE_ELF_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * An ELF file in memory, and what must hold of every answer about it.
 */
#include "include/kernel.h"
#include "memory.h"

long uprobe_elf_fail_after = -1;

static int memory_read(struct uprobe_elf *elf, void *buf, u32 len, u64 pos)
{
	struct memory_file *file = (struct memory_file *)elf;

	/* The kernel would read less here: nobody may ask for it */
	if (pos > elf->size || len > elf->size - pos)
		abort();
	memcpy(buf, file->data + pos, len);
	file->read += len;
	return 0;
}

static bool memory_stop(struct uprobe_elf *elf)
{
	struct memory_file *file = (struct memory_file *)elf;

	return file->stop_after >= 0 && !file->stop_after--;
}

void memory_file(struct memory_file *file, const void *data, size_t size)
{
	*file = (struct memory_file){
		.elf = { memory_read, memory_stop, size },
		.data = data,
		.stop_after = -1,
	};
}

const char *bad_sites(const struct uprobe_sites *sites)
{
	for (u32 i = 0; i < sites->nr; i++) {
		if (i && sites->offsets[i] <= sites->offsets[i - 1])
			return "not ascending";
		if (!uprobe_sites_find(sites, sites->offsets[i]))
			return "one is not found";
		if (uprobe_sites_find(sites, sites->offsets[i] + 1ULL) &&
		    !(i + 1 < sites->nr &&
		      sites->offsets[i + 1] == sites->offsets[i] + 1))
			return "one is found that is not there";
	}
	if (uprobe_sites_find(sites, 1ULL << 40))
		return "one past 4 GiB is found";
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's ELF reader under libFuzzer: whatever the file, it ends, stays
 * within the file and gives a well-formed answer or an error that it names.
 */
#include "include/kernel.h"
#include "memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct uprobe_sites *sites = NULL;
	struct memory_file file;
	int ret;

	memory_file(&file, data, size);
	ret = uprobe_elf_sites(&file.elf, &sites);
	if (!ret) {
		if (bad_sites(sites))
			abort();
		/* Each byte of a symbol or note is worth one site at most */
		if (sites->nr > file.read)
			abort();
		kvfree(sites);
	} else if (ret != -ENOEXEC && ret != -EFBIG) {
		abort();
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
#include "../kernel.h"
#include_next <linux/elf.h>
#define ELF_DATA	ELFDATA2LSB

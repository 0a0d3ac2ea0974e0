/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small ELF files made by hand, for the tests and as seeds of the fuzzer.
 */
#ifndef _UPROBE_ELF_IMAGES_H
#define _UPROBE_ELF_IMAGES_H

#include <elf.h>
#include <stddef.h>

/* One page: header, two segments, text, symbols, notes, names, sections */
struct image64 {
	Elf64_Ehdr e;
	Elf64_Phdr p[2];
	unsigned char text[256];
	Elf64_Sym symbols[8];
	struct {
		Elf64_Nhdr n;
		char owner[8];
		unsigned long long pc, base, semaphore;
		char args[12];
	} __attribute__((packed, aligned(4))) notes[2];
	char names[64];
	char base;
	Elf64_Shdr s[6];
};

struct image32 {
	Elf32_Ehdr e;
	Elf32_Phdr p[2];
	unsigned char text[256];
	Elf32_Sym symbols[8];
	struct {
		Elf32_Nhdr n;
		char owner[8];
		unsigned int pc, base, semaphore;
		char args[12];
	} __attribute__((packed, aligned(4))) notes[2];
	char names[64];
	char base;
	Elf32_Shdr s[6];
};

/* Where the images have their text, and what is there (offsets in the text) */
#define IMAGE_TEXT	0x401000UL
#define IMAGE_BASE	0x500000UL
#define IMAGE_FUNC	0x10
#define IMAGE_IFUNC	0x20
#define IMAGE_USDT	0x31
#define IMAGE_USDT2	0x42
/* Sections */
enum { S_NULL, S_SYMTAB, S_NOTES, S_NAMES, S_BASE, S_DYNSYM };

void make_image64(struct image64 *image);
void make_image32(struct image32 *image);

#endif /* _UPROBE_ELF_IMAGES_H */

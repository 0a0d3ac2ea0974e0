// SPDX-License-Identifier: GPL-2.0
/*
 * Small ELF files made by hand, for the tests and as seeds of the fuzzer.
 */
#include <string.h>

#include "images.h"

#define NAMES	"\0.symtab\0.note.stapsdt\0.shstrtab\0.stapsdt.base\0.dynsym"
#define NAME_SYMTAB	1
#define NAME_NOTES	9
#define NAME_NAMES	23
#define NAME_BASE		33
#define NAME_DYNSYM	47

/* The same for both classes: only the sizes of the fields differ */
#define MAKE_IMAGE(bits)						\
void make_image##bits(struct image##bits *image)			\
{									\
	typedef struct image##bits T;					\
	static const struct {						\
		unsigned char type;					\
		unsigned short section;					\
		unsigned long at;					\
	} symbols[8] = {						\
		{ 0, 0, 0 },						\
		{ STT_FUNC, 1, IMAGE_TEXT + IMAGE_FUNC },		\
		{ STT_GNU_IFUNC, 1, IMAGE_TEXT + IMAGE_IFUNC },		\
		{ STT_FUNC, SHN_UNDEF, IMAGE_TEXT + 0x50 },		\
		{ STT_OBJECT, 1, IMAGE_TEXT + 0x60 },			\
		{ STT_FUNC, 1, IMAGE_TEXT - 1 },			\
		{ STT_FUNC, 1, IMAGE_TEXT + 256 },			\
		{ STT_FUNC, 1, IMAGE_TEXT + IMAGE_FUNC },		\
	};								\
									\
	memset(image, 0, sizeof(*image));				\
	memcpy(image->e.e_ident, ELFMAG, SELFMAG);			\
	image->e.e_ident[EI_CLASS] = ELFCLASS##bits;			\
	image->e.e_ident[EI_DATA] = ELFDATA2LSB;			\
	image->e.e_ident[EI_VERSION] = EV_CURRENT;			\
	image->e.e_type = ET_DYN;					\
	image->e.e_machine = bits == 64 ? EM_X86_64 : EM_386;		\
	image->e.e_phoff = offsetof(T, p);				\
	image->e.e_phentsize = sizeof(image->p[0]);			\
	image->e.e_phnum = 2;						\
	image->e.e_shoff = offsetof(T, s);				\
	image->e.e_shentsize = sizeof(image->s[0]);			\
	image->e.e_shnum = 6;						\
	image->e.e_shstrndx = S_NAMES;					\
	image->p[0].p_type = PT_LOAD;					\
	image->p[0].p_flags = PF_R | PF_X;				\
	image->p[0].p_vaddr = IMAGE_TEXT;				\
	image->p[0].p_offset = offsetof(T, text);			\
	image->p[0].p_filesz = image->p[0].p_memsz = sizeof(image->text); \
	image->p[1] = image->p[0];					\
	image->p[1].p_flags = PF_R | PF_W;				\
	image->p[1].p_vaddr = IMAGE_BASE;				\
	for (int i = 0; i < 8; i++) {					\
		image->symbols[i].st_info = symbols[i].type;		\
		image->symbols[i].st_shndx = symbols[i].section;	\
		image->symbols[i].st_value = symbols[i].at;		\
	}								\
	for (int i = 0; i < 2; i++) {					\
		image->notes[i].n.n_namesz = 8;				\
		image->notes[i].n.n_descsz = sizeof(image->notes[0]) -	\
			offsetof(__typeof__(image->notes[0]), pc);	\
		image->notes[i].n.n_type = 3;				\
		memcpy(image->notes[i].owner, "stapsdt", 8);		\
		image->notes[i].base = i ? IMAGE_BASE : IMAGE_BASE - 0x1000; \
		image->notes[i].pc = IMAGE_TEXT +			\
			(i ? IMAGE_USDT2 : IMAGE_USDT - 0x1000);	\
	}								\
	memcpy(image->names, NAMES, sizeof(NAMES));			\
	image->s[S_SYMTAB].sh_name = NAME_SYMTAB;				\
	image->s[S_SYMTAB].sh_type = SHT_SYMTAB;			\
	image->s[S_SYMTAB].sh_offset = offsetof(T, symbols);		\
	image->s[S_SYMTAB].sh_size = sizeof(image->symbols);		\
	image->s[S_SYMTAB].sh_entsize = sizeof(image->symbols[0]);	\
	image->s[S_DYNSYM] = image->s[S_SYMTAB];			\
	image->s[S_DYNSYM].sh_name = NAME_DYNSYM;				\
	image->s[S_DYNSYM].sh_type = SHT_DYNSYM;			\
	image->s[S_NOTES].sh_name = NAME_NOTES;				\
	image->s[S_NOTES].sh_type = SHT_NOTE;				\
	image->s[S_NOTES].sh_offset = offsetof(T, notes);		\
	image->s[S_NOTES].sh_size = sizeof(image->notes);		\
	image->s[S_NAMES].sh_name = NAME_NAMES;				\
	image->s[S_NAMES].sh_type = SHT_STRTAB;				\
	image->s[S_NAMES].sh_offset = offsetof(T, names);		\
	image->s[S_NAMES].sh_size = sizeof(image->names);		\
	image->s[S_BASE].sh_name = NAME_BASE;				\
	image->s[S_BASE].sh_type = SHT_PROGBITS;			\
	image->s[S_BASE].sh_addr = IMAGE_BASE;				\
	image->s[S_BASE].sh_offset = offsetof(T, base);			\
	image->s[S_BASE].sh_size = 1;					\
}

MAKE_IMAGE(64)
MAKE_IMAGE(32)

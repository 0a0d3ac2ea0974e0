// SPDX-License-Identifier: GPL-2.0
/*
 * ELF files to set probes in, and where their functions are.
 *
 * Every symbol of a made file is a function, and no two are at the same place
 * or in order: the most that so many symbols can cost.  Code and names are
 * holes, which nothing reads.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "guest.h"

#define TEXT		0x1000UL	/* offset of the code */
#define BASE		0x400000UL	/* where the file is mapped */
#define FUNC_BYTES	64
#define NAME_BYTES	32
#define ALIGN_UP(n)	(((n) + 4095) & ~4095UL)

enum { S_NULL, S_TEXT, S_SYMTAB, S_STRTAB, S_NAMES, S_NR };

static const char names[] = "\0.text\0.symtab\0.strtab\0.shstrtab";

static void put(int fd, const void *buf, size_t len, off_t at,
		const char *path)
{
	while (len) {
		ssize_t n = pwrite(fd, buf, len, at);

		if (n <= 0)
			fail("cannot write %s: %m", path);
		buf = (const char *)buf + n;
		len -= n;
		at += n;
	}
}

/* The same order each time */
static Elf64_Sym *make_symbols(size_t nr)
{
	Elf64_Sym *symbols = calloc(nr, sizeof(*symbols));
	unsigned long long random = 1;

	if (!symbols)
		fail("no memory for %zu symbols", nr);
	for (size_t i = 0; i < nr; i++) {
		size_t j;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		j = (random >> 33) % (i + 1);
		symbols[i].st_value = symbols[j].st_value;
		symbols[j].st_value = BASE + TEXT + i * FUNC_BYTES;
		symbols[i].st_name = 1 + i * NAME_BYTES;
		symbols[i].st_size = FUNC_BYTES;
		symbols[i].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
		symbols[i].st_shndx = S_TEXT;
	}
	return symbols;
}

void make_elf(const char *path, size_t nr, size_t size)
{
	size_t text = ALIGN_UP(nr * FUNC_BYTES), tables = nr * sizeof(Elf64_Sym);
	size_t strings = 1 + nr * NAME_BYTES, end, at;
	struct {
		Elf64_Ehdr e;
		Elf64_Phdr p;
	} head = {
		.e = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
				     ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT,
			.e_phoff = sizeof(Elf64_Ehdr),
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 1,
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = S_NR,
			.e_shstrndx = S_NAMES,
		},
		.p = {
			.p_type = PT_LOAD,
			.p_flags = PF_R | PF_X,
			.p_offset = TEXT,
			.p_vaddr = BASE + TEXT,
			.p_filesz = text,
			.p_memsz = text,
			.p_align = 4096,
		},
	};
	struct {
		Elf64_Shdr s[S_NR];
		char names[sizeof(names)];
	} tail = {
		.s[S_TEXT] = { .sh_name = 1, .sh_type = SHT_PROGBITS,
			       .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
			       .sh_addr = BASE + TEXT, .sh_offset = TEXT,
			       .sh_size = text },
		.s[S_SYMTAB] = { .sh_name = 7, .sh_type = SHT_SYMTAB,
				 .sh_size = tables, .sh_link = S_STRTAB,
				 .sh_entsize = sizeof(Elf64_Sym) },
		.s[S_STRTAB] = { .sh_name = 15, .sh_type = SHT_STRTAB,
				 .sh_size = strings },
		.s[S_NAMES] = { .sh_name = 23, .sh_type = SHT_STRTAB,
				.sh_size = sizeof(names) },
	};
	Elf64_Sym *symbols = make_symbols(nr);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

	if (fd < 0)
		fail("cannot make %s: %m", path);
	/* The tables come last in a file, as linkers have it */
	end = ALIGN_UP(tables) + ALIGN_UP(strings) + ALIGN_UP(sizeof(tail));
	at = TEXT + text;
	if (size > at + end)
		at = size - end;
	tail.s[S_SYMTAB].sh_offset = at;
	put(fd, symbols, tables, at, path);
	at += ALIGN_UP(tables);
	tail.s[S_STRTAB].sh_offset = at;
	at += ALIGN_UP(strings);
	head.e.e_shoff = at;
	tail.s[S_NAMES].sh_offset = at + offsetof(__typeof__(tail), names);
	memcpy(tail.names, names, sizeof(names));
	put(fd, &tail, sizeof(tail), at, path);
	put(fd, &head, sizeof(head), 0, path);
	if (ftruncate(fd, at + ALIGN_UP(sizeof(tail))) || fchmod(fd, 0755))
		fail("cannot finish %s: %m", path);
	close(fd);
	free(symbols);
}

static const char *map_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st))
		fail("cannot read %s: %m", path);
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		fail("cannot map %s: %m", path);
	close(fd);
	*size = st.st_size;
	return map;
}

void copy_elf(const char *from, const char *to)
{
	size_t size;
	const char *map = map_file(from, &size);
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

	if (fd < 0)
		fail("cannot make %s: %m", to);
	put(fd, map, size, 0, to);
	if (fchmod(fd, 0755))
		fail("cannot finish %s: %m", to);
	close(fd);
	munmap((void *)map, size);
}

/* Offset in the file, 0 if the address is not in its code */
static unsigned long offset_of(const char *map, unsigned long address)
{
	const Elf64_Ehdr *e = (const void *)map;
	const Elf64_Phdr *p = (const void *)(map + e->e_phoff);

	for (int i = 0; i < e->e_phnum; i++)
		if (p[i].p_type == PT_LOAD && (p[i].p_flags & PF_X) &&
		    address >= p[i].p_vaddr &&
		    address - p[i].p_vaddr < p[i].p_filesz)
			return address - p[i].p_vaddr + p[i].p_offset;
	return 0;
}

/* Takes the first @room functions; our own files and libc are believed */
static void walk(const char *path, unsigned long *offsets, size_t room,
		 size_t *symbols, size_t *functions)
{
	size_t size, taken;
	const char *map = map_file(path, &size);
	const Elf64_Ehdr *e = (const void *)map;
	const Elf64_Shdr *s = (const void *)(map + e->e_shoff);

	*symbols = *functions = taken = 0;
	if (size < sizeof(*e) || memcmp(e->e_ident, ELFMAG, SELFMAG) ||
	    e->e_ident[EI_CLASS] != ELFCLASS64)
		fail("%s is no 64-bit ELF file", path);
	for (int i = 1; i < e->e_shnum; i++) {
		const Elf64_Sym *sym = (const void *)(map + s[i].sh_offset);
		size_t nr = s[i].sh_size / sizeof(*sym);

		if (s[i].sh_type != SHT_SYMTAB && s[i].sh_type != SHT_DYNSYM)
			continue;
		*symbols += nr;
		for (size_t k = 0; k < nr; k++) {
			unsigned long at = offset_of(map, sym[k].st_value);
			size_t seen = 0;

			if (ELF64_ST_TYPE(sym[k].st_info) != STT_FUNC || !at)
				continue;
			++*functions;
			while (seen < taken && offsets[seen] != at)
				seen++;
			if (taken < room && seen == taken)
				offsets[taken++] = at;
			else if (room && taken == room)
				goto done;
		}
	}
done:
	munmap((void *)map, size);
	if (taken < room)
		fail("%s has %zu functions, %zu are needed", path, taken, room);
}

void find_functions(const char *path, unsigned long *offsets, size_t nr)
{
	size_t symbols, functions;

	walk(path, offsets, nr, &symbols, &functions);
}

void count_symbols(const char *path, size_t *symbols, size_t *functions)
{
	walk(path, NULL, 0, symbols, functions);
}

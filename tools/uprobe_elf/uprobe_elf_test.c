// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the kernel's ELF reader, in user space: what it finds, what it
 * refuses, and that it never looks outside the file (memory.c aborts).
 */
#define _GNU_SOURCE
#include "include/kernel.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "images.h"
#include "memory.h"

static int tests, failed;

static void check(bool ok, const char *what)
{
	printf("%sok %d %s\n", ok ? "" : "not ", ++tests, what);
	failed += !ok;
}

/* The answer, or NULL and the error */
static struct uprobe_sites *look(const void *data, size_t size, int *error)
{
	struct uprobe_sites *sites = NULL;
	struct memory_file file;

	memory_file(&file, data, size);
	*error = uprobe_elf_sites(&file.elf, &sites);
	if (*error)
		return NULL;
	if (bad_sites(sites)) {
		printf("# %s\n", bad_sites(sites));
		*error = -1;
	}
	return sites;
}

static int error_of(const void *data, size_t size)
{
	int error;

	kvfree(look(data, size, &error));
	return error;
}

/* Exactly the four sites of an image, whose text is at @text in the file? */
static bool has_all(const void *data, size_t size, u64 text)
{
	int error;
	struct uprobe_sites *sites = look(data, size, &error);
	bool ok = !error && sites->nr == 4 &&
		  uprobe_sites_find(sites, text + IMAGE_FUNC) &&
		  uprobe_sites_find(sites, text + IMAGE_IFUNC) &&
		  uprobe_sites_find(sites, text + IMAGE_USDT) &&
		  uprobe_sites_find(sites, text + IMAGE_USDT2);

	kvfree(sites);
	return ok;
}

static bool has(const void *data, size_t size, u64 offset)
{
	int error;
	struct uprobe_sites *sites = look(data, size, &error);
	bool ok = !error && uprobe_sites_find(sites, offset);

	kvfree(sites);
	return ok;
}

static struct image64 good, image;
static struct image32 good32, image32;
#define TEXT	offsetof(struct image64, text)

static void by_hand(void)
{
	make_image64(&good);
	make_image32(&good32);
	check(has_all(&good, sizeof(good), TEXT), "64-bit: functions, ifuncs and USDT sites, each once");
	check(has_all(&good32, sizeof(good32), offsetof(struct image32, text)),
	      "32-bit: the same");

	image = good;
	image.e.e_shnum = 0;
	image.s[S_NULL].sh_size = 6;
	check(has_all(&image, sizeof(image), TEXT), "the number of sections in the first of them");
	image = good;
	image.e.e_shstrndx = SHN_XINDEX;
	check(has(&image, sizeof(image), TEXT + IMAGE_FUNC), "an index of the names that does not fit");
	image = good;
	image.s[S_BASE].sh_addr += 1;
	check(has(&image, sizeof(image), TEXT + IMAGE_USDT + 1) &&
	      !has(&image, sizeof(image), TEXT + IMAGE_USDT),
	      "USDT sites move with .stapsdt.base");
	image = good;
	image.notes[0].base = 0;
	image.notes[0].pc = IMAGE_TEXT + IMAGE_USDT;
	check(has_all(&image, sizeof(image), TEXT), "a USDT site without a base is where it says");
	image = good;
	memcpy(image.notes[0].owner, "stapsdx", 8);
	check(!has(&image, sizeof(image), TEXT + IMAGE_USDT), "a note of another owner is none");
	image = good;
	image.p[0].p_flags = PF_R | PF_W;
	check(error_of(&image, sizeof(image)) == -ENOEXEC, "nothing is executable");
	image = good;
	image.p[0].p_filesz = IMAGE_IFUNC;
	check(!has(&image, sizeof(image), TEXT + IMAGE_IFUNC), "past the file's part of the segment");
	image = good;
	image.p[0].p_offset = 1ULL << 32;
	check(!error_of(&image, sizeof(image)) &&
	      !has(&image, sizeof(image), TEXT + IMAGE_FUNC), "past 4 GiB is no site");
	image = good;
	image.p[0].p_offset = ULLONG_MAX - 4;
	check(!error_of(&image, sizeof(image)) &&
	      !has(&image, sizeof(image), IMAGE_FUNC - 5), "no overflow of an offset");
	image = good;
	image.e.e_machine = EM_ARM;
	image.symbols[1].st_value |= 1;
	image.symbols[7].st_value |= 1;
	check(has_all(&image, sizeof(image), TEXT), "the Thumb bit is not part of an address");
}

#define REFUSED(field, value, error, what)				\
	do {								\
		image = good;						\
		image.field = value;					\
		check(error_of(&image, sizeof(image)) == -(error), what); \
	} while (0)

static void malformed(void)
{
	REFUSED(e.e_ident[0], 0, ENOEXEC, "no magic number");
	REFUSED(e.e_ident[EI_DATA], ELFDATA2MSB, ENOEXEC, "the other byte order");
	REFUSED(e.e_ident[EI_CLASS], 3, ENOEXEC, "no such class");
	REFUSED(e.e_type, ET_REL, ENOEXEC, "an object file");
	REFUSED(e.e_type, ET_CORE, ENOEXEC, "a core dump");
	REFUSED(e.e_phnum, 0, ENOEXEC, "no segments");
	REFUSED(e.e_phnum, 65535, EFBIG, "too many segments");
	REFUSED(e.e_phnum, 128, ENOEXEC, "segments past the end");
	REFUSED(e.e_phentsize, 0, ENOEXEC, "segment headers of no size");
	REFUSED(e.e_phoff, ULLONG_MAX, ENOEXEC, "segment headers nowhere");
	REFUSED(e.e_shoff, 0, ENOEXEC, "no sections");
	REFUSED(e.e_shoff, ULLONG_MAX - 8, ENOEXEC, "section headers nowhere");
	REFUSED(e.e_shentsize, 1, ENOEXEC, "section headers of another size");
	REFUSED(e.e_shnum, 65535, ENOEXEC, "sections past the end");
	REFUSED(s[S_SYMTAB].sh_entsize, 0, ENOEXEC, "symbols of no size");
	REFUSED(s[S_SYMTAB].sh_offset, ULLONG_MAX, ENOEXEC, "symbols nowhere");
	REFUSED(s[S_SYMTAB].sh_size, ULLONG_MAX, EFBIG, "too many symbols");
	REFUSED(s[S_SYMTAB].sh_size, 1 << 20, ENOEXEC, "symbols past the end");
	REFUSED(s[S_NOTES].sh_size, ULLONG_MAX, EFBIG, "too many notes");
	REFUSED(s[S_NOTES].sh_offset, ULLONG_MAX - 8, ENOEXEC, "notes nowhere");
	REFUSED(notes[0].n.n_namesz, UINT_MAX, ENOEXEC, "a note's owner without end");
	REFUSED(notes[0].n.n_descsz, UINT_MAX, ENOEXEC, "a note without end");
	REFUSED(notes[1].n.n_descsz, 20, ENOEXEC, "a USDT note that is too short");
	image = good;
	image.e.e_shnum = 0;
	image.s[S_NULL].sh_size = ULLONG_MAX;
	check(error_of(&image, sizeof(image)) == -EFBIG, "sections without end");
	/* Symbols that are all within the file, but very many, in many tables */
	image = good;
	image.s[S_BASE] = image.s[S_SYMTAB];
	image.s[S_SYMTAB].sh_size = 4194304UL * sizeof(Elf64_Sym);
	check(error_of(&image, sizeof(image)) != 0, "the cap on symbols is one over all tables");
}

/* However the file is cut or changed, there is an answer */
static void every_byte(void)
{
	bool ok = true;

	for (size_t size = 0; size < sizeof(good); size++) {
		void *cut = malloc(size ?: 1);	/* found out by the sanitizer */

		memcpy(cut, &good, size);
		ok &= error_of(cut, size) == -ENOEXEC;
		free(cut);
	}
	check(ok, "64-bit: cut off at every byte it is refused");
	ok = true;
	for (size_t size = 0; size < sizeof(good32); size++) {
		void *cut = malloc(size ?: 1);

		memcpy(cut, &good32, size);
		ok &= error_of(cut, size) == -ENOEXEC;
		free(cut);
	}
	check(ok, "32-bit: cut off at every byte it is refused");
	ok = true;
	for (size_t at = 0; at < sizeof(good); at++) {
		for (int bit = 0; bit < 8; bit++) {
			int error;

			image = good;
			((u8 *)&image)[at] ^= 1 << bit;
			error = error_of(&image, sizeof(image));
			ok &= !error || error == -ENOEXEC || error == -EFBIG;
		}
	}
	check(ok, "every bit flipped, each gets a well-formed answer or an error");
	ok = true;
	for (size_t at = 0; at < sizeof(good32); at++) {
		for (int bit = 0; bit < 8; bit++) {
			int error;

			image32 = good32;
			((u8 *)&image32)[at] ^= 1 << bit;
			error = error_of(&image32, sizeof(image32));
			ok &= !error || error == -ENOEXEC || error == -EFBIG;
		}
	}
	check(ok, "32-bit: the same");
}

static void interrupted(void)
{
	struct uprobe_sites *sites;
	struct memory_file file;
	int stops = 0, error;
	bool ok = true;

	do {
		memory_file(&file, &good, sizeof(good));
		file.stop_after = stops++;
		error = uprobe_elf_sites(&file.elf, &sites);
		ok &= !error || error == -EINTR;
	} while (error && stops < 100);
	kvfree(sites);
	check(ok && stops > 1 && stops < 100, "interrupted at every chance it says so");
	ok = true;
	for (stops = 0; stops < 100; stops++) {
		uprobe_elf_fail_after = stops;
		error = error_of(&good, sizeof(good));
		uprobe_elf_fail_after = -1;
		if (!error)
			break;
		ok &= error == -ENOMEM;
	}
	check(ok && stops > 1 && stops < 100, "out of memory at every allocation it says so");
}

/* An ELF file with so many functions, one for each four bytes of text */
static void *make_large(u32 nr, size_t *size)
{
	size_t head = sizeof(good), text = 4UL * nr;
	Elf64_Sym *symbols;
	struct image64 *h;

	*size = head + nr * sizeof(*symbols);
	h = calloc(1, *size);
	memcpy(h, &good, head);
	symbols = (Elf64_Sym *)((char *)h + head);
	for (u32 i = 0; i < nr; i++) {
		symbols[i].st_info = STT_FUNC;
		symbols[i].st_shndx = 1;
		/* Shuffled, as linkers leave them */
		symbols[i].st_value = IMAGE_TEXT + 4ULL * ((i * 7919ULL) % nr);
	}
	h->p[0].p_filesz = text;
	h->p[0].p_offset = 4096;
	h->s[S_SYMTAB].sh_offset = head;
	h->s[S_SYMTAB].sh_size = nr * sizeof(*symbols);
	h->s[S_DYNSYM].sh_type = SHT_NULL;
	h->s[S_NOTES].sh_type = SHT_NULL;
	return h;
}

static void large(void)
{
	struct uprobe_sites *sites;
	size_t size;
	int error;
	void *h = make_large(1000000, &size);

	sites = look(h, size, &error);
	check(!error && sites->nr == 1000000, "a million functions");
	kvfree(sites);
	free(h);
	h = make_large(4194305, &size);
	check(error_of(h, size) == -EFBIG, "more than four million are too many");
	free(h);
}

static void *map(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	*size = st.st_size;
	p = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

/* File offset of an address, as libelf reads the segments; 0 for none */
static u64 to_offset(Elf *elf, u64 addr)
{
	size_t nr;
	GElf_Phdr p;

	if (elf_getphdrnum(elf, &nr))
		return 0;
	for (size_t i = 0; i < nr; i++) {
		if (gelf_getphdr(elf, i, &p) && p.p_type == PT_LOAD &&
		    p.p_flags & PF_X && addr >= p.p_vaddr &&
		    addr - p.p_vaddr < p.p_filesz)
			return addr - p.p_vaddr + p.p_offset;
	}
	return 0;
}

/* Every function that libelf knows is a site, and there are no more */
static void against_libelf(const char *path, const char *what)
{
	struct uprobe_sites *sites;
	size_t size, known = 0, missing = 0;
	void *data = map(path, &size);
	Elf_Scn *section = NULL;
	int error;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = data ? elf_memory(data, size) : NULL;
	if (!elf) {
		check(false, what);
		return;
	}
	sites = look(data, size, &error);
	while (!error && (section = elf_nextscn(elf, section))) {
		Elf_Data *table = elf_getdata(section, NULL);
		GElf_Shdr h;
		GElf_Sym s;

		gelf_getshdr(section, &h);
		if (h.sh_type != SHT_SYMTAB && h.sh_type != SHT_DYNSYM)
			continue;
		for (size_t i = 0; i < h.sh_size / h.sh_entsize; i++) {
			int type;
			u64 at;

			gelf_getsym(table, i, &s);
			type = GELF_ST_TYPE(s.st_info);
			if ((type != STT_FUNC && type != STT_GNU_IFUNC) ||
			    s.st_shndx == SHN_UNDEF)
				continue;
			at = to_offset(elf, s.st_value);
			if (!at)
				continue;
			known++;
			missing += !uprobe_sites_find(sites, at);
		}
	}
	printf("# %s: %zu symbols, %u sites\n", path, known,
	       error ? 0 : sites->nr);
	check(!error && known > 20 && !missing && sites->nr <= known + 200,
	      what);
	kvfree(sites);
	elf_end(elf);
	munmap(data, size);
}

static int write_seed(const char *dir, const char *name, const void *data,
		      size_t size)
{
	char path[PATH_MAX];
	FILE *f;
	int bad;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		return 1;
	}
	bad = fwrite(data, 1, size, f) != size;
	return fclose(f) || bad;
}

int main(int argc, char **argv)
{
	Dl_info libc;

	if (argc == 3 && !strcmp(argv[1], "--seeds")) {
		make_image64(&good);
		make_image32(&good32);
		return write_seed(argv[2], "64", &good, sizeof(good)) ||
		       write_seed(argv[2], "32", &good32, sizeof(good32));
	}
	if (argc > 1) {
		fprintf(stderr, "usage: uprobe-elf-test [--seeds DIR]\n");
		return 2;
	}
	printf("TAP version 13\n");
	by_hand();
	malformed();
	every_byte();
	interrupted();
	large();
	against_libelf("/proc/self/exe", "this program, compared with libelf");
	if (dladdr((void *)gnu_get_libc_version, &libc))
		against_libelf(libc.dli_fname, "the C library, compared with libelf");
	else
		check(false, "the C library is not found");
	printf("1..%d\n", tests);
	return failed ? 1 : 0;
}

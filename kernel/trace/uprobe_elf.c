// SPDX-License-Identifier: GPL-2.0
/*
 * Where functions begin and USDT sites are in an ELF file.
 *
 * The file may have been made to hurt.  No number in it is believed: every
 * place is checked against the size of the file, memory is taken for what was
 * found and not for what is announced, and there is a cap on everything that
 * costs time.  This file is built a second time in user space, where a fuzzer
 * tries it.
 */

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "uprobe_elf.h"

#define CHUNK_BYTES	(64 * 1024)
#define MAX_SEGMENTS	128		/* linkers make about a dozen */
#define MAX_SECTIONS	65536
#define MAX_SYMBOLS	(4 * 1024 * 1024)
#define MAX_SITES	(4 * 1024 * 1024)
#define MAX_NOTE_BYTES	(4 * 1024 * 1024)
#define FIRST_SITES	1024
#define DIGIT_BITS	11		/* three make an offset */
#define DIGITS		BIT(DIGIT_BITS)

#define SYMBOL_IFUNC	10		/* STT_GNU_IFUNC */
#define NOTE_STAPSDT	3

#define STAPSDT_OWNER	"stapsdt"
#define STAPSDT_BASE	".stapsdt.base"

/* A part of the file that is mapped to be executed */
struct segment {
	u64 vaddr, bytes, offset;
};

/* What both classes of section headers say that matters here */
struct section {
	u32 name, type;
	u64 addr, offset, bytes, entry;
};

struct elf_scan {
	struct uprobe_elf *elf;
	bool is64, is_arm;
	u64 sections_at;
	u32 nr_sections, names;
	u32 nr_segments;
	u32 nr_symbols, note_bytes;	/* seen so far */
	u64 base;			/* of USDT sites; 0 for none */
	u32 room;			/* in @sites */
	struct uprobe_sites *sites;
	struct segment segments[MAX_SEGMENTS];
	u8 chunk[CHUNK_BYTES] __aligned(8);
};

static int elf_read(struct elf_scan *scan, void *buf, u32 len, u64 pos)
{
	u64 end;

	if (check_add_overflow(pos, (u64)len, &end) || end > scan->elf->size)
		return -ENOEXEC;
	return scan->elf->read(scan->elf, buf, len, pos);
}

/* Room for twice as many, up to the cap */
static int grow_sites(struct elf_scan *scan)
{
	u32 room = scan->room ? min(scan->room * 2, (u32)MAX_SITES) :
				FIRST_SITES;
	struct uprobe_sites *sites;

	if (scan->room >= MAX_SITES)
		return -EFBIG;
	sites = kvmalloc(struct_size(sites, offsets, room), GFP_KERNEL_ACCOUNT);
	if (!sites)
		return -ENOMEM;
	sites->nr = room;
	if (scan->sites)
		memcpy(sites->offsets, scan->sites->offsets,
		       scan->room * sizeof(sites->offsets[0]));
	kvfree(scan->sites);
	scan->sites = sites;
	scan->room = room;
	return 0;
}

/* A site at an address; @nr counts those found */
static int add_site(struct elf_scan *scan, u64 addr, u32 *nr)
{
	for (u32 i = 0; i < scan->nr_segments; i++) {
		const struct segment *segment = &scan->segments[i];
		u64 offset;

		if (addr < segment->vaddr ||
		    addr - segment->vaddr >= segment->bytes)
			continue;
		if (check_add_overflow(addr - segment->vaddr, segment->offset,
				       &offset) || offset > U32_MAX)
			continue;
		if (*nr == scan->room) {
			int ret = grow_sites(scan);

			if (ret)
				return ret;
		}
		scan->sites->offsets[(*nr)++] = offset;
	}
	return 0;
}

static int read_segments(struct elf_scan *scan, u64 at, u32 nr, u32 entry)
{
	u32 size = scan->is64 ? sizeof(struct elf64_phdr) : sizeof(struct elf32_phdr);
	int ret;

	if (nr > MAX_SEGMENTS)
		return -EFBIG;
	if (!nr || entry != size)
		return -ENOEXEC;
	ret = elf_read(scan, scan->chunk, nr * size, at);
	if (ret)
		return ret;
	for (u32 i = 0; i < nr; i++) {
		struct segment *segment = &scan->segments[scan->nr_segments];
		u32 type, flags;

		if (scan->is64) {
			const struct elf64_phdr *p = (struct elf64_phdr *)scan->chunk + i;

			type = p->p_type;
			flags = p->p_flags;
			*segment = (struct segment){ p->p_vaddr, p->p_filesz,
						     p->p_offset };
		} else {
			const struct elf32_phdr *p = (struct elf32_phdr *)scan->chunk + i;

			type = p->p_type;
			flags = p->p_flags;
			*segment = (struct segment){ p->p_vaddr, p->p_filesz,
						     p->p_offset };
		}
		if (type == PT_LOAD && (flags & PF_X))
			scan->nr_segments++;
	}
	return scan->nr_segments ? 0 : -ENOEXEC;
}

static int read_section(struct elf_scan *scan, u32 index,
			struct section *section)
{
	union {
		struct elf64_shdr s64;
		struct elf32_shdr s32;
	} h;
	u32 size = scan->is64 ? sizeof(h.s64) : sizeof(h.s32);
	u64 at;
	int ret;

	if (check_add_overflow(scan->sections_at, (u64)index * size, &at))
		return -ENOEXEC;
	ret = elf_read(scan, &h, size, at);
	if (ret)
		return ret;
	if (scan->is64)
		*section = (struct section){
			h.s64.sh_name, h.s64.sh_type, h.s64.sh_addr,
			h.s64.sh_offset, h.s64.sh_size, h.s64.sh_entsize,
		};
	else
		*section = (struct section){
			h.s32.sh_name, h.s32.sh_type, h.s32.sh_addr,
			h.s32.sh_offset, h.s32.sh_size, h.s32.sh_entsize,
		};
	return 0;
}

/* The numbers may not fit the header: then the first section has them */
static int count_sections(struct elf_scan *scan, u32 nr, u32 names, u32 entry)
{
	struct section first;
	int ret;

	scan->nr_sections = nr;
	scan->names = names;
	if (!scan->sections_at)
		return -ENOEXEC;
	if (entry != (scan->is64 ? sizeof(struct elf64_shdr) : sizeof(struct elf32_shdr)))
		return -ENOEXEC;
	if (!nr) {
		ret = read_section(scan, 0, &first);
		if (ret)
			return ret;
		if (first.bytes > MAX_SECTIONS)
			return -EFBIG;
		scan->nr_sections = first.bytes;
	}
	/*
	 * The index of the names' section does not fit where there are very
	 * many: such a file has its USDT sites taken as they are.
	 */
	return scan->nr_sections > MAX_SECTIONS ? -EFBIG : 0;
}

static int read_header(struct elf_scan *scan)
{
	union {
		struct elf64_hdr e64;
		struct elf32_hdr e32;
		u8 ident[EI_NIDENT];
	} h;
	int ret;

	memset(&h, 0, sizeof(h));
	ret = elf_read(scan, &h, sizeof(h.e32), 0);
	if (ret)
		return ret;
	if (memcmp(h.ident, ELFMAG, SELFMAG) ||
	    h.ident[EI_DATA] != ELF_DATA)
		return -ENOEXEC;
	scan->is64 = h.ident[EI_CLASS] == ELFCLASS64;
	if (scan->is64) {
		ret = elf_read(scan, &h.e64, sizeof(h.e64), 0);
		if (ret)
			return ret;
	} else if (h.ident[EI_CLASS] != ELFCLASS32) {
		return -ENOEXEC;
	}
	/* Type and machine are at the same place in both */
	if (h.e32.e_type != ET_EXEC && h.e32.e_type != ET_DYN)
		return -ENOEXEC;
	scan->is_arm = h.e32.e_machine == EM_ARM;
	if (scan->is64) {
		scan->sections_at = h.e64.e_shoff;
		return read_segments(scan, h.e64.e_phoff, h.e64.e_phnum,
				     h.e64.e_phentsize) ?:
		       count_sections(scan, h.e64.e_shnum, h.e64.e_shstrndx,
				      h.e64.e_shentsize);
	}
	scan->sections_at = h.e32.e_shoff;
	return read_segments(scan, h.e32.e_phoff, h.e32.e_phnum,
			     h.e32.e_phentsize) ?:
	       count_sections(scan, h.e32.e_shnum, h.e32.e_shstrndx,
			      h.e32.e_shentsize);
}

static int scan_symbol(struct elf_scan *scan, const void *raw, u32 *nr)
{
	u64 value;
	u32 type, section;

	if (scan->is64) {
		const struct elf64_sym *symbol = raw;

		type = symbol->st_info & 15;
		section = symbol->st_shndx;
		value = symbol->st_value;
	} else {
		const struct elf32_sym *symbol = raw;

		type = symbol->st_info & 15;
		section = symbol->st_shndx;
		value = symbol->st_value;
	}
	if ((type != STT_FUNC && type != SYMBOL_IFUNC) || section == SHN_UNDEF)
		return 0;
	/* The lowest bit of an ARM function's address means Thumb */
	if (scan->is_arm)
		value &= ~1ULL;
	return add_site(scan, value, nr);
}

static int scan_symbols(struct elf_scan *scan, const struct section *section,
			u32 *nr)
{
	u32 size = scan->is64 ? sizeof(struct elf64_sym) : sizeof(struct elf32_sym);
	u64 left, at = section->offset;
	int ret;

	if (section->entry != size)
		return -ENOEXEC;
	left = section->bytes / size;
	if (left > MAX_SYMBOLS - scan->nr_symbols)
		return -EFBIG;
	scan->nr_symbols += left;
	while (left) {
		u32 n = min_t(u64, left, CHUNK_BYTES / size);

		if (scan->elf->stop(scan->elf))
			return -EINTR;
		ret = elf_read(scan, scan->chunk, n * size, at);
		if (ret)
			return ret;
		for (u32 i = 0; i < n; i++) {
			ret = scan_symbol(scan, scan->chunk + i * size, nr);
			if (ret)
				return ret;
		}
		at += n * size;
		left -= n;
	}
	return 0;
}

/* pc, base and semaphore of one note's description */
static int scan_usdt(struct elf_scan *scan, u64 at, u32 bytes, u32 *nr)
{
	u64 pc, base;
	int ret;

	if (scan->is64) {
		u64 words[3];

		if (bytes < sizeof(words))
			return -ENOEXEC;
		ret = elf_read(scan, words, sizeof(words), at);
		pc = words[0];
		base = words[1];
	} else {
		u32 words[3];

		if (bytes < sizeof(words))
			return -ENOEXEC;
		ret = elf_read(scan, words, sizeof(words), at);
		pc = words[0];
		base = words[1];
	}
	if (ret)
		return ret;
	/* Prelinking moves the code and the section, not what notes say */
	if (scan->base && base)
		pc += scan->base - base;
	if (!scan->is64)
		pc = (u32)pc;
	return add_site(scan, pc, nr);
}

static int scan_notes(struct elf_scan *scan, const struct section *section,
		      u32 *nr)
{
	u64 at = section->offset, end;
	u32 notes = 0;
	int ret;

	if (section->bytes > MAX_NOTE_BYTES - scan->note_bytes)
		return -EFBIG;
	scan->note_bytes += section->bytes;
	if (check_add_overflow(at, section->bytes, &end))
		return -ENOEXEC;
	while (end - at >= sizeof(struct elf64_note)) {
		char owner[sizeof(STAPSDT_OWNER)];
		struct elf64_note note;		/* the same in both classes */
		u64 name, data;

		if (!(notes++ % 256) && scan->elf->stop(scan->elf))
			return -EINTR;
		ret = elf_read(scan, &note, sizeof(note), at);
		if (ret)
			return ret;
		name = at + sizeof(note);
		data = name + ALIGN((u64)note.n_namesz, 4);
		if (data > end || note.n_descsz > end - data)
			return -ENOEXEC;
		if (note.n_type == NOTE_STAPSDT &&
		    note.n_namesz == sizeof(owner)) {
			ret = elf_read(scan, owner, sizeof(owner), name);
			if (!ret && !memcmp(owner, STAPSDT_OWNER, sizeof(owner)))
				ret = scan_usdt(scan, data, note.n_descsz, nr);
			if (ret)
				return ret;
		}
		at = min(end, data + ALIGN((u64)note.n_descsz, 4));
	}
	return 0;
}

/* Where is the section that USDT sites are relative to?  One byte long */
static int find_base(struct elf_scan *scan)
{
	struct section names, section;
	int ret;

	if (scan->names == SHN_UNDEF || scan->names >= scan->nr_sections)
		return 0;
	ret = read_section(scan, scan->names, &names);
	for (u32 i = 1; !ret && i < scan->nr_sections; i++) {
		char name[sizeof(STAPSDT_BASE)];
		u64 at;

		if (!(i % 256) && scan->elf->stop(scan->elf))
			return -EINTR;
		ret = read_section(scan, i, &section);
		if (ret || section.type != SHT_PROGBITS || section.bytes != 1)
			continue;
		if (names.bytes < sizeof(name) ||
		    section.name > names.bytes - sizeof(name) ||
		    check_add_overflow(names.offset, (u64)section.name, &at))
			continue;
		ret = elf_read(scan, name, sizeof(name), at);
		if (!ret && !memcmp(name, STAPSDT_BASE, sizeof(name))) {
			scan->base = section.addr;
			break;
		}
	}
	return ret;
}

/* One pass of sort_sites(): in the order of eleven bits of each */
static void sort_digit(struct elf_scan *scan, const u32 *from, u32 *to, u32 nr,
		       u32 shift)
{
	u32 *place = (u32 *)scan->chunk, at = 0;

	memset(place, 0, DIGITS * sizeof(*place));
	for (u32 i = 0; i < nr; i++)
		place[from[i] >> shift & (DIGITS - 1)]++;
	for (u32 i = 0; i < DIGITS; i++) {
		u32 n = place[i];

		place[i] = at;
		at += n;
	}
	for (u32 i = 0; i < nr; i++)
		to[place[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

/*
 * Ascending, from @a to @b, by radix: sort() takes fifteen times as long for a
 * million sites, and neither sleeps nor stops.
 */
static int sort_sites(struct elf_scan *scan, u32 *a, u32 *b, u32 nr)
{
	for (u32 shift = 0; shift < 32; shift += DIGIT_BITS) {
		if (scan->elf->stop(scan->elf))
			return -EINTR;
		sort_digit(scan, a, b, nr, shift);
		swap(a, b);
	}
	return 0;
}

/* Ascending, each once, and no more memory than that takes */
static int finish_sites(struct elf_scan *scan, u32 found,
			struct uprobe_sites **sites)
{
	u32 *offsets = NULL, *sorted = NULL;
	u32 nr = 0;
	int ret = 0;

	if (found) {
		sorted = kvmalloc_array(found, sizeof(*sorted),
					GFP_KERNEL_ACCOUNT);
		if (!sorted)
			return -ENOMEM;
		offsets = scan->sites->offsets;
		ret = sort_sites(scan, offsets, sorted, found);
		if (ret)
			goto out;
	}
	for (u32 i = 0; i < found; i++) {
		if (!nr || sorted[i] != offsets[nr - 1])
			offsets[nr++] = sorted[i];
	}
	*sites = kvmalloc(struct_size(*sites, offsets, nr), GFP_KERNEL_ACCOUNT);
	if (!*sites) {
		ret = -ENOMEM;
		goto out;
	}
	(*sites)->nr = nr;
	if (nr)
		memcpy((*sites)->offsets, offsets, nr * sizeof(*offsets));
out:
	kvfree(sorted);
	return ret;
}

static int scan_sections(struct elf_scan *scan, u32 *nr)
{
	struct section section;
	int ret = 0;

	for (u32 i = 1; !ret && i < scan->nr_sections; i++) {
		if (!(i % 256) && scan->elf->stop(scan->elf))
			return -EINTR;
		ret = read_section(scan, i, &section);
		if (ret)
			break;
		if (section.type == SHT_SYMTAB || section.type == SHT_DYNSYM)
			ret = scan_symbols(scan, &section, nr);
		else if (section.type == SHT_NOTE)
			ret = scan_notes(scan, &section, nr);
	}
	return ret;
}

/**
 * uprobe_elf_sites - find where functions begin and USDT sites are
 * @elf: the file
 * @sites: set to what was found; the caller's to kvfree()
 *
 * A function begins where a symbol of type FUNC or GNU_IFUNC says, in .symtab
 * or .dynsym. A USDT site is where a note in .note.stapsdt says. Either counts
 * only within the file's part of an executable segment. Offsets past 4 GiB
 * are left out.
 *
 * Context: Process context. Sleeps.
 * Return: 0; -ENOEXEC if the file is no executable, no library or malformed;
 * -EFBIG past a cap; -EINTR if @elf->stop() said so; -ENOMEM; or the error of
 * @elf->read().
 */
int uprobe_elf_sites(struct uprobe_elf *elf, struct uprobe_sites **sites)
{
	struct elf_scan *scan;
	u32 found = 0;
	int ret;

	scan = kvzalloc(sizeof(*scan), GFP_KERNEL_ACCOUNT);
	if (!scan)
		return -ENOMEM;
	scan->elf = elf;
	ret = read_header(scan) ?: find_base(scan) ?:
	      scan_sections(scan, &found) ?:
	      finish_sites(scan, found, sites);
	kvfree(scan->sites);
	kvfree(scan);
	return ret;
}

/**
 * uprobe_sites_find - is there a site at this offset?
 * @sites: what uprobe_elf_sites() has found
 * @offset: in the file
 *
 * Return: true if there is.
 */
bool uprobe_sites_find(const struct uprobe_sites *sites, u64 offset)
{
	u32 low = 0, high = sites->nr;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (sites->offsets[middle] == offset)
			return true;
		if (sites->offsets[middle] < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

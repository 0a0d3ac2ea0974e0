// SPDX-License-Identifier: GPL-2.0
/*
 * Uprobes in files that the attacker has made up, and in the victim's: at each
 * door, where a function starts, beside it, and elsewhere.
 */
#include "fuzz.h"
#include <linux/elf.h>
#include <sys/ioctl.h>

#define UPROBE_EVENTS	CT_TRACEFS "/uprobe_events"
#define NR_SYMBOLS	8

/* One loadable segment from the file's start, and a table of symbols */
struct image {
	struct elf64_hdr header;
	struct elf64_phdr segment;
	struct elf64_shdr sections[4];
	struct elf64_sym symbols[NR_SYMBOLS];
	char strings[64];
	__u8 text[512];
};

static void make_image(struct dice *d, struct image *image)
{
	memset(image, 0, sizeof(*image));
	memcpy(image->header.e_ident, ELFMAG "\2\1\1", 7);
	image->header.e_type = one_in(d, 2) ? ET_EXEC : ET_DYN;
	image->header.e_machine = EM_X86_64;
	image->header.e_version = EV_CURRENT;
	image->header.e_phoff = offsetof(struct image, segment);
	image->header.e_shoff = offsetof(struct image, sections);
	image->header.e_ehsize = sizeof(image->header);
	image->header.e_phentsize = sizeof(image->segment);
	image->header.e_phnum = 1;
	image->header.e_shentsize = sizeof(image->sections[0]);
	image->header.e_shnum = ARRAY_SIZE(image->sections);
	image->header.e_shstrndx = 3;
	image->segment = (typeof(image->segment)) {
		.p_type = PT_LOAD, .p_flags = PF_R | PF_X,
		.p_filesz = sizeof(*image), .p_memsz = sizeof(*image),
		.p_vaddr = 0x400000, .p_align = 4096,
	};
	image->sections[1] = (typeof(image->sections[0])) {
		.sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		.sh_addr = 0x400000 + offsetof(struct image, text),
		.sh_offset = offsetof(struct image, text),
		.sh_size = sizeof(image->text),
	};
	image->sections[2] = (typeof(image->sections[0])) {
		.sh_type = one_in(d, 2) ? SHT_SYMTAB : SHT_DYNSYM,
		.sh_offset = offsetof(struct image, symbols),
		.sh_size = sizeof(image->symbols),
		.sh_entsize = sizeof(image->symbols[0]), .sh_link = 3,
	};
	image->sections[3] = (typeof(image->sections[0])) {
		.sh_type = SHT_STRTAB,
		.sh_offset = offsetof(struct image, strings),
		.sh_size = sizeof(image->strings),
	};
	for (__u32 i = 1; i < NR_SYMBOLS; i++)
		image->symbols[i] = (typeof(image->symbols[0])) {
			.st_info = STB_GLOBAL << 4 | STT_FUNC,
			.st_shndx = 1, .st_size = 16,
			.st_value = image->sections[1].sh_addr + 16 * i,
		};
	/* A USDT note where the symbols would be, sometimes */
	if (one_in(d, 4)) {
		image->sections[2].sh_type = SHT_NOTE;
		image->sections[2].sh_size = throw(d, 256);
	}
	memset(image->text, 0x90, sizeof(image->text));
}

/* A few bytes or numbers of it spoiled, or its end missing; the size left */
static size_t spoil(struct dice *d, struct image *image)
{
	__u8 *bytes = (void *)image;

	for (__u32 i = throw(d, 4); i; i--) {
		size_t at = throw(d, offsetof(struct image, text)) & ~7UL;
		__u64 number = throw_number(d);

		if (one_in(d, 2))
			bytes[at + throw(d, 8)] = throw(d, 256);
		else
			memcpy(bytes + at, &number, 1 << throw(d, 4));
	}
	return one_in(d, 8) ? throw(d, sizeof(*image)) : sizeof(*image);
}

static int through_events(struct fuzz *f, const struct uprobe_site *site)
{
	char line[256];
	int err;

	snprintf(line, sizeof(line), "%c:fuzz/e %s:0x%lx",
		 site->is_return ? 'r' : 'p', site->path, site->offset);
	if (site->ref_ctr_offset)
		snprintf(line + strlen(line), 32, "(0x%lx)",
			 site->ref_ctr_offset);
	err = put_string(UPROBE_EVENTS, O_APPEND, line);
	if (err)
		return -err;
	put_string(CT_TRACEFS "/events/fuzz/enable", 0, "1");
	be_active(f);
	put_string(CT_TRACEFS "/events/fuzz/enable", 0, "0");
	put_string(UPROBE_EVENTS, O_APPEND, "-:fuzz/e");
	return 0;
}

static int through_link(struct fuzz *f, const struct uprobe_site *site)
{
	static const struct bpf_insn insns[] = {
		CT_MOV_IMM(BPF_REG_0, 0), CT_EXIT(),
	};
	struct ct_prog prog = program(BPF_PROG_TYPE_KPROBE,
				      BPF_TRACE_UPROBE_MULTI, insns,
				      ARRAY_SIZE(insns));
	int fd = ct_prog_load(&prog), link;

	if (fd < 0)
		return fd;
	link = link_uprobe_multi(fd, site);
	close(fd);
	return link;
}

void fuzz_uprobe(struct fuzz *f)
{
	struct dice *d = &f->dice;
	struct uprobe_site site = { .is_return = one_in(d, 6) };
	static struct image image;
	const char *door = "perf";
	char path[64], name[64];
	int ret, fd;

	/* Its own directory is world-writable, as /tmp is */
	snprintf(path, sizeof(path), "/tmp/fuzz.%d", getpid());
	if (one_in(d, 2)) {
		size_t size;

		make_image(d, &image);
		size = spoil(d, &image);
		fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755);
		if (fd < 0 || write(fd, &image, size) != (ssize_t)size) {
			close(fd);
			return;
		}
		close(fd);
		site.path = path;
		site.offset = one_in(d, 8) ? throw_number(d) :
			offsetof(struct image, text) + 16 * throw(d, 9);
	} else {
		site.path = own_path();
		site.offset = one_in(d, 2) ? throw(d, 1 << 20) :
			ct_file_offset(attack_constant) + throw(d, 3);
	}
	if (one_in(d, 6))
		site.ref_ctr_offset = ct_file_offset(&attack_counter);
	switch (throw(d, 3)) {
	case 0:
		door = "events";
		ret = through_events(f, &site);
		break;
	case 1:
		door = "uprobe_multi";
		ret = through_link(f, &site);
		break;
	default:
		ret = open_uprobe_pmu(&site, one_in(d, 2) ? f->victim : -1);
	}
	snprintf(name, sizeof(name), "%s, %s", door,
		 site.path == path ? "made up" : "the victim's");
	step(f, "uprobe %s %lx ref %lx ret %d: %d", name, site.offset,
	     site.ref_ctr_offset, site.is_return, ret);
	note(f, "uprobe", name, ret);
	be_active(f);
	if (ret > 0)
		close(ret);
	unlink(path);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * sizes - how large kernels and what they keep of each object are
 *
 * Prints a table with a column for each NAME=VMLINUX, in bytes: all functions
 * and variables, as their symbols have it, since sections are padded; and
 * structures.
 */
#include <bpf/btf.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "text.h"

#define MAX_KERNELS	4

/* What the series adds to, or that it brings */
static const char *const structs[] = {
	"task_struct", "cred", "nsproxy", "seq_file", "cgroup_bpf",
	"perf_event", "trace_array", "trace_buffer", "trace_uprobe",
	"bpf_map", "bpf_prog", "bpf_prog_aux", "bpf_link", "btf", "bpf_token",
	"bpf_namespace",
};

enum what { CODE, CONSTANT, VARIABLE, ZEROED, WHATS };

static const char *const what_name[WHATS] = {
	"functions", "constants", "variables", "zeroed variables",
};

struct kernel {
	char *name;
	const char *path;
	struct btf *btf;
	unsigned long long size[WHATS];
};

static enum what what_is(const GElf_Shdr *sh)
{
	if (sh->sh_flags & SHF_EXECINSTR)
		return CODE;
	if (sh->sh_type == SHT_NOBITS)
		return ZEROED;
	return sh->sh_flags & SHF_WRITE ? VARIABLE : CONSTANT;
}

static void add_symbol(struct kernel *k, Elf *elf, const GElf_Sym *sym)
{
	int type = GELF_ST_TYPE(sym->st_info);
	GElf_Shdr sh;

	if ((type == STT_FUNC || type == STT_OBJECT) &&
	    sym->st_shndx < SHN_LORESERVE &&
	    gelf_getshdr(elf_getscn(elf, sym->st_shndx), &sh) &&
	    sh.sh_flags & SHF_ALLOC)
		k->size[what_is(&sh)] += sym->st_size;
}

static void read_symbols(struct kernel *k)
{
	int fd = open(k->path, O_RDONLY | O_CLOEXEC);
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;
	GElf_Sym sym;
	Elf *elf;

	elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF)
		die("%s is no kernel: run make kernel", k->path);
	while ((scn = elf_nextscn(elf, scn))) {
		Elf_Data *data;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(scn, NULL);
		for (int i = 0; data && gelf_getsym(data, i, &sym); i++)
			add_symbol(k, elf, &sym);
	}
	elf_end(elf);
	close(fd);
}

/* 0 if it has none of that name */
static unsigned long long size_of(const struct kernel *k, const char *name)
{
	int id = btf__find_by_name_kind(k->btf, name, BTF_KIND_STRUCT);

	return id < 0 ? 0 : btf__type_by_id(k->btf, id)->size;
}

static void print_size(unsigned long long size)
{
	char buf[32];

	printf("  %12s", size ? grouped(size, buf) : "-");
}

int main(int argc, char **argv)
{
	struct kernel kernels[MAX_KERNELS] = { 0 };
	int n = argc - 1;

	if (n < 1 || n > MAX_KERNELS) {
		fputs("usage: sizes NAME=VMLINUX...\n", stderr);
		return 2;
	}
	elf_version(EV_CURRENT);
	printf("%-24s", "bytes");
	for (int i = 0; i < n; i++) {
		struct kernel *k = &kernels[i];
		char *equals = strchr(argv[i + 1], '=');

		if (!equals)
			die("'%s' is not NAME=VMLINUX", argv[i + 1]);
		k->name = argv[i + 1];
		k->path = equals + 1;
		*equals = '\0';
		read_symbols(k);
		k->btf = btf__parse(k->path, NULL);
		if (!k->btf)
			die("%s has no BTF", k->path);
		printf("  %12s", k->name);
	}
	putchar('\n');
	for (int s = 0; s < WHATS; s++) {
		printf("%-24s", what_name[s]);
		for (int i = 0; i < n; i++)
			print_size(kernels[i].size[s]);
		putchar('\n');
	}
	for (size_t s = 0; s < sizeof(structs) / sizeof(structs[0]); s++) {
		printf("struct %-17s", structs[s]);
		for (int i = 0; i < n; i++)
			print_size(size_of(&kernels[i], structs[s]));
		putchar('\n');
	}
	for (int i = 0; i < n; i++)
		btf__free(kernels[i].btf);
	return 0;
}

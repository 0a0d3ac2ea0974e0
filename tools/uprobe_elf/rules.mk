# SPDX-License-Identifier: GPL-2.0
#
# The kernel's ELF reader in user space: the same source file, tested with the
# sanitizers and fuzzed.

UPROBE_ELF      := tools/uprobe_elf
UPROBE_ELF_SRC  := kernel/trace/uprobe_elf.c $(UPROBE_ELF)/memory.c
UPROBE_ELF_DEPS := kernel/trace/uprobe_elf.h $(wildcard $(UPROBE_ELF)/*.h) \
	$(UPROBE_ELF)/include/kernel.h
UPROBE_ELF_CFLAGS := -O1 -g -std=gnu11 -Wall -Wextra -Werror \
	-Wno-sign-compare -Wno-missing-field-initializers \
	-I$(UPROBE_ELF)/include -fno-omit-frame-pointer
RUNS ?= 1000000
SEED ?= 1

$(BIN)/uprobe-elf-test: $(UPROBE_ELF)/uprobe_elf_test.c \
		$(UPROBE_ELF)/images.c $(UPROBE_ELF_SRC) $(UPROBE_ELF_DEPS) | deps
	@mkdir -p $(BIN)
	@echo "  CC       $@"
	@$(CC) $(UPROBE_ELF_CFLAGS) -fsanitize=address,undefined \
		-fno-sanitize-recover=all -o $@ $(filter %.c,$^) -lelf -ldl

$(BIN)/uprobe-elf-fuzz: $(UPROBE_ELF)/fuzz.c $(UPROBE_ELF_SRC) \
		$(UPROBE_ELF_DEPS) | deps
	@mkdir -p $(BIN)
	@echo "  CLANG    $@"
	@clang-19 $(UPROBE_ELF_CFLAGS) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $(filter %.c,$^)

$(BIN)/uprobe-elf-fuzz-test: $(UPROBE_ELF)/fuzz_test.c | deps
	@mkdir -p $(BIN)
	@$(CC) $(TOOL_CFLAGS) -D_GNU_SOURCE $(CFLAGS) -o $@ $^

fuzz-elf: $(addprefix $(BIN)/uprobe-elf-,test fuzz fuzz-test) ## fuzz the kernel's ELF reader: RUNS= SEED=
	@$(BIN)/uprobe-elf-fuzz-test $(BIN) $(BUILD)/results/fuzz-elf $(RUNS) $(SEED)

.PHONY: fuzz-elf

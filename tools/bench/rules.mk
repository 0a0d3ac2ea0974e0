# SPDX-License-Identifier: GPL-2.0
#
# Exact counts of instructions, held to budgets.  Names what tools/testing has
# by its path: its variables are not set yet where prerequisites are read.

BENCH       := $(BIN)/bench
BENCH_GUEST := $(BUILD)/selftests/bench/bench_uprobe
BENCH_LIBC  := $(shell $(CC) -print-file-name=libc.so.6)

$(BENCH): $(addprefix tools/bench/,bench.c text.c text.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -o $@ $(filter %.c,$^)

$(BIN)/bench-test: tools/bench/bench_test.c tools/vm/test/capture.c \
		$(addprefix tools/vm/test/,capture.h tap.h) $(BENCH) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm/test -o $@ $(filter %.c,$^)

# The same operations on both kernels
BENCH_COMPARE := $(BIN)/bench-compare
BENCH_OPS     := $(BUILD)/selftests/bench/bench_ops

$(BENCH_COMPARE): $(addprefix tools/bench/,compare.c text.c text.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -o $@ $(filter %.c,$^)

$(BIN)/bench-compare-test: tools/bench/compare_test.c tools/vm/test/capture.c \
		$(addprefix tools/vm/test/,capture.h tap.h) $(BENCH_COMPARE) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm/test -o $@ $(filter %.c,$^)

$(BENCH_OPS): $(addprefix tools/bench/,bench_ops.c guest.c) \
		$(addprefix tools/testing/selftests/cap_tracing/,common.c common.h) \
		tools/bench/guest.h $(BUILD)/selftests/headers/.done
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CT_CC) -I$(CT_SRC) -o $@.new $(filter %.c,$^)
	@mv $@.new $@

$(BENCH_GUEST): $(addprefix tools/bench/,bench_uprobe.c guest.c guest_elf.c) \
		$(addprefix tools/testing/selftests/cap_tracing/,common.c common.h) \
		tools/bench/guest.h $(BUILD)/selftests/headers/.done
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CT_CC) -I$(CT_SRC) -o $@.new $(filter %.c,$^)
	@mv $@.new $@

BENCH_RUN = $(BENCH) --budgets tools/bench/budgets --results $(BUILD)/results/bench -- \
	tools/vm/run --kernel patched --base $(V) --icount --timeout 900 \
	--console $(BUILD)/results/bench/console.log \
	--add $(BENCH_LIBC)=libc.so.6 --add $(BENCH_GUEST) \
	-- bench_uprobe /run/vm/bin/libc.so.6

bench: deps kernel vm $(BENCH) $(BENCH_GUEST) ## exact instruction counts of proving uprobe sites, held to budgets
	@$(BENCH_RUN)

.PHONY: bench

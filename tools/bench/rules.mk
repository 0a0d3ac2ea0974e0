# SPDX-License-Identifier: GPL-2.0
#
# Exact counts of instructions, held to budgets.  Names what tools/testing has
# by its path: its variables are not set yet where prerequisites are read.

BENCH       := $(BIN)/bench
BENCH_GUEST := $(BUILD)/selftests/bench/bench_uprobe
BENCH_LIBC  := $(shell $(CC) -print-file-name=libc.so.6)

$(BENCH): $(addprefix tools/,bench/bench.c bench/text.c bench/text.h tooltable/host.c tooltable/host.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/tooltable -o $@ $(filter %.c,$^)

$(BIN)/bench-test: tools/bench/bench_test.c tools/vm/test/capture.c \
		$(addprefix tools/vm/test/,capture.h tap.h) $(BENCH) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm/test -o $@ $(filter %.c,$^)

# The same operations on both kernels
BENCH_COMPARE := $(BIN)/bench-compare
BENCH_OPS     := $(BUILD)/selftests/bench/bench_ops

$(BENCH_COMPARE): $(addprefix tools/,bench/compare.c bench/text.c bench/text.h tooltable/host.c tooltable/host.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/tooltable -o $@ $(filter %.c,$^)

$(BIN)/bench-compare-test: tools/bench/compare_test.c tools/vm/test/capture.c \
		$(addprefix tools/vm/test/,capture.h tap.h) $(BENCH_COMPARE) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm/test -o $@ $(filter %.c,$^)

BENCH_LIST    := $(BUILD)/selftests/bench/bench_list
BENCH_FIRST   := $(BUILD)/selftests/bench/bench_first
BENCH_MEMORY  := $(BUILD)/selftests/bench/bench_memory

# What counts in a guest
$(BENCH_GUEST): tools/bench/guest_elf.c
$(BENCH_MEMORY): tools/testing/selftests/bpf_token/token.h
$(BENCH_GUEST) $(BENCH_OPS) $(BENCH_LIST) $(BENCH_FIRST) $(BENCH_MEMORY): $(BUILD)/selftests/bench/%: tools/bench/%.c tools/bench/guest.c \
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

bench-first: deps kernel vm image capsplit $(BENCH) $(BENCH_FIRST) ## how long capsplit takes to its first line, in instructions, held to budgets
	@$(BENCH) --budgets tools/bench/first --results $(BUILD)/results/bench-first -- \
		tools/vm/run --kernel patched --base $(V) --icount --image debian --timeout 900 \
		--console $(BUILD)/results/bench-first/console.log \
		--add $(CAPSPLIT) --add $(BENCH_FIRST) -- bench_first

# $(1): kernel, $(2): the file of counts, $(3): what counts them, $(4): its arguments
define bench_count
	@mkdir -p $(BUILD)/results/bench
	@echo "  COUNT    $(BUILD)/results/bench/$(2)"
	@tools/vm/run --kernel $(1) --base $(V) --icount --memory 1024 --timeout 900 \
		--console $(BUILD)/results/bench/$(2).log --add $(3) \
		-- $(notdir $(3)) $(4) >$(BUILD)/results/bench/$(2) || { \
		tail -n 5 $(BUILD)/results/bench/$(2) >&2; exit 1; }
endef
# $(1): limits, $(2) and $(3): files of counts, $(4) and $(5): what the columns are called
BENCH_HELD = $(BENCH_COMPARE) tools/bench/$(1) $(4)=$(BUILD)/results/bench/$(2) $(5)=$(BUILD)/results/bench/$(3)

# All of them are counted and shown before one that costs too much ends it
bench-ops: deps kernel vm $(BENCH_COMPARE) $(BENCH_OPS) $(BENCH_LIST) ## what single operations cost more than on the unpatched kernel, in instructions
	$(call bench_count,stock,stock,$(BENCH_OPS))
	$(call bench_count,patched,patched,$(BENCH_OPS))
	$(call bench_count,patched,namespace,$(BENCH_OPS),--bpf-ns)
	$(call bench_count,patched,list-0,$(BENCH_LIST),0)
	$(call bench_count,patched,list-100000,$(BENCH_LIST),100000)
	@met=0; for i in "ops stock patched unpatched patched" \
			"ops_ns patched namespace initial namespace" \
			"list list-0 list-100000 alone 100,000+"; do \
		set -- $$i; echo; echo "$$1:"; \
		$(call BENCH_HELD,$$1,$$2,$$3,$$4,$$5) || met=1; done; exit $$met

# What the series weighs
SIZES := $(BIN)/sizes

$(SIZES): $(addprefix tools/,bench/sizes.c bench/text.c bench/text.h tooltable/host.c tooltable/host.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/tooltable -o $@ $(filter %.c,$^) -l:libbpf.a -lelf -lz

sizes: deps kernel kernel-off vm $(SIZES) $(BENCH_MEMORY) ## bytes: functions, variables and structures of the kernels, and what an object takes
	@$(SIZES) $(foreach k,unpatched=stock off patched,$(firstword $(subst =, ,$(k)))=$(BUILD)/$(V)/$(lastword $(subst =, ,$(k)))/obj/vmlinux)
	@echo
	@tools/vm/run --kernel patched --base $(V) --memory 1024 --timeout 600 --add $(BENCH_MEMORY) -- bench_memory

.PHONY: bench bench-first bench-ops sizes

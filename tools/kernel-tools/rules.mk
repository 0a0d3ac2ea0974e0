# SPDX-License-Identifier: GPL-2.0
#
# perf and bpftool of the patched kernel, with what an observer's commands take
# and without interpreters and disassemblers.  They run in the Debian image.

KERNEL_TOOLS_SRC := $(BUILD)/$(V)/patched/src/tools

PERF      := $(BUILD)/perf/perf
PERF_ARGS := O=$(BUILD)/perf WERROR=0 NO_LIBPERL=1 NO_LIBPYTHON=1 NO_LIBBABELTRACE=1 \
	NO_JVMTI=1 NO_LIBPFM4=1 NO_LIBDEBUGINFOD=1 NO_CAPSTONE=1 NO_LIBUNWIND=1 \
	NO_SDT=1 NO_LIBLLVM=1 NO_LIBCRYPTO=1 BUILD_BPF_SKEL=0

BPFTOOL      := $(BUILD)/bpftool/bpftool
BPFTOOL_ARGS := OUTPUT=$(BUILD)/bpftool/ feature-llvm=0 feature-libbfd=0 CLANG=$(CLANG)

# $(1): directory of the sources, and of the build; $(2): arguments of its make
define kernel_tool
	@mkdir -p $(BUILD)/$(notdir $(1))
	@echo "  MAKE     $(BUILD)/$(notdir $(1))"
	@$(MAKE) -s --no-print-directory -C $(KERNEL_TOOLS_SRC)/$(1) -j$(JOBS) $(2) \
		>$(BUILD)/$(notdir $(1))/build.log 2>&1 || { \
		tail -n 15 $(BUILD)/$(notdir $(1))/build.log >&2; \
		echo "$(notdir $(1)): the build failed, the whole log is" \
			"$(BUILD)/$(notdir $(1))/build.log" >&2; exit 1; }
endef

# make decides what is out of date, so these run each time
perf: deps worktree ## build/perf/perf, which knows CAP_TRACING
	$(call kernel_tool,perf,$(PERF_ARGS))

bpftool: deps worktree ## build/bpftool/bpftool, which probes with the capabilities that are there
	$(call kernel_tool,bpf/bpftool,$(BPFTOOL_ARGS))

.PHONY: perf bpftool

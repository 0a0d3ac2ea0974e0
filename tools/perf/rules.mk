# SPDX-License-Identifier: GPL-2.0
#
# perf and bpftool of the patched kernel, small: what an observer's commands
# take, without interpreters and disassemblers.

USERLAND_SRC := $(BUILD)/$(V)/patched/src/tools

PERF      := $(BUILD)/perf/perf
PERF_ARGS := WERROR=0 NO_LIBPERL=1 NO_LIBPYTHON=1 NO_LIBBABELTRACE=1 NO_JVMTI=1 \
	NO_LIBPFM4=1 NO_LIBDEBUGINFOD=1 NO_CAPSTONE=1 NO_LIBUNWIND=1 NO_SDT=1 \
	NO_LIBLLVM=1 NO_LIBCRYPTO=1 BUILD_BPF_SKEL=0

# make decides what is out of date, so this runs each time
perf: deps worktree ## build/perf/perf: perf that knows CAP_TRACING
	@mkdir -p $(@D)$(BUILD)/perf
	@$(MAKE) -s --no-print-directory -C $(USERLAND_SRC)/perf O=$(BUILD)/perf -j$(JOBS) $(PERF_ARGS) \
		>$(BUILD)/perf/build.log 2>&1 || { tail -n 15 $(BUILD)/perf/build.log >&2; \
		echo "perf: the build failed, the whole log is $(BUILD)/perf/build.log" >&2; exit 1; }

.PHONY: perf

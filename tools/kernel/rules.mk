# SPDX-License-Identifier: GPL-2.0
#
# The guest kernels: stock is the base as Debian ships it, patched is the
# worktree.  Both get the same configuration, but for the options that are the
# series' own.

KERNEL_FRAGMENTS := tools/kernel/base.config
PATCHED_FRAGMENT := -f tools/kernel/patched.config
# What a build from nothing compiles, for the progress line alone
KERNEL_OBJECTS := $(shell cat tools/kernel/objects 2>/dev/null || echo 0)

KBUILD := $(BIN)/kbuild
$(KBUILD): $(addprefix tools/kernel/,kbuild.c kconfig.c progress.c kbuild.h) | deps
	@mkdir -p $(BIN)
	$(CC) $(TOOL_CFLAGS) -D_GNU_SOURCE $(CFLAGS) -o $@ $(filter %.c,$^)

$(BIN)/kbuild-test: tools/kernel/test/kbuild_test.c | deps
	@mkdir -p $(BIN)
	$(CC) $(TOOL_CFLAGS) -D_GNU_SOURCE $(CFLAGS) -o $@ $^

KBUILD_ARGS = -j $(JOBS) -C $(BUILD)/ccache -e $(KERNEL_OBJECTS) \
	$(addprefix -f ,$(KERNEL_FRAGMENTS))

kernel: kernel-stock kernel-patched ## build the unpatched and the patched kernel

# make decides what is out of date, so these run each time
kernel-stock: $(KBUILD) worktree
	@$(KBUILD) $(KBUILD_ARGS) $(BUILD)/$(V)/stock

kernel-patched: $(KBUILD) worktree kernel-stock
	@$(KBUILD) $(KBUILD_ARGS) $(PATCHED_FRAGMENT) $(BUILD)/$(V)/patched

# The patched kernel's sources, and none of its options
kernel-off: $(KBUILD) worktree kernel-patched
	@mkdir -p $(BUILD)/$(V)/off
	@[ -e $(BUILD)/$(V)/off/src ] || ln -s ../patched/src $(BUILD)/$(V)/off/src
	@$(KBUILD) $(KBUILD_ARGS) -s $(BUILD)/$(V)/patched $(BUILD)/$(V)/off

# The patched kernel's sources with what finds bugs: KASAN, lockdep, kmemleak
KERNEL_DEBUG_OBJECTS := $(shell cat tools/kernel/objects.debug 2>/dev/null || echo 0)
kernel-debug: $(KBUILD) worktree kernel-patched ## build the debug kernel: KASAN, lockdep, kmemleak, UBSAN, fault injection
	@mkdir -p $(BUILD)/$(V)/debug
	@[ -e $(BUILD)/$(V)/debug/src ] || ln -s ../patched/src $(BUILD)/$(V)/debug/src
	@$(KBUILD) $(filter-out -e $(KERNEL_OBJECTS),$(KBUILD_ARGS)) -e $(KERNEL_DEBUG_OBJECTS) \
		$(PATCHED_FRAGMENT) -f tools/kernel/debug.config $(BUILD)/$(V)/debug

.PHONY: kernel kernel-stock kernel-patched kernel-off kernel-debug

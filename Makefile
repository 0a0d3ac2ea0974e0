# SPDX-License-Identifier: GPL-2.0
#
# The front door.  Each part of the house keeps its rules in a rules.mk of its
# own; a target with a "## " comment is one that people type and is listed by
# `make help`.

V      ?= 6.12
BUILD  ?= $(CURDIR)/build
BIN    := $(BUILD)/bin
JOBS   ?= $(shell nproc)
CFLAGS ?= -O2 -g
# What our own host programs are held to, whatever CFLAGS says
TOOL_CFLAGS := -std=gnu11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes

export V BUILD

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The library comes first, which others link, and libcap-patch last: it names
# programs of the others
include tools/lib/rules.mk $(sort $(filter-out tools/lib/%,$(wildcard tools/*/rules.mk))) $(wildcard libcap-patch/rules.mk)

help: ## list the targets with what each does
	@printf 'make TARGET [V=%s]\n\n' '$(V)'
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | \
		while IFS="$$(printf '\t')" read -r t d; do printf '  %-15s %s\n' "$$t" "$$d"; done

# What takes long to build, side by side: one compiles, the other unpacks, and
# neither keeps two processors busy alone.  If one fails so does the whole.
parts: deps worktree $(KBUILD) $(APT_PRIVATE) $(MKIMAGE) $(LIBCAP_BUILD) $(SRCPKG) $(BUILD)/selftests/headers/.done
	@$(MAKE) --no-print-directory kernel-deb & kernel=$$!; \
	$(MAKE) --no-print-directory userland perf bpftool || { \
		kill $$kernel 2>/dev/null; wait $$kernel; exit 1; }; \
	wait $$kernel

# The suites ask for programs and images by name: have them all first
test-programs: kernel libcap image vm vm-tests image-tests libcap-tests $(BIN)/mirror-test $(BIN)/bench-test $(BIN)/bench-compare-test \
		demo-programs tools-programs tracers-programs services-tests userland-tests capsplit-tests packages-tests selftests \
		upstream-programs $(BIN)/fuzz $(BIN)/mutants $(BIN)/series-test $(KBUILD) $(BIN)/kbuild-test $(LINT) $(BIN)/doc-names \
		$(addprefix $(BIN)/uprobe-elf-,test fuzz fuzz-test)

test: parts ## every test; the last line is "N passed, N failed"
	@$(MAKE) --no-print-directory test-programs
	@$(SUITE)

policy: selftests ## the policy table: every operation, who may do it, what the others get
	@$(BUILD)/selftests/cap_tracing/policy_dump --rst

clean: ## remove what was built for the kernels, images and tools; keep downloads and ccache
	rm -rf $(BUILD)/bin $(BUILD)/images $(BUILD)/selftests $(BUILD)/results

.PHONY: help parts test-programs test policy clean

# SPDX-License-Identifier: GPL-2.0
#
# Debian's source packages with our patches: userland/NAME says how, the result
# is in build/userland/NAME.

SRCPKG := $(BIN)/srcpkg
# $(1): the package, a directory of userland/
srcpkg = $(SRCPKG) $(APT_PRIVATE) $(BUILD) \
	$(SELFTESTS)/headers/usr/include/linux/capability.h $(JOBS) $(1)
# Those that make test builds
USERLAND := libcap-ng systemd trace-cmd bpftrace kernelshark
# "tree SUITE" in some: they are built there, and the others in Debian 13
USERLAND_TREES = $(sort $(foreach package,$(USERLAND),$(shell sed -n 's/^tree //p' userland/$(package)/build 2>/dev/null)))

$(SRCPKG): $(addprefix tools/userland/,srcpkg.c repack.c srcpkg.h) libcap-patch/util.c libcap-patch/libcap.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch -o $@ $(filter %.c,$^)

userland: deps image $(MKIMAGE) $(APT_PRIVATE) $(SRCPKG) $(BUILD)/selftests/headers/.done ## patched programs of Debian's: build/userland (USERLAND="NAME ..." for some)
	@mkdir -p $(BUILD)/images $(BUILD)/downloads/trixie
	@$(call MKIMAGE_RUN,tools/userland/build.recipe) --tree $(BUILD)/images/userland
	@for suite in $(USERLAND_TREES); do \
		mkdir -p $(BUILD)/downloads/$$suite; \
		$(call MKIMAGE_RUN,tools/userland/$$suite.recipe,$$suite) \
			--tree $(BUILD)/images/userland-$$suite || exit 1; \
	done
	@for package in $(USERLAND); do $(call srcpkg,$$package) || exit 1; done

.PHONY: userland

USERLAND_GUEST := $(BIN)/userland-guest

$(USERLAND_GUEST): tools/userland/guest.c libcap-patch/tests/check.c libcap-patch/tests/check.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -static -o $@.new $(filter %.c,$^)
	@mv $@.new $@

userland-tests: userland vm $(USERLAND_GUEST)

.PHONY: userland-tests

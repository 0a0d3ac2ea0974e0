# SPDX-License-Identifier: GPL-2.0
#
# Capabilities from units, logins and containers, in the guest under systemd.

SERVICES_GUEST := $(BIN)/services-guest
SERVICES_SRC := $(addprefix tools/services/,guest.c probe.c terminal.c units.c \
	fences.c sample.c logins.c containers.c names.c) libcap-patch/tests/check.c

$(SERVICES_GUEST): $(SERVICES_SRC) tools/services/services.h libcap-patch/tests/check.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -static -o $@.new $(filter %.c,$^)
	@mv $@.new $@

# systemd's own source, built where the header has CAP_TRACING: see names.c
SYSTEMD_BUILD := $(BIN)/systemd-build

$(SYSTEMD_BUILD): tools/services/systemd_build.c libcap-patch/util.c libcap-patch/libcap.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch -o $@ $(filter %.c,$^)

systemd: deps image $(MKIMAGE) $(APT_PRIVATE) $(SYSTEMD_BUILD) $(BUILD)/selftests/headers/.done ## Debian's systemd with CAP_TRACING in its table: build/systemd
	@mkdir -p $(BUILD)/images $(BUILD)/downloads/trixie
	@$(call MKIMAGE_RUN,tools/services/systemd.recipe) --tree $(BUILD)/images/systemd
	@$(SYSTEMD_BUILD) $(APT_PRIVATE) $(BUILD) \
		$(SELFTESTS)/headers/usr/include/linux/capability.h $(JOBS)

.PHONY: systemd

services-tests: systemd image vm $(SERVICES_GUEST)

.PHONY: services-tests

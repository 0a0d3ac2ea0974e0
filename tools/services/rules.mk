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

# The containers have a program to load, and are started in namespaces
services-tests: userland image vm $(SERVICES_GUEST) $(CAPSPLIT) demo-programs

.PHONY: services-tests

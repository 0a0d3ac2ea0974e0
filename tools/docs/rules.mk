# SPDX-License-Identifier: GPL-2.0
#
# What the documentation says about the tests.

$(BIN)/doc-names: tools/docs/names.c $(addprefix libcap-patch/tests/,check.c check.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -o $@ $(filter %.c,$^)

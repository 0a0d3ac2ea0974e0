# SPDX-License-Identifier: GPL-2.0
#
# What the documentation says about the tests.

$(BIN)/doc-names: tools/docs/names.c | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -o $@ $<

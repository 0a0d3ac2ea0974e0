# SPDX-License-Identifier: GPL-2.0
#
# What reviewers run before they read.

LINT := $(BIN)/lint
$(LINT): tools/lint/lint.c | deps
	@mkdir -p $(BIN)
	$(CC) $(TOOL_CFLAGS) -D_GNU_SOURCE $(CFLAGS) -o $@ $^

lint: $(LINT) kernel ## checkpatch, sparse and W=1 on what the series adds
	@$(LINT) commits $(BUILD)/$(V)/patched base/$(V)
	@$(LINT) compile $(BUILD)/$(V)/patched base/$(V) $(BUILD)/$(V)/stock

.PHONY: lint

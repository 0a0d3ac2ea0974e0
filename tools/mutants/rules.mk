# SPDX-License-Identifier: GPL-2.0
#
# Do the tests notice a broken gate?  Not part of `make test`: each mutant
# rebuilds the kernel.

MUTANTS := $(BIN)/mutants
$(MUTANTS): tools/mutants/mutants.c tools/mutants/record.c tools/mutants/mutants.h | deps
	@mkdir -p $(BIN)
	$(CC) $(TOOL_CFLAGS) -D_GNU_SOURCE $(CFLAGS) -o $@ $(filter %.c,$^)

mutants: $(MUTANTS) $(KBUILD) $(BIN)/suite kernel vm selftests ## break one gate after the other and see the tests fail (ONLY="name ..." for some)
	@$(MUTANTS) --list tools/mutants/list --flavour $(BUILD)/$(V)/patched \
		--build '$(KBUILD) $(KBUILD_ARGS) $(BUILD)/$(V)/patched' \
		--test '$(BIN)/suite --file tools/mutants/suites --results $(BUILD)/results/mutants' $(ONLY)

.PHONY: mutants

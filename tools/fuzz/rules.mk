# SPDX-License-Identifier: GPL-2.0
#
# The randomized attacker, on the debug kernel.

FUZZ_RUN := $(BIN)/fuzz
SEED     ?= 1
STEPS    ?= 10000
FUZZ_KERNEL ?= debug

$(FUZZ_RUN): $(addprefix tools/,fuzz/fuzz.c fuzz/coverage.c image/sum.c fuzz/fuzz.h image/sum.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -o $@ $(filter %.c,$^)

fuzz: deps kernel-$(FUZZ_KERNEL) vm selftests $(FUZZ_RUN) ## attack as an observer at random, on the debug kernel: SEED=FIRST[-LAST] STEPS=NUMBER
	@$(FUZZ_RUN) --base $(V) --kernel $(FUZZ_KERNEL) --jobs $(JOBS) --seed $(SEED) --steps $(STEPS) \
		--program $(BUILD)/selftests/observer/fuzz_observer \
		--image $(BUILD)/$(V)/$(FUZZ_KERNEL)/bzImage \
		--results $(BUILD)/results/fuzz-$(FUZZ_KERNEL) $(if $(RST),--rst $(RST))

.PHONY: fuzz

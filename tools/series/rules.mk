# SPDX-License-Identifier: GPL-2.0
#
# Patches and new files to a git worktree of the kernel, and back.

SERIES := $(BIN)/series
$(SERIES): $(wildcard tools/series/*.c) tools/series/series.h | deps
	@mkdir -p $(BIN)
	$(CC) $(TOOL_CFLAGS) -D_GNU_SOURCE $(CFLAGS) -o $@ $(filter %.c,$^)

$(BIN)/series-test: tools/series/test/round_trip.c | deps
	@mkdir -p $(BIN)
	$(CC) $(TOOL_CFLAGS) -D_GNU_SOURCE $(CFLAGS) -o $@ $^

base: $(SERIES) ## import the base kernel, Debian's source package
	@$(SERIES) base $(V)

worktree: $(SERIES) ## build/V/patched/src: a git worktree of base and series
	@$(SERIES) worktree $(V)

refresh: $(SERIES) ## write the worktree's commits back to patches and new files
	@$(SERIES) refresh $(V)

check-refresh: $(SERIES) ## prove that worktree and refresh lose nothing
	@$(SERIES) check-refresh $(V)

series: $(SERIES) ## build/V/mail: the series as mails, with a cover letter; proves that they apply
	@$(SERIES) mail $(V)

bump: $(SERIES) ## whether the series applies to the newest point release, or to RELEASE= of Debian's
	@$(SERIES) bump $(V) $(RELEASE)

.PHONY: series base worktree refresh check-refresh bump

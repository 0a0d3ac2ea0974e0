# SPDX-License-Identifier: GPL-2.0
#
# Real tools on the stock and the patched kernel, side by side.

DEMO     := $(BIN)/demo
DEMO_DIR := $(BIN)/demo.d
DEMO_BPF := $(patsubst tools/demo/bpf/%.c,$(DEMO_DIR)/%.o,$(wildcard tools/demo/bpf/*.bpf.c))
CLANG    ?= clang

DEMO_SRC       := $(addprefix tools/demo/,demo.c table.c cases.c console.c) \
	tools/vm/splat.c tools/vm/texts.c tools/tooltable/host.c
DEMO_GUEST_SRC := $(addprefix tools/demo/,guest.c guest_run.c guest_sees.c \
	guest_never.c cases.c)

$(DEMO): $(DEMO_SRC) $(addprefix tools/demo/,demo.h cases.h console.h) \
		tools/vm/splat.h tools/vm/ktap.h tools/tooltable/host.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm -Itools/tooltable -o $@ $(filter %.c,$^)

# Not position independent: the demo computes where a function is in the file
$(DEMO_DIR)/demo-guest: $(DEMO_GUEST_SRC) tools/demo/guest.h tools/demo/cases.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -static -no-pie -o $@ $(filter %.c,$^)

$(DEMO_DIR)/%.bpf.o: tools/demo/bpf/%.bpf.c tools/demo/bpf/demo_bpf.h | deps
	@mkdir -p $(@D)
	@echo "  BPF      $@"
	@$(CLANG) -target bpf -O2 -g -Wall -Werror -I/usr/include/$(shell $(CC) -print-multiarch) -c -o $@ $<

demo-programs: $(DEMO) $(DEMO_DIR)/demo-guest $(DEMO_BPF)

DEMO_RUN = $(DEMO) --runner tools/vm/run --programs $(DEMO_DIR) \
	--lists $(BIN) --results $(BUILD)/results/demo --base $(V)

demo: deps kernel libcap image vm demo-programs ## real tools run by an ordinary user, refused by the stock kernel, allowed by ours
	@$(DEMO_RUN)

.PHONY: demo demo-programs

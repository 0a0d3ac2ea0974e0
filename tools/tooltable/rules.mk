# SPDX-License-Identifier: GPL-2.0
#
# Every tool of a package of tracing tools, run by an ordinary user.

TOOLS       := $(BIN)/tools
TOOLS_GUEST := $(BIN)/tools-guest
TOOLS_PAGE  := Documentation/project/observer-tools.rst

TOOLS_SRC       := $(addprefix tools/tooltable/,tools.c host.c print.c list.c) \
	$(addprefix tools/,demo/console.c vm/splat.c vm/texts.c)
TOOLS_GUEST_SRC := $(addprefix tools/tooltable/,guest.c guest_run.c \
	guest_child.c guest_scene.c list.c)

$(TOOLS): $(TOOLS_SRC) $(addprefix tools/,tooltable/tools.h tooltable/host.h tooltable/list.h \
		demo/console.h vm/splat.h vm/ktap.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm -Itools/demo -o $@ $(filter %.c,$^)

$(TOOLS_GUEST): $(TOOLS_GUEST_SRC) \
		$(addprefix tools/tooltable/,guest.h guest_child.h scene.h list.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -static -pthread -o $@ $(filter %.c,$^)

tools-programs: $(TOOLS) $(TOOLS_GUEST)

tools: deps kernel libcap image vm tools-programs ## every tool of libbpf-tools, as an ordinary user: writes Documentation/project/observer-tools.rst
	@$(TOOLS) --runner tools/vm/run --guest $(TOOLS_GUEST) --list tools/tooltable/tools.list \
		--splats $(BIN) --results $(BUILD)/results/tools --base $(V) --rst $(TOOLS_PAGE)
	@cat $(BUILD)/results/tools/table.txt

.PHONY: tools tools-programs

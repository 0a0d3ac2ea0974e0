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

# perf, bpftool, trace-cmd and bpftrace: commands that end by themselves
TRACERS       := $(BIN)/tracers
TRACERS_GUEST := $(BIN)/tracers-guest
TRACERS_PAGE  := Documentation/project/tracers.rst
TRACERS_HDR   := $(wildcard tools/tooltable/*.h)

TRACERS_SRC       := $(addprefix tools/tooltable/,tracers.c tracers_print.c \
	tracer_list.c list.c host.c) $(addprefix tools/,demo/console.c vm/splat.c vm/texts.c)
TRACERS_GUEST_SRC := $(addprefix tools/tooltable/,tracers_guest.c tracers_steps.c \
	tracers_place.c tracer_list.c list.c guest_child.c guest_scene.c)

$(TRACERS): $(TRACERS_SRC) $(TRACERS_HDR) $(addprefix tools/,demo/console.h vm/splat.h vm/ktap.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm -Itools/demo -pthread -o $@ $(filter %.c,$^)

$(TRACERS_GUEST): $(TRACERS_GUEST_SRC) $(TRACERS_HDR) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -static -pthread -o $@ $(filter %.c,$^)

tracers-programs: $(TRACERS) $(TRACERS_GUEST) demo-programs perf bpftool userland

# bpftrace and the libraries that the image's suite does not have any more
TRACERS_BPFTRACE := $(addprefix $(BUILD)/userland/bpftrace/,bpftrace libLLVM-14.so.1 libclang-14.so.13)

tracers: deps kernel libcap image vm tracers-programs ## perf, bpftool, trace-cmd, bpftrace, right by right: writes Documentation/project/tracers.rst
	@$(TRACERS) --guest $(TRACERS_GUEST) --list tools/tooltable/tracers.list --add $(PERF) --add $(BPFTOOL) \
		--add $(DEMO_DIR)/kprobe.bpf.o --add $(DEMO_DIR)/raw_tp.bpf.o \
		$(addprefix --add ,$(TRACERS_BPFTRACE)) \
		--splats $(BIN) --results $(BUILD)/results/tracers --base $(V) --rst $(TRACERS_PAGE)
	@cat $(BUILD)/results/tracers/table.txt

.PHONY: tracers tracers-programs

# SPDX-License-Identifier: GPL-2.0
#
# The machine in the box: the guest's init, the tiny image, the runner.

VM_RUN  := $(BIN)/vm-run
VM_INIT := $(BIN)/vm-init
VM_TINY := $(BUILD)/images/tiny.cpio
BUSYBOX ?= /bin/busybox

VM_HDR := $(wildcard tools/vm/*.h)
VM_CC := $(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm

VM_INIT_SRC := $(addprefix tools/vm/,init.c guest_port.c guest_job.c \
	guest_mounts.c guest_cred.c guest_command.c guest_shell.c guest_systemd.c \
	guest_report.c)
VM_RUN_SRC := $(addprefix tools/vm/,run.c options.c caps.c paths.c prune.c cpio.c \
	initrd.c qemu.c tsc.c stream.c buffer.c autopsy.c accel.c \
	judge.c verdict.c record.c splat.c ktap.c texts.c)
VM_VERDICT_SRC := $(addprefix tools/vm/,verdict.c record.c splat.c ktap.c \
	texts.c buffer.c)
VM_SPLAT := $(BIN)/splat.deny $(BIN)/splat.allow

# Linked aside and renamed: a run that starts meanwhile sees a whole program
$(VM_INIT): $(VM_INIT_SRC) tools/vm/guest.h tools/vm/frame.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(VM_CC) -static -o $@.new $(filter %.c,$^)
	@mv $@.new $@

$(VM_RUN): $(VM_RUN_SRC) $(VM_HDR) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(VM_CC) -o $@.new $(filter %.c,$^)
	@mv $@.new $@

SUITE := $(BIN)/suite
SUITE_SRC := $(addprefix tools/vm/,suite.c suite_list.c suite_report.c \
	ktap.c texts.c buffer.c)

$(SUITE): $(SUITE_SRC) $(VM_HDR) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(VM_CC) -o $@.new $(filter %.c,$^)
	@mv $@.new $@

$(BIN)/mktiny: tools/vm/mktiny.c tools/vm/cpio.c tools/vm/cpio.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(VM_CC) -o $@ $(filter %.c,$^)

$(VM_TINY): $(BIN)/mktiny $(VM_INIT)
	@mkdir -p $(@D)
	@echo "  IMAGE    $@"
	@$(BIN)/mktiny $(VM_INIT) $(BUSYBOX) $@

$(VM_SPLAT): $(BIN)/%: tools/vm/%
	@mkdir -p $(@D)
	@cp $< $@

# The tests of all this; tools/testing/suites says how each is run
VM_TESTS := $(addprefix $(BIN)/vm-,verdict-test suite-test boot-test)

$(BIN)/vm-verdict-test: tools/vm/test/verdict_test.c $(VM_VERDICT_SRC) \
		$(VM_HDR) tools/vm/test/tap.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(VM_CC) -Itools/vm/test -o $@ $(filter %.c,$^)

$(BIN)/vm-suite-test $(BIN)/vm-boot-test: $(BIN)/vm-%-test: \
		tools/vm/test/%_test.c tools/vm/test/capture.c \
		tools/vm/test/capture.h tools/vm/test/tap.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(VM_CC) -Itools/vm/test -o $@ $(filter %.c,$^)

vm-tests: vm $(VM_TESTS)

vm: $(VM_RUN) $(VM_TINY) $(VM_SPLAT) $(SUITE)

K     ?= patched
IMAGE ?= tiny

shell: vm ## a root prompt in a guest (K=stock or patched, IMAGE=tiny or debian)
	@$(VM_RUN) --shell --kernel $(K) --base $(V) --image $(IMAGE)

.PHONY: vm vm-tests shell

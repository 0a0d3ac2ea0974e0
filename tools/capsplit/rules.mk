# SPDX-License-Identifier: GPL-2.0
#
# capsplit, the command, and its tests.  Linked with static libbpf, libcap and
# json-c, so that the same program runs here and in the Debian 13 image.

CAPSPLIT     := $(BIN)/capsplit
CAPSPLIT_DIR := tools/capsplit
CAPSPLIT_SRC := $(wildcard $(CAPSPLIT_DIR)/*.c) tools/bpf/complaint.c
CAPSPLIT_HDR := $(wildcard $(CAPSPLIT_DIR)/*.h) tools/bpf/complaint.h
CAPSPLIT_LIBS := -l:libbpf.a -l:libjson-c.a -l:libcap.a -lelf -lz
CAPSPLIT_D    := $(BIN)/capsplit.d
CAPSPLIT_CT   := tools/testing/selftests/cap_tracing
CAPSPLIT_UAPI := $(BUILD)/selftests/headers
CAPSPLIT_CC   = $(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -I$(CAPSPLIT_CT) \
	-I$(CAPSPLIT_D) -I$(LIBCS)/usr/include -isystem $(CAPSPLIT_UAPI)/usr/include \
	'-DWHY_BPF_OBJECT="$(CAPSPLIT_D)/why.bpf.o"'

# The policy table and its operations, as the selftests have them
CAPSPLIT_OPS := $(filter-out %/policy_dump.c,$(wildcard $(CAPSPLIT_CT)/policy*.c)) \
	$(addprefix $(CAPSPLIT_CT)/,ops_env.c common.c) $(wildcard $(CAPSPLIT_CT)/op_*.c)
$(CAPSPLIT_D)/ops.o: $(CAPSPLIT_OPS) $(wildcard $(CAPSPLIT_CT)/*.h) $(CAPSPLIT_UAPI)/.done
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) -O2 -std=gnu11 -Wall -Wextra -Werror -Wno-missing-field-initializers \
		-Wno-sign-compare -Wno-unused-parameter -isystem $(CAPSPLIT_UAPI)/usr/include \
		-r -nostdlib -o $@ $(filter %.c,$^)

# What watches in the kernel, built once: it finds its way by BTF (CO-RE)
$(CAPSPLIT_D)/why.bpf.o: $(CAPSPLIT_DIR)/bpf/why.bpf.c $(CAPSPLIT_DIR)/why_bpf.h | deps
	@mkdir -p $(@D)
	@echo "  BPF      $@"
	@$(CLANG) -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -O2 -g -Wall -Werror \
		-I/usr/include/$(shell $(CC) -print-multiarch) -c -o $@ $<

# The names of system calls
$(CAPSPLIT_D)/syscalls.h: $(CAPSPLIT_UAPI)/.done
	@mkdir -p $(@D)
	@sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9]*\)$$/\t[\2] = "\1",/p' \
		$(CAPSPLIT_UAPI)/usr/include/asm/unistd_64.h > $@

# Commands and types of BPF: enumerators that are no second names of others
CAPSPLIT_ENUMS := $(patsubst %,$(CAPSPLIT_D)/bpf_%.h,cmd map_type prog_type attach_type)
$(CAPSPLIT_ENUMS): $(CAPSPLIT_D)/bpf_%.h: $(CAPSPLIT_UAPI)/.done
	@mkdir -p $(@D)
	@sed -n '/^enum bpf_$* {/,/^}/s/^\t\(BPF_[A-Z0-9_]*\)\( = [0-9]*\)\{0,1\},.*/\t[\1] = "\1",/p' \
		$(CAPSPLIT_UAPI)/usr/include/linux/bpf.h | sed 's/_DEPRECATED",/",/' > $@

$(CAPSPLIT) $(BIN)/capsplit-asan: $(addprefix $(CAPSPLIT_D)/,ops.o why.bpf.o syscalls.h) $(CAPSPLIT_ENUMS) \
	$(LIBCS_A) $(LIBCS)/usr/include/capsplit.h

$(CAPSPLIT): $(CAPSPLIT_SRC) $(CAPSPLIT_HDR) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CAPSPLIT_CC) -o $@.new $(filter %.c %ops.o %.a,$^) $(CAPSPLIT_LIBS)
	@mv $@.new $@

$(BIN)/capsplit-asan: $(CAPSPLIT_SRC) $(CAPSPLIT_HDR) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CAPSPLIT_CC) -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
		-o $@.new $(filter %.c %ops.o %.a,$^) $(CAPSPLIT_LIBS)
	@mv $@.new $@

# What a test preloads
$(BIN)/capsplit-asan.short.so: $(CAPSPLIT_DIR)/test/short_xattr.c | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -shared -fPIC -o $@ $<

$(BIN)/capsplit-test: $(BIN)/capsplit-asan.short.so $(addprefix $(CAPSPLIT_DIR)/test/,common.c host.c host_check.c host_ns.c host_token.c host_who.c schema.c sync.c host.h test.h) \
		libcap-patch/tests/check.c libcap-patch/tests/check.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -o $@.new $(filter %.c,$^) -l:libjson-c.a
	@mv $@.new $@

$(BIN)/capsplit-guest: $(addprefix $(CAPSPLIT_DIR)/test/,common.c guest.c guest_deeds.c guest_lib.c guest_token.c guest_libbpf.c guest_policy.c \
		guest_ns.c guest_crowd.c schema.c guest_why.c guest_watching.c guest_check.c guest.h test.h) $(LIBCS_A) $(LIBCS)/usr/include/capsplit.h \
		libcap-patch/tests/check.c libcap-patch/tests/check.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -I$(LIBCS)/usr/include -static -pthread \
		-o $@.new $(filter %.c %.a,$^) -l:libjson-c.a
	@mv $@.new $@

# The policy table as a page
CAPSPLIT_POLICY := $(filter-out %/policy_dump.c,$(wildcard $(CAPSPLIT_CT)/policy*.c))
REPORT := $(BUILD)/report.html

$(BIN)/report: $(CAPSPLIT_DIR)/report/report.c $(CAPSPLIT_POLICY) $(CAPSPLIT_CT)/policy.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -I$(CAPSPLIT_CT) -o $@ $(filter %.c,$^)

$(BIN)/report-test: $(CAPSPLIT_DIR)/report/report_test.c $(CAPSPLIT_POLICY) $(CAPSPLIT_CT)/policy.h \
		libcap-patch/tests/check.c libcap-patch/tests/check.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -I$(CAPSPLIT_CT) -Ilibcap-patch/tests -o $@ \
		$(filter %.c,$^) -l:libjson-c.a

# The figures of the last make bench, or else those of the documentation
REPORT_FIGURES := $(or $(wildcard $(BUILD)/results/bench/table.txt),Documentation/project/costs.rst)
REPORT_ABOUT = Linux $(V) of Debian ($(shell sed -n 's/^version *//p' patches/$(V)/base)) as it is, beside the same with the series of \
	$(shell grep -vc '^\#' patches/$(V)/series) patches; guests under QEMU without KVM. \
	The figures are those of $(if $(filter $(BUILD)/%,$(REPORT_FIGURES)),the last make bench,Documentation/project/costs.rst).

$(REPORT): $(BIN)/report $(CAPSPLIT_DIR)/report/page.html $(REPORT_FIGURES) patches/$(V)/series
	@$(BIN)/report $(CAPSPLIT_DIR)/report/page.html $(REPORT_FIGURES) "$(strip $(REPORT_ABOUT))" > $@.new
	@mv $@.new $@

$(BIN)/browser-test: $(addprefix $(CAPSPLIT_DIR)/report/,browser.c browser_test.c browser.h) \
		libcap-patch/tests/check.c libcap-patch/tests/check.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -o $@ $(filter %.c,$^) -l:libjson-c.a

report: deps $(REPORT) ## build/report.html: who may do what, stock beside patched, for any set of capabilities
	@echo $(REPORT)

capsplit: deps $(CAPSPLIT) ## build/bin/capsplit, the command: who may observe, why not, and how to grant it

capsplit-tests: libcapsplit-tests bpf-policy $(CAPSPLIT) $(BIN)/capsplit-asan $(BIN)/capsplit-test \
	$(BIN)/capsplit-guest demo-programs $(REPORT) $(BIN)/report-test $(BIN)/browser-test

.PHONY: capsplit capsplit-tests report

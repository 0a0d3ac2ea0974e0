# SPDX-License-Identifier: GPL-2.0
#
# The tests that run in the guest, built as the kernel's own selftests are
# (static, raw system calls), and the host's side of the matrix.

SELFTESTS := $(BUILD)/selftests
CT_SRC    := tools/testing/selftests/cap_tracing
CT_OUT    := $(SELFTESTS)/cap_tracing
CT_TREE    = $(BUILD)/$(V)/patched/src
CT_HDR    := $(SELFTESTS)/headers/.done

CT_FOCUS  := $(basename $(notdir $(wildcard $(CT_SRC)/focus_*.c)))
CT_POLICY := $(CT_SRC)/policy.c \
	$(filter-out %/policy_dump.c,$(wildcard $(CT_SRC)/policy_*.c))
CT_OPS    := $(CT_SRC)/ops_env.c $(wildcard $(CT_SRC)/op_*.c)
# The tests include the harness from the directory above
CT_HARNESS = -I$(CT_TREE)/tools/testing/selftests/kselftest
CT_CC      = $(CC) $(CFLAGS) -O2 -std=gnu11 -Wall -Wextra -Werror \
	-Wno-missing-field-initializers -Wno-sign-compare \
	-Wno-unused-parameter -static \
	-isystem $(SELFTESTS)/headers/usr/include $(CT_HARNESS)

# Not in the kernel's build directory: it may be building
$(CT_HDR): $(wildcard $(CT_TREE)/include/uapi/linux/*.h) | deps worktree
	@mkdir -p $(@D)
	@echo "  HEADERS  $(SELFTESTS)/headers/usr/include"
	@$(MAKE) -s -C $(CT_TREE) O=$(SELFTESTS)/headers headers
	@touch $@

$(CT_OUT)/matrix: $(CT_SRC)/matrix.c $(CT_POLICY) $(CT_OPS) $(CT_SRC)/common.c
$(CT_OUT)/policy_dump: $(CT_SRC)/policy_dump.c $(CT_POLICY)
$(CT_OUT)/matrix_diff: $(CT_SRC)/matrix_diff.c $(CT_POLICY)
$(addprefix $(CT_OUT)/,$(CT_FOCUS)): $(CT_OUT)/%: $(CT_SRC)/%.c $(CT_SRC)/common.c

CT_PROGS := $(addprefix $(CT_OUT)/,matrix policy_dump matrix_diff $(CT_FOCUS))

# Linked aside and renamed: a guest that starts meanwhile gets a whole program
$(CT_PROGS): $(wildcard $(CT_SRC)/*.h) $(CT_HDR)
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CT_CC) -o $@.new $(filter %.c,$^)
	@mv $@.new $@

# The attacks run on both kernels: see attack.h
AT_SRC   := tools/testing/selftests/observer
AT_PROGS := $(patsubst $(AT_SRC)/%.c,$(SELFTESTS)/observer/%,$(wildcard $(AT_SRC)/attack_*.c))

$(AT_PROGS): $(SELFTESTS)/observer/%: $(AT_SRC)/%.c $(AT_SRC)/attack.c $(CT_SRC)/common.c \
		$(AT_SRC)/attack.h $(CT_SRC)/common.h $(CT_SRC)/focus.h $(CT_HDR)
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CT_CC) -o $@.new $(filter %.c,$^)
	@mv $@.new $@

FUZZ := $(SELFTESTS)/observer/fuzz_observer
$(FUZZ): $(wildcard $(AT_SRC)/fuzz_*.c) $(AT_SRC)/fuzz.h
$(FUZZ): $(AT_SRC)/attack.c $(CT_SRC)/common.c \
		$(AT_SRC)/attack.h $(CT_SRC)/common.h $(CT_SRC)/focus.h $(CT_HDR)
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CT_CC) -o $@.new $(filter %.c,$^)
	@mv $@.new $@

# BPF tokens
BT_SRC   := tools/testing/selftests/bpf_token
BT_PROGS := $(patsubst $(BT_SRC)/%.c,$(SELFTESTS)/bpf_token/%,$(wildcard $(BT_SRC)/token_*.c))

$(BT_PROGS): $(SELFTESTS)/bpf_token/%: $(BT_SRC)/%.c $(CT_SRC)/common.c \
		$(BT_SRC)/token.h $(CT_SRC)/common.h $(CT_SRC)/focus.h $(CT_HDR)
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CT_CC) -o $@.new $(filter %.c,$^) -lpthread
	@mv $@.new $@

$(SELFTESTS)/bpf_token/token_model: $(addprefix $(BT_SRC)/,model.c model_actor.c model.h)

# BPF namespaces
BN_SRC   := tools/testing/selftests/bpf_ns
BN_PROGS := $(patsubst $(BN_SRC)/%.c,$(SELFTESTS)/bpf_ns/%,$(wildcard $(BN_SRC)/ns_*.c))

$(BN_PROGS): $(SELFTESTS)/bpf_ns/%: $(BN_SRC)/%.c $(CT_SRC)/common.c \
		$(BN_SRC)/ns.h $(BN_SRC)/netlink.h $(BT_SRC)/token.h $(CT_SRC)/common.h $(CT_SRC)/focus.h $(CT_HDR)
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CT_CC) -o $@.new $(filter %.c,$^) -lpthread
	@mv $@.new $@

# A module of the patched kernel, whose types are seen there too; they count on
# from those of this very kernel
BN_MODULE     := $(SELFTESTS)/bpf_ns/test_modules/ns_module.ko
BN_MODULE_SRC := $(addprefix $(BN_SRC)/test_modules/,ns_module.c Makefile)

$(BN_MODULE): $(BN_MODULE_SRC) $(KBUILD) $(wildcard $(BUILD)/$(V)/patched/bzImage) | kernel-patched
	@mkdir -p $(@D)
	@cp $(BN_MODULE_SRC) $(@D)
	@$(KBUILD) $(KBUILD_ARGS) $(PATCHED_FRAGMENT) -t modules_prepare $(BUILD)/$(V)/patched
	@echo "  MODULE   $@"
	@$(MAKE) -s -C $(@D) KDIR=$(BUILD)/$(V)/patched/obj KBUILD_MODPOST_WARN=1 modules >$(@D).log 2>&1 || { \
		cat $(@D).log >&2; exit 1; }

# What judges the matrix is tested on the host
MATRIX_TEST := $(BIN)/matrix-test
$(MATRIX_TEST): tools/testing/matrix_test.c $(CT_POLICY) \
		$(wildcard $(CT_SRC)/*.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -I$(CT_SRC) -o $@.new $(filter %.c,$^)
	@mv $@.new $@

selftests: $(CT_PROGS) $(AT_PROGS) $(BT_PROGS) $(BN_PROGS) $(BN_MODULE) $(FUZZ) $(MATRIX_TEST) ## build the tests that run in the guest

debug-tests: deps kernel-debug vm selftests ## tokens and BPF namespaces on the debug kernel, and each of their allocations failing
	@$(SUITE) --file tools/testing/suites.debug

# make test takes half of the settings
matrix: deps kernel vm selftests ## every operation, every subset, every setting of the sysctls, on both kernels
	@$(SUITE) --file tools/testing/suites.matrix

.PHONY: selftests debug-tests matrix

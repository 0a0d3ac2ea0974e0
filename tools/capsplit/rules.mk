# SPDX-License-Identifier: GPL-2.0
#
# capsplit, the command, and its tests.  Linked with static libbpf, libcap and
# json-c, so that the same program runs here and in the Debian 13 image.

CAPSPLIT     := $(BIN)/capsplit
CAPSPLIT_DIR := tools/capsplit
CAPSPLIT_SRC := $(wildcard $(CAPSPLIT_DIR)/*.c)
CAPSPLIT_HDR := $(wildcard $(CAPSPLIT_DIR)/*.h)
CAPSPLIT_LIBS := -l:libjson-c.a -l:libcap.a
CAPSPLIT_D    := $(BIN)/capsplit.d
CAPSPLIT_CT   := tools/testing/selftests/cap_tracing
CAPSPLIT_UAPI := $(BUILD)/selftests/headers
CAPSPLIT_CC   = $(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -I$(CAPSPLIT_CT) \
	-isystem $(CAPSPLIT_UAPI)/usr/include

# The policy table and its operations, as the selftests have them
CAPSPLIT_OPS := $(filter-out %/policy_dump.c,$(wildcard $(CAPSPLIT_CT)/policy*.c)) \
	$(addprefix $(CAPSPLIT_CT)/,ops_env.c common.c) $(wildcard $(CAPSPLIT_CT)/op_*.c)
$(CAPSPLIT_D)/ops.o: $(CAPSPLIT_OPS) $(wildcard $(CAPSPLIT_CT)/*.h) $(CAPSPLIT_UAPI)/.done
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) -O2 -std=gnu11 -Wall -Wextra -Werror -Wno-missing-field-initializers \
		-Wno-sign-compare -Wno-unused-parameter -isystem $(CAPSPLIT_UAPI)/usr/include \
		-r -nostdlib -o $@ $(filter %.c,$^)

$(CAPSPLIT) $(BIN)/capsplit-asan: $(CAPSPLIT_D)/ops.o

$(CAPSPLIT): $(CAPSPLIT_SRC) $(CAPSPLIT_HDR) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CAPSPLIT_CC) -o $@.new $(filter %.c %.o,$^) $(CAPSPLIT_LIBS)
	@mv $@.new $@

$(BIN)/capsplit-asan: $(CAPSPLIT_SRC) $(CAPSPLIT_HDR) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CAPSPLIT_CC) -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
		-o $@.new $(filter %.c %.o,$^) $(CAPSPLIT_LIBS)
	@mv $@.new $@

$(BIN)/capsplit-test: $(addprefix $(CAPSPLIT_DIR)/test/,host.c host_check.c schema.c sync.c host.h test.h) \
		libcap-patch/tests/check.c libcap-patch/tests/check.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -o $@.new $(filter %.c,$^) -l:libjson-c.a
	@mv $@.new $@

capsplit: deps $(CAPSPLIT) ## build/bin/capsplit, the command: who may observe, why not, and how to grant it

capsplit-tests: $(CAPSPLIT) $(BIN)/capsplit-asan $(BIN)/capsplit-test

.PHONY: capsplit capsplit-tests

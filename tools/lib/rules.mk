# SPDX-License-Identifier: GPL-2.0
#
# libcapsplit, the C library for BPF tokens: below build/lib as it is installed.

LIBCS_DIR := tools/lib/capsplit
LIBCS_VERSION := 1.0
LIBCS := $(BUILD)/lib
LIBCS_PREFIX := /usr
LIBCS_MULTIARCH := $(shell $(CC) -print-multiarch)
LIBCS_LIB := $(LIBCS)/usr/lib/$(LIBCS_MULTIARCH)
LIBCS_SO := $(LIBCS_LIB)/libcapsplit.so.$(LIBCS_VERSION)
LIBCS_A := $(LIBCS_LIB)/libcapsplit.a
LIBCS_SRC := $(wildcard $(LIBCS_DIR)/*.c)
LIBCS_UAPI := $(BUILD)/selftests/headers
LIBCS_CC = $(CC) $(CFLAGS) $(TOOL_CFLAGS) -fPIC -isystem $(LIBCS_UAPI)/usr/include

$(LIBCS_SO): $(LIBCS_SRC) $(wildcard $(LIBCS_DIR)/*.h) $(LIBCS_DIR)/capsplit.map $(LIBCS_UAPI)/.done | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(LIBCS_CC) -shared -Wl,-z,defs,-z,relro,-z,now -Wl,-soname,libcapsplit.so.1 \
		-Wl,--version-script,$(LIBCS_DIR)/capsplit.map -o $@ $(filter %.c,$^)
	@ln -sf $(@F) $(@D)/libcapsplit.so.1
	@ln -sf libcapsplit.so.1 $(@D)/libcapsplit.so

# One object: what the parts share among them is not the caller's to see
$(LIBCS_A): $(LIBCS_SRC) $(wildcard $(LIBCS_DIR)/*.h) $(LIBCS_DIR)/capsplit.map $(LIBCS_UAPI)/.done | deps
	@mkdir -p $(@D)
	@echo "  AR       $@"
	@$(LIBCS_CC) -r -nostdlib -o $(@D)/capsplit.o $(filter %.c,$^)
	@objcopy --localize-hidden $(@D)/capsplit.o
	@rm -f $@ && $(AR) rcs $@ $(@D)/capsplit.o && rm $(@D)/capsplit.o

$(LIBCS)/usr/include/capsplit.h: $(LIBCS_DIR)/capsplit.h
	@mkdir -p $(@D) && cp $< $@

$(LIBCS_LIB)/pkgconfig/libcapsplit.pc: $(LIBCS_DIR)/capsplit.pc.in tools/lib/rules.mk
	@mkdir -p $(@D)
	@sed 's,@PREFIX@,$(LIBCS_PREFIX),; s,@LIBDIR@,$${prefix}/lib/$(LIBCS_MULTIARCH),; s,@VERSION@,$(LIBCS_VERSION),' $< > $@

libcapsplit: deps $(LIBCS_SO) $(LIBCS_A) $(LIBCS)/usr/include/capsplit.h $(LIBCS_LIB)/pkgconfig/libcapsplit.pc ## build/lib: libcapsplit, the C library for BPF tokens

$(BIN)/libcapsplit-test: $(LIBCS_DIR)/test/host.c libcap-patch/tests/check.c libcap-patch/tests/check.h \
		$(LIBCS_SO) $(LIBCS)/usr/include/capsplit.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -I$(LIBCS)/usr/include \
		-o $@ $(filter %.c,$^) -L$(LIBCS_LIB) -lcapsplit -Wl,-rpath,$(LIBCS_LIB)

libcapsplit-tests: libcapsplit $(BIN)/libcapsplit-test

# Not among the suites, which do with C and threads: Go is 400 MB to install
GO ?= go
AS_ALICE := setpriv --reuid alice --regid alice --clear-groups
libcapsplit-go: vm image ## a Go program's threads use /dev/bpf-tracing, in a guest (takes Debian's golang-go)
	@GO111MODULE=off CGO_ENABLED=0 $(GO) build -o $(BIN)/device-go $(LIBCS_DIR)/test/device.go
	@tools/vm/run --base $(V) --kernel patched --image debian --timeout 300 --add $(BIN)/device-go -- sh -c \
		'$(AS_ALICE) device-go && exit 1; chgrp alice /dev/bpf-tracing && chmod 0660 /dev/bpf-tracing && $(AS_ALICE) device-go /dev/bpf-tracing'

.PHONY: libcapsplit libcapsplit-tests libcapsplit-go

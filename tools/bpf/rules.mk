# SPDX-License-Identifier: GPL-2.0
#
# bpf-policy: a ready BPF LSM policy about BPF, and its loader.

BPF_POLICY := $(BIN)/bpf-policy
BPF_POLICY_O := $(BIN)/bpf-policy.bpf.o

$(BPF_POLICY_O): tools/bpf/policy.bpf.c tools/bpf/policy.h | deps
	@mkdir -p $(@D)
	@echo "  BPF      $@"
	@$(CLANG) -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -O2 -g -Wall -Werror \
		-I/usr/include/$(shell $(CC) -print-multiarch) -c -o $@ $<

$(BPF_POLICY): $(addprefix tools/bpf/,policy.c complaint.c policy.h complaint.h) $(BPF_POLICY_O)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) '-DPOLICY_BPF_OBJECT="$(BPF_POLICY_O)"' \
		-o $@.new $(filter %.c,$^) -l:libbpf.a -lelf -lz
	@mv $@.new $@

bpf-policy: deps $(BPF_POLICY) ## build/bin/bpf-policy: rules about BPF that no capability can say, by BPF LSM

.PHONY: bpf-policy

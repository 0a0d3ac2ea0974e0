# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own tests, as the base has them, on both kernels.

UPSTREAM     := $(BIN)/upstream
UPSTREAM_OUT := $(BUILD)/upstream
UPSTREAM_SRC  = $(BUILD)/$(V)/patched/src/tools
UPSTREAM_BPF  = $(UPSTREAM_SRC)/testing/selftests/bpf

$(UPSTREAM): $(addprefix tools/,upstream/upstream.c upstream/verdicts.c tooltable/host.c) \
		tools/upstream/verdicts.h tools/tooltable/host.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/tooltable -o $@ $(filter %.c,$^)

$(BIN)/upstream-test: tools/upstream/upstream_test.c tools/vm/test/capture.c \
		$(addprefix tools/vm/test/,capture.h tap.h) $(UPSTREAM) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm/test -o $@ $(filter %.c,$^)

# libbpf of the base, for its tests alone
UPSTREAM_LIBBPF := $(UPSTREAM_OUT)/libbpf/libbpf.a
$(UPSTREAM_LIBBPF): | deps worktree
	@mkdir -p $(@D)
	@echo "  MAKE     $@"
	@$(MAKE) -s -C $(UPSTREAM_SRC)/lib/bpf OUTPUT=$(@D)/ DESTDIR=$(UPSTREAM_OUT)/ prefix= \
		install_headers $@ >$(UPSTREAM_OUT)/libbpf.log 2>&1 || { \
		tail -n 15 $(UPSTREAM_OUT)/libbpf.log >&2; exit 1; }

# Those of test_progs: "token", and what reads the ids of objects.  Many others
# want a module, or are not about what the series touches.
UPSTREAM_TESTS := token bpf_obj_id btf cgroup_attach_autodetach cgroup_attach_multi \
	cgroup_link flow_dissector_reattach link_pinning \
	tc_links tc_netkit tc_opts unpriv_bpf_disabled xdp_cpumap_attach \
	xdp_devmap_attach xdp_info xdp_link

# Their programs, as their own Makefile makes them
$(UPSTREAM_OUT)/vmlinux.h: | kernel-patched bpftool
	@mkdir -p $(@D)
	@$(BPFTOOL) btf dump file $(BUILD)/$(V)/patched/obj/vmlinux format c > $@.new
	@mv $@.new $@

UPSTREAM_SKELS := $(patsubst %,$(UPSTREAM_OUT)/%.skel.h,priv_map priv_prog dummy_st_ops_success token_lsm \
	test_cgroup_link test_link_pinning test_tc_link test_unpriv_bpf_disabled \
	test_xdp_devmap_helpers test_xdp_link test_xdp_with_cpumap_frags_helpers test_xdp_with_cpumap_helpers \
	test_xdp_with_devmap_frags_helpers test_xdp_with_devmap_helpers)
# Loaded by name from where the tests run
UPSTREAM_OBJECTS := $(patsubst %,$(UPSTREAM_OUT)/%.bpf.o,test_obj_id xdp_dummy test_btf_newkv test_btf_nokv)

$(UPSTREAM_OUT)/%.bpf.o: $(UPSTREAM_LIBBPF) $(UPSTREAM_OUT)/vmlinux.h
	@echo "  BPF      $@"
	@$(CLANG) -target bpf -mcpu=v3 -g -O2 -D__TARGET_ARCH_x86 -Wno-compare-distinct-pointer-types \
		-I$(UPSTREAM_OUT) -I$(UPSTREAM_OUT)/include -I$(UPSTREAM_BPF) -I$(UPSTREAM_SRC)/include/uapi \
		-idirafter /usr/include/$(shell $(CC) -print-multiarch) -c -o $@ $(UPSTREAM_BPF)/progs/$*.c

$(UPSTREAM_SKELS): %.skel.h: %.bpf.o
	@$(BPFTOOL) gen skeleton $< name $(notdir $*) > $@.new
	@mv $@.new $@

UPSTREAM_CC = $(CC) -g -O2 -w -D_GNU_SOURCE -DHAVE_GENHDR -static -I$(UPSTREAM_OUT) -I$(UPSTREAM_BPF) \
	-I$(BUILD)/$(V)/patched/obj/include/generated $(addprefix -I$(UPSTREAM_SRC)/,lib include include/uapi arch/x86/include bpf/bpftool) \
	-I$(UPSTREAM_OUT)/include
UPSTREAM_LIBS := $(UPSTREAM_LIBBPF) -lelf -lz -lrt -lpthread
# The runner, with these tests alone
UPSTREAM_RUNNER = $(addprefix $(UPSTREAM_BPF)/,test_progs.c cgroup_helpers.c trace_helpers.c \
	network_helpers.c testing_helpers.c cap_helpers.c netlink_helpers.c) \
	$(patsubst %,$(UPSTREAM_BPF)/prog_tests/%.c,$(UPSTREAM_TESTS)) \
	$(UPSTREAM_SRC)/bpf/bpftool/json_writer.c

$(UPSTREAM_OUT)/test_progs: $(UPSTREAM_SKELS) $(UPSTREAM_OBJECTS) tools/upstream/rules.mk | kernel-patched
	@mkdir -p $(@D)/prog_tests
	@echo "  CC       $@"
	@sed -n 's/^void \(serial_\)\?test_\([a-zA-Z0-9_]*\)(void)$$/DEFINE_TEST(\2)/p' \
		$(patsubst %,$(UPSTREAM_BPF)/prog_tests/%.c,$(UPSTREAM_TESTS)) > $(@D)/prog_tests/tests.h
	@$(UPSTREAM_CC) -o $@.new $(UPSTREAM_RUNNER) $(UPSTREAM_LIBS) 2>$@.log || { cat $@.log >&2; exit 1; }
	@mv $@.new $@

upstream-programs: $(UPSTREAM) $(BIN)/upstream-test $(UPSTREAM_OUT)/test_progs

upstream-tests: deps kernel vm image upstream-programs ## the kernel's own tests on both kernels, and whether they say the same
	@$(SUITE) --file tools/testing/suites.upstream

.PHONY: upstream-programs upstream-tests

# SPDX-License-Identifier: GPL-2.0
#
# libcap with CAP_TRACING, as packages for Debian 12 and 13.

LIBCAP_BUILD := $(BIN)/libcap-build

$(LIBCAP_BUILD): $(addprefix libcap-patch/,build.c fetch.c util.c libcap.h) | deps
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(TOOL_CFLAGS) -o $@ $(filter %.c,$^)

# libcap-build itself decides what is out of date
libcap: deps $(LIBCAP_BUILD) $(APT_PRIVATE) ## Debian's libcap packages with cap_tracing, in build/debs/libcap
	@$(LIBCAP_BUILD) libcap-patch $(APT_PRIVATE) $(JOBS)

.PHONY: libcap

# The tests: api is linked with each version's own library, host runs its
# programs here, guest (static) runs them on the patched kernel.
LIBCAP_VERSIONS := $(shell sed -n 's/^[a-z]* \([0-9.]*\) [0-9]*:.*/\1/p' libcap-patch/base)
LIBCAP_T := libcap-patch/tests
LIBCAP_API := $(LIBCAP_VERSIONS:%=$(BUILD)/libcap/%/api)

$(BUILD)/libcap/%/api: $(addprefix $(LIBCAP_T)/,api.c check.c check.h) $(BUILD)/debs/libcap/%/recipe
	$(CC) $(CFLAGS) $(TOOL_CFLAGS) -I$(BUILD)/libcap/$*/root/usr/include -o $@ \
		$(filter %.c,$^) $(BUILD)/libcap/$*/root/usr/lib/*-linux-*/libcap.a

$(BUILD)/debs/libcap/%/recipe: | libcap ;

$(BIN)/libcap-host $(BIN)/libcap-guest: $(BIN)/libcap-%: $(addprefix $(LIBCAP_T)/,%.c check.c check.h) | deps
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(TOOL_CFLAGS) $(if $(filter %guest,$@),-static) -o $@ $(filter %.c,$^)

# What the guest needs of a version; LIBCAP_GUEST runs it there
$(BUILD)/libcap/%/guest.tar: $(BUILD)/libcap/%/api
	@tar -C $(@D) --exclude=root/usr/share --exclude=root/usr/include \
		--exclude='*.a' -cf $@.new api root src/progs/quicktest.sh \
		src/pam_cap/capability.conf src/pam_cap/sudotest.conf \
		$(addprefix stock/progs/,capsh setcap getcap) && mv $@.new $@

LIBCAP_GUEST := $(BIN)/libcap-guest $(LIBCAP_VERSIONS:%=$(BUILD)/libcap/%/guest.tar)

libcap-tests: libcap $(BIN)/libcap-host $(LIBCAP_API) $(LIBCAP_GUEST)

.PHONY: libcap-tests

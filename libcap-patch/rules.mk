# SPDX-License-Identifier: GPL-2.0
#
# libcap with CAP_TRACING, as packages for Debian 12 and 13.

LIBCAP_BUILD := $(BIN)/libcap-build

$(LIBCAP_BUILD): $(addprefix libcap-patch/,build.c fetch.c util.c libcap.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(TOOL_CFLAGS) -o $@ $(filter %.c,$^)

# libcap-build itself decides what is out of date
libcap: deps $(LIBCAP_BUILD) $(APT_PRIVATE) ## Debian's libcap packages with cap_tracing, in build/debs/libcap
	@$(LIBCAP_BUILD) libcap-patch $(APT_PRIVATE) $(JOBS)

.PHONY: libcap

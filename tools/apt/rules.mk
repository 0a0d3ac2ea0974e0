# SPDX-License-Identifier: GPL-2.0
#
# apt-private: Debian's packages of another release, without a change to the
# machine's own apt sources.  Used by the libcap and image parts.

APT_PRIVATE := $(BIN)/apt-private

$(APT_PRIVATE): tools/apt/apt-private.c tools/apt/mirror.c tools/apt/mirror.h | deps
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(TOOL_CFLAGS) -o $@ $(filter %.c,$^)

$(BIN)/mirror-test: tools/apt/mirror_test.c tools/apt/mirror.c tools/apt/mirror.h | deps
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(TOOL_CFLAGS) -o $@ $(filter %.c,$^)

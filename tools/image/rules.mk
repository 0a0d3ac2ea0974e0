# SPDX-License-Identifier: GPL-2.0
#
# The Debian userland image that real tools run in.  mkimage itself decides
# whether the recipe or our libcap has changed, so it is asked every time.

MKIMAGE := $(BIN)/mkimage
IMAGE_LIBCAP := $(BUILD)/debs/libcap/2.75

$(MKIMAGE): $(addprefix tools/image/,mkimage.c recipe.c sum.c recipe.h sum.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -o $@ $(filter %.c,$^)

# By a recipe, and of the suite that its packages are kept under; what follows
# is where to
MKIMAGE_RUN = $(MKIMAGE) --recipe $(1) --mirror "$$($(APT_PRIVATE) --mirror)" \
	--security-mirror "$$($(APT_PRIVATE) --security-mirror)" \
	--keyring "$$($(APT_PRIVATE) --keyring)" --cache $(BUILD)/downloads/$(or $(2),trixie)

image: deps libcap $(MKIMAGE) $(APT_PRIVATE) ## build/images/debian.ext4: Debian 13 with our libcap and tools with cap_tracing
	@mkdir -p $(BUILD)/images $(BUILD)/downloads/trixie
	@$(call MKIMAGE_RUN,tools/image/trixie.recipe) --debs $(IMAGE_LIBCAP) $(BUILD)/images/debian

.PHONY: image

$(BIN)/image-test: tools/image/test/image_test.c tools/vm/test/tap.h | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Itools/vm/test -o $@ $<

image-tests: image vm $(BIN)/image-test

.PHONY: image-tests

# SPDX-License-Identifier: GPL-2.0
#
# Debian packages of everything: built below build/debs, and what an
# administrator copies to a Debian 13 machine linked together in
# build/debs/trixie.

DEBS := $(BUILD)/debs
CAPSPLIT_PKG := userland/capsplit
CAPSPLIT_STAGE := $(BUILD)/packages/capsplit

# What the package capsplit is made of, a list each; what does not exist is
# left out
CAPSPLIT_bin := $(CAPSPLIT)
CAPSPLIT_sbin := $(BIN)/bpf-policy
CAPSPLIT_units := $(wildcard tools/*/units/*.service)
CAPSPLIT_udev := $(wildcard tools/udev/*.rules)
CAPSPLIT_man := $(wildcard Documentation/man/*.[124-9])
CAPSPLIT_man3 := $(wildcard Documentation/man/*.3)
CAPSPLIT_doc := $(wildcard $(addprefix Documentation/,admin-guide/*.rst userspace-api/*.rst project/*.rst))
CAPSPLIT_debian := $(wildcard $(CAPSPLIT_PKG)/debian/*)
CAPSPLIT_perf := $(PERF)
# The library as build/lib has it
CAPSPLIT_lib := $(LIBCS)/usr

# The same, with a name of its own: NAME=FILE...
CAPSPLIT_AS := \
	bash-completion/capsplit=tools/capsplit/completion/capsplit.bash \
	zsh-completion/_capsplit=tools/capsplit/completion/_capsplit \
	man/cap_tracing.7=Documentation/man/capabilities.7.cap_tracing \
	pam-configs/capsplit=$(CAPSPLIT_PKG)/capsplit.pam-config \
	security/capsplit.conf=$(CAPSPLIT_PKG)/capsplit.conf

as_name = $(firstword $(subst =, ,$(1)))
as_file = $(lastword $(subst =, ,$(1)))
CAPSPLIT_DIRS := bin sbin units udev man man3 doc debian perf lib
CAPSPLIT_SYSUSERS := $(CAPSPLIT_PKG)/capsplit.sysusers $(wildcard tools/*/units/*.sysusers tools/udev/*.sysusers)

# Says nothing about being up to date: srcpkg looks at what is in there
capsplit-stage: deps perf libcapsplit bpf-policy $(CAPSPLIT)
	@rm -rf $(CAPSPLIT_STAGE)
	@mkdir -p $(addprefix $(CAPSPLIT_STAGE)/,$(CAPSPLIT_DIRS) $(foreach a,$(CAPSPLIT_AS),$(dir $(call as_name,$(a)))))
	@$(foreach d,$(CAPSPLIT_DIRS),$(if $(CAPSPLIT_$(d)),cp -R $(CAPSPLIT_$(d)) $(CAPSPLIT_STAGE)/$(d) &&)) \
	$(foreach a,$(CAPSPLIT_AS),cp $(call as_file,$(a)) $(CAPSPLIT_STAGE)/$(call as_name,$(a)) &&) \
	cat $(CAPSPLIT_SYSUSERS) >$(CAPSPLIT_STAGE)/debian/capsplit.sysusers

# libcap-ng is one of `userland', which makes the tree, too
capsplit-deb: userland capsplit-stage
	@$(call srcpkg,capsplit)

libc-dev-deb: userland
	@$(call srcpkg,linux-libc-dev)

.PHONY: capsplit-stage capsplit-deb libc-dev-deb

# The kernel: the patched one's objects, and what deb.config changes.  With
# KCONFIG= a configuration of its own, in a directory of its own.
KDEB := $(BUILD)/$(V)/$(if $(KCONFIG),deb-config,deb)
KDEB_ARGS := $(if $(KCONFIG),-k $(abspath $(KCONFIG)),\
	-s $(BUILD)/$(V)/patched $(addprefix -f ,$(KERNEL_FRAGMENTS)) -f tools/kernel/deb.config) \
	$(PATCHED_FRAGMENT) -f tools/kernel/deb-name.config
KDEB_TREE := $(BUILD)/$(V)/patched/src
# Its version is that of the base with our suffix
KDEB_VERSION = $(lastword $(shell git -C $(KDEB_TREE) log -1 --format=%s base/$(V)))+capsplit1
KDEB_ENV = KDEB_PKGVERSION=$(KDEB_VERSION) KDEB_SOURCENAME=linux-capsplit \
	KDEB_CHANGELOG_DIST=UNRELEASED DEBFULLNAME='capsplit maintainers' \
	DEBEMAIL=maintainers@capsplit.invalid DPKG_FLAGS=-d DEB_BUILD_OPTIONS=terse \
	DEB_BUILD_PROFILES=pkg.linux-capsplit.nokerneldbg

# Packing takes longer than compiling what has not changed: only if something has
kernel-deb: $(KBUILD) worktree kernel-patched
	@mkdir -p $(KDEB) $(DEBS)/kernel
	@[ -e $(KDEB)/src ] || ln -s ../patched/src $(KDEB)/src
	@now=$$({ echo '$(KDEB_ENV) $(KDEB_ARGS)'; git -C $(KDEB_TREE) rev-parse HEAD; \
		git -C $(KDEB_TREE) diff HEAD; cat $(KERNEL_FRAGMENTS) $(filter %.config,$(PATCHED_FRAGMENT)) tools/kernel/deb*.config \
		$(KCONFIG) tools/packages/rules.mk; } | sha256sum); \
	[ "$$now" = "$$(cat $(DEBS)/kernel/recipe 2>/dev/null)" ] && exit; \
	rm -rf $(DEBS)/kernel $(KDEB)/*.deb; \
	echo "kernel: building packages (log: $(KDEB)/build.log)"; \
	$(KDEB_ENV) $(KBUILD) -j $(JOBS) -C $(BUILD)/ccache $(KDEB_ARGS) -t bindeb-pkg $(KDEB) \
		2>$(KDEB)/errors || { tail -n 15 $(KDEB)/errors >&2; exit 1; }; \
	mkdir -p $(DEBS)/kernel && mv $(KDEB)/linux-image-*.deb $(KDEB)/linux-headers-*.deb $(DEBS)/kernel && \
	rm -f $(KDEB)/*.deb && cp $(KDEB)/obj/include/config/kernel.release $(DEBS)/kernel/release && \
	echo "$$now" >$(DEBS)/kernel/recipe

# What goes to the machine, and what is for those who compile there
TRIXIE := $(addprefix libcap/2.75/,libcap2 libcap2-bin libpam-cap) \
	$(addprefix libcap-ng/,libcap-ng0 libcap-ng-utils) \
	$(addprefix capsplit/,capsplit capsplit-perf) kernel/linux-image-*
TRIXIE_DEV := libcap/2.75/libcap-dev libcap-ng/libcap-ng-dev \
	$(addprefix capsplit/,libcapsplit1 libcapsplit-dev) \
	linux-libc-dev/linux-libc-dev kernel/linux-headers-*

deb: deps libcap capsplit-deb libc-dev-deb kernel-deb ## Debian packages of everything, in build/debs (KCONFIG=FILE: the kernel's configuration)
	@rm -rf $(DEBS)/trixie && mkdir -p $(DEBS)/trixie/dev
	@ln $(patsubst %,$(DEBS)/%_*.deb,$(TRIXIE)) $(DEBS)/trixie
	@ln $(patsubst %,$(DEBS)/%_*.deb,$(TRIXIE_DEV)) $(DEBS)/trixie/dev
	@echo "deb: $$(ls $(DEBS)/trixie/*.deb $(DEBS)/trixie/dev/*.deb | wc -l) packages in $(DEBS)/trixie"

.PHONY: deb kernel-deb

# The tests.  Debian's packages that a guest goes back to, or lacks, as an
# archive of the release's name
DEBIANS := $(BUILD)/packages/debian
$(DEBIANS)/Release: tools/packages/debian.list $(BUILD)/images/debian.packages $(APT_PRIVATE)
	@rm -rf $(@D) && mkdir -p $(@D)
	@cd $(@D) && $(APT_PRIVATE) --suite trixie -- download -qq \
			$$(sed 's/#.*//' $(CURDIR)/tools/packages/debian.list) && \
		for f in *%3a*; do mv $$f $${f%%_*}_$${f#*%3a} || exit; done && \
		apt-ftparchive packages . >Packages && \
		apt-ftparchive -o APT::FTPArchive::Release::Codename=trixie \
			-o APT::FTPArchive::Release::Suite=stable release . >.Release && \
		mv .Release Release

# The package as one of an older version, with another configuration
OLD := $(BUILD)/packages/old
PACKAGES_GUEST := $(BIN)/packages-guest
PACKAGES_TAR := $(BUILD)/packages/packages.tar

packages-tar: deb image $(APT_PRIVATE)
	@$(MAKE) --no-print-directory $(DEBIANS)/Release
	@rm -rf $(OLD) && mkdir -p $(OLD)
	@dpkg-deb -R $(DEBS)/capsplit/capsplit_1_*.deb $(OLD)/root && \
		sed -i 's/^Version: .*/Version: 0/' $(OLD)/root/DEBIAN/control && \
		echo '# older' >$(OLD)/root/etc/security/capsplit.conf && \
		dpkg-deb --root-owner-group -b $(OLD)/root $(OLD)/capsplit_0_amd64.deb >/dev/null && \
		rm -r $(OLD)/root
	@tar -C $(DEBS) --transform 's,^trixie,capsplit,' --exclude='linux-headers-*' -cf $(PACKAGES_TAR).new trixie \
		-C $(BUILD)/packages debian old && mv $(PACKAGES_TAR).new $(PACKAGES_TAR)

$(PACKAGES_GUEST): $(addprefix tools/packages/,guest.c system.c lifecycle.c page.c machine.c packages.h) \
		$(addprefix tools/services/,terminal.c services.h) \
		$(addprefix libcap-patch/tests/,check.c check.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -static -o $@.new $(filter %.c,$^)
	@mv $@.new $@

$(BIN)/packages-boot: tools/packages/boot.c tools/vm/tsc.c $(VM_HDR) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -D_GNU_SOURCE -Itools/vm -o $@ $(filter %.c,$^)

$(BIN)/packages-host: tools/packages/host.c $(addprefix libcap-patch/tests/,check.c check.h) | deps
	@mkdir -p $(@D)
	@echo "  CC       $@"
	@$(CC) $(CFLAGS) $(TOOL_CFLAGS) -Ilibcap-patch/tests -o $@ $(filter %.c,$^)

# Not among the suites, for it takes two boots of a quarter of an hour each on a busy machine
packages-boot: packages-tests ## follow the page for administrators, and boot the kernel it installs
	@$(BIN)/packages-boot tools/vm/run $(BUILD) $(V) Documentation/project/install.rst

.PHONY: packages-boot

packages-tests: packages-tar vm $(PACKAGES_GUEST) $(BIN)/packages-boot $(BIN)/packages-host

.PHONY: packages-tar packages-tests

# SPDX-License-Identifier: GPL-2.0
#
# What the machine needs from Debian's packages: one list per part, "#" starts
# a comment.  A stamp that is newer than every list means all are installed.

DEPS_LISTS := $(wildcard tools/deps/*.list)
DEPS_STAMP := $(BUILD)/.deps

deps: $(DEPS_STAMP) ## install what is missing from Debian's packages (as root)

$(DEPS_STAMP): $(DEPS_LISTS)
	@mkdir -p $(BUILD)
	@want=$$(sed 's/#.*//' $(DEPS_LISTS) | sort -u); \
	missing=$$(for p in $$want; do \
		dpkg-query -W -f '$${db:Status-Status}\n' $$p 2>/dev/null | \
			grep -qx installed || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" != 0 ]; then \
			echo "deps: missing packages, install them as root:" \
				apt-get install $$missing >&2; exit 1; fi; \
		echo "deps: installing" $$missing >&2; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
			apt-get -qq -y --no-install-recommends install $$missing \
			>$(BUILD)/deps.log 2>&1 || { tail -n 5 $(BUILD)/deps.log >&2; \
			echo "deps: apt-get failed, the whole log is $(BUILD)/deps.log" >&2; \
			exit 1; }; \
	fi
	@touch $@

.PHONY: deps

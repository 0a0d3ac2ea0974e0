/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_SPLAT_H
#define VM_SPLAT_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "ktap.h"

/*
 * splat.deny: REGEX, blanks, "# why".  splat.allow: YYYY-MM-DD REGEX, blanks,
 * "# why"; past its date an entry no longer allows anything.
 */
struct splat_rule {
	regex_t re;
	bool expired;
};

struct splat_rules {
	struct splat_rule *deny, *allow;
	size_t denies, allows;
};

/* False: why says what is wrong with a list */
bool splat_load(struct splat_rules *s, const char *dir, char *why, size_t size);
/* Each line of a console log or of /dev/kmsg records that is a splat */
void splat_scan(const struct splat_rules *s, const char *log, size_t len,
		struct texts *found);

#endif

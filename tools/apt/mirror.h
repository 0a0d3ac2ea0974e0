/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_MIRROR_H
#define CAPSPLIT_MIRROR_H

#include <stdbool.h>

/*
 * The Debian mirror this machine uses, or the security one, with no slash at
 * the end; NULL if the machine's sources name none.
 */
const char *debian_mirror(bool security);

#endif

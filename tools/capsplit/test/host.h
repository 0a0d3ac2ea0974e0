/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TEST_HOST_H
#define CAPSPLIT_TEST_HOST_H

#define NOTHING	"0000000000000000"

void check_tests(void);
void token_tests(void);
void ns_tests(void);
void who_tests(void);

extern char scratch[];		/* a directory that everybody may read */

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of words and numbers, for the programs on the host. */
#ifndef CAPSPLIT_BENCH_TEXT_H
#define CAPSPLIT_BENCH_TEXT_H

#include <stdbool.h>

/* The next word of a line, which is cut there; NULL at its end */
char *word(char **at);
bool number(const char *text, unsigned long long *n);
/* "1,451,990,489" */
const char *grouped(unsigned long long n, char *buf);

#endif

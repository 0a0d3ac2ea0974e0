// SPDX-License-Identifier: GPL-2.0
/* Lines of words and numbers. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

char *word(char **at)
{
	char *start = *at + strspn(*at, " \t");
	size_t len = strcspn(start, " \t");

	if (!len)
		return NULL;
	*at = start + len;
	if (**at)
		*(*at)++ = '\0';
	return start;
}

bool number(const char *text, unsigned long long *n)
{
	char *end;

	if (!text || !isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*n = strtoull(text, &end, 10);
	return !errno && !*end;
}

const char *grouped(unsigned long long n, char *buf)
{
	char digits[32], *to = buf;
	int len = snprintf(digits, sizeof(digits), "%llu", n);

	for (int i = 0; i < len; i++) {
		if (i && !((len - i) % 3))
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return buf;
}

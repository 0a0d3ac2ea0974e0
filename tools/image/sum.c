// SPDX-License-Identifier: GPL-2.0
/* Sums by which a tool knows whether what it was made from is the same. */
#include <stdio.h>

#include "sum.h"

uint64_t sum_add(uint64_t sum, const void *data, size_t size)
{
	const unsigned char *c = data;

	while (size--)
		sum = (sum ^ *c++) * 0x100000001b3ULL;
	return sum;
}

bool sum_add_file(uint64_t *sum, const char *path)
{
	FILE *f = fopen(path, "re");
	char data[65536];
	bool good;
	size_t n;

	if (!f)
		return false;
	while ((n = fread(data, 1, sizeof(data), f)))
		*sum = sum_add(*sum, data, n);
	good = !ferror(f);
	fclose(f);
	return good;
}

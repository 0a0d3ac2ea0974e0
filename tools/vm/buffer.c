// SPDX-License-Identifier: GPL-2.0
/* A growing buffer, always followed by a NUL that len does not count. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

void buffer_add(struct buffer *b, const void *data, size_t len)
{
	if (b->len + len + 1 > b->size) {
		b->size = (b->len + len + 1) * 2;
		b->data = realloc(b->data, b->size);
		if (!b->data) {
			fputs("vm: out of memory\n", stderr);
			abort();
		}
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

bool buffer_load(struct buffer *b, const char *path)
{
	FILE *f = fopen(path, "r");
	char buf[65536];
	size_t n;
	bool ok;

	buffer_add(b, "", 0);
	if (!f)
		return false;
	while ((n = fread(buf, 1, sizeof(buf), f)))
		buffer_add(b, buf, n);
	ok = !ferror(f);
	fclose(f);
	return ok;
}

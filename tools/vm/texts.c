// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ktap.h"

void texts_add(struct texts *t, const char *fmt, ...)
{
	va_list ap;

	t->v = realloc(t->v, (t->n + 1) * sizeof(*t->v));
	va_start(ap, fmt);
	if (!t->v || vasprintf(&t->v[t->n++], fmt, ap) < 0) {
		fputs("out of memory\n", stderr);
		abort();
	}
	va_end(ap);
}

void texts_free(struct texts *t)
{
	while (t->n)
		free(t->v[--t->n]);
	free(t->v);
	t->v = NULL;
}

// SPDX-License-Identifier: GPL-2.0
/* What the tests on the host and in the guest share: the shell, JSON, lists. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

int sh(const char *fmt, ...)
{
	char *command = NULL;
	va_list ap;
	int status;

	va_start(ap, fmt);
	if (vasprintf(&command, fmt, ap) < 0)
		abort();
	va_end(ap);
	status = run("sh", "-c", command, NULL);
	free(command);
	return status;
}

struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

const char *text(struct json_object *o, const char *key)
{
	return json_object_get_string(get(o, key)) ?: "";
}

long number(struct json_object *o, const char *key)
{
	return json_object_get_int64(get(o, key));
}

char *joined(struct json_object *list)
{
	char *all = path_of("%s", ""), *longer;
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++) {
		longer = path_of("%s%s%s", all, i ? "," : "",
				 json_object_get_string(
					 json_object_array_get_idx(list, i)));
		free(all);
		all = longer;
	}
	return all;
}

char *without(const char *list, size_t which)
{
	char *copy = strdup(list), *at = copy, *word;
	char *rest = path_of("%s", ""), *longer;
	size_t i;

	for (i = 0; (word = strsep(&at, ",")); i++) {
		if (i == which)
			continue;
		longer = path_of("%s%s%s", rest, *rest ? "," : "", word);
		free(rest);
		rest = longer;
	}
	free(copy);
	return rest;
}

size_t words(const char *list)
{
	size_t n = *list != '\0';

	for (; *list; list++)
		n += *list == ',';
	return n;
}

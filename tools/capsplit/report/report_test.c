// SPDX-License-Identifier: GPL-2.0
/* report-test PAGE.html: the page has every verdict, and needs nothing else. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "check.h"
#include "policy.h"

static struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

static struct json_object *op_of(struct json_object *areas, const char *id)
{
	size_t i, k;

	for (i = 0; areas && i < json_object_array_length(areas); i++) {
		struct json_object *ops = get(
			json_object_array_get_idx(areas, i), "ops");

		for (k = 0; k < json_object_array_length(ops); k++) {
			struct json_object *op = json_object_array_get_idx(ops, k);

			if (!strcmp(json_object_get_string(get(op, "id")), id))
				return op;
		}
	}
	return NULL;
}

/* Debian's settings come first */
static int wrong(struct json_object *entry, const struct policy_op *op,
		 bool patched)
{
	const char *digits = json_object_get_string(json_object_array_get_idx(
		get(entry, patched ? "patched" : "stock"), 0));
	unsigned int subset;
	int faults = 0;

	if (!digits || strlen(digits) != POLICY_NR_SUBSETS)
		return 1;
	for (subset = 0; subset < POLICY_NR_SUBSETS; subset++) {
		struct policy_task task = {
			.caps = subset, .init = true, .par = 3, .kptr = 0,
			.unpriv = 2, .patched = patched,
		};
		const struct policy_gate *gate;
		int said = digits[subset] - '0';

		/* A stock kernel has no such bit to give */
		if (!patched)
			task.caps &= ~(1U << POLICY_T);
		gate = policy_stops(op, &task);
		faults += gate ? said < 1 || said > POLICY_MAX_GATES ||
				 &op->gate[said - 1] != gate : said != 0;
	}
	return faults;
}

int main(int argc, char **argv)
{
	char *page = argc == 2 ? slurp(argv[1]) : NULL, *begin, *end;
	struct json_object *data;
	int i, faults = 0, missing = 0;

	tap_begin();
	about = "report";
	ok(page, "there is a page");
	if (!page)
		return tap_end();
	ok(!strstr(page, "http:") && !strstr(page, "https:") &&
	   !strstr(page, "src=") && !strstr(page, "@import") &&
	   !strstr(page, "url("), "it fetches nothing");
	ok(!strstr(page, "@DATA@"), "its data is in it");
	begin = strstr(page, "const data = ");
	end = begin ? strstr(begin, "]};\n") : NULL;
	if (end)
		end[2] = '\0';
	data = end ? json_tokener_parse(begin + 13) : NULL;
	ok(data, "the data is JSON");
	for (i = 0; policy_op(i); i++) {
		struct json_object *op = op_of(get(data, "areas"),
					       policy_op(i)->id);

		missing += !op;
		if (op)
			faults += wrong(op, policy_op(i), false) +
				  wrong(op, policy_op(i), true);
	}
	ok(i > 150 && !missing, "it has all %d operations", i);
	ok(!faults, "every verdict in it is the table's");
	if (faults)
		printf("# %d are not\n", faults);
	json_object_put(data);
	free(page);
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0
/* As much of JSON schema as schema.json uses; it allows no unknown key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "test.h"

static struct json_object *schemas;

void schema_load(const char *path)
{
	schemas = json_object_from_file(path);
	if (schemas)
		return;
	printf("Bail out! %s is no JSON\n", path);
	exit(1);
}

static bool is_type(struct json_object *v, const char *type)
{
	const char *is = json_type_to_name(json_object_get_type(v));

	if (!strcmp(is, "int"))
		is = "integer";
	return !strcmp(is, type);
}

static bool type_fits(struct json_object *schema, struct json_object *v)
{
	struct json_object *type = get(schema, "type");
	size_t i;

	if (!type)
		return true;
	if (json_object_get_type(type) == json_type_string)
		return is_type(v, json_object_get_string(type));
	for (i = 0; i < json_object_array_length(type); i++) {
		if (is_type(v, json_object_get_string(
				json_object_array_get_idx(type, i))))
			return true;
	}
	return false;
}

static bool fits(struct json_object *schema, struct json_object *v,
		 const char *where);

static bool object_fits(struct json_object *schema, struct json_object *v,
			const char *where)
{
	struct json_object *required = get(schema, "required");
	size_t i;

	for (i = 0; required && i < json_object_array_length(required); i++) {
		const char *key = json_object_get_string(
			json_object_array_get_idx(required, i));

		if (!json_object_object_get_ex(v, key, NULL)) {
			printf("# %s lacks \"%s\"\n", where, key);
			return false;
		}
	}
	json_object_object_foreach(v, key, member) {
		struct json_object *of = get(get(schema, "properties"), key);
		char *deeper = path_of("%s.%s", where, key);
		bool good;

		if (!of)
			printf("# the schema has no %s\n", deeper);
		good = of && fits(of, member, deeper);
		free(deeper);
		if (!good)
			return false;
	}
	return true;
}

static bool fits(struct json_object *schema, struct json_object *v,
		 const char *where)
{
	struct json_object *items = get(schema, "items");
	size_t i;

	if (!type_fits(schema, v)) {
		printf("# %s is of another type: %s\n", where,
		       json_object_to_json_string(v));
		return false;
	}
	if (json_object_get_type(v) == json_type_object)
		return object_fits(schema, v, where);
	if (json_object_get_type(v) != json_type_array || !items)
		return true;
	for (i = 0; i < json_object_array_length(v); i++) {
		if (!fits(items, json_object_array_get_idx(v, i), where))
			return false;
	}
	return true;
}

struct json_object *schema_fits(const char *which, const char *text)
{
	struct json_tokener *reader = json_tokener_new();
	struct json_object *o, *schema = get(schemas, which);
	size_t len = strlen(text);
	bool whole;

	json_tokener_set_flags(reader, JSON_TOKENER_STRICT |
			       JSON_TOKENER_VALIDATE_UTF8);
	/* STRICT takes nothing after the object, not even its newline */
	while (len && text[len - 1] == '\n')
		len--;
	o = json_tokener_parse_ex(reader, text, len);
	whole = o && json_tokener_get_error(reader) == json_tokener_success;
	json_tokener_free(reader);
	if (!schema || !whole) {
		printf("# %s\n", schema ? "this is not one JSON object" :
					  "there is no such schema");
		json_object_put(o);
		return NULL;
	}
	if (fits(schema, o, which))
		return o;
	json_object_put(o);
	return NULL;
}

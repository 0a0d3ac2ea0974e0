// SPDX-License-Identifier: GPL-2.0
/* Commands and types of BPF by name: the enumerations of linux/bpf.h. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <json-c/json.h>
#include <linux/bpf.h>

#include "token.h"

static const char *const cmds[64] = {
#include "bpf_cmd.h"
};

static const char *const maps[64] = {
#include "bpf_map_type.h"
};

static const char *const progs[64] = {
#include "bpf_prog_type.h"
};

static const char *const attachs[64] = {
#include "bpf_attach_type.h"
};

static const struct {
	const char *const *names;
	const char *prefix;
} masks[NR_MASKS] = {
	{ cmds, "BPF_" }, { maps, "BPF_MAP_TYPE_" },
	{ progs, "BPF_PROG_TYPE_" }, { attachs, "BPF_" },
};

const char *const mask_key[NR_MASKS] = {
	"commands", "map_types", "program_types", "attach_types",
};

uint64_t mask_all(enum mask m)
{
	uint64_t all = 0;
	int i;

	for (i = 0; i < 64; i++) {
		if (masks[m].names[i])
			all |= 1ULL << i;
	}
	return all;
}

static const char *name_of(enum mask m, int bit)
{
	const char *name = masks[m].names[bit];

	return name ? name + strlen(masks[m].prefix) : NULL;
}

static int bit_of(enum mask m, const char *word)
{
	char *end;
	long n;
	int i;

	if (!strncasecmp(word, "BPF_", 4)) {
		size_t len = strlen(masks[m].prefix);

		if (strncasecmp(word, masks[m].prefix, len))
			return -1;
		word += len;
	}
	for (i = 0; i < 64; i++) {
		if (name_of(m, i) && !strcasecmp(word, name_of(m, i)))
			return i;
	}
	if (!isdigit((unsigned char)*word))
		return -1;
	errno = 0;
	n = strtol(word, &end, 10);
	return errno || *end || n > 63 ? -1 : n;
}

bool mask_parse(enum mask m, const char *list, uint64_t *mask, char **bad)
{
	char *copy = must(strdup(list)), *at = copy, *word;
	int bit;

	*mask = 0;
	if (!strcmp(list, "all"))
		*mask = ~0ULL;
	while (*mask != ~0ULL && strcmp(list, "none") &&
	       (word = strsep(&at, ","))) {
		bit = bit_of(m, word);
		if (bit < 0) {
			*bad = out_safe(word);
			free(copy);
			return false;
		}
		*mask |= 1ULL << bit;
	}
	free(copy);
	return true;
}

static char *lower(enum mask m, int bit)
{
	const char *name = name_of(m, bit);
	char *text = name ? must(strdup(name)) : format("%d", bit), *at;

	for (at = text; *at; at++)
		*at = tolower((unsigned char)*at);
	return text;
}

char *mask_text(enum mask m, uint64_t mask)
{
	char *text, *longer, *name;
	int i;

	if (!mask || !(~mask & mask_all(m)))
		return format("%s", mask ? "all" : "none");
	text = format("%s", "");
	for (i = 0; i < 64; i++) {
		if (!(mask & (1ULL << i)))
			continue;
		name = lower(m, i);
		longer = format("%s%s%s", text, *text ? "," : "", name);
		free(name);
		free(text);
		text = longer;
	}
	return text;
}

struct json_object *mask_json(enum mask m, uint64_t mask)
{
	struct json_object *a = must(json_object_new_array());
	char *name;
	int i;

	/* Everything is what has a name */
	if (!(~mask & mask_all(m)))
		mask = mask_all(m);
	for (i = 0; i < 64; i++) {
		if (!(mask & (1ULL << i)))
			continue;
		name = lower(m, i);
		json_object_array_add(a, js_text(name));
		free(name);
	}
	return a;
}

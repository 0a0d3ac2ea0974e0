/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_LIST_H
#define CAPSPLIT_TOOLTABLE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_ARGS 12
#define MAX_ENTRIES 128

enum verdict {
	UNKNOWN,
	WORKS,
	PARTLY,
	BLIND,
	REFUSED,
	FAILS,
	VERDICTS
};

enum column { STOCK, PATCHED, ROOT, COLUMNS };

/* One line of tools.list, which says what each word means. */
struct entry {
	char *tool, *args, *deed, *shows, *reason;	/* "": none */
	int times;		/* the deed is done; 0: until the line is shown */
	enum verdict want[COLUMNS];
};

struct list {
	struct entry v[MAX_ENTRIES];
	size_t n;
};

extern const char *const verdict_word[VERDICTS];

/* So that it shows something to run it with one right less. */
bool works_here(const struct entry *e);
enum verdict verdict_of(const char *word);	/* UNKNOWN: no such word */

/* Says on standard error what is wrong with the file, and exits with 2. */
void list_load(struct list *list, const char *path);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERIES_H
#define SERIES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct place - where everything is
 * @repo: this repository: patches/<version> and the new files
 * @build: build directory
 * @version: base version, "6.12"
 * @take: version of Debian's package to import; %NULL: what apt would install
 */
struct place {
	const char *repo;
	const char *build;
	const char *version;
	const char *take;
};

/**
 * struct entry - one line of a series file, one commit
 * @patch: file name below patches/<version>
 * @added: new files that are born in this commit, as paths from the root
 * @nr_added: their number
 */
struct entry {
	char *patch;
	char **added;
	size_t nr_added;
};

struct series {
	struct entry *entry;
	size_t nr;
};

/* util.c */
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *fmt(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *slurp(const char *path, size_t *len);
int spill(const char *path, const char *data, size_t len);
void make_parents(const char *path);
void remove_tree(const char *path);
bool exists(const char *path);
bool same_file(const char *a, const char *b);
char *chomp(char *text);

/* run.c */
int run(const char *dir, char **out, ...) __attribute__((sentinel));
char *must(const char *dir, ...) __attribute__((sentinel));
char *git(const struct place *p, ...) __attribute__((sentinel));
void git_environment(void);
void index_file(const char *path);
int lock_build(const struct place *p);

/* base.c */
void base_import(const struct place *p);
char *base_pinned(const struct place *p);
char *base_candidate(const struct place *p);
char *base_pin(const struct place *p);

/* bump.c */
void bump(const struct place *p);

/* list.c */
void series_read(const char *repo, const char *version, struct series *s);
int series_lint(const char *repo, const char *version);

/* build.c */
void index_of_base(const struct place *p);
void index_drop(const struct place *p);
char *series_build(const struct place *p, const char *repo);
char *series_fingerprint(const struct place *p, const char *repo);
void worktree(const struct place *p);

/* context.c */
char *smallest_diff(const struct place *p, const char *commit,
		    const char *path);

/* export.c */
void series_export(const struct place *p, const char *tip, const char *repo,
		   bool verbose);
void refresh(const struct place *p);

/* mail.c */
int mail(const struct place *p);

/* check.c */
int check_refresh(const struct place *p);

#endif /* SERIES_H */

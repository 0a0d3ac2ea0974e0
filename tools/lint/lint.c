// SPDX-License-Identifier: GPL-2.0
/*
 * What a kernel reviewer would run on the series before reading it, as TAP:
 * checkpatch --strict on every commit, and sparse and W=1 on every file the
 * series touches.  Upstream files have warnings of their own, so those are
 * compared with the unpatched tree: only a new one fails.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct lines {
	char **line;
	size_t nr;
};

static int test_nr, failures;

static void report(bool ok, const char *fmt, const char *what)
{
	char name[256];

	snprintf(name, sizeof(name), fmt, what);
	printf("%sok %d %s\n", ok ? "" : "not ", ++test_nr, name);
	fflush(stdout);
	failures += !ok;
}

static void add_line(struct lines *to, const char *line)
{
	char **more = realloc(to->line, (to->nr + 1) * sizeof(*more));

	if (!more)
		exit(4);
	to->line = more;
	more[to->nr++] = strdup(line);
}

/* Run a command line and collect what it prints */
static int collect(struct lines *to, const char *command)
{
	FILE *f = popen(command, "r");
	char *line = NULL;
	size_t size = 0;
	int status;

	if (!f)
		return -1;
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		add_line(to, line);
	}
	free(line);
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *format(const char *fmt, const char *a, const char *b)
{
	char *out;

	if (asprintf(&out, fmt, a, b) < 0)
		exit(4);
	return out;
}

/* checkpatch on each commit of the worktree over its base */
static void check_commits(const char *src, const char *base)
{
	struct lines commits = { 0 };
	char *cmd = format("git -C '%s' log --reverse --format='%%h %%s' '%s'..HEAD",
			   src, base);

	if (collect(&commits, cmd) || !commits.nr) {
		fprintf(stderr, "lint: no commits in %s: run make worktree\n",
			src);
		exit(4);
	}
	free(cmd);
	for (size_t i = 0; i < commits.nr; i++) {
		char *subject = strchr(commits.line[i], ' ');
		struct lines out = { 0 };
		int rc;

		*subject++ = '\0';
		/*
		 * MAINTAINERS is left alone: the series does not take over
		 * any file for itself.  The commits that Fixes: names are in
		 * Linux's history, which the Debian package does not have.
		 */
		cmd = format("cd '%s' && git format-patch -1 --stdout '%s' | ./scripts/checkpatch.pl --strict --no-tree --no-summary --ignore FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID -",
			     src, commits.line[i]);
		rc = collect(&out, cmd);
		free(cmd);
		report(!rc, "checkpatch: %s", subject);
		for (size_t j = 0; rc && j < out.nr; j++)
			printf("# %s\n", out.line[j]);
	}
}

/* "file.c:12:5: warning: text" without the numbers, which edits move */
static char *normalise(const char *line, const char *src)
{
	char *out = strdup(line), *p = out, *q;
	size_t len = strlen(src);

	if (!strncmp(out, src, len))
		memmove(out, out + len + 1, strlen(out + len + 1) + 1);
	for (q = p; *p; p++)
		if (*p != ':' || p[1] < '0' || p[1] > '9')
			*q++ = *p;
		else
			p += strspn(p + 1, "0123456789");
	*q = '\0';
	return out;
}

/*
 * Compile @objects with sparse and W=1 and keep the warnings.  That happens in
 * a copy of what is built, so that the flags of this run do not make the next
 * build start over.
 */
static int warnings(struct lines *to, const char *flavour, const char *objects)
{
	char *src = format("%s/src%s", flavour, "");
	char *copy = format("%s/obj.lint%s", flavour, "");
	struct lines out = { 0 };
	char *cmd, *text;
	int rc;

	if (asprintf(&cmd, "rm -rf '%s' && cp -a '%s/obj' '%s' && make -s -k -j2 -C '%s' O='%s' CC=gcc LOCALVERSION= C=2 W=1 CONFIG_WERROR= %s 2>&1",
		     copy, flavour, copy, src, copy, objects) < 0)
		return -1;
	rc = collect(&out, cmd);
	free(cmd);
	for (size_t i = 0; i < out.nr; i++) {
		if (!strstr(out.line[i], "warning:") &&
		    !strstr(out.line[i], "error:"))
			continue;
		text = normalise(out.line[i], src);
		add_line(to, text);
		free(text);
	}
	cmd = format("rm -rf '%s'%s", copy, "");
	if (system(cmd))
		fprintf(stderr, "lint: cannot remove %s\n", copy);
	free(cmd);
	free(copy);
	free(src);
	return rc;
}

/* Take one occurrence of @line out of @from */
static bool take(struct lines *from, const char *line)
{
	for (size_t i = 0; i < from->nr; i++) {
		if (from->line[i] && !strcmp(from->line[i], line)) {
			from->line[i] = NULL;
			return true;
		}
	}
	return false;
}

/* The objects of the .c files that the series touches, and have a .o here */
static char *touched(const char *flavour, const char *stock, const char *base,
		     bool also_new)
{
	struct lines files = { 0 };
	char *cmd = format("git -C '%s/src' diff --name-only '%s' HEAD -- '*.c'",
			   flavour, base);
	char *objects = strdup("");

	collect(&files, cmd);
	free(cmd);
	for (size_t i = 0; i < files.nr; i++) {
		size_t len = strlen(files.line[i]);
		char *in_stock = format("%s/src/%s", stock, files.line[i]);
		char *object, *more;

		files.line[i][len - 1] = 'o';
		object = format("%s/obj/%s", flavour, files.line[i]);
		if (!access(object, R_OK) &&
		    (also_new || !access(in_stock, R_OK))) {
			more = format("%s %s", objects, files.line[i]);
			free(objects);
			objects = more;
		}
		free(object);
		free(in_stock);
	}
	return objects;
}

static void check_compile(const char *flavour, const char *stock,
			  const char *base)
{
	struct lines before = { 0 }, after = { 0 };
	char *objects;
	bool ok = true;
	int rc;

	objects = touched(flavour, stock, base, false);
	rc = warnings(&before, stock, objects);
	report(!rc, "sparse and W=1 run on the unpatched tree%s", "");
	objects = touched(flavour, stock, base, true);
	rc = warnings(&after, flavour, objects);
	report(!rc, "sparse and W=1 run on the patched tree%s", "");
	for (size_t i = 0; i < after.nr; i++) {
		if (take(&before, after.line[i]))
			continue;
		printf("# new: %s\n", after.line[i]);
		ok = false;
	}
	report(ok, "sparse and W=1 have nothing new to say%s", "");
	printf("# compiled:%s\n", objects);
}

int main(int argc, char **argv)
{
	bool commits = argc == 4 && !strcmp(argv[1], "commits");
	char *src;

	if (!commits && !(argc == 5 && !strcmp(argv[1], "compile"))) {
		fprintf(stderr, "Usage: lint commits PATCHED BASE\n"
				"       lint compile PATCHED BASE STOCK\n");
		return 2;
	}
	printf("TAP version 13\n");
	if (commits) {
		src = format("%s/src%s", argv[2], "");
		check_commits(src, argv[3]);
	} else {
		check_compile(argv[2], argv[4], argv[3]);
	}
	printf("1..%d\n", test_nr);
	return failures ? 1 : 0;
}

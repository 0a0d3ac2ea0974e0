// SPDX-License-Identifier: GPL-2.0
/*
 * The packages that libcap-build made, tried on the machine that made them,
 * whatever its kernel: names, files, descriptions, versions.  libcap's own
 * tests pass with and without CAP_TRACING, so they cannot do this.
 *
 * usage: host BUILD/libcap/VERSION BUILD/debs/libcap/VERSION VERSION
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check.h"

static const char *work, *debs;
static char *file;

/* Does the running kernel know capability 41? */
static bool kernel_knows(void)
{
	char *last = slurp("/proc/sys/kernel/cap_last_cap");
	bool knows = last && atoi(last) >= TRACING;

	free(last);
	return knows;
}

static void file_capabilities(void)
{
	char *setcap = path_of("%s/stock/progs/setcap", work);
	unsigned char none[64];

	removexattr(file, "security.capability");
	run("setcap", "cap_bpf,cap_tracing+ep", file, NULL);
	exits(0, "setcap cap_bpf,cap_tracing+ep works");
	ok(xattr_right(file), "... and writes bits 39 and 41");
	run("setcap", "-v", "cap_bpf,cap_tracing+ep", file, NULL);
	exits(0, "setcap -v finds them");
	run("setcap", "-v", "cap_bpf+ep", file, NULL);
	exits(1, "setcap -v tells less from them");
	run("getcap", file, NULL);
	/* How it is grouped depends on the kernel, so look for the name. */
	ok(!res.status && said("cap_bpf") && said("cap_tracing") &&
	   !said("41"), "getcap prints the name");
	note("it said", res.out);
	run("setcap", "-r", file, NULL);
	ok(!res.status && getxattr(file, "security.capability", none,
				   sizeof(none)) < 0, "setcap -r removes them");

	run(setcap, "cap_bpf,cap_tracing+ep", file, NULL);
	exits(1, "unpatched setcap does not know the name");
	run(setcap, "cap_bpf,41+ep", file, NULL);
	ok(!res.status && xattr_right(file),
	   "unpatched setcap writes the same bytes, given the number");
	free(setcap);
}

static void descriptions(const char *src)
{
	char *capsh = path_of("%s/stock/progs/capsh", work);
	char *path = path_of("%s/doc/values/41.txt", src);
	char *text = slurp(path), *line, *save = NULL;
	bool all = text, allows = text && !strncmp(text, "Allows ", 7);

	run("capsh", "--decode=" MASK_TEXT, NULL);
	ok(!res.status && said_just("0x" MASK_TEXT "=cap_bpf,cap_tracing\n"),
	   "capsh --decode names both bits");
	note("it said", res.out);
	run("capsh", "--explain=cap_tracing", NULL);
	for (line = strtok_r(text ?: "", "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		all &= said(line);
	ok(!res.status && allows && all && said("cap_tracing (41)"),
	   "capsh --explain=cap_tracing has all of 41.txt");
	note("it said", res.out);
	run("capsh", "--explain=cap_bpf", NULL);
	ok(!res.status && said("CAP_TRACING") && said("CAP_BPF") &&
	   !said("BFP"), "capsh --explain=cap_bpf sends to CAP_TRACING, no CAP_BFP");
	note("it said", res.out);
	run("capsh", "--explain=cap_perfmon", NULL);
	ok(!res.status && said("CAP_TRACING"),
	   "capsh --explain=cap_perfmon sends to CAP_TRACING");

	run(capsh, "--decode=" MASK_TEXT, NULL);
	ok(said("=cap_bpf,41\n"), "unpatched capsh --decode prints a number");
	run(capsh, "--explain=cap_tracing", NULL);
	ok(res.status, "unpatched capsh --explain does not know the name");
	free(path);
	free(text);
	free(capsh);
}

/* Does this kernel say what it knows?  Never --has-a on an older one: */
static void probes(void)
{
	run("capsh", "--supports=cap_tracing", NULL);
	exits(kernel_knows() ? 0 : 1, "capsh --supports answers for this kernel (%s)",
	      kernel_knows() ? "knows 41" : "does not know 41");
	run("capsh", "--supports=cap_bpf", NULL);
	exits(0, "capsh --supports=cap_bpf");
}

static int occurrences(const char *text, const char *what)
{
	int n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* The same text with every run of blanks as one: gofmt aligns columns. */
static char *squeeze(const char *text)
{
	char *out = malloc(strlen(text) + 1), *p = out;

	for (; out && *text; text++)
		if (!isblank(*text))
			*p++ = *text;
		else if (p == out || p[-1] != ' ')
			*p++ = ' ';
	if (out)
		*p = '\0';
	return out;
}

/*
 * Debian builds libcap without Go, so nothing compares cap/names.go with what
 * its generator would make of the header and 41.txt; do it here.
 */
static void go_names(const char *src)
{
	char *path = path_of("%s/cap/names.go", src), *raw = slurp(path);
	char *txt = path_of("%s/doc/values/41.txt", src), *doc = slurp(txt);
	char *text = squeeze(raw ?: ""), *line, *next;
	bool comments = doc && raw;

	ok(strstr(text, "\nconst NamedCount = 42\n"), "names.go counts 42");
	ok(strstr(text, "\n CHECKPOINT_RESTORE\n\n // TRACING allows ") &&
	   strstr(text, "\n TRACING\n)\n"), "names.go has TRACING last, as 41");
	ok(strstr(text, "\n TRACING: \"cap_tracing\",\n") &&
	   strstr(text, "\n \"cap_tracing\": TRACING,\n") &&
	   occurrences(text, ": \"cap_") == 42 &&
	   occurrences(text, "\n \"cap_") == 42,
	   "names.go has it in both maps, beside 41 others");
	for (line = doc; comments && *line; line = next) {
		char *want, *cap;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		want = path_of("%s\n", line + (line == doc ? 7 : 0));
		while ((cap = strstr(want, "CAP_")))
			memcpy(cap, "cap.", 4);
		comments &= !!strstr(raw, want);
		free(want);
	}
	ok(comments, "names.go has 41.txt as a comment");
	free(text);
	free(doc);
	free(txt);
	free(raw);
	free(path);
}

static bool older(const char *a, const char *b)
{
	return !run("dpkg", "--compare-versions", a, "lt", b, NULL);
}

/* "1:2.66-4+deb12u3": the next one that Debian may release */
static char *next_revision(const char *debian)
{
	const char *digits = debian + strlen(debian);

	while (digits > debian && isdigit(digits[-1]))
		digits--;
	return path_of("%.*s%d", (int)(digits - debian), debian,
		       atoi(digits) + 1);
}

static void packages(void)
{
	static const char *const name[] = { "libcap2", "libcap2-bin",
					    "libcap-dev", "libpam-cap" };
	char *ours = NULL, *debian, *next, *rebuilt;
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		char *pattern = path_of("%s/%s_*.deb", debs, name[i]);
		glob_t g;

		if (glob(pattern, 0, NULL, &g) || g.gl_pathc != 1) {
			ok(false, "there is one package %s", name[i]);
			globfree(&g);
			free(pattern);
			continue;
		}
		run("dpkg-deb", "-f", g.gl_pathv[0], "Version", NULL);
		res.out[strcspn(res.out, "\n")] = '\0';
		ok(!res.status && strstr(res.out, "+capsplit") &&
		   (!ours || !strcmp(ours, res.out)),
		   "package %s has our version", name[i]);
		note("it said", res.out);
		if (!ours)
			ours = strdup(res.out);
		globfree(&g);
		free(pattern);
	}
	if (!ours)
		ours = strdup("0+capsplit");
	debian = strndup(ours, strstr(ours, "+capsplit") - ours);
	next = next_revision(debian);
	rebuilt = path_of("%s+b99", debian);
	ok(older(debian, ours) && older(rebuilt, ours),
	   "%s sorts after Debian's %s and rebuilds of it", ours, debian);
	ok(older(ours, next), "... and before %s", next);
	ok(!older(ours, debian) && !older(next, ours), "... and not otherwise");
	free(rebuilt);
	free(next);
	free(debian);
	free(ours);
}

/* The log of the build says that libcap's own tests ran, and how they ended. */
static void own_tests(void)
{
	static const char *const says[] = {
		"cap_test PASS", "test_pam_cap: OK", "module can be run as an executable!",
		"psx_test", "libcap_psx_test",
	};
	char *path = path_of("%s/log", work), *log = slurp(path);
	bool all = log;
	size_t i;

	for (i = 0; all && i < sizeof(says) / sizeof(says[0]); i++)
		all &= !!strstr(log, says[i]);
	ok(all, "libcap's own `make test' ran and passed");
	free(log);
	free(path);
}

int main(int argc, char **argv)
{
	char *src;
	FILE *f;

	if (argc != 4) {
		fprintf(stderr, "usage: host WORK-DIR DEBS-DIR VERSION\n");
		return 2;
	}
	work = argv[1];
	debs = argv[2];
	version = argv[3];
	src = path_of("%s/src", work);
	file = path_of("%s/xattr-test", work);
	f = fopen(file, "w");
	if (!f || fclose(f)) {
		fprintf(stderr, "host: cannot write %s; run `make libcap' first\n",
			file);
		return 2;
	}
	setenv("LC_ALL", "C.UTF-8", 1);
	use_packages(work);
	tap_begin();
	tap_plan(28);
	file_capabilities();
	descriptions(src);
	probes();
	go_names(src);
	packages();
	own_tests();
	unlink(file);
	free(file);
	free(src);
	return tap_end();
}

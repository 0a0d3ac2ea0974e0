// SPDX-License-Identifier: GPL-2.0
/*
 * kbuild on a source tree whose Makefile only pretends: what it says when an
 * option is dropped, a build fails, the sources are missing or another build
 * is running.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char top[] = "/tmp/kbuild-test.XXXXXX";
static const char *program;
static int number, failures;

static void ok(bool pass, const char *what)
{
	printf("%sok %d %s\n", pass ? "" : "not ", ++number, what);
	fflush(stdout);
	failures += !pass;
}

static int sh(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int sh(const char *format, ...)
{
	char *command;
	va_list ap;
	int status;

	va_start(ap, format);
	if (vasprintf(&command, format, ap) < 0)
		exit(4);
	va_end(ap);
	status = system(command);
	free(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Build flavour "f" with the fragment, what is said goes to the file "said" */
static int build(const char *prefix)
{
	return sh("cd %s && %s %s -f frag $PWD/f >said 2>&1", top, prefix, program);
}

static bool said(const char *text)
{
	return !sh("grep -qF -- '%s' %s/said", text, top);
}

/* Kconfig that knows no CONFIG_GONE and insists on CONFIG_SELECTED */
static const char makefile[] =
	"tinyconfig:\n\tmkdir -p $(O); echo CONFIG_SELECTED=y >$(O)/.config\n"
	"olddefconfig:\n\tsed -i /GONE/d $(O)/.config; "
	"grep -q SELECTED=y $(O)/.config\n"
	"bzImage:\n\t@echo '  CC      a.o'; echo '  CC      b.o'; "
	"sleep $${SLOW:-0}; "
	"if [ -n \"$$BREAK\" ]; then echo b.c:1: error: broken; exit 1; fi; "
	"mkdir -p $(O)/arch/x86/boot; cp $(O)/.config $(O)/arch/x86/boot/bzImage\n";

int main(int argc, char **argv)
{
	FILE *f;
	char *path;

	if (argc != 2 || !mkdtemp(top)) {
		fprintf(stderr, "Usage: kbuild_test KBUILD\n");
		return 4;
	}
	program = realpath(argv[1], NULL);
	printf("TAP version 13\n");

	sh("cd %s && echo CONFIG_A=y >frag && mkdir f", top);
	ok(build("") == 1 && said("run make worktree"),
	   "missing sources are named, with the next step");

	if (asprintf(&path, "%s/Makefile", top) < 0)
		return 4;
	f = fopen(path, "w");
	if (!f || fputs(makefile, f) < 0 || fclose(f))
		return 4;
	sh("cd %s && mkdir f/src && mv Makefile f/src", top);
	ok(!build("") && said("2 objects compiled") &&
	   !sh("grep -q CONFIG_A=y %s/f/bzImage", top),
	   "a build configures, compiles and puts the image in place");

	sh("cd %s && echo CONFIG_GONE=y >>frag && touch -d tomorrow frag", top);
	ok(build("") == 1 && said("asks for CONFIG_GONE=y, but Kconfig dropped"),
	   "an option that Kconfig drops is named and stops the build");
	sh("cd %s && echo '# CONFIG_GONE is not set' >off", top);
	ok(!sh("cd %s && %s -f frag -f off $PWD/f >said 2>&1", top, program) &&
	   said("is ready"),
	   "but not if a later fragment has taken it back");
	sh("cd %s && printf 'CONFIG_SELECTED=n\\n' >frag && touch -d tomorrow frag",
	   top);
	ok(build("") == 1 && said("asks for CONFIG_SELECTED=n, but Kconfig selects"),
	   "an option that Kconfig selects against our will is named");

	sh("cd %s && echo CONFIG_A=y >frag", top);
	ok(build("BREAK=1") == 1 && said("b.c:1: error: broken") &&
	   said("the whole log is"),
	   "a compile error is shown, with the place of the log");
	ok(!sh("grep -q CONFIG_A=y %s/f/bzImage", top),
	   "and the image of the build before stays");

	sh("cd %s && SLOW=2 %s -f frag $PWD/f >said-first 2>&1 & sleep 1", top,
	   program);
	ok(!build("") && said("/f is running: waiting for it"),
	   "a second build says that it waits for the first");
	ok(!sh("grep -q 'f/bzImage is ready' %s/said-first", top),
	   "and the first is not disturbed");

	printf("1..%d\n", number);
	sh("rm -rf %s", top);
	free(path);
	return failures ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The series program on a base of three files, in a directory of its own:
 * what it makes, what it refuses, and that a refusal loses nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;
static char top[] = "/tmp/series-test.XXXXXX";
static int number, failures;

static void ok(bool pass, const char *what)
{
	printf("%sok %d %s\n", pass ? "" : "not ", ++number, what);
	fflush(stdout);
	failures += !pass;
}

/* A shell command in the test's directory: the status, its output in "out" */
static int sh(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int sh(const char *format, ...)
{
	char *command, *all;
	va_list ap;
	int status;

	va_start(ap, format);
	if (vasprintf(&command, format, ap) < 0)
		exit(4);
	va_end(ap);
	if (asprintf(&all, "cd %s && {\n%s\n} >%s/out 2>&1", top, command,
		     top) < 0)
		exit(4);
	status = system(all);
	free(command);
	free(all);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static bool said(const char *text)
{
	return !sh("grep -qF -- \"%s\" said", text);
}

/* Run a command of series, what it says goes to the file "said" */
static int try_with(const char *command, const char *more)
{
	char *all;
	int rc;

	if (asprintf(&all,
		     "cd %s/repo && BUILD=%s/build SERIES_BASE_TREE=%s/tree %s %s 1 %s >%s/said 2>&1",
		     top, top, top, program, command, more, top) < 0)
		exit(4);
	rc = system(all);
	free(all);
	return WIFEXITED(rc) ? WEXITSTATUS(rc) : 128;
}

static int try(const char *command)
{
	return try_with(command, "");
}

#define COMMIT \
	"git -c user.name=A -c user.email=a@example.invalid commit -q -s "

static void make_base(void)
{
	/* As Debian does: the last line ignores everything */
	sh("mkdir -p tree/kernel repo/patches/1 && seq 1 200 >tree/kernel/a.c && seq 1 50 >tree/Makefile && echo '/*' >tree/.gitignore");
	sh("printf 'package none\\nversion 1\\nsha256 0\\nfiles 3\\n' >repo/patches/1/base && : >repo/patches/1/series");
}

static void test_import(void)
{
	sh("sed -i 's/files 3/files 4/' repo/patches/1/base");
	ok(try("base") == 1 && said("unpacks to 3 files, not to the 4"),
	   "a base with a file too few is refused");
	sh("sed -i 's/files 4/files 3/' repo/patches/1/base");
	sh("mkdir -p build/.import-1/tree && touch build/.import-1/index.lock build/.import-1/tree/left");
	ok(!try("base") && said("3 files"),
	   "an import that was cut off starts over");
	sh("git --git-dir=build/linux.git ls-tree -r --name-only base/1 | wc -l");
	ok(!sh("[ $(git --git-dir=build/linux.git ls-tree -r --name-only base/1 | wc -l) = 3 ]"),
	   "a .gitignore that ignores everything costs no file");
	ok(!try("base") && !sh("[ ! -s said ]"), "a second import does nothing");
	sh("git --git-dir=build/linux.git pack-refs --all");
	ok(!try("base") && !sh("[ ! -s said ]"),
	   "nor does one after git has tidied up");
}

static void test_round_trip(void)
{
	ok(!try("worktree"), "a worktree of an empty series");
	sh("cd build/1/patched/src && sed -i 's/^100$/hundred/' kernel/a.c && echo new >kernel/new.c && git add -f kernel/new.c && " COMMIT "-am 'kernel: count in words' -m 'Why: words.'");
	sh("cd build/1/patched/src && sed -i 's/^7$/seven/' Makefile && " COMMIT "-am 'build: and here'");
	ok(!try("refresh") && said("+ kernel/new.c"),
	   "refresh writes patches and new files");
	ok(!sh("diff -u - repo/patches/1/series <<'E'\n# One line per commit, in order: the patch, and the new files born with it.\n\n# group: upstream\nkernel-count-in-words.patch +kernel/new.c\nbuild-and-here.patch\nE"),
	   "the series names each new file beside its patch");
	ok(!sh("grep -q hundred repo/patches/1/kernel-count-in-words.patch && ! grep -q new repo/patches/1/kernel-count-in-words.patch"),
	   "a patch holds edits, not new files");
	ok(!try("refresh") && !sh("[ ! -s said ]"),
	   "refreshing again changes nothing");
	ok(!try("check-refresh"), "check-refresh finds no difference");
	sh("touch build/.series-index build/.series-index.lock");
	ok(!try("check-refresh"), "a git that was killed is not in the way");
	sh("git --git-dir=build/linux.git rev-parse series/1 >tip; cp -r repo copy; rm -rf build");
	ok(!try("worktree") &&
	   !sh("git --git-dir=build/linux.git rev-parse series/1 | cmp - tip"),
	   "built from nothing the commits have the same ids");
}

static void test_context(void)
{
	/* Two places look alike within two lines: the diff must tell them apart */
	sh("cd build/1/patched/src && seq 1 5 >>kernel/a.c && " COMMIT "-am 'kernel: repeat'");
	sh("cd build/1/patched/src && sed -i '203s/3/three/' kernel/a.c && " COMMIT "-am 'kernel: the second three'");
	ok(!try("refresh") && !try("check-refresh") &&
	   !sh("grep -c '^ ' repo/patches/1/kernel-the-second-three.patch | { read n; [ $n -gt 2 ]; }"),
	   "a hunk gets the context that tells its place from another");
	sh("cd build/1/patched/src && git reset -q --hard HEAD~2");
	ok(!try("refresh") && said("- patches/1/kernel-repeat.patch"),
	   "patches of commits that are gone are removed");
}

static void test_unexported(void)
{
	sh("cd build/1/patched/src && sed -i 's/^9$/nine/' Makefile");
	ok(!try("worktree") && said("using") &&
	   !sh("grep -q nine build/1/patched/src/Makefile"),
	   "edits in the worktree are used as they are");
	ok(try("refresh") == 1 && said("not committed"),
	   "refresh refuses a dirty worktree");
	sh("echo newer >>repo/kernel/new.c");
	ok(try("worktree") == 1 && said("never written back") &&
	   !sh("grep -q nine build/1/patched/src/Makefile"),
	   "edits on both sides are refused and kept");
	sh("cd build/1/patched/src && git checkout -q Makefile");
	sh("touch -d @1000000000 build/1/patched/src/kernel/a.c && git -C build/1/patched/src status");
	ok(!try("worktree") && !sh("grep -q newer build/1/patched/src/kernel/new.c"),
	   "an edit of a new file reaches the worktree");
	ok(!sh("[ $(stat -c %%Y build/1/patched/src/kernel/a.c) = 1000000000 ]"),
	   "a file that did not change keeps its time stamp");
}

static void test_refusals(void)
{
	sh("git -C build/1/patched/src rev-parse HEAD >good");
	sh("cd build/1/patched/src && echo 2 >>kernel/new.c && " COMMIT "-am 'kernel: more'");
	ok(try("refresh") == 1 && said("kernel/new.c, which another commit adds"),
	   "a second commit that edits a new file is refused");
	sh("cd build/1/patched/src && git reset -q --hard $(cat %s/good) && git rm -q Makefile && " COMMIT "-m 'build: gone'", top);
	ok(try("refresh") == 1 && said("removes or renames Makefile"),
	   "a commit that removes an upstream file is refused");
	sh("cd build/1/patched/src && git reset -q --hard $(cat %s/good) && sed -i s/8/eight/ Makefile && git -c user.name=A -c user.email=a@example.invalid commit -qam 'build: unsigned'", top);
	ok(try("refresh") == 1 && said("no Signed-off-by"),
	   "a commit without Signed-off-by is refused");
	sh("cd build/1/patched/src && git -c user.name=A -c user.email=a@example.invalid commit -q --amend -s -m 'fixup! build: and here'");
	ok(try("refresh") == 1 && said("waits to be folded"),
	   "a leftover fixup is refused");
	ok(!sh("cmp repo/patches/1/series copy/patches/1/series"),
	   "what was refused wrote nothing");
	sh("cd build/1/patched/src && git -c user.name=A -c user.email=a@example.invalid commit -q --amend -m 'build: ours' -m 'Series-group: distro\nSigned-off-by: A <a@example.invalid>'");
	sh("cd build/1/patched/src && sed -i s/11/eleven/ Makefile && " COMMIT "-am 'build: late'");
	ok(try("refresh") == 1 && said("after a patch of the distro group"),
	   "a patch for upstream after one of the distro group is refused");
	sh("cd build/1/patched/src && git reset -q --hard $(cat %s/good)", top);
}

static void test_mail(void)
{
	sh("printf 'Count in words\n\nNumbers are words.\n' >repo/patches/cover-letter");
	sh("cd build/1/patched/src && sed -i 's/^50$/fifty/' Makefile && " COMMIT "-am 'build: what the distributor adds' -m 'Series-group: distro'");
	ok(!try("refresh") && !try("mail") && said("3 mails"),
	   "mails: a cover letter, and the patches that are for everybody");
	ok(!sh("cd build/1/mail && grep -q '^Subject: \\[PATCH 0/2\\] Count in words$' 0000-* && grep -q 'Numbers are words' 0000-* && grep -q 'kernel/new.c' 0000-* 0001-* && ! grep -q fifty *"),
	   "the cover letter has our text and git's list, a patch its new files");
	sh("cd build/1/patched/src && git reset -q --hard HEAD~1");
	sh("rm repo/patches/cover-letter");
	ok(!try("refresh") && try("mail") == 1 && said("cover-letter"),
	   "without a cover letter nothing is mailed");
}

/* The series on another release, beside everything */
static void test_bump(void)
{
	ok(!try_with("bump", "1") && said("that is it") && !sh("[ ! -e build/bump ]"),
	   "there is nothing to try on the release that is pinned");
	sh("git --git-dir=build/linux.git rev-parse base/1 series/1 >refs; cp -r tree tree.is; seq 0 200 >tree/kernel/a.c");
	ok(!try_with("bump", "2") && said("applies to 2 as well") &&
	   said("version 2") && said("files 3"),
	   "a release in which lines have moved is told, and how to pin it");
	sh("sed -i 's/^100$/cent/' tree/kernel/a.c");
	ok(try_with("bump", "3") == 1 && said("does not apply"),
	   "and so is one to which a patch does not apply");
	ok(!sh("git --git-dir=build/linux.git rev-parse base/1 series/1 | cmp - refs && grep -q 'version 1' repo/patches/1/base"),
	   "base, series and pin are what they were");
	ok(try_with("bump", "2 3") == 2 && said("Usage"), "one release at a time");
	sh("rm -rf tree build/bump; mv tree.is tree");
}

static void test_bad_patch(void)
{
	sh("echo x >repo/kernel/orphan.c");
	ok(try("lint") == 1 && said("kernel/orphan.c is claimed by no patch"),
	   "a new file that no patch claims is found");
	sh("rm repo/kernel/orphan.c; sed -i s/^-100/-101/ repo/patches/1/kernel-count-in-words.patch");
	ok(try("worktree") == 1 && said("kernel-count-in-words.patch") &&
	   said("kernel/a.c"),
	   "a patch that does not apply is named, with the file");
	ok(!sh("[ $(git -C build/1/patched/src rev-parse HEAD) = $(cat good) ] && git -C build/1/patched/src diff --quiet"),
	   "and leaves the worktree as it was");
	sh("sed -i s/^-101/-100/ repo/patches/1/kernel-count-in-words.patch");
	ok(try("base") == 0 && try("nonsense") == 2,
	   "an unknown command is a usage error");
}

int main(int argc, char **argv)
{
	if (argc != 2 || !mkdtemp(top)) {
		fprintf(stderr, "Usage: round_trip SERIES\n");
		return 4;
	}
	program = realpath(argv[1], NULL);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	printf("TAP version 13\n");
	make_base();
	test_import();
	test_round_trip();
	test_context();
	test_unexported();
	test_refusals();
	test_mail();
	test_bump();
	test_bad_patch();
	printf("1..%d\n", number);
	if (!failures) {
		sh("cd / && rm -rf %s", top);
	} else {
		printf("# left for a look: %s\n", top);
	}
	return failures ? 1 : 0;
}

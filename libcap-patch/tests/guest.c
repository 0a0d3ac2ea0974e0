// SPDX-License-Identifier: GPL-2.0
/*
 * libcap on a kernel that has capability 41: runs as root in the Debian guest,
 * for each version from a tarball with its unpacked packages, the unpatched
 * programs and libcap's own tests.
 *
 * usage: libcap-guest VERSION...	(with libcap-VERSION.tar beside it)
 */
#define _GNU_SOURCE
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "check.h"

#define NAMES "cap_bpf,cap_tracing"
#define NONE "0000000000000000"
#define ALICE 1000
#define TESTS_EACH 52

static char *dir;

static char *in_dir(const char *name)
{
	return path_of("%s/%s", dir, name);
}

static bool unpack(const char *from)
{
	char *tar = path_of("%s/libcap-%s.tar", from, version);
	bool good;

	/* not below /tmp: that is mounted nosuid */
	dir = path_of("/srv/libcap/%s", version);
	mkdir("/srv/libcap", 0755);
	mkdir(dir, 0755);
	run("tar", "-C", dir, "-xf", tar, NULL);
	good = !res.status && !chdir(dir);
	ok(good, "its files are unpacked");
	note("tar said", res.out);
	free(tar);
	return good;
}

static void probes(void)
{
	run("capsh", "--supports=cap_tracing", NULL);
	exits(0, "capsh --supports=cap_tracing: the kernel has it");
	run("capsh", "--has-p=cap_tracing", NULL);
	exits(0, "capsh --has-p=cap_tracing: so has root");
	run("capsh", "--has-i=cap_tracing", NULL);
	exits(1, "capsh --has-i=cap_tracing: not inheritable");
	/*
	 * --has-a and --has-b take the error of a kernel without the capability
	 * for a yes, hence --supports first and a no of each.
	 */
	run("capsh", "--has-a=cap_tracing", NULL);
	exits(1, "capsh --has-a=cap_tracing: not ambient");
	run("capsh", "--inh=cap_tracing", "--addamb=cap_tracing",
	    "--has-a=cap_tracing", NULL);
	exits(0, "capsh --has-a=cap_tracing: ambient, once raised");
	run("capsh", "--has-b=cap_tracing", NULL);
	exits(0, "capsh --has-b=cap_tracing: within the bounding set");
	run("capsh", "--drop=cap_tracing", "--has-b=cap_tracing", NULL);
	exits(1, "capsh --has-b=cap_tracing: not there once dropped");
	run("capsh", "--drop=cap_tracing", "--", "-c",
	    "cat /proc/self/status", NULL);
	ok(!res.status && status_line("CapBnd", "000001ffffffffff"),
	   "capsh --drop=cap_tracing drops bit 41 and no other");
	note("it said", res.out);
	run("capsh", "--print", NULL);
	ok(!res.status && said("Current: =ep\n") && said(",cap_tracing\n"),
	   "capsh --print: root has all, cap_tracing the last of them");
	note("it said", res.out);
	run("capsh", "--decode=" MASK_TEXT, NULL);
	ok(!res.status && said_just("0x" MASK_TEXT "=" NAMES "\n"),
	   "capsh --decode names both bits");
	note("it said", res.out);
	run("capsh", "--explain=cap_tracing", NULL);
	ok(!res.status && said("cap_tracing (41)") && !said("reserved") &&
	   said("Allows a process to observe"), "capsh --explain=cap_tracing");
	note("it said", res.out);
}

static void ambient(void)
{
	run("capsh", "--keep=1", "--user=alice", "--inh=" NAMES,
	    "--addamb=" NAMES, "--has-a=cap_tracing", "--", "-c",
	    "id -u; cat /proc/self/status", NULL);
	ok(!res.status && said("1000\n") && status_line("CapAmb", MASK_TEXT) &&
	   status_line("CapEff", MASK_TEXT) && status_line("CapPrm", MASK_TEXT),
	   "capsh hands both to alice's programs as ambient capabilities");
	note("it said", res.out);
}

static void file_capabilities(void)
{
	char *cat = in_dir("cat"), *line = path_of("%s " NAMES "=ep\n", cat);
	char *setcap = in_dir("stock/progs/setcap");

	ok(copy_program("/bin/cat", cat), "a program to work on");
	run("setcap", NAMES "+ep", cat, NULL);
	exits(0, "setcap " NAMES "+ep works");
	ok(xattr_right(cat), "... and writes bits 39 and 41");
	run("setcap", "-v", NAMES "=ep", cat, NULL);
	exits(0, "setcap -v finds them");
	run("getcap", cat, NULL);
	ok(!res.status && said_just(line), "getcap prints " NAMES "=ep");
	note("it said", res.out);
	as_uid(ALICE, cat, "/proc/self/status", NULL);
	ok(!res.status && status_line("CapPrm", MASK_TEXT) &&
	   status_line("CapEff", MASK_TEXT) && status_line("CapAmb", NONE),
	   "alice has both in that program");
	note("it said", res.out);
	as_uid(ALICE, "/bin/cat", "/proc/self/status", NULL);
	ok(!res.status && status_line("CapPrm", NONE), "... and none without");

	run("setcap", "-r", cat, NULL);
	exits(0, "setcap -r works");
	as_uid(ALICE, cat, "/proc/self/status", NULL);
	ok(!res.status && status_line("CapPrm", NONE), "... and takes them away");
	run(setcap, NAMES "+ep", cat, NULL);
	exits(1, "unpatched setcap does not know the name");
	run(setcap, "cap_bpf,41+ep", cat, NULL);
	ok(!res.status && xattr_right(cat),
	   "unpatched setcap writes the same bytes, given the number");
	free(setcap);
	free(line);
	free(cat);
}

/* What an unpatched libcap makes of this kernel; a number always works. */
static void stock(void)
{
	char *capsh = in_dir("stock/progs/capsh");
	char *getcap = in_dir("stock/progs/getcap"), *cat = in_dir("cat");

	run(capsh, "--print", NULL);
	ok(said("cap=41 should have a name"),
	   "unpatched capsh warns that 41 has no name");
	note("it said", res.out);
	run(capsh, "--supports=cap_tracing", NULL);
	exits(1, "unpatched capsh --supports=cap_tracing fails");
	run(capsh, "--supports=41", NULL);
	exits(0, "unpatched capsh --supports=41 works");
	run(getcap, cat, NULL);
	ok(said("cap_bpf,41=ep"), "unpatched getcap prints a number");
	note("it said", res.out);
	free(cat);
	free(getcap);
	free(capsh);
}

static bool put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	return f && fputs(text, f) >= 0 && !fclose(f);
}

/* /etc/security/capability.conf gives bob the capabilities when he logs in. */
static void pam(void)
{
	char *lib = in_dir("root/lib/*/security/pam_cap.so");
	char *usrlib = in_dir("root/usr/lib/*/security/pam_cap.so"), *su;
	glob_t g = { 0 };

	glob(lib, 0, NULL, &g);
	glob(usrlib, GLOB_APPEND, NULL, &g);
	su = path_of("auth required %s keepcaps defer\n"
		     "auth sufficient pam_rootok.so\n"
		     "account required pam_permit.so\n"
		     "session required pam_permit.so\n",
		     g.gl_pathc ? g.gl_pathv[0] : "pam_cap-is-missing");
	ok(g.gl_pathc == 1 && put("/etc/pam.d/su", su) &&
	   put("/etc/security/capability.conf", "^cap_bpf,^cap_tracing bob\n"),
	   "pam_cap is set up for su");
	run("su", "bob", "-c", "id -un; cat /proc/self/status", NULL);
	ok(!res.status && said("bob\n") && status_line("CapAmb", MASK_TEXT) &&
	   status_line("CapEff", MASK_TEXT) && status_line("CapPrm", MASK_TEXT),
	   "pam_cap gives bob ^cap_bpf,^cap_tracing");
	note("it said", res.out);
	run("su", "alice", "-c", "id -un; cat /proc/self/status", NULL);
	ok(!res.status && said("alice\n") && status_line("CapAmb", NONE) &&
	   status_line("CapPrm", NONE), "... and alice nothing");
	note("it said", res.out);
	ok(put("/etc/security/capability.conf", "^cap_bpf,^cap_tracin bob\n"),
	   "pam_cap is set up with a name that is not quite right");
	run("su", "bob", "-c", "id -un; cat /proc/self/status", NULL);
	ok(!res.status && said("bob\n") && status_line("CapAmb", NONE) &&
	   status_line("CapPrm", NONE), "... and bob has nothing, not half of it");
	note("it said", res.out);
	globfree(&g);
	free(su);
	free(usrlib);
	free(lib);
}

/* libcap's own tests, as its Makefiles call them. */
static void own_tests(void)
{
	static const struct {
		const char *command, *expect;
		int status;
	} test[] = {
		{ "./cap_test", "cap_test PASS", 0 },
		{ "./psx_test", "", 0 },
		{ "./libcap_psx_test", "", 0 },
		{ "echo exit | ./uns_test", "", 0 },
		{ "./libcap_launch_test", "", 0 },
		{ "./libcap_psx_launch_test", "", 0 },
		/* shows what libpsx is for: must get through, and must not */
		{ "./exploit", "", -1 },
		{ "./noexploit", "", 0 },
		{ "./test_pam_cap", "test_pam_cap: OK", 0 },
		{ "./test_pam_cap root 0x0 0x0 0x0 config=./capability.conf", "", 0 },
		{ "./test_pam_cap root 0x0 0x0 0x0 config=./sudotest.conf", "", 0 },
		{ "./test_pam_cap alpha 0x0 0x0 0x0 config=./capability.conf", "", 0 },
		{ "./test_pam_cap alpha 0x0 0x1 0x80 config=./sudotest.conf", "", 0 },
		{ "./test_pam_cap beta 0x0 0x1 0x0 config=./sudotest.conf", "", 0 },
		{ "./test_pam_cap gamma 0x0 0x0 0x81 config=./sudotest.conf", "", 0 },
		{ "./test_pam_cap delta 0x41 0x80 0x41 config=./sudotest.conf", "", 0 },
		{ "./quicktest.sh", "ALL TESTS PASSED!", 0 },
	};
	/* all side by side, under the names that they look for each other by */
	run("sh", "-c",
	    "mkdir own && cp root/usr/lib/*/libcap2/tests/* "
	    "src/progs/quicktest.sh src/pam_cap/*.conf own/ && cd own && "
	    "for p in capsh setcap getcap getpcaps; do "
	    "cp \"$(command -v $p)\" . || exit 1; done", NULL);
	exits(0, "libcap's own tests are laid out");
	if (chdir("own"))
		return;
	for (size_t i = 0; i < sizeof(test) / sizeof(test[0]); i++) {
		run("sh", "-c", test[i].command, NULL);
		ok((test[i].status < 0 ? res.status != 0 :
					 res.status == test[i].status) &&
		   said(test[i].expect), "its own %s", test[i].command);
		note("it said", res.out);
	}
	if (chdir(".."))
		return;
}

/* What the image has installed, rather than unpacked. */
static void installed(void)
{
	static const char *const name[] = { "libcap2", "libcap2-bin",
					    "libpam-cap" };
	size_t i;

	version = "of the image";
	unsetenv("LD_LIBRARY_PATH");
	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}",
		    name[i], NULL);
		ok(!res.status && said("installed ") && said("+capsplit"),
		   "package %s is ours", name[i]);
		note("it said", res.out);
	}
	run("/usr/sbin/capsh", "--decode=" MASK_TEXT, NULL);
	ok(!res.status && said_just("0x" MASK_TEXT "=" NAMES "\n"),
	   "capsh names both bits");
	note("it said", res.out);
}

int main(int argc, char **argv)
{
	char *from = realpath("/proc/self/exe", NULL);
	int i;

	if (argc < 2 || !from) {
		fprintf(stderr, "usage: libcap-guest VERSION...\n");
		return 2;
	}
	*strrchr(from, '/') = '\0';
	setenv("LC_ALL", "C.UTF-8", 1);
	tap_begin();
	tap_plan((argc - 1) * TESTS_EACH + 4);
	for (i = 1; i < argc; i++) {
		version = argv[i];
		if (!unpack(from))
			continue;
		use_packages(dir);
		run("./api", version, NULL);
		exits(0, "its functions know the name here as well");
		probes();
		ambient();
		file_capabilities();
		stock();
		pam();
		own_tests();
	}
	installed();
	return tap_end();
}

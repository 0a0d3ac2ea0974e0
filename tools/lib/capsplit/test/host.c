// SPDX-License-Identifier: GPL-2.0
/*
 * libcapsplit-test - what of libcapsplit can be tested on the building machine
 *
 * Linked with the shared library.  What it does on kernels with tokens and
 * without is tested in guests, with the command: tools/capsplit/test.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/bpf.h>

#include <capsplit.h>

#include "check.h"

static char scratch[] = "/tmp/libcapsplit-test.XXXXXX";
static const char *lib, *map;

/* Both ways to tell of an error, and of the right one */
static void fails(int error, int ret, const char *what)
{
	int err = errno;

	ok(ret == -error && err == error, "%s is %s", what,
	   strerrorname_np(error));
	if (ret != -error || err != error)
		printf("# it returned %d, errno %d\n", ret, err);
}

static void arguments(void)
{
	struct capsplit_grant grant = { .caps = 1 };
	struct capsplit_token_info info;
	union bpf_attr attr;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	memset(&attr, 0, sizeof(attr));
	fails(EINVAL, capsplit_open_dev(NULL), "no device");
	fails(EINVAL, capsplit_open_dev(""), "a device without a name");
	fails(EINVAL, capsplit_open_dev("null"), "another device");
	fails(EINVAL, capsplit_open_dev("../dev/bpf"), "a path for a device");
	fails(EINVAL, capsplit_token_create(NULL, 0), "to grant nothing at all");
	fails(EINVAL, capsplit_token_create(&grant, 1), "an unknown flag");
	grant.cgroup_fd = 3;
	fails(EINVAL, capsplit_token_create(&grant, 0),
	      "a cgroup without the flag for it");
	grant.cgroup_fd = 0;
	grant.reserved = 1;
	fails(EINVAL, capsplit_token_create(&grant, 0), "a reserved field");
	grant.reserved = 0;
	fails(EBADF, capsplit_token_derive(-1, &grant, 0), "to derive from -1");
	fails(EINVAL, capsplit_token_get(NULL), "to get from nowhere");
	fails(EINVAL, capsplit_token_pin(null, NULL), "to pin to nowhere");
	fails(EBADF, capsplit_token_pin(-1, "/tmp/pin"), "to pin -1");
	fails(EINVAL, capsplit_token_query(null, NULL), "to query into nothing");
	fails(EBADF, capsplit_token_query(1000, &info),
	      "to query what is not open");
	/* Without the token it might have succeeded */
	fails(EBADF, bpf_with_cap(BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr), -1),
	      "bpf_with_cap() with -1");
	fails(EBADF, capsplit_load(-2), "to load -2");
	fails(EBADF, capsplit_load_on_exec(-2), "to load -2 for after exec");
	fails(EBADF, capsplit_get_perm(-1), "the ioctl on -1");
	close(null);
}

/* One answer from a kernel without tokens, unless a filter is before it */
static void kernel(void)
{
	struct capsplit_grant grant = { .caps = 1ULL << 39 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int want = capsplit_load(-1);
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	ok(want == -EOPNOTSUPP || want == -EPERM || !want,
	   "a kernel without tokens is told by EOPNOTSUPP");
	if (!want) {
		puts("# this kernel has tokens");
		close(null);
		return;
	}
	ok(bpf_with_cap(BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr), null) == want,
	   "bpf_with_cap() says so, too, and calls nothing");
	ok(capsplit_token_create(&grant, 0) == want, "and to create a token");
	ok(capsplit_token_revoke(null, -1) == want, "and to revoke one");
	ok(capsplit_load_on_exec(null) == want, "and to load one for after exec");
	ok(capsplit_get_perm(null) == (want == -EPERM ? -ENOTTY : want),
	   "and the ioctl");
	ok(capsplit_open_dev("bpf") < 0, "and there is no /dev/bpf");
	close(null);
}

/* The names that the map lists, in the order of the alphabet */
static char *mapped(void)
{
	run("sh", "-c", "sed -n 's/^\\t\\([a-z_]*\\);$/\\1/p' \"$0\" | grep -v -x '\\*' | sort",
	    map, NULL);
	return strdup(res.out);
}

static void symbols(void)
{
	char *names = mapped();

	run("sh", "-c", "nm -D --defined-only --format=just-symbols --without-symbol-versions \"$0\"/libcapsplit.so | grep -v LIBCAPSPLIT | sort",
	    lib, NULL);
	ok(*names && said_just(names), "the shared library exports what its map names");
	note("it said", res.out);
	run("sh", "-c", "nm -g --defined-only --format=just-symbols \"$0\"/libcapsplit.a | grep -v : | grep . | sort",
	    lib, NULL);
	ok(*names && said_just(names), "and so does the static one");
	note("it said", res.out);
	run("sh", "-c", "objdump -p \"$0\"/libcapsplit.so", lib, NULL);
	ok(said("SONAME               libcapsplit.so.1\n") &&
	   said("LIBCAPSPLIT_1.0"), "it has a name and versions of symbols");
	note("it said", res.out);
	run("sh", "-c", "for name in $(sed -n 's/^\\t\\([a-z_]*\\);$/\\1/p' \"$0\"); do "
	    "cat Documentation/man/*.3 | grep -q \"^.*int $name(\" || echo $name; done",
	    map, NULL);
	ok(said_just(""), "the manual pages have them all");
	note("not there", res.out);
	free(names);
}

/* As the manual page says, in the languages that a header meets */
static void example(void)
{
	char *config = path_of("%s/pkgconfig", lib);
	char *dir = strdup(lib), *usr = strstr(dir, "/usr/");

	setenv("PKG_CONFIG_PATH", config, 1);
	if (usr)
		*usr = '\0';
	setenv("PKG_CONFIG_SYSROOT_DIR", dir, 1);
	setenv("S", scratch, 1);
	run("sh", "-c", "sed -n '/^#include <stdio.h>/,/^}/p' Documentation/man/bpf_with_cap.3 | sed 's/\\\\e/\\\\/g; s/\\\\-/-/g' >$S/first.c && "
	    "cc -Wall -Wextra -Werror -Wno-missing-field-initializers -o $S/first $S/first.c $(pkg-config --cflags --libs libcapsplit)",
	    NULL);
	exits(0, "the manual page's example compiles with pkg-config");
	run("sh", "-c", "cc -static -o $S/static $S/first.c $(pkg-config --cflags --static --libs libcapsplit)",
	    NULL);
	exits(0, "and statically");
	run("sh", "-c", "LD_LIBRARY_PATH=\"$0\" $S/first", lib, NULL);
	ok(res.status == 1 && said("/dev/bpf-tracing: "),
	   "where there is no such device, it says so");
	note("it said", res.out);
	run("sh", "-c", "printf '#include <capsplit.h>\\n' >$S/h.c && cc -std=c99 -pedantic -Wall -Wextra -Werror -fsyntax-only $(pkg-config --cflags libcapsplit) $S/h.c && "
	    "cc -std=c99 -E $(pkg-config --cflags libcapsplit) -D__cplusplus $S/h.c | grep -q 'extern \"C\"'",
	    NULL);
	exits(0, "the header needs nothing else, in C99 and for C++");
	free(config);
	free(dir);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: libcapsplit-test LIBDIR MAP, in the source's directory\n",
		      stderr);
		return 2;
	}
	lib = argv[1];
	map = argv[2];
	if (!mkdtemp(scratch)) {
		perror(scratch);
		return 1;
	}
	tap_begin();
	about = "libcapsplit";
	arguments();
	kernel();
	symbols();
	example();
	run("mandoc", "-Tlint", "-Wwarning", "Documentation/man/capsplit.3",
	    "Documentation/man/bpf_with_cap.3", NULL);
	exits(0, "mandoc finds nothing wrong with the manual pages");
	run("rm", "-rf", scratch, NULL);
	return tap_end();
}

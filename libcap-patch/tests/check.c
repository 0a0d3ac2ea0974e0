// SPDX-License-Identifier: GPL-2.0
/* What tests that run programs share: TAP, running programs, looking at files. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "check.h"

const char *about = "libcap ", *version = "";
struct result res;

static int done, failed, planned;
static bool last_good;

void tap_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

void tap_plan(int tests)
{
	planned = tests;
	printf("1..%d\n", tests);
}

int tap_end(void)
{
	if (!planned)
		tap_plan(done);
	if (done != planned)
		printf("# planned %d tests, ran %d\n", planned, done);
	return failed || done != planned;
}

void ok(bool good, const char *fmt, ...)
{
	va_list ap;

	last_good = good;
	failed += !good;
	printf("%sok %d - %s%s: ", good ? "" : "not ", ++done, about,
	       version);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

#define NOTE_LINES 40

void note(const char *what, const char *text)
{
	const char *start = text + strlen(text), *end;
	int lines = 0;

	if (last_good)
		return;
	/* the end of it is where the reason is */
	while (start > text && (start[-1] != '\n' || lines++ <= NOTE_LINES))
		start--;
	printf("# %s:\n", what);
	for (; *start; start = *end ? end + 1 : end) {
		end = start + strcspn(start, "\n");
		printf("#   %.*s\n", (int)(end - start), start);
	}
}

/*
 * Output goes to a file and is read when the program has ended.  The end of a
 * pipe would not do: libcap_psx_test can leave a forked child behind that hangs
 * and holds it open.
 */
static int run_words(int uid, char *const argv[])
{
	int status, fd;
	pid_t pid;

	fflush(stdout);
	memset(&res, 0, sizeof(res));
	fd = memfd_create("output", MFD_CLOEXEC);
	if (fd < 0)
		return res.status = 126;
	pid = fork();
	if (!pid) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		if (uid && (setgroups(0, NULL) || setgid(uid) || setuid(uid)))
			_exit(126);
		execvp(argv[0], argv);
		dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0],
			strerror(errno));
		_exit(127);
	}
	while (pid < 0 || waitpid(pid, &status, 0) < 0)
		if (pid < 0 || errno != EINTR) {
			close(fd);
			return res.status = 126;
		}
	/* The end is what counts if it is more than fits. */
	if (lseek(fd, -(off_t)(sizeof(res.out) - 1), SEEK_END) < 0)
		lseek(fd, 0, SEEK_SET);
	if (read(fd, res.out, sizeof(res.out) - 1) < 0)
		res.out[0] = '\0';
	close(fd);
	return res.status = WIFEXITED(status) ? WEXITSTATUS(status) :
						128 + WTERMSIG(status);
}

#define MAX_WORDS 32

static void gather(char *argv[], const char *word, va_list ap)
{
	int n = 0;

	for (; word && n < MAX_WORDS; word = va_arg(ap, const char *))
		argv[n++] = (char *)word;
	argv[n] = NULL;
}

int run(const char *word, ...)
{
	char *argv[MAX_WORDS + 1];
	va_list ap;

	va_start(ap, word);
	gather(argv, word, ap);
	va_end(ap);
	return run_words(0, argv);
}

int as_uid(int uid, const char *word, ...)
{
	char *argv[MAX_WORDS + 1];
	va_list ap;

	va_start(ap, word);
	gather(argv, word, ap);
	va_end(ap);
	return run_words(uid, argv);
}

bool said(const char *text)
{
	return strstr(res.out, text);
}

bool said_just(const char *text)
{
	return !strcmp(res.out, text);
}

void exits(int status, const char *fmt, ...)
{
	char *name;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&name, fmt, ap) < 0)
		abort();
	va_end(ap);
	ok(res.status == status, "%s", name);
	if (res.status != status)
		printf("# exit status %d, not %d\n", res.status, status);
	note("it said", res.out);
	free(name);
}

bool status_line(const char *name, const char *hex)
{
	char *line = path_of("%s:\t%s\n", name, hex);
	bool there = said(line);

	free(line);
	return there;
}

/*
 * VFS_CAP_REVISION_2 and the effective bit, then permitted and inheritable:
 * low words first, each little-endian.
 */
bool xattr_right(const char *path)
{
	static const unsigned char want[20] = {
		0x01, 0x00, 0x00, 0x02,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x80, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	unsigned char got[64];

	return getxattr(path, "security.capability", got, sizeof(got)) ==
	       (ssize_t)sizeof(want) && !memcmp(got, want, sizeof(want));
}

bool copy_program(const char *from, const char *to)
{
	char buf[65536];
	ssize_t n = -1;
	int in, out;

	unlink(to);
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	while (in >= 0 && out >= 0 && (n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n) {
			n = -1;
			break;
		}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return !n;
}

char *slurp(const char *path)
{
	FILE *f = fopen(path, "r"), *to;
	char *text = NULL;
	size_t size;
	int c;

	if (!f)
		return NULL;
	to = open_memstream(&text, &size);
	while (to && (c = getc(f)) != EOF)
		putc(c, to);
	if (to)
		fclose(to);
	fclose(f);
	return text;
}

char *path_of(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	va_end(ap);
	return s;
}

void use_packages(const char *dir)
{
	static char *old_path;
	char *lib, *usrlib, *path;
	glob_t g = { 0 };

	if (!old_path)
		old_path = strdup(getenv("PATH") ?: "/usr/sbin:/usr/bin");
	/* sbin and lib moved below /usr between the two releases */
	path = path_of("%s/root/usr/sbin:%s/root/sbin:%s", dir, dir, old_path);
	setenv("PATH", path, 1);
	lib = path_of("%s/root/lib/*-linux-*", dir);
	usrlib = path_of("%s/root/usr/lib/*-linux-*", dir);
	glob(lib, 0, NULL, &g);
	glob(usrlib, GLOB_APPEND, NULL, &g);
	free(path);
	path = path_of("%s:%s", g.gl_pathc ? g.gl_pathv[0] : "",
		       g.gl_pathc > 1 ? g.gl_pathv[1] : "");
	setenv("LD_LIBRARY_PATH", path, 1);
	globfree(&g);
	free(path);
	free(lib);
	free(usrlib);
}

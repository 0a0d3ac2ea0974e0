// SPDX-License-Identifier: GPL-2.0
/*
 * Files, and the guest that a table is made in.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "host.h"

void die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

char *text_of(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		die("out of memory");
	va_end(ap);
	return s;
}

void make_dirs(const char *path)
{
	char part[PATH_MAX];
	char *p;

	snprintf(part, sizeof(part), "%s/", path);
	for (p = strchr(part + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(part, 0755) && errno != EEXIST)
			die("cannot make the directory %s: %s", part,
			    strerror(errno));
		*p = '/';
	}
}

FILE *open_to_write(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		die("cannot write %s: %s", path, strerror(errno));
	return f;
}

void close_written(FILE *f, const char *path)
{
	if (ferror(f) | fclose(f))
		die("cannot write %s: %s", path, strerror(errno));
}

char *contents(const char *path)
{
	FILE *f = fopen(path, "re"), *to;
	char *text = NULL, buf[4096];
	size_t size, n;

	if (!f)
		die("cannot read %s: %s", path, strerror(errno));
	to = open_memstream(&text, &size);
	while ((n = fread(buf, 1, sizeof(buf), f)))
		fwrite(buf, 1, n, to);
	fclose(f);
	fclose(to);
	return text;
}

/* A newer version that does the same is no news. */
static void forget_versions(char *page)
{
	char *p = page;

	while ((p = strstr(p, "\nVersion: "))) {
		p += strlen("\nVersion: ");
		memmove(p, p + strcspn(p, "\n"), strlen(p + strcspn(p, "\n")) + 1);
	}
}

char *pages_differ(const char *path, const char *page, const char *target)
{
	char *was = contents(path), *is = contents(page);

	forget_versions(was);
	forget_versions(is);
	return strcmp(was, is) ? text_of("%s differs from %s: run `make %s'",
					 path, page, target) : NULL;
}

/* The first word with a digit: "perf version 6.12.117" is too long */
static const char *number_of(const char *version)
{
	static char word[16];
	const char *p = strpbrk(version, "0123456789");

	snprintf(word, sizeof(word), "%.*s", p ? (int)strcspn(p, " -+~") : 0,
		 p ? p : "");
	return word;
}

void summary_head(void)
{
	summary_line(&(struct summary) {
		"tool", "version", "command", "needs upstream",
		"needs here", "verdict" });
}

void summary_line(const struct summary *s)
{
	printf("# | %-38.38s %-9s %-58.58s %-38.38s %-20s %s\n", s->tool,
	       strpbrk(s->version, "0123456789") ? number_of(s->version) :
						   s->version,
	       s->command, s->today, s->here, s->verdict);
}

FILE *guest_boot(char *const argv[], volatile pid_t *pid)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		die("cannot make a pipe: %s", strerror(errno));
	*pid = fork();
	if (*pid < 0)
		die("cannot start %s: %s", argv[0], strerror(errno));
	if (!*pid) {
		/* no guest outlives us, however we end */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		execv(argv[0], argv);
		fprintf(stderr, "%s: cannot run %s: %s\n",
			program_invocation_short_name, argv[0],
			strerror(errno));
		_exit(125);
	}
	close(fds[1]);
	return fdopen(fds[0], "r");
}

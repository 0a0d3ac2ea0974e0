// SPDX-License-Identifier: GPL-2.0
/*
 * apt-private - ask Debian's archive for another release's packages
 *
 * Runs apt-get or apt-cache with lists, state and cache of our own under
 * $BUILD/apt, so that a Debian 12 machine can fetch trixie's packages and
 * sources while its own apt configuration stays as it is.  The machine is only
 * read: which mirror it uses, and its apt.conf (a proxy, say).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <stdbool.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "mirror.h"

#define MAX_AGE (24 * 60 * 60)

static const char usage[] =
	"usage: apt-private --suite SUITE -- COMMAND [ARG...]\n"
	"       apt-private --mirror | --security-mirror | --keyring\n"
	"\n"
	"COMMAND is one of apt-get's or apt-cache's, run on the package lists of\n"
	"Debian's SUITE (bookworm, trixie, sid); the machine's own apt sources\n"
	"stay untouched.  `download' and `source' write to the working directory.\n"
	"\n"
	"  BUILD            where lists are kept, as $BUILD/apt (default: ./build)\n"
	"  DEBIAN_MIRROR, DEBIAN_SECURITY_MIRROR\n"
	"                   mirrors to use instead of the machine's own\n";

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list ap;

	fputs("apt-private: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static const char *keyring(void)
{
	static const char *const place[] = {
		"/usr/share/keyrings/debian-archive-keyring.gpg",
		"/usr/share/keyrings/debian-archive-keyring.pgp",
	};
	size_t i;

	for (i = 0; i < sizeof(place) / sizeof(place[0]); i++)
		if (!access(place[i], R_OK))
			return place[i];
	die("Debian's archive keys are missing; install the package debian-archive-keyring");
}

static void path_of(char *out, const char *dir, const char *name)
{
	if (snprintf(out, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		die("the path %s/%s is too long; set BUILD to a shorter one",
		    dir, name);
}

static void make_dirs(const char *path)
{
	char part[PATH_MAX];
	char *p;

	path_of(part, path, "");
	for (p = strchr(part + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(part, 0755) && errno != EEXIST)
			die("cannot make the directory %s: %s", part,
			    strerror(errno));
		*p = '/';
	}
}

/* Returns true if the file had other contents (or none) before. */
static bool write_if_changed(const char *path, const char *text)
{
	char old[8192];
	size_t n = 0;
	FILE *f = fopen(path, "r");

	if (f) {
		n = fread(old, 1, sizeof(old), f);
		fclose(f);
		if (n == strlen(text) && !memcmp(old, text, n))
			return false;
	}
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		die("cannot write %s: %s", path, strerror(errno));
	return true;
}

static int run(char *const argv[], bool quiet)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("cannot start %s: %s", argv[0], strerror(errno));
	if (!pid) {
		/* what update prints is news to nobody */
		if (quiet)
			dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[0], argv);
		fprintf(stderr, "apt-private: cannot run %s: %s\n", argv[0],
			strerror(errno));
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("lost sight of %s: %s", argv[0], strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A suite's own corner: sources.list, apt.conf, lists, archives, status. */
struct corner {
	char dir[PATH_MAX];
	char conf[PATH_MAX];
	char stamp[PATH_MAX];
	bool changed;
};

static const char conf_text[] =
	/*
	 * Given with -c and so read last: the machine's apt.conf still counts,
	 * but for where things are and for hooks that would tell the desktop.
	 */
	"#clear APT::Update::Pre-Invoke;\n"
	"#clear APT::Update::Post-Invoke;\n"
	"#clear APT::Update::Post-Invoke-Success;\n"
	"#clear DPkg::Pre-Install-Pkgs;\n"
	"#clear DPkg::Pre-Invoke;\n"
	"#clear DPkg::Post-Invoke;\n"
	"Dir::Etc::sourcelist \"%1$s/sources.list\";\n"
	"Dir::Etc::sourceparts \"%1$s/none\";\n"
	"Dir::Etc::preferences \"%1$s/none/preferences\";\n"
	"Dir::Etc::preferencesparts \"%1$s/none\";\n"
	"Dir::State \"%1$s\";\n"
	"Dir::State::lists \"lists\";\n"
	"Dir::State::status \"%1$s/status\";\n"
	"Dir::State::extended_states \"%1$s/extended_states\";\n"
	"Dir::Cache \"%1$s\";\n"
	"Dir::Cache::archives \"archives\";\n"
	"Dir::Cache::pkgcache \"\";\n"
	"Dir::Cache::srcpkgcache \"\";\n"
	"Dir::Log \"%1$s\";\n"
	"APT::Sandbox::User \"root\";\n"
	"APT::Default-Release \"\";\n"
	"Acquire::Languages \"none\";\n"
	"Acquire::Retries \"3\";\n";

static char *text_of(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static char *text_of(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		die("out of memory");
	va_end(ap);
	return s;
}

static const char *mirror(bool security)
{
	const char *uri = debian_mirror(security);

	if (!uri)
		die("this machine's apt sources name no Debian mirror; set DEBIAN_MIRROR to one");
	return uri;
}

static char *source_line(const char *suite, const char *pocket, bool source)
{
	return text_of("%s [signed-by=%s target=%s] %s %s%s main\n",
		       source ? "deb-src" : "deb", keyring(),
		       source ? "Sources" : "Packages",
		       mirror(!strcmp(pocket, "-security")), suite,
		       pocket);
}

static void prepare(struct corner *c, const char *suite, bool source)
{
	bool rolling = !strcmp(suite, "sid") || !strcmp(suite, "unstable");
	const char *build = getenv("BUILD");
	char base[PATH_MAX], name[128], path[PATH_MAX];
	int fd;

	if (!build || !*build)
		build = "build";
	make_dirs(build);
	if (!realpath(build, base))
		die("cannot use the build directory %s: %s", build,
		    strerror(errno));
	/* Source lists are big and seldom wanted, so they live apart. */
	snprintf(name, sizeof(name), "apt/%s%s", suite, source ? "-src" : "");
	path_of(c->dir, base, name);
	path_of(path, c->dir, "lists/partial");
	make_dirs(path);
	path_of(path, c->dir, "archives/partial");
	make_dirs(path);
	path_of(path, c->dir, "none");
	make_dirs(path);

	/* Two makes at once must not both update. */
	path_of(path, c->dir, "lock");
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	if (fd < 0 || flock(fd, LOCK_EX))
		die("cannot lock %s: %s", path, strerror(errno));

	path_of(path, c->dir, "sources.list");
	c->changed = write_if_changed(path, rolling ?
		source_line(suite, "", source) :
		text_of("%s%s%s", source_line(suite, "", source),
			source_line(suite, "-updates", source),
			source_line(suite, "-security", source)));
	path_of(path, c->dir, "status");
	write_if_changed(path, "");
	path_of(c->conf, c->dir, "apt.conf");
	write_if_changed(c->conf, text_of(conf_text, c->dir));
	path_of(c->stamp, c->dir, "updated");
}

static void update(struct corner *c, const char *suite, bool force)
{
	char *argv[] = { "apt-get", "-c", c->conf, "-q", "update",
			 "--error-on=any", NULL };
	struct stat st;
	bool have = !stat(c->stamp, &st);

	if (have && !c->changed && !force && time(NULL) - st.st_mtime < MAX_AGE)
		return;
	fprintf(stderr, "apt-private: reading %s's package lists from %s\n",
		suite, mirror(false));
	/* A stamp from other sources, or a killed update's, would be a lie. */
	if (c->changed)
		unlink(c->stamp);
	if (!run(argv, true)) {
		unlink(c->stamp);
		write_if_changed(c->stamp, "lists complete\n");
		return;
	}
	if (!have || c->changed)
		die("the package lists of %s could not be had from %s; check the network, or set DEBIAN_MIRROR",
		    suite, mirror(false));
	fprintf(stderr,
		"apt-private: the package lists of %s could not be refreshed; going on with the old ones\n",
		suite);
}

static bool one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

static int command(const char *suite, int argc, char **argv)
{
	static const char *const by_cache[] = {
		"policy", "show", "showsrc", "madison", "search", "depends",
		"rdepends", "pkgnames", "showpkg", NULL
	};
	static const char *const of_source[] = { "source", "showsrc", NULL };
	struct corner c;
	char **args;
	int i, n = 0;

	for (i = 0; suite[i]; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz", suite[i]))
			die("'%s' is no Debian suite; say bookworm, trixie or sid",
			    suite);
	prepare(&c, suite, one_of(argv[0], of_source));
	if (!strcmp(argv[0], "update")) {
		update(&c, suite, true);
		return 0;
	}
	update(&c, suite, false);

	args = calloc(argc + 5, sizeof(*args));
	if (!args)
		die("out of memory");
	args[n++] = one_of(argv[0], by_cache) ? "apt-cache" : "apt-get";
	args[n++] = "-c";
	args[n++] = c.conf;
	args[n++] = "-q";
	for (i = 0; i < argc; i++)
		args[n++] = argv[i];
	return run(args, false);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--mirror"))
		return puts(mirror(false)) < 0;
	if (argc == 2 && !strcmp(argv[1], "--security-mirror"))
		return puts(mirror(true)) < 0;
	if (argc == 2 && !strcmp(argv[1], "--keyring"))
		return puts(keyring()) < 0;
	if (argc == 2 && !strcmp(argv[1], "--help"))
		return fputs(usage, stdout) < 0;
	if (argc >= 5 && !strcmp(argv[1], "--suite") && !strcmp(argv[3], "--"))
		return command(argv[2], argc - 4, argv + 4);
	fputs(usage, stderr);
	return 2;
}

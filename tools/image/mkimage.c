// SPDX-License-Identifier: GPL-2.0
/*
 * mkimage - make the Debian userland image from a recipe
 *
 * mmdebstrap unpacks Debian's packages into a work directory, our libcap goes
 * over Debian's, the observer's tools get their file capabilities, and mke2fs
 * copies it all into a file system without a loop mount.  The image appears by
 * a rename at the very end, so a killed run leaves the old one, or none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "recipe.h"
#include "sum.h"

/* Raise when what this program does to an image changes. */
#define REVISION "1"

static const char usage[] =
	"usage: mkimage --recipe FILE --mirror URI --security-mirror URI\n"
	"               --keyring FILE --cache DIR [--debs DIR] [--tree] OUTPUT\n"
	"\n"
	"Makes the ext4 image OUTPUT.ext4, OUTPUT.packages (what is in it) and\n"
	"OUTPUT.log.  Does nothing if OUTPUT.ext4 was made from the same recipe\n"
	"and the same packages in --debs, which are installed over Debian's.\n"
	"With --tree it leaves the packages in the directory OUTPUT.tree, to\n"
	"build something in.\n";

static struct {
	const char *recipe, *mirror, *security, *keyring, *cache, *debs, *out;
	bool tree;
} opt;

static char root[PATH_MAX];	/* the work directory */
static char log_path[PATH_MAX];

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("mkimage: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

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

/* Run a command with its output at the end of FILE; die if it fails. */
static void run_to(const char *file, char *const argv[])
{
	int status, fd;
	pid_t pid;

	fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		die("cannot write %s: %s", file, strerror(errno));
	pid = fork();
	if (pid < 0)
		die("cannot start %s: %s", argv[0], strerror(errno));
	if (!pid) {
		int null = open("/dev/null", O_RDONLY);

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(null, STDIN_FILENO);
		dup2(fd, STDOUT_FILENO);
		if (file == log_path)
			dup2(fd, STDERR_FILENO);
		execvp(argv[0], argv);
		dprintf(fd, "cannot run %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	close(fd);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("lost sight of %s: %s", argv[0], strerror(errno));
	if (status)
		die("%s failed; its last words are at the end of %s", argv[0],
		    log_path);
}

#define run(...) run_to(log_path, (char *const[]){ __VA_ARGS__, NULL })
#define run_inside(...) run("chroot", root, __VA_ARGS__)

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Never into a file system that is mounted below, whoever left it there. */
static void remove_tree(const char *path)
{
	if (access(path, F_OK))
		return;
	if (nftw(path, remove_one, 64, FTW_DEPTH | FTW_PHYS | FTW_MOUNT))
		die("cannot clear %s: %s; if something is mounted below it, unmount that",
		    path, strerror(errno));
}

static uint64_t mix_file(uint64_t h, const char *path)
{
	if (!sum_add_file(&h, path))
		die("cannot read %s: %s", path, strerror(errno));
	return h;
}

static void list_debs(glob_t *g)
{
	memset(g, 0, sizeof(*g));
	if (!opt.debs)
		return;
	if (glob(text_of("%s/*.deb", opt.debs), 0, NULL, g))
		die("there are no packages in %s; run `make libcap' first",
		    opt.debs);
}

static char *fingerprint(const struct recipe *r, const glob_t *debs)
{
	uint64_t h = SUM_BEGIN;
	size_t i;

	h = sum_add(h, REVISION, strlen(REVISION));
	h = sum_add(h, r->text, strlen(r->text));
	for (i = 0; i < debs->gl_pathc; i++)
		h = mix_file(h, debs->gl_pathv[i]);
	return text_of("%016llx\n", (unsigned long long)h);
}

static bool is_current(const char *image, const char *stamp, const char *mark)
{
	FILE *f = fopen(stamp, "r");
	char was[64] = "";

	if (!f)
		return false;
	if (!fgets(was, sizeof(was), f))
		was[0] = '\0';
	fclose(f);
	return !strcmp(was, mark) && !access(image, R_OK);
}

static void copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	char buf[65536];
	ssize_t n = -1;

	if (in < 0 || out < 0)
		die("cannot copy %s to %s: %s", from, to, strerror(errno));
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			die("cannot write %s: %s", to, strerror(errno));
	if (n < 0 || close(out))
		die("cannot copy %s to %s: %s", from, to, strerror(errno));
	close(in);
}

/*
 * A machine that reaches its mirror through a proxy says so in its apt.conf,
 * which mmdebstrap does not read.
 */
static size_t proxy_options(char **argv, size_t n, size_t max)
{
	FILE *f = popen("apt-config dump --no-empty Acquire", "r");
	char *line = NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if ((strcasestr(line, "::proxy") ||
		     strcasestr(line, "::cainfo")) && n < max)
			argv[n++] = text_of("--aptopt=%s", line);
	}
	if (f)
		pclose(f);
	free(line);
	return n;
}

static void bootstrap(const struct recipe *r)
{
	char *argv[64];
	size_t n = 0;

	argv[n++] = "mmdebstrap";
	argv[n++] = "--mode=root";
	argv[n++] = "--variant=essential";
	argv[n++] = text_of("--include=%s", r->packages);
	argv[n++] = "--aptopt=Apt::Install-Recommends \"false\"";
	argv[n++] = "--aptopt=Acquire::Retries \"3\"";
	argv[n++] = "--dpkgopt=path-exclude=/usr/share/doc/*";
	argv[n++] = "--dpkgopt=path-include=/usr/share/doc/*/copyright";
	argv[n++] = "--dpkgopt=path-exclude=/usr/share/man/*";
	argv[n++] = "--dpkgopt=path-exclude=/usr/share/locale/*";
	/* keep what was downloaded from one image to the next */
	argv[n++] = "--setup-hook=mkdir -p \"$1/var/cache/apt/archives\"";
	argv[n++] = text_of("--setup-hook=sync-in \"%s\" /var/cache/apt/archives",
			    opt.cache);
	argv[n++] = "--skip=download/empty";
	argv[n++] = "--skip=essential/unlink";
	argv[n++] = text_of("--customize-hook=sync-out /var/cache/apt/archives \"%s\"",
			    opt.cache);
	n = proxy_options(argv, n, 58);
	argv[n++] = (char *)r->suite;
	argv[n++] = root;
	argv[n++] = text_of("deb [signed-by=%s] %s %s main", opt.keyring,
			    opt.mirror, r->suite);
	argv[n++] = text_of("deb [signed-by=%s] %s %s-updates main",
			    opt.keyring, opt.mirror, r->suite);
	argv[n++] = text_of("deb [signed-by=%s] %s %s-security main",
			    opt.keyring, opt.security, r->suite);
	argv[n] = NULL;
	run_to(log_path, argv);
}

/*
 * Only packages that are there already: the directory has libcap's -dev and
 * Go packages too, and they would pull a compiler in.
 */
static void install_over(const glob_t *debs)
{
	char *inside = text_of("%s/var/tmp/debs", root);
	char *argv[64] = { "chroot", root, "dpkg", "-i", "--" };
	size_t i, n = 5;

	if (mkdir(inside, 0755))
		die("cannot make %s: %s", inside, strerror(errno));
	for (i = 0; i < debs->gl_pathc && n < 63; i++) {
		const char *path = debs->gl_pathv[i];
		const char *base = strrchr(path, '/') + 1;
		char *package = strndup(base, strcspn(base, "_"));

		if (access(text_of("%s/var/lib/dpkg/info/%s.list", root,
				   package), F_OK) &&
		    access(text_of("%s/var/lib/dpkg/info/%s:amd64.list", root,
				   package), F_OK))
			continue;
		copy_file(path, text_of("%s/%s", inside, base));
		argv[n++] = text_of("/var/tmp/debs/%s", base);
	}
	argv[n] = NULL;
	if (n > 5)
		run_to(log_path, argv);
	else if (debs->gl_pathc)
		die("none of the packages in %s is one that the image has",
		    opt.debs);
	remove_tree(inside);
}

static void write_text(const char *name, const char *text)
{
	char *path = text_of("%s/%s", root, name);
	FILE *f;

	/* A symbolic link in there would lead out of the image. */
	unlink(path);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		die("cannot write %s: %s", path, strerror(errno));
}

static void furnish(const struct recipe *r)
{
	size_t i;

	for (i = 0; i < r->users; i++)
		run_inside("useradd", "-m", "-s", "/bin/bash", "-u",
			   text_of("%u", r->user[i].uid),
			   (char *)r->user[i].name);
	if (*r->bin)
		run("mkdir", "-p", text_of("%s%s", root, r->bin));
	for (i = 0; i < r->filecaps; i++) {
		const char *file = r->filecap[i].file;
		char *copy = text_of("%s%s", r->bin, strrchr(file, '/'));

		copy_file(text_of("%s%s", root, file),
			  text_of("%s%s", root, copy));
		run_inside("setcap", (char *)r->filecap[i].caps, copy);
		run_inside("setcap", "-q", "-v", (char *)r->filecap[i].caps,
			   copy);
	}
	/* Its owner stays root: who is in the group uses, and changes nothing */
	if (*r->group) {
		run_inside("chgrp", (char *)r->group, (char *)r->bin);
		run_inside("chmod", "0750", (char *)r->bin);
	}
	write_text("etc/hostname", "capsplit\n");
	write_text("etc/hosts", "127.0.0.1 localhost capsplit\n::1 localhost\n");
	/* The host's mirror and proxy are nobody's business in the guest. */
	write_text("etc/resolv.conf", "");
	write_text("etc/apt/sources.list", "");
	unlink(text_of("%s/etc/apt/apt.conf.d/99mmdebstrap", root));
	remove_tree(text_of("%s/var/cache/apt", root));
	remove_tree(text_of("%s/var/lib/apt/lists", root));
}

static void save_list(const char *path)
{
	char *tmp = text_of("%s.new", path);

	unlink(tmp);
	run_to(tmp, (char *const[]){ "chroot", root, "dpkg-query", "-W",
				     "-f=${Package} ${Version}\\n", NULL });
	if (rename(tmp, path))
		die("cannot write %s: %s", path, strerror(errno));
}

static void make_ext4(const struct recipe *r, const char *image)
{
	char *tmp = text_of("%s.new", image);

	unlink(tmp);
	/* No journal: guests throw their changes away. */
	run("mke2fs", "-q", "-F", "-t", "ext4", "-L", "capsplit", "-m", "0",
	    "-O", "^has_journal", "-E", "root_owner=0:0", "-d", root, tmp,
	    (char *)r->size);
	if (chmod(root, 0755) || rename(tmp, image))
		die("cannot put %s in place: %s", image, strerror(errno));
}

static void make_image(const struct recipe *r, const glob_t *debs,
		       const char *image)
{
	if (debs->gl_pathc)
		install_over(debs);
	furnish(r);
	save_list(text_of("%s.packages", opt.out));
	make_ext4(r, image);
	remove_tree(root);
}

static void parse(int argc, char **argv)
{
	struct {
		const char *name;
		const char **value;
	} known[] = {
		{ "--recipe", &opt.recipe }, { "--mirror", &opt.mirror },
		{ "--security-mirror", &opt.security },
		{ "--keyring", &opt.keyring }, { "--cache", &opt.cache },
		{ "--debs", &opt.debs },
	};
	size_t k;
	int i;

	for (i = 1; i < argc; i++) {
		for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (!strcmp(argv[i], known[k].name))
				break;
		if (k < sizeof(known) / sizeof(known[0]) && i + 1 < argc)
			*known[k].value = argv[++i];
		else if (!strcmp(argv[i], "--tree"))
			opt.tree = true;
		else if (!opt.out && argv[i][0] != '-')
			opt.out = argv[i];
		else
			goto wrong;
	}
	if (opt.recipe && opt.mirror && opt.security && opt.keyring &&
	    opt.cache && opt.out)
		return;
wrong:
	fputs(usage, stderr);
	exit(2);
}

/*
 * Inherited by what we run, so that whatever outlives a killed mkimage keeps
 * the next one waiting and not two of them writing in one work directory.
 */
static void take_lock(void)
{
	int fd = open(text_of("%s.lock", opt.out), O_CREAT | O_RDWR, 0644);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		fprintf(stderr, "mkimage: waiting for another run to end\n");
		if (!flock(fd, LOCK_EX))
			return;
	} else if (fd >= 0) {
		return;
	}
	die("cannot lock %s.lock: %s", opt.out, strerror(errno));
}

int main(int argc, char **argv)
{
	char *image, *stamp, *mark;
	struct recipe r;
	glob_t debs;
	FILE *f;

	parse(argc, argv);
	recipe_read(&r, opt.recipe);
	list_debs(&debs);
	if (!opt.tree && !*r.size)
		die("the recipe %s does not say the size of the image", opt.recipe);
	image = text_of("%s.%s", opt.out, opt.tree ? "tree" : "ext4");
	stamp = text_of("%s.stamp", opt.out);
	snprintf(log_path, sizeof(log_path), "%s.log", opt.out);

	take_lock();
	mark = fingerprint(&r, &debs);
	if (is_current(image, stamp, mark))
		return 0;
	if (geteuid())
		die("an image with other people's files in it needs root; run this as root");

	/* What mmdebstrap mounts must go when we do, even by SIGKILL. */
	if (!unshare(CLONE_NEWNS))
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	umask(022);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("DEBIAN_FRONTEND", "noninteractive", 1);
	unsetenv("TMPDIR");

	snprintf(root, sizeof(root), "%s.work", opt.out);
	unlink(stamp);
	unlink(log_path);
	remove_tree(root);
	printf("image: unpacking Debian's %s packages (about a minute; log: %s)\n",
	       r.suite, log_path);
	fflush(stdout);
	bootstrap(&r);
	if (opt.tree) {
		remove_tree(image);
		if (rename(root, image))
			die("cannot put %s in place: %s", image,
			    strerror(errno));
	} else {
		make_image(&r, &debs, image);
	}

	f = fopen(stamp, "w");
	if (!f || fputs(mark, f) < 0 || fclose(f))
		die("cannot write %s: %s", stamp, strerror(errno));
	printf("image: %s is ready\n", image);
	return 0;
}

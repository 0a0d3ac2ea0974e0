// SPDX-License-Identifier: GPL-2.0
/*
 * bpf-policy - rules about BPF that no capability can say, by BPF LSM
 *
 * Puts the rules of a file into force until they are taken out again: the
 * policy's links are kept in a BPF file system, not by this program.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "complaint.h"
#include "policy.h"

#define DIR_DEFAULT	"/sys/fs/bpf/policy"

enum { DONE = 0, REFUSED = 1, USAGE = 2, UNSUPPORTED = 3 };

/* Built beside this program and carried in it: nothing is compiled later */
__asm__(".pushsection .rodata\n"
	".balign 16\n"
	".global policy_object\n"
	"policy_object:\n"
	".incbin \"" POLICY_BPF_OBJECT "\"\n"
	".global policy_object_end\n"
	"policy_object_end:\n"
	".popsection\n");
extern const char policy_object[], policy_object_end[];

static const char *dir = DIR_DEFAULT;
static bool began;		/* to pin: to be undone if it fails */

static const char *const names[] = {
	"map_rules", "cgroup_rules", "policy_map", "policy_prog",
	"policy_prog_load",
};

static char *in_dir(const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		abort();
	return path;
}

/* How many of the policy's files could be removed, and the directory */
static int take_out(void)
{
	size_t i;
	int n = 0;

	/* The links last in the list are what is in force */
	for (i = sizeof(names) / sizeof(names[0]); i--;) {
		char *path = in_dir(names[i]);
		int fd = bpf_obj_get(path);

		n += !unlink(path);
		free(path);
		/* A link that ends with a descriptor ends at once */
		if (fd >= 0)
			close(fd);
	}
	rmdir(dir);
	return n;
}

static void __attribute__((format(printf, 2, 3), noreturn))
die(int status, const char *fmt, ...)
{
	va_list ap;

	if (began)
		take_out();
	fputs("bpf-policy: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

/* A line of the file */
struct line {
	const char *file;
	int number;
	char *word[5];
	int words;
};

static void __attribute__((format(printf, 2, 3), noreturn))
bad(const struct line *l, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	die(USAGE, "%s:%d: %s; nothing has been put into force", l->file,
	    l->number, text);
}

static __u32 uid_of(const struct line *l, const char *text)
{
	struct passwd *pw = getpwnam(text);
	char *end;
	unsigned long n;

	if (pw)
		return pw->pw_uid;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || errno || *end || n >= 0xffffffffUL)
		bad(l, "there is no user '%s'", text);
	return n;
}

static __u32 map_of(const struct line *l, const char *path)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	char link[64], target[64] = "";
	int fd = bpf_obj_get(path);

	if (fd < 0)
		bad(l, "cannot open the map %s: %s", path, strerror(errno));
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, target, sizeof(target) - 1) < 0 ||
	    strcmp(target, "anon_inode:bpf-map"))
		bad(l, "%s is not a pinned map", path);
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		bad(l, "cannot ask about the map %s: %s", path, strerror(errno));
	close(fd);
	return info.id;
}

/* Its number is that of its directory */
static __u64 cgroup_of(const struct line *l, const char *path)
{
	struct statfs fs;
	struct stat st;

	if (statfs(path, &fs) || stat(path, &st))
		bad(l, "there is no cgroup %s: %s", path, strerror(errno));
	if (fs.f_type != CGROUP2_SUPER_MAGIC || !S_ISDIR(st.st_mode))
		bad(l, "%s is not a directory of cgroup version 2", path);
	return st.st_ino;
}

static int type_of(const char *word)
{
	const char *name;
	char *end;
	long n;
	int i;

	for (i = 0; i < 64; i++) {
		name = libbpf_bpf_prog_type_str(i);
		if (name && !strcmp(name, word))
			return i;
	}
	n = strtol(word, &end, 10);
	return !isdigit((unsigned char)*word) || *end || n > 63 ? -1 : n;
}

static __u64 types_of(const struct line *l, char *list)
{
	__u64 types = 0;
	char *word;
	int n;

	if (!strcmp(list, "none"))
		return 0;
	while ((word = strsep(&list, ","))) {
		n = type_of(word);
		if (n < 0)
			bad(l, "'%s' is no type of programs: write for example socket_filter,xdp, numbers, or none",
			    word);
		types |= 1ULL << n;
	}
	return types;
}

static void add(const struct line *l, int map, const void *key,
		const struct policy_rule *rule)
{
	if (!bpf_map_update_elem(map, key, rule, BPF_NOEXIST))
		return;
	if (errno == EEXIST)
		bad(l, "there is a rule for the same already");
	bad(l, "this is one rule too many, there is room for %d: %s",
	    POLICY_RULES, strerror(errno));
}

static void take(struct line *l, int maps, int cgroups)
{
	struct policy_rule rule = { 0 };

	if (l->words == 5 && !strcmp(l->word[0], "user") &&
	    !strcmp(l->word[2], "map") && !strcmp(l->word[4], "lookup")) {
		struct policy_map_key key = {
			.uid = uid_of(l, l->word[1]),
			.map_id = map_of(l, l->word[3]),
		};

		add(l, maps, &key, &rule);
	} else if (l->words == 4 && !strcmp(l->word[0], "cgroup") &&
		   !strcmp(l->word[2], "progs")) {
		__u64 id = cgroup_of(l, l->word[1]);

		rule.types = types_of(l, l->word[3]);
		add(l, cgroups, &id, &rule);
	} else {
		bad(l, "this is neither 'user USER map PATH lookup' nor 'cgroup DIR progs TYPE,...'");
	}
}

/* How many rules there are */
static int read_rules(const char *file, int maps, int cgroups)
{
	struct line l = { .file = file };
	FILE *f = fopen(file, "re");
	char *text = NULL, *at, *word;
	size_t room = 0;
	int rules = 0;

	if (!f)
		die(REFUSED, "cannot read %s: %s", file, strerror(errno));
	while (getline(&text, &room, f) >= 0) {
		l.number++;
		l.words = 0;
		text[strcspn(text, "#\n")] = '\0';
		at = text;
		while ((word = strsep(&at, " \t"))) {
			if (*word && l.words == 5)
				bad(&l, "'%s' is more than a rule has", word);
			if (*word)
				l.word[l.words++] = word;
		}
		if (!l.words)
			continue;
		take(&l, maps, cgroups);
		rules++;
	}
	if (ferror(f))
		die(REFUSED, "cannot read %s: %s", file, strerror(errno));
	fclose(f);
	free(text);
	return rules;
}

/* Without it the programs would load and attach, and never be asked */
static void check_lsm(void)
{
	FILE *f = fopen("/sys/kernel/security/lsm", "re");
	char list[512] = "", *at = list, *word;

	if (!f)
		die(UNSUPPORTED, "cannot read /sys/kernel/security/lsm, which says whether BPF LSM is on: %s; mount -t securityfs none /sys/kernel/security",
		    strerror(errno));
	if (!fgets(list, sizeof(list), f))
		list[0] = '\0';
	fclose(f);
	list[strcspn(list, "\n")] = '\0';
	while ((word = strsep(&at, ","))) {
		if (!strcmp(word, "bpf"))
			return;
	}
	die(UNSUPPORTED, "BPF LSM is not on, /sys/kernel/security/lsm lacks bpf: it takes CONFIG_BPF_LSM, and bpf added to lsm= at boot");
}

static void pin(int fd, const char *name)
{
	char *path = in_dir(name);

	if (bpf_obj_pin(fd, path))
		die(REFUSED, "cannot pin %s: %s", path, strerror(errno));
	free(path);
}

static int put_in(const char *file)
{
	struct bpf_program *p;
	struct bpf_object *o;
	struct statfs fs;
	int maps, cgroups, rules;

	check_lsm();
	if (!access(dir, F_OK))
		die(REFUSED, "%s is there: a policy is in force; unload it first",
		    dir);
	o = bpf_object__open_mem(policy_object,
				 policy_object_end - policy_object, NULL);
	if (!o || bpf_object__load(o)) {
		int err = errno;

		die(err == EPERM ? REFUSED : UNSUPPORTED,
		    "cannot load the policy: %s%s", strerror(err),
		    err == EPERM ? "; run this as root" : complaint());
	}
	maps = bpf_object__find_map_fd_by_name(o, "map_rules");
	cgroups = bpf_object__find_map_fd_by_name(o, "cgroup_rules");
	rules = read_rules(file, maps, cgroups);
	if (mkdir(dir, 0700))
		die(REFUSED, "cannot make %s: %s", dir, strerror(errno));
	began = true;
	if (statfs(dir, &fs) || fs.f_type != BPF_FS_MAGIC)
		die(REFUSED, "%s is not on a bpf file system, where alone a policy is kept",
		    dir);
	pin(maps, "map_rules");
	pin(cgroups, "cgroup_rules");
	bpf_object__for_each_program(p, o) {
		struct bpf_link *link = bpf_program__attach(p);

		if (!link)
			die(UNSUPPORTED, "cannot attach %s: %s",
			    bpf_program__name(p), strerror(errno));
		pin(bpf_link__fd(link), bpf_program__name(p));
		bpf_link__destroy(link);
	}
	bpf_object__close(o);
	printf("%d rule%s in force, kept in %s\n", rules, rules == 1 ? "" : "s",
	       dir);
	return DONE;
}

static int open_rules(const char *name)
{
	char *path = in_dir(name);
	int fd = bpf_obj_get(path);

	if (fd < 0 && errno == ENOENT)
		die(REFUSED, "no policy is in force: there is no %s", path);
	if (fd < 0)
		die(REFUSED, "cannot open %s: %s", path, strerror(errno));
	free(path);
	return fd;
}

static void print_types(__u64 types)
{
	const char *comma = "";
	int i;

	if (!types)
		fputs("none", stdout);
	for (i = 0; i < 64; i++) {
		const char *name = libbpf_bpf_prog_type_str(i);

		if (!(types & (1ULL << i)))
			continue;
		if (name)
			printf("%s%s", comma, name);
		else
			printf("%s%d", comma, i);
		comma = ",";
	}
}

static int show(void)
{
	int maps = open_rules("map_rules"), cgroups = open_rules("cgroup_rules");
	struct policy_map_key key, *last = NULL;
	__u64 id, *last_id = NULL;
	struct policy_rule rule;

	for (; !bpf_map_get_next_key(maps, last, &key); last = &key) {
		if (bpf_map_lookup_elem(maps, &key, &rule))
			continue;
		printf("user %u, map id %u: lookup; refused %llu\n", key.uid,
		       key.map_id, (unsigned long long)rule.refused);
	}
	for (; !bpf_map_get_next_key(cgroups, last_id, &id); last_id = &id) {
		if (bpf_map_lookup_elem(cgroups, &id, &rule))
			continue;
		printf("cgroup id %llu: ", (unsigned long long)id);
		print_types(rule.types);
		printf("; refused %llu\n", (unsigned long long)rule.refused);
	}
	return DONE;
}

static int unload(void)
{
	if (access(dir, F_OK) && errno == ENOENT)
		die(REFUSED, "no policy is in force: there is no %s", dir);
	if (!take_out())
		die(REFUSED, "cannot remove anything in %s: %s", dir,
		    strerror(errno));
	puts("no policy is in force any longer");
	return DONE;
}

static int usage(FILE *to)
{
	fputs("usage: bpf-policy load FILE [DIR]\n"
	      "       bpf-policy show|unload [DIR]\n"
	      "Rules about BPF that no capability can say, by BPF LSM.\n"
	      "\nLines of FILE:\n"
	      "  user USER map PATH lookup     this user may only look up in this pinned map\n"
	      "  cgroup DIR progs TYPE[,...]   only programs of these types are loaded there\n"
	      "\nDIR is where the policy is kept (" DIR_DEFAULT "); see bpf-policy(8).\n"
	      "Exit status: 0 done, 1 refused by the kernel, 2 usage, 3 unsupported here.\n",
	      to);
	return to == stdout ? DONE : USAGE;
}

int main(int argc, char **argv)
{
	bool loads = argc > 1 && !strcmp(argv[1], "load");

	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	complaint_keep();
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return usage(stdout);
	if (argc < 2 + loads || argc > 3 + loads)
		return usage(stderr);
	if (argc == 3 + loads)
		dir = argv[2 + loads];
	if (loads)
		return put_in(argv[2]);
	if (!strcmp(argv[1], "show"))
		return show();
	if (!strcmp(argv[1], "unload"))
		return unload();
	return usage(stderr);
}

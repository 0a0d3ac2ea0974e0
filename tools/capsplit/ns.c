// SPDX-License-Identifier: GPL-2.0
/* capsplit ns: which BPF namespaces there are, as lsns(8) lists others. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <json-c/json.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "bpfns.h"

struct bpf_ns {
	ino_t ino;
	ino_t parent, user_ns;		/* 0: not for the caller to see */
	uid_t uid;			/* owns it; counts with @user_ns */
	size_t tasks;
	pid_t pid;			/* the lowest of theirs; 0 */
	char *process;			/* raw: its name */
	char *file;			/* raw: that it is bound to; NULL */
	bool counted;
	uint64_t count[BPFNS_NR_KINDS];
};

/* By inode */
struct ns_list {
	struct bpf_ns *v;
	size_t nr, room;
	size_t unreadable;		/* processes and files */
	size_t uncounted;
};

static const struct {
	const char *key, *title;
} kinds[BPFNS_NR_KINDS] = {
	[BPFNS_PROGRAMS] = { "programs", "PROGS" },
	[BPFNS_MAPS] = { "maps", "MAPS" },
	[BPFNS_LINKS] = { "links", "LINKS" },
	[BPFNS_BTF] = { "btf", "BTF" },
};

/* Where it is, or belongs */
static size_t place(const struct ns_list *l, ino_t ino)
{
	size_t low = 0, high = l->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->v[middle].ino < ino)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct bpf_ns *find(const struct ns_list *l, ino_t ino)
{
	size_t at = place(l, ino);

	return at < l->nr && l->v[at].ino == ino ? &l->v[at] : NULL;
}

static void insert(struct ns_list *l, const struct bpf_ns *ns)
{
	size_t at = place(l, ns->ino);

	if (l->nr == l->room) {
		l->room = l->room ? 2 * l->room : 16;
		l->v = must(realloc(l->v, l->room * sizeof(*l->v)));
	}
	memmove(&l->v[at + 1], &l->v[at], (l->nr - at) * sizeof(*l->v));
	l->v[at] = *ns;
	l->nr++;
}

static ino_t inode(int fd)
{
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) ? st.st_ino : 0;
}

static void ask_owner(int fd, struct bpf_ns *ns)
{
	int owner = ioctl(fd, NS_GET_USERNS);

	if (owner < 0)
		return;
	if (!ioctl(owner, NS_GET_OWNER_UID, &ns->uid))
		ns->user_ns = inode(owner);
	close(owner);
}

/* It and those above it, as far as they are not known; closes @fd */
static void take(struct ns_list *l, int fd)
{
	while (fd >= 0 && !find(l, inode(fd))) {
		struct bpf_ns ns = { .ino = inode(fd) };
		int parent = ioctl(fd, NS_GET_PARENT);

		ns.parent = inode(parent);
		ask_owner(fd, &ns);
		ns.counted = bpfns_count(fd, ns.ino, ns.count);
		l->uncounted += !ns.counted;
		insert(l, &ns);
		close(fd);
		fd = parent;
	}
	if (fd >= 0)
		close(fd);
}

/* The namespace behind a link of /proc or a file; NULL: it has gone meanwhile */
static struct bpf_ns *look_at(struct ns_list *l, const char *path, ino_t ino)
{
	struct bpf_ns *ns = find(l, ino);
	int fd;

	if (ns)
		return ns;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		l->unreadable += errno != ENOENT && errno != ESRCH;
		return NULL;
	}
	if (!bpfns_is(fd)) {
		close(fd);
		return NULL;
	}
	/* A task may have gone to another meanwhile */
	ino = inode(fd);
	take(l, fd);
	return find(l, ino);
}

static void take_task(struct ns_list *l, pid_t pid, const char *tid,
		      bool *unreadable)
{
	char *link = format("/proc/%d/task/%s/ns/bpf", pid, tid);
	ino_t ino = bpfns_inode(link);
	struct bpf_ns *ns = NULL;
	struct proc_caps p;

	if (ino)
		ns = look_at(l, link, ino);
	else
		*unreadable |= errno == EACCES || errno == EPERM;
	if (ns)
		ns->tasks++;
	if (ns && (!ns->pid || pid < ns->pid) && !caps_of_process(pid, &p)) {
		ns->pid = pid;
		free(ns->process);
		ns->process = must(strdup(p.name));
	}
	free(link);
}

/* Open descriptors keep a namespace as tasks do */
static void take_descriptor(struct ns_list *l, pid_t pid, const char *fd,
			    bool *unreadable)
{
	char *link = format("/proc/%d/fd/%s", pid, fd);
	ino_t ino = bpfns_inode(link);

	if (ino)
		look_at(l, link, ino);
	else
		*unreadable |= errno == EACCES || errno == EPERM;
	free(link);
}

static void each_entry(struct ns_list *l, pid_t pid, const char *dir,
		       void (*look)(struct ns_list *l, pid_t pid,
				    const char *name, bool *unreadable),
		       bool *unreadable)
{
	char *path = format("/proc/%d/%s", pid, dir);
	DIR *d = opendir(path);
	struct dirent *e;

	if (!d)
		*unreadable |= errno == EACCES || errno == EPERM;
	while (d && (e = readdir(d))) {
		if (isdigit((unsigned char)e->d_name[0]))
			look(l, pid, e->d_name, unreadable);
	}
	if (d)
		closedir(d);
	free(path);
}

static void take_processes(struct ns_list *l)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;

	if (!proc)
		die(UNSUPPORTED, "cannot read /proc: %s; it must be mounted",
		    strerror(errno));
	while ((e = readdir(proc))) {
		bool unreadable = false;
		pid_t pid = atoi(e->d_name);

		if (pid <= 0)
			continue;
		each_entry(l, pid, "task", take_task, &unreadable);
		if (pid != getpid())
			each_entry(l, pid, "fd", take_descriptor, &unreadable);
		l->unreadable += unreadable;
	}
	closedir(proc);
}

/* "\040" for a blank, and so on */
static void unescape(char *text)
{
	char *to = text;
	unsigned int c;

	for (; *text; text++) {
		if (*text == '\\' && strspn(text + 1, "01234567") >= 3 &&
		    sscanf(text + 1, "%3o", &c) == 1) {
			*to++ = c;
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static void take_mounts(struct ns_list *l)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, *file;
	unsigned long ino;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		struct bpf_ns *ns;

		file = NULL;
		if (sscanf(line, "%*u %*u %*s bpf:[%lu] %ms", &ino, &file) != 2)
			continue;
		unescape(file);
		ns = look_at(l, file, ino);
		if (ns && ns->ino == ino && !ns->file)
			ns->file = file;
		else
			free(file);
	}
	free(line);
	if (f)
		fclose(f);
}

static struct json_object *number_or_null(bool there, uint64_t n)
{
	return there ? json_object_new_int64(n) : NULL;
}

static struct json_object *ns_json(const struct bpf_ns *ns)
{
	struct json_object *o = must(json_object_new_object());
	int i;

	js_set(o, "ns", json_object_new_int64(ns->ino));
	js_set(o, "parent", number_or_null(ns->parent, ns->parent));
	js_set(o, "uid", number_or_null(ns->user_ns, ns->uid));
	js_set(o, "user_namespace", number_or_null(ns->user_ns, ns->user_ns));
	js_set(o, "tasks", json_object_new_int64(ns->tasks));
	js_set(o, "pid", number_or_null(ns->pid, ns->pid));
	js_set(o, "process", js_text(ns->process));
	js_set(o, "file", js_text(ns->file));
	for (i = 0; i < BPFNS_NR_KINDS; i++)
		js_set(o, kinds[i].key,
		       number_or_null(ns->counted, ns->count[i]));
	return o;
}

static void print_json(const struct ns_list *l)
{
	struct json_object *o = js_begin(), *a = must(json_object_new_array());
	size_t i;

	for (i = 0; i < l->nr; i++)
		json_object_array_add(a, ns_json(&l->v[i]));
	js_set(o, "namespaces", a);
	js_set(o, "unreadable", json_object_new_int64(l->unreadable));
	js_print(o);
}

/* Right-justified, "-" for what is not known */
static void column(int width, bool there, uint64_t n)
{
	if (there)
		printf("%*llu ", width, (unsigned long long)n);
	else
		printf("%*s ", width, "-");
}

static void print_one(const struct bpf_ns *ns)
{
	struct passwd *pw = ns->user_ns ? getpwuid(ns->uid) : NULL;
	char *owner = pw ? out_safe(pw->pw_name) :
		      ns->user_ns ? format("%u", ns->uid) : format("-");
	char *process = out_safe(ns->process ? ns->process : "-");
	char *file = out_safe(ns->file ? ns->file : "");
	int i;

	column(10, true, ns->ino);
	column(10, ns->parent, ns->parent);
	printf("%-8s ", owner);
	column(10, ns->user_ns, ns->user_ns);
	column(5, true, ns->tasks);
	for (i = 0; i < BPFNS_NR_KINDS; i++)
		column(5, ns->counted, ns->count[i]);
	column(7, ns->pid, ns->pid);
	printf("%s%s%s\n", process, *file ? " " : "", file);
	free(owner);
	free(process);
	free(file);
}

static void print_table(const struct ns_list *l)
{
	size_t i;

	printf("%10s %10s %-8s %10s %5s ", "NS", "PARENT", "OWNER", "USERNS",
	       "TASKS");
	for (i = 0; i < BPFNS_NR_KINDS; i++)
		printf("%5s ", kinds[i].title);
	printf("%7s PROCESS, FILE\n", "PID");
	for (i = 0; i < l->nr; i++)
		print_one(&l->v[i]);
	if (l->uncounted)
		printf("The objects of %zu could not be counted: that takes cap_sys_admin, also over its\n"
		       "owner; or in the caller's own cap_bpf, with cap_tracing if that is the initial one.\n",
		       l->uncounted);
	if (l->unreadable)
		printf("%zu processes or files could not be looked at, and may be in these or in others; root can\n",
		       l->unreadable);
}

static int run(const struct cli_command *c, int argc, char **argv)
{
	struct ns_list l = { .nr = 0 };
	size_t i;

	while (cli_next(c, argc, argv))
		;
	if (optind < argc)
		die_usage("'%s' is more than is expected here",
			  out_safe(argv[optind]));
	bpfns_need();
	take_mounts(&l);
	take_processes(&l);
	if (json_wanted)
		print_json(&l);
	else
		print_table(&l);
	for (i = 0; i < l.nr; i++) {
		free(l.v[i].process);
		free(l.v[i].file);
	}
	free(l.v);
	return DONE;
}

const struct cli_command cmd_ns = {
	"ns", "[OPTION]...",
	"List BPF namespaces: whose they are, and what is in them",
	NULL, 0,
	"Each has the objects of those below it, too, and the kernel's own BTF.  One in\n"
	"which there is no process, and that none has open, nor a file here, is not seen,\n"
	"but for those above one that is.\n",
	run,
};

// SPDX-License-Identifier: GPL-2.0
/* BPF tokens: pinned in BPF file systems, and held as descriptors. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <json-c/json.h>
#include <sys/stat.h>

#include "token.h"
#include "who.h"

/* nftw() passes nothing on */
static struct who_list *list;

static struct who *add(const char *name, const struct capsplit_token_info *info)
{
	struct who *w = who_add(list, WHO_TOKEN);

	w->name = must(strdup(name));
	w->token = must(malloc(sizeof(*w->token)));
	*w->token = *info;
	w->child_ns = !(info->flags & CAPSPLIT_INFO_CONFERS);
	w->caps = w->child_ns || info->flags & CAPSPLIT_INFO_REVOKED ?
		  0 : info->caps;
	return w;
}

static void pinned(const char *path, const struct stat *st)
{
	struct capsplit_token_info info = { .flags = CAPSPLIT_INFO_REVOKED |
						     CAPSPLIT_INFO_CONFERS };
	int fd = capsplit_token_get(path);
	struct who *w;

	if (fd < 0 && fd != -EKEYREVOKED) {
		list->unreadable += faccessat(AT_FDCWD, path, R_OK | W_OK,
					      AT_EACCESS) != 0;
		return;
	}
	if (fd >= 0) {
		capsplit_token_query(fd, &info);
		close(fd);
	}
	w = add(path, &info);
	w->where = who_may_open(st, S_IRUSR | S_IWUSR);
	if (w->caps && (st->st_mode & 06) == 06)
		w->warning = must(strdup("whoever gets to its directory may open it"));
}

static int look_at(const char *path, const struct stat *st, int type,
		   struct FTW *ftw)
{
	(void)ftw;
	if (!who_count(list, type))
		return 1;
	if (type == FTW_F && S_ISREG(st->st_mode))
		pinned(path, st);
	return 0;
}

static bool opens_token(const char *target)
{
	const char *name = strrchr(target, '/');

	return !strcmp(target, "anon_inode:bpf-token") ||
	       !strncmp(target, "/dev/bpf", 8) ||
	       (name && !strcmp(name, "/bpf.token"));
}

static void held(pid_t pid, const char *fd)
{
	char *path = format("/proc/%d/fd/%s", pid, fd), target[4096];
	char *fdinfo = format("/proc/%d/fdinfo/%s", pid, fd);
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	struct capsplit_token_info info;
	struct proc_caps p;
	struct who *w;

	target[n > 0 ? n : 0] = '\0';
	if (n > 0 && opens_token(target) && token_fdinfo(fdinfo, &info) &&
	    !caps_of_process(pid, &p)) {
		w = add(path, &info);
		w->pid = pid;
		w->uid = p.euid;
		w->where = must(strdup(p.name));
	}
	free(path);
	free(fdinfo);
}

static void look_at_process(pid_t pid)
{
	char *path = format("/proc/%d/fd", pid);
	DIR *fds = opendir(path);
	struct dirent *d;

	list->unreadable += !fds && errno != ENOENT;
	list->looked += fds != NULL;
	while (fds && (d = readdir(fds))) {
		if (isdigit((unsigned char)d->d_name[0]))
			held(pid, d->d_name);
	}
	if (fds)
		closedir(fds);
	free(path);
}

void who_tokens(struct who_list *l)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	list = l;
	who_each_mount("bpf", look_at);
	if (!proc)
		die(UNSUPPORTED, "cannot read /proc: %s; it must be mounted",
		    strerror(errno));
	while ((d = readdir(proc))) {
		if (isdigit((unsigned char)d->d_name[0]) &&
		    atoi(d->d_name) != getpid())
			look_at_process(atoi(d->d_name));
	}
	closedir(proc);
}

struct json_object *who_token_json(const struct who *w)
{
	struct json_object *o = token_json(w->name, w->token);

	js_set(o, "pid", w->pid ? json_object_new_int(w->pid) : NULL);
	js_set(o, "process", w->pid ? js_text(w->where) : NULL);
	js_set(o, "uid", w->pid ? json_object_new_int64(w->uid) : NULL);
	js_set(o, "for", w->pid ? NULL : js_text(w->where));
	js_set(o, "warning", js_text(w->warning));
	return o;
}

void who_token_list(void)
{
	struct who_list l = { .nr = 0 };
	struct json_object *o, *a;
	size_t i;

	who_tokens(&l);
	who_sort(&l);
	if (!l.nr && capsplit_load(-1) == -EOPNOTSUPP)
		token_die(EOPNOTSUPP, "");
	if (json_wanted) {
		a = must(json_object_new_array());
		for (i = 0; i < l.nr; i++)
			json_object_array_add(a, who_token_json(&l.v[i]));
		o = js_begin();
		js_set(o, "tokens", a);
		js_print(o);
	}
	for (i = 0; i < l.nr && !json_wanted; i++) {
		char *where = out_safe(l.v[i].where);

		token_print(l.v[i].name, l.v[i].token);
		printf("  %-14s %s\n", l.v[i].pid ? "held by" : "for", where);
		free(where);
	}
	if (!l.nr && !json_wanted)
		puts("There are none.");
	if (l.unreadable && !json_wanted)
		printf("%zu processes or files could not be looked at; root can\n",
		       l.unreadable);
	who_release(&l);
}

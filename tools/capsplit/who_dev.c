// SPDX-License-Identifier: GPL-2.0
/* What gives a BPF token to whoever may open it: devices, files of cgroups. */
#include <ftw.h>
#include <grp.h>
#include <mntent.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "who.h"

#define MAX_OPEN	32
#define MAX_MOUNTS	64
#define MAX_USERS	10000

static struct who_list *list;

static void append(char **text, const char *fmt, const char *word)
{
	char *more = format(fmt, word), *longer = format("%s%s%s", *text,
						*text[0] ? ", " : "", more);

	free(more);
	free(*text);
	*text = longer;
}

/* Who is in a group by the list of the group, and by that of the users */
static char *members(gid_t gid)
{
	struct group *g = getgrgid(gid);
	char *text = format("%s", ""), **name;
	struct passwd *pw;
	int n;

	for (name = g ? g->gr_mem : NULL; name && *name; name++)
		append(&text, "%s", *name);
	setpwent();
	for (n = 0; n < MAX_USERS && (pw = getpwent()); n++) {
		if (pw->pw_gid == gid && pw->pw_uid)
			append(&text, "%s", pw->pw_name);
	}
	endpwent();
	if (!*text)
		append(&text, "%s", "nobody");
	return text;
}

static char *group_name(gid_t gid)
{
	struct group *g = getgrgid(gid);

	return g ? must(strdup(g->gr_name)) : format("%u", gid);
}

char *who_may_open(const struct stat *st, mode_t bits)
{
	struct passwd *pw = getpwuid(st->st_uid);
	char *user = pw ? must(strdup(pw->pw_name)) : format("%u", st->st_uid);
	char *text, *group, *in;

	if ((st->st_mode & bits >> 6) == bits >> 6) {
		free(user);
		return format("anybody");
	}
	text = format("user %s", user);
	free(user);
	if ((st->st_mode & bits >> 3) == bits >> 3 && st->st_gid) {
		group = group_name(st->st_gid);
		in = members(st->st_gid);
		user = format("%s, group %s (%s)", text, group, in);
		free(group);
		free(in);
		free(text);
		text = user;
	}
	return text;
}

/* To read or to write is enough: what counts is that it is open */
static char *by_any_bit(const struct stat *st)
{
	struct stat copy = *st;
	mode_t any = (st->st_mode | st->st_mode >> 1) & 0222;

	copy.st_mode = any | any << 1;
	return who_may_open(&copy, S_IRUSR | S_IWUSR);
}

static void add(enum who_kind kind, const char *path, const struct stat *st,
		uint64_t caps)
{
	struct who *w = who_add(list, kind);

	w->name = must(strdup(path));
	w->caps = caps;
	w->where = by_any_bit(st);
	if (!strcmp(w->where, "anybody"))
		w->warning = must(strdup("everybody on this machine has these capabilities in bpf(2)"));
	else if (getxattr(path, "system.posix_acl_access", NULL, 0) > 0)
		w->warning = must(strdup("it has an access control list, and so may be open to others: see getfacl(1)"));
}

void who_devices(struct who_list *l)
{
	static const struct {
		const char *path;
		uint64_t caps;
	} devs[] = {
		{ "/dev/bpf", WHO_ASKED },
		{ "/dev/bpf-net", CAP_BIT(NR_BPF) | CAP_BIT(NR_NET_ADMIN) },
		{ "/dev/bpf-tracing", CAP_BIT(NR_BPF) | CAP_BIT(NR_TRACING) },
	};
	struct stat st;
	size_t i;

	list = l;
	for (i = 0; i < ARRAY_SIZE(devs); i++) {
		if (stat(devs[i].path, &st) || !S_ISCHR(st.st_mode))
			continue;
		l->looked++;
		add(WHO_DEVICE, devs[i].path, &st, devs[i].caps);
	}
}

void who_each_mount(const char *type, __nftw_func_t look_at)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	dev_t seen[MAX_MOUNTS];
	struct mntent *m;
	struct stat st;
	size_t nr = 0, i;

	while (f && nr < MAX_MOUNTS && (m = getmntent(f))) {
		if (strcmp(m->mnt_type, type) || stat(m->mnt_dir, &st))
			continue;
		for (i = 0; i < nr && seen[i] != st.st_dev; i++)
			;
		if (i < nr)
			continue;
		seen[nr++] = st.st_dev;
		nftw(m->mnt_dir, look_at, MAX_OPEN, FTW_PHYS | FTW_MOUNT);
	}
	if (f)
		endmntent(f);
}

/* Root's alone is how they are made */
static int look_at(const char *path, const struct stat *st, int type,
		   struct FTW *ftw)
{
	if (type == FTW_DNR)
		list->unreadable++;
	if (type != FTW_F || strcmp(path + ftw->base, "bpf.token"))
		return 0;
	list->looked++;
	if (st->st_uid || st->st_mode & 06 ||
	    (st->st_gid && st->st_mode & 060))
		add(WHO_CGROUP, path, st,
		    CAP_BIT(NR_BPF) | CAP_BIT(NR_NET_ADMIN));
	return 0;
}

void who_cgroups(struct who_list *l)
{
	list = l;
	who_each_mount("cgroup2", look_at);
}

// SPDX-License-Identifier: GPL-2.0
/* Processes that hold something, or could get it past an old deny-list. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpfns.h"
#include "who.h"

#define PF_KTHREAD	0x00200000

/* Threads of the kernel hold everything and do what the kernel does */
static bool is_kthread(pid_t pid)
{
	char *path = format("/proc/%d/stat", pid), line[1024];
	FILE *f = fopen(path, "re");
	unsigned int flags = 0;
	char *end = NULL;

	free(path);
	if (!f)
		return false;
	line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	fclose(f);
	/* The name may have any character, a parenthesis too */
	end = strrchr(line, ')');
	if (end)
		sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %u", &flags);
	return flags & PF_KTHREAD;
}

static ino_t bpf_ns_of(pid_t pid)
{
	char *link = format("/proc/%d/ns/bpf", pid);
	ino_t ino = bpfns_inode(link);

	free(link);
	return ino == INIT_BPFNS ? 0 : ino;
}

static struct who *add(struct who_list *l, pid_t pid, const struct proc_caps *p,
		       uint64_t caps)
{
	struct who *w = who_add(l, WHO_PROCESS);

	w->name = must(strdup(p->name));
	w->pid = pid;
	w->uid = p->euid;
	w->caps = caps;
	w->bpf_ns = bpf_ns_of(pid);
	return w;
}

static void look_at(struct who_list *l, pid_t pid)
{
	struct proc_caps p;
	struct who *w;
	bool old;
	int err = caps_of_process(pid, &p);

	if (err) {
		/* One that has gone meanwhile holds nothing */
		l->unreadable += err != ESRCH;
		return;
	}
	l->looked++;
	/* A token has no descriptor then that who_tokens() could find */
	if (p.token & WHO_ASKED)
		add(l, pid, &p, p.token)->by_token = true;
	old = p.init_userns && who_old_deny_list(p.bounding, p.permitted);
	if ((!(p.permitted & WHO_ASKED) && !old) || is_kthread(pid))
		return;
	w = add(l, pid, &p, p.permitted);
	w->child_ns = !p.init_userns;
	if (old)
		w->warning = must(strdup(who_deny_list_warning));
}

void who_processes(struct who_list *l)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	if (!proc)
		die(UNSUPPORTED, "cannot read /proc: %s; it must be mounted",
		    strerror(errno));
	while ((d = readdir(proc))) {
		if (isdigit((unsigned char)d->d_name[0]))
			look_at(l, atoi(d->d_name));
	}
	closedir(proc);
}

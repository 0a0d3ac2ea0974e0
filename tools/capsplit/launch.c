// SPDX-License-Identifier: GPL-2.0
/* Starting a program with other rights than the caller's. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "launch.h"
#include "token.h"

static bool has(const struct launch *l, int cap)
{
	return l->have.permitted & CAP_BIT(cap);
}

static const char *plural(uint64_t caps)
{
	return caps & (caps - 1) ? "them" : "it";
}

static bool changes_user(const struct launch *l)
{
	return l->as_user && (l->user.uid != l->have.uid ||
			      l->user.uid != l->have.euid);
}

/* What the caller lacks, with the way to get it */
void launch_check(struct launch *l)
{
	uint64_t unknown = l->caps & ~caps_known(), missing;
	int err = caps_of_process(getpid(), &l->have);

	if (err)
		die(UNSUPPORTED, "cannot read /proc/self/status: %s; /proc must be mounted",
		    strerror(err));
	missing = l->caps & ~l->have.permitted;
	if (cli_privileged_file())
		die(REFUSED, "capsplit got capabilities or another user from its file, and hands none of that on; run a copy of it that has neither, as root or with the capabilities to give");
	if (unknown & CAP_BIT(NR_TRACING))
		die(UNSUPPORTED, "this kernel does not know cap_tracing; 'capsplit check' says what opens what here");
	if (unknown)
		die(UNSUPPORTED, "this kernel does not know %s",
		    caps_text(unknown));
	if (missing & ~l->have.bounding)
		die(REFUSED, "%s is not in the bounding set, so nothing started from here can have it; start from a login or service that does not drop it",
		    caps_text(missing & ~l->have.bounding));
	if (missing)
		die(REFUSED, "the caller does not hold %s; run this as root, or where %s permitted: as a unit with AmbientCapabilities=, or at a login with pam_cap",
		    caps_text(missing), missing & (missing - 1) ?
			"they are" : "it is");
	if (changes_user(l) && !(has(l, NR_SETUID) && has(l, NR_SETGID)))
		die(REFUSED, "to become user %u takes cap_setuid and cap_setgid; run this as root, or leave --user out",
		    l->user.uid);
	/* With no_new_privs nothing can be gained from the bounding set */
	l->cut_bounding = has(l, NR_SETPCAP);
	if (!l->cut_bounding && l->new_privs && !l->plain &&
	    l->have.bounding & ~l->caps)
		die(REFUSED, "with --allow-new-privs the bounding set must be cut, which takes cap_setpcap; run this as root, or leave --allow-new-privs out");
}

char *launch_find(const char *name)
{
	char *path, *at, *dir, *file;

	if (strchr(name, '/'))
		return must(strdup(name));
	path = getenv("PATH");
	at = path = must(strdup(path ? path : "/usr/local/bin:/bin:/usr/bin"));
	while ((dir = strsep(&at, ":"))) {
		struct stat st;

		file = format("%s/%s", *dir ? dir : ".", name);
		if (!stat(file, &st) && S_ISREG(st.st_mode) &&
		    st.st_mode & 0111) {
			free(path);
			return file;
		}
		free(file);
	}
	free(path);
	return NULL;
}

static bool is_setid(const struct stat *st)
{
	return S_ISREG(st->st_mode) &&
	       (st->st_mode & S_ISUID ||
		(st->st_mode & S_ISGID && st->st_mode & S_IXGRP));
}

/* The kernel takes it from who is more privileged than whoever starts it */
static void check_token(const struct launch *l, const char *path, bool setid,
			const struct file_caps *f)
{
	if (!l->token || !(setid || f->permitted || f->effective))
		return;
	die(REFUSED, "%s has %s of its own: the kernel gives it no token; run a copy of the file that has none",
	    out_safe(path), setid ? "a user or group" : "file capabilities");
}

/*
 * A file that has capabilities or a user of its own clears the ambient set:
 * what it does not give itself is lost.
 */
void launch_check_file(const struct launch *l)
{
	char *path = launch_find(l->argv[0]);
	struct file_caps f = { 0 };
	struct stat st;
	bool setid;
	int fd;

	/* execvp() says it best; who may not read it is not hindered */
	fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	if (fd < 0) {
		if (path && !stat(path, &st) && !caps_of_file(-1, path, &f))
			check_token(l, path, is_setid(&st) && l->new_privs, &f);
		free(path);
		return;
	}
	setid = !fstat(fd, &st) && is_setid(&st);
	if (S_ISREG(st.st_mode) && caps_of_file(fd, path, &f))
		die(REFUSED, "%s has file capabilities that cannot be read; repair them with setcap, or run a copy",
		    out_safe(path));
	close(fd);
	/* no_new_privs switches the set-user-ID bit off, and keeps the rest */
	setid = setid && l->new_privs;
	if (f.present && l->caps & ~(f.permitted | f.inheritable))
		die(REFUSED, "%s has file capabilities of its own, without %s: they replace what it is given; run a copy of the file, or add %s with setcap",
		    out_safe(path),
		    caps_text(l->caps & ~(f.permitted | f.inheritable)),
		    plural(l->caps & ~(f.permitted | f.inheritable)));
	if (f.present && l->caps && !f.effective)
		die(REFUSED, "%s has file capabilities without the effective flag: it would start with none of them in effect; run a copy of the file, or repeat setcap with +ep",
		    out_safe(path));
	/* The kernel runs it with all that it asks for, or not at all */
	if (f.effective && l->cut_bounding && f.permitted & ~l->caps)
		die(REFUSED, "%s has file capabilities of its own, %s among them, which would be kept from it: the kernel does not run it so; run a copy of the file, or add %s to --caps",
		    out_safe(path), caps_text(f.permitted & ~l->caps),
		    plural(f.permitted & ~l->caps));
	check_token(l, path, setid, &f);
	if (setid && l->caps)
		die(REFUSED, "%s changes its user or group, which clears the ambient set; leave --allow-new-privs out, or give the capabilities to the file with setcap",
		    out_safe(path));
	free(path);
}

static void cut_bounding(uint64_t keep)
{
	int cap;

	for (cap = 0; cap < 64; cap++) {
		if (keep & CAP_BIT(cap) ||
		    prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			die(REFUSED, "cannot drop %s from the bounding set: %s",
			    caps_name(cap), strerror(errno));
	}
}

static void become(const struct user *u)
{
	if ((u->name ? initgroups(u->name, u->gid) : setgroups(0, NULL)) ||
	    setresgid(u->gid, u->gid, u->gid) ||
	    setresuid(u->uid, u->uid, u->uid))
		die(REFUSED, "cannot become user %u: %s", u->uid,
		    strerror(errno));
	if (u->home && (setenv("HOME", u->home, 1) ||
			setenv("USER", u->name, 1) ||
			setenv("LOGNAME", u->name, 1)))
		must(NULL);
}

static void raise_caps(uint64_t caps)
{
	static const cap_flag_t flags[] = {
		CAP_PERMITTED, CAP_EFFECTIVE, CAP_INHERITABLE,
	};
	cap_t set = must(cap_init());
	cap_value_t value;
	size_t i;

	for (value = 0; value < 64; value++) {
		for (i = 0; caps & CAP_BIT(value) && i < ARRAY_SIZE(flags); i++)
			cap_set_flag(set, flags[i], 1, &value, CAP_SET);
	}
	if (cap_set_proc(set))
		die(REFUSED, "cannot set the capabilities: %s",
		    strerror(errno));
	cap_free(set);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		die(UNSUPPORTED, "this kernel has no ambient capabilities");
	for (value = 0; value < 64; value++) {
		if (caps & CAP_BIT(value) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, value, 0, 0))
			die(REFUSED, "cannot make %s ambient: %s; SECBIT_NO_CAP_AMBIENT_RAISE may be set: see capabilities(7)",
			    caps_name(value), strerror(errno));
	}
}

void launch_become(const struct launch *l)
{
	if (l->keep_caps)
		return;
	if (l->cut_bounding && !l->plain)
		cut_bounding(l->caps);
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		die(REFUSED, "cannot keep capabilities over a change of user: %s; SECBIT_KEEP_CAPS_LOCKED may be set: see capabilities(7)",
		    strerror(errno));
	if (changes_user(l))
		become(&l->user);
	raise_caps(l->caps);
	if (!l->new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die(REFUSED, "cannot set no_new_privs: %s", strerror(errno));
	if (l->token && capsplit_load_on_exec(l->token)) {
		if (errno == EPERM)
			die(REFUSED, "a token counts in the initial user namespace only, and this is another");
		token_die(errno, "the token");
	}
}

void launch_exec(const struct launch *l)
{
	int err;

	execvp(l->argv[0], l->argv);
	err = errno;
	die(err == ENOENT ? NOT_FOUND : NOT_EXECUTABLE, "cannot run %s: %s",
	    out_safe(l->argv[0]), strerror(err));
}

// SPDX-License-Identifier: GPL-2.0
/* Whose rights are asked about: a process, a file's, a user's, a list. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <json-c/json.h>

#include "subject.h"

#define SOMEBODY	65534

void subject_note(struct subject *s, char *note)
{
	if (s->nr_notes < ARRAY_SIZE(s->notes))
		s->notes[s->nr_notes++] = note;
}

static void of_process(struct subject *s, pid_t pid, struct proc_caps *p)
{
	int err = caps_of_process(pid, p);

	if (err == ESRCH)
		die(REFUSED, "there is no process %d (any more)", pid);
	if (err)
		die(REFUSED, "cannot read /proc/%d/status: %s", pid,
		    strerror(err));
	s->uid = p->euid;
	s->caps = p->permitted;
	s->init_userns = p->init_userns;
	if (!p->userns_known)
		subject_note(s, format("its user namespace cannot be seen from here: it is taken for the initial one"));
}

void subject_release(struct subject *s)
{
	free(s->what);
	while (s->nr_notes)
		free(s->notes[--s->nr_notes]);
}

/* @fmt takes their names */
static void note_caps(struct subject *s, const char *fmt, uint64_t caps)
{
	char *names = caps_text(caps);

	subject_note(s, format(fmt, names));
	free(names);
}

void subject_self(struct subject *s)
{
	struct proc_caps p;

	of_process(s, getpid(), &p);
	/* What capsplit has from its file, no other program has */
	if (cli_privileged_file()) {
		s->caps = p.ambient;
		s->uid = p.uid;
		subject_note(s, format("capsplit has capabilities or a user from its file: they do not count here"));
	}
	s->what = format("what is started from here");
}

void subject_pid(struct subject *s, pid_t pid)
{
	struct proc_caps p;
	char *name;

	of_process(s, pid, &p);
	name = out_safe(p.name);
	s->what = format("process %d (%s)", pid, name);
	free(name);
	if (p.permitted & ~p.effective)
		note_caps(s, "it must make effective first what it holds: %s",
			  p.permitted & ~p.effective);
}

void subject_file(struct subject *s, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;
	char *safe = out_safe(path);
	struct proc_caps self;
	struct file_caps f;
	struct statvfs fs;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(REFUSED, "cannot open %s: %s", safe, strerror(errno));
	if (!S_ISREG(st.st_mode))
		die(REFUSED, "%s is no regular file", safe);
	err = caps_of_file(fd, path, &f);
	if (err == EINVAL)
		die(REFUSED, "%s has file capabilities that are damaged; write them anew with setcap",
		    safe);
	if (err)
		die(REFUSED, "cannot read the capabilities of %s: %s", safe,
		    strerror(err));
	err = caps_of_process(getpid(), &self);
	if (err)
		die(UNSUPPORTED, "cannot read /proc/self/status: %s",
		    strerror(err));
	s->what = format("whoever runs %s", safe);
	s->uid = st.st_mode & S_ISUID ? st.st_uid : SOMEBODY;
	s->init_userns = true;
	if (st.st_mode & S_ISUID && !st.st_uid)
		s->caps = self.bounding & caps_known();
	else if (!f.rootless)
		s->caps = f.permitted & self.bounding & caps_known();
	if (!fstatvfs(fd, &fs) && fs.f_flag & ST_NOSUID) {
		s->caps = 0;
		s->uid = SOMEBODY;
		subject_note(s, format("it is on a file system mounted nosuid: the file gives nothing"));
	}
	close(fd);
	if (f.rootless)
		subject_note(s, format("its capabilities are those of a user namespace: here they give nothing"));
	if (f.permitted & ~caps_known())
		note_caps(s, "this kernel does not know %s: it starts without",
			  f.permitted & ~caps_known());
	if (f.permitted && !f.effective)
		subject_note(s, format("the effective flag is missing: the program must make effective what it gets"));
	free(safe);
}

void subject_user(struct subject *s, const char *name)
{
	struct user u;
	char *safe = out_safe(name);

	if (!user_find(name, &u))
		die_usage("there is no user '%s'", safe);
	s->uid = u.uid;
	s->init_userns = true;
	s->what = format("a login of %s", safe);
	if (!u.uid)
		s->caps = caps_known();
	else if (user_pam_caps(&u, &s->caps) && s->caps)
		subject_note(s, format("by /etc/security/capability.conf, where the login's PAM stack has pam_cap with keepcaps and defer"));
	s->caps &= caps_known();
	free(u.name);
	free(u.home);
	free(safe);
}

void subject_caps(struct subject *s, uint64_t caps)
{
	char *text = caps_text(caps);

	s->what = format("a user with %s", text);
	s->uid = SOMEBODY;
	s->init_userns = true;
	s->caps = caps;
	free(text);
}

struct json_object *subject_json(const struct subject *s)
{
	struct json_object *o = must(json_object_new_object());

	js_set(o, "what", js_text(s->what));
	js_set(o, "uid", json_object_new_int64(s->uid));
	js_set(o, "capabilities", js_caps(s->caps));
	js_set(o, "user_namespace",
	       js_text(s->init_userns ? "initial" : "child"));
	return o;
}

// SPDX-License-Identifier: GPL-2.0
/* capsplit run: a program with just these capabilities, or none at all. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <json-c/json.h>

#include "capsplit.h"

static const struct cli_option options[] = {
	{ OPT_CAPS, "caps", "LIST",
	  "capabilities by name or number, separated by commas (none)" },
	{ OPT_USER, "user", "USER", "run as this user, by name or number" },
	{ OPT_NEW_PRIVS, "allow-new-privs", NULL,
	  "let set-user-ID programs and file capabilities work" },
	{ 'n', "dry-run", NULL, "say what would be done, and stop" },
};

struct plan {
	uint64_t caps;
	struct user user;
	bool as_user, new_privs, cut_bounding;
	struct proc_caps have;
	char **argv;
};

static bool has(const struct plan *p, int cap)
{
	return p->have.permitted & CAP_BIT(cap);
}

static const char *plural(uint64_t caps)
{
	return caps & (caps - 1) ? "them" : "it";
}

/* What the caller lacks, with the way to get it */
static void check_caller(struct plan *p)
{
	uint64_t unknown = p->caps & ~caps_known();
	uint64_t missing = p->caps & ~p->have.permitted;
	bool changes = p->as_user && (p->user.uid != p->have.uid ||
				      p->user.uid != p->have.euid);

	if (cli_privileged_file())
		die(REFUSED, "capsplit got capabilities or another user from its file, and hands none of that on; run a copy of it that has neither, as root or with the capabilities to give");
	if (unknown & CAP_BIT(NR_TRACING))
		die(UNSUPPORTED, "this kernel does not know cap_tracing; 'capsplit check' says what opens what here");
	if (unknown)
		die(UNSUPPORTED, "this kernel does not know %s",
		    caps_text(unknown));
	if (missing & ~p->have.bounding)
		die(REFUSED, "%s is not in the bounding set, so nothing started from here can have it; start from a login or service that does not drop it",
		    caps_text(missing & ~p->have.bounding));
	if (missing)
		die(REFUSED, "the caller does not hold %s; run this as root, or where %s permitted: as a unit with AmbientCapabilities=, or at a login with pam_cap",
		    caps_text(missing), missing & (missing - 1) ?
			"they are" : "it is");
	if (changes && !(has(p, NR_SETUID) && has(p, NR_SETGID)))
		die(REFUSED, "to become user %u takes cap_setuid and cap_setgid; run this as root, or leave --user out",
		    p->user.uid);
	/* With no_new_privs nothing can be gained from the bounding set */
	p->cut_bounding = has(p, NR_SETPCAP);
	if (!p->cut_bounding && p->new_privs &&
	    p->have.bounding & ~p->caps)
		die(REFUSED, "with --allow-new-privs the bounding set must be cut, which takes cap_setpcap; run this as root, or leave --allow-new-privs out");
}

/* Where execvp() will find it, as far as can be told from here; NULL: nowhere */
static char *find_program(const char *name)
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

/*
 * A file that has capabilities or a user of its own clears the ambient set:
 * what it does not give itself is lost.
 */
static void check_file(const struct plan *p)
{
	char *path = find_program(p->argv[0]);
	struct file_caps f = { 0 };
	struct stat st;
	bool setid;
	int fd;

	/* execvp() says it best; who may not read it is not hindered */
	fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	if (fd < 0) {
		free(path);
		return;
	}
	setid = !fstat(fd, &st) && S_ISREG(st.st_mode) &&
		(st.st_mode & S_ISUID || (st.st_mode & S_ISGID &&
					  st.st_mode & S_IXGRP));
	if (S_ISREG(st.st_mode) && caps_of_file(fd, path, &f))
		die(REFUSED, "%s has file capabilities that cannot be read; repair them with setcap, or run a copy",
		    out_safe(path));
	close(fd);
	/* no_new_privs switches the set-user-ID bit off, and keeps the rest */
	setid = setid && p->new_privs;
	if (f.present && p->caps & ~(f.permitted | f.inheritable))
		die(REFUSED, "%s has file capabilities of its own, without %s: they replace what it is given; run a copy of the file, or add %s with setcap",
		    out_safe(path),
		    caps_text(p->caps & ~(f.permitted | f.inheritable)),
		    plural(p->caps & ~(f.permitted | f.inheritable)));
	if (f.present && p->caps && !f.effective)
		die(REFUSED, "%s has file capabilities without the effective flag: it would start with none of them in effect; run a copy of the file, or repeat setcap with +ep",
		    out_safe(path));
	/* The kernel runs it with all that it asks for, or not at all */
	if (f.effective && p->cut_bounding && f.permitted & ~p->caps)
		die(REFUSED, "%s has file capabilities of its own, %s among them, which would be kept from it: the kernel does not run it so; run a copy of the file, or add %s to --caps",
		    out_safe(path), caps_text(f.permitted & ~p->caps),
		    plural(f.permitted & ~p->caps));
	if (setid && p->caps)
		die(REFUSED, "%s changes its user or group, which clears the ambient set; leave --allow-new-privs out, or give the capabilities to the file with setcap",
		    out_safe(path));
	free(path);
}

static void describe(const struct plan *p)
{
	char *caps = caps_text(p->caps);
	uid_t uid = p->as_user ? p->user.uid : p->have.uid;

	if (json_wanted) {
		struct json_object *o = js_begin(), *argv;
		char **arg;

		js_set(o, "uid", json_object_new_int64(uid));
		js_set(o, "ambient", js_caps(p->caps));
		js_set(o, "bounding", js_caps(p->cut_bounding ?
			p->caps & p->have.bounding : p->have.bounding));
		js_set(o, "no_new_privs", json_object_new_boolean(!p->new_privs));
		argv = must(json_object_new_array());
		for (arg = p->argv; *arg; arg++)
			json_object_array_add(argv, js_text(*arg));
		js_set(o, "argv", argv);
		js_print(o);
	} else {
		char *program = out_safe(p->argv[0]);

		printf("program       %s\nuser          %u\ncapabilities  %s\n"
		       "bounding set  %s\nno_new_privs  %s\n", program, uid,
		       caps, p->cut_bounding ? "the same" :
		       "as it is: cutting it takes cap_setpcap, and nothing is gained from it",
		       p->new_privs ? "no" : "yes");
		free(program);
	}
	free(caps);
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

static void carry_out(const struct plan *p)
{
	int err;

	if (p->cut_bounding)
		cut_bounding(p->caps);
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		die(REFUSED, "cannot keep capabilities over a change of user: %s; SECBIT_KEEP_CAPS_LOCKED may be set: see capabilities(7)",
		    strerror(errno));
	if (p->as_user && (p->user.uid != p->have.uid ||
			   p->user.uid != p->have.euid))
		become(&p->user);
	raise_caps(p->caps);
	if (!p->new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die(REFUSED, "cannot set no_new_privs: %s", strerror(errno));
	execvp(p->argv[0], p->argv);
	err = errno;
	die(err == ENOENT ? NOT_FOUND : NOT_EXECUTABLE, "cannot run %s: %s",
	    out_safe(p->argv[0]), strerror(err));
}

static int run(const struct cli_command *c, int argc, char **argv)
{
	struct plan p = { 0 };
	bool dry = false;
	int opt, err;

	while ((opt = cli_next(c, argc, argv))) {
		switch (opt) {
		case OPT_CAPS:
			p.caps = caps_argument("--caps", optarg);
			break;
		case OPT_USER:
			if (!user_find(optarg, &p.user))
				die_usage("there is no user '%s'",
					  out_safe(optarg));
			p.as_user = true;
			break;
		case OPT_NEW_PRIVS:
			p.new_privs = true;
			break;
		case 'n':
			dry = true;
			break;
		}
	}
	if (optind == argc)
		die_usage("which program is to run is missing");
	p.argv = argv + optind;
	err = caps_of_process(getpid(), &p.have);
	if (err)
		die(UNSUPPORTED, "cannot read /proc/self/status: %s; /proc must be mounted",
		    strerror(err));
	check_caller(&p);
	check_file(&p);
	if (dry)
		describe(&p);
	else
		carry_out(&p);
	return DONE;
}

const struct cli_command cmd_run = {
	"run", "[OPTION]... [--] PROGRAM [ARGUMENT]...",
	"Run a program with just the capabilities that it is given",
	options, ARRAY_SIZE(options),
	"The capabilities are in all sets of the program, the ambient set too; the\n"
	"bounding set is cut to them, and no_new_privs keeps it from gaining others.\n"
	"Exit status: the program's; before it runs 1, 2 or 3 as for every command,\n"
	"126 if it cannot be run and 127 if there is none.\n",
	run,
};

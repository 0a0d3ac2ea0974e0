// SPDX-License-Identifier: GPL-2.0
/* capsplit token: BPF tokens from the shell. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <json-c/json.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "token.h"
#include "who.h"

static const struct cli_option options[] = {
	{ OPT_CAPS, "caps", "LIST",
	  "create, derive: the capabilities that it carries" },
	{ OPT_CMDS, "cmds", "LIST", "the commands of bpf(2) that it allows (all)" },
	{ OPT_MAPS, "maps", "LIST", "the map types (all)" },
	{ OPT_PROGS, "progs", "LIST", "the program types (all)" },
	{ OPT_ATTACHS, "attachs", "LIST", "the attach types (all)" },
	{ OPT_CGROUP, "cgroup", "DIR", "good there and below only" },
	{ OPT_USER, "user", "USER",
	  "create, derive, pin: whose the file is to be" },
	{ OPT_ANCESTOR, "ancestor", "PATH",
	  "revoke: by this token, not by cap_sys_admin" },
};

struct request {
	struct capsplit_grant grant;
	uint32_t flags;
	bool has_caps;
	bool has_mask[NR_MASKS];
	bool all[NR_MASKS];
	const char *ancestor;
	struct user user;
	bool for_user;
	char **argv;		/* what follows the options */
	int argc;
};

static uint64_t *mask_of(struct capsplit_grant *g, enum mask m)
{
	uint64_t *const of[] = { &g->cmds, &g->maps, &g->progs, &g->attachs };

	return of[m];
}

static void take_mask(struct request *r, enum mask m, const char *list)
{
	static const char *const option[] = {
		"--cmds", "--maps", "--progs", "--attachs",
	};
	char *bad;

	if (!mask_parse(m, list, mask_of(&r->grant, m), &bad))
		die_usage("%s: '%s' is not among the %s of bpf(2), nor a number up to 63",
			  option[m], bad, (const char *[]){ "commands",
			  "map types", "program types", "attach types" }[m]);
	r->has_mask[m] = true;
	r->all[m] = !strcmp(list, "all");
}

static void parse(struct request *r, const struct cli_command *c, int argc,
		  char **argv)
{
	int opt;

	while ((opt = cli_next(c, argc, argv))) {
		switch (opt) {
		case OPT_CAPS:
			r->grant.caps = caps_argument("--caps", optarg);
			r->has_caps = true;
			break;
		case OPT_CMDS:
		case OPT_MAPS:
		case OPT_PROGS:
		case OPT_ATTACHS:
			take_mask(r, MASK_CMDS + opt - OPT_CMDS, optarg);
			break;
		case OPT_CGROUP:
			r->flags |= CAPSPLIT_CGROUP;
			r->grant.cgroup_fd = open(optarg, O_RDONLY | O_DIRECTORY |
						  O_CLOEXEC);
			if ((int)r->grant.cgroup_fd < 0)
				die(REFUSED, "cannot open %s: %s",
				    out_safe(optarg), strerror(errno));
			break;
		case OPT_USER:
			if (!user_find(optarg, &r->user))
				die_usage("there is no user '%s'",
					  out_safe(optarg));
			r->for_user = true;
			break;
		case OPT_ANCESTOR:
			r->ancestor = optarg;
			break;
		}
	}
	r->argv = argv + optind;
	r->argc = argc - optind;
}

static void expect(const struct request *r, int n, const char *what)
{
	if (r->argc < n)
		die_usage("%s is missing", what);
	if (r->argc > n)
		die_usage("'%s' is more than is expected here",
			  out_safe(r->argv[n]));
}

/* The token is of no use to who does not get to the file */
static void check_reach(const char *path, const struct user *u)
{
	char *copy = must(strdup(path));
	struct stat st;

	if (!stat(dirname(copy), &st) && st.st_uid != u->uid &&
	    !(st.st_mode & S_IXOTH) &&
	    !(st.st_gid == u->gid && st.st_mode & S_IXGRP))
		warn("user %u may not get to it: its directory has mode %04o; see EXAMPLES in capsplit(1)",
		     u->uid, st.st_mode & 07777);
	free(copy);
}

static void die_pin(int err, const char *path)
{
	char *copy = must(strdup(path)), *safe = out_safe(path);
	struct statfs fs;

	if (err == EEXIST)
		die(REFUSED, "%s is there already; remove it, or pin elsewhere",
		    safe);
	if (!statfs(dirname(copy), &fs) && fs.f_type != BPF_FS_MAGIC)
		die(REFUSED, "%s is not to be on a bpf file system, where alone tokens are pinned: mount -t bpf bpf DIR",
		    safe);
	die(REFUSED, "cannot pin %s: %s", safe, strerror(err));
}

static void show(const char *name, int fd)
{
	struct capsplit_token_info info;

	if (capsplit_token_query(fd, &info))
		token_die(errno, name);
	if (json_wanted) {
		struct json_object *o = js_begin(), *a;

		a = must(json_object_new_array());
		json_object_array_add(a, token_json(name, &info));
		js_set(o, "tokens", a);
		js_print(o);
	} else {
		token_print(name, &info);
	}
}

static void pin(const struct request *r, int fd, const char *path)
{
	int err = -capsplit_token_pin(fd, path);

	if (err)
		die_pin(err, path);
	if (r->for_user && chown(path, r->user.uid, r->user.gid)) {
		err = errno;
		unlink(path);
		die(REFUSED, "cannot give %s to user %u: %s", out_safe(path),
		    r->user.uid, strerror(err));
	}
	show(path, fd);
	if (r->for_user)
		check_reach(path, &r->user);
}

/* Everything there is, for what the command line does not say */
static void fill(struct request *r, const struct capsplit_token_info *parent)
{
	const uint64_t of_parent[] = {
		parent ? parent->cmds : ~0ULL, parent ? parent->maps : ~0ULL,
		parent ? parent->progs : ~0ULL,
		parent ? parent->attachs : ~0ULL,
	};
	int m;

	for (m = 0; m < NR_MASKS; m++) {
		if (r->has_mask[m] && !r->all[m])
			continue;
		*mask_of(&r->grant, m) = of_parent[m];
		/* The kernel's own "everything" is what it knows */
		if (!parent)
			r->flags |= CAPSPLIT_IGNORE_UNKNOWN &
				    (1U << (28 + m));
	}
	if (!r->has_caps && parent)
		r->grant.caps = parent->caps;
}

static void die_made(int err, const char *from, bool in_cgroup)
{
	if (err == EOPNOTSUPP)
		token_die(err, "");
	if (err == EINVAL)
		die(REFUSED, "this kernel does not know one of the numbers that were named, or takes no --cgroup for tokens; leave it out");
	if (err == ELOOP)
		die(REFUSED, "%s was derived eight times over, which is the most there is; derive from one of its ancestors",
		    out_safe(from));
	if (err == EPERM && from)
		die(REFUSED, "%s does not have all that is asked for, or does not allow token_create; 'capsplit token show' says what it has",
		    out_safe(from));
	if (err == EBADF && in_cgroup)
		die(REFUSED, "the directory of --cgroup is no cgroup's; name one below where 'mount -t cgroup2' shows that version 2 is mounted");
	if (err == EPERM && in_cgroup)
		die(REFUSED, "to make a token takes cap_sys_admin; and one that is confined to a cgroup can have only what 'capsplit token show' says of bpf.token there, and cap_perfmon");
	if (err == EPERM)
		die(REFUSED, "to make a token takes cap_sys_admin, cap_tracing if it is to carry that, and the initial user namespace; run this as root");
	token_die(err, from ? from : "a token");
}

static int create(struct request *r)
{
	struct capsplit_token_info info;
	int of_cgroup = -1, fd;

	expect(r, 1, "where the token is to be pinned");
	if (!r->has_caps)
		die_usage("--caps is missing: the capabilities that the token is to carry");
	/* Everything there is in a cgroup is what its own file has */
	if (r->flags & CAPSPLIT_CGROUP)
		of_cgroup = openat(r->grant.cgroup_fd, "bpf.token",
				   O_RDWR | O_CLOEXEC);
	if (of_cgroup >= 0 && !capsplit_token_query(of_cgroup, &info))
		fill(r, &info);
	else
		fill(r, NULL);
	fd = capsplit_token_create(&r->grant, r->flags);
	if (fd < 0)
		die_made(-fd, NULL, r->flags & CAPSPLIT_CGROUP);
	pin(r, fd, r->argv[0]);
	return DONE;
}

static int derive(struct request *r)
{
	struct capsplit_token_info info;
	int parent, fd;

	expect(r, 2, "which token it derives from, or where it is to be pinned,");
	parent = token_open(r->argv[0]);
	if (capsplit_token_query(parent, &info))
		token_die(errno, r->argv[0]);
	fill(r, &info);
	fd = capsplit_token_derive(parent, &r->grant, r->flags);
	if (fd < 0)
		die_made(-fd, r->argv[0], false);
	pin(r, fd, r->argv[1]);
	return DONE;
}

static int pin_it(struct request *r)
{
	expect(r, 2, "which token, or where it is to be pinned,");
	pin(r, token_open(r->argv[0]), r->argv[1]);
	return DONE;
}

static int show_it(struct request *r)
{
	expect(r, 1, "which token");
	show(r->argv[0], token_open(r->argv[0]));
	return DONE;
}

static int list(struct request *r)
{
	expect(r, 0, "");
	who_token_list();
	return DONE;
}

static int revoke_it(struct request *r)
{
	int fd, ancestor = -1, err;

	expect(r, 1, "which token");
	fd = token_open(r->argv[0]);
	if (r->ancestor)
		ancestor = token_open(r->ancestor);
	err = -capsplit_token_revoke(fd, ancestor);
	if (err == EPERM && r->ancestor)
		die(REFUSED, "%s is no ancestor of %s", out_safe(r->ancestor),
		    out_safe(r->argv[0]));
	if (err == EPERM)
		die(REFUSED, "to revoke a token takes cap_sys_admin, or --ancestor with one that it derives from");
	if (err)
		token_die(err, r->argv[0]);
	show(r->argv[0], fd);
	return DONE;
}

static const struct {
	const char *name;
	int (*run)(struct request *r);
} verbs[] = {
	{ "create", create }, { "derive", derive }, { "pin", pin_it },
	{ "show", show_it }, { "list", list }, { "revoke", revoke_it },
};

static int run(const struct cli_command *c, int argc, char **argv)
{
	struct request r = { .argc = 0 };
	const char *verb = argc > 1 ? argv[1] : NULL;
	size_t i;

	/* "capsplit token --help" has no verb */
	if (!verb || *verb == '-') {
		parse(&r, c, argc, argv);
		die_usage("create, derive, pin, show, list or revoke is missing");
	}
	for (i = 0; i < ARRAY_SIZE(verbs) && strcmp(verb, verbs[i].name); i++)
		;
	parse(&r, c, argc - 1, argv + 1);
	if (i == ARRAY_SIZE(verbs))
		die_usage("there is no '%s': it is create, derive, pin, show, list or revoke",
			  out_safe(verb));
	if (cli_privileged_file())
		die(REFUSED, "capsplit got capabilities or another user from its file, and makes no tokens of that; run a copy of it that has neither, as root");
	return verbs[i].run(&r);
}

const struct cli_command cmd_token = {
	"token", "create|derive|pin|show|list|revoke [OPTION]... [PATH]...",
	"Make, narrow, keep, show and revoke BPF tokens",
	options, ARRAY_SIZE(options),
	"  create PATH         make one of the caller's rights, and pin it there\n"
	"  derive TOKEN PATH   make a lesser one, or one that is revoked apart\n"
	"  pin TOKEN PATH      keep one in a file of a bpf file system\n"
	"  show TOKEN          say what it allows\n"
	"  list                those that are pinned and those that are held\n"
	"  revoke TOKEN        make it and all that derive from it useless\n"
	"TOKEN is the path of a pinned one, /dev/bpf, /dev/bpf-net, /dev/bpf-tracing, a\n"
	"cgroup's bpf.token, or /proc/PID/fd/N.\n",
	run,
};

// SPDX-License-Identifier: GPL-2.0
/* capsplit who: who may observe, or more, and by what. */
#include <getopt.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "token.h"
#include "who.h"

#define MAX_DIRS	64
#define MAX_FILES	1000000

static const struct cli_option options[] = {
	{ OPT_DIR, "dir", "DIR",
	  "look for files there and below (PATH, /usr and /opt); may be repeated" },
	{ OPT_UNIT_DIR, "unit-dir", "DIR",
	  "look for systemd's units there (where systemd does); may be repeated" },
};

const char who_deny_list_warning[] =
	"an old deny-list: cap_sys_admin was taken from its bounding set, cap_tracing (41) was not";

struct who *who_add(struct who_list *l, enum who_kind kind)
{
	if (l->nr == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->v = must(realloc(l->v, l->room * sizeof(*l->v)));
	}
	memset(&l->v[l->nr], 0, sizeof(*l->v));
	l->v[l->nr].kind = kind;
	return &l->v[l->nr++];
}

bool who_count(struct who_list *l, int type)
{
	l->truncated = ++l->looked > MAX_FILES;
	l->unreadable += !l->truncated && (type == FTW_DNR || type == FTW_NS);
	return !l->truncated;
}

/*
 * A list of what is allowed names 41 for somebody who then has it; a list of
 * what is denied leaves it to those who do not, among many others.
 */
bool who_old_deny_list(uint64_t bounding, uint64_t permitted)
{
	uint64_t t = CAP_BIT(NR_TRACING);

	if (!(bounding & t) || bounding & CAP_BIT(NR_SYS_ADMIN))
		return false;
	return !(permitted & t) ||
	       __builtin_popcountll(bounding & caps_known()) > 10;
}

/* How much it opens: worst first */
static int weight(const struct who *w)
{
	static const struct {
		int cap, weight;
	} of[] = {
		{ NR_SYS_ADMIN, 64 }, { NR_PERFMON, 32 }, { NR_BPF, 4 },
		{ NR_NET_ADMIN, 16 }, { NR_TRACING, 2 },
	};
	int sum = w->warning != NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		if (w->caps & CAP_BIT(of[i].cap))
			sum += of[i].weight;
	}
	/* What it opens there is its own */
	return w->child_ns ? 0 : sum;
}

static int worst_first(const void *a, const void *b)
{
	const struct who *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (weight(x) != weight(y))
		return weight(y) - weight(x);
	if (x->caps != y->caps)
		return x->caps > y->caps ? -1 : 1;
	if (order)
		return order;
	if (x->bpf_ns != y->bpf_ns)
		return x->bpf_ns < y->bpf_ns ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* In the text, processes that differ by their number alone are one line */
static bool alike(const struct who *x, const struct who *y)
{
	return x->kind == WHO_PROCESS && y->kind == WHO_PROCESS &&
	       x->caps == y->caps && x->uid == y->uid &&
	       x->child_ns == y->child_ns && x->by_token == y->by_token &&
	       x->bpf_ns == y->bpf_ns &&
	       !x->warning == !y->warning &&
	       !strcmp(x->name, y->name);
}

static char *held(const struct who *w)
{
	char *asked = caps_text(w->caps & WHO_ASKED), *text;
	uint64_t rest = w->caps & ~WHO_ASKED;

	if (w->caps == caps_known())
		text = format("all");
	else
		text = format("%s%s", asked, rest ? " and others" : "");
	free(asked);
	return text;
}

static char *user_of(const struct who *w)
{
	struct passwd *pw;

	if (w->kind == WHO_FILE || w->kind >= WHO_DEVICE ||
	    (w->kind == WHO_TOKEN && !w->pid))
		return out_safe(w->where);
	if (w->kind == WHO_UNIT)
		return out_safe(w->user ? w->user : "root");
	pw = getpwuid(w->uid);
	return pw ? out_safe(pw->pw_name) : format("%u", w->uid);
}

static const char *token_note(const struct who *w)
{
	bool all = true;
	int m;

	if (w->token->flags & CAPSPLIT_INFO_REVOKED)
		return "  (revoked)";
	if (w->child_ns)
		return "  (for a user namespace)";
	for (m = 0; m < NR_MASKS; m++)
		all &= !(mask_all(m) & ~(const uint64_t[]){
			w->token->cmds, w->token->maps, w->token->progs,
			w->token->attachs }[m]);
	return all ? "" : "  (narrowed: see capsplit token show)";
}

static void print_one(const struct who *w, size_t times)
{
	char *name = out_safe(w->name), *user = user_of(w), *caps = held(w);
	const char *bad = w->caps & CAP_BIT(NR_SYS_ADMIN) && !w->child_ns ?
			  out_bad() : "";

	if (w->kind == WHO_PROCESS) {
		char *times_text = times > 1 ?
			format(" and %zu more", times - 1) : format("%s", "");

		printf("  %7d%s %-16s %-10s %s%s%s%s", w->pid, times_text,
		       name, user, bad, caps, *bad ? out_end() : "",
		       w->by_token ? "  (by a token, in bpf(2) alone)" :
		       w->child_ns ? "  (in a child user namespace)" : "");
		if (w->bpf_ns)
			printf("  (in BPF namespace %lu)",
			       (unsigned long)w->bpf_ns);
		putchar('\n');
		free(times_text);
	} else if (w->kind == WHO_TOKEN && w->pid) {
		char *process = out_safe(w->where);

		printf("  %s  (%s, as %s)  %s%s%s%s\n", name, process, user,
		       bad, caps, *bad ? out_end() : "", token_note(w));
		free(process);
	} else {
		printf("  %s  (%s%s)  %s%s%s%s\n", name,
		       w->kind == WHO_UNIT ? "as " : "for ", user, bad, caps,
		       *bad ? out_end() : "",
		       w->kind == WHO_TOKEN ? token_note(w) :
		       w->child_ns ? "  (in a user namespace)" : "");
	}
	if (w->warning) {
		char *warning = out_safe(w->warning);

		printf("          %swarning:%s %s\n", out_bad(), out_end(),
		       warning);
		free(warning);
	}
	free(name);
	free(user);
	free(caps);
}

static void print_list(const struct who_list *l, const char *title,
		       const char *unreadable)
{
	size_t i, times;

	printf("%s: %zu, of %zu looked at\n", title, l->nr, l->looked);
	for (i = 0; i < l->nr; i += times) {
		for (times = 1; i + times < l->nr &&
				alike(&l->v[i], &l->v[i + times]); times++)
			;
		print_one(&l->v[i], times);
	}
	if (l->unreadable)
		printf("  %zu %s\n", l->unreadable, unreadable);
	if (l->truncated)
		printf("  and perhaps more: it ends here\n");
	putchar('\n');
	/* The next list may take a while */
	fflush(stdout);
}

static struct json_object *list_json(const struct who_list *l)
{
	struct json_object *a = must(json_object_new_array()), *o;
	size_t i;

	for (i = 0; i < l->nr; i++) {
		const struct who *w = &l->v[i];

		if (w->kind == WHO_TOKEN) {
			json_object_array_add(a, who_token_json(w));
			continue;
		}
		o = must(json_object_new_object());
		js_set(o, "name", js_text(w->name));
		if (w->kind == WHO_PROCESS) {
			js_set(o, "pid", json_object_new_int(w->pid));
			js_set(o, "uid", json_object_new_int64(w->uid));
			js_set(o, "by_token",
			       json_object_new_boolean(w->by_token));
			js_set(o, "bpf_namespace", w->bpf_ns ?
			       json_object_new_int64(w->bpf_ns) : NULL);
		} else if (w->kind != WHO_UNIT) {
			js_set(o, "for", js_text(w->where));
		} else {
			js_set(o, "file", js_text(w->where));
			js_set(o, "user", js_text(w->user ? w->user : "root"));
		}
		js_set(o, "capabilities", js_caps(w->caps));
		if (w->kind < WHO_UNIT)
			js_set(o, "child_user_namespace",
			       json_object_new_boolean(w->child_ns));
		js_set(o, "warning", js_text(w->warning));
		json_object_array_add(a, o);
	}
	return a;
}

void who_sort(struct who_list *l)
{
	if (l->nr)
		qsort(l->v, l->nr, sizeof(*l->v), worst_first);
}

void who_release(struct who_list *l)
{
	size_t i;

	for (i = 0; i < l->nr; i++) {
		free(l->v[i].name);
		free(l->v[i].user);
		free(l->v[i].where);
		free(l->v[i].warning);
		free(l->v[i].token);
	}
	free(l->v);
}

struct dirs {
	const char *v[MAX_DIRS];
	size_t nr;
};

static void add_dir(struct dirs *d, const char *option, const char *dir)
{
	if (d->nr == MAX_DIRS)
		die_usage("%s was given more than %d times", option, MAX_DIRS);
	d->v[d->nr++] = dir;
}

/* They go on pointing into @path */
static void default_dirs(struct dirs *d, char *path)
{
	char *dir;

	d->v[d->nr++] = "/usr";
	d->v[d->nr++] = "/opt";
	while ((dir = strsep(&path, ":")) && d->nr < MAX_DIRS) {
		if (*dir == '/')
			d->v[d->nr++] = dir;
	}
}

static void default_unit_dirs(struct dirs *d)
{
	static const char *const dirs[] = {
		"/etc/systemd/system", "/run/systemd/system",
		"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
		"/lib/systemd/system",
	};

	for (; d->nr < ARRAY_SIZE(dirs); d->nr++)
		d->v[d->nr] = dirs[d->nr];
}

static int run(const struct cli_command *c, int argc, char **argv)
{
	struct who_list list[WHO_NR_KINDS] = { 0 };
	static const char *const titles[] = {
		"processes", "files", "units", "tokens", "devices",
		"cgroup tokens",
	};
	static const char *const keys[] = {
		"processes", "files", "units", "tokens", "devices",
		"cgroup_tokens",
	};
	static const char *const unreadable[] = {
		"processes could not be looked at",
		"directories could not be read", "units could not be read",
		"processes or files could not be looked at",
		"devices could not be looked at", "directories could not be read",
	};
	struct dirs dirs = { .nr = 0 }, unit_dirs = { .nr = 0 };
	struct json_object *o = NULL;
	char *path = must(strdup(getenv("PATH") ?: "/bin:/sbin"));
	bool truncated = false;
	int opt, i;

	while ((opt = cli_next(c, argc, argv))) {
		if (opt == OPT_DIR)
			add_dir(&dirs, "--dir", optarg);
		else if (opt == OPT_UNIT_DIR)
			add_dir(&unit_dirs, "--unit-dir", optarg);
	}
	if (optind < argc)
		die_usage("'%s' is more than is expected here",
			  out_safe(argv[optind]));
	if (!dirs.nr)
		default_dirs(&dirs, path);
	if (!unit_dirs.nr)
		default_unit_dirs(&unit_dirs);
	if (json_wanted)
		o = js_begin();
	for (i = 0; i < WHO_NR_KINDS; i++) {
		struct who_list *l = &list[i];

		if (i == WHO_PROCESS)
			who_processes(l);
		else if (i == WHO_FILE)
			who_files(l, dirs.v, dirs.nr);
		else if (i == WHO_TOKEN)
			who_tokens(l);
		else if (i == WHO_DEVICE)
			who_devices(l);
		else if (i == WHO_CGROUP)
			who_cgroups(l);
		else
			who_units(l, unit_dirs.v, unit_dirs.nr);
		who_sort(l);
		truncated |= l->truncated;
		if (json_wanted)
			js_set(o, keys[i], list_json(l));
		else
			print_list(l, titles[i], unreadable[i]);
		who_release(l);
	}
	if (json_wanted) {
		js_set(o, "truncated", json_object_new_boolean(truncated));
		js_print(o);
	}
	free(path);
	return DONE;
}

const struct cli_command cmd_who = {
	"who", "[OPTION]...",
	"List who holds cap_sys_admin, perfmon, net_admin, bpf or tracing",
	options, ARRAY_SIZE(options),
	"Processes, files with file capabilities, units of systemd with lines about\n"
	"capabilities, BPF tokens and what opens them: devices, and files bpf.token of\n"
	"cgroups that are not root's alone.  What opens most comes first.\n",
	run,
};

// SPDX-License-Identifier: GPL-2.0
/* capsplit check: what somebody may do here, and what decides it. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <json-c/json.h>

#include "grant.h"
#include "probe.h"
#include "subject.h"

static const struct cli_option options[] = {
	{ OPT_PID, "pid", "PID", "ask about a process" },
	{ OPT_FILE, "file", "PATH", "ask about whoever runs this file" },
	{ OPT_USER, "user", "USER", "ask about a login of this user" },
	{ OPT_CAPS, "caps", "LIST", "ask about a user with these capabilities" },
	{ OPT_USERNS, "userns", NULL, "ask about them in a child user namespace" },
	{ OPT_ASSUME, "assume", "NAME=VALUE",
	  "as if a sysctl, or cap_tracing (yes or no), were that" },
	{ OPT_PROBE, "probe", NULL, "try the harmless ones, and tell of differences" },
};

struct verdict {
	const struct policy_op *op;
	const struct policy_gate *stops;	/* NULL: may */
	uint64_t decides;	/* capabilities: those that allow it, or would */
	bool grantable;		/* @decides would allow what is refused */
	char *sysctl;		/* the value that allows it, or would; NULL */
	bool owner;		/* root owns what the table says nobody may */
	int probed;
};

struct check {
	struct kernel kernel;
	struct subject subject;
	struct policy_task task;
	bool probe, assumed;
};

/* What uid 0 may as the owner, whatever it holds */
static bool owner_may(const char *id)
{
	return !strcmp(id, "tracefs.chmod") || !strcmp(id, "other.sysctl") ||
	       !strcmp(id, "other.kill");
}

static const struct {
	const char *name;
	int least, strictest;
} sysctls[] = {
	{ "kernel.perf_event_paranoid", -1, 3 },
	{ "kernel.kptr_restrict", 0, 2 },
	{ "kernel.unprivileged_bpf_disabled", 0, 2 },
};

static int *sysctl_of(struct policy_task *task, size_t i)
{
	return i == 0 ? &task->par : i == 1 ? &task->kptr : &task->unpriv;
}

/* The least change of one sysctl that would let @task do it */
static char *opens(const struct policy_op *op, const struct policy_task *task)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sysctls); i++) {
		struct policy_task other = *task;
		int *value = sysctl_of(&other, i);

		while (--*value >= sysctls[i].least) {
			if (!policy_stops(op, &other))
				return format("%s=%d", sysctls[i].name, *value);
		}
	}
	return NULL;
}

/* The sysctl without whose value @task could not do it */
static char *opened_by(const struct policy_op *op, struct policy_task task)
{
	size_t i;

	task.caps = 0;
	for (i = 0; i < ARRAY_SIZE(sysctls); i++) {
		struct policy_task other = task;
		int *value = sysctl_of(&other, i), now = *value;

		*value = sysctls[i].strictest;
		if (policy_stops(op, &other))
			return format("%s=%d", sysctls[i].name, now);
	}
	return NULL;
}

static void judge(const struct check *c, const struct policy_op *op,
		  struct verdict *v)
{
	unsigned int known = grant_subset(caps_known()), more = 0;

	if (c->kernel.tracing)
		known |= 1U << POLICY_T;
	else
		known &= ~(1U << POLICY_T);
	*v = (struct verdict){ .op = op, .probed = PROBE_NOT_TRIED };
	v->stops = policy_stops(op, &c->task);
	if (v->stops && !c->subject.uid && c->task.init && owner_may(op->id)) {
		v->stops = NULL;
		v->owner = true;
	}
	if (v->stops) {
		v->grantable = grant_least(op, &c->task, known, &more);
		v->decides = grant_caps(more);
		v->sysctl = opens(op, &c->task);
	} else if (!v->owner) {
		more = grant_needed(op, &c->task);
		v->decides = grant_caps(more);
		/* Not held, but uid 0 owns the files in question */
		if (v->decides & ~c->subject.caps) {
			v->decides &= c->subject.caps;
			v->owner = true;
		}
		if (!more)
			v->sysctl = opened_by(op, c->task);
	}
}

static bool differs(const struct verdict *v)
{
	if (v->probed == PROBE_NOT_TRIED)
		return false;
	return v->stops ? v->probed != v->stops->err : v->probed != 0;
}

/* "cap_tracing, or kernel.perf_event_paranoid=0" */
static char *decided(const struct check *c, const struct verdict *v)
{
	char *caps = caps_text(v->decides);

	char *text;

	if (v->owner)
		text = format("root owns it%s%s", v->decides ? ", and holds " : "",
			      v->decides ? caps : "");
	else if (!v->stops)
		text = format("%s", v->decides ? caps :
				    v->sysctl ? v->sysctl : "anybody may");
	else if (v->grantable)
		text = format("%s: takes %s%s%s", v->stops->why, caps,
			      v->sysctl ? ", or " : "",
			      v->sysctl ? v->sysctl : "");
	else if (v->sysctl)
		text = format("%s: takes %s", v->stops->why, v->sysctl);
	else
		text = format("%s: no capability opens it%s", v->stops->why,
			      c->task.init ? "" : " in a child user namespace");
	free(caps);
	return text;
}

static void print_verdict(const struct check *c, const struct verdict *v)
{
	char *why = decided(c, v);

	printf("  %-38s %s%-3s%s %-10s %s%s%s\n", v->op->id,
	       v->stops ? out_bad() : out_good(), v->stops ? "no" : "yes",
	       out_end(), v->stops ? policy_errno(v->stops->err) : "-",
	       out_dim(), why, out_end());
	if (differs(v))
		printf("  %-38s %s!!!%s %-10s %stried just now: the kernel decides otherwise than the table%s\n",
		       "", out_bad(), out_end(), policy_errno(v->probed),
		       out_bad(), out_end());
	free(why);
}

static struct json_object *verdict_json(const struct check *c,
					const struct policy_area *area,
					const struct verdict *v)
{
	struct json_object *o = must(json_object_new_object()), *p = NULL;
	char *why = decided(c, v);

	js_set(o, "id", js_text(v->op->id));
	js_set(o, "area", js_text(area->id));
	js_set(o, "what", js_text(v->op->what));
	js_set(o, "may", json_object_new_boolean(!v->stops));
	js_set(o, "errno", v->stops ? js_text(policy_errno(v->stops->err)) :
				      NULL);
	js_set(o, "because", js_text(why));
	js_set(o, "decided_by", v->stops ? NULL : js_caps(v->decides));
	js_set(o, "least_grant", v->stops && v->grantable ?
				 js_caps(v->decides) : NULL);
	js_set(o, "sysctl", js_text(v->sysctl));
	if (v->probed != PROBE_NOT_TRIED) {
		p = must(json_object_new_object());
		js_set(p, "errno", v->probed ?
		       js_text(policy_errno(v->probed)) : NULL);
		js_set(p, "agrees", json_object_new_boolean(!differs(v)));
	}
	js_set(o, "probe", p);
	free(why);
	return o;
}

/* The table is of a tracefs that is root's alone, as it is mounted by default */
static void look_at_tracefs(struct subject *s)
{
	struct statfs fs;
	struct stat st;

	if (statfs("/sys/kernel/tracing", &fs) ||
	    fs.f_type != TRACEFS_MAGIC) {
		subject_note(s, format("tracefs is not mounted at /sys/kernel/tracing"));
		return;
	}
	if (stat("/sys/kernel/tracing", &st) ||
	    (!(st.st_mode & 0077) && !st.st_uid))
		return;
	if (st.st_mode & 0007)
		subject_note(s, format("tracefs is mounted with mode %04o: its files are open to more users than the table says",
				       st.st_mode & 07777));
	else if (st.st_mode & 0070 && st.st_gid)
		subject_note(s, format("tracefs is mounted for group %u with mode %04o: its members need no capability there",
				       st.st_gid, st.st_mode & 07777));
}

static void print_head(const struct check *c)
{
	const struct kernel *k = &c->kernel;
	char *caps = c->subject.caps == caps_known() ? format("all") :
			caps_text(c->subject.caps);
	size_t i;

	printf("kernel   %s, %s CAP_TRACING%s\n"
	       "sysctls  kernel.perf_event_paranoid=%d kernel.kptr_restrict=%d kernel.unprivileged_bpf_disabled=%d\n"
	       "subject  %s: user %u, capabilities %s, %s user namespace\n",
	       k->release, k->tracing ? "with" : "without",
	       c->assumed ? " (with what is assumed)" : "", k->par, k->kptr,
	       k->unpriv, c->subject.what, c->subject.uid, caps,
	       c->task.init ? "the initial" : "a child");
	for (i = 0; i < c->subject.nr_notes; i++)
		printf("note     %s\n", c->subject.notes[i]);
	free(caps);
}

static int report(const struct check *c)
{
	int nr = policy_nr_ops(), *probed = must(calloc(nr, sizeof(*probed)));
	struct json_object *o = NULL, *ops = NULL, *notes;
	int area, i, at = 0, tried = 0, different = 0;
	size_t k;

	if (c->probe) {
		/* The child writes nothing of what is waiting here */
		fflush(stdout);
		probe_all(&c->subject, probed, nr);
	}
	if (json_wanted) {
		o = js_begin();
		js_set(o, "kernel", kernel_json(&c->kernel));
		js_set(o, "subject", subject_json(&c->subject));
		notes = must(json_object_new_array());
		for (k = 0; k < c->subject.nr_notes; k++)
			json_object_array_add(notes, js_text(c->subject.notes[k]));
		js_set(o, "notes", notes);
		ops = must(json_object_new_array());
		js_set(o, "operations", ops);
	} else {
		print_head(c);
	}
	for (area = 0; policy_areas[area]; area++) {
		const struct policy_area *a = policy_areas[area];

		if (!json_wanted)
			printf("\n%s\n", a->title);
		for (i = 0; i < a->nr_ops; i++, at++) {
			struct verdict v;

			judge(c, &a->ops[i], &v);
			if (c->probe)
				v.probed = probed[at];
			tried += v.probed != PROBE_NOT_TRIED;
			different += differs(&v);
			if (json_wanted)
				json_object_array_add(ops, verdict_json(c, a, &v));
			else
				print_verdict(c, &v);
			free(v.sysctl);
		}
	}
	if (json_wanted)
		js_print(o);
	else if (c->probe)
		printf("\n%d of %d operations tried, %d of them otherwise than the table says\n",
		       tried, nr, different);
	free(probed);
	return different ? REFUSED : DONE;
}

static int run(const struct cli_command *cmd, int argc, char **argv)
{
	struct check c = { 0 };
	const char *asked = NULL, *arg = NULL;
	bool userns = false, self;
	int opt, status, which = 0;

	kernel_read(&c.kernel);
	while ((opt = cli_next(cmd, argc, argv))) {
		switch (opt) {
		case OPT_PID:
		case OPT_FILE:
		case OPT_USER:
		case OPT_CAPS:
			if (which)
				die_usage("one of --pid, --file, --user and --caps is enough");
			which = opt;
			arg = optarg;
			break;
		case OPT_USERNS:
			userns = true;
			break;
		case OPT_PROBE:
			c.probe = true;
			break;
		case OPT_ASSUME:
			asked = optarg;
			if (!kernel_assume(&c.kernel, optarg))
				die_usage("--assume: '%s' is not cap_tracing=yes or no, nor a value of perf_event_paranoid, kptr_restrict or unprivileged_bpf_disabled",
					  out_safe(optarg));
			break;
		}
	}
	if (optind < argc)
		die_usage("'%s' is more than is expected here",
			  out_safe(argv[optind]));
	if (asked && c.probe)
		die_usage("what is assumed cannot be tried: give --assume or --probe, not both");
	self = !which;
	if (!which)
		subject_self(&c.subject);
	else if (which == OPT_PID)
		subject_pid(&c.subject, cli_number("--pid", arg, 1, 4194304));
	else if (which == OPT_FILE)
		subject_file(&c.subject, arg);
	else if (which == OPT_USER)
		subject_user(&c.subject, arg);
	else
		subject_caps(&c.subject, caps_argument("--caps", arg));
	if (which == OPT_CAPS && !c.kernel.tracing &&
	    c.subject.caps & CAP_BIT(NR_TRACING))
		subject_note(&c.subject, format("this kernel does not know cap_tracing: it opens nothing here"));
	if (self && c.probe && cli_privileged_file())
		die(REFUSED, "capsplit has capabilities or a user from its file, and tries nothing with them; run a copy of it that has neither");
	if (userns)
		c.subject.init_userns = false;
	look_at_tracefs(&c.subject);
	c.assumed = asked;
	c.task = (struct policy_task){
		.caps = grant_subset(c.subject.caps &
				     (c.kernel.tracing ? ~0ULL :
						~CAP_BIT(NR_TRACING))),
		.init = c.subject.init_userns,
		.par = c.kernel.par, .kptr = c.kernel.kptr,
		.unpriv = c.kernel.unpriv, .patched = c.kernel.tracing,
	};
	/* Level 4 is Ubuntu's name for what is 3 here */
	if (c.task.par > 3)
		c.task.par = 3;
	if (!c.subject.uid && c.task.init)
		c.task.caps |= 1U << POLICY_DAC;
	status = report(&c);
	subject_release(&c.subject);
	return status;
}

const struct cli_command cmd_check = {
	"check", "[OPTION]...",
	"Say, operation by operation, what somebody may do on this kernel",
	options, ARRAY_SIZE(options),
	"Without --pid, --file, --user or --caps it is about what is started from here.\n"
	"Exit status 1 also if a --probe found a difference.\n",
	run,
};

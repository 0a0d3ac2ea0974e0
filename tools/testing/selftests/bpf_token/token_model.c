// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel against a model of it: tasks make tokens, hand them on, use them
 * and take them back at random, and after each step the kernel has to have
 * said what the model says.  Besides, what a token made possible has to be
 * within what the maker of the first of its kind held when it made that.
 */
#include "model.h"
#include <argp.h>
#include "../kselftest.h"

static struct options {
	__u64 seed, steps;
} options = { .seed = 1, .steps = 3000 };

static const struct argp_option known_options[] = {
	{ "seed", 's', "NUMBER", 0, "of the dice (1)" },
	{ "steps", 'n', "NUMBER", 0, "how many (3000)" },
	{ "actor", 'a', NULL, OPTION_HIDDEN, NULL },
	{ },
};

static char program[256];

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	char *end;
	__u64 n;

	if (key == 'a')
		model_act(program, true);
	if (key != 's' && key != 'n')
		return ARGP_ERR_UNKNOWN;
	errno = 0;
	n = strtoull(arg, &end, 0);
	if (errno || *end || *arg < '0' || *arg > '9')
		argp_error(state, "'%s' is not a number", arg);
	*(key == 's' ? &options.seed : &options.steps) = n;
	return 0;
}

static const struct argp argp = {
	known_options, parse_option, NULL,
	"Compare the kernel's verdicts on BPF tokens with a model's.  Runs as root, in a machine of its own.",
};

static const char *const op_names[NR_OPS] = {
	"create", "derive", "use", "load", "revoke", "pin", "get", "open",
	"get_perm", "put_perm", "close", "info", "unknown", "send", "receive",
	"fork", "exec", "attach", "drop", "exit", "spawn", "unpin", "cgroup",
};

/* How often, of OP_WEIGHTS; OP_RECEIVE is the other end of OP_SEND */
#define OP_WEIGHTS	176
static const __u32 op_weights[NR_OPS] = {
	14, 28, 36, 18, 8, 4, 4, 5, 4, 2, 4, 8, 2, 7, 0, 4, 1, 18, 1, 2, 2, 2,
	2,
};

static __u64 dice;

/* splitmix64 */
static __u64 any(void)
{
	__u64 z = dice += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static __u32 throw(__u32 sides)
{
	return any() % sides;
}

static int socks[MODEL_ACTORS];
static struct model model;

/* Most of @of, or few of it, now and then what is not in it */
static __u64 bits(__u64 of)
{
	switch (throw(8)) {
	case 0:
		return of & any();
	case 1:
		return of & ~(any() & any() & any());
	case 2:
		return throw(8) ? of : of | BIT64(throw(64));
	default:
		return of;
	}
}

static __u64 some_caps(__u64 of)
{
	return throw(3) ? of & (any() | any()) : of;
}

static struct grant some_grant(const struct model_actor *a, int parent)
{
	struct grant of = { ALL_CMDS | BIT64(BPF_LOAD_PERM_FD) |
			    BIT64(BPF_TOKEN_REVOKE), ALL_MAPS, ALL_PROGS,
			    ALL_ATTACHS, model_expand(a->caps) };

	if (parent >= 0)
		of = model.tokens[parent].may;
	return (struct grant) {
		bits(of.cmds), bits(of.maps), bits(of.progs), bits(of.attachs),
		throw(16) ? some_caps(of.caps) : any() & ALL_CAPS,
	};
}

static int any_actor(bool alive)
{
	int first = throw(MODEL_ACTORS);

	for (int i = 0; i < MODEL_ACTORS; i++) {
		int n = (first + i) % MODEL_ACTORS;

		if (model.actors[n].alive == alive)
			return n;
	}
	return -1;
}

/* Mostly one with something in it */
static int some_slot(const struct model_actor *a)
{
	int first = throw(MODEL_SLOTS);

	if (!throw(24))
		return MODEL_NO_TOKEN;
	for (int i = 0; throw(16) && i < MODEL_SLOTS; i++) {
		int n = (first + i) % MODEL_SLOTS;

		if (a->slot[n] >= 0)
			return n;
	}
	return first;
}

/* Masks as a confined token may have them, mostly */
static struct grant confine(struct grant g)
{
	const struct grant *c = &model_confined;

	if (!throw(8))
		return g;
	return (struct grant) {
		g.cmds & c->cmds, g.maps & c->maps, g.progs & c->progs,
		g.attachs & c->attachs, g.caps & c->caps,
	};
}

/* One that there is; or -1 */
static int some_cgroup(void)
{
	int first = throw(MODEL_CGROUPS);

	for (int i = 0; i < MODEL_CGROUPS; i++) {
		int n = (first + i) % MODEL_CGROUPS;

		if (model.cgroups[n].alive)
			return n;
	}
	return -1;
}

static bool holds_slot(enum model_op op)
{
	return op == OP_CREATE || op == OP_DERIVE || op == OP_GET ||
	       op == OP_OPEN || op == OP_CLOSE || op == OP_SEND;
}

/* False if there is nobody to take such a step */
static bool choose(struct model_step *s)
{
	struct model_actor *a;
	__u32 n = throw(OP_WEIGHTS);

	memset(s, 0, sizeof(*s));
	for (s->op = 0; n >= op_weights[s->op]; s->op++)
		n -= op_weights[s->op];
	s->actor = any_actor(s->op != OP_SPAWN);
	if (s->actor < 0)
		return false;
	a = &model.actors[s->actor];
	s->slot = holds_slot(s->op) ? (int)throw(MODEL_SLOTS) : some_slot(a);
	if (s->op == OP_SEND && throw(8)) {
		s->slot = some_slot(a);
		if (s->slot == MODEL_NO_TOKEN)
			return false;
	}
	switch (s->op) {
	case OP_CREATE:
	case OP_DERIVE:
		s->other = some_slot(a);
		s->grant = some_grant(a, s->op == OP_CREATE ||
				      s->other == MODEL_NO_TOKEN ? -1 :
				      a->slot[s->other]);
		s->flags = throw(4) ? 0 : throw(16) << 28;
		s->file = throw(4) ? -1 : some_cgroup();
		if (s->file >= 0) {
			s->flags |= BPF_F_TOKEN_CGROUP;
			s->grant = confine(s->grant);
		}
		break;
	case OP_ATTACH:
		s->use = throw(MODEL_ATTACHES);
		s->file = some_cgroup();
		if (throw(2))
			s->slot = -1;
		return s->file >= 0;
	case OP_CGROUP:
		s->file = throw(MODEL_CGROUPS);
		/* They come more often than they go */
		return model_cgroup_ready(&model, s->file) &&
		       (!model.cgroups[s->file].alive || !throw(2));
	case OP_USE:
		s->use = throw(MODEL_USES);
		if (throw(2))
			s->slot = -1;
		break;
	case OP_LOAD:
		s->flags = throw(3) ? 0 : BPF_F_PERM_ON_EXEC;
		if (!throw(16))
			s->slot = -1;
		break;
	case OP_REVOKE:
		s->other = throw(4) ? some_slot(a) : -1;
		/* A child by its parent, if both are at hand */
		for (int i = 0; i < MODEL_SLOTS && throw(8); i++) {
			int parent = a->slot[i] < 0 ? -1 :
				model.tokens[a->slot[i]].parent;

			for (int j = 0; parent >= 0 && j < MODEL_SLOTS; j++) {
				if (a->slot[j] == parent) {
					s->slot = i;
					s->other = j;
				}
			}
		}
		break;
	case OP_PIN:
	case OP_GET:
	case OP_UNPIN:
		s->file = throw(MODEL_PINS);
		break;
	case OP_OPEN:
		s->file = throw(MODEL_DEVICES + 2);
		if (s->file < MODEL_DEVICES)
			break;
		s->file = some_cgroup();
		if (s->file < 0)
			return false;
		s->file += MODEL_DEVICES;
		break;
	case OP_SEND:
		s->other = any_actor(true);
		s->file = throw(MODEL_SLOTS);
		break;
	case OP_FORK:
		s->other = any_actor(false);
		return s->other >= 0;
	case OP_DROP:
		s->grant.caps = any();
		break;
	case OP_SPAWN:
		s->flags = UID_USER + throw(2);
		s->grant.caps = throw(3) ? any() & any() & ALL_CAPS : 0;
		if (!throw(2))
			s->grant.caps = CAP_A | (any() & ALL_CAPS);
		break;
	default:
		break;
	}
	return true;
}

/* The kernel's side */

static int pair(int *theirs, int n)
{
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
		return errno;
	socks[n] = sv[0];
	*theirs = sv[1];
	return 0;
}

static int spawn(const struct model_step *s)
{
	int theirs = -1, err = pair(&theirs, s->actor);
	pid_t pid;

	if (err)
		return err;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (dup2(theirs, MODEL_CONTROL) < 0)
			_exit(1);
		for (int fd = 3; fd < MODEL_CONTROL; fd++)
			close(fd);
		if (ct_become(s->flags, s->grant.caps))
			_exit(1);
		model_act(program, false);
	}
	close(theirs);
	return pid < 0 ? errno : 0;
}

static int ask(int actor, const struct model_step *s, int give,
	       struct model_reply *reply, int *got)
{
	int fd = -1, err = model_send(socks[actor], s, sizeof(*s), give);

	if (!err)
		err = model_receive(socks[actor], reply, sizeof(*reply), &fd);
	if (got)
		*got = fd;
	else if (fd >= 0)
		close(fd);
	return err;
}

/* The model does the same afterwards */
static int change_cgroup(int cgroup)
{
	const char *dir = model_cgroup_paths[cgroup];
	char file[80];
	struct stat st;

	if (model.cgroups[cgroup].alive)
		return rmdir(dir) ? errno : 0;
	snprintf(file, sizeof(file), "%s/bpf.token", dir);
	if (mkdir(dir, 0755) || stat(dir, &st) || chmod(file, 0666))
		return errno;
	model.cgroups[cgroup].id = st.st_ino;
	return 0;
}

/* 0 or what went wrong with the test itself; the verdict is in @reply */
static int take(const struct model_step *s, struct model_reply *reply)
{
	struct model_step receive = { .op = OP_RECEIVE, .slot = s->file };
	char path[64];
	int fd = -1, err;

	memset(reply, 0, sizeof(*reply));
	switch (s->op) {
	case OP_SPAWN:
		return spawn(s);
	case OP_EXIT:
		close(socks[s->actor]);
		return 0;
	case OP_UNPIN:
		snprintf(path, sizeof(path), MODEL_PIN_DIR "/%d", s->file);
		unlink(path);
		return 0;
	case OP_CGROUP:
		return change_cgroup(s->file);
	case OP_FORK:
		err = pair(&fd, s->other);
		if (!err)
			err = ask(s->actor, s, fd, reply, NULL);
		close(fd);
		return err;
	case OP_SEND:
		err = ask(s->actor, s, -1, reply, &fd);
		if (err || fd < 0)
			return err;
		err = ask(s->other, &receive, fd, reply, NULL);
		close(fd);
		return err;
	default:
		return ask(s->actor, s, -1, reply, NULL);
	}
}

/* The judgement */

static const char *compare_info(const struct model_step *s,
				const struct bpf_token_info *i)
{
	struct model_token *t;
	__u64 parent = 0;

	t = &model.tokens[model.actors[s->actor].slot[s->slot]];
	if (i->allowed_cmds != t->may.cmds || i->allowed_maps != t->may.maps ||
	    i->allowed_progs != t->may.progs ||
	    i->allowed_attachs != t->may.attachs)
		return "a mask";
	if (i->allowed_caps != t->may.caps)
		return "the capabilities";
	if (i->allowed_caps & ~t->maker)
		return "capabilities that its maker never held";
	if (i->depth != t->depth || i->creator_uid != t->creator)
		return "the depth or the creator";
	if (!(i->flags & BPF_TOKEN_INFO_REVOKED) ==
	    model_revoked(&model, t - model.tokens))
		return "whether it is revoked";
	if (t->cgroup < 0 ? i->cgroup_id :
	    t->born == model.cgroups[t->cgroup].born &&
	    i->cgroup_id != model.cgroups[t->cgroup].id)
		return "the cgroup";
	if (i->uses != t->uses)
		return "how often it was presented";
	if (t->id && t->id != i->id)
		return "the id";
	t->id = i->id;
	if (t->parent >= 0)
		parent = model.tokens[t->parent].id;
	if (t->parent < 0 ? i->parent_id : parent && parent != i->parent_id)
		return "the parent";
	return NULL;
}

/* Whatever the model says: what was done was somebody's to do */
static bool is_covered(const struct model_step *s)
{
	const struct model_use *u = s->op == OP_USE ?
		&model_uses[s->use] : &model_attaches[s->use];
	__u64 caps = model.actors[s->actor].caps;

	if (model.presented >= 0)
		caps |= model.tokens[model.presented].maker;
	if (!model_suffice(u, caps))
		return false;
	if (s->op == OP_USE || u->type != BPF_PROG_TYPE_CGROUP_SKB)
		return true;
	if (model.helped >= 0)
		caps |= model.tokens[model.helped].maker;
	return model_expand(caps) & CAP_N;
}

static void print_step(__u64 nr, const struct model_step *s)
{
	ksft_print_msg("step %llu: actor %d (caps %llx) %s, slot %d, other %d, file %d, use %s\n",
		       nr, s->actor, model.actors[s->actor].caps,
		       op_names[s->op], s->slot, s->other, s->file,
		       s->op == OP_USE ? model_uses[s->use].name :
		       s->op == OP_ATTACH ? model_attaches[s->use].name : "-");
	ksft_print_msg("flags %x, grant %llx %llx %llx %llx %llx\n",
		       s->flags, s->grant.cmds, s->grant.maps, s->grant.progs,
		       s->grant.attachs, s->grant.caps);
}

static unsigned long said[NR_OPS][EKEYREVOKED + 1];	/* how often what */

static bool take_step(__u64 nr)
{
	const char *differs = NULL;
	struct model_reply reply;
	struct model_step s;
	int want, err;

	while (!choose(&s))
		;
	err = take(&s, &reply);
	if (err)
		ksft_exit_fail_msg("step %llu, %s: the test itself: %s\n", nr,
				   op_names[s.op], strerror(err));
	want = -model_step(&model, &s);
	said[s.op][want]++;
	if (reply.verdict != want)
		ksft_print_msg("the kernel says %d, the model %d\n",
			       reply.verdict, want);
	else if (s.op == OP_INFO && !want)
		differs = compare_info(&s, &reply.info);
	else if ((s.op == OP_USE || s.op == OP_ATTACH) && !reply.verdict && !is_covered(&s))
		differs = "a right that nobody gave";
	if (differs)
		ksft_print_msg("kernel and model differ in %s\n", differs);
	if (reply.verdict == want && !differs)
		return true;
	print_step(nr, &s);
	return false;
}

static void print_verdicts(void)
{
	for (int op = 0; op < NR_OPS; op++) {
		if (op == OP_RECEIVE)
			continue;
		ksft_print_msg("%s: %lu done", op_names[op], said[op][0]);
		for (int e = 1; e <= EKEYREVOKED; e++) {
			if (said[op][e])
				printf(", %lu %s", said[op][e],
				       strerrorname_np(e));
		}
		printf("\n");
	}
}

static void prepare(void)
{
	if (set_number(UNPRIV, 2))
		ksft_exit_fail_msg("cannot forbid unprivileged BPF\n");
	mkdir(MODEL_PIN_DIR, 0777);
	if (mount("bpf", MODEL_PIN_DIR, "bpf", 0, "mode=0777"))
		ksft_exit_fail_msg("no BPF file system: %s\n", strerror(errno));
	mkdir(MODEL_CGROUP, 0755);
	if (mount("none", MODEL_CGROUP, "cgroup2", 0, NULL))
		ksft_exit_fail_msg("no cgroups: %s\n", strerror(errno));
	for (int i = 1; i < MODEL_DEVICES; i++)
		chmod(model_devices[i], 0666);
	umask(022);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	model_init(&model);
	dice = options.seed << 32;
}

static void clean_up(int unpriv)
{
	for (int i = 0; i < MODEL_ACTORS; i++) {
		if (model.actors[i].alive)
			close(socks[i]);
	}
	for (int i = 1; i < MODEL_DEVICES; i++)
		chmod(model_devices[i], 0600);
	for (int i = MODEL_CGROUPS - 1; i >= 0; i--)
		rmdir(model_cgroup_paths[i]);
	umount2(MODEL_CGROUP, MNT_DETACH);
	rmdir(MODEL_CGROUP);
	umount2(MODEL_PIN_DIR, MNT_DETACH);
	rmdir(MODEL_PIN_DIR);
	set_number(UNPRIV, unpriv);
}

int main(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	bool equal = true;
	__u64 nr = 0;
	int unpriv;

	if (n < 0)
		return KSFT_FAIL;
	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	need_delegation();
	ksft_print_header();
	ksft_set_plan(1);
	unpriv = get_number(UNPRIV);
	prepare();
	while (equal && nr < options.steps)
		equal = take_step(nr++);
	clean_up(unpriv);
	ksft_print_msg("seed %llu: %llu steps, %d tokens\n", options.seed, nr,
		       model.nr_tokens);
	print_verdicts();
	ksft_test_result(equal, "kernel and model agree at each step\n");
	ksft_finished();
}

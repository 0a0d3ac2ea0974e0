// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF tokens that no command names: for a thread's next bpf(2), or a process.
 *
 * A thread loads a token, and its next bpf(2) has what the token allows, if it
 * allows that command.  Or a process has a token, and so do the bpf(2) of all
 * its threads until it executes another program.  Either way the token is
 * active while the system call runs and never otherwise: code that asks for
 * capabilities on the way there from elsewhere does not see it.
 *
 * A thread's token is its own, so nothing is locked.  A process's is changed
 * and taken under siglock: /proc/PID/status tells of it.
 */

#include <linux/binfmts.h>
#include <linux/bpf.h>
#include <linux/bpf_perm.h>
#include <linux/bpf_token.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/rcupdate.h>
#include <linux/sched/coredump.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

/**
 * struct bpf_perm - the tokens of a thread
 * @active: of the bpf(2) that it is in
 * @next: for its next bpf(2)
 * @on_exec: for the process, once it has executed a program
 */
struct bpf_perm {
	struct bpf_token *active;
	struct bpf_token *next;
	struct bpf_token *on_exec;
};

static struct bpf_perm *get_perm(void)
{
	if (!current->bpf_perm)
		current->bpf_perm = kzalloc(sizeof(*current->bpf_perm),
					    GFP_KERNEL_ACCOUNT);
	return current->bpf_perm;
}

static void put_perm(struct task_struct *tsk)
{
	struct bpf_perm *perm = tsk->bpf_perm;

	if (!perm)
		return;
	tsk->bpf_perm = NULL;
	bpf_token_put(perm->active);
	bpf_token_put(perm->next);
	bpf_token_put(perm->on_exec);
	kfree(perm);
}

static bool allows(const struct bpf_token *token, int cmd)
{
	return cmd >= 0 && cmd < 64 && bpf_token_allow_cmd(token, cmd);
}

/* A task's own sighand stays where it is while the task runs */
static spinlock_t *own_siglock(void)
{
	return &rcu_dereference_protected(current->sighand, true)->siglock;
}

/* A process has a token once and for long: while it is no good, it has none */
static struct bpf_token *process_token(void)
{
	struct bpf_token *token;

	spin_lock_irq(own_siglock());
	token = current->signal->bpf_perm;
	if (token)
		bpf_token_inc(token);
	spin_unlock_irq(own_siglock());

	if (token && bpf_token_usable(token)) {
		bpf_token_put(token);
		token = NULL;
	}
	return token;
}

/* A thread asked for this one: the call fails if it is no good */
static struct bpf_token *next_token(int cmd)
{
	struct bpf_perm *perm = current->bpf_perm;
	struct bpf_token *token;
	int err;

	if (!perm || !perm->next)
		return NULL;
	token = perm->next;
	perm->next = NULL;
	err = cmd == BPF_LOAD_PERM_FD ? 0 : bpf_token_usable(token);
	if (!err)
		return token;
	bpf_token_put(token);
	return ERR_PTR(err);
}

int __bpf_perm_enter(int cmd)
{
	struct bpf_token *token = next_token(cmd);

	if (!token)
		token = process_token();
	if (IS_ERR_OR_NULL(token))
		return PTR_ERR_OR_ZERO(token);
	if (!allows(token, cmd)) {
		bpf_token_put(token);
		return 0;
	}
	if (!get_perm()) {
		bpf_token_put(token);
		return -ENOMEM;
	}
	atomic64_inc(&token->delegation.uses);
	current->bpf_perm->active = token;
	return 0;
}

void __bpf_perm_leave(void)
{
	struct bpf_token *token = current->bpf_perm->active;

	current->bpf_perm->active = NULL;
	bpf_token_put(token);
}

struct bpf_token *__bpf_perm_active(void)
{
	return current->bpf_perm->active;
}

/**
 * bpf_perm_nest - enter a command that a program gives in a bpf(2)
 * @cmd: the command
 *
 * It has the token of the system call around it, if that allows it, too.
 *
 * Return: what is to be handed to bpf_perm_unnest().
 */
struct bpf_token *bpf_perm_nest(int cmd)
{
	struct bpf_token *active = bpf_perm_active();

	if (active && !allows(active, cmd))
		current->bpf_perm->active = NULL;
	return active;
}

/**
 * bpf_perm_unnest - leave a command that a program gave
 * @active: what bpf_perm_nest() returned
 */
void bpf_perm_unnest(struct bpf_token *active)
{
	if (active)
		current->bpf_perm->active = active;
}

bool __bpf_perm_capable(int cap)
{
	struct bpf_token *token = bpf_perm_active();

	return token && !token->delegation.cgroup &&
	       bpf_token_confers(token, cap);
}

/**
 * bpf_perm_attach_capable - does the active token give one for attaching?
 * @prog_type: of the program that is being attached
 * @attach_type: to what
 * @cap: the capability
 *
 * If the token is confined to a cgroup, whoever attaches asks again once it
 * knows the cgroup.
 *
 * Context: Process context.
 * Return: true if so; otherwise nothing is logged.
 */
bool bpf_perm_attach_capable(enum bpf_prog_type prog_type,
			     enum bpf_attach_type attach_type, int cap)
{
	struct bpf_token *token = bpf_perm_active();

	return token &&
	       bpf_token_allow_prog_type(token, prog_type, attach_type) &&
	       bpf_token_confers(token, cap);
}

struct bpf_token *__bpf_perm_token(bool by_fd, u32 ufd)
{
	struct bpf_token *token;

	if (by_fd)
		return bpf_token_get_from_fd(ufd);
	token = bpf_perm_active();
	if (token)
		bpf_token_inc(token);
	return token;
}

/**
 * bpf_perm_load - load a token for the next bpf(2), or for after an exec
 * @attr: of BPF_LOAD_PERM_FD
 *
 * Context: Process context. Sleeps.
 * Return: 0; -EINVAL, -EBADF; -EPERM, -EKEYREVOKED; -ENOMEM.
 */
int bpf_perm_load(const union bpf_attr *attr)
{
	u32 flags = attr->load_perm.flags;
	struct bpf_token *token = NULL;
	struct bpf_perm *perm;

	if (flags & ~BPF_F_PERM_ON_EXEC)
		return -EINVAL;
	if (attr->load_perm.perm_fd != -1)
		token = bpf_token_get_from_fd(attr->load_perm.perm_fd);
	if (IS_ERR(token))
		return PTR_ERR(token);
	perm = get_perm();
	if (!perm) {
		bpf_token_put(token);
		return -ENOMEM;
	}
	swap(token, *(flags & BPF_F_PERM_ON_EXEC ? &perm->on_exec :
						   &perm->next));
	bpf_token_put(token);
	return 0;
}

/**
 * bpf_perm_set_process - give the process a token, or none
 * @token: the token, whose reference remains the caller's, or %NULL
 *
 * Whoever traces the process has what it has, so from now on it takes
 * CAP_SYS_PTRACE to begin.
 *
 * Context: Process context. Takes and releases siglock.
 */
void bpf_perm_set_process(struct bpf_token *token)
{
	struct bpf_token *old;

	if (token) {
		bpf_token_inc(token);
		set_dumpable(current->mm, suid_dumpable);
		/* As in commit_creds(): not dumpable before it has rights */
		smp_wmb();
	}
	spin_lock_irq(own_siglock());
	old = current->signal->bpf_perm;
	WRITE_ONCE(current->signal->bpf_perm, token);
	spin_unlock_irq(own_siglock());
	bpf_token_put(old);
}

/**
 * bpf_perm_exec - the process executes another program
 * @bprm: the program
 *
 * Nothing remains but what was meant for it, and that only if the program is
 * not more privileged than whoever executes it.  By now there is one thread.
 *
 * Context: Process context, past the point of no return.
 */
void bpf_perm_exec(const struct linux_binprm *bprm)
{
	struct bpf_perm *perm = current->bpf_perm;
	struct bpf_token *token = perm ? perm->on_exec : NULL;

	if (token && (bprm->secureexec || bpf_token_usable(token)))
		token = NULL;
	if (token || current->signal->bpf_perm)
		bpf_perm_set_process(token);
	put_perm(current);
}

/**
 * bpf_perm_process_caps - what does the token of a process confer?
 * @tsk: a thread of the process, whose task_struct the caller holds
 * @caps: set to the capabilities
 *
 * Context: Process context. Takes and releases siglock.
 * Return: true if the process has a token that confers some, is good for
 * something, and is where it counts: in the initial user namespace.
 */
bool bpf_perm_process_caps(struct task_struct *tsk, kernel_cap_t *caps)
{
	struct sighand_struct *sighand;
	struct bpf_token *token;
	unsigned long flags;
	bool counts;

	/* Most have none */
	if (!READ_ONCE(tsk->signal->bpf_perm))
		return false;
	sighand = lock_task_sighand(tsk, &flags);
	if (!sighand)
		return false;
	token = tsk->signal->bpf_perm;
	if (token)
		bpf_token_inc(token);
	spin_unlock_irqrestore(&sighand->siglock, flags);
	if (!token)
		return false;

	rcu_read_lock();
	counts = __task_cred(tsk)->user_ns == &init_user_ns;
	rcu_read_unlock();
	counts = counts && token->delegation.confers && !bpf_token_live(token);
	caps->val = token->delegation.caps;
	bpf_token_put(token);
	return counts;
}

void __bpf_perm_exit(struct task_struct *tsk, bool group_dead)
{
	struct bpf_token *token;

	put_perm(tsk);
	if (!group_dead)
		return;
	/* Whoever reads the process's status may be looking at it */
	spin_lock_irq(own_siglock());
	token = tsk->signal->bpf_perm;
	WRITE_ONCE(tsk->signal->bpf_perm, NULL);
	spin_unlock_irq(own_siglock());
	bpf_token_put(token);
}

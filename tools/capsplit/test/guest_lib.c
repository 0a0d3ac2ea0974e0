// SPDX-License-Identifier: GPL-2.0
/*
 * libcapsplit on kernels with tokens: each does what it says, for alice, who
 * has nothing.  On those without: one error, and nothing is done.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <capsplit.h>

#include "guest.h"

#define TOKEN		HOME "/pins/lib-token"
#define CAP(n)		(1ULL << (n))
#define NET_ADMIN	12
#define BPF		39
#define EVERYTHING(c)	((struct capsplit_grant){ ~0ULL, ~0ULL, ~0ULL, ~0ULL, c, 0, 0 })

/* A socket filter that does nothing: what it takes is CAP_BPF */
static const struct bpf_insn return_0[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static union bpf_attr filter(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (unsigned long)return_0;
	attr.insn_cnt = sizeof(return_0) / sizeof(return_0[0]);
	attr.license = (unsigned long)"GPL";
	return attr;
}

static int shut(int fd)
{
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

/* 0 or errno, as the next three */
int bpf_load(void)
{
	union bpf_attr attr = filter();
	int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	return shut(fd < 0 ? -errno : fd);
}

static int load_with(int token)
{
	union bpf_attr attr = filter();

	return shut(bpf_with_cap(BPF_PROG_LOAD, &attr, sizeof(attr), token));
}

static int next_id_with(int token)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return -bpf_with_cap(BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr), token);
}

static int derive(int token, uint64_t caps)
{
	struct capsplit_grant grant = EVERYTHING(caps);

	return shut(capsplit_token_derive(token, &grant, CAPSPLIT_IGNORE_UNKNOWN));
}

static int failed;		/* the first step that was not as said */

static void step(int n, int want, int have)
{
	if (have == want || failed)
		return;
	printf("# step %d: %d, not %d\n", n, have, want);
	fflush(stdout);
	failed = n;
}

static void alices(int (*test)(void), const char *what)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setgid(ALICE) || setuid(ALICE))
			_exit(100);
		_exit(test());
	}
	waitpid(pid, &status, 0);
	ok(!status, "%s", what);
	if (status)
		printf("# status %d\n", status);
}

static int for_one_call(void)
{
	int token = capsplit_token_get(TOKEN);

	step(1, EPERM, bpf_load());
	step(2, 0, load_with(token));
	step(3, EPERM, bpf_load());
	step(4, 0, -capsplit_load(token));
	step(5, 0, bpf_load());
	step(6, EPERM, bpf_load());
	step(7, 0, -capsplit_load(token));
	step(8, 0, -capsplit_load(-1));
	step(9, EPERM, bpf_load());
	step(10, EINVAL, load_with(open("/dev/null", O_RDWR | O_CLOEXEC)));
	step(11, EPERM, bpf_load());
	step(12, EBADF, load_with(1000));
	/* It carries cap_bpf, which sees nothing of others */
	step(13, ENOENT, next_id_with(token));
	return failed;
}

static int manage(void)
{
	struct capsplit_grant less = { .caps = CAP(BPF), .progs = 1 << BPF_PROG_TYPE_SOCKET_FILTER };
	struct capsplit_token_info info;
	int token = capsplit_token_get(TOKEN), child, pin;

	step(1, 0, -capsplit_token_query(token, &info));
	step(2, 1, info.caps == CAP(BPF) && !info.creator_uid && !info.depth &&
	     info.id && !info.parent_id && info.flags == CAPSPLIT_INFO_CONFERS);
	step(3, EPERM, derive(token, CAP(BPF) | CAP(NET_ADMIN)));
	less.cmds = 1 << BPF_PROG_LOAD | 1 << BPF_OBJ_PIN;
	less.attachs = 1;
	child = capsplit_token_derive(token, &less, 0);
	step(4, 1, child >= 0);
	step(5, 0, -capsplit_token_query(child, &info));
	step(6, 1, info.depth == 1 && info.parent_id && info.cmds == less.cmds &&
	     info.creator_uid == ALICE);
	step(7, 0, load_with(child));
	step(8, EPERM, derive(child, 0));
	step(9, 0, -capsplit_token_pin(child, HOME "/pins/lib-child"));
	step(10, EEXIST, -capsplit_token_pin(child, HOME "/pins/lib-child"));
	pin = capsplit_token_get(HOME "/pins/lib-child");
	step(11, 0, load_with(pin));
	/* By its ancestor, not by itself nor by alice */
	step(12, EPERM, -capsplit_token_revoke(child, child));
	step(13, EPERM, -capsplit_token_revoke(child, -1));
	step(14, 0, -capsplit_token_revoke(child, token));
	step(15, EKEYREVOKED, load_with(pin));
	step(16, EKEYREVOKED, -capsplit_token_get(HOME "/pins/lib-child"));
	step(17, 0, -capsplit_token_query(child, &info));
	step(18, 1, !!(info.flags & CAPSPLIT_INFO_REVOKED));
	step(19, EINVAL, -capsplit_token_create(&less, 1));
	step(20, EPERM, -capsplit_token_create(&less, 0));
	less.progs = 1ULL << 63;
	step(21, EINVAL, -capsplit_token_derive(token, &less, 0));
	return failed;
}

static int after_exec(void)
{
	step(1, 0, -capsplit_load_on_exec(capsplit_token_get(TOKEN)));
	step(2, EPERM, bpf_load());
	if (failed)
		return failed;
	execl(SELF, SELF, "load", "3", NULL);
	return 101;
}

struct early {
	pthread_barrier_t go, done;
	int before, with, after;
};

/* As a runtime's that has threads before it comes to main() */
static void *early_thread(void *arg)
{
	struct early *e = arg;

	e->before = bpf_load();
	pthread_barrier_wait(&e->done);
	pthread_barrier_wait(&e->go);
	e->with = bpf_load();
	pthread_barrier_wait(&e->done);
	pthread_barrier_wait(&e->go);
	e->after = bpf_load();
	return NULL;
}

static int whole_process(void)
{
	struct early e = { .before = -1 };
	pthread_t thread;
	int dev;

	pthread_barrier_init(&e.go, NULL, 2);
	pthread_barrier_init(&e.done, NULL, 2);
	if (pthread_create(&thread, NULL, early_thread, &e))
		return 102;
	pthread_barrier_wait(&e.done);
	dev = capsplit_open_dev("bpf-tracing");
	step(1, 0, -capsplit_get_perm(dev));
	step(2, 0, bpf_load());
	pthread_barrier_wait(&e.go);
	pthread_barrier_wait(&e.done);
	step(3, 0, -capsplit_put_perm(dev));
	pthread_barrier_wait(&e.go);
	pthread_join(thread, NULL);
	step(4, EPERM, e.before);
	step(5, 0, e.with);
	step(6, EPERM, e.after);
	step(7, EPERM, bpf_load());
	step(8, 0, load_with(dev));
	step(9, ENOTTY, -capsplit_get_perm(capsplit_token_get(TOKEN)));
	step(10, EACCES, -capsplit_open_dev("bpf"));
	return failed;
}

static int no_tokens_there(void)
{
	step(1, EINVAL, -capsplit_token_get(HOME "/pins/lib-map"));
	step(2, ENOENT, -capsplit_token_get(HOME "/pins/nothing"));
	step(3, EACCES, -capsplit_token_get("/run/roots/p"));
	return failed;
}

static int refuses_all(void)
{
	struct capsplit_grant grant = EVERYTHING(CAP(BPF));
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	step(1, EOPNOTSUPP, load_with(null));
	step(2, EOPNOTSUPP, -capsplit_load(-1));
	step(3, EOPNOTSUPP, -capsplit_load_on_exec(null));
	step(4, EOPNOTSUPP, -capsplit_get_perm(null));
	step(5, EOPNOTSUPP, -capsplit_open_dev("bpf"));
	step(6, EOPNOTSUPP, -capsplit_token_create(&grant, 0));
	step(7, EOPNOTSUPP, -capsplit_token_create(&grant, CAPSPLIT_IGNORE_UNKNOWN));
	step(8, EOPNOTSUPP, -capsplit_token_derive(null, &grant, 0));
	step(9, EOPNOTSUPP, -capsplit_token_revoke(null, -1));
	return failed;
}

static void make_token(void)
{
	struct capsplit_grant grant = EVERYTHING(CAP(BPF));
	int fd = capsplit_token_create(&grant, CAPSPLIT_IGNORE_UNKNOWN);

	ok(fd >= 0 && !capsplit_token_pin(fd, TOKEN) &&
	   !chown(TOKEN, ALICE, ALICE), "root makes a token and pins it for alice");
	shut(fd);
	alices(for_one_call, "alice uses it for one call at a time");
	alices(manage, "alice narrows it, pins the lesser one, and revokes that");
	alices(after_exec, "a program that she executes has it for all calls");
	ok(!chmod("/dev/bpf-tracing", 0666), "everybody may open a device");
	alices(whole_process, "its rights are those of threads that were there before");
	chmod("/dev/bpf-tracing", 0600);
	unlink(HOME "/pins/lib-child");
	unlink(TOKEN);
}

void guest_lib(void)
{
	sysctl("unprivileged_bpf_disabled", 2);
	sh("bpftool map create " HOME "/pins/lib-map type array key 4 value 4 entries 1 name m && chown alice " HOME "/pins/lib-map");
	exits(0, "there is a map that alice may open");
	alices(no_tokens_there, "what is pinned there and no token is not taken for one");
	unlink(HOME "/pins/lib-map");
	if (patched) {
		make_token();
		return;
	}
	ok(!refuses_all(), "the library does nothing here, for root");
	failed = 0;
	alices(refuses_all, "nor for alice");
}

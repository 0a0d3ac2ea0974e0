// SPDX-License-Identifier: GPL-2.0
/*
 * The operations of the selftests, tried in a child process.  Only those that
 * leave nothing behind and disturb nobody: no tracer, event, mode or name is
 * changed, no program attached, nothing read that somebody else then misses.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <linux/magic.h>

#include "grant.h"
#include "probe.h"
#include "ops.h"

static const char * const harmless[] = {
	"perf.self.", "perf.cpu.", "perf.cgroup", "perf.other.user",
	"perf.namespaces", "perf.text_poke", "perf.callchain.",
	"perf.phys_addr", "perf.breakpoint.user", "perf.kprobe", "perf.uprobe",
	"tracefs.list", "tracefs.stat", "tracefs.readme",
	"tracefs.available_events", "tracefs.events.id",
	"tracefs.events.format", "tracefs.osnoise.read", "tracefs.rv.read",
	"debugfs.list",
	"bpf.map.", "bpf.btf.load", "bpf.prog.", "bpf.verifier.",
	"bpf.helper.filter.jiffies", "bpf.helper.filter.read",
	"bpf.helper.xdp.read", "bpf.helper.kprobe.read",
	"bpf.helper.syscall.", "bpf.helper.kprobe.send_signal",
	"bpf.helper.kprobe.send_signal_thread",
	"bpf.helper.raw_tp.send_signal", "bpf.helper.iter.", "bpf.kfunc.",
	"bpf.next_id.btf", "bpf.enable_stats",
	"kallsyms.", "other.syslog", "other.sysctl", "other.kill",
};

/* Programs that name something of the kernel's */
static bool needs_btf(const char *id)
{
	static const char * const ids[] = {
		"bpf.prog.f", "bpf.prog.tp_btf", "bpf.prog.iter",
		"bpf.prog.lsm", "bpf.prog.struct_ops", "bpf.helper.iter.",
		"bpf.kfunc.",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		if (!strncmp(id, ids[i], strlen(ids[i])))
			return true;
	}
	return false;
}

static bool mounted(const char *path, long type)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == type;
}

/* Where the operation needs something that may not be there */
static bool possible(const char *id)
{
	if (!strncmp(id, "tracefs.", 8))
		return mounted("/sys/kernel/tracing", TRACEFS_MAGIC);
	if (!strcmp(id, "debugfs.list") ||
	    !strcmp(id, "kallsyms.kprobes_list"))
		return mounted("/sys/kernel/debug", DEBUGFS_MAGIC);
	if (needs_btf(id))
		return !access("/sys/kernel/btf/vmlinux", R_OK);
	if (!strcmp(id, "perf.cgroup"))
		return env.root_cgroup_fd >= 0 &&
		       mounted("/sys/fs/cgroup", CGROUP2_SUPER_MAGIC);
	if (!strcmp(id, "perf.kprobe"))
		return env.kprobe_type >= 0;
	if (!strcmp(id, "perf.uprobe"))
		return env.uprobe_type >= 0;
	if (!strcmp(id, "perf.other.user") || !strcmp(id, "other.kill"))
		return env.root_task > 0;
	return true;
}

static bool is_harmless(const char *id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(harmless); i++) {
		size_t n = strlen(harmless[i]);

		/* What ends in a dot stands for all below it */
		if (harmless[i][n - 1] == '.' ? !strncmp(id, harmless[i], n) :
						!strcmp(id, harmless[i]))
			return true;
	}
	return false;
}

static const struct op_impl *find_op(const char *id)
{
	static const struct op_group * const groups[] = {
		&ops_perf, &ops_tracefs, &ops_tracefs_dyn, &ops_bpf_map,
		&ops_bpf_prog, &ops_bpf_helper, &ops_bpf_attach, &ops_other,
	};
	size_t i;
	int k;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		for (k = 0; k < groups[i]->nr_ops; k++) {
			if (!strcmp(groups[i]->ops[k].id, id))
				return &groups[i]->ops[k];
		}
	}
	return NULL;
}

static int pmu_type(const char *name)
{
	char *path = format("/sys/bus/event_source/devices/%s/type", name);
	char text[16];
	int err = ct_read_file(path, text, sizeof(text));

	free(path);
	return err ? -1 : atoi(text);
}

/* What root prepares for the selftests, as far as it is there anyway */
static void fill_env(void)
{
	struct proc_caps init;

	env.root_cgroup_fd = open("/sys/fs/cgroup",
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	env.bpffs_fd = -1;
	env.kprobe_type = pmu_type("kprobe");
	env.uprobe_type = pmu_type("uprobe");
	if (!caps_of_process(1, &init) && !init.uid && init.init_userns)
		env.root_task = 1;
}

/* Exactly the subject's rights */
static int become_subject(const struct subject *s)
{
	int err;

	if (s->uid == geteuid())
		err = ct_capset(s->caps, s->caps, 0);
	else
		err = ct_become(s->uid, s->caps);
	if (!err && !s->init_userns)
		err = ct_enter_userns();
	return err;
}

static void try_all(int to, int nr)
{
	int i, result;

	for (i = 0; i < nr; i++) {
		const struct policy_op *op = policy_op(i);
		const struct op_impl *impl = find_op(op->id);

		result = PROBE_NOT_TRIED;
		if (impl && is_harmless(op->id) && possible(op->id)) {
			result = impl->attempt(impl->arg);
			/* No such thing here says nothing about rights */
			if (result == ENOENT || result == ESRCH ||
			    result == ENOSYS || result == EAGAIN)
				result = PROBE_NOT_TRIED;
		}
		if (write(to, &result, sizeof(result)) != sizeof(result))
			_exit(1);
	}
}

void probe_all(const struct subject *s, int result[], int nr)
{
	int ends[2], i, err, status;
	pid_t child;

	for (i = 0; i < nr; i++)
		result[i] = PROBE_NOT_TRIED;
	fill_env();
	if (pipe2(ends, O_CLOEXEC))
		die(REFUSED, "cannot start a process: %s", strerror(errno));
	child = fork();
	if (child < 0)
		die(REFUSED, "cannot start a process: %s", strerror(errno));
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		err = become_subject(s);
		if (write(ends[1], &err, sizeof(err)) == sizeof(err) && !err)
			try_all(ends[1], nr);
		_exit(0);
	}
	close(ends[1]);
	if (read(ends[0], &err, sizeof(err)) != sizeof(err))
		err = EIO;
	if (err)
		die(REFUSED, "cannot try as %s: %s; to take on the rights of others takes root",
		    s->what, strerror(err));
	for (i = 0; i < nr; i++) {
		if (read(ends[0], &result[i], sizeof(*result)) !=
		    sizeof(*result)) {
			result[i] = PROBE_NOT_TRIED;
			warn("the process that tried ended at %s: the rest is not tried",
			     policy_op(i)->id);
			break;
		}
	}
	close(ends[0]);
	waitpid(child, &status, 0);
}

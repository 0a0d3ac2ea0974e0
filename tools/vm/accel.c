// SPDX-License-Identifier: GPL-2.0
/*
 * TCG unless asked for KVM, and KVM only if a guest really starts under it:
 * /dev/kvm can be there and still hang whatever uses it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define PROBE_SECONDS	5

/* Without an initrd the kernel panics and resets: then QEMU ends */
static bool probe(const struct run *r)
{
	pid_t pid, parent = getpid();
	int st, i;

	if (access("/dev/kvm", R_OK | W_OK))
		return false;
	pid = fork();
	if (pid < 0)
		return false;
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M",
		       "microvm,acpi=off", "-accel", "kvm", "-cpu", "host",
		       "-m", "256", "-nodefaults", "-no-user-config",
		       "-display", "none", "-no-reboot", "-kernel", r->kernel,
		       "-append", "panic=-1 reboot=t", (char *)NULL);
		_exit(1);
	}
	for (i = 0; i < PROBE_SECONDS * 20; i++) {
		if (waitpid(pid, &st, WNOHANG) == pid)
			return WIFEXITED(st) && !WEXITSTATUS(st);
		usleep(50000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &st, 0);
	return false;
}

const char *accel_choose(const struct options *o, const struct run *r)
{
	if (strcmp(o->accel, "kvm") || o->icount)
		return "tcg";
	if (probe(r))
		return "kvm";
	fputs("vm: no guest starts under KVM here; using TCG\n", stderr);
	return "tcg";
}

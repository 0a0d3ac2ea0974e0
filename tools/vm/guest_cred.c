// SPDX-License-Identifier: GPL-2.0
/* The user and the capabilities the command runs with. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

static int last_cap(void)
{
	FILE *f = fopen("/proc/sys/kernel/cap_last_cap", "r");
	int last = -1;

	if (f) {
		if (fscanf(f, "%d", &last) != 1)
			last = -1;
		fclose(f);
	}
	if (last < 0 || last > 63)
		die("the guest does not say which capability is its last");
	return last;
}

/*
 * A capability this kernel does not know cannot be held.  The demo runs one
 * command on both kernels, so that is a notice unless the caller is strict.
 */
void cred_prepare(struct job *job)
{
	uint64_t known, unknown;
	int last, cap;
	char text[160];

	if (!job->has_caps)
		return;
	last = last_cap();
	known = last == 63 ? ~0ULL : (1ULL << (last + 1)) - 1;
	unknown = job->caps & ~known;
	for (cap = 0; cap < 64; cap++) {
		if (!(unknown & (1ULL << cap)))
			continue;
		if (job->strict_caps)
			die("this kernel has no capability %d (its last is %d)",
			    cap, last);
		snprintf(text, sizeof(text),
			 "vm: this kernel has no capability %d (its last is %d); running without it\n",
			 cap, last);
		port_send(FRAME_ERR, text, strlen(text));
	}
	job->caps &= known;
}

static int set_caps(uint64_t caps)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	int i;

	for (i = 0; i < 2; i++) {
		data[i].effective = caps >> (32 * i);
		data[i].permitted = data[i].effective;
		data[i].inheritable = data[i].effective;
	}
	if (syscall(SYS_capset, &hdr, data))
		return -1;
	for (i = 0; i < 64; i++)
		if (caps & (1ULL << i) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			return -1;
	return 0;
}

/* In the child, just before exec */
int cred_drop(const struct job *job)
{
	/* Root would get everything back at exec: take root's privilege away */
	if (job->has_caps && (!job->has_uid || !job->uid) &&
	    prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED))
		return -1;
	if (job->has_caps && prctl(PR_SET_KEEPCAPS, 1))
		return -1;
	if (job->has_uid && (setgroups(0, NULL) ||
			     setresgid(job->uid, job->uid, job->uid) ||
			     setresuid(job->uid, job->uid, job->uid)))
		return -1;
	return job->has_caps ? set_caps(job->caps) : 0;
}

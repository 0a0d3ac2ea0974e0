// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's init: sets the machine up as the job says, runs one command,
 * reports over a virtio port, and resets.  The seal goes out last, so its
 * presence proves that everything before it is complete.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "frame.h"
#include "guest.h"

static struct job job;

void power_off(void)
{
	sync();
	/* The runner starts QEMU with -no-reboot: a reset ends it */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

int main(void)
{
	char text[16];
	int status;

	mounts_early();
	if (getpid() != 1) {
		fputs("vm-init: this is the guest's process 1, nothing else\n",
		      stderr);
		return 1;
	}
	port_open();
	job_read(&job);
	mounts_late(&job);
	cred_prepare(&job);
	if (job.systemd)
		systemd_start();
	report_begin(&job);

	port_send(FRAME_READY, "", 0);
	status = job.shell ? shell_run(&job) : command_run(&job);
	snprintf(text, sizeof(text), "%d", status);
	port_send(FRAME_STATUS, text, strlen(text));

	if (job.systemd)
		systemd_freeze();
	report_files(&job);
	/* Whatever still runs must not add to the log behind the scan */
	kill(-1, SIGKILL);
	report_kernel(&job);
	port_send(FRAME_SEAL, job.nonce, strlen(job.nonce));
	port_wait_bye();
	power_off();
}

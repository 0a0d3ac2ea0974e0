/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_FRAME_H
#define VM_FRAME_H

#include <stdint.h>

/*
 * What the guest's init and the runner say to each other.
 *
 * One virtio port carries everything, so that stdout, stderr and the reports
 * keep the order in which the guest produced them.  Guest to host: frames, a
 * type byte, a little-endian 32-bit length, the payload.  Host to guest: one
 * byte, FRAME_BYE, once the seal is in: only then may the guest reset, as a
 * reset drops what the host has not yet read.
 */
#define FRAME_PORT	"capsplit.run"
#define FRAME_HEAD	5
#define FRAME_MAX	(64 * 1024)

enum frame_type {
	FRAME_READY	= 'R',	/* the command is about to start */
	FRAME_OUT	= 'O',	/* the command's stdout */
	FRAME_ERR	= 'E',	/* its stderr */
	FRAME_STATUS	= 'X',	/* its exit status, decimal */
	FRAME_KMSG	= 'K',	/* kernel log, /dev/kmsg records */
	FRAME_LEAK	= 'L',	/* kmemleak's report */
	FRAME_FILE	= 'F',	/* index byte, then a piece of a saved file */
	FRAME_FILE_END	= 'f',	/* index byte, then empty or why it failed */
	FRAME_TROUBLE	= 'T',	/* the harness failed: one sentence */
	FRAME_SEAL	= 'Z',	/* the nonce: everything above is complete */
};

#define FRAME_BYE	'B'

/*
 * The job is a file of NUL-terminated "key=value" records in an archive of
 * its own that the runner appends to the initrd.
 */
#define JOB_DIR		"/run-vm"
#define JOB_FILE	JOB_DIR "/job"
#define JOB_ADD		JOB_DIR "/add"
#define GUEST_BIN	"/run/vm/bin"

#endif

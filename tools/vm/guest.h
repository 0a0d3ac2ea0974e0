/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_GUEST_H
#define VM_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOB_LIST_MAX	4096

/* What the runner asked for */
struct job {
	const char *nonce;
	bool debian;		/* the root is /dev/vda, not the initramfs */
	bool verdict;		/* send the kernel log and scan for leaks */
	bool shell;		/* a person at hvc0 */
	bool systemd;		/* process 1 is the image's systemd */
	bool strict_caps;
	bool has_caps;
	uint64_t caps;
	bool has_uid;
	unsigned int uid;
	unsigned int rows, cols;
	char *argv[JOB_LIST_MAX];
	char *env[JOB_LIST_MAX];
	char *save[JOB_LIST_MAX];
	size_t argc, envc, savec;
};

/* guest_job.c */
void job_read(struct job *job);

/* guest_mounts.c */
void mounts_early(void);
void mounts_late(const struct job *job);

/* guest_port.c */
void port_open(void);
void port_send(char type, const void *data, size_t len);
void port_wait_bye(void);
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* guest_cred.c */
void cred_prepare(struct job *job);
int cred_drop(const struct job *job);

/* guest_command.c */
int command_run(const struct job *job);

/* guest_systemd.c */
void systemd_start(void);
void systemd_freeze(void);

/* guest_shell.c */
int shell_run(const struct job *job);

/* guest_report.c */
void report_begin(const struct job *job);
void report_files(const struct job *job);
void report_kernel(const struct job *job);

/* init.c */
void power_off(void) __attribute__((noreturn));

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KBUILD_H
#define KBUILD_H

/* kconfig.c */
int kconfig_check(const char *config, const char *const *fragments, int nr);

/* progress.c */
int progress_run(char *const argv[], const char *label, const char *log,
		 long expected, long *built);

#endif /* KBUILD_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VM_CPIO_H
#define VM_CPIO_H

#include <stddef.h>
#include <stdio.h>

/*
 * "newc" archives as the kernel unpacks them: written without root's help,
 * with fixed times and owners, so that equal inputs give equal bytes.
 * Each call returns 0, or -1 with errno.
 */
struct cpio {
	FILE *f;
	unsigned int ino;
	unsigned long pos;
};

int cpio_dir(struct cpio *c, const char *name, unsigned int mode);
int cpio_data(struct cpio *c, const char *name, unsigned int mode,
	      const void *data, size_t len);
int cpio_link(struct cpio *c, const char *name, const char *to);
int cpio_chardev(struct cpio *c, const char *name, unsigned int mode,
		 unsigned int major, unsigned int minor);
int cpio_file(struct cpio *c, const char *name, const char *from);
int cpio_end(struct cpio *c);
/* Another archive's bytes, as they are */
int cpio_append(struct cpio *c, const char *from);

#endif

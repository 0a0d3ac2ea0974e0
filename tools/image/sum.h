/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_IMAGE_SUM_H
#define CAPSPLIT_IMAGE_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FNV-1a: tells one version of something from another, no more */
#define SUM_BEGIN	0xcbf29ce484222325ULL

uint64_t sum_add(uint64_t sum, const void *data, size_t size);
/* False, with errno, if the file cannot be read to its end */
bool sum_add_file(uint64_t *sum, const char *path);

#endif

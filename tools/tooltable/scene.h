/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_TOOLTABLE_SCENE_H
#define CAPSPLIT_TOOLTABLE_SCENE_H

#include <stdbool.h>

/* What root does for the tools to see: bit N of DEEDS is deed number N. */
int deed_number(const char *name);	/* -1: unknown */
bool scene_set(void);
void scene_act(unsigned int deeds);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_REPORT_BROWSER_H
#define CAPSPLIT_REPORT_BROWSER_H

#include <stdbool.h>

/* Start a headless Chromium that shows the file; what is wrong, or NULL. */
const char *browser_open(const char *file);
void browser_close(void);

/* Lay the page out for that many pixels, and in the dark colours or not. */
bool browser_looks(int width, int height, bool dark);

/*
 * What a JavaScript expression gives, as text; "" if there is no answer.
 * Good until the next call.
 */
const char *browser_ask(const char *expression);

/* Write what is to be seen to a file, as PNG. */
bool browser_picture(const char *file);

#endif

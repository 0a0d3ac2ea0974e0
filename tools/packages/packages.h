/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CAPSPLIT_PACKAGES_H
#define CAPSPLIT_PACKAGES_H

#include "check.h"

#define ALICE	1000
#define BOB	1001

/* In the guest: what `make deb' built, Debian's packages, and an older one */
#define OURS	"/srv/capsplit"
#define DEBIANS	"/srv/debian"
#define OLD	"/srv/old"

/* A shell's command line, printf-like; the status is in res */
int sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A test, if it does not work */
void must(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* system.c: the image as Debian has it, and what changes in it */
void stock_debian(void);
/* A list of the system's files, and of what configures logins, in @file */
void remember(const char *file);
/* A test: nothing is there now that is not in @file, and nothing is missing */
void as_in(const char *file, const char *what);
/* dpkg has nothing to complain about, packages named in @packages included */
void dpkg_is_quiet(const char *packages);
/* The version of a package is from Debian, or ours */
void version_is(const char *package, bool ours);
void names_are(bool known);

/*
 * page.c: runs the commands of a section of install.rst up to "reboot", or those
 * behind it, a test each, and returns their number
 */
#define PAGE	"/srv/install.rst"
int follow(const char *section, bool after_reboot);
/* A user's command as that user, who logs in with a password */
void logged_in(const char *user, const char *command);

/* The parts */
void lifecycle(void);
void install(void);
void booted(void);

#endif

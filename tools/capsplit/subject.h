/* SPDX-License-Identifier: GPL-2.0 */
/* Whose rights are asked about. */
#ifndef CAPSPLIT_SUBJECT_H
#define CAPSPLIT_SUBJECT_H

#include "capsplit.h"

struct subject {
	char *what;		/* "process 1 (init)", safe to print */
	uid_t uid;
	uint64_t caps;		/* permitted */
	bool init_userns;
	char *notes[4];		/* what the reader should know besides */
	size_t nr_notes;
};

void subject_self(struct subject *s);
void subject_pid(struct subject *s, pid_t pid);
void subject_file(struct subject *s, const char *path);
void subject_user(struct subject *s, const char *name);
void subject_caps(struct subject *s, uint64_t caps);
void subject_note(struct subject *s, char *note);
void subject_release(struct subject *s);
struct json_object *subject_json(const struct subject *s);

#endif

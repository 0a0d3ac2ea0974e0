// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities by name and number, of files and of processes.  libcap knows
 * the names, but Debian's does not know cap_tracing.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "capsplit.h"

/* /proc/PID/ns/user of the initial user namespace */
#define INIT_USERNS	0xeffffffdUL

const char *caps_name(int cap)
{
	static char names[64][24];
	char *name;

	if (cap < 0 || cap > 63)
		return "cap_?";
	if (*names[cap])
		return names[cap];
	if (cap == NR_TRACING)
		return strcpy(names[cap], "cap_tracing");
	name = cap_to_name(cap);
	if (name && !strncmp(name, "cap_", 4) && strlen(name) < sizeof(*names))
		strcpy(names[cap], name);
	else
		snprintf(names[cap], sizeof(*names), "cap_%d", cap);
	cap_free(name);
	return names[cap];
}

static bool one_name(const char *word, uint64_t *caps)
{
	const char *rest = strncasecmp(word, "cap_", 4) ? word : word + 4;
	char *full, *end;
	cap_value_t value;
	long n;
	bool ok;

	/* "41", "0x29", and "cap_41" as setpriv has it */
	if (isdigit((unsigned char)*rest)) {
		n = strtol(rest, &end, 0);
		if (*end || n > 63)
			return false;
		*caps |= CAP_BIT(n);
		return true;
	}
	if (!strcasecmp(rest, "tracing")) {
		*caps |= CAP_BIT(NR_TRACING);
		return true;
	}
	full = format("cap_%s", rest);
	/* libcap stops reading at what cannot be in a name */
	ok = *rest && !rest[strspn(rest, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ")] &&
	     !cap_from_name(full, &value);
	free(full);
	if (ok)
		*caps |= CAP_BIT(value);
	return ok;
}

bool caps_parse(const char *list, uint64_t *caps, char **bad)
{
	char *copy, *at, *word;
	bool ok = true;

	*caps = 0;
	if (!strcmp(list, "none"))
		return true;
	if (!strcmp(list, "all")) {
		*caps = caps_known();
		return true;
	}
	copy = at = must(strdup(list));
	while (ok && (word = strsep(&at, ","))) {
		ok = one_name(word, caps);
		if (!ok && bad)
			*bad = out_safe(word);
	}
	free(copy);
	return ok;
}

uint64_t caps_argument(const char *option, const char *list)
{
	char *bad;
	uint64_t caps;

	if (!caps_parse(list, &caps, &bad))
		die_usage("%s: '%s' is no capability's name or number; write for example cap_bpf,cap_tracing or 39,41",
			  option, bad);
	return caps;
}

char *caps_text(uint64_t caps)
{
	char *text = NULL;
	size_t size;
	FILE *f = must(open_memstream(&text, &size));
	bool first = true;
	int cap;

	for (cap = 0; cap < 64; cap++) {
		if (!(caps & CAP_BIT(cap)))
			continue;
		fprintf(f, "%s%s", first ? "" : ",", caps_name(cap));
		first = false;
	}
	if (first)
		fputs("none", f);
	fclose(f);
	return must(text);
}

uint64_t caps_known(void)
{
	uint64_t known = 0;
	int cap;

	for (cap = 0; cap < 64; cap++) {
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0)
			known |= CAP_BIT(cap);
	}
	return known;
}

static uint64_t flag_of(cap_t caps, cap_flag_t flag)
{
	cap_flag_value_t on;
	uint64_t set = 0;
	int cap;

	for (cap = 0; cap < 64; cap++) {
		if (!cap_get_flag(caps, cap, flag, &on) && on == CAP_SET)
			set |= CAP_BIT(cap);
	}
	return set;
}

int caps_of_file(int fd, const char *path, struct file_caps *f)
{
	cap_t caps = fd >= 0 ? cap_get_fd(fd) : cap_get_file(path);

	memset(f, 0, sizeof(*f));
	if (!caps) {
		if (errno == ENODATA || errno == ENOTSUP)
			return 0;
		return errno ? errno : EINVAL;
	}
	f->present = true;
	f->permitted = flag_of(caps, CAP_PERMITTED);
	f->inheritable = flag_of(caps, CAP_INHERITABLE);
	f->effective = flag_of(caps, CAP_EFFECTIVE) != 0;
	f->rootless = cap_get_nsowner(caps) > 0;
	cap_free(caps);
	return 0;
}

static void take_line(struct proc_caps *p, const char *line)
{
	unsigned long long v;
	unsigned int id, eid;

	if (sscanf(line, "CapPrm: %llx", &v) == 1)
		p->permitted = v;
	else if (sscanf(line, "CapEff: %llx", &v) == 1)
		p->effective = v;
	else if (sscanf(line, "CapInh: %llx", &v) == 1)
		p->inheritable = v;
	else if (sscanf(line, "CapBnd: %llx", &v) == 1)
		p->bounding = v;
	else if (sscanf(line, "CapAmb: %llx", &v) == 1)
		p->ambient = v;
	else if (sscanf(line, "CapTok: %llx", &v) == 1)
		p->token = v;
	else if (sscanf(line, "Uid: %u %u", &id, &eid) == 2)
		p->uid = id, p->euid = eid;
	else if (sscanf(line, "NoNewPrivs: %llu", &v) == 1)
		p->no_new_privs = v;
	else if (!strncmp(line, "Name:\t", 6))
		snprintf(p->name, sizeof(p->name), "%.*s",
			 (int)strcspn(line + 6, "\n"), line + 6);
}

int caps_of_process(pid_t pid, struct proc_caps *p)
{
	char path[64], line[512];
	struct stat st;
	FILE *f;
	bool any = false;

	memset(p, 0, sizeof(*p));
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	if (!f)
		return errno == ENOENT ? ESRCH : errno;
	while (fgets(line, sizeof(line), f)) {
		any |= !strncmp(line, "CapPrm:", 7);
		take_line(p, line);
	}
	fclose(f);
	if (!any)
		return ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	p->userns_known = !stat(path, &st);
	p->init_userns = !p->userns_known || st.st_ino == INIT_USERNS;
	return 0;
}

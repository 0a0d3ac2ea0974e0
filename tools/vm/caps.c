// SPDX-License-Identifier: GPL-2.0
/* Capability lists: names with or without "cap_", numbers, "all". */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run.h"

/* In the order of their numbers; the host's headers may know fewer */
static const char *const names[] = {
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid",
	"kill", "setgid", "setuid", "setpcap", "linux_immutable",
	"net_bind_service", "net_broadcast", "net_admin", "net_raw",
	"ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
	"sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
	"sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
	"audit_write", "audit_control", "setfcap", "mac_override",
	"mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
	"perfmon", "bpf", "checkpoint_restore", "tracing",
};

static int cap_number(const char *word)
{
	size_t i;
	char *end;
	long n;

	if (isdigit((unsigned char)*word)) {
		n = strtol(word, &end, 10);
		return !*end && n < 64 ? n : -1;
	}
	if (!strncasecmp(word, "cap_", 4))
		word += 4;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(word, names[i]))
			return i;
	return -1;
}

bool caps_parse(const char *list, uint64_t *caps, char *bad, size_t size)
{
	const char *p = list;

	*caps = 0;
	while (*p) {
		size_t len = strcspn(p, ",");
		int n;

		snprintf(bad, size, "%.*s", (int)len, p);
		if (!strcasecmp(bad, "all")) {
			*caps |= (1ULL << (sizeof(names) / sizeof(names[0]))) - 1;
		} else if (len) {
			n = cap_number(bad);
			if (n < 0)
				return false;
			*caps |= 1ULL << n;
		}
		p += len + (p[len] == ',');
	}
	return true;
}

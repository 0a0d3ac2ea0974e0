// SPDX-License-Identifier: GPL-2.0
/* Which of the fences that units put up stand in the way of tracing? */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "services.h"

/* What a fence stops, of what the probe tries */
static const struct {
	const char *setting, *stops;
} fence[] = {
	{ "NoNewPrivileges=yes", "" },
	{ "ProtectSystem=strict", "" },
	{ "ProtectHome=yes", "" },
	{ "PrivateTmp=yes", "" },
	{ "PrivateDevices=yes", "" },
	{ "PrivateNetwork=yes", "" },
	{ "ProtectClock=yes", "" },
	{ "ProtectControlGroups=yes", "" },
	{ "ProtectHostname=yes", "" },
	{ "ProtectKernelLogs=yes", "" },
	{ "ProtectKernelModules=yes", "" },
	{ "ProtectProc=invisible", "" },
	{ "RestrictNamespaces=yes", "" },
	{ "RestrictRealtime=yes", "" },
	{ "RestrictSUIDSGID=yes", "" },
	{ "LockPersonality=yes", "" },
	{ "MemoryDenyWriteExecute=yes", "" },
	{ "SystemCallFilter=@system-service bpf perf_event_open", "" },
	{ "SystemCallFilter=@system-service", "load-bpf perf-all" },
	{ "ProtectKernelTunables=yes", "write-tracefs symbols" },
	{ "ProcSubset=pid", "symbols" },
	{ "PrivateUsers=yes",
	  "open-tracefs write-tracefs load-bpf perf-all symbols" },
};

#define FENCES (sizeof(fence) / sizeof(fence[0]))

static const char *const sights[] = {
	"open-tracefs", "write-tracefs", "load-bpf", "perf-all", "symbols",
};

static char *name_of(size_t i)
{
	return path_of("capsplit-fence%zu", i);
}

static void write_all(void)
{
	size_t i;

	for (i = 0; i < FENCES; i++) {
		char *lines = path_of("User=alice\nAmbientCapabilities=CAP_BPF 41\n"
				      "CapabilityBoundingSet=CAP_BPF 41\n"
				      "SystemCallErrorNumber=EPERM\n%s\n",
				      fence[i].setting);
		char *name = name_of(i);

		unit_write(name, lines, probe_command);
		free(name);
		free(lines);
	}
}

void fences(void)
{
	size_t i, k;
	bool good;

	version = "fences";
	write_all();
	/* One reload for all of them: it takes longer than a unit does */
	run("systemctl", "daemon-reload", NULL);
	run("sh", "-c", "cd " UNIT_DIR " && systemctl start capsplit-fence*",
	    NULL);
	exits(0, "a unit with each of them runs");
	for (i = 0; i < FENCES; i++) {
		char *name = name_of(i);

		res.out[0] = '\0';
		unit_output(name);
		free(name);
		good = status_line("CapEff", MASK_TEXT) &&
		       status_line("CapInh", MASK_TEXT);
		for (k = 0; k < sizeof(sights) / sizeof(sights[0]); k++)
			good &= may(sights[k]) ==
				!strstr(fence[i].stops, sights[k]);
		ok(good, "%s %s%s", fence[i].setting,
		   *fence[i].stops ? "stops " : "lets tracing be",
		   fence[i].stops);
		note("it said", res.out);
	}
}

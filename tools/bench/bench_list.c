// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to list the ids in a BPF namespace that holds ten maps, on a
 * machine that has so many more.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common.h"
#include "guest.h"

#ifndef CLONE_NEWBPF
#define CLONE_NEWBPF	0x40
#endif

#define OWN	10
#define ROUNDS	25

static void make_maps(unsigned long nr)
{
	while (nr--) {
		int fd = ct_map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);

		if (fd < 0)
			fail("cannot make a map: %s", strerror(-fd));
	}
}

static unsigned int list(void)
{
	unsigned int nr = 0;
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	while (!(err = ct_bpf(BPF_MAP_GET_NEXT_ID, &attr, sizeof(attr)))) {
		attr.start_id = attr.next_id;
		nr++;
	}
	if (err != -ENOENT)
		fail("cannot list: %s", strerror(-err));
	return nr;
}

int main(int argc, char **argv)
{
	unsigned long others = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct rlimit files = { others + 64, others + 64 };
	struct counts counts = {};

	need_icount();
	if (setrlimit(RLIMIT_NOFILE, &files))
		fail("cannot have so many descriptors: %m");
	make_maps(others);
	if (unshare(CLONE_NEWBPF))
		fail("cannot make a BPF namespace: %m");
	make_maps(OWN);
	for (int i = 0; i < ROUNDS; i++) {
		count_t start = now(), end;
		unsigned int nr = list();

		end = now();
		if (nr != OWN)
			fail("%u maps are listed, not %u", nr, OWN);
		if (i > 4)
			counts_add(&counts, end - start);
	}
	counts_say(&counts, "list");
	return 0;
}

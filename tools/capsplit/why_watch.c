// SPDX-License-Identifier: GPL-2.0
/* Loading the BPF side, and taking what it has seen. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../bpf/complaint.h"
#include "why.h"

/* Built beside this program and carried in it: nothing is compiled later */
__asm__(".pushsection .rodata\n"
	".balign 16\n"
	".global why_object\n"
	"why_object:\n"
	".incbin \"" WHY_BPF_OBJECT "\"\n"
	".global why_object_end\n"
	"why_object_end:\n"
	".popsection\n");
extern const char why_object[], why_object_end[];

#define MAX_LINKS	16

struct why_watch {
	struct bpf_object *object;
	struct bpf_link *link[MAX_LINKS];
	size_t nr_links;
	struct ring_buffer *events;
	struct why *to;
};

static void check_rights(void)
{
	uint64_t a = CAP_BIT(NR_SYS_ADMIN), b = CAP_BIT(NR_BPF);
	uint64_t p = CAP_BIT(NR_PERFMON), t = CAP_BIT(NR_TRACING);
	bool knows = caps_known() & t;
	struct proc_caps self;
	int err = caps_of_process(getpid(), &self);

	if (err)
		die(UNSUPPORTED, "cannot read /proc/self/status: %s; /proc must be mounted",
		    strerror(err));
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		die(UNSUPPORTED, "cannot read /sys/kernel/btf/vmlinux: %s; the kernel must be built with CONFIG_DEBUG_INFO_BTF, and /sys be mounted",
		    strerror(errno));
	if (self.effective & a ||
	    (self.effective & b && self.effective & (p | (knows ? t : 0))))
		return;
	if (knows)
		die(REFUSED, "to watch takes cap_bpf and cap_tracing: run 'setcap cap_bpf,41+ep' on the file of capsplit, or run it as root with --user");
	die(REFUSED, "to watch takes cap_bpf and cap_perfmon on this kernel: run it as root with --user");
}

static int map_fd(const struct why_watch *w, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(w->object, name);

	if (fd < 0)
		die(UNSUPPORTED, "the BPF object lacks the map %s", name);
	return fd;
}

static bool is_kprobe(const struct bpf_program *p)
{
	return strstr(bpf_program__section_name(p), "probe/");
}

static void release(struct why_watch *w)
{
	while (w->nr_links)
		bpf_link__destroy(w->link[--w->nr_links]);
	bpf_object__close(w->object);
	w->object = NULL;
}

/* Checks are seen at the end of the function, or by a pair of kprobes */
static int load(struct why_watch *w, bool kprobes)
{
	struct bpf_program *p;
	int err;

	w->object = bpf_object__open_mem(why_object,
					 why_object_end - why_object, NULL);
	if (!w->object)
		return -errno;
	bpf_object__for_each_program(p, w->object) {
		const char *section = bpf_program__section_name(p);

		if (is_kprobe(p) || !strncmp(section, "fexit/", 6))
			bpf_program__set_autoload(p, is_kprobe(p) == kprobes);
	}
	err = bpf_object__load(w->object);
	return err;
}

static int attach(struct why_watch *w)
{
	struct bpf_program *p;

	bpf_object__for_each_program(p, w->object) {
		struct bpf_link *link;

		if (!bpf_program__autoload(p))
			continue;
		link = bpf_program__attach(p);
		if (!link)
			return -errno;
		w->link[w->nr_links++] = link;
	}
	return 0;
}

/* Before anything is attached: from then on the maps are read */
static void fill_maps(struct why_watch *w, uint64_t cookie)
{
	int fd = map_fd(w, "calls");
	__u32 nr, zero = 0;

	for (nr = 0; nr < 512; nr++) {
		__u32 what = why_object_of(nr);

		if (what && bpf_map_update_elem(fd, &nr, &what, BPF_ANY))
			die(REFUSED, "cannot write a BPF map: %s",
			    strerror(errno));
	}
	if (bpf_map_update_elem(map_fd(w, "cookie"), &zero, &cookie, BPF_ANY))
		die(REFUSED, "cannot write a BPF map: %s", strerror(errno));
}

static int on_event(void *ctx, void *data, size_t size)
{
	struct why_watch *w = ctx;
	struct why *to = w->to;

	if (size < sizeof(struct why_event))
		return 0;
	if (to->nr == to->room) {
		to->room = to->room ? 2 * to->room : 64;
		to->refusal = must(realloc(to->refusal,
					   to->room * sizeof(*to->refusal)));
	}
	memset(&to->refusal[to->nr], 0, sizeof(*to->refusal));
	memcpy(&to->refusal[to->nr++].e, data, sizeof(struct why_event));
	return 0;
}

struct why_watch *why_watch_begin(uint64_t cookie)
{
	struct why_watch *w = must(calloc(1, sizeof(*w)));
	int way, err = -ENOENT;

	check_rights();
	complaint_keep();
	for (way = 0; way < 2 && err; way++) {
		err = load(w, way);
		if (!err) {
			fill_maps(w, cookie);
			err = attach(w);
		}
		if (err)
			release(w);
	}
	if (err == -EPERM || err == -EACCES)
		die(REFUSED, "cannot load the BPF programs that watch: %s; lockdown, a security module or a container may forbid it%s",
		    strerror(-err), complaint());
	if (err)
		die(UNSUPPORTED, "cannot load the BPF programs that watch: %s%s",
		    strerror(-err), complaint());
	w->events = ring_buffer__new(map_fd(w, "events"), on_event, w, NULL);
	if (!w->events)
		die(REFUSED, "cannot map the ring buffer: %s",
		    strerror(errno));
	return w;
}

int why_watch_fd(const struct why_watch *w)
{
	return ring_buffer__epoll_fd(w->events);
}

void why_watch_take(struct why_watch *w, struct why *to)
{
	w->to = to;
	ring_buffer__consume(w->events);
}

static void take_uses(struct why_watch *w, struct why *to)
{
	struct why_use key, *last = NULL;
	int fd = map_fd(w, "uses");
	__u64 times;

	while (!bpf_map_get_next_key(fd, last, &key)) {
		struct why_used *u = &to->used[key.cap & 63];
		const char *call = why_call(key.nr);
		char *longer;
		/* Every mapping asks, without need, whether it may overcommit */
		bool passing = key.quiet && key.cap == NR_SYS_ADMIN &&
			(!strcmp(call, "brk") || strstr(call, "map") ||
			 !strcmp(call, "mprotect") || strstr(call, "clone") ||
			 strstr(call, "exec") || strstr(call, "fork"));

		last = &key;
		if (!key.granted || bpf_map_lookup_elem(fd, &key, &times))
			continue;
		u->in_passing = passing && (!u->granted || u->in_passing);
		u->granted += times;
		if (u->calls && (strlen(u->calls) > 60 || passing ||
				 strstr(u->calls, call)))
			continue;
		longer = format("%s%s%s", u->calls ? u->calls : "",
				u->calls ? ", " : "", call);
		free(u->calls);
		u->calls = longer;
	}
}

void why_watch_end(struct why_watch *w, struct why *to)
{
	size_t i;
	__u32 n;

	while (w->nr_links)
		bpf_link__destroy(w->link[--w->nr_links]);
	why_watch_take(w, to);
	for (n = 0; n < WHY_NR_NUMBERS; n++)
		bpf_map_lookup_elem(map_fd(w, "numbers"), &n, &to->number[n]);
	for (i = 0; i < to->nr; i++) {
		to->refusal[i].count = 1;
		bpf_map_lookup_elem(map_fd(w, "refusals"),
				    &to->refusal[i].e.key,
				    &to->refusal[i].count);
	}
	take_uses(w, to);
	ring_buffer__free(w->events);
	release(w);
	free(w);
}

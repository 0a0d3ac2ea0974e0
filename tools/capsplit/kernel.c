// SPDX-License-Identifier: GPL-2.0
/* The running kernel, as far as the policy table asks. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/utsname.h>
#include <json-c/json.h>

#include "capsplit.h"

static bool read_sysctl(const char *name, int *value)
{
	char *path = format("/proc/sys/kernel/%s", name), text[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	free(path);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	*value = atoi(text);
	return true;
}

void kernel_read(struct kernel *k)
{
	struct utsname u;

	/* What cannot be read is taken for strict: nothing is promised then */
	*k = (struct kernel){ .par = 3, .kptr = 2, .unpriv = 2 };
	if (!uname(&u))
		snprintf(k->release, sizeof(k->release), "%s", u.release);
	k->tracing = caps_known() & CAP_BIT(NR_TRACING);
	k->has_perf = read_sysctl("perf_event_paranoid", &k->par);
	k->has_bpf = read_sysctl("unprivileged_bpf_disabled", &k->unpriv);
	read_sysctl("kptr_restrict", &k->kptr);
}

static bool number_of(const char *text, int min, int max, int *to)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < min || n > max)
		return false;
	*to = n;
	return true;
}

bool kernel_assume(struct kernel *k, const char *what)
{
	const char *eq = strchr(what, '=');
	size_t n = eq ? (size_t)(eq - what) : 0;

	if (!eq)
		return false;
	eq++;
	if (n == 11 && !strncmp(what, "cap_tracing", n)) {
		k->tracing = !strcmp(eq, "yes");
		return k->tracing || !strcmp(eq, "no");
	}
	if (n == 19 && !strncmp(what, "perf_event_paranoid", n))
		return number_of(eq, -1, 4, &k->par);
	if (n == 13 && !strncmp(what, "kptr_restrict", n))
		return number_of(eq, 0, 2, &k->kptr);
	if (n == 25 && !strncmp(what, "unprivileged_bpf_disabled", n))
		return number_of(eq, 0, 2, &k->unpriv);
	return false;
}

struct json_object *kernel_json(const struct kernel *k)
{
	struct json_object *o = must(json_object_new_object());

	js_set(o, "release", js_text(k->release));
	js_set(o, "cap_tracing", json_object_new_boolean(k->tracing));
	js_set(o, "perf_event_paranoid", json_object_new_int(k->par));
	js_set(o, "kptr_restrict", json_object_new_int(k->kptr));
	js_set(o, "unprivileged_bpf_disabled", json_object_new_int(k->unpriv));
	return o;
}

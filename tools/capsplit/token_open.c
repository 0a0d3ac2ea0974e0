// SPDX-License-Identifier: GPL-2.0
/* Opening BPF tokens, wherever they are, and what they say of themselves. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <json-c/json.h>

#include "token.h"

#define KERNEL_OPTION	"CONFIG_BPF_TOKEN_DELEGATION"

static void die_access(const char *what, const char *safe)
{
	struct stat st;
	struct group *g;
	char *group;

	if (stat(what, &st))
		die(REFUSED, "cannot open %s: a directory on the way to it is closed to user %u; systemd mounts /sys/fs/bpf for root alone: mount another bpf file system for others",
		    safe, geteuid());
	g = getgrgid(st.st_gid);
	group = g ? out_safe(g->gr_name) : format("%u", st.st_gid);
	die(REFUSED, "cannot open %s, which is for user %u and group %s (mode %04o); become one of them, or have its owner change that",
	    safe, st.st_uid, group, st.st_mode & 07777);
}

void token_die(int err, const char *what)
{
	char *safe = out_safe(what);

	switch (err) {
	case EOPNOTSUPP:
		die(UNSUPPORTED, "this kernel has no BPF tokens that work here: it takes " KERNEL_OPTION);
	case EKEYREVOKED:
		die(REFUSED, "%s was revoked, or what it derives from was: ask whoever made it for another",
		    safe);
	case ENODEV:
		die(REFUSED, "%s is confined to a cgroup that was removed: ask whoever made it for one of a cgroup that there is",
		    safe);
	case EACCES:
		die_access(what, safe);
		break;
	case ENOENT:
		die(REFUSED, "there is no %s; 'capsplit token list' shows those that there are",
		    safe);
	case EINVAL:
		die(REFUSED, "%s is no BPF token, nor a device like /dev/bpf",
		    safe);
	}
	die(REFUSED, "cannot use %s: %s", safe, strerror(err));
}

int token_open_dev(const char *name)
{
	const char *at = strncmp(name, "/dev/", 5) ? name : name + 5;
	char *path = format("/dev/%s", at);
	int fd = capsplit_open_dev(at);

	if (fd == -EINVAL)
		die_usage("there is no device '%s': it is bpf, bpf-net or bpf-tracing",
			  out_safe(name));
	if (fd == -ENOENT)
		die(UNSUPPORTED, "there is no %s: the kernel lacks CONFIG_BPF_DEV, or this container's /dev the device",
		    path);
	if (fd == -EPERM)
		die(REFUSED, "cannot open %s in a user namespace other than the initial one",
		    path);
	if (fd < 0)
		token_die(-fd, path);
	free(path);
	return fd;
}

/* pidfd_getfd() takes the right to trace that process */
static int steal(const char *path, int pid, int fd)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0), got;

	if (pidfd < 0)
		die(REFUSED, "there is no process %d (any more)", pid);
	got = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (got < 0 && errno == EPERM)
		die(REFUSED, "to use a descriptor of process %d takes the right to trace it: run this as root",
		    pid);
	if (got < 0)
		token_die(errno == EBADF ? ENOENT : errno, path);
	close(pidfd);
	return got;
}

static bool is_cgroup_file(const char *path)
{
	const char *name = strrchr(path, '/');
	struct statfs fs;

	return !strcmp(name ? name + 1 : path, "bpf.token") &&
	       !statfs(path, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

int token_open(const char *path)
{
	struct capsplit_token_info info;
	int pid, n, fd, end = 0;
	struct statfs fs;
	struct stat st;

	if (sscanf(path, "/proc/%d/fd/%d%n", &pid, &n, &end) == 2 &&
	    !path[end]) {
		fd = steal(path, pid, n);
	} else if (!stat(path, &st) && S_ISCHR(st.st_mode) &&
		   !strncmp(path, "/dev/bpf", 8)) {
		return token_open_dev(path);
	} else if (is_cgroup_file(path)) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		fd = fd < 0 ? -errno : fd;
	} else if (!statfs(path, &fs) && fs.f_type != BPF_FS_MAGIC) {
		die(REFUSED, "%s is not on a bpf file system, where tokens are pinned",
		    out_safe(path));
	} else {
		fd = capsplit_token_get(path);
	}
	if (fd < 0)
		token_die(-fd, path);
	if (capsplit_token_query(fd, &info))
		token_die(errno, path);
	return fd;
}

static void take_line(const char *line, struct capsplit_token_info *info,
		      bool *is_token)
{
	struct {
		const char *key;
		uint64_t *to;
	} of[] = {
		{ "allowed_cmds", &info->cmds }, { "allowed_maps", &info->maps },
		{ "allowed_progs", &info->progs },
		{ "allowed_attachs", &info->attachs },
		{ "allowed_caps", &info->caps }, { "parent_id", &info->parent_id },
		{ "uses", &info->uses }, { "token_id", &info->id },
		{ "cgroup_id", &info->cgroup_id },
	};
	const char *value = strchr(line, '\t');
	uint64_t n;
	size_t i;

	if (!value || value == line || value[-1] != ':')
		return;
	/* "any" instead of a mask */
	n = value[1] == 'a' ? ~0ULL : strtoull(value + 1, NULL, 0);
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		if (!strncmp(line, of[i].key, value - line - 1) &&
		    !of[i].key[value - line - 1])
			*of[i].to = n;
	}
	if (!strncmp(line, "allowed_cmds:", 13))
		*is_token = true;
	else if (!strncmp(line, "depth:", 6))
		info->depth = n;
	else if (!strncmp(line, "creator_uid:", 12))
		info->creator_uid = n;
	else if (!strncmp(line, "confers:", 8))
		info->flags |= n ? CAPSPLIT_INFO_CONFERS : 0;
	else if (!strncmp(line, "revoked:", 8))
		info->flags |= n ? CAPSPLIT_INFO_REVOKED : 0;
}

bool token_fdinfo(const char *path, struct capsplit_token_info *info)
{
	FILE *f = fopen(path, "re");
	bool is_token = false;
	char line[256];

	/* Where the kernel does not say, nothing is carried */
	*info = (struct capsplit_token_info){ .caps = ~0ULL };
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		take_line(line, info, &is_token);
	fclose(f);
	return is_token;
}

void token_print(const char *name, const struct capsplit_token_info *info)
{
	const uint64_t masks[] = {
		info->cmds, info->maps, info->progs, info->attachs,
	};
	char *safe = out_safe(name), *text;
	int m;

	printf("%s\n", safe);
	free(safe);
	if (info->flags & CAPSPLIT_INFO_REVOKED)
		printf("  %srevoked: good for nothing any more%s\n", out_bad(),
		       out_end());
	text = info->flags & CAPSPLIT_INFO_CONFERS ? caps_text(info->caps) :
		format("%s", "those that its user has in the user namespace that it is for");
	printf("  capabilities   %s\n", text);
	free(text);
	for (m = 0; m < NR_MASKS; m++) {
		text = mask_text(m, masks[m]);
		printf("  %-14s %s\n", (const char *[]){ "commands",
		       "map types", "program types", "attach types" }[m], text);
		free(text);
	}
	printf("  made by        user %u\n", info->creator_uid);
	if (info->parent_id)
		printf("  id             %llu, from %llu (depth %u)\n",
		       (unsigned long long)info->id,
		       (unsigned long long)info->parent_id, info->depth);
	else
		printf("  id             %llu\n", (unsigned long long)info->id);
	if (info->cgroup_id)
		printf("  in cgroup      id %llu, and below\n",
		       (unsigned long long)info->cgroup_id);
	printf("  used           %llu time%s\n", (unsigned long long)info->uses,
	       info->uses == 1 ? "" : "s");
}

struct json_object *token_json(const char *name,
			       const struct capsplit_token_info *info)
{
	const uint64_t masks[] = {
		info->cmds, info->maps, info->progs, info->attachs,
	};
	struct json_object *o = must(json_object_new_object());
	bool confers = info->flags & CAPSPLIT_INFO_CONFERS;
	int m;

	js_set(o, "name", js_text(name));
	js_set(o, "id", json_object_new_int64(info->id));
	js_set(o, "parent_id", info->parent_id ?
	       json_object_new_int64(info->parent_id) : NULL);
	js_set(o, "depth", json_object_new_int64(info->depth));
	js_set(o, "creator_uid", json_object_new_int64(info->creator_uid));
	js_set(o, "capabilities", js_caps(confers ? info->caps : 0));
	js_set(o, "child_user_namespace", json_object_new_boolean(!confers));
	for (m = 0; m < NR_MASKS; m++)
		js_set(o, mask_key[m], mask_json(m, masks[m]));
	js_set(o, "cgroup_id", info->cgroup_id ?
	       json_object_new_int64(info->cgroup_id) : NULL);
	js_set(o, "uses", json_object_new_int64(info->uses));
	js_set(o, "revoked", json_object_new_boolean(
			info->flags & CAPSPLIT_INFO_REVOKED));
	return o;
}

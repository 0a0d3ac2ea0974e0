// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio.h"

static int put(struct cpio *c, const void *data, size_t len)
{
	if (len && fwrite(data, 1, len, c->f) != len)
		return -1;
	c->pos += len;
	return 0;
}

static int pad(struct cpio *c, unsigned int align)
{
	static const char zero[512];

	return put(c, zero, -c->pos & (align - 1));
}

static int head(struct cpio *c, const char *name, unsigned int mode,
		size_t size, unsigned int major, unsigned int minor)
{
	char h[128];

	if (size > 0xffffffffUL) {
		errno = EFBIG;
		return -1;
	}
	snprintf(h, sizeof(h),
		 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 ++c->ino, mode, 0, 0, 1, 0, (unsigned int)size, 0, 0, major,
		 minor, (unsigned int)strlen(name) + 1, 0);
	if (put(c, h, strlen(h)) || put(c, name, strlen(name) + 1))
		return -1;
	return pad(c, 4);
}

int cpio_data(struct cpio *c, const char *name, unsigned int mode,
	      const void *data, size_t len)
{
	if (head(c, name, S_IFREG | mode, len, 0, 0) || put(c, data, len))
		return -1;
	return pad(c, 4);
}

int cpio_dir(struct cpio *c, const char *name, unsigned int mode)
{
	return head(c, name, S_IFDIR | mode, 0, 0, 0);
}

int cpio_link(struct cpio *c, const char *name, const char *to)
{
	if (head(c, name, S_IFLNK | 0777, strlen(to), 0, 0) ||
	    put(c, to, strlen(to)))
		return -1;
	return pad(c, 4);
}

int cpio_chardev(struct cpio *c, const char *name, unsigned int mode,
		 unsigned int major, unsigned int minor)
{
	return head(c, name, S_IFCHR | mode, 0, major, minor);
}

static int copy(struct cpio *c, int fd, size_t want)
{
	char buf[65536];
	ssize_t n;

	while (want) {
		n = read(fd, buf, want < sizeof(buf) ? want : sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (!n)
				errno = EIO;
			return -1;
		}
		if (put(c, buf, n))
			return -1;
		want -= n;
	}
	return 0;
}

int cpio_file(struct cpio *c, const char *name, const char *from)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC), ret = -1;
	struct stat st;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st)) {
		if (!S_ISREG(st.st_mode))
			errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		else if (!head(c, name, S_IFREG | (st.st_mode & 07777),
			       st.st_size, 0, 0) && !copy(c, fd, st.st_size))
			ret = pad(c, 4);
	}
	close(fd);
	return ret;
}

int cpio_end(struct cpio *c)
{
	if (head(c, "TRAILER!!!", 0, 0, 0, 0))
		return -1;
	return pad(c, 512);
}

int cpio_append(struct cpio *c, const char *from)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC), ret = -1;
	struct stat st;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && !copy(c, fd, st.st_size))
		ret = pad(c, 512);
	close(fd);
	return ret;
}

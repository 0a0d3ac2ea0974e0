// SPDX-License-Identifier: GPL-2.0
/* QEMU's command line, and starting it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame.h"
#include "run.h"

#define QEMU		"qemu-system-x86_64"
#define ARGS_MAX	64

/*
 * An oops ends the guest (panic=-1 resets at once, -no-reboot then ends
 * QEMU), and there is no firmware to ask for a reset: hence reboot=t, the
 * triple fault.  On a busy machine the timer's interrupts come too late for
 * the check of them, which panics: hence no_timer_check.
 */
#define CMDLINE \
	"console=ttyS0 panic=-1 oops=panic reboot=t nokaslr no_timer_check " \
	"random.trust_cpu=on random.trust_bootloader=on log_buf_len=4M " \
	"ignore_loglevel printk.time=1 rdinit=/init"

struct args {
	char *v[ARGS_MAX];
	int n;
};

__attribute__((format(printf, 2, 3)))
static void arg(struct args *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (a->n + 1 >= ARGS_MAX || vasprintf(&a->v[a->n++], fmt, ap) < 0)
		fatal("cannot build QEMU's command line");
	va_end(ap);
	a->v[a->n] = NULL;
}

/* In QEMU's option lists a comma within a value is written twice */
static char *quoted(const char *path)
{
	char *out = malloc(2 * strlen(path) + 1), *p = out;

	if (!out)
		fatal("out of memory");
	for (; *path; path++) {
		if (*path == ',')
			*p++ = ',';
		*p++ = *path;
	}
	*p = '\0';
	return out;
}

static void device(struct args *a, const char *spec)
{
	arg(a, "-device");
	arg(a, "%s", spec);
}

static void accel_args(struct args *a, const struct options *o,
		       const char *accel)
{
	if (!strcmp(accel, "kvm")) {
		arg(a, "-accel");
		arg(a, "kvm");
		arg(a, "-cpu");
		arg(a, "host");
		return;
	}
	arg(a, "-accel");
	/* With a thread per processor ftrace's text patching oopses a guest */
	arg(a, "tcg,thread=single");
	arg(a, "-cpu");
	arg(a, "qemu64");
	if (o->icount) {
		arg(a, "-icount");
		arg(a, "shift=0,sleep=off");
	}
}

/* Counted instructions are a clock of their own, and KVM's guests have KVM's */
static const char *clock_args(const struct options *o, const char *accel)
{
	static char text[64];
	unsigned long khz;

	if (o->icount || strcmp(accel, "tcg"))
		return "";
	khz = tsc_khz();
	if (khz)
		snprintf(text, sizeof(text), " tsc_early_khz=%lu tsc=reliable",
			 khz);
	return text;
}

static void serial_args(struct args *a, const struct options *o,
			const struct run *r, int port)
{
	arg(a, "-chardev");
	arg(a, "file,id=console,path=%s", quoted(r->console));
	arg(a, "-serial");
	arg(a, "chardev:console");
	device(a, "virtio-serial-device,id=ports,max_ports=4");
	if (o->shell) {
		arg(a, "-chardev");
		arg(a, "stdio,id=tty,signal=off");
		device(a, "virtconsole,bus=ports.0,chardev=tty,nr=0");
	}
	arg(a, "-chardev");
	arg(a, "socket,id=port,fd=%d", port);
	device(a, "virtserialport,bus=ports.0,chardev=port,nr=1,name="
	       FRAME_PORT);
}

static void build(struct args *a, const struct options *o, const struct run *r,
		  int port)
{
	const char *accel = accel_choose(o, r);

	arg(a, "%s", QEMU);
	arg(a, "-M");
	arg(a, "microvm,acpi=off,rtc=on,pit=on,pic=on,isa-serial=on");
	accel_args(a, o, accel);
	arg(a, "-smp");
	arg(a, "%u", o->smp);
	arg(a, "-m");
	arg(a, "%u", o->memory);
	arg(a, "-nodefaults");
	arg(a, "-no-user-config");
	arg(a, "-display");
	arg(a, "none");
	arg(a, "-no-reboot");
	arg(a, "-kernel");
	arg(a, "%s", r->kernel);
	arg(a, "-initrd");
	arg(a, "%s", r->initrd);
	arg(a, "-append");
	arg(a, "%s%s%s%s", CMDLINE, clock_args(o, accel), *o->append ? " " : "",
	    o->append);
	serial_args(a, o, r, port);
	device(a, "virtio-rng-device");
	if (r->disk[0]) {
		arg(a, "-drive");
		/* Writes to the image go to a temporary file that dies with QEMU */
		arg(a, "id=root,if=none,format=raw,snapshot=%s,file=%s",
		    o->disk ? "off" : "on", quoted(r->disk));
		device(a, "virtio-blk-device,drive=root");
	}
}

static void print_args(const struct args *a)
{
	int i;

	for (i = 0; i < a->n; i++)
		printf(strpbrk(a->v[i], " ;&|'\"") ? "%s'%s'" : "%s%s",
		       i ? " " : "", a->v[i]);
	printf("\n");
}

static void child(const struct args *a, const struct options *o,
		  const struct run *r, pid_t parent)
{
	int log, null;
	sigset_t none;

	/* Also when the runner is killed outright no QEMU stays behind */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_HARNESS);
	log = open(r->qemu_log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (!o->shell) {
		/* The terminal's Ctrl-C is the runner's to handle */
		setpgid(0, 0);
		dup2(null, 0);
		dup2(null, 1);
	}
	if (log >= 0)
		dup2(log, 2);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execvp(QEMU, a->v);
	if (log >= 0)
		dprintf(2, "%s: %s\n", QEMU, strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

void qemu_start(const struct options *o, struct run *r)
{
	struct args a = { .n = 0 };
	pid_t parent = getpid();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		fatal("cannot make a socket for the guest: %s",
		      strerror(errno));
	fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	build(&a, o, r, pair[1]);
	if (o->dry_run) {
		print_args(&a);
		paths_cleanup(r, o, false);
		exit(0);
	}
	r->qemu = fork();
	if (r->qemu < 0)
		fatal("cannot fork: %s", strerror(errno));
	if (!r->qemu)
		child(&a, o, r, parent);
	close(pair[1]);
	r->port = pair[0];
	while (a.n)
		free(a.v[--a.n]);
}

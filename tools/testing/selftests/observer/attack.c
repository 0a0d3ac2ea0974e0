// SPDX-License-Identifier: GPL-2.0
/* The victim, and the doors that several attacks go through. */
#include "attack.h"
#include <time.h>
#include <dirent.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#ifndef __x86_64__
#error "the victim's code is written for x86_64"
#endif

/* The constant starts one byte into its instruction: see attack_uprobe.c */
asm(".pushsection .text\n"
	".globl attack_constant\n"
	".type attack_constant, @function\n"
	"attack_constant:\n"
	"	movl $0x11223344, %eax\n"
	"	ret\n"
	".size attack_constant, . - attack_constant\n"
	".globl attack_return\n"
	".type attack_return, @function\n"
	"attack_return:\n"
	"	movq (%rsp), %rax\n"
	"	ret\n"
	".size attack_return, . - attack_return\n"
	".type call_attack_return, @function\n"
	"call_attack_return:\n"
	"	call attack_return\n"
	"after_attack_return:\n"
	"	ret\n"
	".size call_attack_return, . - call_attack_return\n"
	".popsection\n");

/* Not in .bss: a reference counter is looked for in the file's mapping */
unsigned short attack_counter = VICTIM_COUNTER;
unsigned int attack_word = VICTIM_WORD;

static __u32 checksum(__u32 constant)
{
	__u32 sum = 1;

	for (int i = 0; i < 64; i++)
		sum = sum * 31 + (constant ^ i);
	return sum;
}

static __u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void raise_loopback(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
}

/* A connection to itself; 0 or errno */
static int tcp_pair(int sv[2], __u16 *port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	int listening = socket(AF_INET, SOCK_STREAM, 0);

	sv[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listening, (void *)&addr, len) || listen(listening, 1) ||
	    getsockname(listening, (void *)&addr, &len) ||
	    connect(sv[0], (void *)&addr, len))
		return errno;
	sv[1] = accept(listening, NULL, NULL);
	if (sv[1] < 0 || getsockname(sv[0], (void *)&addr, &len))
		return errno;
	*port = ntohs(addr.sin_port);
	close(listening);
	return 0;
}

static int open_error(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int tcp_error(const int sv[2])
{
	char c = 'x';

	if (send(sv[0], &c, 1, MSG_NOSIGNAL) != 1 ||
	    recv(sv[1], &c, 1, 0) != 1)
		return errno ? errno : ECONNRESET;
	return 0;
}

static int mark_of(int fd)
{
	socklen_t len = sizeof(int);
	int mark = -1;

	getsockopt(fd, SOL_SOCKET, SO_MARK, &mark, &len);
	return mark;
}

static void victim_round(struct victim_box *box, const int tcp[2],
			 int unix_fd)
{
	__u32 (*constant)(void) = (void *)attack_constant;

	box->constant = constant();
	box->sum = checksum(box->constant);
	box->return_changed = call_attack_return() != after_attack_return;
	/* Others write them */
	asm volatile("" : "+m" (attack_counter), "+m" (attack_word));
	box->counter = attack_counter;
	box->word = attack_word;
	box->open_error = open_error(VICTIM_FILE);
	box->device_error = open_error("/dev/null");
	errno = 0;
	box->tcp_error = tcp_error(tcp);
	box->tcp_mark = mark_of(tcp[0]);
	box->unix_mark = mark_of(unix_fd);
}

static void victim_main(struct victim_box *box)
{
	__u64 last = now(), t;
	int tcp[2] = { -1, -1 }, un[2], err;
	__u16 port = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "attack-victim");
	err = tcp_pair(tcp, &port);
	if (err || socketpair(AF_UNIX, SOCK_STREAM, 0, un))
		_exit(SETUP_FAILED);
	box->port = port;
	/* Make its page this task's own: nobody else takes a fault for it */
	attack_word = VICTIM_WORD;
	for (;;) {
		victim_round(box, tcp, un[0]);
		t = now();
		if (t - last > box->longest)
			box->longest = t - last;
		last = t;
		box->rounds++;
		usleep(box->pause_us);
	}
}

int victim_start(struct victim *v)
{
	int err;

	raise_loopback();
	/* Where a distribution's level 3 does not count CAP_PERFMON */
	v->paranoid = get_number(PARANOID);
	set_number(PARANOID, 2);
	unlink(VICTIM_FILE);
	err = put_string(VICTIM_FILE, O_CREAT, "root's own");
	if (err)
		return err;
	v->box = shared_memory(sizeof(*v->box));
	if (!v->box)
		return errno;
	v->box->pause_us = 1000;
	v->pid = fork();
	if (v->pid < 0)
		return errno;
	if (!v->pid)
		victim_main(v->box);
	return victim_unharmed(v) ? 0 : ECHILD;
}

bool victim_alive(const struct victim *v)
{
	siginfo_t info = { 0 };

	/* Left to be reaped: victim_end() does */
	return !waitid(P_PID, v->pid, &info, WEXITED | WNOHANG | WNOWAIT) &&
	       !info.si_pid;
}

void victim_end(struct victim *v)
{
	if (v->pid > 0)
		kill_reap(v->pid);
	if (v->box)
		munmap((void *)v->box, sizeof(*v->box));
	unlink(VICTIM_FILE);
	set_number(PARANOID, v->paranoid);
}

bool victim_goes_on(const struct victim *v, int rounds)
{
	__u64 end = v->box->rounds + rounds, until = now() + 10000000000ULL;

	while (v->box->rounds < end) {
		if (!victim_alive(v) || now() > until)
			return false;
		usleep(1000);
	}
	return true;
}

bool victim_unharmed(const struct victim *v)
{
	struct victim_box *box = v->box;

	/* The first round may have begun before the attack */
	return victim_goes_on(v, 4) &&
	       box->constant == VICTIM_CONSTANT &&
	       box->sum == checksum(VICTIM_CONSTANT) &&
	       box->counter == VICTIM_COUNTER && box->word == VICTIM_WORD &&
	       !box->return_changed && !box->open_error &&
	       !box->device_error && !box->tcp_error && !box->tcp_mark &&
	       !box->unix_mark;
}

bool on_stock(void)
{
	return !ct_bounding_has(CAP_TRACING);
}

__u64 rights(__u64 stock)
{
	return on_stock() || getenv("ATTACK_WITH_STOCK_RIGHTS") ? stock : BT;
}

pid_t start_attacker(__u64 caps, int (*fn)(void *arg), void *arg)
{
	int result[2], err = SETUP_FAILED;
	pid_t pid;

	if (pipe2(result, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!ct_become(UID_USER, caps))
			err = fn(arg);
		if (write(result[1], &err, sizeof(err)) == sizeof(err) && !err)
			for (;;)
				pause();
		_exit(err);
	}
	close(result[1]);
	if (read(result[0], &err, sizeof(err)) != sizeof(err))
		err = SETUP_FAILED;
	close(result[0]);
	if (err && pid > 0)
		kill_reap(pid);
	return err ? -err : pid;
}

const char *own_path(void)
{
	static char path[256];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n < 0 ? 0 : n] = '\0';
	return path;
}

unsigned long address_of(const char *symbol)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	unsigned long at, found = 0;
	char name[256];

	while (f && !found && fscanf(f, "%lx %*c %255s%*[^\n]", &at, name) == 2)
		found = strcmp(name, symbol) ? 0 : at;
	if (f)
		fclose(f);
	return found;
}

bool file_has(const char *path, const char *text)
{
	static char buf[1 << 18];

	return get_string(path, buf, sizeof(buf)) > 0 && strstr(buf, text);
}

bool task_exists(const char *name)
{
	char path[300], comm[64];
	DIR *proc = opendir("/proc");
	bool found = false;
	struct dirent *d;

	while (proc && !found && (d = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", d->d_name);
		if (get_string(path, comm, sizeof(comm)) <= 0)
			continue;
		comm[strcspn(comm, "\n")] = '\0';
		found = !strcmp(comm, name);
	}
	if (proc)
		closedir(proc);
	return found;
}

static long read_mem_available_kb(void)
{
	char text[4096], *at;

	if (get_string("/proc/meminfo", text, sizeof(text)) <= 0)
		return -1;
	at = strstr(text, "MemAvailable:");
	return at ? strtol(at + 13, NULL, 10) : -1;
}

/*
 * The kernel frees much after a grace period: what a test before this one has
 * given back would hide what this one takes.
 */
long mem_available_kb(void)
{
	enum { STEADY_KB = 64, STEADY_READS = 5, MOST_READS = 100 };
	long now, last = read_mem_available_kb();

	for (int i = 0, steady = 0; i < MOST_READS && steady < STEADY_READS;
	     i++, last = now) {
		usleep(50000);
		now = read_mem_available_kb();
		steady = labs(now - last) <= STEADY_KB ? steady + 1 : 0;
	}
	return last;
}

int write_fd(int fd, const char *text)
{
	ssize_t len = strlen(text), n = write(fd, text, len);

	return n == len ? 0 : n < 0 ? errno : SHORT_IO;
}

int load(void *arg)
{
	return ct_prog_load(arg);
}

int verdict(int fd)
{
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

int link_uprobe_multi(int prog, const struct uprobe_site *site)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = BPF_TRACE_UPROBE_MULTI;
	attr.link_create.uprobe_multi.path = (unsigned long)site->path;
	attr.link_create.uprobe_multi.offsets = (unsigned long)&site->offset;
	attr.link_create.uprobe_multi.cnt = 1;
	if (site->ref_ctr_offset)
		attr.link_create.uprobe_multi.ref_ctr_offsets =
			(unsigned long)&site->ref_ctr_offset;
	if (site->is_return)
		attr.link_create.uprobe_multi.flags =
			BPF_F_UPROBE_MULTI_RETURN;
	return ct_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

int open_raw_tracepoint(int prog, const char *name)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = prog;
	attr.raw_tracepoint.name = (unsigned long)name;
	return ct_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

int pmu_type(const char *pmu)
{
	/* Who attacks at random asks at each turn, for one of two */
	static struct {
		const char *pmu;
		int type;
	} known[4];
	char path[128];
	size_t i;
	int type;

	for (i = 0; i < ARRAY_SIZE(known) && known[i].pmu; i++) {
		if (!strcmp(pmu, known[i].pmu))
			return known[i].type;
	}
	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type",
		 pmu);
	type = get_number(path);
	if (type < 0)
		return -ENOENT;
	if (i < ARRAY_SIZE(known)) {
		known[i].pmu = strdup(pmu);
		known[i].type = type;
	}
	return type;
}

int open_uprobe_pmu(const struct uprobe_site *site, pid_t pid)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.config = site->ref_ctr_offset << 32 | site->is_return,
		.config1 = (unsigned long)site->path,
		.config2 = site->offset,
	};
	int type = pmu_type("uprobe");

	if (type < 0)
		return type;
	attr.type = type;
	return ct_perf_event_open(&attr, pid, -1, -1, 0);
}

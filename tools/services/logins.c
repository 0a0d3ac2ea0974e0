// SPDX-License-Identifier: GPL-2.0
/*
 * pam_cap gives alice, by her group, the capabilities when she logs in: with
 * su and login at once, with ssh by way of a launcher.  Or by a list of names.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services.h"

#define OBSERVER "/usr/local/bin/observer"
#define SSHD	"/etc/ssh/sshd_config.d/observers.conf"
#define KEY	"/root/key"

static const char observer_shell[] =
	"#!/bin/sh\n"
	"if [ -n \"$SSH_ORIGINAL_COMMAND\" ]; then\n"
	"\tset -- -c \"$SSH_ORIGINAL_COMMAND\"\n"
	"else\n"
	"\tset -- -l\n"
	"fi\n"
	"exec " OBSERVER " --iab='^cap_bpf,^cap_tracing' -- \"$@\"\n";

/* A test, if it does not work; the number of tests says so, too */
static void must(const char *command)
{
	if (!run("sh", "-c", command, NULL))
		return;
	ok(false, "prepared: %s", command);
	note("it said", res.out);
}

static void prepare(void)
{
	must("printf 'alice:secret-a\\nbob:secret-b\\n' | chpasswd");
	must("groupadd tracers && usermod -aG tracers alice");
	write_file("/etc/security/capability.conf",
		   "^cap_bpf,^cap_tracing @tracers\nnone *\n");
	must("ssh-keygen -q -t ed25519 -N '' -f " KEY);
	must("for u in alice bob; do"
	     "  install -d -m 700 -o $u -g $u /home/$u/.ssh &&"
	     "  install -m 600 -o $u -g $u " KEY ".pub"
	     "    /home/$u/.ssh/authorized_keys || exit 1;"
	     "done");
	must("systemctl is-active ssh.service");
	/* or each login starts a systemd of its user's, and ends it */
	must("loginctl enable-linger alice bob");
}

/* As another user, who knows the password */
static void by_su(const char *user, uid_t from, const char *command)
{
	char *password = path_of("secret-%c\n", *user);
	const struct typed typed[] = { { "assword: ", password } };

	on_terminal(from, typed, 1, "su", "-", user, "-c", command, NULL);
	free(password);
}

/* login becomes the user's shell, where a command is typed */
static void by_login(const char *user, const char *command)
{
	char *name = path_of("%s\n", user);
	char *password = path_of("secret-%c\n", *user);
	char *line = path_of("%s; exit\n", command);
	const struct typed typed[] = {
		{ "login: ", name }, { "assword: ", password }, { "$ ", line },
	};

	on_terminal(0, typed, 3, "login", NULL);
	free(line);
	free(password);
	free(name);
}

static void by_ssh(const char *user, const char *command)
{
	char *where = path_of("%s@127.0.0.1", user);

	run("ssh", "-i", KEY, "-o", "StrictHostKeyChecking=no", "-o",
	    "BatchMode=yes", where, command, NULL);
	free(where);
}

/* The tools of an observer, in the command line of such a login */
static const char traces[] =
	"/usr/sbin/opensnoop-libbpf -d 1 && echo it-traced";

static void su_and_login(void)
{
	must("sed -i 's/pam_cap.so.*/pam_cap.so keepcaps defer/' /etc/pam.d/common-auth");
	by_su("alice", BOB, probe_command);
	is_observer("su - alice");
	by_su("alice", BOB, traces);
	ok(said("\nit-traced\n") && said("COMM"), "su - alice: opensnoop works");
	note("it said", res.out);
	by_su("bob", ALICE, probe_command);
	is_nobody("su - bob");
	by_su("bob", ALICE, traces);
	ok(!said("COMM") && !said("\nit-traced\n") && *res.out,
	   "su - bob: opensnoop does not work");
	note("it said", res.out);

	by_login("alice", probe_command);
	is_observer("login alice");
	by_login("alice", traces);
	ok(said("\nit-traced\n"), "login alice: opensnoop works");
	note("it said", res.out);
	by_login("bob", probe_command);
	is_nobody("login bob");
}

static void ssh(void)
{
	by_ssh("alice", probe_command);
	ok(status_line("CapEff", NONE) && status_line("CapInh", NONE),
	   "TRAP: with `keepcaps defer' alice has nothing after ssh");
	note("it said", res.out);
	must("sed -i '1i auth optional pam_cap.so' /etc/pam.d/sshd");
	by_ssh("alice", probe_command);
	ok(status_line("CapEff", NONE) && status_line("CapAmb", NONE) &&
	   status_line("CapInh", MASK_TEXT),
	   "a line without arguments for sshd lets her inherit both");
	note("it said", res.out);

	must("install -m 755 /usr/sbin/capsh " OBSERVER
	     " && setcap cap_bpf,cap_tracing+ei " OBSERVER);
	write_file(OBSERVER "-shell", observer_shell);
	must("chmod 755 " OBSERVER "-shell");
	write_file(SSHD, "Match Group tracers\n"
		   "\tForceCommand " OBSERVER "-shell\n");
	must("systemctl reload ssh.service");
	by_ssh("alice", probe_command);
	is_observer("ssh alice, through the launcher");
	by_ssh("alice", traces);
	ok(said("\nit-traced\n"), "ssh alice: opensnoop works");
	note("it said", res.out);
	by_ssh("bob", probe_command);
	is_nobody("ssh bob");
	by_ssh("bob", OBSERVER "-shell");
	ok(res.status && said("unable to set IAB tuple"),
	   "the launcher does nothing for bob");
	note("it said", res.out);
}

/* What a script may rely on; --supports first, see names.c for why */
static void asking(void)
{
	by_su("alice", BOB, "/usr/sbin/capsh --supports=cap_tracing --has-p=cap_tracing --has-a=cap_tracing && echo yes-she-has");
	ok(said("\nyes-she-has\n"), "capsh: alice has it");
	note("it said", res.out);
	by_su("bob", ALICE, "/usr/sbin/capsh --supports=cap_tracing --has-p=cap_tracing; /usr/sbin/capsh --supports=cap_tracing --has-a=cap_tracing || echo no-he-has-not");
	ok(said("\nno-he-has-not\n") && said("cap_tracing"), "capsh: bob has not");
	note("it said", res.out);
}

/* The group is all that decides: no sudo, no password of anybody else's */
static void group(void)
{
	asking();
	must("gpasswd -d alice tracers && gpasswd -a bob tracers");
	by_su("bob", ALICE, probe_command);
	is_observer("bob, once in the group");
	by_su("alice", BOB, probe_command);
	is_nobody("alice, once out of it");
}

/* A list of names, one a line, instead of a group: /etc/bpfusers */
static void bpfusers(void)
{
	must("sed -i 's#.*pam_cap.so.*#auth [success=ignore default=1] pam_listfile.so item=user sense=allow file=/etc/bpfusers onerr=fail\\n"
	     "auth optional pam_cap.so keepcaps defer config=/etc/security/bpfusers.conf#' /etc/pam.d/common-auth");
	write_file("/etc/security/bpfusers.conf", "^cap_bpf,^41 *\n");
	write_file("/etc/bpfusers", "alice\n");
	by_su("alice", BOB, probe_command);
	is_observer("alice, whom /etc/bpfusers lists");
	by_su("bob", ALICE, probe_command);
	is_nobody("bob, whom it does not");
	must("chmod 0666 /etc/bpfusers");
	by_su("alice", BOB, probe_command);
	is_nobody("alice, if everybody may write the list");
}

void logins(void)
{
	version = "logins";
	prepare();
	su_and_login();
	ssh();
	group();
	bpfusers();
}

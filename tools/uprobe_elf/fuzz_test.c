// SPDX-License-Identifier: GPL-2.0
/*
 * Run the fuzzer so often from one seed, and say in TAP how it went.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(char **argv, int out)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (out >= 0) {
			dup2(out, STDOUT_FILENO);
			dup2(out, STDERR_FILENO);
		}
		execv(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static char *text(const char *format, const char *a, const char *b)
{
	char *s;

	if (asprintf(&s, format, a, b) < 0)
		exit(4);
	return s;
}

/* What libFuzzer says at its end: runs, coverage */
static void tell(const char *log)
{
	FILE *f = fopen(log, "r");
	char line[512], covered[512] = "";

	while (f && fgets(line, sizeof(line), f)) {
		if (strstr(line, " cov: "))
			strcpy(covered, line);
		if (!strncmp(line, "Done ", 5))
			printf("# %s", line);
	}
	if (*covered)
		printf("# %s", covered);
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	char *corpus, *log, *fuzzer, *maker;
	int fd, made, ret;

	if (argc != 5) {
		fprintf(stderr, "usage: uprobe-elf-fuzz-test BIN DIR RUNS SEED\n");
		return 2;
	}
	corpus = text("%s/corpus", argv[2], NULL);
	log = text("%s/log", argv[2], NULL);
	if ((mkdir(argv[2], 0755) && errno != EEXIST) ||
	    (mkdir(corpus, 0755) && errno != EEXIST)) {
		fprintf(stderr, "uprobe-elf-fuzz-test: cannot make %s: %s\n",
			corpus, strerror(errno));
		return 4;
	}
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	maker = text("%s/uprobe-elf-test", argv[1], NULL);
	fuzzer = text("%s/uprobe-elf-fuzz", argv[1], NULL);
	made = run((char *[]){ maker, "--seeds", corpus, NULL }, -1);
	ret = run((char *[]){ fuzzer, text("-runs=%s", argv[3], NULL),
			      text("-seed=%s", argv[4], NULL), "-max_len=4096",
			      text("-artifact_prefix=%s/", argv[2], NULL),
			      corpus, NULL }, fd);
	printf("TAP version 13\n1..2\n");
	printf("%sok 1 seeds\n", made ? "not " : "");
	tell(log);
	printf("%sok 2 %s runs from seed %s\n", ret ? "not " : "", argv[3],
	       argv[4]);
	if (ret)
		printf("# the log is %s\n", log);
	return made || ret;
}

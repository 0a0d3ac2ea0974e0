// SPDX-License-Identifier: GPL-2.0
/*
 * report - the verdict matrix as one page of HTML
 *
 *   report PAGE	PAGE with its line "@DATA@" replaced
 *
 * The verdicts are those of the policy table, which the matrix tests hold both
 * kernels to.  The page looks them up and computes nothing.
 */
#include <stdio.h>
#include <string.h>

#include "policy.h"

static const struct {
	const char *name;
	int par, kptr, unpriv;
} settings[] = {
	{ "Debian's: perf_event_paranoid 3, kptr_restrict 0", 3, 0, 2 },
	{ "strict: perf_event_paranoid 3, kptr_restrict 2", 3, 2, 2 },
	{ "upstream's: perf_event_paranoid 2, kptr_restrict 0", 2, 0, 2 },
	{ "open: perf_event_paranoid -1, unprivileged BPF on", -1, 0, 0 },
};

/* In a script element: "<" would end it */
static void string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (strchr("\"\\<", *text))
			printf("\\u%04x", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

/* For each set of capabilities the number of the gate that stops it, 0: none */
static void verdicts(const struct policy_op *op, int s, bool patched)
{
	unsigned int subset;

	putchar('"');
	for (subset = 0; subset < POLICY_NR_SUBSETS; subset++) {
		const struct policy_task task = {
			.caps = patched ? subset : subset & ~(1U << POLICY_T),
			.init = true, .par = settings[s].par,
			.kptr = settings[s].kptr, .unpriv = settings[s].unpriv,
			.patched = patched,
		};
		const struct policy_gate *gate = policy_stops(op, &task);

		putchar(gate ? (int)('1' + (gate - op->gate)) : '0');
	}
	putchar('"');
}

static void operation(const struct policy_op *op)
{
	size_t s;
	int i;

	printf("{\"id\":");
	string(op->id);
	printf(",\"what\":");
	string(op->what);
	printf(",\"gates\":[");
	for (i = 0; i < POLICY_MAX_GATES && op->gate[i].who; i++) {
		printf("%s[", i ? "," : "");
		string(policy_errno(op->gate[i].err));
		putchar(',');
		string(op->gate[i].why);
		putchar(']');
	}
	printf("],\n \"stock\":[");
	for (s = 0; s < ARRAY_SIZE(settings); s++) {
		printf("%s", s ? "," : "");
		verdicts(op, s, false);
	}
	printf("],\n \"patched\":[");
	for (s = 0; s < ARRAY_SIZE(settings); s++) {
		printf("%s", s ? "," : "");
		verdicts(op, s, true);
	}
	printf("]}");
}

static void data(void)
{
	static const char * const names[POLICY_NR_CAPS] = {
		[POLICY_B] = "cap_bpf", [POLICY_N] = "cap_net_admin",
		[POLICY_T] = "cap_tracing", [POLICY_P] = "cap_perfmon",
		[POLICY_A] = "cap_sys_admin", [POLICY_SYSLOG] = "cap_syslog",
		[POLICY_PTRACE] = "cap_sys_ptrace",
		[POLICY_DAC] = "cap_dac_override",
	};
	int area, i;
	size_t s;

	printf("const data = {\"caps\":[");
	for (i = 0; i < POLICY_NR_CAPS; i++) {
		printf("%s", i ? "," : "");
		string(names[i]);
	}
	printf("],\n\"settings\":[");
	for (s = 0; s < ARRAY_SIZE(settings); s++) {
		printf("%s", s ? "," : "");
		string(settings[s].name);
	}
	printf("],\n\"areas\":[");
	for (area = 0; policy_areas[area]; area++) {
		printf("%s{\"title\":", area ? ",\n" : "");
		string(policy_areas[area]->title);
		printf(",\"ops\":[\n");
		for (i = 0; i < policy_areas[area]->nr_ops; i++) {
			printf("%s", i ? ",\n" : "");
			operation(&policy_areas[area]->ops[i]);
		}
		printf("]}");
	}
	printf("]};\n");
}

/* A number with commas in it; its end, or NULL if there is none */
static const char *number(const char *text, unsigned long long *n)
{
	const char *p = text + strspn(text, " ");

	if (*p < '0' || *p > '9')
		return NULL;
	for (*n = 0; (*p >= '0' && *p <= '9') || *p == ','; p++)
		*n = *p == ',' ? *n : *n * 10 + (*p - '0');
	return p;
}

/* Is this the head of a table of make bench? */
static bool begins(const char *line)
{
	line += strspn(line, " ");
	if (strncmp(line, "operation ", 10))
		return false;
	line += 9;
	line += strspn(line, " ");
	return !strncmp(line, "instructions ", 13);
}

/*
 * The lines of the table that make bench has printed, wherever it stands and
 * whatever tables stand beside it.
 */
static int figures(FILE *from)
{
	unsigned long long n, budget;
	char line[4096], *name, *gap;
	bool inside = false;
	const char *p;
	int lines = 0;

	printf("const figures = [");
	while (fgets(line, sizeof(line), from)) {
		if (begins(line) || line[strspn(line, " \n")] == '\0')
			inside = begins(line);
		if (!inside)
			continue;
		name = line + strspn(line, " ");
		gap = strstr(name, "  ");
		p = gap ? number(gap, &n) : NULL;
		if (!p || gap == name || !n)
			continue;
		*gap = '\0';
		printf("%s\n[", lines++ ? "," : "");
		string(name);
		printf(",%llu,%llu]", n, number(p, &budget) ? budget : 0);
	}
	printf("];\n");
	return lines;
}

int main(int argc, char **argv)
{
	FILE *page = argc == 4 ? fopen(argv[1], "re") : NULL;
	FILE *bench = argc == 4 ? fopen(argv[2], "re") : NULL;
	bool filled = false;
	char line[4096];

	if (argc != 4) {
		fputs("usage: report PAGE FIGURES ABOUT\n"
		      "Fill the PAGE with the policy table, the FIGURES of make bench, and what they\n"
		      "are ABOUT.\n", stderr);
		return 2;
	}
	if (!page || !bench) {
		perror(argv[page ? 2 : 1]);
		return 1;
	}
	while (fgets(line, sizeof(line), page)) {
		if (strcmp(line, "@DATA@\n")) {
			fputs(line, stdout);
			continue;
		}
		data();
		printf("const about = ");
		string(argv[3]);
		printf(";\n");
		filled = true;
		if (!figures(bench)) {
			fprintf(stderr, "report: %s has no table of make bench\n",
				argv[2]);
			return 1;
		}
	}
	fclose(bench);
	fclose(page);
	if (!filled) {
		fprintf(stderr, "report: %s has no line @DATA@\n", argv[1]);
		return 1;
	}
	if (fflush(stdout) || ferror(stdout)) {
		perror("report: cannot write the page");
		return 1;
	}
	return 0;
}

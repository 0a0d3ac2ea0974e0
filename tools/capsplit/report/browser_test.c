// SPDX-License-Identifier: GPL-2.0
/*
 * browser-test PAGE.html PICTURES: the page in a browser, as somebody uses it.
 * What it looks like is left in the directory PICTURES.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "browser.h"
#include "check.h"

#define CELL(n) \
	"document.getElementById('perf.cpu.kernel').children[" #n "].textContent"
#define NOTHING_WIDER \
	"document.documentElement.scrollWidth <= innerWidth ? 'fits' : 'wider'"
#define FIRST_WIDER \
	"([...document.querySelectorAll('main *, form *, h1, p, div *')].find(" \
	"e => e.getBoundingClientRect().right > innerWidth) || " \
	"{ outerHTML: document.documentElement.scrollWidth + ' of ' + innerWidth }).outerHTML"

static const char *pictures;

static bool gives(const char *expression, const char *text)
{
	return !strcmp(browser_ask(expression), text);
}

static void tick(const char *id)
{
	char *click = path_of("document.getElementById('%s').click()", id);

	browser_ask(click);
	free(click);
}

static void looks(const char *name, int width, bool dark)
{
	char *file = path_of("%s/%s.png", pictures, name);

	ok(browser_looks(width, 900, dark) && gives(NOTHING_WIDER, "fits"),
	   "%s: nothing is wider than the window", name);
	note("the first that is", browser_ask(FIRST_WIDER));
	ok(browser_picture(file), "%s: there is a picture", name);
	free(file);
}

/* The brightness of the page's background, 0 to 255 */
static int brightness(void)
{
	return atoi(browser_ask(
		"getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"));
}

static void filters(void)
{
	int all, some;

	ok(gives(CELL(1), "EACCES") && gives(CELL(2), "works"),
	   "at first it tells what cap_bpf,cap_tracing is good for");
	note("the patched cell", browser_ask(CELL(2)));
	tick("cap_tracing");
	ok(gives(CELL(1), "EACCES") && gives(CELL(2), "EACCES"),
	   "without cap_tracing it is refused");
	tick("cap_perfmon");
	ok(gives(CELL(1), "EACCES"), "Debian's level 3 refuses cap_perfmon");
	tick("cap_sys_admin");
	ok(gives(CELL(1), "works") && gives(CELL(2), "works"),
	   "cap_sys_admin does it on both");
	tick("cap_sys_admin");
	tick("cap_perfmon");
	tick("cap_tracing");
	all = atoi(browser_ask("document.querySelectorAll('tbody tr:not([hidden])').length"));
	tick("differences");
	some = atoi(browser_ask("document.querySelectorAll('tbody tr:not([hidden])').length"));
	ok(all > 150 && some > 0 && some < all,
	   "only what differs is a part of it");
	ok(gives("[...document.querySelectorAll('tbody tr:not([hidden])')].every("
		 "r => r.children[1].textContent !== r.children[2].textContent) ? 'all' : 'not all'",
		 "all"), "all that differs differs");
	tick("differences");
}

int main(int argc, char **argv)
{
	const char *wrong;
	int light;

	tap_begin();
	about = "report in a browser";
	if (argc != 3) {
		fputs("usage: browser-test PAGE.html PICTURES\n", stderr);
		return 2;
	}
	pictures = argv[2];
	mkdir(pictures, 0755);
	wrong = browser_open(argv[1]);
	ok(!wrong, "it opens");
	if (wrong) {
		note("why not", wrong);
	} else {
		looks("wide-light", 1400, false);
		light = brightness();
		filters();
		ok(atoi(browser_ask("document.querySelectorAll('.bars rect').length")) > 20 &&
		   gives("[...document.querySelectorAll('.bars rect')].every("
			 "r => r.getBoundingClientRect().width > 0) ? 'all' : 'not all'", "all"),
		   "each figure of make bench has its bar");
		looks("narrow-light", 360, false);
		looks("wide-dark", 1400, true);
		ok(light > 200 && brightness() < 60, "its colours follow the system's");
		looks("narrow-dark", 360, true);
	}
	browser_close();
	return tap_end();
}

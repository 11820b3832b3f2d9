/* transaction/session/browser_name.c - what a person may know a browser by. */
#include "transaction/session/browser_name.h"

#include <stdio.h>

#define LOOKED_AT 512 /* bytes of the header */

struct sign {
	const char *mark, *name;
};

/* In this order: most name those they want to be taken for, too. */
static const struct sign browsers[] = {
	{ "Edg/", "Edge" }, { "EdgA/", "Edge" }, { "EdgiOS/", "Edge" },
	{ "OPR/", "Opera" },
	{ "SamsungBrowser/", "Samsung Internet" },
	{ "Firefox/", "Firefox" }, { "FxiOS/", "Firefox" },
	{ "CriOS/", "Chrome" }, { "Chrome/", "Chrome" },
	{ "Safari/", "Safari" },
	{ "curl/", "curl" },
};

static const struct sign systems[] = {
	{ "iPhone", "iPhone" }, { "iPad", "iPad" },
	{ "Android", "Android" },
	{ "Windows", "Windows" },
	{ "CrOS", "ChromeOS" },
	{ "Macintosh", "Mac" },
	{ "Linux", "Linux" },
};

static bool
stands_in(struct span text, const char *mark)
{
	for (; text.size >= strlen(mark); text = span_skip(text, 1))
		if (span_starts(text, mark))
			return true;
	return false;
}

static const char *
find_sign(struct span text, const struct sign *signs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (stands_in(text, signs[i].mark))
			return signs[i].name;
	return NULL;
}

const char *
browser_name(struct span user_agent, char out[BROWSER_NAME])
{
	const struct span text = span_first(user_agent, LOOKED_AT);
	const char *browser = find_sign(text, browsers, COUNT(browsers));
	const char *system = find_sign(text, systems, COUNT(systems));

	snprintf(out, BROWSER_NAME, "%s%s%s%s%s", browser ? browser : "", browser && system ? " " : "",
	    system ? "(" : "", system ? system : "", system ? ")" : "");
	return out;
}

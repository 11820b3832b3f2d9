/* tests/http/test_route.c - which route a method and a path find. */
#include "expect.h"

#include <stdio.h>

#include "http/route.h"

static void
handle(struct exchange *x, void *front)
{
	(void)x;
	(void)front;
}

static const struct route first[] = {
	{ GET, "/", handle, NO_BODY, 0 },
	{ GET, "/entities", handle, NO_BODY, 0 },
	{ GET, "/entities/{id}", handle, NO_BODY, 0 },
	{ GET, "/entities/all", handle, NO_BODY, 0 },
	{ GET, "/tile/{id}", handle, NO_BODY, 0 },
	{ GET, "/tile/{path...}", handle, NO_BODY, 0 },
	{ POST, "/things", handle, JSON, 100 },
	{ PUT, "/things", handle, JSON, 100 },
	{ 0 },
};
static const struct route second[] = {
	{ GET, "/v1/members/{id}", handle, NO_BODY, 0 },
	{ POST, "/v1/members/{id}/approve", handle, JSON, 100 },
	{ DELETE, "/v1/members/{id}", handle, NO_BODY, 0 },
	{ POST, "/entities/all", handle, NO_BODY, 0 },
	{ HEAD, "/special", handle, NO_BODY, 0 },
	{ GET, "/special", handle, NO_BODY, 0 },
	{ 0 },
};

/* "front path [segment]", "no path", or "no method: allowed". */
static const struct {
	const char *title;
	enum method method;
	const char *path, *expected;
} cases[] = {
	{ "the root", GET, "/", "1 /" },
	{ "a whole path", GET, "/entities", "1 /entities" },
	{ "a segment is given to the handler", GET, "/entities/a%2Fb", "1 /entities/{id} a%2Fb" },
	{ "a segment may look like its name", GET, "/entities/{sha1}00", "1 /entities/{id} {sha1}00" },
	{ "a whole path comes before a pattern", GET, "/entities/all", "1 /entities/all" },
	{ "an empty segment is none", GET, "/entities/", "no path" },
	{ "the rest goes over slashes", GET, "/tile/0/x001/067.p/8", "1 /tile/{path...} 0/x001/067.p/8" },
	{ "and may end with one", GET, "/tile/0/", "1 /tile/{path...} 0/" },
	{ "one segment is the earlier route's", GET, "/tile/0", "1 /tile/{id} 0" },
	{ "an empty rest is none", GET, "/tile/", "no path" },
	{ "a method of the rest that is not there is told", POST, "/tile/0/1", "no method: GET, HEAD" },
	{ "a segment does not go over a slash", GET, "/entities/a/b", "no path" },
	{ "a path is compared whole", GET, "/entitiesx", "no path" },
	{ "letters are compared exactly", GET, "/Entities", "no path" },
	{ "nothing is decoded", GET, "/%65ntities", "no path" },
	{ "a second front has its own state", GET, "/v1/members/m1", "2 /v1/members/{id} m1" },
	{ "a segment in the middle", POST, "/v1/members/m1/approve", "2 /v1/members/{id}/approve m1" },
	{ "an empty segment in the middle is none", POST, "/v1/members//approve", "no path" },
	{ "GET answers HEAD", HEAD, "/entities", "1 /entities" },
	{ "HEAD may have a route of its own", HEAD, "/special", "2 /special" },
	{ "another method of a path", DELETE, "/v1/members/m1", "2 /v1/members/{id} m1" },
	{ "a method that is not there is told", POST, "/entities", "no method: GET, HEAD" },
	{ "all that are there are told", GET, "/things", "no method: POST, PUT" },
	{ "those of patterns are told", PUT, "/v1/members/m1", "no method: GET, HEAD, DELETE" },
	{ "those of a whole path and of patterns are told", PUT, "/entities/all", "no method: GET, HEAD, POST" },
	{ "an unknown method on a known path", METHOD_UNKNOWN, "/", "no method: GET, HEAD" },
	{ "an unknown method on an unknown path", METHOD_UNKNOWN, "/x", "no path" },
	{ "a path of two fronts finds the one with the method", POST, "/entities/all", "2 /entities/all" },
};

static void
a_request_finds_its_route(void **state)
{
	char one = '1', two = '2';
	struct mount mounts[] = { { first, &one }, { second, &two } };
	struct router *router = router_new(mounts, COUNT(mounts));

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct route_match match;
		char text[128];

		switch (router_find(router, cases[i].method, span_text(cases[i].path), &match)) {
		case ROUTE_FOUND:
			snprintf(text, sizeof(text), "%c %s%s%.*s", *(char *)match.front, match.route->path,
			    match.segment.size ? " " : "", SPAN_ARGS(match.segment));
			break;
		case ROUTE_NO_PATH:
			snprintf(text, sizeof(text), "no path");
			break;
		case ROUTE_NO_METHOD:
			snprintf(text, sizeof(text), "no method: %s", match.allow);
			break;
		}
		expect_text(cases[i].title, text, cases[i].expected);
	}
	router_free(router);
}

static void
many_routes_are_all_found(void **state)
{
	static char paths[500][16];
	static struct route routes[501];
	struct mount mount = { routes, NULL };
	struct router *router;
	struct route_match match;

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		snprintf(paths[i], sizeof(paths[i]), "/p%zu", i);
		routes[i] = (struct route){ GET, paths[i], handle, NO_BODY, 0 };
	}
	router = router_new(&mount, 1);
	for (size_t i = 0; i < COUNT(paths); i++) {
		expect_number("it is found", router_find(router, GET, span_text(paths[i]), &match), ROUTE_FOUND);
		expect_true("and is the right one", match.route == routes + i);
	}
	expect_number("another is not", router_find(router, GET, span_text("/p500"), &match), ROUTE_NO_PATH);
	router_free(router);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_finds_its_route),
		cmocka_unit_test(many_routes_are_all_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

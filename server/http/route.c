/* http/route.c - finding the route of a request: whole paths by hash, then those with a `{name}`. */
#include "http/route.h"

#include <assert.h>
#include <stdlib.h>

#define METHOD_SETS (1u << METHOD_COUNT)

/* All routes of one path. */
struct place {
	struct span before, after; /* the `{name}`; a whole path has only `before` */
	bool pattern, rest;        /* rest: the name is of all that follows */
	unsigned methods;          /* a bit each */
	const struct route *route[METHOD_COUNT];
	void *front[METHOD_COUNT];
};

struct router {
	struct place *places;
	size_t count, size;        /* size: a power of two, of `hashed` */
	struct place **hashed;     /* whole paths, open addressing */
	struct place **patterns;
	size_t pattern_count;
	struct route_match missing; /* of `*`; without a route there is none */
	char allow[METHOD_SETS][40];
};

static size_t
hash(struct span path)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a; the keys are ours, so nobody can choose collisions among them */

	for (size_t i = 0; i < path.size; i++)
		h = (h ^ path.data[i]) * 1099511628211u;
	return (size_t)(h ^ h >> 29);
}

static struct place **
find_slot(const struct router *r, struct span path)
{
	size_t at = hash(path) & (r->size - 1);

	while (r->hashed[at] && !span_equal(r->hashed[at]->before, path))
		at = (at + 1) & (r->size - 1);
	return r->hashed + at;
}

static struct place *
find_pattern(const struct router *r, const struct place *p)
{
	for (size_t i = 0; i < r->pattern_count; i++)
		if (span_equal(r->patterns[i]->before, p->before) && span_equal(r->patterns[i]->after, p->after) &&
		    r->patterns[i]->rest == p->rest)
			return r->patterns[i];
	return NULL;
}

static struct place *
place_of(struct router *r, const char *path)
{
	const char *open = strchr(path, '{'), *close = open ? strchr(open, '}') : NULL;
	struct place *new = r->places + r->count, **slot = NULL, *known;

	assert(path[0] == '/' && !open == !close);
	new->before = open ? span_of(path, (size_t)(open - path)) : span_text(path);
	new->after = close ? span_text(close + 1) : (struct span){ 0 };
	new->pattern = open;
	if (open) {
		/* One segment, whole, and only one. */
		assert(open[-1] == '/' && (close[1] == '/' || close[1] == '\0') && !strchr(close, '{'));
		new->rest = memcmp(close - 3, "...", 3) == 0;
		assert(!new->rest || close[1] == '\0');
		known = find_pattern(r, new);
	} else {
		slot = find_slot(r, new->before);
		known = *slot;
	}
	if (known) {
		memset(new, 0, sizeof(*new));
		return known;
	}
	r->count++;
	if (open)
		r->patterns[r->pattern_count++] = new;
	else
		*slot = new;
	return new;
}

static void
add_route(struct router *r, const struct route *route, void *front)
{
	struct place *place;

	if (strcmp(route->path, "*") == 0) {
		assert(route->method == GET && !r->missing.route);
		r->missing = (struct route_match){ .route = route, .front = front };
		return;
	}
	place = place_of(r, route->path);
	assert(route->method > METHOD_UNKNOWN && route->method < METHOD_COUNT && route->handle);
	assert(!(place->methods & 1u << route->method));
	place->methods |= 1u << route->method;
	place->route[route->method] = route;
	place->front[route->method] = front;
}

/* GET answers HEAD where no route of its own does. */
static void
answer_head(struct place *place)
{
	if (!(place->methods & 1u << GET) || place->methods & 1u << HEAD)
		return;
	place->methods |= 1u << HEAD;
	place->route[HEAD] = place->route[GET];
	place->front[HEAD] = place->front[GET];
}

static void
write_allow(char *out, unsigned methods)
{
	char *at = out;

	for (enum method m = GET; m < METHOD_COUNT; m++) {
		if (!(methods & 1u << m))
			continue;
		if (at != out)
			at = stpcpy(at, ", ");
		at = stpcpy(at, method_name(m));
	}
}

struct router *
router_new(const struct mount *mounts, size_t count)
{
	struct router *r = calloc(1, sizeof(*r));
	size_t routes = 0;

	for (size_t i = 0; i < count; i++)
		for (const struct route *route = mounts[i].routes; route->path; route++)
			routes++;
	if (!r)
		abort();
	r->size = 8;
	while (r->size < routes * 2)
		r->size *= 2;
	r->places = calloc(routes + 1, sizeof(*r->places));
	r->patterns = calloc(routes + 1, sizeof(*r->patterns));
	r->hashed = calloc(r->size, sizeof(*r->hashed));
	if (!r->places || !r->patterns || !r->hashed)
		abort();
	for (size_t i = 0; i < count; i++)
		for (const struct route *route = mounts[i].routes; route->path; route++)
			add_route(r, route, mounts[i].front);
	for (size_t i = 0; i < r->count; i++)
		answer_head(r->places + i);
	for (unsigned methods = 0; methods < METHOD_SETS; methods++)
		write_allow(r->allow[methods], methods);
	return r;
}

void
router_free(struct router *r)
{
	if (!r)
		return;
	free(r->places);
	free(r->patterns);
	free(r->hashed);
	free(r);
}

/* What stands for the `{name}`: not empty, without '/' unless it is all the rest. */
static bool
match(const struct place *place, struct span path, struct span *segment)
{
	size_t fixed = place->before.size + place->after.size;

	if (path.size <= fixed || memcmp(path.data, place->before.data, place->before.size) != 0)
		return false;
	*segment = span_of(path.data + place->before.size, path.size - fixed);
	return span_equal(span_skip(path, path.size - place->after.size), place->after) &&
	    (place->rest || !memchr(segment->data, '/', segment->size));
}

enum route_found
router_find(const struct router *r, enum method method, struct span path, struct route_match *out)
{
	const struct place *place = *find_slot(r, path);
	struct span segment = { 0 };
	unsigned methods = 0;

	*out = (struct route_match){ 0 };
	for (size_t i = 0; place || i < r->pattern_count; place = NULL) {
		/* First the whole path, then the patterns: `/entities/idps` is not an entity. */
		if (!place) {
			place = r->patterns[i++];
			if (!match(place, path, &segment))
				continue;
		}
		methods |= place->methods;
		if (place->methods & 1u << method) {
			*out = (struct route_match){ place->route[method], place->front[method], segment, NULL };
			return ROUTE_FOUND;
		}
	}
	if (!methods && r->missing.route && (method == GET || method == HEAD)) {
		*out = r->missing;
		return ROUTE_FOUND;
	}
	if (!methods)
		return ROUTE_NO_PATH;
	out->allow = r->allow[methods];
	return ROUTE_NO_METHOD;
}

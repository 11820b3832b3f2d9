/* http/route.h - what may be asked of a front: method, path, handler, and what the body may be.
 *
 * A front exports its table, ended by a zero row; daemon/ mounts it with the front's own state. The path is matched
 * before anything is percent-decoded; one segment may be `{name}` and comes to the handler raw, as request->segment; as
 * the last it may be `{name...}`, which stands for one segment or more, slashes and all. A GET route with the path `*`
 * answers where nothing is: it says 404 in the form the requester likes.
 */
#pragma once

#include <stddef.h>

#include "http/message.h"

struct exchange;

enum body { NO_BODY, JSON, FORM, XML, ANY_BYTES };

typedef void route_handler(struct exchange *, void *front);

struct route {
	enum method method; /* GET answers HEAD too */
	const char *path;
	route_handler *handle;
	enum body body;
	size_t limit; /* of the body, bytes */
};

struct mount {
	const struct route *routes;
	void *front;
};

/* A set of mounts, ready to be searched; made once, when configuration is loaded. Two routes of one method and path are
 * a bug. */
struct router;
struct router *router_new(const struct mount *mounts, size_t count);
void router_free(struct router *);

enum route_found { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD };
struct route_match {
	const struct route *route;
	void *front;
	struct span segment;     /* of `{name}` or `{name...}`, still percent-encoded */
	const char *allow;       /* with ROUTE_NO_METHOD: the Allow header */
};
enum route_found router_find(const struct router *, enum method, struct span path, struct route_match *out);

/* front/registry/front.c - the registry's front put together: its routes, its state, its way of saying no. */
#include "front/registry/front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Pages (bounded in pages.h) with their gzip twins, and a few certificates. */
#define FRONT_MEMORY (64 * MIB)
#define RETRY_SECONDS "5"

const struct route registry_routes[] = {
	{ GET, "/entities",             serve_entities,            NO_BODY, 0 },
	{ GET, "/entities/{id}",        serve_entity,              NO_BODY, 0 },
	{ GET, "/metadata.xml",         serve_entities,            NO_BODY, 0 },
	{ GET, "/metadata/idps.xml",    serve_idps,                NO_BODY, 0 },
	{ GET, "/metadata/sps.xml",     serve_sps,                 NO_BODY, 0 },
	{ GET, "/trusted-list.json",    serve_trusted_list,        NO_BODY, 0 },
	{ GET, "/trusted-list.jws",     serve_trusted_list_signed, NO_BODY, 0 },
	{ GET, "/v1/members",           serve_members,             NO_BODY, 0 },
	{ GET, "/v1/members/{id}",      serve_member,              NO_BODY, 0 },
	{ GET, "/v1/members/{id}/logo", serve_logo,                NO_BODY, 0 },
	{ GET, "/v1/federation",        serve_federation,          NO_BODY, 0 },
	{ GET, "/v1/federation/events", serve_federation_events,   NO_BODY, 0 },
	{ GET, "/v1/anchors",           serve_anchors,             NO_BODY, 0 },
	{ GET, "/anchors/{name}",       serve_anchor,              NO_BODY, 0 },
	{ GET, "/members",              serve_members_page,        NO_BODY, 0 },
	{ GET, "/members/",             serve_members_page,        NO_BODY, 0 },
	{ GET, "/members/{id}",         serve_member_page,         NO_BODY, 0 },
	{ GET, "/decisions/",           serve_decision_page,       NO_BODY, 0 },
	{ GET, "/decisions/{id}",       serve_decision_page,       NO_BODY, 0 },
	{ 0 }
};

static const char *
kept_text(struct arena *arena, const char *text)
{
	return arena_text(arena, span_text(text));
}

static struct registry_front_settings
settings_kept(struct arena *arena, const struct registry_front_settings *s)
{
	return (struct registry_front_settings){
		.name_ja = arena_copy(arena, s->name_ja),
		.name_en = arena_copy(arena, s->name_en),
		.base_url = arena_copy(arena, s->base_url),
		.registration_authority = arena_copy(arena, s->registration_authority),
		.generations = kept_text(arena, s->generations),
		.keys = kept_text(arena, s->keys),
		.cache_for = s->cache_for,
		.cache_missing = s->cache_missing,
		.pages = kept_text(arena, s->pages),
	};
}

/* Everything is read here, while the process may still open what it likes. */
enum err
registry_front_new(struct loop *loop, struct store *store, const struct registry_front_settings *settings,
    struct registry_front **out, struct problem *why)
{
	struct registry_front *front = calloc(1, sizeof(*front));
	enum err err = OK;

	if (!front)
		abort();
	front->store = store;
	front->arena = arena_init(FRONT_MEMORY);
	front->settings = settings_kept(&front->arena, settings);
	front->missing_fields = arena_print(&front->arena,
	    "Cache-Control: max-age=%lld\r\nVary: Accept, Accept-Encoding\r\n",
	    (long long)(settings->cache_missing / SECONDS(1)));
	front->anchor_fields = arena_print(&front->arena, "Cache-Control: max-age=%lld\r\n",
	    (long long)(settings->cache_for / SECONDS(1)));
	front->card_fields = arena_print(&front->arena, "Cache-Control: max-age=%lld\r\n",
	    (long long)(settings->cache_missing / SECONDS(1)));
	feed_init(&front->feed, loop, front);
	front->generations = open(settings->generations, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (front->generations < 0)
		err = problem_errno(why, errno, "%s", settings->generations);
	if (err == OK)
		err = anchors_read(&front->anchors, settings->keys, &front->arena, why);
	if (err == OK)
		err = pages_read(&front->pages, settings->pages, settings->pages_left_out, &front->arena, why);
	if (err != OK) {
		registry_front_free(front);
		return err;
	}
	*out = front;
	return OK;
}

void
registry_front_free(struct registry_front *front)
{
	if (!front)
		return;
	feed_release(&front->feed);
	if (front->generations >= 0)
		close(front->generations);
	arena_release(&front->arena);
	free(front);
}

const struct route *
registry_page_routes(const struct registry_front *front)
{
	return front->pages.routes;
}

void
front_refuse(struct exchange *exchange, int status, const char *fields, enum err code, const char *clause,
    const char *detail)
{
	struct problem why;

	problem_set(&why, code, clause, "%s", detail);
	exchange_refuse_with(exchange, status, span_text(fields), &why);
}

void
front_unavailable(struct exchange *exchange, const char *detail)
{
	front_refuse(exchange, 503, "Retry-After: " RETRY_SECONDS "\r\n", ERR_UNAVAILABLE,
	    "RFC 9110 s15.6.4", detail);
}

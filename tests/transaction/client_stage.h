/* tests/transaction/client_stage.h - a store in memory with a member whose relying party has a client of OpenID
 * Connect.
 */
#pragma once

#include "transaction/stage.h"

#include "registry/oidc_client.h"
#include "transaction/client/client.h"

#define SHOP "https://shop.example/"
#define STAGE_KEY "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define SHOP_CLIENT "\"redirect_uris\":[\"https://www.shop.example/cb\"]"

/* A record whose relying party says `more` ("\"sector\":…,"), and its client `client` beside where it returns. */
static inline const char *
stage_shop(struct stage *s, const char *more, const char *client, const char *certifications)
{
	return arena_print(&s->arena,
	    "{\"id\":\"shop\",\"kind\":\"business\",\"name\":{\"ja\":\"店\",\"en\":\"Shop Inc.\"},"
	    "\"contacts\":[{\"type\":\"support\",\"email\":\"help@shop.example\"}],\"certifications\":[%s],"
	    "\"entities\":[{\"entity_id\":\"" SHOP "\",\"roles\":[\"rp\"],\"name\":{\"en\":\"Shop\"},%s"
	    "\"attributes\":[{\"name\":\"email\",\"required\":true,\"purpose\":{\"en\":\"Receipts\"}}],"
	    "\"oidc\":{\"client\":{" SHOP_CLIENT "%s}}},"
	    "{\"entity_id\":\"https://app.shop.example/\",\"roles\":[\"rp\"]},"
	    "{\"entity_id\":\"https://idp.shop.example/\",\"roles\":[\"idp\"]}]}",
	    certifications, more, client);
}

static inline void
stage_open_shop(struct stage *s, uint64_t seed, enum standing standing, const char *record)
{
	stage_open(s, seed);
	stage_member_as(s, "shop", standing, record);
	stage_claim(s, SHOP, "shop");
	stage_claim(s, "https://app.shop.example/", "shop");
	stage_claim(s, "https://idp.shop.example/", "shop");
}

/* A caller of the member that shows this token. */
static inline void
stage_holder(struct stage *s, const char *name, const char *member, unsigned rights, const char *token)
{
	uint8_t *sum = arena_take(&s->arena, 32);

	digest(DIGEST_SHA256, span_text(token), sum);
	stage_caller(s, &(struct caller){ .name = span_text(name), .member = span_text(member), .rights = rights,
	    .token = span_of(sum, 32) });
}

struct stage_client {
	struct stage *stage;
	const struct client *client;
};

static inline void
stage_on_client(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct stage_client *found = arg;

	found->stage->done = true;
	found->stage->err = err;
	found->client = client;
	if (why)
		found->stage->why = *why;
}

static inline const struct client *
stage_find_client(struct stage *s, struct client_book *book, const char *id)
{
	struct stage_client found = { .stage = s };

	s->done = false;
	client_find(s->store, book, &s->arena, span_text(id), s->now, stage_on_client, &found);
	stage_run(s);
	s->done = false;
	return found.client;
}

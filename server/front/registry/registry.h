/* front/registry/registry.h - the registry as the world sees it: MDQ, aggregates, anchors, freshness, and the pages.
 *
 *     /entities  /entities/{id}                  MDQ (draft-young-md-query-21, -saml-21)
 *     /metadata.xml /metadata/idps.xml /sps.xml  signed aggregates
 *     /trusted-list.json /trusted-list.jws       who is trusted: plain and signed (ETSI TS 119 602)
 *     /v1/members /v1/members/{id} …/logo        who is in, for people: the list, one member's card, its logo
 *     /v1/federation /v1/federation/events       what is published and how fresh, as data and as server-sent events
 *     /v1/anchors  /anchors/{name}               signing certificates: list, and each as .cer
 *     / /members/{id} /policy/ /decisions/{id} … pages and what they are made of
 */
#pragma once

#include "http/route.h"
#include "net/loop.h"
#include "store/store.h"

struct registry_front;

struct registry_front_settings {
	struct span name_ja, name_en, base_url, registration_authority;
	const char *generations;       /* directory of generation files */
	const char *keys;              /* directory of key descriptors: only certificates are read */
	int64_t cache_for;             /* max-age of what is found, microseconds */
	int64_t cache_missing;         /* of what is not (MDQ s4.2): short, so that new members appear */
	const char *pages;             /* directory, read whole at the start */
	const char *const *pages_left_out; /* directories in it that are not served, ended by NULL; NULL: none */
};

enum err registry_front_new(struct loop *, struct store *, const struct registry_front_settings *,
    struct registry_front **out, struct problem *why);
void registry_front_free(struct registry_front *);

extern const struct route registry_routes[];

/* The pages' routes follow from the files found, so this table is the front's own. */
const struct route *registry_page_routes(const struct registry_front *);

/* front/registry/front.h - what the files of this front share: its state, its handlers, its way of saying no. */
#pragma once

#include "front/registry/anchors.h"
#include "front/registry/federation.h"
#include "front/registry/pages.h"
#include "front/registry/registry.h"
#include "http/exchange.h"

struct registry_front {
	struct store *store;
	struct registry_front_settings settings;
	struct arena arena;         /* of what is read at the start and lives as long as the front */
	int generations;            /* directory of generation files, open */
	const char *missing_fields; /* of a 404: the negative cache (MDQ s4.2) */
	const char *anchor_fields;  /* Cache-Control of a certificate, and of a logo */
	const char *card_fields;    /* of a member's card: what is said of its standing must not be old */
	struct anchors anchors;
	struct pages pages;
	struct feed feed;
};

/* members.c */
route_handler serve_members, serve_trusted_list, serve_trusted_list_signed, serve_members_page, serve_member_page;
/* member_card.c */
route_handler serve_member;
/* logo.c */
route_handler serve_logo;
/* mdq.c */
route_handler serve_entities, serve_entity, serve_idps, serve_sps;
/* federation.c */
route_handler serve_federation, serve_federation_events;
/* anchors.c */
route_handler serve_anchors, serve_anchor;
/* pages.c */
route_handler serve_page, serve_decision_page;

/* RFC 9457 problem details as exchange_refuse() writes them, with fields of the caller's ("" or lines with CRLF):
 * only so can a 404 be cached for a while and a 503 say when to come again. */
void front_refuse(struct exchange *, int status, const char *fields, enum err code, const char *clause,
    const char *detail);

/* 503, Retry-After: for what may be answered in a moment. Never 404, which says that nothing is there (MDQ s2.6). */
void front_unavailable(struct exchange *, const char *detail);

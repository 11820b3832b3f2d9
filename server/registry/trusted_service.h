/* registry/trusted_service.h - one entity's part of the trusted list: a service for each of its roles, with the keys
 * that speak for it, where it is reached, what it is certified for, and the history of its standing. Private to this
 * room.
 */
#pragma once

#include "registry/portrait.h"
#include "registry/trusted_list.h"

/* Times at which a status of ETSI TS 119 602 began, oldest first, none like the one before it. */
struct trusted_status {
	enum standing standing; /* APPROVED, SUSPENDED or WITHDRAWN */
	struct instant at;
};

struct trusted_services {
	const struct trusted_list_settings *settings;
	const struct member_record *record;
	const struct trusted_status *history; /* without the status in force */
	size_t history_count;
	struct instant since;                 /* of the status in force */
	struct instant issued;
};

/* Adds the entity's services to an array; `portrait` is NULL when it does not speak SAML. */
void trusted_services_write(struct buffer *, const struct trusted_services *, const struct member_entity *,
    const struct portrait *);

/* Canonical JSON, shared by the list's two halves. */

/* One of our URIs: base_url, `path`, `rest`. */
void trusted_uri(struct buffer *, const struct trusted_list_settings *, const char *path, struct span rest);
/* [{"lang":"ja",NAME:…},{"lang":"en",NAME:…}], each language that is there; `name` is "value" or "uriValue". */
void trusted_texts(struct buffer *, const struct localized *, const char *name);

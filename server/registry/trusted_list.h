/* registry/trusted_list.h - the trusted list: who is trusted, in the data model of ETSI TS 119 602 V1.1.1 (list of
 * trusted entities, JSON), and the same signed (JAdES baseline B, compact).
 *
 * One TrustedEntity per approved member, one service per entity and role, each with the history of its standing. The
 * list is canonical JSON (RFC 8785), written member by member: memory does not grow with it. A member that is suspended
 * or withdrawn is not in it.
 *
 * Our own URIs, all below base_url:
 *     trust/list                         LoTEType
 *     trust/approval                     StatusDeterminationApproach: operators approve, the journal keeps each change
 *     trust/service/ROLE                 ServiceTypeIdentifier: model/entity.h's names of roles, and other
 *     trust/status/suspended             ServiceStatus in a history; granted and withdrawn have ETSI's URIs
 *     trust/endpoint/NAME                ServiceType of a supply point: SAML's element or OpenID's metadata parameter
 *     trust/extension/certification      names an element of ServiceInformationExtensions: what is certified, by whom
 */
#pragma once

#include "registry/standing.h"

struct trusted_list_settings {
	struct localized operator_name, scheme_name; /* SchemeOperatorName, SchemeName */
	const char *territory;    /* "JP" */
	const char *base_url;     /* with a slash at its end; SchemeInformationURI, and what our own URIs begin with */
	const char *policy;       /* PolicyOrLegalNotice: a URL; may be NULL */
	const char *contact;      /* SchemeOperatorAddress: mailto: or https:; may be NULL */
};

struct trusted_list_head {
	uint64_t sequence;        /* LoTESequenceNumber: the generation */
	struct instant issued, next_update;
};

/* The standing after one entry of a member's history, oldest first. */
struct trusted_event {
	enum standing standing;
	struct instant at;
};

/* The list in pieces: begin, members by id, end. */
void trusted_list_begin(struct buffer *, const struct trusted_list_settings *, const struct trusted_list_head *);
/* An approved one. `first`: no member has been written yet. Certifications count as of `head->issued`. ERR_SYNTAX for a
 * descriptor in the record that cannot be read: then nothing has been written. */
enum err trusted_list_member(struct buffer *, struct arena *, const struct trusted_list_settings *,
    const struct trusted_list_head *, const struct member *, const struct member_record *, const struct trusted_event *,
    size_t event_count, bool first, struct problem *why);
/* `empty`: no member was written, and TrustedEntitiesList, which is never empty, is left out. */
void trusted_list_end(struct buffer *, bool empty);

/* Of a history entry (standing.h's JSON). Entries that change no standing may be among them. False: it tells no
 * standing. */
bool trusted_event_read(struct span entry, struct trusted_event *out);

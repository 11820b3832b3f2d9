/* registry/trusted_list.h - the trusted list: who is trusted, in the data model of ETSI TS 119 602 (list of trusted
 * entities, JSON), and the same signed (JAdES baseline B, compact).
 *
 * One TrustedEntity per approved member, one service per entity and role, each with the history of its standing. The list is
 * canonical JSON, written member by member: memory does not grow with it.
 */
#pragma once

#include "registry/standing.h"

struct trusted_list_settings {
	struct localized operator_name, scheme_name; /* SchemeOperatorName, SchemeName */
	const char *territory;    /* "JP" */
	const char *base_url;     /* SchemeInformationURI, DistributionPoints and our status URIs are below it */
	const char *policy;       /* PolicyOrLegalNotice: a URL; may be NULL */
	const char *contact;      /* SchemeOperatorAddress: mailto: or https:; may be NULL */
};

struct trusted_list_head {
	uint64_t sequence;        /* LoTESequenceNumber: the generation */
	struct instant issued, next_update;
};

/* One entry of a member's history, oldest first. */
struct trusted_event {
	enum standing standing;
	struct instant at;
};

/* The list in pieces: begin, members by id, end. */
void trusted_list_begin(struct buffer *, const struct trusted_list_settings *, const struct trusted_list_head *);
/* `first`: no member has been written yet. */
void trusted_list_member(struct buffer *, struct arena *, const struct trusted_list_settings *, const struct member *,
    const struct member_record *, const struct trusted_event *, size_t event_count, bool first);
void trusted_list_end(struct buffer *);

/* The event of a history entry (standing.h's JSON); false: its standing did not change. */
bool trusted_event_read(struct span entry, struct trusted_event *out);

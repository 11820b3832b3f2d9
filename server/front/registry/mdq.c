/* front/registry/mdq.c - signed metadata as it is asked for: one entity, a group, all (MDQ -21, SAML profile -21).
 *
 *     identifier -> Accept -> the document (sending.h)
 *
 * The aggregates under /metadata are the groups' documents under stable names.
 */
#include "front/registry/front.h"

#include "front/registry/identifier.h"
#include "front/registry/sending.h"
#include "http/negotiate.h"
#include "registry/document.h"

static const struct wanted_words words = {
	.missing = "no entity of this identifier is published here",
	.missing_clause = "draft-young-md-query-21 s2.6",
	.form = "this is served as application/samlmetadata+xml in UTF-8, plain or with gzip; none of it is accepted",
};

static void
ask_for(struct exchange *exchange, struct registry_front *front, struct identifier wanted)
{
	if (wanted.kind == IDENTIFIER_BROKEN)
		front_refuse(exchange, 400, "", ERR_SYNTAX, "draft-young-md-query-21 s3.2.1",
		    "the identifier is one path segment of at least one character, percent-encoded (RFC 3986 s2.1)");
	else if (!accepts_metadata(exchange->request) || !accepts_utf8(exchange->request))
		document_refuse_unacceptable(exchange, &words);
	else if (wanted.kind == IDENTIFIER_UNKNOWN)
		document_refuse_missing(exchange, front, &words);
	else
		document_send(exchange, front, &(struct wanted){ wanted.name, wanted.entity_id, &words });
}

static void
ask_for_set(struct exchange *exchange, void *front, const char *set)
{
	ask_for(exchange, front, (struct identifier){ .kind = IDENTIFIER_SET, .name = span_text(set) });
}

void
serve_entity(struct exchange *exchange, void *front)
{
	ask_for(exchange, front, identifier_read(exchange->arena, exchange->segment));
}

void
serve_entities(struct exchange *exchange, void *front)
{
	ask_for_set(exchange, front, DOCUMENT_ALL);
}

void
serve_idps(struct exchange *exchange, void *front)
{
	ask_for_set(exchange, front, DOCUMENT_IDPS);
}

void
serve_sps(struct exchange *exchange, void *front)
{
	ask_for_set(exchange, front, DOCUMENT_SPS);
}

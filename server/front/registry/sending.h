/* front/registry/sending.h - a document of the publication in force, sent as the publisher made it.
 *
 *     load pointer and document at once -> choose the coding -> 304 | 200 | 404 | 406 | 503
 *
 * The bytes and the header fields were made by the publisher; here they are only chosen.
 */
#pragma once

#include "http/exchange.h"

struct registry_front;

struct wanted {
	struct span name;      /* of the document (registry/document.h) */
	struct span entity_id; /* as asked for; empty: any */
	const struct wanted_words {
		const char *missing, *missing_clause;  /* with 404 */
		const char *form;                      /* with 406: what it is served as */
	} *words;
};
void document_send(struct exchange *, struct registry_front *, const struct wanted *);

/* 404 and 406 in the same words, for those who know before they look. */
void document_refuse_missing(struct exchange *, const struct registry_front *, const struct wanted_words *);
void document_refuse_unacceptable(struct exchange *, const struct wanted_words *);

/* registry/document.h - a published document as workers send it: header fields and bytes, ready made.
 *
 * Small ones (one entity) lie in the store; large ones (aggregates) in immutable files, the store holds the pointer.
 * Each row is keyed by its name and the generation that made it, so that a change of generation is one row's change.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "model/entity.h"
#include "store/store.h"

/* name, generation (8 bytes, big-endian) -> struct published; `claim`: publishing.h's */
extern const struct table document_table;
extern const struct table publication_table; /* PUBLICATION_CURRENT -> struct publication */

/* One representation: what a reply needs. `fields` holds Content-Type, ETag, Last-Modified, Cache-Control, Vary and,
 * for gzip, Content-Encoding, each line ended by CRLF. */
struct representation {
	struct span etag;     /* with its quotes */
	struct span fields;
	struct span body;     /* empty when it lies in a file */
	struct span file;     /* name in the generations directory, or empty */
	uint64_t size;
};

struct published {
	bool gone;                /* since this generation there is no such document */
	struct span entity_id;    /* empty for a set */
	struct instant modified, valid_until;
	/* digest of everything it was made from: equal means that signing again is needless */
	uint8_t made_of[32];
	struct representation plain, gzip;
};
void published_write(struct buffer *, const struct published *);
/* Borrowed from `value`. False: not our record. */
bool published_read(struct span value, struct published *out);

#define PUBLICATION_CURRENT "current"
struct publication {
	uint64_t generation;
	struct instant published, valid_until, refresh_at;
	uint32_t entities, idps, rps;
	struct span key;          /* name of the signing key */
	uint32_t left_out;        /* members that should be in a list and are not: their records could not be used */
};
void publication_write(struct buffer *, const struct publication *);
bool publication_read(struct span value, struct publication *out);

/* The question about the publication in force, and its answer. False: nothing has been published, or `*broken`: not our
 * record. */
struct ask publication_ask(void);
bool publication_found(const struct ask *, struct publication *out, bool *broken);

/* A document's name: an entity's is its key (20 bytes), a set's is its word. */
#define DOCUMENT_ALL "all"
#define DOCUMENT_IDPS "idps"
#define DOCUMENT_SPS "sps"
#define DOCUMENT_TRUSTED_LIST "trusted-list"         /* JSON */
#define DOCUMENT_TRUSTED_LIST_SIGNED "trusted-list-signed" /* compact JWS */
#define DOCUMENT_MEMBERS "members"                   /* member_index.h */

/* Where those with a word for a name are served, behind the base URL: first the sets, which SAML software fetches. */
#define DOCUMENT_SETS 3
#define DOCUMENT_PLACES 6
struct document_place {
	const char *name, *path;
};
extern const struct document_place document_places[DOCUMENT_PLACES];

struct span document_key(struct arena *, struct span name, uint64_t generation);

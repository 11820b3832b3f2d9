/* registry/source.h - whole federations taken in from elsewhere: signed metadata by URL or file, again and again.
 *
 *     due -> fetch (or read) -> verify the signature by key -> validity -> import -> state written
 *                 |                     |                         |          |
 *                 `---- what was taken over before stays, and the state says why not ----'
 *
 * What a source says is believed only as far as its settings go.
 */
#pragma once

#include "net/fetch.h"
#include "net/loop.h"
#include "registry/import.h"
#include "store/store.h"

/* source name -> struct source_state */
extern const struct table source_table;

struct source_settings {
	const char *name;         /* key_name_check()'s form */
	const char *url, *file;   /* exactly one */
	struct span key;          /* SubjectPublicKeyInfo (DER) that signs it, whatever a certificate says */
	int64_t refresh;          /* microseconds; at most half of what is left of validUntil is waited */
	unsigned max_loss;        /* percent of its entities that may go at once; more waits for an operator */
	int64_t longest_validity; /* a validUntil further away is refused, as is none at all */
	bool believe_registration, believe_categories;
};

struct source_state {
	struct instant attempted, succeeded; /* {0}: never */
	struct instant valid_until;          /* of the last good copy */
	struct instant next;
	uint32_t entities, refused;
	struct instant imported;             /* when all of a copy was last looked at, entity by entity */
	uint8_t document[32];                /* SHA-256 of the last good copy */
	uint8_t settings[32];                /* source_settings_digest() it was taken over with */
	struct span etag;
	enum err code;                       /* of the last attempt */
	struct span problem, clause;         /* the same, for people */
	bool held;                           /* it shrank too much: an operator is to look */
};
void source_state_write(struct buffer *, const struct source_state *);
bool source_state_read(struct span value, struct source_state *out);

/* Whether so many of the `before` entities are not `kept` that nobody should take that over silently; 0 %: never. */
bool source_shrank(uint32_t before, uint32_t kept, unsigned max_loss);

/* What decides what a document becomes: when it is another, the same document is looked at anew. */
void source_settings_digest(const struct source_settings *, uint8_t out[32]);

/* The root's validUntil: ERR_INVALID when there is none, when it has passed, or when it is further away than
 * longest_validity. */
enum err source_validity(struct span document, const struct source_settings *, struct instant now,
    struct instant *until, struct problem *why);

/* When to ask again: after `refresh`, or half of what is left of validUntil; after a failure in a minute, then in twice
 * the time of before, up to `refresh`. `before` is the state before this attempt. */
struct instant source_next(const struct source_settings *, const struct source_state *before, struct instant now,
    enum err code, struct instant valid_until);

struct source_refresh {
	const struct source_settings *source;
	const char *actor;        /* "steward", or the operator: for the journal */
	bool asked_for;           /* by an operator: looked at entity by entity, and the journal tells of it */
	bool accept_loss;         /* an operator has looked */
	bool dry_run;
	struct instant now;       /* {0}: the clock's */
};
struct source_report {
	bool unchanged;           /* the same document as before */
	struct source_state state;
	struct import_report import;
};
/* `err` is why it was not taken over. The state has been written in any case, but in a dry run and when the store does
 * not answer; `state` is what it is now. What an operator asks for is looked at entity by entity, the steward's only
 * when the document is another, or a day has passed: rules become errors at a date, and others' entities come and
 * go. */
typedef void on_refreshed(void *arg, enum err, const struct source_report *, const struct problem *why);
struct pending *source_refresh_start(struct loop *, struct store *, struct fetcher *, struct validator *,
    const struct source_refresh *, on_refreshed *, void *arg);

/* Refreshes each source when it is due, one after the other, for as long as it lives; `changed` sources are published
 * by the table's notices. Sources removed from the settings lose their entities at the first run, with an entry in the
 * journal. */
struct sources;
struct sources *sources_new(struct loop *, struct store *, struct fetcher *, struct validator *,
    const struct source_settings *, size_t count);
void sources_free(struct sources *);

/* For operators: now, in turn. ERR_NOT_FOUND: no source of that name is configured. */
struct pending *sources_refresh(struct sources *, const char *name, const char *actor, bool accept_loss, bool dry_run,
    on_refreshed *, void *arg);

/* registry/publish.h - making the publications: sign what changed or is about to expire, then switch to the new
 * generation.
 *
 *                 .-> documents: sign what changed, several in flight, store in parts --.
 *     load -> compare -> lists: the trusted list, the same signed, the members' index --+-> switch -> sweep
 *                 `-> sets: write, sign, compress beside it ----------------------------'
 *
 * The switch moves `publication/current`; until then everything served is the old generation, and a publisher that
 * dies half way leaves only rows and files that the next run sweeps. One changed entity re-signs its document and the
 * sets it stands in, nothing else. Where sets are large its document and the lists come first, in a generation of
 * their own, and the sets follow in the next, which is the one reported; but what ends, ends everywhere in one
 * generation (publishing.h).
 */
#pragma once

#include "net/loop.h"
#include "registry/document.h"
#include "registry/entity.h"
#include "signer/client.h"
#include "store/store.h"

struct trusted_list_settings;

struct publish_settings {
	const char *directory;             /* of generation files */
	const char *registration_authority, *registration_policy; /* mdrpi:RegistrationInfo where the source has none */
	const char *publisher;             /* mdrpi:PublicationInfo */
	int64_t valid_for, cache_for;      /* microseconds */
	int64_t refresh_before;            /* documents with less validity left are signed again */
	const char *key;                   /* signs; its certificate stands in KeyInfo */
	enum key_type key_type;
	struct span certificate;
	uint32_t in_flight;                /* signatures asked for at once */
	const struct trusted_list_settings *trusted_list;
	const char *list_key;              /* signs the trusted list; NULL: there is none, and no /trusted-list.jws */
	enum key_type list_key_type;
	struct span list_certificate;
	struct instant now;                /* {0}: the clock's */
};

struct publish_report {
	uint64_t generation;       /* now current; unchanged when there was nothing to do */
	uint32_t left_out;         /* members that a list should have and has not: see document.h */
	uint32_t signed_documents, kept_documents, removed_documents; /* unsigned lists are not counted as kept */
	int64_t us;
};
typedef void on_published(void *arg, enum err, const struct publish_report *, const struct problem *why);

/* `all`: sign everything anew. A new key or other settings do so by themselves, for they are part of what a document
 * is made of. `settings` stay the caller's until the callback or the cancellation. One publisher at a time: when a
 * second begins, the first ends with ERR_CONFLICT. */
struct pending *publish_start(struct loop *, struct store *, struct signer_client *, const struct publish_settings *,
    bool all, on_published *, void *arg);

/* jpki/crl_store.h - the lists at hand in one directory, one for each issuer and distribution point: a source of
 * answers, and the way new ones come in.
 *
 *     take: list -> who signed it (an anchor; somebody it certified, whom the trust names) -> newer than what we have
 *             -> index file -> manifest renamed -> everybody who looks sees all of it or nothing of it
 *
 * A list that is refused leaves the last good one in force. Each process maps the files; a change is seen at the next
 * refresh, at the price of one stat() when there is none.
 */
#pragma once

#include "base/arena.h"
#include "jpki/certificate.h"
#include "jpki/crl_scope.h"

#define CRL_STORE_LISTS 8192 /* municipalities, two purposes, their deltas */

struct crl_store;

/* `directory` has the index files and the manifest that names them; without a manifest it is empty. Readers need only
 * read it. The trust stays the caller's. ERR_SYNTAX: the manifest is damaged; a file it names that is damaged is left
 * away, and what it was about is not known until a list for it comes in. */
enum err crl_store_open(const char *directory, const struct jpki_trust *, struct crl_store **out, struct problem *why);
void crl_store_close(struct crl_store *);

/* Takes one in (DER or PEM). `*text` says what was taken: "number 42 of CN=Shibuya-ku CRLDP,…: 12345 entries".
 * ERR_CONFLICT: it is no newer than the one at hand (cRLNumber, thisUpdate), unless that is damaged; ERR_DENIED: nobody
 * we believe may have signed it; ERR_CRYPTO: but did not; ERR_INVALID: not in force at `now`, or without nextUpdate;
 * ERR_UNSUPPORTED: it has what must be understood and is not; ERR_UNAVAILABLE: stopped, or another process takes one in
 * just now. */
struct crl_times {
	struct instant this_update, next_update;
};
struct crl_taking {
	struct span der;
	struct instant now;
	struct crl_times *times;    /* NULL, or where to tell what it says, taken or not; {0}: it could not be read */
	bool (*progress)(void *arg, uint64_t done, uint64_t all);
	void *arg;
};
enum err crl_store_take(struct crl_store *, const struct crl_taking *, struct arena *, const char **text,
    struct problem *why);

/* The same of a file (`der` counts for nothing) that somebody may still write to: it is copied first to where nobody
 * does, in the directory of the lists. ERR_INVALID: it is none, or empty, or larger than CRL_LARGEST. */
enum err crl_store_take_file(struct crl_store *, const char *path, const struct crl_taking *, struct arena *,
    const char **text, struct problem *why);

/* Looks whether another process has taken something in. What cannot be read leaves what was there. */
enum err crl_store_refresh(struct crl_store *, struct problem *why);

/* What is at hand, one after another; false at the end. Borrowed until the next refresh. */
struct crl_row {
	const char *file;
	const struct crl_index *index;
	const struct jpki_anchor *anchor;
};
bool crl_store_row(const struct crl_store *, size_t n, struct crl_row *out);

/* What should be at hand and cannot be read, in the same way. */
struct crl_damage {
	const char *file;
	const struct jpki_anchor *anchor;
	const char *problem;
};
bool crl_store_damage(const struct crl_store *, size_t n, struct crl_damage *out);

/* Removes all of it at once, the files too: 施行令 15-3, when the service ends. Whatever is in the directory, damaged or
 * not. */
enum err crl_store_erase(const char *directory, struct problem *why);

/* Answers at once from the lists at hand, looking for new ones each time. The store stays the caller's. */
struct revocation_source *crl_source_new(struct crl_store *, const char *name, const struct crl_policy *);

/* jpki/crl_store.h - the lists at hand in one directory, by (issuer, distribution point): a source of answers, and the
 * way new ones come in.
 *
 *     import: list -> who signed it (anchors; an authority they certified for it) -> older than what we have? -> index file
 *             -> manifest renamed -> everybody who looks sees all of it or nothing of it
 *
 * A list that is refused leaves the last good one in force. Each process maps the files; a change is seen at the next
 * crl_store_refresh(), at no cost when there is none.
 */
#pragma once

#include "jpki/crl_scope.h"

struct crl_store;

/* `directory` has the index files and the manifest; readers need only read it. */
enum err crl_store_open(const char *directory, const struct jpki_trust *, struct crl_store **out, struct problem *why);
void crl_store_close(struct crl_store *);

/* Takes one in (DER or PEM). ERR_CONFLICT: it is older than, or as old as, the one at hand (cRLNumber, thisUpdate);
 * ERR_CRYPTO: nobody we believe signed it; ERR_INVALID: not in force at `now`, no nextUpdate, a scope we do not know;
 * `*text` says what was taken ("signature JPKI-TEST … Tokyo-to/Shibuya-ku CRLDP number 42, 12,345 entries"). */
struct crl_taking {
	struct span der;
	struct instant now;
	bool (*progress)(void *arg, uint64_t done, uint64_t all);
	void *arg;
};
enum err crl_store_take(struct crl_store *, const struct crl_taking *, struct arena *, const char **text,
    struct problem *why);

/* Looks whether another process has taken something in. */
void crl_store_refresh(struct crl_store *);

/* What is at hand, one after another; false at the end. */
struct crl_row {
	const char *file;
	const struct crl_list *list;
	uint64_t entries;
	const char *point;          /* its distribution point as text */
};
bool crl_store_row(const struct crl_store *, size_t n, struct crl_row *out);

/* Removes all of it at once (施行令 15-3: when the service ends). */
enum err crl_store_erase(struct crl_store *, struct problem *why);

struct revocation_source *crl_source_new(struct crl_store *, const char *name, const struct crl_policy *);

/* jpki/crl_index.h - one revocation list as an immutable file made for looking up: all that the list says of itself,
 * and its entries sorted by serial, 20 bytes each (crl_layout.h).
 *
 *     list (mapped) -> signature checked -> entries written, sorted -> file durable -> renamed     switched by whoever
 *                                                                                                  names it
 *
 * Memory hardly grows with the list: it stays below 64 MB for the largest. A file that is open answers as long as it is
 * open, whatever replaces it.
 */
#pragma once

#include "jpki/crl_list.h"
#include "jpki/name_key.h"

/* Makes `path` from the list in `der`, whose signature was made by one of these keys (SubjectPublicKeyInfo);
 * ERR_CRYPTO: by none; ERR_UNSUPPORTED: by an algorithm we do not take. Large ones report progress (`done` of `all`)
 * every so often; false from it ends the work (ERR_UNAVAILABLE). Nothing is at `path` unless it is whole and durable;
 * what was there is replaced. */
struct crl_import {
	struct span der;
	const struct span *keys;
	size_t key_count;
	unsigned switches;          /* enum signature_switch */
	bool (*progress)(void *arg, uint64_t done, uint64_t all);
	void *arg;
};
enum err crl_index_make(const struct crl_import *, const char *path, struct problem *why);

struct crl_index;

/* Checked whole but for its rows, each block of which is checked when it is looked at. ERR_SYNTAX: it is none of ours,
 * or damaged. */
enum err crl_index_open(const char *path, struct crl_index **out, struct problem *why);
/* The same of bytes that stay the caller's until it is closed. */
enum err crl_index_of(struct span bytes, struct crl_index **out, struct problem *why);
void crl_index_close(struct crl_index *);

/* What the list said of itself; borrowed. `der`, `tbs` and `entries` are empty here. */
const struct crl_list *crl_index_list(const struct crl_index *);
uint64_t crl_index_count(const struct crl_index *);
/* How many entries have an extension that must be understood and is not. */
uint64_t crl_index_critical(const struct crl_index *);
/* SHA-256 of the list without its entries, which its signature, being part of that, binds to it; and of the key that
 * signed. */
const uint8_t *crl_index_digest(const struct crl_index *);
const uint8_t *crl_index_signer(const struct crl_index *);

/* Its issuer, and the names of its distribution point: relative ones are whole here. */
#define CRL_POINT_NAMES 32
const struct name_key *crl_index_issuer(const struct crl_index *);
const struct name_key *crl_index_points(const struct crl_index *, size_t *count);

/* The entry of this serial; of an indirect list, that of this issuer. Of several the one that does not remove, and of
 * these the earliest. `entry->issuer` is empty for the list's own. */
enum crl_found { CRL_DAMAGED, CRL_ABSENT, CRL_LISTED };
enum crl_found crl_index_find(const struct crl_index *, const struct name_key *issuer, struct span serial,
    struct crl_entry *entry);

/* Whether every block is as it was written. It reads all of the file. */
bool crl_index_sound(const struct crl_index *);

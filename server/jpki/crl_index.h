/* jpki/crl_index.h - one revocation list as an immutable file made for looking up: a header with all the list says of
 * itself, then its entries sorted by serial, 20 bytes each.
 *
 *     list (mapped) -> signature verified -> entries sorted -> file durable -> renamed        switched by whoever names it
 *
 * Memory does not grow with the list: input and output are mapped files. A file that is open answers as long as it is
 * open, whatever replaces it.
 */
#pragma once

#include "base/arena.h"
#include "jpki/crl_list.h"

/* Makes `path` from the list in `der`, whose signature was made by one of these keys (SubjectPublicKeyInfo); ERR_CRYPTO:
 * by none. Large ones report progress (`done` of `all` bytes) every so often; false from it ends the work (ERR_UNAVAILABLE).
 * Nothing is at `path` unless it is whole and durable. */
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

/* Checked whole on opening as far as that is cheap: magic, version, sizes, digest of the header. ERR_SYNTAX: it is none
 * of ours. */
enum err crl_index_open(const char *path, struct crl_index **out, struct problem *why);
void crl_index_close(struct crl_index *);

/* What the list said of itself; borrowed. `entries` and `tbs` are empty here. */
const struct crl_list *crl_index_list(const struct crl_index *);
uint64_t crl_index_count(const struct crl_index *);
/* SHA-256 of the list's DER. */
const uint8_t *crl_index_digest(const struct crl_index *);

/* The entry of this serial; of an indirect list, that of this issuer (Name, whole). False: it is not listed. */
bool crl_index_find(const struct crl_index *, struct span issuer, struct span serial, struct crl_entry *out);

/* jpki/crl_shelf.h - the inside of a store of lists (crl_store.h): the rows its manifest names, mapped, and where each
 * is found.
 */
#pragma once

#include <limits.h>
#include <sys/stat.h>

#include "jpki/crl_manifest.h"
#include "jpki/crl_store.h"

struct crl_shelf_row {
	struct crl_manifest_line line;
	struct crl_index *index;
	const struct jpki_anchor *anchor;
	bool delta_lost;                /* as of struct crl_held */
};

/* Where a row is found: issuer, or issuer and one name of its point, cut down to a number. */
struct crl_shelf_place {
	uint64_t key;
	uint32_t row;
};

/* What the manifest names and cannot be opened: lists for it are not at hand. */
struct crl_shelf_damage {
	struct crl_manifest_line line;
	const struct jpki_anchor *anchor;
	struct problem why;
};

struct crl_store {
	char *directory;
	const struct jpki_trust *trust;
	struct crl_shelf_row *rows;
	size_t count;
	struct crl_shelf_damage *damages;
	size_t damage_count;
	struct instant again;           /* damaged ones are opened again then: somebody may have mended them */
	struct crl_shelf_place *places; /* by key */
	size_t place_count;
	struct stat seen;               /* of the manifest; zero: there was none */
};

/* The path of one of its files. */
const char *crl_shelf_path(const char *directory, const char *name, char out[PATH_MAX]);

/* The lines of the manifest on disk, at most CRL_STORE_LISTS of them. ERR_NOT_FOUND: there is none. */
enum err crl_shelf_manifest(const char *directory, struct crl_manifest_line *out, size_t *count, struct problem *);

/* A row as crl_scope.h judges it. */
struct crl_held crl_shelf_held(const struct crl_shelf_row *);

/* Rows that may tell about the certificate, each once; at most `room`. */
size_t crl_shelf_find(const struct crl_store *, const struct x509 *certificate, struct crl_held *out, size_t room);

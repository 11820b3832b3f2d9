/* jpki/setup.h - a verifier as it is configured: its anchors, profiles and sources, opened together.
 *
 *     settings -> anchors read -> profiles -> lists opened -> sources -> verifier
 */
#pragma once

#include "jpki/crl_store.h"
#include "jpki/settings.h"
#include "jpki/verification.h"

struct jpki_setup {
	struct jpki_verifier verifier;
	struct crl_store *lists;     /* NULL: none */
	struct linkage_source *linkage; /* NULL: none */
	struct jpki_anchors *anchors;
	struct arena arena;
};

/* `courier` NULL: who is offline, and has only lists. Turn and courier stay the caller's and outlive it. On failure
 * nothing is left, and the sentence names the file. */
enum err jpki_setup_open(struct turn *, struct courier *, const struct jpki_settings *, struct jpki_setup **out,
    struct problem *why);
void jpki_setup_free(struct jpki_setup *);
/* From now on failures of its sources are noted there: see jpki/source_fault.h. The row stays the caller's. */
void jpki_setup_watch(struct jpki_setup *, struct source_faults *row);

/* Whether every file can be opened that jpki_setup_open() with a courier opens; the directory of lists only where there
 * is one, for it is made at the first start. */
enum err jpki_setup_check(const struct jpki_settings *, struct problem *why);

/* false: forgets whatever was received about certificates, and keeps nothing more until `true`: who runs this has ended
 * verifying (Cabinet Order Art. 15-3). Of lists that is what has been erased on disk. */
void jpki_setup_keep(struct jpki_setup *, bool);

/* Only whom we believe: for who takes lists in. The anchors are the caller's to free; profiles live in the arena. */
enum err jpki_trust_open(struct arena *, const struct jpki_settings *, struct jpki_trust *out,
    struct jpki_anchors **anchors, struct problem *why);

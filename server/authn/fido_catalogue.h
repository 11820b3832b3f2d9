/* authn/fido_catalogue.h - the models of the FIDO Metadata Service's BLOB that is in force, as rows.
 *
 *     a new BLOB's models are put under its own number, part by part -> the state names that number -> the old ones go
 *
 * So a catalogue is switched whole: whoever looks up a model asks for the state's number first.
 */
#pragma once

#include "authn/fido_model.h"
#include "store/store.h"

/* number of its BLOB (8), AAGUID (16) or key identifier (20) -> struct fido_model */
extern const struct table fido_model_table;
extern const struct table fido_state_table;   /* "blob" -> struct fido_state; noticed */

struct fido_state {
	uint64_t number;             /* 0: no BLOB has been taken yet */
	struct instant taken;        /* when it was put in force here */
	struct instant next_update;  /* when its maker promised the next */
	uint32_t models;
	uint8_t legal_header[32];    /* SHA-256 */
	uint64_t reviewed;           /* number of the BLOB by which all credentials have been looked at again */
	uint64_t generation;
};
struct ask fido_state_ask(void);
/* Without a row all zero. ERR_UNAVAILABLE: of a form this build does not know. */
enum err fido_state_loaded(const struct ask *, struct fido_state *out, struct problem *why);
/* That it is still as it was loaded: for what was judged by its catalogue. */
void fido_state_expect(struct unit *, const struct fido_state *);
/* Expects it as it was loaded. */
void fido_state_put(struct unit *, const struct fido_state *);

/* `known_by`: an AAGUID or a key identifier. */
struct ask fido_model_ask(struct arena *, uint64_t number, struct span known_by);
/* NULL: the catalogue has no such model. Borrowed from the arena. ERR_UNAVAILABLE. */
enum err fido_model_loaded(struct arena *, const struct ask *, const struct fido_model **out, struct problem *why);
/* All it is known by. */
void fido_model_put(struct unit *, struct arena *, uint64_t number, const struct fido_model *);
/* All models of BLOBs with numbers between, a part at a time. */
struct ask fido_models_between_ask(struct arena *, uint64_t above, uint64_t below, uint32_t limit);
/* Those of this one, after that key (empty: the first). */
struct ask fido_models_ask(struct arena *, uint64_t number, struct span after, uint32_t limit);

/* What identifies the model of an attestation: its AAGUID, or where that is zero the key identifiers of its
 * certificates. At most ATTESTATION_CERTIFICATES; in the arena. */
size_t fido_model_names(struct arena *, const struct attestation *, struct span out[ATTESTATION_CERTIFICATES]);

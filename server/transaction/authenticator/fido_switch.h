/* transaction/authenticator/fido_switch.h - a new catalogue of authenticators' models is put in force, and what it
 * means for those that people have.
 *
 *     switch: models put under the new number, part by part -> the state names it -> those of others go, but for the
 *             catalogue by which all were looked at last
 *     review: models of which the new one says otherwise than that one -> credentials of each: what they amount to is
 *             the model's as it is now; of one that is not trusted any more suspended, of one that is again not so,
 *             the person told (fido_effect.h) -> reviewed
 *
 * Either may end at any point and is begun anew: nothing counts twice. A credential that was suspended before for
 * another reason gets this one, so that nobody takes it back.
 */
#pragma once

#include "authn/fido_blob.h"
#include "authn/fido_catalogue.h"

/* ERR_CONFLICT: another one was put in force meanwhile. The BLOB is borrowed until then. */
typedef void on_fido_switched(void *arg, enum err, const struct problem *why);
struct pending *fido_switch(struct store *, const struct fido_blob *, const uint8_t legal_header[32],
    struct instant now, on_fido_switched *, void *arg);

struct fido_reviewed {
	uint64_t number;             /* of the catalogue; 0: there is none */
	uint32_t models;             /* that are not trusted */
	uint32_t credentials;        /* that were looked at */
	uint32_t suspended;          /* now */
	uint32_t restored;           /* now their persons may take them back */
	uint32_t carried;            /* amount to something else now */
};
typedef void on_fido_reviewed(void *arg, enum err, const struct fido_reviewed *, const struct problem *why);
/* Of the catalogue in force; at once when that has been done. */
struct pending *fido_review(struct store *, struct instant now, on_fido_reviewed *, void *arg);

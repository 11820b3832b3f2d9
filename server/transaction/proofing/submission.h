/* transaction/proofing/submission.h - what a card's client posts, whoever asked for it: {algorithm, certificate,
 * signature}, {cms} or {xml} (schemas/jpki-proof.schema.json).
 */
#pragma once

#include "jpki/verification.h"

#define PROOFING_SUBMISSION_LARGEST (128 * KIB)

/* Form, certificate, signature and algorithm are filled in; the rest is the challenge's. What is read lives in the
 * arena or in the body. ERR_SYNTAX, ERR_LIMIT, ERR_INVALID: none of the forms, several, or a part of one. */
enum err proofing_submission_read(struct arena *, struct span body, struct jpki_submission *, struct span *origin,
    struct problem *why);

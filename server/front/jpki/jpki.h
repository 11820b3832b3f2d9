/* front/jpki/jpki.h - proofing for members: the card's certificates turned into the federation's facts.
 *
 *     POST /v1/jpki/challenges   {purpose, relying_party, origin, reference, what, continues} -> {id, text, expires_at}
 *     POST /v1/jpki/challenges/{id}/proof   {algorithm, certificate, signature}, {cms} or {xml} -> the outcome
 *
 * Callers have the right `proofing` (transaction/caller/caller.h). A signature or certificate that is not good is an
 * outcome (200), which tells the step that failed; only what cannot be read, or whom we do not serve, is an error.
 * Bodies: schemas/jpki-challenge.schema.json, schemas/jpki-proof.schema.json.
 */
#pragma once

#include "http/route.h"
#include "transaction/policy/shelf.h"
#include "transaction/proofing/proofing.h"

struct jpki_front;
struct rates;

struct jpki_front_settings {
	struct proofing_settings proofing; /* what it points to is the caller's */
	struct policy_shelf *shelf;  /* whose dictionary facts are written for */
	struct rates *rates;         /* net/rate.h; the caller's */
	unsigned rate;               /* questions a second of a caller that has no rate of its own; 0: no limit */
};
struct jpki_front *jpki_front_new(struct store *, const struct jpki_front_settings *);
void jpki_front_free(struct jpki_front *);

extern const struct route jpki_routes[];

/* front/jpki/jpki.h - proofing for members: the card's certificates turned into the federation's facts.
 *
 *     POST /v1/jpki/challenges              {purpose, relying_party, origin, reference, what} -> {id, text, expires_at}
 *     POST /v1/jpki/challenges/{id}/proof   {algorithm, certificate, signature} or {cms} or {xml} -> outcome
 *
 * Callers have the right `proofing` (transaction/caller.h). A signature or certificate that is not good is an outcome
 * (200) that says which step failed; only what cannot be read, or whom we do not serve, is an error. Bodies:
 * schemas/jpki-*.schema.json.
 */
#pragma once

#include "http/route.h"
#include "transaction/proofing.h"

struct jpki_front;
struct rates;

struct jpki_front_settings {
	const struct proofing_settings *proofing;
	struct rates *rates;
	unsigned rate;               /* of a caller that has no rate of its own */
};
struct jpki_front *jpki_front_new(struct store *, const struct jpki_front_settings *);
void jpki_front_free(struct jpki_front *);

extern const struct route jpki_routes[];

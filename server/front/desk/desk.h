/* front/desk/desk.h - the registrar's desk: face-to-face proofings entered by staff (/v1/desk).
 *
 *     GET  /v1/desk                        who is asking, and the cases; no attribute
 *     POST /v1/desk/cases                  what was seen (schemas/desk-case.schema.json) -> 201 case
 *     GET  /v1/desk/cases/{id}             the case with what the application says: that look is in the ledger
 *     POST /v1/desk/cases/{id}/second      {}: a second registrar confirms it
 *     POST /v1/desk/cases/{id}/same        {"account", "same"}: an account that is similar is settled
 *     POST /v1/desk/cases/{id}/complete    {} -> case with its "handover"
 *     POST /v1/desk/cases/{id}/withdraw    {}
 *     POST /v1/desk/handover               {"code"}: the person's own phone, where nobody is logged in
 *
 * Staff log in as everybody does, at the level that configuration asks of staff (person_settings); an account that is
 * no registrar's is told 403. There is no way from here to a person but through a case.
 */
#pragma once

#include "http/route.h"
#include "transaction/session/person_settings.h"

extern const struct route desk_routes[];

struct desk_front;
/* The settings are borrowed. */
struct desk_front *desk_front_new(struct store *, const struct person_settings *);
void desk_front_free(struct desk_front *);

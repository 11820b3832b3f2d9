/* front/enrol/enrol.h - enrolment for its page, and the card's tasks for whoever has a reader.
 *
 *     POST /v1/enrol                      {"reissue","language"} -> {"enrolment"}, and a cookie of this browser's
 *     GET  /v1/enrol/{id}                 how it stands, and what would be taken over    GET …/events: look again
 *     POST /v1/enrol/{id}/provisional     an account at once (仮登録)
 *     POST /v1/enrol/{id}/card            code, link, QR: what the card is to sign
 *     POST /v1/enrol/{id}/accept          taken over: a session
 *     POST /v1/enrol/{id}/bind-card       as card; …/finish: the card is an authenticator
 *
 *     GET, POST /v1/card/{code}           the card's client: the text to be signed; what was signed
 *
 * The page is bound by its cookie; whoever has a code may sign for it, and is told of the person nothing at all.
 * Bodies: schemas/enrolment.schema.json; to and from the card's client: schemas/card-task.schema.json,
 * schemas/jpki-proof.schema.json.
 */
#pragma once

#include "http/route.h"
#include "transaction/session/person_settings.h"

struct enrol_front;
struct loop;
/* The settings are the caller's. */
struct enrol_front *enrol_front_new(struct loop *, struct store *, const struct person_settings *);
void enrol_front_free(struct enrol_front *);

extern const struct route enrol_routes[], card_routes[];

/* front/app/app.h - the app on a person's phone (デジタルwatashi認証アプリ): pairing, a login's questions, their answers.
 *
 *     POST /v1/account/pairing            a page with a session: code, link, QR     GET: how it stands, /events
 *     POST /v1/app/pair                   a phone with the code: key, and PIN or passkey      …/options for the latter
 *     GET  /v1/app/self, /v1/app/requests, /v1/app/events      POST, DELETE /v1/app/push
 *     POST /v1/app/requests/{id}/answer, …/refuse         …/requests/find: which one has these digits
 *     POST /v1/app/unmute
 *
 * What a phone asks it signs (authn/app_message.h), each call once; of cookies only a login's is looked at, to see that
 * it is in the same browser. The protocol for other apps: pages/app/PROTOCOL.md; bodies:
 * schemas/app.schema.json.
 */
#pragma once

#include "http/route.h"
#include "transaction/session/person_settings.h"

struct app_front;
struct loop;
/* The settings are the caller's. */
struct app_front *app_front_new(struct loop *, struct store *, const struct person_settings *);
void app_front_free(struct app_front *);

extern const struct route app_routes[];

/* front/login/login.h - logging in at this server's own page (/login/), for whoever asked for it.
 *
 *     POST /v1/login                        begins one: for the account's pages; other fronts begin theirs themselves
 *     GET  /v1/login/{id}, …/events         what is wanted, what was shown, what leads on
 *     POST /v1/login/{id}/claim             whose it is said to be
 *     POST …/passkey/options, …/passkey, …/card, …/card/finish, …/app, …/code, …/recovery
 *     POST /v1/login/{id}/finish, …/cancel  and back to who asked
 *
 * A login is its browser's, by a cookie; to any other there is none. Bodies: schemas/login.schema.json.
 */
#pragma once

#include "http/route.h"
#include "transaction/session/person_settings.h"

extern const struct route login_routes[];

struct login_front;
struct loop;
/* The settings are borrowed. */
struct login_front *login_front_new(struct loop *, struct store *, const struct person_settings *);
void login_front_free(struct login_front *);

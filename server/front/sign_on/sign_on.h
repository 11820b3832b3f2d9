/* front/sign_on/sign_on.h - what the consent page (/consent/) asks: who wants what of the person, and the answer.
 *
 *     GET  /v1/sign-on/{id}         who asks, as whom the person may come, what would be told
 *     POST /v1/sign-on/{id}/agree   {"persona","items"}: yes
 *     POST /v1/sign-on/{id}/deny    {}: no
 *
 * The same for every protocol; each answer says where the browser goes on. A sign-on is its browser's, by a cookie; to
 * any other there is none. Bodies: schemas/sign-on.schema.json.
 */
#pragma once

#include "http/route.h"
#include "transaction/sign_on/sign_on.h"

extern const struct route sign_on_routes[];

struct sign_on_front;
/* The settings are borrowed. */
struct sign_on_front *sign_on_front_new(struct store *, const struct sign_on_settings *);
void sign_on_front_free(struct sign_on_front *);

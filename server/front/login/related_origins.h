/* front/login/related_origins.h - where else our passkeys may be used (WebAuthn L3 s5.11.1), as browsers fetch it.
 *
 *     GET /.well-known/webauthn   {"origins": ["https://…", …]}
 */
#pragma once

#include "http/route.h"

/* Its state: const struct person_settings. */
extern const struct route related_origin_routes[];

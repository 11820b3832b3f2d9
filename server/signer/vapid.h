/* signer/vapid.h - how a push service knows who pushes (RFC 8292): a short-lived token, and the key it is checked by.
 *
 *     BASE64URL({"alg":"ES256","typ":"JWT"}) "." BASE64URL({"aud":ORIGIN,"exp":…,"sub":CONTACT})
 *
 * Browsers bind a subscription to the key it was made with, so what signs is a key of its own use, and of P-256. The
 * token has an audience and no issuer: it is no access token and no assertion of anybody.
 */
#pragma once

#include "signer/descriptor.h"
#include "signer/payload.h"

#define VAPID_LONGEST SECONDS(12 * 3600) /* from now on; RFC 8292 s2 allows a day */
#define VAPID_POINT 65

/* The signing input, in the arena: for sign_vapid(). `origin` is the push service's ("https://push.example"), `contact`
 * begins with mailto: or https:. */
struct span vapid_input(struct arena *, struct span origin, struct span contact, struct instant expires);

/* What browsers call applicationServerKey, from a key's certificate: an uncompressed point, in the arena.
 * ERR_UNSUPPORTED: it is no key of P-256. */
enum err vapid_point(const struct key_descriptor *, struct arena *, struct span *point, struct problem *why);

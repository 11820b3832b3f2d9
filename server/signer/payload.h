/* signer/payload.h - whether bytes are of the kind they are said to be: the signer signs no others.
 *
 * ERR_SYNTAX: they are not. Anything else: they are, but not for this key.
 */
#pragma once

#include "base/clock.h"
#include "crypto/key.h"

/* Of the key that is to sign. */
struct payload_key {
	enum key_type type;
	struct span certificate; /* DER */
	struct span spki;        /* its SubjectPublicKeyInfo, DER */
	struct instant now;      /* when it signs */
	const char *id;          /* its thumbprint (RFC 7638); NULL: it serves no such tokens */
	struct span issuer;      /* whose OpenID tokens are signed; empty: nobody's */
};

typedef enum err payload_check(struct span payload, const struct payload_key *, struct problem *why);

/* A SignedInfo as crypto/xmldsig.h writes it. */
payload_check payload_check_signed_info;

/* A JWS signing input: a JAdES header as crypto/jws.h writes it for this key, and canonical JSON of an object whose
 * only member is "LoTE". Read as a stream, never as a tree, for it may be large. */
payload_check payload_check_trusted_list;

/* The JWS signing input of a decision point's metadata (signer/point_metadata.h). */
payload_check payload_check_point_metadata;

/* The JWS signing input of a token for a push service (signer/vapid.h). */
payload_check payload_check_vapid;

/* The JWS signing input of an OpenID Provider's token (signer/openid_token.h). */
payload_check payload_check_id_token, payload_check_userinfo, payload_check_introspection, payload_check_logout_token;

/* authn/webauthn.h - the two ceremonies of a passkey, each a pure decision (WebAuthn L3 s7.1, s7.2).
 *
 *     read:   the browser's JSON -> struct webauthn_response                      (bounded, nothing believed)
 *     judge:  response, beside what we expect and the credential kept -> an examination, step by step
 *
 * The steps are those of the facts (authn-pki.md 1.2, 1.3), in the standard's order, a word each: "type",
 * "challenge", "origin", "cross-origin", "attestation-object", "rp-id", "user-present", "user-verified",
 * "backup-flags", "credential-data", "algorithm", "key", the attestation's own, "credential-id"; for an assertion
 * "credential", "user-handle", "authenticator-data", "backup-eligible", "key", "signature". The first that is
 * refuted ends it, so a refusal names its step. Whether a model is trusted, a counter that went back forgiven, a
 * level reached, is policy: told here, not decided.
 */
#pragma once

#include "authn/attestation.h"

#define WEBAUTHN_BODY_LARGEST (96 * KIB)
#define WEBAUTHN_CHALLENGE 32
#define WEBAUTHN_TRANSPORTS 8

/* Where ceremonies take place: configuration. */
struct webauthn_site {
	struct span rp_id;                   /* "watashi.example" */
	const struct span *origins;          /* as browsers serialise them; apps as "android:apk-key-hash:…" */
	size_t origin_count;
	const struct span *top_origins;      /* pages that may have ours in a frame; none: no frames */
	size_t top_origin_count;
	unsigned rsa_least;                  /* bits of an RSA credential */
};

enum webauthn_ceremony { WEBAUTHN_CREATE, WEBAUTHN_GET };

/* What PublicKeyCredential.toJSON() gives. */
struct webauthn_response {
	enum webauthn_ceremony ceremony;
	struct span id;                      /* raw */
	struct span client_data;             /* clientDataJSON as it came: this is hashed */
	struct webauthn_client {             /* what stands in it */
		struct span type, challenge, origin, top_origin; /* challenge: raw */
		bool cross_origin;
	} client;
	struct span attestation_object;      /* create */
	struct span authenticator_data, signature, user_handle; /* get; the last may be empty */
	struct span transports[WEBAUTHN_TRANSPORTS]; /* create: hints */
	size_t transport_count;
	bool resident;                       /* create: credProps.rk, a hint */
};
/* R1, R2, A1. base64url without padding; `id` is rawId; members nobody knows are passed over, in clientDataJSON too
 * (s5.8.1.1: it is never compared as bytes). ERR_SYNTAX, ERR_INVALID, ERR_LIMIT with the JSON pointer. */
enum err webauthn_response_read(struct span body, enum webauthn_ceremony, struct arena *, struct webauthn_response *out,
    struct problem *why);

struct webauthn_expectation {
	const struct webauthn_site *site;
	struct span challenge;               /* issued for this ceremony and session, and used for the first time */
	bool user_verified;                  /* required */
	bool conditional;                    /* create: mediation was conditional, nobody needs to have been present */
};

struct webauthn_registered {
	struct span id;
	struct cose_key key;
	uint32_t sign_count;
	bool user_verified, backup_eligible, backed_up, resident;
	struct attestation attestation;
};
/* R3 to R19, R22. Whether it is trusted, attestation_trusted() tells; whether the id is taken (R23), the commit. */
bool webauthn_register(struct arena *, const struct webauthn_response *, const struct webauthn_expectation *,
    const struct attestation_policy *, struct examination *, struct webauthn_registered *out);

/* Of the stored credential. */
struct webauthn_credential {
	struct span id, key;                 /* COSE_Key */
	struct span user_handle;             /* its account's */
	uint32_t sign_count;
	bool backup_eligible;
};
struct webauthn_asserted {
	uint32_t sign_count;                 /* to be kept, with the row's generation as precondition (A20) */
	bool user_verified, backed_up;
	bool counter_back;                   /* A17: not above the stored one, though one of them is not zero */
};
/* A3 to A19. */
bool webauthn_assert(const struct webauthn_response *, const struct webauthn_expectation *,
    const struct webauthn_credential *, struct examination *, struct webauthn_asserted *out);

/* authn/app_passkey.h - a phone's own passkey, behind its screen lock: it verifies the person instead of a PIN. Pure.
 *
 *     lines that the device key signs (authn/app_message.h) -> SHA-256 -> the ceremony's challenge
 *         pairing: made for this code and this device key
 *         answer:  unlocked for this request, its challenge, who asks, these digits
 *
 * So one touch of the person means just what the device signs, and nothing that was signed for something else fits. It
 * is the app's alone: its user handle is the device's name (APP_DEVICE), so that it neither takes the place of a
 * passkey by which the person logs in, nor is offered as one (CTAP 2.2 s6.1.2: one for each RP and user handle).
 */
#pragma once

#include "authn/app_message.h"
#include "authn/credential.h"
#include "authn/webauthn.h"

#define APP_PASSKEY_CHALLENGE 32

/* As app_message_text(). */
enum err app_passkey_challenge(struct arena *, const struct app_message *, uint8_t out[APP_PASSKEY_CHALLENGE],
    struct problem *why);

struct app_passkey_expectation {
	const struct webauthn_site *site;
	const struct app_message *message;
	struct span device;                  /* APP_DEVICE bytes */
};
/* R3 to R19, R22, the user verified. `made` is for looking up its model. */
bool app_passkey_register(struct arena *, const struct webauthn_response *, const struct app_passkey_expectation *,
    const struct attestation_policy *, struct examination *, struct webauthn_registered *made);
/* A3 to A19, the user verified; "counter" is refuted where it went back (A17). */
bool app_passkey_assert(struct arena *, const struct webauthn_response *, const struct app_passkey_expectation *,
    const struct credential_passkey *, struct examination *, struct webauthn_asserted *out);

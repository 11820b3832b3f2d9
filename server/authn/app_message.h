/* authn/app_message.h - what a phone's app signs with its key (ES256), and how it says at each call who it is. Pure.
 *
 *     watashi-app-1 LF call   LF origin LF "GET /v1/app/self" LF device LF milliseconds LF nonce LF digest of the body
 *     watashi-app-1 LF pair   LF origin LF code LF key
 *     watashi-app-1 LF answer LF origin LF device LF request LF challenge LF relying party LF six digits, or "-"
 *
 * One line each, none at the end: no part has a line feed within, and the second line says which parts follow, so no
 * text can be read as another. Bytes stand in base64url, ids in hexadecimal. The key is P-256; its SubjectPublicKeyInfo
 * is what is sent, and a device is called by a digest of that, so it can be found without an account being named.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"

#define APP_SIGNED_FORM "watashi-app-1"
#define APP_SCHEME "Watashi-App"
#define APP_KEY 91                   /* bytes of the SubjectPublicKeyInfo of a P-256 key, its point uncompressed */
#define APP_SIGNATURE 64             /* r || s */
#define APP_NONCE 16
#define APP_DEVICE 32                /* credential_name_key() of the key */
#define APP_DEVICE_TEXT 43           /* in base64url */
#define APP_CALL_LARGEST 256         /* bytes of the Authorization header */

/* The key as bytes: exactly the one form of a P-256 key, its point on the curve. ERR_SYNTAX: it is another size;
 * ERR_UNSUPPORTED: a key of another algorithm or curve; ERR_CRYPTO: its point is not on the curve. */
enum err app_key_check(struct span spki, struct problem *why);

/* A signature over these lines: r || s. ERR_SYNTAX: of another size; ERR_CRYPTO: it is wrong; else as above. */
#define APP_PARTS 6
struct app_message {
	const char *word;            /* "call" "pair" "answer" */
	struct span parts[APP_PARTS]; /* behind form and word */
	size_t count;
};
/* The text that is signed, in the arena. ERR_INVALID: a part is empty, or has a control character within. */
enum err app_message_text(struct arena *, const struct app_message *, struct span *out, struct problem *why);
enum err app_message_verify(struct arena *, const struct app_message *, struct span spki, struct span signature,
    struct problem *why);

/* `Authorization: Watashi-App DEVICE.MILLISECONDS.NONCE.SIGNATURE` */
struct app_call {
	struct span device;          /* APP_DEVICE bytes */
	struct instant at;           /* by the phone's clock */
	struct span nonce;           /* APP_NONCE bytes */
	struct span signature;       /* APP_SIGNATURE bytes */
	/* The same as texts: that is what is signed. */
	struct span device_text, at_text, nonce_text;
};
/* ERR_NOT_FOUND: no header, or another scheme's; ERR_SYNTAX, ERR_LIMIT. */
enum err app_call_read(struct arena *, struct span header, struct app_call *out, struct problem *why);
/* Whether the device's key signed this call: method and path with its query, as asked; the digest is the body's. */
enum err app_call_verify(struct arena *, const struct app_call *, struct span origin, const char *method,
    struct span target, struct span body, struct span spki, struct problem *why);

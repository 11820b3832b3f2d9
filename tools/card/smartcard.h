/* tools/card/smartcard.h - a card through PKCS#11: found by what it is for, its PIN, its certificate, a signature.
 *
 *     module_open -> smartcards_list
 *                 `> smartcard_find -> smartcard_login -> smartcard_certificate -> smartcard_sign -> smartcard_close
 *
 * OpenSC shows a My Number card as two tokens with a PIN each; another module's token counts as what its certificate's
 * keyUsage says. The signature certificate may be read only after the PIN, so a token is also known by its name.
 */
#pragma once

#include <p11-kit/p11-kit.h>

#include "base/arena.h"
#include "base/problem.h"
#include "model/jpki_purpose.h"

struct smartcard {
	CK_FUNCTION_LIST *module;
	CK_SLOT_ID slot;
	CK_TOKEN_INFO info;
	char label[33];
	CK_SESSION_HANDLE session;    /* 0: none */
	CK_ULONG pin_least, pin_most; /* bytes */
};

enum err module_open(const char *path, CK_FUNCTION_LIST **out, struct problem *why);
void module_close(CK_FUNCTION_LIST *);

#define SMARTCARDS 16
/* What is in the readers now, without sessions. */
enum err smartcards_list(CK_FUNCTION_LIST *, struct smartcard out[SMARTCARDS], size_t *count, struct problem *why);

/* The one token for that purpose, with a session; `label` names it when there are several (NULL: the only one). */
enum err smartcard_find(CK_FUNCTION_LIST *, enum jpki_purpose, const char *label, struct smartcard *out,
    struct problem *why);
enum err smartcard_session(struct smartcard *, struct problem *why);
void smartcard_close(struct smartcard *);

/* What is left of the PIN's tries, as the token reports it: no token tells the number. */
enum pin_state { PIN_FINE, PIN_WAS_WRONG, PIN_LAST_TRY, PIN_LOCKED };
enum pin_state smartcard_pin_state(struct smartcard *);
/* Whether the PIN can be right at all: a wrong one costs a try. */
bool smartcard_pin_possible(const struct smartcard *, struct span pin);
/* ERR_DENIED: it was wrong, or is locked; smartcard_pin_state() says which. */
enum err smartcard_login(struct smartcard *, struct span pin, struct problem *why);

struct smartcard_certificate {
	struct span der, id;          /* id: CKA_ID, its key has the same */
	unsigned uses;                /* of enum jpki_purpose */
	const char *subject;
	char until[32];
};
/* Those of persons it shows now; authorities are left out. */
#define SMARTCARD_CERTIFICATES 16
enum err smartcard_certificates(const struct smartcard *, struct arena *,
    struct smartcard_certificate out[SMARTCARD_CERTIFICATES], size_t *count, struct problem *why);
/* The one for that purpose. */
enum err smartcard_certificate(const struct smartcard *, struct arena *, enum jpki_purpose,
    struct smartcard_certificate *out, struct problem *why);

struct smartcard_signature {
	const char *algorithm;        /* as JWS names it: "RS256", "ES256", "ES384" */
	struct span bytes;            /* as JWS writes it: ECDSA's is r || s */
};
/* By what the certificate's key is: RSA PKCS#1 v1.5 with SHA-256, ECDSA on P-256 with SHA-256, on P-384 with SHA-384.
 * Checked with the certificate before it is handed out. ERR_UNSUPPORTED: another key. */
enum err smartcard_sign(const struct smartcard *, struct arena *, const struct smartcard_certificate *,
    struct span data, struct span pin, struct smartcard_signature *out, struct problem *why);

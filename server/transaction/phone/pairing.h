/* transaction/phone/pairing.h - a phone becomes an authenticator of an account.
 *
 *     page, logged in or just proofed: code (128 bits, once, 10 minutes) as QR -> phone makes a key, sends it with the
 *     code, signed -> code used up -> PIN drawn or chosen, or a passkey behind the phone's screen lock -> credential,
 *     told to all addresses -> page is told
 *
 * One code of an account waits at a time; a new one ends the one before, and so does the end of its session. A code
 * that is wrong, used, raced or too late is told alike.
 */
#pragma once

#include "transaction/session/account_access.h"
#include "transaction/phone/app_caller.h"
#include "transaction/card/code.h"
#include "transaction/session/session.h"

/* account (16) -> struct pairing; an hour longer than its code, so that the page can be told; noticed */
extern const struct table pairing_table;
/* SHA-256 of the code (32) -> account (16); until it is used */
extern const struct table pairing_code_table;

#define PAIRING_FOR SECONDS(600)
#define PAIRING_CODE_TEXT CARD_CODE_TEXT

enum pairing_state { PAIRING_UNKNOWN, PAIRING_WAITING, PAIRING_DONE, PAIRING_REFUSED };
const char *pairing_state_name(enum pairing_state); /* "waiting" "done" "refused" */

struct pairing {
	struct id account;
	enum pairing_state state;
	uint8_t code[32];
	uint8_t session[32];         /* key of the session that began it */
	struct id session_id;
	/* What the credential will be bound by (authn/credential.h). */
	enum credential_binding binding;
	struct id binding_record;
	enum parent_status parent;
	struct span parent_handle;
	struct instant parent_checked;
	struct instant made, until;
	bool passkey;                /* what its session has shown is enough for one behind a screen lock, too */
	struct id credential;        /* once it is paired */
	uint64_t generation;
};
void pairing_write(struct buffer *, const struct pairing *);
bool pairing_read(struct span value, struct pairing *out); /* borrowed */
struct ask pairing_ask(const struct id *account);
/* Copied. ERR_NOT_FOUND: none was begun; ERR_UNAVAILABLE. */
enum err pairing_loaded(struct arena *, const struct ask *, struct pairing *out, struct problem *why);
/* Expects it as it was loaded, with its code's row as the state wants it. */
void pairing_put(struct unit *, const struct pairing *);

/* Begun by who may change the account, or was just proofed: that is looked at before. */
struct pairing_begun {
	char code[PAIRING_CODE_TEXT]; /* to be shown, and wiped */
	struct instant until;
};
/* ERR_DENIED: a phone would be of a higher level than what was shown (transaction/authenticator/addition.h). */
typedef void on_pairing_begun(void *arg, enum err, const struct pairing_begun *, const struct problem *why);
struct pending *pairing_begin(struct store *, struct arena *, const struct person_settings *,
    const struct account_access *, on_pairing_begun *, void *arg);

/* Why no phone's own screen lock is taken instead of a PIN; NULL: it is. "level": what the session has shown is less;
 * "attestation-demand": here makers vouch for passkeys, and no phone's is asked to. */
const char *pairing_passkey_refused(const struct person_settings *, const struct pairing *);

/* What a phone is to create for that (PublicKeyCredentialCreationOptions as JSON); the code goes on waiting. */
struct pairing_options_asked {
	struct span code, key, key_text;
	struct instant now;
};
struct pairing_options {
	struct span json;
	const char *refused;         /* with ERR_DENIED */
};
/* ERR_DENIED: not here, or not with this code: a PIN it is; ERR_NOT_FOUND: as below; ERR_SYNTAX, ERR_UNSUPPORTED,
 * ERR_CRYPTO: the key is none. */
typedef void on_pairing_options(void *arg, enum err, const struct pairing_options *, const struct problem *why);
struct pending *pairing_options(struct store *, struct arena *, const struct person_settings *,
    const struct pairing_options_asked *, on_pairing_options *, void *arg);

enum pairing_way { PAIRING_PIN_DRAWN, PAIRING_PIN_CHOSEN, PAIRING_SCREEN_LOCK };
#define PAIRING_PLATFORM_LARGEST 40  /* bytes */
struct pairing_pair {
	struct span code, key;       /* key: SubjectPublicKeyInfo */
	struct span key_text;        /* the same in base64url: that is what is signed */
	struct span platform, name;  /* lines for people */
	enum pairing_way way;
	struct span pin;             /* chosen */
	const struct webauthn_response *passkey; /* of PAIRING_SCREEN_LOCK */
	struct span signature;       /* over APP_SIGNED_FORM's "pair" */
	struct instant now;
};
struct pairing_paired {
	struct span device;          /* APP_DEVICE bytes */
	const char *number;          /* the account's */
	char pin[8];                 /* drawn: shown once on the phone, and wiped; else empty */
	const char *step, *reason;   /* with ERR_DENIED: "signature" and why; "passkey" and its examination's step */
};
/* ERR_SYNTAX, ERR_LIMIT, ERR_INVALID: name, platform or PIN: the code waits as before. ERR_NOT_FOUND:
 * no such code waits. ERR_DENIED: the key, its signature or the passkey is none: the code is used up. */
typedef void on_paired(void *arg, enum err, const struct pairing_paired *, const struct problem *why);
struct pending *pairing_pair(struct store *, struct arena *, const struct person_settings *,
    const struct pairing_pair *, on_paired *, void *arg);

/* authn/credential.h - one authenticator bound to one account, and its life (NIST SP 800-63B-4 s4; authn-pki.md 9).
 *
 *     issued -> active <-> suspended -> revoked
 *                 |  ^          |          ^   `---> a new one may replace it: linked, never revived
 *                 |  `- locked -+----------'
 *                 `--> expired
 *
 * Nobody authenticates from any state but active. What a step needs is one table in credential_step.c; a step that was
 * taken already changes nothing, so asking twice is harmless. Revoked and expired are final.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/problem.h"
#include "store/store.h"

extern const struct table credential_table;       /* account (16), credential id (16) -> struct credential */
/* credential_name_key() -> account (16), credential id (16): by what an authenticator is known to others */
extern const struct table credential_name_table;
/* model (16), account (16), credential id (16) -> 1: passkeys by model, to look at again when it changes. A model is
 * its AAGUID, and where that is zero the first 16 bytes of a key identifier of the attestation's. */
extern const struct table credential_model_table;

enum credential_kind {
	CREDENTIAL_NO_KIND,
	CREDENTIAL_PASSKEY,          /* WebAuthn */
	CREDENTIAL_CARD,             /* the card's or phone's certificate for user authentication */
	CREDENTIAL_APP,              /* a phone's app: a device key */
	CREDENTIAL_ONE_TIME,         /* HOTP, TOTP */
	CREDENTIAL_RECOVERY,         /* codes on paper */
	CREDENTIAL_KINDS
};
const char *credential_kind_name(enum credential_kind); /* "passkey" "card" "app" "one-time" "recovery" */

enum credential_state {
	CREDENTIAL_UNKNOWN, CREDENTIAL_ISSUED, CREDENTIAL_ACTIVE, CREDENTIAL_SUSPENDED, CREDENTIAL_LOCKED,
	CREDENTIAL_REVOKED, CREDENTIAL_EXPIRED,
};
const char *credential_state_name(enum credential_state); /* "active" … */

/* How it reached, or was bound to, the person: values of the fact credential.delivery. */
enum credential_binding {
	BINDING_UNKNOWN,
	/* At the opening of an account that nobody had proofed; a card of which nobody said whose it is. */
	BINDING_UNCONFIRMED,
	BINDING_IN_PROOFING,         /* in the session of a proofing */
	BINDING_EXISTING,            /* by another authenticator of at least its level */
	BINDING_IN_PERSON,
};
const char *credential_binding_word(enum credential_binding); /* "proofing-session" "existing-token" … */

enum parent_status { PARENT_NONE, PARENT_GOOD, PARENT_LAPSED, PARENT_UNKNOWN };
const char *parent_status_name(enum parent_status); /* "good" … */

/* What each kind keeps beside. */
struct credential_passkey {
	struct span id, key;         /* credential id, COSE_Key */
	uint32_t sign_count;
	bool user_verified, backup_eligible, backed_up, resident;
	uint8_t aaguid[16];
	struct span format;          /* of the attestation */
	unsigned attestation;        /* enum attestation_type */
	bool trusted;                /* its attestation leads to an anchor of the model's, or of configuration */
	unsigned certified_level;    /* of the model, 0 to 6 (fido_model.h) */
	unsigned protection;         /* enum model_protection */
	struct span model;           /* its description; may be empty */
	struct span transports;      /* with commas */
	/* SHA-1 of the key of each certificate of its attestation, 20 bytes each, the leaf's first (fido_model.h) */
	struct span key_ids;
};
#define CREDENTIAL_KEY_ID 20 /* bytes */
struct credential_card {
	struct span handle;          /* transaction/proofing/continuity.h: no serial */
	bool mobile;                 /* a phone's certificate */
};
struct credential_app {
	struct span key;             /* SubjectPublicKeyInfo, P-256 */
	struct span platform;        /* "Android", "iPhone": as it says */
	/* The phone's own, behind its screen lock: the phone checks the user itself. Its id empty: a PIN is asked. */
	struct credential_passkey passkey;
	uint8_t pin[32];             /* HMAC of the PIN under the key derived for that; all zero: none */
	bool pin_drawn;              /* by this server, 6 digits; else chosen, 8 characters or more */
	struct span push_endpoint, push_key, push_secret; /* empty: it has none */
};
struct credential_one_time {
	unsigned kind, digest, digits, period; /* authn/one_time_code.h */
	struct span secret;          /* wrapped (crypto/wrapping.h) */
	uint64_t next;
	int32_t drift;
};
struct credential_recovery {
	uint8_t digests[10][32];     /* authn/recovery_code.h */
};

struct credential {
	struct id account, id;
	enum credential_kind kind;
	enum credential_state state;
	struct span name;            /* the person's own */
	struct instant issued, changed, used, expires; /* {0}: never */
	struct instant activated;    /* since when it has been active without a stop, or was so last; {0}: never */
	struct span actor, reason;   /* of the last step: "person", "system"; "lost", "model-revoked" … */
	struct id evidence;          /* of the last step: a session, a proofing record; zero: none */
	struct id replaces;          /* zero: nothing */
	enum credential_binding binding;
	struct id binding_record;    /* the proofing it was bound in or by; zero: none */
	/* A phone bound on the strength of a certificate is derived from it (サブカード). */
	enum parent_status parent;
	struct span parent_handle;   /* the certificate's; empty: none */
	struct instant parent_checked;
	unsigned failures;           /* of PIN or code since the last success */
	union {
		struct credential_passkey passkey;
		struct credential_card card;
		struct credential_app app;
		struct credential_one_time one_time;
		struct credential_recovery recovery;
	};
	uint64_t generation;         /* of its row; 0: not stored yet */
	bool indexed;                /* as loaded: its index rows stand */
	/* Of a new one: of the name's row that the one before it gives up, revoked in the same unit; 0: there is
	 * none. No name is taken over otherwise: it is its owner's until that one goes, and takes it away. */
	uint64_t name_generation;
};
#define CREDENTIAL_NAME_CHARACTERS 64
#define CREDENTIAL_NAME_LARGEST (4 * CREDENTIAL_NAME_CHARACTERS) /* bytes of as many characters */
#define CREDENTIAL_FAILURES 5        /* in a row; then it is locked */

void credential_write(struct buffer *, const struct credential *);
bool credential_read(struct span value, struct credential *out); /* borrowed */

struct ask credential_ask(struct arena *, const struct id *account, const struct id *credential);
/* Of an account, the newest first. */
struct ask credentials_ask(struct arena *, const struct id *account, uint32_t limit);
/* Those made before that one. */
struct ask credentials_before_ask(struct arena *, const struct id *account, const struct id *before, uint32_t limit);
/* One row, copied; NULL: there is none. ERR_NOT_FOUND, ERR_UNAVAILABLE. */
enum err credential_loaded(struct arena *, const struct row *, struct credential *out, struct problem *why);
/* Expects the row as it was loaded (of a new one: that there is none, nor of its name), and puts it with its index
 * rows. A revoked one's are taken away, so that the same authenticator can be enrolled again (WebAuthn L3 s7.1). */
void credential_put(struct unit *, struct arena *, const struct credential *);
/* Of an account that is erased: row and index rows go. Expects the row as it was loaded. */
void credential_remove(struct unit *, struct arena *, const struct credential *);

/* Whether its index rows are to stand: of all but a revoked one. An expired one stays known by its name, so that
 * whoever tries it is told so, and nobody else gets the name before it is revoked or gone. */
bool credential_known(const struct credential *);
/* What WebAuthn knows of it: of a passkey, and of an app that has one behind its phone's screen lock; else NULL. */
const struct credential_passkey *credential_passkey_of(const struct credential *);

/* The index's key: of a passkey its credential id, of an app its public key, of a card its handle, of recovery codes
 * the account's id, which has one set of them; empty for one-time codes. An app with a passkey stands under that one's,
 * too, for an authenticator is enrolled once. In the arena. */
struct span credential_name_key(struct arena *, enum credential_kind, struct span known_by);
bool credential_name_read(struct span value, struct id *account, struct id *credential);

/* Steps of its life. Pure. */
enum credential_step {
	CREDENTIAL_NO_STEP, CREDENTIAL_ACTIVATE, CREDENTIAL_SUSPEND, CREDENTIAL_RESUME, CREDENTIAL_LOCK,
	    CREDENTIAL_UNLOCK,
	CREDENTIAL_REVOKE, CREDENTIAL_EXPIRE,
};
struct credential_because {
	struct span actor, reason;
	struct id evidence;
	struct instant now;
};
/* ERR_CONFLICT: not from this state; the sentence says which it is in. OK without a change where it is there already:
 * *changed tells. */
enum err credential_take(struct credential *, enum credential_step, const struct credential_because *, bool *changed,
    struct problem *why);
/* Where it stands now: from its end on it is expired, whether or not the steward has put that into its row yet. */
enum credential_state credential_state_at(const struct credential *, struct instant now);
/* Revoked, or expired: for good. */
bool credential_ended(const struct credential *, struct instant now);
/* Whether it authenticates now: active, and not past its end. When not, a word why: "suspended" … */
bool credential_usable(const struct credential *, struct instant now, const char **why);

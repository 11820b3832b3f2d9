/* transaction/enrolment/enrolment.h - one person enrolled by the card: an account opened, finished, found again, or
 * taken back.
 *
 *     begun -> [opened at once: provisional] -> card signs (card/task.h) -> looked at -> accepted -> [card bound]
 *                                                 ^                          |
 *                                                 `-- refused, too late -----'
 *
 * Bound to one browser by a cookie of its own. Whose account it is follows from the certificate
 * (person/proofing_record.h), from those that who links certificates names as the same person's, and from who is logged
 * in here; by name, birthday, sex and address nobody is joined with anybody, but whoever looks like somebody known
 * settles that first. Until it is accepted nothing of the person is anywhere but wrapped in the task, which ends by
 * itself.
 */
#pragma once

#include "person/attribute.h"
#include "transaction/card/task.h"

extern const struct table enrolment_table; /* id (16) -> struct enrolment; until it expires */

#define ENROLMENT_COOKIE "__Host-watashi-enrol"

struct enrolment {
	struct id id;
	uint8_t browser[32];         /* digest of its cookie */
	bool reissue, english;
	struct id opened;            /* the provisional account that it opened; zero: none */
	struct id task;              /* of the card; zero: none was begun */
	uint8_t code[32];            /* digest of its code */
	enum jpki_purpose purpose;   /* the task's: signature to enrol, authentication to bind the card */
	struct instant card_until;
	struct id taken;             /* the account it was taken over into; zero: not yet */
	struct id record;            /* with this proofing */
	struct span handle;          /* of its certificate, */
	bool mobile;                 /* in a phone */
	struct instant made, expires;
	uint64_t generation;
};
bool enrolment_read(struct span value, struct enrolment *out); /* borrowed */
struct ask enrolment_ask(const struct id *);
/* Copied. ERR_NOT_FOUND: none, over, or another browser's: all told alike. */
enum err enrolment_loaded(struct arena *, const struct ask *, const uint8_t browser[32], struct enrolment *out,
    struct problem *why);
/* Expects it as it was loaded. */
void enrolment_put(struct unit *, const struct enrolment *);

/* Who asks. */
struct enrolment_asked {
	struct id id;
	uint8_t browser[32];
	const struct session *session;       /* whoever is logged in; NULL: nobody */
	struct span where;                   /* session_where() */
	struct instant now;
};

/* Steps. */

struct enrolment_begin {
	uint8_t browser[32];
	bool reissue, english;
	struct instant now;
};
typedef void on_enrolment(void *arg, enum err, const struct enrolment *, const struct problem *why);
struct pending *enrolment_begin(struct store *, struct arena *, const struct person_settings *,
    const struct enrolment_begin *, on_enrolment *, void *arg);

/* 仮登録: an account that nobody has proofed, and a session in it under `cookie`. ERR_CONFLICT: it has one, or somebody is
 * logged in. */
struct enrolment_opened {
	struct account account;
	struct instant until;        /* none was: too many codes went to that address; {0}: it was */
};
/* `contact`: a mail address as it was typed, which gets a code; may be empty. ERR_INVALID: it is none. */
typedef void on_enrolment_opened(void *arg, enum err, const struct enrolment_opened *, const struct problem *why);
struct pending *enrolment_open(struct store *, struct arena *, const struct person_settings *,
    const struct enrolment_asked *, const struct cookie_secret *cookie, struct span contact, on_enrolment_opened *,
    void *arg);

/* What the card is to sign; one begun before is forgotten. ERR_CONFLICT: it was accepted, or (to bind the card) was not
 * yet; ERR_DENIED: to bind it takes a session of the account that was just proofed. */
struct pending *enrolment_card(struct store *, struct arena *, const struct person_settings *,
    const struct enrolment_asked *, enum jpki_purpose, on_card_task_begun *, void *arg);

/* Looking at it, and what it would do. */

enum enrolment_state {
	ENROLMENT_BEGUN, ENROLMENT_WAITING, ENROLMENT_ANSWERED, ENROLMENT_REFUSED, ENROLMENT_TAKEN, ENROLMENT_OVER,
};
const char *enrolment_state_name(enum enrolment_state); /* "begun" "waiting" "answered" "refused" "taken" "over" */

enum enrolment_account { ENROLMENT_NEW, ENROLMENT_THIS, ENROLMENT_EXISTING, ENROLMENT_SIMILAR };
const char *enrolment_account_name(enum enrolment_account); /* "new" "this" "existing" "similar" */

#define ENROLMENT_ATTRIBUTES 4
#define ENROLMENT_CREDENTIALS 64 /* of an account that is there: the newest */
struct enrolment_view {
	struct enrolment enrolment;
	enum enrolment_state state;
	struct card_task task;       /* once there is one */
	const char *failed;          /* a word: why it cannot be accepted; NULL: it can */
	struct localized why;        /* and in people's words */
	/* When it is answered: */
	struct proofed_attribute attributes[ENROLMENT_ATTRIBUTES];
	size_t attribute_count;
	struct attribute_change changes[ATTRIBUTES_LARGEST];
	size_t change_count;
	enum enrolment_account account;
	struct account found;        /* this or existing */
	const struct credential *credentials; /* of this or existing: what is not ended */
	size_t credential_count;
	bool more;                   /* there may be older ones */
};
typedef void on_enrolment_view(void *arg, enum err, const struct enrolment_view *, const struct problem *why);
struct pending *enrolment_look(struct store *, struct arena *, const struct person_settings *,
    const struct enrolment_asked *, on_enrolment_view *, void *arg);

/* Accepted: all of it in one unit, and a session under `cookie`. Of the account's authenticators those named in
 * `revoke` are revoked, and what of those in `keep` no proofing stood behind is confirmed by this one. What a
 * provisional account has anybody may have added who was at the browser before: each of it has to be named.
 * ERR_CONFLICT: there is nothing to be accepted, one was not named, or it changed meanwhile: look again. What it
 * refuses for is in the view, with OK. */
#define ENROLMENT_NAMED 32 /* of each */
struct enrolment_accept {
	struct enrolment_asked asked;
	const struct cookie_secret *cookie;
	struct id revoke[ENROLMENT_NAMED], keep[ENROLMENT_NAMED];
	size_t revoke_count, keep_count;
};
/* `view->failed`: it was not accepted. Otherwise found is the account as it is now. */
struct pending *enrolment_accept(struct store *, struct arena *, const struct person_settings *,
    const struct enrolment_accept *, on_enrolment_view *, void *arg);

/* The card's certificate for authentication becomes an authenticator: BINDING_IN_PROOFING where who links certificates
 * says that it is of the card that was signed with, else BINDING_UNCONFIRMED, which another account's binding of the
 * same card takes away. ERR_CONFLICT: no card has answered, or it is bound already; ERR_DENIED: the certificate is said
 * to be somebody else's. */
typedef void on_enrolment_bound(void *arg, enum err, const struct credential *, const struct problem *why);
struct pending *enrolment_bind(struct store *, struct arena *, const struct person_settings *,
    const struct enrolment_asked *, on_enrolment_bound *, void *arg);

/* transaction/card/task.h - what a card is to sign for somebody who sits at a page: at the same computer, or handed
 * over to another one or to a registered terminal.
 *
 *     page begins: code made (128 bits; shown as link and QR) -> card client asks with the code, shows the text, signs,
 *     posts -> verified (transaction/proofing/proofing.h) -> result, under the task
 *     -> the page that began takes it -> gone
 *
 * The code lets one sign for this page and nothing else: what comes of it goes to the browser that began, never to who
 * signs. Nothing of the person stays at the terminal, or here longer than the page may wait: attributes are wrapped.
 * A code that is wrong, used, raced or too late is told alike.
 */
#pragma once

#include "transaction/session/person_settings.h"

/* SHA-256 of the code (32) -> task id; until it is used */
extern const struct table card_code_table;
/* task id (16) -> struct card_task; noticed: the page waits */
extern const struct table card_task_table;

#define CARD_CODE_TEXT 27 /* 128 bits in base32, lower case, and NUL */

struct card_task {
	struct id id;
	struct id owner;             /* the login's, the enrolment's */
	enum jpki_purpose purpose;
	struct id challenge;         /* transaction/proofing/challenge.h */
	struct instant until;
	struct proofing_earlier continues;
	bool answered;
	/* Once it is. */
	enum outcome outcome;
	struct span handle;          /* of the certificate */
	bool mobile;
	struct span facts;           /* proofing_facts_write()'s, observed at `at` */
	struct instant at;
	struct span attributes;      /* wrapped JSON {"name","birthdate","gender","address"}; empty: none */
	struct span certificate;     /* wrapped DER: for looking at the parent again (jpki.md 1.9, Art. 19(4)) */
	enum continuity continuity;  /* with the certificate that it continues */
	struct span relatives;       /* handles of certificates that are the same person's, one behind the other */
	struct span terminal;        /* name of the registered terminal; empty: the person's own computer */
	struct id ledger;            /* the proofing's entry */
	struct span failed_step, why_ja, why_en; /* when it is not established: for the person */
	uint64_t generation;
};
bool card_task_read(struct span value, struct card_task *out); /* borrowed */
struct ask card_task_ask(const struct id *);
enum err card_task_loaded(struct arena *, const struct ask *, const struct id *owner, struct card_task *out,
    struct problem *why);
/* Used up: in the unit of what is made of it. */
void card_task_take(struct unit *, const struct card_task *);

struct card_task_begun {
	struct id id;
	char code[CARD_CODE_TEXT];
	uint8_t code_digest[32];
	struct instant until;
};
struct card_task_begin {
	struct id owner;
	enum jpki_purpose purpose;
	struct span what, what_en;   /* for the text that is signed: what it is for, one line in Japanese, in English */
	/* An earlier certificate: whether it is the same person's is asked where the operator may. Without a handle, of
	 * that kind: where the certificate is of no account's, who links certificates is asked for its relatives. */
	struct proofing_earlier continues;
	/* A task begun before, and its code's digest: both go. Zero: there was none. */
	struct id instead;
	uint8_t instead_code[32];
	/* What its owner remembers of it, in the unit that puts it; with the callback's argument. NULL: nothing. */
	void (*remember)(void *arg, struct unit *, const struct card_task_begun *);
	struct instant now;
};
typedef void on_card_task_begun(void *arg, enum err, const struct card_task_begun *, const struct problem *why);
/* ERR_UNSUPPORTED: cards are not verified here; ERR_CONFLICT: what its owner expects has changed; else as
 * proofing_begin(). */
struct pending *card_task_begin(struct store *, struct arena *, const struct person_settings *,
    const struct card_task_begin *, on_card_task_begun *, void *arg);

/* What was kept of the person, in the arena. False: nothing, or not ours. */
bool card_task_attributes(struct arena *, const struct person_settings *, const struct card_task *, struct span *json);
bool card_task_certificate(struct arena *, const struct person_settings *, const struct card_task *, struct span *der);

/* The client's side: the text to be shown and signed; then what was signed. */
typedef void on_card_task_text(void *arg, enum err, const struct proofing_challenge *, const struct problem *why);
struct pending *card_task_text(struct store *, struct arena *, const struct person_settings *, struct span code,
    struct instant now, on_card_task_text *, void *arg);
struct card_task_proof {
	struct span code;
	struct span terminal;        /* who posts it, when it is a registered terminal */
	struct jpki_submission submission;
	struct instant now;
};
/* The client is told whether it is established, and the failed step; no attribute. ERR_NOT_FOUND: no code that waits;
 * else as proofing_prove(). */
typedef void on_card_task_proved(void *arg, enum err, const struct card_task *, const struct problem *why);
struct pending *card_task_prove(struct store *, struct arena *, const struct person_settings *,
    const struct card_task_proof *, on_card_task_proved *, void *arg);

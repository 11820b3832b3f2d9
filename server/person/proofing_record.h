/* person/proofing_record.h - one proofing of a person (身元確認): how, by whom, with which evidence, when.
 *
 * What it amounts to is the policy engine's to say, from its facts; nothing here is a level.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "base/id.h"
#include "store/store.h"

extern const struct table proofing_record_table; /* account (16), record id (16) -> struct proofing_record */
/* account_certificate_key() -> account (16), id of record or credential (16): the account that a certificate belongs
 * to, by its handle (transaction/proofing/continuity.h), never its serial or key (jpki.md 1.9) */
extern const struct table account_certificate_table;

enum proofing_method {
	PROOFING_NO_METHOD,
	PROOFING_BY_CARD,            /* the signature certificate of a card or phone, at the person's own computer */
	PROOFING_AT_TERMINAL,        /* the same at a registered terminal */
	PROOFING_AT_DESK,            /* a registrar saw person and documents */
};
const char *proofing_method_name(enum proofing_method); /* "card" "terminal" "desk" */

/* How good the evidence is that showed what it tells. Worse evidence overwrites nothing that better one showed. */
enum proofing_strength {
	PROOFING_OF_NO_STRENGTH,
	PROOFING_FAIR,               /* public documents without a portrait */
	PROOFING_STRONG,             /* a public document's portrait, by eye */
	PROOFING_VALIDATED,          /* its issuer vouched: by a signature, or asked */
};

/* What it says of the account's attributes, and so what its facts may be told of. */
enum proofing_bearing {
	PROOFING_AGREES,             /* they are what it told */
	PROOFING_REPLACES,           /* so they are, and were something else: no proofing before it speaks of them */
	PROOFING_APART,              /* it told something else, and was weaker: of nothing of the account's */
};

struct proofing_record {
	struct id id;
	enum proofing_method method;
	enum proofing_strength strength;
	enum proofing_bearing bearing;
	struct instant at;
	struct span by[2];           /* numbers of the registrars' accounts; the terminal's name; may be empty */
	struct span evidence;        /* words of desk-case.schema.json, with commas: "driving-licence,passport" */
	struct span handle;          /* of the certificate; empty: none */
	struct id ledger;            /* the proofing's or decision's entry; zero: none */
	struct span facts;           /* canonical JSON, fact -> value: facts_read_word()'s, observed at `at` */
};
void proofing_record_write(struct buffer *, const struct proofing_record *);
bool proofing_record_read(struct span value, struct proofing_record *out); /* borrowed */
/* Expects that there is none of its id. */
void proofing_record_put(struct unit *, struct arena *, const struct id *account, const struct proofing_record *);
/* Whether the one at this place, of the newest first, speaks of what the account's attributes are now. */
bool proofing_record_speaks(const struct proofing_record *, size_t at);
/* Newest first. */
#define PROOFING_RECORDS_LOOKED_AT 16
struct ask proofing_record_ask(struct arena *, const struct id *account);
/* The answer, copied: at most PROOFING_RECORDS_LOOKED_AT. ERR_UNAVAILABLE: one is of a form not known here. */
enum err proofing_records_loaded(struct arena *, const struct ask *, struct proofing_record **out, size_t *count,
    struct problem *why);

struct certificate_owner {
	struct id account, of;       /* record or credential */
	uint64_t generation;         /* of its row; 0: not stored yet */
};
struct span account_certificate_key(struct arena *, struct span handle);
struct ask account_certificate_ask(struct arena *, struct span handle);
/* ERR_NOT_FOUND: it is nobody's; ERR_UNAVAILABLE. */
enum err account_certificate_loaded(const struct ask *, struct certificate_owner *out, struct problem *why);
/* Expects the row as it was loaded. */
void account_certificate_put(struct unit *, struct arena *, struct span handle, const struct certificate_owner *);

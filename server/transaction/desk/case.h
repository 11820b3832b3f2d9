/* transaction/desk/case.h - one face-to-face proofing at the registrar's desk, while it is made.
 *
 *     opened -> checked by one registrar -> (confirmed by a second one) -> completed | withdrawn
 *
 * Whoever opens one says what was seen (desk/evidence.h), and so has checked it. A second registrar, who sees person
 * and documents again, confirms it: the highest level takes two, and so does an account that there is already, for what
 * is completed hands it over. Nobody proofs the own account, nor is both persons.
 * What the application says of the person lies here wrapped until the case is over, and is gone then; the row stays a
 * while for the desk to look back.
 */
#pragma once

#include "base/clock.h"
#include "crypto/wrapping.h"
#include "person/account.h"
#include "transaction/desk/evidence.h"

extern const struct table desk_case_table; /* id (16) -> struct desk_case */

enum desk_state { DESK_UNKNOWN, DESK_CHECKED, DESK_CONFIRMED, DESK_COMPLETED, DESK_WITHDRAWN };
const char *desk_state_name(enum desk_state); /* "checked" … */

/* An account with the same four attributes (person/likeness.h): the same person's, or another's of that name? */
enum desk_settled { DESK_UNSETTLED, DESK_SAME, DESK_DIFFERENT };
const char *desk_settled_name(enum desk_settled); /* "unsettled" … */
#define DESK_SIMILAR 16
struct desk_similar {
	struct id account;
	char number[ACCOUNT_NUMBER_TEXT];
	enum desk_settled settled;
	char by[ACCOUNT_NUMBER_TEXT];  /* the registrar who settled it; empty: nobody yet */
};

struct desk_registrar {
	struct id account;             /* zero: nobody */
	char number[ACCOUNT_NUMBER_TEXT];
};
struct desk_case {
	struct id id;
	enum desk_state state;
	struct instant opened, changed;
	struct desk_registrar registrars[2];
	struct id account;             /* whose it is; zero: a new one's */
	char number[ACCOUNT_NUMBER_TEXT]; /* the account's; empty until there is one */
	struct desk_evidence evidence;
	struct desk_similar similar[DESK_SIMILAR];
	size_t similar_count;
	struct span application;       /* wrapped; empty once the case is over */
	struct id record;              /* the proofing's, once completed */
	uint64_t generation;           /* of its row; 0: not stored yet */
};
#define DESK_OPEN_FOR SECONDS((int64_t)24 * 3600)       /* then the person has to come again */
#define DESK_KEPT_FOR SECONDS((int64_t)30 * 24 * 3600)  /* once it is over */

void desk_case_write(struct buffer *, const struct desk_case *);
bool desk_case_read(struct span value, struct desk_case *out); /* borrowed */
struct ask desk_case_ask(const struct id *);
/* Newest first. */
struct ask desk_cases_ask(uint32_t limit);
/* Copied. ERR_NOT_FOUND, ERR_UNAVAILABLE. */
enum err desk_case_loaded(struct arena *, const struct row *, struct desk_case *out, struct problem *why);
/* Expects it as it was loaded. */
void desk_case_put(struct unit *, const struct desk_case *);

/* What the application says. */
#define DESK_NAME_LARGEST 300
#define DESK_ADDRESS_LARGEST 600
#define DESK_NOTE_LARGEST 1000
struct desk_application {
	struct span name, birthdate, gender, address; /* birthdate "1980-02-17"; gender "male" "female" "unspecified" */
	struct span note;              /* for the other registrar; may be empty */
};
/* ERR_INVALID, ERR_LIMIT: the sentence begins with the JSON pointer, and shows nothing of it. */
enum err desk_application_check(const struct desk_application *, struct instant now, struct problem *why);
/* Bound to its case: elsewhere it does not open. */
struct span desk_application_wrap(struct arena *, const struct wrapping *, const struct id *of,
    const struct desk_application *);
enum err desk_application_unwrap(struct arena *, const struct wrapping *, const struct desk_case *,
    struct desk_application *out, struct problem *why);

/* Steps. Pure. ERR_DENIED: not by this registrar; ERR_CONFLICT: not from this state, or not yet. Whoever settles
 * decides whose account it is: what was confirmed before is to be confirmed again, and by somebody else. */
enum err desk_case_confirm(struct desk_case *, const struct account *registrar, struct instant now,
    struct problem *why);
enum err desk_case_settle(struct desk_case *, const struct account *registrar, const struct id *similar,
    enum desk_settled, struct instant now, struct problem *why);
enum err desk_case_withdraw(struct desk_case *, const struct account *registrar, struct instant now,
    struct problem *why);
bool desk_case_takes_two(const struct desk_case *);
/* Whether it may be completed now, by this registrar. */
enum err desk_case_completable(const struct desk_case *, const struct account *registrar, struct problem *why);
/* It is: the proofing's record, and whose account it became. */
void desk_case_complete(struct desk_case *, const struct account *, const struct id *record, struct instant now);

/* One more that is similar, not settled yet; the case's own account is none. False: it stands there already, or there
 * is no room for it. */
bool desk_case_find_similar(struct desk_case *, const struct account *);

/* Whether this is about the registrar's own account, known or maybe. */
bool desk_case_own(const struct desk_case *, const struct account *registrar);

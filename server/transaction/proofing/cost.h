/* transaction/proofing/cost.h - what verifications cost, and who owes it: a pure sum over the log.
 *
 * Each check of revocation is its relying party's own to pay (Arts. 52, 53: answers are not shared). The operator's
 * running cost is shared by a key among the members who entrusted the work to it (the seed's 割り勘効果).
 */
#pragma once

#include "base/arena.h"
#include "transaction/proofing/log.h"

#define PRICES_LARGEST 32
struct check_price {
	enum jpki_purpose purpose;   /* JPKI_NO_PURPOSE: any; likewise the others */
	enum jpki_medium medium;
	enum revocation_kind kind;
	bool linkage;                /* not of checks, but of questions which certificates are one person's */
	int64_t yen;
};

enum cost_share { SHARE_NOTHING, SHARE_EQUALLY, SHARE_BY_CHECKS };
const char *cost_share_name(enum cost_share); /* "nothing" "equally" "by-checks" */

struct cost_settings {
	const struct check_price *prices; /* the first that fits; where none does, a check is free */
	size_t price_count;
	int64_t running_cost;        /* of the period, yen */
	enum cost_share share;
};

/* Sets what the check costs by these prices; NULL: nothing is said. */
void cost_price(const struct cost_settings *, struct proofing_check *);

struct cost_line {
	struct span member;
	bool entrusted;              /* has it done by the operator: takes its share */
	uint64_t checks, charged;    /* verifications; questions about them that a source answered */
	uint64_t linkages;           /* of those, which certificates are one person's */
	uint64_t unpriced;           /* of the charged: from before prices were kept, and reckoned by those of today */
	int64_t yen_checks, yen_share;
	/* Verifications of certificates in a phone, each once; and what the questions they were charged for would have
	 * cost more with the card. A linkage is asked with either, and saves nothing. */
	uint64_t by_phone;
	int64_t yen_saved;
};

/* A line's parts: for whom, and who was asked. Shares are no part of them. */
struct cost_row {
	struct span member, relying_party;
	const char *kind;            /* "crl" "ocsp" "operator" "linkage"; "none": nobody was asked */
	struct span source;          /* its name in the configuration */
	uint64_t checks, charged, linkages, unpriced, by_phone;
	int64_t yen, yen_saved;
};

struct costs;
/* Checks before `from`, and from `until` on, are passed over. */
struct costs *costs_new(const struct cost_settings *, struct instant from, struct instant until);
void costs_free(struct costs *);

/* Members who entrust the work have a share, also when they had nothing checked. */
void costs_entrusting(struct costs *, struct span member);
void costs_add(struct costs *, const struct proofing_check *);

/* By member. Shares add up to the running cost to the yen: what does not divide goes to those with the largest
 * remainder, of equals to the first. In the arena. */
const struct cost_line *costs_lines(const struct costs *, struct arena *, size_t *count);
/* The same by member, relying party, kind and source, sorted so. */
const struct cost_row *costs_rows(const struct costs *, struct arena *, size_t *count);

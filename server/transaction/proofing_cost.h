/* transaction/proofing_cost.h - what verifications cost, by whom they were asked for: a pure sum over the log.
 *
 * Each check of revocation is its relying party's own to pay (Arts. 52, 53: answers are not shared); the operator's
 * running cost is shared by a key among the members who entrusted the work to it (the seed's 割り勘効果).
 */
#pragma once

#include "transaction/proofing_log.h"

#define PRICES_LARGEST 32
struct check_price {
	enum jpki_purpose purpose;   /* JPKI_NO_PURPOSE: any; likewise the others */
	enum jpki_medium medium;
	enum revocation_kind kind;
	int64_t yen;
};

enum cost_share { SHARE_NOTHING, SHARE_EQUALLY, SHARE_BY_CHECKS, SHARE_BY_PERSONS_CHECKED };

struct cost_settings {
	struct check_price prices[PRICES_LARGEST]; /* the first that fits */
	size_t price_count;
	int64_t running_cost;        /* yen a month */
	enum cost_share share;
};

struct cost_line {
	struct span member;
	uint64_t checks, charged;    /* all; those a source was asked for */
	uint64_t by_phone;           /* logins and proofs without the card's own check: what they would have cost more */
	int64_t yen_checks, yen_share, yen_saved;
};

struct costs;
struct costs *costs_new(const struct cost_settings *, struct instant from, struct instant until);
void costs_add(struct costs *, const struct proofing_check *);
/* Sorted by member; sums to the yen: shares that do not divide go to the first. In the arena. */
const struct cost_line *costs_lines(struct costs *, struct arena *, size_t *count);
void costs_free(struct costs *);

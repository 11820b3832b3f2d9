/* transaction/desk/likeness.h - whoever looks like the person at the desk.
 *
 *     application -> proofed attributes -> likeness (person/likeness.h) -> accounts that are not known to the case yet
 */
#pragma once

#include "person/likeness.h"
#include "transaction/desk/case.h"

#define DESK_PROOFED 4
/* As proofings tell them; borrowed from the application. */
void desk_proofed(const struct desk_application *, struct proofed_attribute out[DESK_PROOFED]);
/* The same without a sex that the document does not tell, where one is known. How many. */
size_t desk_told(const struct desk_application *, const struct attributes *known,
    struct proofed_attribute out[DESK_PROOFED]);
/* Whether the desk may go on with an account of which this is known: not with one of staff, whom operators know; not
 * with another person's. ERR_DENIED; the sentence shows nothing of what is known. */
enum err desk_account_check(const struct account *, const struct attributes *known, const struct desk_application *,
    struct problem *why);
/* Name, date of birth, sex and address are there: it always has one. */
void desk_likeness(const struct wrapping *, const struct desk_application *, struct likeness *out);

/* One ask for each account of it that the case does not know. How many. */
size_t desk_similar_ask(const struct likeness *, const struct desk_case *, struct ask out[LIKENESS_ACCOUNTS]);
/* Into the case, unsettled; erased ones are nobody's. *found: how many came. ERR_UNAVAILABLE: one cannot be read, and
 * may be the same person's. */
enum err desk_similar_loaded(struct arena *, const struct ask *, size_t count, struct desk_case *, size_t *found,
    struct problem *why);

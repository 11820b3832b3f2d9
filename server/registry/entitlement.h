/* registry/entitlement.h - whether a member may have certificates of JPKI checked now, on which ground, and whom that
 * concerns (jpki.md 1.9).
 *
 *     accredited or a public body itself, J-LIS notified          Act Arts. 17(1), (4), 36
 *     or: all of it entrusted to an operator who is, reported     Rule 29
 *
 * Whoever checks asks each time: a record's dates run out by themselves. Pure.
 */
#pragma once

#include "registry/standing.h"

struct entitlement {
	bool entitled;
	struct span operator;       /* id of the member whose work it is: itself, or whom it entrusted */
	struct span ground;         /* name of the accreditation that it rests on */
	struct instant until;       /* it ends then by itself */
	const char *reason;         /* where it is not entitled: what is missing, for people */
};

/* The member that runs this server. */
struct entitlement_operator {
	struct span id;
	enum standing standing;     /* STANDING_UNKNOWN: there is no such member */
	const struct member_record *record; /* NULL unless it is approved */
};

/* Of an approved member, for one purpose. `operator` is NULL when the configuration names none: only to it can work be
 * entrusted that is done here. Where it is the operator's that something is missing, the reason says so. */
void entitlement_of(struct arena *, const struct member_record *, const struct entitlement_operator *,
    enum jpki_purpose, struct instant now, struct entitlement *out);

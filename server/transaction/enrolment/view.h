/* transaction/enrolment/view.h - an enrolment as it was loaded to be looked at or accepted: what the decision was made
 * from, and with which generations.
 */
#pragma once

#include "person/consent.h"
#include "person/likeness.h"
#include "transaction/enrolment/enrolment.h"

struct enrolment_loaded_all {
	struct enrolment_view view;
	struct certificate_owner owner; /* of the certificate; generation 0: there is no row */
	struct attributes known;     /* of the account found */
	struct attributes taken;     /* with what is told */
	bool likeness_known, likeness_before_known;
	struct likeness likeness, likeness_before; /* of `taken`, of `known` */
	struct consent consent;
	struct credential *revoked, *kept; /* those that were named */
	size_t revoked_count, kept_count;
};
typedef void on_enrolment_all(void *arg, enum err, struct enrolment_loaded_all *, const struct problem *why);
/* What was named to be accepted; NULL: to look only. */
struct pending *enrolment_load(struct store *, struct arena *, const struct person_settings *,
    const struct enrolment_asked *, const struct enrolment_accept *, on_enrolment_all *, void *arg);

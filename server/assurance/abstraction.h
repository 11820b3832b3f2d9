/* assurance/abstraction.h - the world as a policy sees it: each fact's domain in pieces that no condition tells apart.
 *
 *     new -> cut, cut, … -> finish -> domains
 *
 * A scalar's domain is cut at the constants it is compared with; one value stands for each piece. The words of a set
 * fall into classes that are named together or not at all; one word stands for each class.
 */
#pragma once

#include "assurance/framework.h"

struct domain {
	const int64_t *values;           /* of a scalar: one of each piece, ascending */
	size_t count;
	uint64_t words;                  /* of a set: one of each class, each in it or not */
};

struct abstraction;
struct abstraction *abstraction_new(struct arena *, const struct dictionary *);

/* At the constants of a condition; of all criteria, profiles and steps of a framework, which has the same dictionary.
 */
void abstraction_cut(struct abstraction *, const struct condition *);
void abstraction_cut_framework(struct abstraction *, const struct framework *);
void abstraction_finish(struct abstraction *);

const struct dictionary *abstraction_dictionary(const struct abstraction *);
const struct domain *abstraction_domain(const struct abstraction *, size_t fact);

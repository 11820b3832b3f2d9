/* assurance/step_outlook.h - what steps could at best make of a condition: never too little, often too much.
 *
 * Each fact is looked at by itself: it has the value it has, or any that a step gives it, and no two facts hinder each
 * other. What is unattainable even so need not be looked for.
 */
#pragma once

#include "assurance/facts.h"
#include "assurance/step_set.h"

struct outlook {
	const struct step *steps;        /* the framework's */
	const uint16_t *numbers;         /* of each in the sets below: its number among them */
	const struct step_set *changers; /* of each fact */
	struct step_set open;            /* what may still be done */
	struct facts facts;              /* as they are; changed and restored while looking */
};

/* What a condition could be. */
struct prospect {
	bool true_, false_;
};
struct prospect condition_prospect(const struct condition *, struct outlook *, enum provenance least);

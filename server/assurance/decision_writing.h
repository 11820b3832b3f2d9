/* assurance/decision_writing.h - pieces of the answer that are written in files of their own.
 */
#pragma once

#include "assurance/decision.h"
#include "codec/text.h"

/* Ids have nothing in them to escape. */
void write_id(struct buffer *, struct span id);
/* `name` with its colon, and what stands before it. */
void write_member(struct buffer *, const char *name, struct span value);
void write_localized(struct buffer *, const struct localized *);

/* "unmet": what is required and not so, with the reason; begins with a comma. */
void write_unmet(struct buffer *, const struct decision *);
/* "advice" with all its readings, and "acr_values"; begins with a comma. */
void write_all_advice(struct buffer *, const struct decision *);

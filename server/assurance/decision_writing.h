/* assurance/decision_writing.h - pieces of the answer that are written in files of their own.
 */
#pragma once

#include "assurance/decision.h"
#include "codec/json_writer.h"

/* Ids have nothing in them to escape. */
void write_id(struct buffer *, struct span id);

/* "unmet": what is required and not so, with the reason; begins with a comma. */
void write_unmet(struct buffer *, const struct decision *);
/* "advice" with all its readings; begins with a comma. */
void write_all_advice(struct buffer *, const struct decision *);
/* "acr_values", "amr_values", "login_search", as far as there is something to say; each begins with a comma. */
void write_login(struct buffer *, const struct decision *);

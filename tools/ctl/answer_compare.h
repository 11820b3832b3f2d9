/* tools/ctl/answer_compare.h - whether an answer says what its entry in the log says.
 *
 *     answer + entry -> answer_compare: what both have, which is decision, time, policy, levels, what is unmet,
 *                       criteria and their facts
 *     entry + framework -> answer_compare_anew: the decision taken again, with all that was said of criteria, in what
 *                          words, and the way up
 *
 * An entry names criteria and facts by their ids alone. Of which area and level a criterion is, which of them stood in
 * the way, and every text, only the version that decided can tell.
 */
#pragma once

#include <jansson.h>

#include "assurance/framework.h"

/* `answer`: what has the decision; NULL for a context that stands beside another, which has none. A new array of
 * {"what", "answered", "recorded"}: empty when they agree. Either may be anything: both are others' bytes. */
json_t *answer_compare(const json_t *answer, const json_t *context, const json_t *entry);

/* Adds what the same question to the same version is answered. ERR_INVALID: it is another version, or this build does
 * not come to the recorded result. `entry` is canonical. */
enum err answer_compare_anew(struct arena *, const struct framework *, const json_t *context, struct span entry,
    json_t *differences, struct problem *why);

/* answer_criteria.c */
void answer_compare_criteria(json_t *differences, const json_t *context, const json_t *entry);

/* Adds one, when they are not equal. What is missing on either side differs too: an answer cannot be shortened to what
 * agrees. */
#define ANSWER_WHAT 400 /* "levels/AREA/required" */
void answer_differ(json_t *differences, const json_t *answered, const json_t *recorded, const char *what, ...)
    __attribute__((format(printf, 4, 5)));
/* The element whose member is this text; NULL: none. */
const json_t *answer_element(const json_t *list, const char *member, const char *text);

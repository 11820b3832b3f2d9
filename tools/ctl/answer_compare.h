/* tools/ctl/answer_compare.h - whether an answer says what its entry in the log says.
 *
 * Compared is all that both have: the decision, its time and ID, the policy, levels reached and possible, what was
 * required, and that each criterion told as failed or unknown is recorded so. The way up and the words are not of the
 * entry.
 */
#pragma once

#include <jansson.h>

/* `answer`: what has the decision; NULL for a context that stands beside another, which has none. A new array of
 * {"what", "answered", "recorded"}: empty when they agree. Either may be anything: both are others' bytes. */
json_t *answer_compare(const json_t *answer, const json_t *context, const json_t *entry);

/* assurance/policy_reading.h - small values as the policy files have them: ids, words, texts in both languages.
 *
 * What is wrong or missing is the document's problem, with its pointer; the value is then empty.
 */
#pragma once

#include "codec/document.h"
#include "model/localized.h"
#include "model/policy_id.h"

/* Characters, as the schemas count them. */
#define POLICY_TITLE_LARGEST 300
#define POLICY_TEXT_LARGEST 4000

/* policy_id_valid(), policy_level_valid() ones. */
struct span policy_id(struct place);
struct span policy_level_id(struct place);

/* One line, and lines: of at least one character; no control characters, no invisible ones. Missing is a problem. */
struct span policy_line(struct place, size_t most);

/* {"ja":…,"en":…}, both, or the whole missing where `needed` is not. */
enum need { OPTIONAL, NEEDED };
struct localized policy_title(struct place, enum need);
struct localized policy_text(struct place, enum need);

/* Which of the words: those that are NULL are none. */
size_t policy_word(struct place, const char *const *words, size_t count);

/* Ids, each once. */
const struct span *policy_ids(struct place array, size_t least, size_t most, size_t *count);

/* Whether the place is that of the value an earlier element has too. */
void policy_once(struct place, struct span value, bool known);

/* No text of the document may look like an individual number (番号法 20), digests apart: those keys of the root are passed
 * over. */
void policy_refuse_numbers(struct document *, const char *const *passed_over);

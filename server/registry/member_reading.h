/* registry/member_reading.h - reading the member record: private to member_reading.c, which reads the whole,
 * member_entity_reading.c, which reads one entity, member_relying_reading.c, which reads what it needs of persons,
 * member_jpki_reading.c, which reads what the member may do with JPKI, and member_values.c, which reads what they
 * consist of.
 */
#pragma once

#include "codec/document.h"
#include "registry/form.h"
#include "registry/member.h"

enum languages { NEITHER, EITHER, BOTH };

/* Of the object, by name. What is missing is empty; what is wrong is the document's problem. */
struct span value_needed(struct place object, const char *key, const struct form *);
struct span value_optional(struct place object, const char *key, const struct form *);
/* One of a few words, which end with NULL. */
struct span value_word(struct place object, const char *key, const char *const *words);
struct localized value_localized(struct place object, const char *key, const struct form *, enum languages needed);
/* "2027-03-31T00:00:00Z" or "2027-03-31": midnight UTC. Whole seconds. */
struct instant value_instant(struct place object, const char *key);
struct member_logo value_logo(struct place object);
/* Each once, at most MEMBER_VALUES. */
const struct span *value_list(struct place object, const char *key, const struct form *, size_t *count);

struct member_entity member_entity_read(struct place);

/* `requires`, `personas`, `sector` and `oidc` of an entity whose name and roles have been read. */
void member_relying_read(struct place, struct member_entity *);

void member_jpki_read(struct place root, struct member_record *);

/* registry/member_index.h - `/v1/members`: one short row for each member and each entity of a source, as JSON for the
 * list that people search. Made with every generation; the page filters by itself.
 *
 *     {"generation":N,"rows":[{"id":…,"standing":…,"name":{"ja":…,"en":…},"kind":…,"roles":["idp"],
 *     "levels":[{"area":…,"level":…,"framework":…,"until":…}],"until":…,"source":…,"entities":["https://…"],
 *     "logo":…,"since":…,"findings":[errors,warnings]}…]}
 *
 * An id is a member's, or the SHA-1 (40 digits) of a source's entity. `levels` are those in force, `until` is when the
 * first of them ends, or when a source's entity does; `findings` stands with a source's entity only, `standing`, `kind`
 * and `logo` with a member only.
 */
#pragma once

#include "registry/entity.h"
#include "registry/standing.h"

void member_index_begin(struct buffer *, uint64_t generation);
void member_index_member(struct buffer *, const struct member *, const struct member_record *, struct instant now,
    bool first);
void member_index_entity(struct buffer *, const struct entity_key *, const struct entity *, bool first);
void member_index_end(struct buffer *);

/* registry/difference.h - what two member records differ in, for people to read before it happens.
 *
 *     /entities/0/scopes/1        (added)  "tax.example"
 *     /certifications/0/until     "2027-03-31T00:00:00Z" -> "2028-03-31T00:00:00Z"
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

struct difference {
	const char *pointer;     /* RFC 6901 into the new record; of what was removed, into the old */
	const char *before;      /* JSON, cut at 200 bytes; NULL: added */
	const char *after;       /* NULL: removed */
};

/* Both canonical JSON; `before` may be empty. Elements of arrays that name themselves (entity_id, uri, name, kid,
 * email, type) are compared by name, not by place, and texts and numbers by what they are; only the order of personas
 * counts. Of two long texts that
 * differ somewhere within, the parts where they begin to differ are shown. At most DIFFERENCES are listed; the last
 * then says how many more there are.
 *
 * `raises`: it does more than take away, so it needs approval. Taking away is leaving something out, but for what would
 * mean more without it (a certification's entity, for what an attribute is used and why it may be, the policy, what
 * is required of a person's login, anything within OpenID Connect metadata, and of personas and sector, where what is
 * not said has a default), and a certification or an accreditation that begins later or ends earlier. */
#define DIFFERENCES 1000
void difference_find(struct arena *, struct span before, struct span after, struct difference **out, size_t *count,
    bool *raises);

/* [{"pointer","before","after"}] */
void differences_write_json(struct buffer *, const struct difference *, size_t count);

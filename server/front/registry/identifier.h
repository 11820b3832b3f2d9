/* front/registry/identifier.h - the identifier of an MDQ request (draft-young-md-query-21 s3.1, -saml-21 s2.2).
 *
 *     https%3A%2F%2Fidp.example.org%2F   an entity ID
 *     {sha1}11d72e8cf3…                  the same by its SHA-1, 40 lower-case digits
 *     idps, sps                          our own names for groups
 */
#pragma once

#include "base/arena.h"

enum identifier_kind {
	IDENTIFIER_BROKEN,  /* empty, or an escape that is none: a malformed request */
	IDENTIFIER_UNKNOWN, /* cannot be anybody's: too long, or a {sha1} that is none */
	IDENTIFIER_SET,
	IDENTIFIER_ENTITY,
};

struct identifier {
	enum identifier_kind kind;
	struct span name;      /* of the document (registry/document.h) */
	struct span entity_id; /* as asked; empty when asked by SHA-1 */
};

/* `segment` is the path segment as it was sent: it is percent-decoded here, once, and `+` stays a plus. */
struct identifier identifier_read(struct arena *, struct span segment);

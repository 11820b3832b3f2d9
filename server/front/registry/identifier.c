/* front/registry/identifier.c - the identifier of an MDQ request. */
#include "front/registry/identifier.h"

#include "codec/text.h"
#include "model/entity.h"
#include "registry/document.h"
#include "registry/entity.h"

#define SHA1_PREFIX "{sha1}"

static struct identifier
entity_named(struct arena *arena, struct entity_key key, struct span entity_id)
{
	return (struct identifier){
		.kind = IDENTIFIER_ENTITY,
		.name = arena_copy(arena, span_of(key.bytes, sizeof(key.bytes))),
		.entity_id = entity_id,
	};
}

/* Upper-case digits are not of the production (-saml-21 s2.2.2), so they name nobody. */
static bool
digits_read(struct span digits, struct entity_key *out)
{
	for (size_t i = 0; i < digits.size; i++) {
		if (digits.data[i] >= 'A' && digits.data[i] <= 'F')
			return false;
	}
	return hex_read(digits, out->bytes, sizeof(out->bytes));
}

struct identifier
identifier_read(struct arena *arena, struct span segment)
{
	static const char *const sets[] = { DOCUMENT_IDPS, DOCUMENT_SPS };
	struct entity_key key;
	struct span id;

	if (!percent_read(arena, segment, &id) || id.size == 0)
		return (struct identifier){ .kind = IDENTIFIER_BROKEN };
	for (size_t i = 0; i < COUNT(sets); i++) {
		if (span_is(id, sets[i]))
			return (struct identifier){ .kind = IDENTIFIER_SET, .name = span_text(sets[i]) };
	}
	if (span_starts(id, SHA1_PREFIX)) {
		if (digits_read(span_skip(id, sizeof(SHA1_PREFIX) - 1), &key))
			return entity_named(arena, key, (struct span){ 0 });
		return (struct identifier){ .kind = IDENTIFIER_UNKNOWN };
	}
	if (id.size > ENTITY_ID_LARGEST)
		return (struct identifier){ .kind = IDENTIFIER_UNKNOWN };
	return entity_named(arena, entity_key_of(id), id);
}

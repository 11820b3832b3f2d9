/* signer/active_key.c - the key of a use that signs now, with what its files say of it. */
#include "signer/active_key.h"

#include "crypto/certificate.h"
#include "crypto/digest.h"

enum err
active_key_find(const struct ask *ask, const char *directory, enum key_use use, struct arena *a,
    struct key_descriptor *out, struct problem *why)
{
	const struct key_life *active;
	struct key_life *lives;
	uint8_t found[32];

	*out = (struct key_descriptor){ .name = NULL };
	if (key_lives_read(ask, a, &lives, why) != OK)
		return why->code;
	active = key_life_active(lives, ask->count, use);
	if (!active)
		return OK;
	if (key_descriptor_read(directory, arena_text(a, active->name), a, out, why) != OK)
		return why->code;
	digest(DIGEST_SHA256, out->certificate, found);
	if (memcmp(found, active->certificate, sizeof(found)) != 0)
		return problem_set(why, ERR_INVALID, "",
		    "%s/%s.cer: this is not the certificate the key was adopted with", directory, out->name);
	return OK;
}

enum err
active_key_spki(const struct key_descriptor *key, struct arena *a, struct span *out, struct problem *why)
{
	struct certificate_facts facts;

	if (certificate_read(key->certificate, a, &facts, why) != OK)
		return why->code;
	*out = facts.spki;
	return OK;
}

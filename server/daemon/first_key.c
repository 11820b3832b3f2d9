/* daemon/first_key.c - founding: the only metadata key of a federation is taken into use. */
#include "daemon/first_key.h"

#include "crypto/digest.h"
#include "registry/journal.h"
#include "signer/descriptor.h"

static enum err
find_only(const char *directory, struct arena *a, const struct key_descriptor **out, struct problem *why)
{
	struct key_descriptor *found;
	size_t count, metadata = 0;

	if (key_descriptors_read(directory, a, &found, &count, why) != OK)
		return why->code;
	for (size_t i = 0; i < count; i++)
		if (found[i].use == USE_METADATA) {
			metadata++;
			*out = &found[i];
		}
	if (metadata == 0)
		return problem_set(why, ERR_NOT_FOUND, "", "%s: no key for metadata is there; watashictl key new makes one",
		    directory);
	if (metadata > 1)
		return problem_set(why, ERR_CONFLICT, "",
		    "%s: %zu keys for metadata are there and none is in use; watashictl key adopts and activates one", directory,
		    metadata);
	return OK;
}

enum err
first_key_adopt(struct unit *unit, const char *directory, struct arena *a, struct instant now, struct problem *why)
{
	static const enum key_action actions[] = { KEY_ADOPT, KEY_ACTIVATE };
	static const struct rollover_times none; /* the first key waits for nobody */
	const struct key_descriptor *key = NULL;
	struct key_life life = { 0 };
	struct buffer value;
	bool changed;

	if (find_only(directory, a, &key, why) != OK)
		return why->code;
	life = (struct key_life){ .name = span_text(key->name), .use = key->use, .created = key->created };
	digest(DIGEST_SHA256, key->certificate, life.certificate);
	for (size_t i = 0; i < COUNT(actions); i++) {
		if (key_life_act(&life, 1, &changed, life.name, actions[i], &none, now, false, why) != OK)
			return why->code;
		journal_key_changed(unit, "watashid", now, &life, false);
	}
	value = buffer_init(4 * KIB);
	key_life_write(&value, &life);
	unit_expect(unit, &key_table, life.name, 0);
	unit_put(unit, &key_table, life.name, buffer_span(&value));
	buffer_release(&value);
	return OK;
}

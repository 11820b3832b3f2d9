/* daemon/first_key.c - founding: the only key of each use is taken into use. */
#include "daemon/first_key.h"

#include "base/log.h"
#include "crypto/digest.h"
#include "registry/journal.h"
#include "signer/descriptor.h"

static size_t
count_use(const struct key_descriptor *keys, size_t count, enum key_use use, const struct key_descriptor **last)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (keys[i].use == use) {
			found++;
			*last = &keys[i];
		}
	return found;
}

static enum err
adopt(struct unit *unit, const struct key_descriptor *key, struct instant now, struct problem *why)
{
	static const enum key_action actions[] = { KEY_ADOPT, KEY_ACTIVATE };
	static const struct rollover_times none; /* the first key waits for nobody */
	struct key_life life = { .name = span_text(key->name), .use = key->use, .created = key->created };
	struct buffer value = buffer_init(4 * KIB);
	enum err err = OK;
	bool changed;

	digest(DIGEST_SHA256, key->certificate, life.certificate);
	for (size_t i = 0; i < COUNT(actions) && err == OK; i++) {
		err = key_life_act(&life, 1, &changed, life.name, actions[i], &none, now, false, why);
		if (err == OK)
			journal_key_changed(unit, "watashid", now, &life, false);
	}
	if (err == OK) {
		key_life_write(&value, &life);
		unit_expect(unit, &key_table, life.name, 0);
		unit_put(unit, &key_table, life.name, buffer_span(&value));
	}
	buffer_release(&value);
	return err;
}

enum err
first_key_adopt(struct unit *unit, const char *directory, struct arena *a, struct instant now, struct problem *why)
{
	const struct key_descriptor *only = NULL;
	struct key_descriptor *keys;
	size_t count;

	if (key_descriptors_read(directory, a, &keys, &count, why) != OK)
		return why->code;
	for (enum key_use use = USE_NONE + 1; use < USE_COUNT; use++) {
		size_t found = count_use(keys, count, use, &only);

		if (found == 0 && use == USE_METADATA)
			return problem_set(why, ERR_NOT_FOUND, "",
			    "%s: no key for metadata is there; watashictl key new makes one", directory);
		if (found > 1 && use == USE_METADATA)
			return problem_set(why, ERR_CONFLICT, "",
			    "%s: %zu keys for metadata are there and none is in use; watashictl key adopts and "
			    "activates one",
			    directory, found);
		if (found > 1)
			log_warning("key.not-adopted", "use=%s found=%zu", key_use_name(use), found);
		if (found == 1 && adopt(unit, only, now, why) != OK)
			return why->code;
	}
	return OK;
}

/* daemon/first_key.c - founding: the only metadata key of a federation is taken into use. */
#include "daemon/first_key.h"

#include "crypto/digest.h"
#include "registry/entity.h"
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

static void
note(struct unit *unit, const struct key_life *life, struct instant now)
{
	struct buffer b = buffer_init(4 * KIB);
	char at[INSTANT_TEXT];

	/* A key's name needs no escapes. */
	buffer_print(&b, "{\"at\":\"%s\",\"actor\":\"watashid\",\"event\":\"key\",\"key\":\"%.*s\",\"state\":\"%s\","
	    "\"forced\":false}", instant_text(now, at), SPAN_ARGS(life->name), key_state_name(life->state));
	unit_append(unit, &journal_table, buffer_span(&b));
	buffer_release(&b);
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
		note(unit, &life, now);
	}
	value = buffer_init(4 * KIB);
	key_life_write(&value, &life);
	unit_expect(unit, &key_table, life.name, 0);
	unit_put(unit, &key_table, life.name, buffer_span(&value));
	buffer_release(&value);
	return OK;
}

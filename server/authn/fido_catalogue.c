/* authn/fido_catalogue.c - the models of the BLOB that is in force, as rows. */
#include "authn/fido_catalogue.h"

#include <assert.h>

#include "base/record.h"
#include "store/unit.h"

#define FORM 1
#define NUMBER 8
#define STATE_LARGEST 128
#define MODEL_LARGEST (4 * MIB)

const struct table fido_model_table = { "fido-model", ROLE_BIT(ROLE_STEWARD), 0 };
const struct table fido_state_table = { "fido-state", ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };

static const struct span state_key = { (const uint8_t *)"blob", 4 };

struct ask
fido_state_ask(void)
{
	return (struct ask){ .table = &fido_state_table, .from = state_key };
}

enum err
fido_state_loaded(const struct ask *asked, struct fido_state *out, struct problem *why)
{
	struct record r;
	uint8_t form;

	*out = (struct fido_state){ 0 };
	if (!asked->count)
		return OK;
	r = record_of(asked->rows[0].value);
	out->generation = asked->rows[0].generation;
	form = record_u8(&r);
	out->number = record_u64(&r);
	out->taken = record_instant(&r);
	out->next_update = record_instant(&r);
	out->models = record_u32(&r);
	record_copy(&r, out->legal_header, sizeof(out->legal_header));
	out->reviewed = record_u64(&r);
	if (form != FORM || !record_whole(&r))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the catalogue of authenticators in the store is of a form this build does not know");
	return OK;
}

void
fido_state_expect(struct unit *unit, const struct fido_state *state)
{
	unit_expect(unit, &fido_state_table, state_key, state->generation);
}

void
fido_state_put(struct unit *unit, const struct fido_state *state)
{
	struct buffer b = buffer_init(STATE_LARGEST);

	buffer_u8(&b, FORM);
	buffer_u64(&b, state->number);
	buffer_instant(&b, state->taken);
	buffer_instant(&b, state->next_update);
	buffer_u32(&b, state->models);
	buffer_add(&b, span_of(state->legal_header, sizeof(state->legal_header)));
	buffer_u64(&b, state->reviewed);
	assert(!b.overflowed);
	fido_state_expect(unit, state);
	unit_put(unit, &fido_state_table, state_key, buffer_span(&b));
	buffer_release(&b);
}

static struct span
key_of(struct arena *a, uint64_t number, struct span known_by)
{
	uint8_t *key = arena_take(a, NUMBER + known_by.size);

	for (int i = 0; i < NUMBER; i++)
		key[i] = (uint8_t)(number >> (8 * (NUMBER - 1 - i)));
	if (known_by.size)
		memcpy(key + NUMBER, known_by.data, known_by.size);
	return span_of(key, NUMBER + known_by.size);
}

struct ask
fido_model_ask(struct arena *a, uint64_t number, struct span known_by)
{
	return (struct ask){ .table = &fido_model_table, .from = key_of(a, number, known_by) };
}

enum err
fido_model_loaded(struct arena *a, const struct ask *asked, const struct fido_model **out, struct problem *why)
{
	struct fido_model *model;

	*out = NULL;
	if (!asked->count)
		return OK;
	model = arena_new(a, struct fido_model);
	if (!fido_model_decode(arena_copy(a, asked->rows[0].value), model))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "a model of authenticators in the store is of a form this build does not know");
	*out = model;
	return OK;
}

void
fido_model_put(struct unit *unit, struct arena *a, uint64_t number, const struct fido_model *model)
{
	struct buffer b = buffer_init(MODEL_LARGEST);

	fido_model_write(&b, model);
	assert(!b.overflowed); /* a BLOB's own size is bounded */
	if (model->aaguid.size)
		unit_put(unit, &fido_model_table, key_of(a, number, model->aaguid), buffer_span(&b));
	for (size_t i = 0; i < model->key_id_count; i++)
		unit_put(unit, &fido_model_table, key_of(a, number, model->key_ids[i]), buffer_span(&b));
	buffer_release(&b);
}

struct ask
fido_models_between_ask(struct arena *a, uint64_t above, uint64_t below, uint32_t limit)
{
	return (struct ask){ .table = &fido_model_table, .from = key_of(a, above + 1, (struct span){ 0 }),
		.until = key_of(a, below, (struct span){ 0 }), .limit = limit };
}

struct ask
fido_models_ask(struct arena *a, uint64_t number, struct span after, uint32_t limit)
{
	struct ask ask = fido_models_between_ask(a, number - 1, number + 1, limit);
	uint8_t *from;

	if (!after.size)
		return ask;
	from = arena_take(a, after.size + 1); /* the next key there can be */
	memcpy(from, after.data, after.size);
	ask.from = span_of(from, after.size + 1);
	return ask;
}

size_t
fido_model_names(struct arena *a, const struct attestation *attestation, struct span out[ATTESTATION_CERTIFICATES])
{
	size_t count = 0;

	if (!aaguid_is_none(attestation->aaguid)) {
		out[0] = attestation->aaguid;
		return 1;
	}
	for (size_t i = 0; i < attestation->certificate_count; i++) {
		uint8_t *id = arena_take(a, FIDO_KEY_ID);

		if (fido_key_id(attestation->certificates[i], id))
			out[count++] = span_of(id, FIDO_KEY_ID);
	}
	return count;
}

/* authn/credential.c - authenticators in the store: found by their account, by what others know them by, by model. */
#include "authn/credential.h"

#include <assert.h>

#include "authn/attestation.h"
#include "base/record.h"
#include "crypto/digest.h"
#include "store/unit.h"

#define ROW_LARGEST (64 * KIB)
#define MODEL_SIZE 16
#define WRITERS (ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD))

const struct table credential_table = { "credential", WRITERS, 0 };
const struct table credential_name_table = { "credential-name", WRITERS, 0 };
const struct table credential_model_table = { "credential-model", WRITERS, 0 };

struct ask
credential_ask(struct arena *a, const struct id *account, const struct id *credential)
{
	return (struct ask){ .table = &credential_table, .from = id_pair(a, account, credential) };
}

struct ask
credentials_before_ask(struct arena *a, const struct id *account, const struct id *before, uint32_t limit)
{
	static const struct id first = { { 0 } };

	return (struct ask){
		.table = &credential_table, .from = id_pair(a, account, &first), .until = id_pair(a, account, before),
		.limit = limit, .backwards = true,
	};
}

struct ask
credentials_ask(struct arena *a, const struct id *account, uint32_t limit)
{
	const struct id last = id_latest();

	return credentials_before_ask(a, account, &last, limit);
}

enum err
credential_loaded(struct arena *a, const struct row *row, struct credential *out, struct problem *why)
{
	memset(out, 0, sizeof(*out));
	if (!row)
		return problem_set(why, ERR_NOT_FOUND, "", "the account has no such authenticator");
	if (!credential_read(arena_copy(a, row->value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "an authenticator's row in the store is of a form this build does not know");
	out->generation = row->generation;
	return OK;
}

struct span
credential_name_key(struct arena *a, enum credential_kind kind, struct span known_by)
{
	uint8_t first = (uint8_t)kind;
	const struct span pieces[] = { span_of(&first, 1), known_by };
	uint8_t *key;

	if (!known_by.size || kind == CREDENTIAL_ONE_TIME)
		return (struct span){ 0 };
	key = arena_take(a, 32);
	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), key);
	return span_of(key, 32);
}

bool
credential_name_read(struct span value, struct id *account, struct id *credential)
{
	struct record r = record_of(value);

	*account = record_id(&r);
	*credential = record_id(&r);
	return record_whole(&r);
}

const struct credential_passkey *
credential_passkey_of(const struct credential *c)
{
	if (c->kind == CREDENTIAL_PASSKEY)
		return &c->passkey;
	return c->kind == CREDENTIAL_APP && c->app.passkey.id.size ? &c->app.passkey : NULL;
}

bool
credential_known(const struct credential *c)
{
	return c->state != CREDENTIAL_REVOKED;
}

static struct span
name_of(struct arena *a, const struct credential *c)
{
	switch (c->kind) {
	case CREDENTIAL_PASSKEY:
		return credential_name_key(a, c->kind, c->passkey.id);
	case CREDENTIAL_APP:
		return credential_name_key(a, c->kind, c->app.key);
	case CREDENTIAL_CARD:
		return credential_name_key(a, c->kind, c->card.handle);
	case CREDENTIAL_RECOVERY:
		return credential_name_key(a, c->kind, id_span(&c->account));
	default:
		return (struct span){ 0 };
	}
}

/* An app's passkey: the second name it has. */
static struct span
second_name_of(struct arena *a, const struct credential *c)
{
	if (c->kind != CREDENTIAL_APP)
		return (struct span){ 0 };
	return credential_name_key(a, CREDENTIAL_PASSKEY, c->app.passkey.id);
}

static struct span
model_key(struct arena *a, const uint8_t *model, struct span own)
{
	uint8_t *key = arena_take(a, MODEL_SIZE + own.size);

	memcpy(key, model, MODEL_SIZE);
	memcpy(key + MODEL_SIZE, own.data, own.size);
	return span_of(key, MODEL_SIZE + own.size);
}

/* One of U2F is known by its attestation's keys; one that tells no model stands nowhere. */
static size_t
models_of(const struct credential *c, const uint8_t *models[ATTESTATION_CERTIFICATES])
{
	const struct credential_passkey *p = credential_passkey_of(c);
	size_t count;

	if (!p)
		return 0;
	count = p->key_ids.size / CREDENTIAL_KEY_ID;
	if (!aaguid_is_none(span_of(p->aaguid, sizeof(p->aaguid)))) {
		models[0] = p->aaguid;
		return 1;
	}
	assert(count <= ATTESTATION_CERTIFICATES);
	for (size_t i = 0; i < count; i++)
		models[i] = p->key_ids.data + i * CREDENTIAL_KEY_ID;
	return count;
}

static void
put_index(struct unit *unit, struct arena *a, const struct credential *c, struct span own)
{
	static const uint8_t here = 1;
	const uint8_t *models[ATTESTATION_CERTIFICATES];
	size_t count = models_of(c, models);
	struct span name = name_of(a, c), second = second_name_of(a, c);

	if (name.size) {
		unit_expect(unit, &credential_name_table, name, c->name_generation);
		unit_put(unit, &credential_name_table, name, own);
	}
	if (second.size) {
		unit_expect(unit, &credential_name_table, second, 0);
		unit_put(unit, &credential_name_table, second, own);
	}
	for (size_t i = 0; i < count; i++)
		unit_put(unit, &credential_model_table, model_key(a, models[i], own), span_of(&here, 1));
}

static void
delete_index(struct unit *unit, struct arena *a, const struct credential *c, struct span own)
{
	const uint8_t *models[ATTESTATION_CERTIFICATES];
	size_t count = models_of(c, models);
	struct span name = name_of(a, c), second = second_name_of(a, c);

	if (name.size)
		unit_delete(unit, &credential_name_table, name);
	if (second.size)
		unit_delete(unit, &credential_name_table, second);
	for (size_t i = 0; i < count; i++)
		unit_delete(unit, &credential_model_table, model_key(a, models[i], own));
}

void
credential_put(struct unit *unit, struct arena *a, const struct credential *c)
{
	struct buffer b = buffer_init(ROW_LARGEST);
	struct span own = id_pair(a, &c->account, &c->id);

	assert(c->name.size <= CREDENTIAL_NAME_LARGEST);
	credential_write(&b, c);
	assert(!b.overflowed); /* every piece of it was bounded where it came in */
	unit_expect(unit, &credential_table, own, c->generation);
	unit_put(unit, &credential_table, own, buffer_span(&b));
	if (!c->generation && credential_known(c))
		put_index(unit, a, c, own);
	else if (c->indexed && !credential_known(c))
		delete_index(unit, a, c, own);
	buffer_release(&b);
}

void
credential_remove(struct unit *unit, struct arena *a, const struct credential *c)
{
	struct span own = id_pair(a, &c->account, &c->id);

	unit_expect(unit, &credential_table, own, c->generation);
	unit_delete(unit, &credential_table, own);
	if (c->indexed)
		delete_index(unit, a, c, own);
}

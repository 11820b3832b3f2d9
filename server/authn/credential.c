/* authn/credential.c - one authenticator as a row.
 *
 *     head: form(u8) kind(u8) state(u8) account(16) id(16) …
 *     then what its kind keeps, by a table of kinds
 */
#include "authn/credential.h"

#include <assert.h>

#include "authn/attestation.h"
#include "base/record.h"
#include "crypto/digest.h"
#include "store/unit.h"

#define FORM 1
#define ROW_LARGEST (64 * KIB)
#define MODEL_SIZE 16
#define KEY_ID_SIZE 20
#define WRITERS (ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD))

const struct table credential_table = { "credential", WRITERS, 0 };
const struct table credential_name_table = { "credential-name", WRITERS, 0 };
const struct table credential_model_table = { "credential-model", WRITERS, 0 };

static void write_passkey(struct buffer *, const struct credential *);
static void write_card(struct buffer *, const struct credential *);
static void write_app(struct buffer *, const struct credential *);
static void write_one_time(struct buffer *, const struct credential *);
static void write_recovery(struct buffer *, const struct credential *);
static void read_passkey(struct record *, struct credential *);
static void read_card(struct record *, struct credential *);
static void read_app(struct record *, struct credential *);
static void read_one_time(struct record *, struct credential *);
static void read_recovery(struct record *, struct credential *);

static const struct {
	const char *name;
	void (*write)(struct buffer *, const struct credential *);
	void (*read)(struct record *, struct credential *);
} kinds[CREDENTIAL_KINDS] = {
	[CREDENTIAL_PASSKEY] = { "passkey", write_passkey, read_passkey },
	[CREDENTIAL_CARD] = { "card", write_card, read_card },
	[CREDENTIAL_APP] = { "app", write_app, read_app },
	[CREDENTIAL_ONE_TIME] = { "one-time", write_one_time, read_one_time },
	[CREDENTIAL_RECOVERY] = { "recovery", write_recovery, read_recovery },
};

const char *
credential_kind_name(enum credential_kind kind)
{
	assert(kind > CREDENTIAL_NO_KIND && kind < CREDENTIAL_KINDS);
	return kinds[kind].name;
}

const char *
credential_state_name(enum credential_state state)
{
	static const char *const names[] = {
		[CREDENTIAL_UNKNOWN] = "unknown",
		[CREDENTIAL_ISSUED] = "issued",
		[CREDENTIAL_ACTIVE] = "active",
		[CREDENTIAL_SUSPENDED] = "suspended",
		[CREDENTIAL_LOCKED] = "locked",
		[CREDENTIAL_REVOKED] = "revoked",
		[CREDENTIAL_EXPIRED] = "expired",
	};

	assert(state < COUNT(names));
	return names[state];
}

/* The words of policy/facts.json, credential.delivery. */
const char *
credential_binding_word(enum credential_binding binding)
{
	static const char *const words[] = {
		[BINDING_UNKNOWN] = "unknown",
		[BINDING_UNCONFIRMED] = "unconfirmed",
		[BINDING_IN_PROOFING] = "proofing-session",
		[BINDING_EXISTING] = "existing-token",
		[BINDING_IN_PERSON] = "in-person",
	};

	assert(binding < COUNT(words));
	return words[binding];
}

const char *
parent_status_name(enum parent_status status)
{
	static const char *const names[] = {
		[PARENT_NONE] = "none",
		[PARENT_GOOD] = "good",
		[PARENT_LAPSED] = "lapsed",
		[PARENT_UNKNOWN] = "unknown",
	};

	assert(status < COUNT(names));
	return names[status];
}

static void
write_webauthn(struct buffer *b, const struct credential_passkey *p)
{
	buffer_block(b, p->id);
	buffer_block(b, p->key);
	buffer_u32(b, p->sign_count);
	buffer_u8(b, p->user_verified);
	buffer_u8(b, p->backup_eligible);
	buffer_u8(b, p->backed_up);
	buffer_u8(b, p->resident);
	buffer_add(b, span_of(p->aaguid, sizeof(p->aaguid)));
	buffer_block(b, p->format);
	buffer_u8(b, (uint8_t)p->attestation);
	buffer_u8(b, p->trusted);
	buffer_u8(b, (uint8_t)p->certified_level);
	buffer_u8(b, (uint8_t)p->protection);
	buffer_block(b, p->model);
	buffer_block(b, p->transports);
	buffer_block(b, p->key_ids);
}

static void
write_passkey(struct buffer *b, const struct credential *c)
{
	write_webauthn(b, &c->passkey);
}

static void
write_card(struct buffer *b, const struct credential *c)
{
	buffer_block(b, c->card.handle);
	buffer_u8(b, c->card.mobile);
}

static void
write_app(struct buffer *b, const struct credential *c)
{
	const struct credential_app *app = &c->app;

	buffer_block(b, app->key);
	buffer_block(b, app->platform);
	buffer_u8(b, app->passkey.id.size != 0); /* it stands at the end */
	buffer_add(b, span_of(app->pin, sizeof(app->pin)));
	buffer_u8(b, app->pin_drawn);
	buffer_block(b, app->push_endpoint);
	buffer_block(b, app->push_key);
	buffer_block(b, app->push_secret);
	if (app->passkey.id.size)
		write_webauthn(b, &app->passkey);
}

static void
write_one_time(struct buffer *b, const struct credential *c)
{
	const struct credential_one_time *o = &c->one_time;

	buffer_u8(b, (uint8_t)o->kind);
	buffer_u8(b, (uint8_t)o->digest);
	buffer_u8(b, (uint8_t)o->digits);
	buffer_u32(b, o->period);
	buffer_block(b, o->secret);
	buffer_u64(b, o->next);
	buffer_u32(b, (uint32_t)o->drift);
}

static void
write_recovery(struct buffer *b, const struct credential *c)
{
	buffer_add(b, span_of(c->recovery.digests, sizeof(c->recovery.digests)));
}

/* An expired one stays known by its name, so that whoever tries it is told so. */
static bool
is_gone(const struct credential *c)
{
	return c->state == CREDENTIAL_REVOKED;
}

void
credential_write(struct buffer *b, const struct credential *c)
{
	assert(c->kind > CREDENTIAL_NO_KIND && c->kind < CREDENTIAL_KINDS && c->state > CREDENTIAL_UNKNOWN);
	buffer_u8(b, FORM);
	buffer_u8(b, (uint8_t)c->kind);
	buffer_u8(b, (uint8_t)c->state);
	buffer_u8(b, !is_gone(c)); /* its index rows stand */
	buffer_id(b, &c->account);
	buffer_id(b, &c->id);
	buffer_block(b, c->name);
	buffer_instant(b, c->issued);
	buffer_instant(b, c->activated);
	buffer_instant(b, c->changed);
	buffer_instant(b, c->used);
	buffer_instant(b, c->expires);
	buffer_block(b, c->actor);
	buffer_block(b, c->reason);
	buffer_id(b, &c->evidence);
	buffer_id(b, &c->replaces);
	buffer_u8(b, (uint8_t)c->binding);
	buffer_id(b, &c->binding_record);
	buffer_u8(b, (uint8_t)c->parent);
	buffer_block(b, c->parent_handle);
	buffer_instant(b, c->parent_checked);
	buffer_u32(b, c->failures);
	kinds[c->kind].write(b, c);
}

/* What is neither 0 nor 1 is not ours. */
static unsigned
read_word(struct record *r, unsigned most)
{
	uint8_t word = record_u8(r);

	if (word > most)
		r->broken = true;
	return word > most ? 0 : word;
}

static void
read_webauthn(struct record *r, struct credential_passkey *p)
{
	p->id = record_block(r);
	p->key = record_block(r);
	p->sign_count = record_u32(r);
	p->user_verified = record_flag(r);
	p->backup_eligible = record_flag(r);
	p->backed_up = record_flag(r);
	p->resident = record_flag(r);
	record_copy(r, p->aaguid, sizeof(p->aaguid));
	p->format = record_block(r);
	p->attestation = read_word(r, ATTESTATION_ANONYMOUS_CA);
	p->trusted = record_flag(r);
	p->certified_level = record_u8(r);
	p->protection = record_u8(r);
	p->model = record_block(r);
	p->transports = record_block(r);
	p->key_ids = record_block(r);
	if (!p->id.size || !p->key.size || p->key_ids.size % KEY_ID_SIZE ||
	    p->key_ids.size > ATTESTATION_CERTIFICATES * (size_t)KEY_ID_SIZE)
		r->broken = true;
}

static void
read_passkey(struct record *r, struct credential *c)
{
	read_webauthn(r, &c->passkey);
}

static void
read_card(struct record *r, struct credential *c)
{
	c->card.handle = record_block(r);
	c->card.mobile = record_flag(r);
}

static void
read_app(struct record *r, struct credential *c)
{
	struct credential_app *app = &c->app;
	bool has_passkey;

	app->key = record_block(r);
	app->platform = record_block(r);
	has_passkey = record_flag(r);
	record_copy(r, app->pin, sizeof(app->pin));
	app->pin_drawn = record_flag(r);
	app->push_endpoint = record_block(r);
	app->push_key = record_block(r);
	app->push_secret = record_block(r);
	if (has_passkey)
		read_webauthn(r, &app->passkey);
}

static void
read_one_time(struct record *r, struct credential *c)
{
	struct credential_one_time *o = &c->one_time;

	o->kind = record_u8(r);
	o->digest = record_u8(r);
	o->digits = record_u8(r);
	o->period = record_u32(r);
	o->secret = record_block(r);
	o->next = record_u64(r);
	o->drift = (int32_t)record_u32(r);
}

static void
read_recovery(struct record *r, struct credential *c)
{
	record_copy(r, &c->recovery.digests[0][0], sizeof(c->recovery.digests));
}

bool
credential_read(struct span value, struct credential *out)
{
	struct record r = record_of(value);

	memset(out, 0, sizeof(*out));
	if (record_u8(&r) != FORM)
		return false;
	out->kind = read_word(&r, CREDENTIAL_KINDS - 1);
	out->state = read_word(&r, CREDENTIAL_EXPIRED);
	out->indexed = record_flag(&r);
	out->account = record_id(&r);
	out->id = record_id(&r);
	out->name = record_block(&r);
	out->issued = record_instant(&r);
	out->activated = record_instant(&r);
	out->changed = record_instant(&r);
	out->used = record_instant(&r);
	out->expires = record_instant(&r);
	out->actor = record_block(&r);
	out->reason = record_block(&r);
	out->evidence = record_id(&r);
	out->replaces = record_id(&r);
	out->binding = read_word(&r, BINDING_IN_PERSON);
	out->binding_record = record_id(&r);
	out->parent = read_word(&r, PARENT_UNKNOWN);
	out->parent_handle = record_block(&r);
	out->parent_checked = record_instant(&r);
	out->failures = record_u32(&r);
	if (r.broken || out->kind == CREDENTIAL_NO_KIND || out->state == CREDENTIAL_UNKNOWN)
		return false;
	kinds[out->kind].read(&r, out);
	return record_whole(&r);
}

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
	count = p->key_ids.size / KEY_ID_SIZE;
	if (!aaguid_is_none(span_of(p->aaguid, sizeof(p->aaguid)))) {
		models[0] = p->aaguid;
		return 1;
	}
	assert(count <= ATTESTATION_CERTIFICATES);
	for (size_t i = 0; i < count; i++)
		models[i] = p->key_ids.data + i * KEY_ID_SIZE;
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
	if (!c->generation && !is_gone(c))
		put_index(unit, a, c, own);
	else if (c->indexed && is_gone(c))
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

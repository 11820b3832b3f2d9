/* authn/credential_row.c - one authenticator as the bytes of a row.
 *
 *     head: form(u8) kind(u8) state(u8) account(16) id(16) …
 *     then what its kind keeps, by a table of kinds
 */
#include "authn/credential.h"

#include <assert.h>

#include "authn/attestation.h"
#include "base/record.h"

#define FORM 1

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
	void (*write)(struct buffer *, const struct credential *);
	void (*read)(struct record *, struct credential *);
} kinds[CREDENTIAL_KINDS] = {
	[CREDENTIAL_PASSKEY] = { write_passkey, read_passkey },
	[CREDENTIAL_CARD] = { write_card, read_card },
	[CREDENTIAL_APP] = { write_app, read_app },
	[CREDENTIAL_ONE_TIME] = { write_one_time, read_one_time },
	[CREDENTIAL_RECOVERY] = { write_recovery, read_recovery },
};

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

void
credential_write(struct buffer *b, const struct credential *c)
{
	assert(c->kind > CREDENTIAL_NO_KIND && c->kind < CREDENTIAL_KINDS && c->state > CREDENTIAL_UNKNOWN);
	buffer_u8(b, FORM);
	buffer_u8(b, (uint8_t)c->kind);
	buffer_u8(b, (uint8_t)c->state);
	buffer_u8(b, credential_known(c)); /* its index rows stand */
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
	if (!p->id.size || !p->key.size || p->key_ids.size % CREDENTIAL_KEY_ID ||
	    p->key_ids.size > ATTESTATION_CERTIFICATES * (size_t)CREDENTIAL_KEY_ID)
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

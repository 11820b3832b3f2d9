/* front/account/authenticator_additions.c - an authenticator is added: a passkey, one-time codes, recovery codes. */
#include <openssl/crypto.h>

#include "codec/json_writer.h"
#include "codec/line.h"
#include "codec/reader.h"
#include "front/account/authenticator_view.h"
#include "transaction/authenticator/one_time_addition.h"
#include "transaction/authenticator/passkey_addition.h"
#include "transaction/authenticator/recovery_addition.h"

#define ANSWER_LARGEST (512 * KIB)
#define CODE_LARGEST 8

static on_passkey_options on_options;
static on_passkey_added on_passkey;
static on_one_time_begun on_seed;
static on_one_time_added on_code;
static on_recovery_added on_codes;

/* Refused as the page needs it: 403 with the step that failed, or with the login that comes first. */
static void
refuse(struct authenticator_request *r, enum err err, const char *step, int left, const struct problem *why)
{
	struct exchange *e = r->visit.exchange;
	struct buffer b;

	if (err != ERR_DENIED) {
		exchange_refuse_failure(e, err, why);
		return;
	}
	if (!step) {
		account_access_step_up(e, "authenticator", why);
		return;
	}
	b = buffer_init(4 * KIB);
	buffer_text(&b, "{\"status\":403,\"title\":\"Forbidden\"");
	json_write_member(&b, "detail", span_text(why->text));
	json_write_member(&b, "clause", span_text(why->clause));
	buffer_text(&b, ",\"code\":\"denied\"");
	json_write_member(&b, "step", span_text(step));
	if (left >= 0)
		buffer_print(&b, ",\"left\":%d", left);
	buffer_byte(&b, '}');
	exchange_reply(e, &(struct reply){ .status = 403, .body = buffer_span(&b),
		.fields = span_text("Content-Type: application/problem+json\r\nCache-Control: no-store\r\n") });
	buffer_release(&b);
}

/* The bodies: members are the same wherever they stand, and what a route does not take is passed over. */
enum { NAME = 1, CODE = 2, CONDITIONAL = 4, CREDENTIAL = 8, KIND = 16 };

static enum err
read_body(struct authenticator_request *r, struct exchange *e, size_t limit, unsigned taken)
{
	struct reader json = reader_json(e->arena, e->body, (struct limits){ .bytes = limit, .depth = 8 });
	struct span name, word;

	r->visit.exchange = e;
	reader_object(&json);
	while (reader_member(&json, &name)) {
		if (taken & NAME && span_is(name, "name")) {
			r->name = reader_string(&json, 0, CREDENTIAL_NAME_LARGEST);
		} else if (taken & CODE && span_is(name, "code")) {
			r->code = reader_string(&json, 1, CODE_LARGEST);
		} else if (taken & CONDITIONAL && span_is(name, "conditional")) {
			r->conditional = reader_boolean(&json);
		} else if (taken & CREDENTIAL && span_is(name, "credential")) {
			r->credential = reader_raw(&json);
		} else if (taken & KIND && span_is(name, "kind")) {
			word = reader_string(&json, 1, 16);
			r->kind = span_is(word, "totp") ? CODE_TOTP : span_is(word, "hotp") ? CODE_HOTP : CODE_NO_KIND;
			if (!r->kind)
				reader_fail_word(&json, "totp or hotp", word);
		}
	}
	if (reader_end(&json, &r->visit.why) != OK || !r->name.size)
		return r->visit.why.code;
	return label_check(r->name, "/name", CREDENTIAL_NAME_CHARACTERS, &r->visit.why);
}

static void
begin(struct exchange *e, void *front, size_t limit, unsigned taken,
    void (*go_on)(struct visit *, const struct account_access *))
{
	struct authenticator_request *r = arena_new(e->arena, struct authenticator_request);

	if (read_body(r, e, limit, taken) != OK)
		visit_refuse(&r->visit);
	else
		visit_begin(&r->visit, e, front, VISIT_TO_CHANGE, go_on);
}

/* Passkeys */

static void
ask_options(struct visit *visit, const struct account_access *access)
{
	struct authenticator_request *r = (struct authenticator_request *)visit;
	struct exchange *e = visit->exchange;

	exchange_hold(e, passkey_addition_begin(visit->front->store, e->arena, visit->front->settings, access,
	    r->conditional, on_options, r));
}

static void
on_options(void *arg, enum err err, struct span json, const struct problem *why)
{
	struct authenticator_request *r = arg;

	exchange_hold(r->visit.exchange, NULL);
	if (err == OK)
		exchange_reply_json(r->visit.exchange, 200, json);
	else
		refuse(r, err, NULL, -1, why);
}

void
begin_passkey(struct exchange *e, void *front)
{
	begin(e, front, KIB, CONDITIONAL, ask_options);
}

static void
add_passkey(struct visit *visit, const struct account_access *access)
{
	struct authenticator_request *r = (struct authenticator_request *)visit;
	struct exchange *e = visit->exchange;
	const struct passkey_finish asked = { .credential = r->credential, .name = r->name };

	r->access = access;
	exchange_hold(e, passkey_addition_finish(visit->front->store, e->arena, visit->front->settings, access, &asked,
	    on_passkey, r));
}

static void
on_passkey(void *arg, enum err err, const struct credential *c, const char *step, const struct problem *why)
{
	struct authenticator_request *r = arg;

	exchange_hold(r->visit.exchange, NULL);
	if (err == OK)
		authenticator_reply(&r->visit, r->access, 201, c);
	else
		refuse(r, err, step, -1, why);
}

void
finish_passkey(struct exchange *e, void *front)
{
	begin(e, front, WEBAUTHN_BODY_LARGEST + KIB, NAME | CREDENTIAL, add_passkey);
}

/* One-time codes */

static void
draw_seed(struct visit *visit, const struct account_access *access)
{
	struct authenticator_request *r = (struct authenticator_request *)visit;
	struct exchange *e = visit->exchange;

	exchange_hold(e, one_time_addition_begin(visit->front->store, e->arena, visit->front->settings, access,
	    r->kind ? r->kind : CODE_TOTP, r->name, on_seed, r));
}

static void
on_seed(void *arg, enum err err, const struct one_time_begun *begun, const struct problem *why)
{
	struct authenticator_request *r = arg;
	struct exchange *e = r->visit.exchange;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		refuse(r, err, NULL, -1, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_byte(&b, '{');
	json_write_id(&b, "id", &begun->id);
	json_write_member(&b, "uri", begun->uri);
	json_write_member(&b, "secret", begun->secret);
	json_write_member(&b, "qr", begun->qr);
	buffer_byte(&b, '}');
	exchange_reply_json(e, 200, buffer_span(&b));
	OPENSSL_cleanse(b.data + b.start, b.end - b.start);
	buffer_release(&b);
}

void
begin_one_time(struct exchange *e, void *front)
{
	begin(e, front, KIB, NAME | KIND, draw_seed);
}

static void
check_code(struct visit *visit, const struct account_access *access)
{
	struct authenticator_request *r = (struct authenticator_request *)visit;
	struct exchange *e = visit->exchange;

	r->access = access;
	exchange_hold(e, one_time_addition_finish(visit->front->store, e->arena, visit->front->settings, access, &r->id,
	    r->code, on_code, r));
}

static void
on_code(void *arg, enum err err, const struct credential *c, const char *step, unsigned left, const struct problem *why)
{
	struct authenticator_request *r = arg;

	exchange_hold(r->visit.exchange, NULL);
	if (err == OK)
		authenticator_reply(&r->visit, r->access, 201, c);
	else
		refuse(r, err, step, (int)left, why);
}

void
finish_one_time(struct exchange *e, void *front)
{
	struct authenticator_request *r = arena_new(e->arena, struct authenticator_request);

	if (read_body(r, e, KIB, CODE) == OK && !r->code.size)
		problem_set(&r->visit.why, ERR_INVALID, "", "/code: expected a code, found nothing");
	if (r->visit.why.code != OK || authenticator_id(&r->visit, &r->id) != OK)
		visit_refuse(&r->visit);
	else
		visit_begin(&r->visit, e, front, VISIT_TO_CHANGE, check_code);
}

/* Recovery codes */

static void
draw_codes(struct visit *visit, const struct account_access *access)
{
	struct exchange *e = visit->exchange;

	exchange_hold(e, recovery_addition(visit->front->store, e->arena, visit->front->settings, access, on_codes,
	    visit));
}

static void
on_codes(void *arg, enum err err, struct recovery_added *made, const struct problem *why)
{
	struct authenticator_request *r = arg;
	struct exchange *e = r->visit.exchange;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		refuse(r, err, NULL, -1, why);
		return;
	}
	b = buffer_init(4 * KIB);
	buffer_text(&b, "{\"codes\":[");
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		json_write_element(&b);
		json_write_string(&b, span_text(made->texts[i]));
	}
	buffer_text(&b, "]}");
	OPENSSL_cleanse(made->texts, sizeof(made->texts));
	exchange_reply_json(e, 201, buffer_span(&b));
	OPENSSL_cleanse(b.data + b.start, b.end - b.start);
	buffer_release(&b);
}

void
make_recovery_codes(struct exchange *e, void *front)
{
	begin(e, front, KIB, 0, draw_codes);
}

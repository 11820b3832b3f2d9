/* front/account/authenticator_list.c - which authenticators an account has, page by page. */
#include "front/account/authenticator_view.h"

#include "codec/json_writer.h"
#include "codec/form.h"
#include "ledger/entry.h"
#include "transaction/session/observation.h"
#include "authn/recovery_code.h"

#define PAGE 50
#define PASSKEY_LARGEST (WEBAUTHN_BODY_LARGEST + KIB)
#define ONE_LARGEST (8 * KIB)
#define FACTS_LARGEST_TEXT (16 * KIB)
#define SCRATCH (4 * MIB)

const struct route authenticator_routes[] = {
	{ GET,  "/v1/account/authenticators",                 list_authenticators,   NO_BODY, 0 },
	{ PUT,  "/v1/account/authenticators/{id}/name",       name_authenticator,    JSON,    1 * KIB },
	{ POST, "/v1/account/authenticators/{id}/suspend",    suspend_authenticator, JSON,    1 * KIB },
	{ POST, "/v1/account/authenticators/{id}/resume",     resume_authenticator,  JSON,    1 * KIB },
	{ POST, "/v1/account/authenticators/{id}/revoke",     revoke_authenticator,  JSON,    1 * KIB },
	{ POST, "/v1/account/authenticators/passkey/options", begin_passkey,         JSON,    1 * KIB },
	{ POST, "/v1/account/authenticators/passkey",         finish_passkey,        JSON,    PASSKEY_LARGEST },
	{ POST, "/v1/account/authenticators/one-time",        begin_one_time,        JSON,    1 * KIB },
	{ POST, "/v1/account/authenticators/one-time/{id}",   finish_one_time,       JSON,    1 * KIB },
	{ POST, "/v1/account/authenticators/recovery",        make_recovery_codes,   JSON,    1 * KIB },
	{ 0 },
};

/* The view */

/* As for a new one (transaction/authenticator/addition.h), so that the page tells what adding will ask. */
static struct assessing
asked_of(const struct authenticator_view *v)
{
	struct assessing asked = *v->access->assessing;

	asked.wanted = v->settings->change;
	asked.snapshot = v->snapshot;
	return asked;
}

void
authenticator_view_begin(struct authenticator_view *v, const struct person_settings *settings,
    const struct account_access *access)
{
	struct assessing asked;
	struct problem why;

	*v = (struct authenticator_view){ .settings = settings, .access = access,
		.snapshot = policy_shelf_take(settings->shelf), .scratch = arena_init(SCRATCH) };
	asked = asked_of(v);
	if (assess_token_area(&asked, &v->area, &why) != OK)
		v->area = NULL;
}

void
authenticator_view_end(struct authenticator_view *v)
{
	if (v->snapshot)
		policy_snapshot_unref(v->snapshot);
	arena_release(&v->scratch);
}

/* What it reaches when it is used as well as it can be. Of a card only its certificate tells that, when it is seen. */
static unsigned
level_of(struct authenticator_view *v, const struct credential *c)
{
	const struct credential_passkey *passkey = credential_passkey_of(c);
	const struct observation best = { .credential = c, .now = v->access->now,
		.user_verified = passkey ? passkey->user_verified : c->kind == CREDENTIAL_APP,
		.backed_up = passkey && passkey->backed_up,
		.separate_channel = c->kind == CREDENTIAL_APP,
		.pin = c->kind == CREDENTIAL_APP && !passkey };
	const struct assessing asked = asked_of(v);
	struct buffer facts;
	struct problem why;
	unsigned level;

	if (c->kind == CREDENTIAL_CARD)
		return 0;
	facts = buffer_init(FACTS_LARGEST_TEXT);
	observation_write(&facts, v->snapshot->dictionary, &best);
	if (assess_token_level(&v->scratch, &asked, buffer_span(&facts), &level, &why) != OK)
		level = 0;
	buffer_release(&facts);
	arena_reset(&v->scratch);
	return level;
}

static void
write_level(struct buffer *b, struct authenticator_view *v, const struct credential *c)
{
	unsigned level = v->area ? level_of(v, c) : 0;

	if (!level || level > v->area->level_count) {
		buffer_text(b, ",\"level\":null");
		return;
	}
	buffer_text(b, ",\"level\":{");
	json_write_member(b, "area", v->area->id);
	json_write_member(b, "level", level_id(v->area, (uint8_t)level));
	localized_write(b, "title", v->area->levels[level - 1].title);
	buffer_byte(b, '}');
}

static void
write_flag_or_null(struct buffer *b, const char *name, bool known, bool value)
{
	json_write_name(b, name);
	buffer_text(b, !known ? "null" : value ? "true" : "false");
}

static void
write_parent(struct buffer *b, const struct credential *c)
{
	json_write_name(b, "parent");
	if (c->parent == PARENT_NONE) {
		buffer_text(b, "null");
		return;
	}
	buffer_byte(b, '{');
	json_write_member(b, "status", span_text(parent_status_name(c->parent)));
	json_write_time_or_null(b, "checked", c->parent_checked);
	buffer_byte(b, '}');
}

void
authenticator_view_write(struct buffer *b, struct authenticator_view *v, const struct credential *c)
{
	const struct credential_passkey *synced = credential_passkey_of(c);
	bool passkey = c->kind == CREDENTIAL_PASSKEY, app = c->kind == CREDENTIAL_APP;
	bool card = c->kind == CREDENTIAL_CARD;
	const char *why;

	buffer_byte(b, '{');
	json_write_id_or_null(b, "id", &c->id);
	json_write_member(b, "kind", span_text(credential_kind_name(c->kind)));
	json_write_member(b, "name", c->name);
	json_write_member(b, "state", span_text(credential_state_name(credential_state_at(c, v->access->now))));
	write_flag_or_null(b, "usable", true, credential_usable(c, v->access->now, &why));
	json_write_member_or_null(b, "reason", c->reason);
	json_write_time_or_null(b, "changed", c->changed);
	json_write_time_or_null(b, "issued", c->issued);
	json_write_time_or_null(b, "used", c->used);
	json_write_time_or_null(b, "expires", c->expires);
	json_write_member_or_null(b, "model", passkey ? c->passkey.model : (struct span){ 0 });
	write_flag_or_null(b, "synced", synced != NULL, synced && (synced->backup_eligible || synced->backed_up));
	write_flag_or_null(b, "attested", passkey, passkey && c->passkey.trusted);
	json_write_member_or_null(b, "platform", app ? c->app.platform : (struct span){ 0 });
	json_write_member_or_null(b, "unlock", span_text(!app ? "" : synced ? "screen-lock" : "pin"));
	write_flag_or_null(b, "mobile", card, card && c->card.mobile);
	write_parent(b, c);
	json_write_id_or_null(b, "replaces", &c->replaces);
	json_write_member(b, "binding", span_text(credential_binding_word(c->binding)));
	write_level(b, v, c);
	if (c->kind == CREDENTIAL_RECOVERY) {
		struct recovery_codes codes;

		memcpy(codes.digests, c->recovery.digests, sizeof(codes.digests));
		json_write_name(b, "left");
		buffer_number(b, recovery_codes_left(&codes));
	}
	buffer_byte(b, '}');
}

void
authenticator_reply(struct visit *visit, const struct account_access *access, int status, const struct credential *c)
{
	struct authenticator_view view;
	struct buffer b = buffer_init(ONE_LARGEST);

	authenticator_view_begin(&view, visit->front->settings, access);
	authenticator_view_write(&b, &view, c);
	authenticator_view_end(&view);
	exchange_reply_json(visit->exchange, status, buffer_span(&b));
	buffer_release(&b);
}

enum err
authenticator_id(struct visit *visit, struct id *out)
{
	if (ledger_id_read(visit->exchange->segment, out))
		return OK;
	return problem_set(&visit->why, ERR_NOT_FOUND, "", "the account has no such authenticator");
}

/* The list */

struct listing {
	struct visit visit;
	const struct account_access *access;
	struct ask ask;
};

static on_loaded on_list;

static void
load_list(struct visit *visit, const struct account_access *access)
{
	static const char *const names[] = { "before" };
	struct listing *l = (struct listing *)visit;
	struct exchange *e = visit->exchange;
	struct span before = { 0 };
	struct id id;

	l->access = access;
	if (form_read(e->arena, e->request->query, names, &before, COUNT(names), &visit->why) == OK && before.size &&
	    !ledger_id_read(before, &id))
		problem_set(&visit->why, ERR_INVALID, "", "before: expected 32 hexadecimal digits");
	if (visit->why.code != OK) {
		visit_refuse(visit);
		return;
	}
	l->ask = before.size ? credentials_before_ask(e->arena, &access->account->id, &id, PAGE)
	    : credentials_ask(e->arena, &access->account->id, PAGE);
	exchange_hold(e, store_load(visit->front->store, &l->ask, 1, on_list, l));
}

static void
on_list(void *arg, enum err err, const struct problem *why)
{
	struct listing *l = arg;
	struct exchange *e = l->visit.exchange;
	struct authenticator_view view;
	struct credential c;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		account_access_refuse(e, err, why);
		return;
	}
	b = buffer_init(PAGE * ONE_LARGEST);
	authenticator_view_begin(&view, l->visit.front->settings, l->access);
	buffer_text(&b, "{\"authenticators\":[");
	for (size_t i = 0; err == OK && i < l->ask.count; i++) {
		err = credential_loaded(e->arena, &l->ask.rows[i], &c, &l->visit.why);
		if (err != OK)
			break;
		json_write_element(&b);
		authenticator_view_write(&b, &view, &c);
	}
	authenticator_view_end(&view);
	buffer_print(&b, "],\"more\":%s}", l->ask.more ? "true" : "false");
	if (err == OK)
		exchange_reply_json(e, 200, buffer_span(&b));
	else
		visit_refuse(&l->visit);
	buffer_release(&b);
}

void
list_authenticators(struct exchange *e, void *front)
{
	struct listing *l = arena_new(e->arena, struct listing);

	visit_begin(&l->visit, e, front, VISIT_TO_LOOK, load_list);
}

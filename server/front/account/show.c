/* front/account/show.c - GET /v1/account: all there is about a person, and what was shown in this session. */
#include <assert.h>

#include "codec/json_writer.h"
#include "front/account/visit.h"
#include "person/attribute.h"
#include "transaction/phone/app_mute.h"

#define ANSWER_LARGEST (2 * MIB)
#define TEXT(ja, en) { { (const uint8_t *)(ja), sizeof(ja) - 1 }, { (const uint8_t *)(en), sizeof(en) - 1 } }

static const struct {
	struct localized title, text;
} personas[PERSONAS] = {
	[PERSONA_ADMINISTRATIVE] = {
		TEXT("行政における個人", "Administrative: you and authorities"),
		TEXT("役所などの手続きで使う私です。本人確認で確かめられた情報だけを持ちます。",
		    "The one you are to authorities. It has what was confirmed by a proofing, and nothing else."),
	},
	[PERSONA_BUSINESS] = {
		TEXT("ビジネス上の私", "Business: you at work"),
		TEXT("仕事で使う私です。確かめられた情報のうち選んだものと、自分で書いたものを持ちます。",
		    "The one you are at work. It has what you choose of what was confirmed, and what you state "
		    "yourself."),
	},
	[PERSONA_PRIVATE] = {
		TEXT("プライベートな私", "Private: you yourself"),
		TEXT("ふだんの暮らしで使う私です。確かめられた情報のうち選んだものと、自分で書いたものを持ちます。",
		    "The one you are in private. It has what you choose of what was confirmed, and what you state "
		    "yourself."),
	},
};

enum { ASK_ATTRIBUTES, ASK_MUTE, ASK_CREDENTIALS, ASK_USED, ASKS = ASK_USED + SESSION_AUTHENTICATIONS };

struct showing {
	struct visit visit;          /* first */
	const struct proofing_record *records;
	size_t record_count;
	struct persona_seen {
		bool enough;
		struct span asks;    /* JSON */
	} seen[PERSONAS];
	struct span levels;          /* JSON */
	struct ask asks[ASKS];       /* from ASK_USED on: what was used in this session */
	struct app_mute mute;
};

/* While the policies are there */

/* What was reached, area by area. */
static void
write_levels(struct buffer *b, const struct assessed *a)
{
	buffer_byte(b, '[');
	for (size_t i = 0; a->policy && i < a->policy->framework->area_count; i++) {
		const struct area *area = &a->policy->framework->areas[i];
		uint8_t reached = a->decision.evaluation.areas[i].reached;

		if (!reached)
			continue;
		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "area", area->id);
		localized_write(b, "area_title", area->title);
		json_write_member(b, "level", area->levels[reached - 1].id);
		localized_write(b, "title", area->levels[reached - 1].title);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_asked(struct buffer *b, const struct requirement_name *wanted, const struct assessed *a)
{
	if (!a->policy) {
		buffer_text(b, "null");
		return;
	}
	buffer_byte(b, '{');
	json_write_member(b, "framework", wanted->framework);
	json_write_member_or_null(b, "profile", wanted->profile);
	localized_write(b, "title", a->profile ? a->profile->title : a->policy->framework->title);
	buffer_byte(b, '}');
}

static void
see_persona(struct showing *s, const struct account_access *access, enum persona persona, struct buffer *scratch)
{
	struct arena *arena = s->visit.exchange->arena;
	struct assessed *assessed = arena_new(arena, struct assessed);
	struct persona_seen *seen = &s->seen[persona];

	seen->enough = visit_sees(&s->visit, access, persona, assessed);
	buffer_clear(scratch);
	write_asked(scratch, &s->visit.front->settings->personas[persona], assessed);
	seen->asks = arena_copy(arena, buffer_span(scratch));
}

static on_loaded on_own_rows;

static void
look(struct visit *v, const struct account_access *access)
{
	struct showing *s = (struct showing *)v;
	struct arena *arena = v->exchange->arena;
	struct buffer scratch = buffer_init(64 * KIB);
	size_t count = v->session.authentication_count;

	s->records = access->records;
	s->record_count = access->record_count;
	write_levels(&scratch, access->assessed);
	s->levels = arena_copy(arena, buffer_span(&scratch));
	for (int i = PERSONA_ADMINISTRATIVE; i < PERSONAS; i++)
		see_persona(s, access, (enum persona)i, &scratch);
	assert(!scratch.overflowed); /* titles of a policy */
	buffer_release(&scratch);

	s->asks[ASK_ATTRIBUTES] = attributes_ask(&v->account.id);
	s->asks[ASK_MUTE] = app_mute_ask(&v->account.id);
	s->asks[ASK_CREDENTIALS] = credentials_ask(arena, &v->account.id, APP_MUTE_CREDENTIALS);
	for (size_t i = 0; i < count; i++)
		s->asks[ASK_USED + i] = credential_ask(arena, &v->account.id,
		    &v->session.authentications[i].credential);
	exchange_hold(v->exchange, store_load(v->front->store, s->asks, ASK_USED + count, on_own_rows, s));
}

/* The answer */

static void
write_authentications(struct buffer *b, struct showing *s)
{
	const struct session *session = &s->visit.session;
	struct credential c;

	json_write_name(b, "authentications");
	buffer_byte(b, '[');
	for (size_t i = 0; i < session->authentication_count; i++) {
		const struct authentication *a = &session->authentications[i];
		const struct ask *ask = &s->asks[ASK_USED + i];

		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "way", span_text(credential_kind_name(a->kind)));
		json_write_name(b, "name");
		if (ask->count && credential_loaded(s->visit.exchange->arena, &ask->rows[0], &c, NULL) == OK)
			json_write_string(b, c.name);
		else
			buffer_text(b, "null");
		json_write_time(b, "at", a->at);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_session(struct buffer *b, struct showing *s)
{
	const struct session *session = &s->visit.session;

	json_write_name(b, "session");
	buffer_byte(b, '{');
	json_write_time(b, "begun", session->begun);
	json_write_time(b, "expires", session->expires);
	json_write_member(b, "where", session->where);
	write_authentications(b, s);
	json_write_name(b, "levels");
	buffer_add(b, s->levels);
	buffer_byte(b, '}');
}

static void
write_contacts(struct buffer *b, const struct account *a)
{
	json_write_name(b, "contacts");
	buffer_byte(b, '[');
	for (size_t i = 0; i < a->contact_count; i++) {
		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "address", a->contacts[i].address);
		buffer_text(b, a->contacts[i].confirmed.us ? ",\"confirmed\":true" : ",\"confirmed\":false");
		json_write_time(b, "added", a->contacts[i].added);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_words(struct buffer *b, const char *name, struct span words)
{
	json_write_name(b, name);
	buffer_byte(b, '[');
	while (words.size) {
		json_write_element(b);
		json_write_string(b, span_cut(&words, ','));
	}
	buffer_byte(b, ']');
}

static void
write_proofings(struct buffer *b, const struct showing *s)
{
	json_write_name(b, "proofings");
	buffer_byte(b, '[');
	for (size_t i = 0; i < s->record_count; i++) {
		const struct proofing_record *p = &s->records[i];

		json_write_element(b);
		buffer_byte(b, '{');
		json_write_id(b, "id", &p->id);
		json_write_member(b, "method", span_text(proofing_method_name(p->method)));
		json_write_time(b, "at", p->at);
		json_write_name(b, "by");
		buffer_byte(b, '[');
		for (size_t k = 0; k < COUNT(p->by); k++)
			if (p->by[k].size) {
				json_write_element(b);
				json_write_string(b, p->by[k]);
			}
		buffer_byte(b, ']');
		write_words(b, "evidence", p->evidence);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_attribute(struct buffer *b, const struct attribute *a, bool told)
{
	json_write_element(b);
	buffer_byte(b, '{');
	json_write_member(b, "name", span_text(a->kind->name));
	localized_write(b, "title", a->kind->title);
	json_write_name(b, "value");
	if (told)
		json_write_string(b, a->value);
	else
		buffer_text(b, "null");
	json_write_member(b, "source", span_text(attribute_source_name(a->source)));
	json_write_time(b, "at", a->at);
	buffer_byte(b, '}');
}

static void
write_personas(struct buffer *b, const struct showing *s, const struct attributes *a)
{
	json_write_name(b, "personas");
	buffer_byte(b, '[');
	for (int p = PERSONA_ADMINISTRATIVE; p < PERSONAS; p++) {
		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "persona", span_text(persona_name((enum persona)p)));
		localized_write(b, "title", personas[p].title);
		localized_write(b, "text", personas[p].text);
		json_write_name(b, "asks");
		buffer_add(b, s->seen[p].asks);
		json_write_name(b, "attributes");
		buffer_byte(b, '[');
		for (size_t i = 0; i < a->count; i++)
			if (a->list[i].personas & PERSONA_BIT(p))
				write_attribute(b, &a->list[i], s->seen[p].enough);
		buffer_text(b, "]}");
	}
	buffer_byte(b, ']');
}

static void
write_account(struct buffer *b, struct showing *s, const struct attributes *attributes)
{
	const struct account *a = &s->visit.account;

	buffer_byte(b, '{');
	json_write_member(b, "number", span_text(a->number));
	json_write_member(b, "standing", span_text(account_standing_name(a->standing)));
	json_write_member(b, "language", span_text(a->english ? "en" : "ja"));
	buffer_text(b, a->staff & STAFF_REGISTRAR ? ",\"staff\":[\"registrar\"]" : ",\"staff\":[]");
	write_session(b, s);
	app_mute_write(b, &s->mute);
	write_contacts(b, a);
	write_proofings(b, s);
	write_personas(b, s, attributes);
	buffer_byte(b, '}');
}

static void
on_own_rows(void *arg, enum err err, const struct problem *why)
{
	struct showing *s = arg;
	struct exchange *e = s->visit.exchange;
	struct attributes attributes;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK)
		s->visit.why = *why;
	else
		err = attributes_loaded(e->arena, &s->asks[ASK_ATTRIBUTES], &attributes, &s->visit.why);
	if (err == OK)
		err = app_muted_loaded(e->arena, &s->asks[ASK_MUTE], &s->asks[ASK_CREDENTIALS], &s->mute,
		    &s->visit.why);
	if (err != OK) {
		visit_refuse(&s->visit);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	write_account(&b, s, &attributes);
	assert(!b.overflowed); /* three times 32 attributes of 4 KiB, escaped */
	exchange_reply_json(e, 200, buffer_span(&b));
	buffer_release(&b);
}

void
show_account(struct exchange *e, void *front)
{
	struct showing *s = arena_new(e->arena, struct showing);

	visit_begin(&s->visit, e, front, VISIT_TO_LOOK, look);
}

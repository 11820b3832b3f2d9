/* front/login/show.c - GET /v1/login/{id}: the login as its page needs to know it; …/events: when to look again. */
#include "front/login/front.h"
#include "http/events.h"
#include "ledger/entry.h"
#include "registry/view.h"

#define ANSWER_LARGEST (256 * KIB)

static void
write_words(struct buffer *b, const char *name, struct localized text)
{
	if (text.ja.size || text.en.size)
		localized_write(b, name, text);
	else
		buffer_print(b, ",\"%s\":null", name);
}

static void
write_flag(struct buffer *b, const char *name, bool value)
{
	json_write_name(b, name);
	buffer_text(b, value ? "true" : "false");
}

static struct localized
title_of(const struct area *area, uint8_t level)
{
	return level ? area->levels[level - 1].title : (struct localized){ { 0 }, { 0 } };
}

/* What is wanted */

static void
write_levels(struct buffer *b, const struct assessed *a)
{
	buffer_text(b, ",\"levels\":[");
	for (size_t i = 0; a->policy && i < a->question.demand.count; i++) {
		const struct requirement *r = &a->question.demand.items[i];
		const struct area *area = &a->question.framework->areas[r->area];

		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "area", area->id);
		write_words(b, "area_title", area->title);
		json_write_member(b, "level", level_id(area, r->level));
		write_words(b, "title", title_of(area, r->level));
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_wanted(struct buffer *b, const struct assessed *a)
{
	static const struct localized none;

	buffer_text(b, ",\"wanted\":{");
	json_write_member_or_null(b, "framework", a->policy ? a->policy->framework->id : (struct span){ 0 });
	json_write_member_or_null(b, "profile", a->profile ? a->profile->id : (struct span){ 0 });
	write_words(b, "title", a->profile ? a->profile->title : none);
	write_words(b, "text", a->profile ? a->profile->text : none);
	write_levels(b, a);
	buffer_byte(b, '}');
}

/* What was shown */

static struct span
name_of(const struct login_case *c, const struct id *credential)
{
	for (size_t i = 0; i < c->credential_count; i++)
		if (id_equal(&c->credentials[i].id, credential))
			return c->credentials[i].name;
	return (struct span){ 0 };
}

static void
write_shown(struct buffer *b, const struct login_case *c)
{
	const struct login *l = &c->login;

	buffer_text(b, ",\"shown\":[");
	for (size_t i = 0; i < l->authentication_count; i++) {
		const struct authentication *a = &l->authentications[i];
		enum login_way way = login_way_of(a->kind);

		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member_or_null(b, "way", way ? span_text(login_way_name(way)) : (struct span){ 0 });
		json_write_member(b, "name", name_of(c, &a->credential));
		json_write_time(b, "at", a->at);
		write_flag(b, "counts", !instant_before(a->at, l->since));
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

/* What is missing, and what brings it */

static void
write_unmet(struct buffer *b, const struct login_unmet *u)
{
	json_write_element(b);
	buffer_byte(b, '{');
	json_write_member(b, "area", u->area->id);
	write_words(b, "area_title", u->area->title);
	json_write_member(b, "required", level_id(u->area, u->required));
	write_words(b, "required_title", title_of(u->area, u->required));
	json_write_member_or_null(b, "reached", u->reached ? level_id(u->area, u->reached) : (struct span){ 0 });
	write_words(b, "reached_title", title_of(u->area, u->reached));
	buffer_byte(b, '}');
}

/* Where a card proofs, and where it goes on afterwards. */
static void
write_proofing(struct buffer *b, const struct login *l, const struct login_view *view)
{
	if (!view->proofing) {
		buffer_text(b, ",\"proofing\":null");
		return;
	}
	buffer_text(b, ",\"proofing\":{\"page\":\"/enrol/\"");
	json_write_member(b, "return", l->reference);
	buffer_byte(b, '}');
}

void
login_write_outlook(struct buffer *b, const struct login *l, const struct login_view *view)
{
	static const char *const enough[] = {
		[LOGIN_PERHAPS] = "null", [LOGIN_NOT_ENOUGH] = "false", [LOGIN_ENOUGH] = "true",
	};

	json_write_name(b, "unmet");
	buffer_byte(b, '[');
	for (size_t i = 0; i < view->unmet_count; i++)
		write_unmet(b, &view->unmet[i]);
	buffer_text(b, "],\"ways\":[");
	for (size_t i = 0; i < view->offer_count; i++) {
		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "way", span_text(login_way_name(view->offers[i].way)));
		write_flag(b, "recommended", view->offers[i].recommended);
		buffer_print(b, ",\"enough\":%s}", enough[view->offers[i].enough]);
	}
	buffer_byte(b, ']');
	write_flag(b, "enough", view->enough);
	write_flag(b, "less", view->less);
	write_proofing(b, l, view);
}

/* What waits elsewhere */

static void
write_waiting(struct buffer *b, const struct login_case *c)
{
	static const char *const states[] = {
		[LOGIN_APP_WAITING] = "waiting", [LOGIN_APP_ANSWERED] = "answered", [LOGIN_APP_REFUSED] = "refused",
		[LOGIN_APP_REPLACED] = "replaced",
	};
	const struct login_app *app = &c->login.app;
	const struct login_card *card = &c->login.card;
	bool over = app->state == LOGIN_APP_WAITING && !instant_before(c->now, app->until);

	if (app->state == LOGIN_APP_NONE) {
		buffer_text(b, ",\"app\":null");
	} else {
		buffer_print(b, ",\"app\":{\"state\":\"%s\"", over ? "over" : states[app->state]);
		json_write_time(b, "until", app->until);
		buffer_byte(b, '}');
	}
	if (!card->until.us) {
		buffer_text(b, ",\"card\":null");
	} else {
		buffer_print(b, ",\"card\":{\"state\":\"%s\"", c->card_answered ? "answered" : "waiting");
		json_write_time(b, "until", card->until);
		buffer_byte(b, '}');
	}
}

/* The relying party's member's logo, where the registry has a picture of it. */
static void
write_mark(struct buffer *b, const struct login_case *c)
{
	const struct party *asks = &c->parties.list[0];
	struct arena scratch = arena_init(4 * KIB);

	json_write_member_or_null(b, "mark",
	    span_text(c->parties.count && asks->logo ? logo_path(&scratch, asks->member) : NULL));
	arena_release(&scratch);
}

/* The whole */

static void
write_login(struct buffer *b, const struct login_case *c, const struct login_view *view)
{
	static const char *const states[] = {
		[LOGIN_UNKNOWN] = "over", [LOGIN_WAITING] = "waiting", [LOGIN_DONE] = "done",
		[LOGIN_REFUSED] = "refused",
	};
	const struct login *l = &c->login;
	const char *why = login_why_name(l->why);
	char id[LEDGER_ID_TEXT];

	buffer_print(b, "{\"id\":\"%s\",\"state\":\"%s\",\"relying_party\":{", ledger_id_text(&l->id, id),
	    states[l->state]);
	json_write_member(b, "entity_id", l->relying_party);
	localized_write(b, "name", l->name);
	write_mark(b, c);
	buffer_byte(b, '}');
	json_write_member_or_null(b, "why", span_text(why));
	write_wanted(b, view->assessed);
	json_write_member_or_null(b, "persona",
	    span_text(l->persona == PERSONA_ADMINISTRATIVE ? "administrative" : NULL));
	if (c->somebody || l->known)
		buffer_print(b, ",\"person\":{\"number\":\"%s\"}", c->account.number);
	else
		buffer_text(b, ",\"person\":null");
	write_flag(b, "claimed", l->said);
	json_write_member_or_null(b, "hint", l->hint);
	write_shown(b, c);
	login_write_outlook(b, l, view);
	write_waiting(b, c);
	json_write_time(b, "until", l->expires);
	buffer_byte(b, '}');
}

static void
on_found(void *arg, enum err err, const struct login_case *c, const struct problem *why)
{
	struct login_visit *v = arg;
	struct login_view view;
	struct buffer b;

	exchange_hold(v->exchange, NULL);
	if (err == OK) {
		err = login_look(v->exchange->arena, c, &view, &v->why);
		why = &v->why;
	}
	if (err != OK) {
		login_refuse(v, err, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	write_login(&b, c, &view);
	exchange_reply_json(v->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

void
login_answer(struct login_visit *v)
{
	exchange_hold(v->exchange, login_case_load(v->front->store, v->exchange->arena, v->front->settings, &v->asked,
	    on_found, v));
}

void
show_login(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_LOOK, login_answer);
}

/* Events: only the login's own browser may wait for it */

struct following {
	struct login_visit visit;
	struct ask ask;
};

static on_loaded on_login_loaded;

static void
follow(struct login_visit *v)
{
	struct following *f = (struct following *)v;

	f->ask = login_ask(&v->asked.id);
	exchange_hold(v->exchange, store_load(v->front->store, &f->ask, 1, on_login_loaded, f));
}

void
follow_login(struct exchange *e, void *front)
{
	struct following *f = arena_new(e->arena, struct following);

	login_visit_begin(&f->visit, e, front, LOGIN_COST_LOOK, follow);
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct following *f = arg;
	struct login_visit *v = &f->visit;
	struct login l;

	exchange_hold(v->exchange, NULL);
	if (err == OK) {
		err = login_loaded(v->exchange->arena, &f->ask, v->asked.browser, &l, &v->why);
		why = &v->why;
	}
	if (err == OK)
		events_follow(v->front->logins, v->exchange, id_span(&v->asked.id));
	else
		login_refuse(v, err, why);
}

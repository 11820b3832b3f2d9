/* transaction/login/look.c - what a login's page is told. */
#include "transaction/login/look.h"

#include <assert.h>

#include "transaction/session/observation.h"
#include "transaction/proofing/facts.h"

#define FACTS_LARGEST_MADE (16 * KIB)
#define TRIED_LARGEST 16 /* authenticators of one account that are tried in thought */

static const enum login_way ways[CREDENTIAL_KINDS] = {
	[CREDENTIAL_PASSKEY] = LOGIN_BY_PASSKEY,
	[CREDENTIAL_CARD] = LOGIN_BY_CARD,
	[CREDENTIAL_APP] = LOGIN_BY_APP,
	[CREDENTIAL_ONE_TIME] = LOGIN_BY_CODE,
	[CREDENTIAL_RECOVERY] = LOGIN_BY_RECOVERY,
};

enum login_way
login_way_of(enum credential_kind kind)
{
	return ways[kind];
}

/* What a use would show */

/* As if its certificate had been found good a moment ago, by this server. */
static struct span
certificate_facts(struct arena *arena, const struct dictionary *dictionary, const struct jpki_profile *profile)
{
	struct jpki_verified *good = arena_new(arena, struct jpki_verified);
	struct buffer b = buffer_init(FACTS_LARGEST_MADE);
	struct span facts;

	good->outcome = ESTABLISHED;
	good->certificate.profile = profile;
	good->revocation.status = REVOCATION_GOOD;
	good->attributes.name = span_text("name"); /* of a signature's: it holds one, whichever */
	proofing_facts_write(&b, dictionary, good, true);
	facts = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return facts;
}

static const struct jpki_profile authentication_profiles[] = {
	{ .purpose = JPKI_AUTHENTICATION, .medium = JPKI_CARD },
	{ .purpose = JPKI_AUTHENTICATION, .medium = JPKI_PHONE },
};
static const struct jpki_profile signature_profile = { .purpose = JPKI_SIGNATURE, .medium = JPKI_CARD };

static struct authentication
use_of(struct arena *arena, const struct login_case *c, const struct credential *credential)
{
	const struct dictionary *dictionary = c->snapshot->dictionary;
	struct observation o = { .credential = credential, .now = c->now,
		.resistant = resistant_offered(c->credentials, c->credential_count, c->all_credentials, c->now) };
	struct buffer b = buffer_init(FACTS_LARGEST_MADE);
	struct authentication a;

	if (credential->kind == CREDENTIAL_PASSKEY) {
		o.user_verified = credential->passkey.user_verified;
		o.backed_up = credential->passkey.backed_up;
	} else if (credential->kind == CREDENTIAL_APP) {
		o.user_verified = credential->app.passkey.id.size != 0;
		o.backed_up = credential->app.passkey.backed_up;
		o.pin = !o.user_verified;
		o.separate_channel = true;
	} else if (credential->kind == CREDENTIAL_CARD) {
		o.certificate_facts = certificate_facts(arena, dictionary,
		    &authentication_profiles[credential->card.mobile]);
	}
	observation_write(&b, dictionary, &o);
	a = (struct authentication){ .credential = credential->id, .kind = credential->kind, .at = c->now,
		.facts = arena_copy(arena, buffer_span(&b)) };
	buffer_release(&b);
	return a;
}

/* Ways */

struct offering {
	bool there[LOGIN_WAYS];
	enum login_enough enough[LOGIN_WAYS];
};

static void
offer(struct offering *o, enum login_way way, enum login_enough enough)
{
	o->there[way] = true;
	if (enough > o->enough[way])
		o->enough[way] = enough;
}

/* What exists here, whoever it may be. */
static void
offer_all(const struct login_case *c, struct offering *o)
{
	for (int way = LOGIN_BY_PASSKEY; way < LOGIN_WAYS; way++)
		if (way != LOGIN_BY_CARD || c->settings->proofing)
			offer(o, (enum login_way)way, LOGIN_PERHAPS);
}

static bool
was_shown(const struct login_case *c, const struct credential *credential)
{
	for (size_t i = 0; i < c->counted_count; i++)
		if (id_equal(&c->counted[i].credential, &credential->id))
			return true;
	return false;
}

/* What was shown, counts, and is not enough alone brings no more when it is shown again: it counts together with
 * another already. */
static enum err
offer_own(struct arena *arena, const struct login_case *c, struct offering *o, struct problem *why)
{
	struct assessed *alone = arena_new(arena, struct assessed);
	const char *reason;
	size_t tried = 0;

	for (size_t i = 0; i < c->credential_count; i++) {
		const struct credential *credential = &c->credentials[i];
		enum login_enough enough = LOGIN_PERHAPS;
		struct authentication use;

		if (!credential_usable(credential, c->now, &reason) ||
		    (credential->kind == CREDENTIAL_CARD && !c->settings->proofing))
			continue;
		if (c->snapshot && c->snapshot->dictionary && tried++ < TRIED_LARGEST) {
			use = use_of(arena, c, credential);
			if (login_case_assess(arena, c, &use, alone, why) != OK)
				return why->code;
			enough = alone->enough ? LOGIN_ENOUGH : LOGIN_NOT_ENOUGH;
		}
		if (enough != LOGIN_ENOUGH && was_shown(c, credential))
			continue;
		offer(o, ways[credential->kind], enough);
	}
	return OK;
}

/* The least bothersome first. Who acts as the administrative persona has the card for it. */
static const enum login_way usual[] = {
	LOGIN_BY_PASSKEY, LOGIN_BY_APP, LOGIN_BY_CARD, LOGIN_BY_CODE, LOGIN_BY_RECOVERY,
};
static const enum login_way administrative[] = {
	LOGIN_BY_CARD, LOGIN_BY_PASSKEY, LOGIN_BY_APP, LOGIN_BY_CODE, LOGIN_BY_RECOVERY,
};

/* What would not count is not offered (login_counted()). */
static bool
is_offered(const struct login_case *c, const struct offering *o, enum login_way way)
{
	return o->there[way] && (c->login.why != LOGIN_TO_ERASE || way != LOGIN_BY_RECOVERY);
}

static void
take_offers(const struct login_case *c, const struct offering *o, struct login_view *view)
{
	const enum login_way *order = c->login.persona == PERSONA_ADMINISTRATIVE ? administrative : usual;
	struct login_offer *best = NULL;

	for (size_t i = 0; i < COUNT(usual); i++) {
		struct login_offer *at = &view->offers[view->offer_count];

		if (!is_offered(c, o, order[i]))
			continue;
		*at = (struct login_offer){ .way = order[i], .enough = o->enough[order[i]] };
		view->offer_count++;
		if (!best || at->enough > best->enough)
			best = at;
	}
	if (best && best->enough != LOGIN_NOT_ENOUGH)
		best->recommended = true;
}

/* Levels */

static void
tell_unmet(struct login_view *view)
{
	const struct assessed *a = view->assessed;

	for (size_t i = 0; a->policy && i < a->question.demand.count; i++) {
		const struct requirement *r = &a->question.demand.items[i];
		uint8_t reached = a->decision.evaluation.areas[r->area].reached;

		if (!requirement_met(r, reached))
			view->unmet[view->unmet_count++] = (struct login_unmet){
				.area = &a->question.framework->areas[r->area],
				.required = requirement_least(r),
				.reached = reached,
			};
	}
}

/* What lacks although any of its authenticators is tried, and would not if the person had been proofed just now. */
static enum err
look_at_proofing(struct arena *arena, const struct login_case *c, struct login_view *view, struct problem *why)
{
	struct proofing_record record = { .method = PROOFING_BY_CARD, .strength = PROOFING_VALIDATED, .at = c->now };
	struct assessed *proofed;

	if (!c->somebody || !view->unmet_count || !c->settings->proofing || !c->snapshot || !c->snapshot->dictionary)
		return OK;
	for (size_t i = 0; i < view->offer_count; i++)
		if (view->offers[i].enough == LOGIN_ENOUGH)
			return OK;
	proofed = arena_new(arena, struct assessed);
	record.facts = certificate_facts(arena, c->snapshot->dictionary, &signature_profile);
	if (login_case_assess_proofed(arena, c, &record, proofed, why) != OK)
		return why->code;
	for (size_t i = 0; i < proofed->question.demand.count; i++) {
		const struct requirement *r = &proofed->question.demand.items[i];

		if (requirement_met(r, proofed->decision.evaluation.areas[r->area].reached) &&
		    !requirement_met(r, view->assessed->decision.evaluation.areas[r->area].reached))
			view->proofing = true;
	}
	return OK;
}

/* Whether the person may go on with less than was hoped for. */
static enum err
look_at_less(struct arena *arena, const struct login_case *c, struct login_view *view, struct problem *why)
{
	struct login_case least = *c;
	struct assessed *assessed;

	if (view->enough || c->less || !c->login.may_be_less || !login_case_authenticated(c))
		return OK;
	least.less = true;
	assessed = arena_new(arena, struct assessed);
	if (login_case_assess(arena, &least, NULL, assessed, why) != OK)
		return why->code;
	view->less = assessed->enough;
	return OK;
}

enum err
login_look(struct arena *arena, const struct login_case *c, struct login_view *out, struct problem *why)
{
	struct assessed *assessed = arena_new(arena, struct assessed);
	enum err err = login_case_assess(arena, c, NULL, assessed, why);
	struct offering offering = { .there = { false } };

	*out = (struct login_view){ .assessed = assessed };
	if (err == OK && c->somebody)
		err = offer_own(arena, c, &offering, why);
	if (err == ERR_NOT_FOUND)
		err = why->code = ERR_UNAVAILABLE;
	if (err != OK)
		return err;
	tell_unmet(out);
	if (!c->somebody)
		offer_all(c, &offering);
	take_offers(c, &offering, out);
	out->enough = assessed->enough && login_case_authenticated(c);
	err = look_at_proofing(arena, c, out, why);
	if (err == OK)
		err = look_at_less(arena, c, out, why);
	return err;
}

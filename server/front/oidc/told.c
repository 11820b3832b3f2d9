/* front/oidc/told.c - what of a person a relying party is told for one grant. */
#include "front/oidc/told.h"

#include <assert.h>
#include <stddef.h>

#include "front/oidc/scope.h"
#include "front/oidc/verified_claims.h"
#include "front/oidc/verified_request.h"

enum { ASK_ACCOUNT, ASK_ATTRIBUTES, ASK_RECORDS };

/* How many; `out` holds RELEASE_KINDS. Of no place are those that stand among verified claims alone. */
static size_t
read_claims(struct span claims, struct release_wish *out)
{
	struct grant_claim one;
	size_t count = 0;

	while (count < RELEASE_KINDS && grant_claim_next(&claims, &one))
		out[count++] = (struct release_wish){ .name = one.name, .places = one.places };
	return count;
}

static bool
verifies(const struct told *t, unsigned places)
{
	return t->grant->request.size && t->settings->trust_framework.size &&
	    ((places & RELEASE_IN_ID_TOKEN && verified_request(t->grant->request, RELEASE_IN_ID_TOKEN).size) ||
	    (places & RELEASE_AT_USERINFO && verified_request(t->grant->request, RELEASE_AT_USERINFO).size));
}

static bool
claims_at(struct span claims, unsigned places)
{
	struct release_wish wishes[RELEASE_KINDS];
	const size_t count = read_claims(claims, wishes);

	for (size_t i = 0; i < count; i++)
		if (wishes[i].places & places)
			return true;
	return false;
}

void
told_ask(struct told *t, struct arena *arena, const struct oidc_settings *settings, const struct grant *grant,
    unsigned places, struct instant now)
{
	*t = (struct told){ .arena = arena, .settings = settings, .grant = grant, .scope = grant->scope, .now = now };
	t->asks[t->ask_count++] = account_ask(&grant->account);
	if (verifies(t, places)) {
		t->asks[t->ask_count++] = attributes_ask(&grant->account);
		t->asks[t->ask_count++] = proofing_record_ask(arena, &grant->account);
	} else if (claims_at(grant->claims, places)) {
		t->asks[t->ask_count++] = attributes_ask(&grant->account);
	}
}

static enum err
take_loaded(struct told *t, struct problem *why)
{
	enum err err = account_loaded(t->arena, &t->asks[ASK_ACCOUNT], &t->account, why);

	if (err == ERR_NOT_FOUND)
		return problem_set(why, ERR_DENIED, "RFC 6749 s5.2", "the account is no more");
	if (err != OK)
		return err;
	/* What came of a session that was ended is ended with it. */
	if (id_given(&t->grant->session) && t->grant->made.us <= t->account.sessions_from.us)
		return problem_set(why, ERR_DENIED, "RFC 6749 s5.2", "the session is over");
	if (t->ask_count > ASK_ATTRIBUTES)
		err = attributes_loaded(t->arena, &t->asks[ASK_ATTRIBUTES], &t->attributes, why);
	if (err == OK && t->ask_count > ASK_RECORDS)
		err = proofing_records_loaded(t->arena, &t->asks[ASK_RECORDS], &t->records, &t->record_count, why);
	return err;
}

static on_loaded on_person_loaded;
static on_parties on_parties_loaded;

static void
cancel_telling(struct pending *pending)
{
	struct told *t = (struct told *)((char *)pending - offsetof(struct told, pending));

	pending_cancel(&t->waiting);
}

struct pending *
told_load(struct told *t, struct store *store, on_told *done, void *arg)
{
	t->pending.cancel = cancel_telling;
	t->store = store;
	t->done = done;
	t->arg = arg;
	t->waiting = store_load(store, t->asks, t->ask_count, on_person_loaded, t);
	return &t->pending;
}

static void
on_person_loaded(void *arg, enum err err, const struct problem *why)
{
	struct told *t = arg;
	const struct person_settings *person = t->settings->person;

	t->waiting = NULL;
	if (err == OK) {
		err = take_loaded(t, &t->why);
		why = &t->why;
	}
	if (err != OK || t->ask_count <= ASK_RECORDS) {
		t->done(t->arg, err, err == OK ? NULL : why);
		return;
	}
	t->parties = parties_new(t->arena, 2);
	parties_add(&t->parties, ENTITY_RP, t->grant->entity_id, (struct span){ 0 });
	parties_add(&t->parties, ENTITY_IDP, person->identity_provider, (struct span){ 0 });
	t->waiting = parties_load(t->store, person->roll, t->arena, &t->parties, t->now, on_parties_loaded, t);
}

static void
on_parties_loaded(void *arg, enum err err, const struct problem *why)
{
	struct told *t = arg;

	t->waiting = NULL;
	t->done(t->arg, err, why);
}

/* Verified claims */

/* What the registry says of this server's ways counts, as in the decision on the sign-on: for and against. Of how
 * something was told to whom nothing is stated, since no proofing is better for it; nor of any authentication. A level
 * that cannot be told now is not told: which one it is, is no ground to tell nothing. */
static struct span
level_of(const struct told *t, struct policy_snapshot *policies, const struct proofing_record *record)
{
	const struct assessing asked = { .snapshot = policies, .wanted = t->settings->person->account,
		.parties = t->parties.list, .party_count = t->parties.count, .assertion = span_text("{}"),
		.persona = span_text(persona_name(t->grant->persona)), .now = t->now };
	struct problem why;
	struct span level;

	return policies && assess_proofing_level(t->arena, &asked, record, &level, &why) == OK ? level :
	    (struct span){ 0 };
}

static void
write_verified(struct buffer *b, const struct told *t, const struct release_item *const *items, size_t count,
    enum release_place place)
{
	struct verified_proofing proofings[PROOFING_RECORDS_LOOKED_AT];
	struct policy_snapshot *policies = policy_shelf_take(t->settings->person->shelf);
	struct verified_telling telling = { .trust_framework = t->settings->trust_framework, .proofings = proofings,
		.attributes = &t->attributes, .items = items, .item_count = count, .now = t->now };

	assert(t->record_count <= COUNT(proofings));
	for (size_t i = 0; i < t->record_count; i++)
		if (proofing_record_speaks(t->records, i))
			proofings[telling.proofing_count++] = (struct verified_proofing){ .record = &t->records[i],
				.level = level_of(t, policies, &t->records[i]) };
	verified_claims_write(b, &telling, t->grant->request, place);
	policy_snapshot_unref(policies);
}

/* It, or what it was given in the place of, stands for a scope that was granted and that this token does not have (RFC
 * 6749 s6). */
static bool
is_given_up(const struct told *t, const struct release_kind *kind)
{
	struct release_wish wishes[RELEASE_KINDS];
	struct span rest = t->grant->scope;

	while (rest.size) {
		const struct span word = span_cut(&rest, ' ');
		const size_t count = scope_has(t->scope, word) ? 0 : release_scope(word, wishes, COUNT(wishes));

		for (size_t i = 0; i < count; i++)
			if (span_is(wishes[i].name, kind->name) ||
			    (kind->of && span_is(wishes[i].name, kind->of)))
				return true;
	}
	return false;
}

void
told_write(struct buffer *b, const struct told *t, const struct relying_party *rp, enum release_place place)
{
	struct release_wish wishes[RELEASE_KINDS];
	const struct release_item *items[RELEASE_KINDS];
	struct release_offer *offer;
	size_t count = 0;

	if (t->ask_count <= ASK_ATTRIBUTES)
		return;
	offer = arena_new(t->arena, struct release_offer);
	release_offer(&(struct release_asking){
		.wishes = wishes, .wish_count = read_claims(t->grant->claims, wishes),
		.registered = rp->attributes, .registered_count = rp->attribute_count,
		.account = &t->account, .attributes = &t->attributes, .persona = t->grant->persona, .now = t->now,
	}, offer);
	/* What is offered in the place of something was not agreed to. */
	for (size_t i = 0; i < offer->count; i++) {
		if (is_given_up(t, offer->items[i].kind))
			offer->items[i].places &= ~(unsigned)place;
		if (offer->items[i].asked)
			items[count++] = &offer->items[i];
	}
	release_write_claims(b, items, count, place);
	if (t->ask_count > ASK_RECORDS)
		write_verified(b, t, items, count, place);
}

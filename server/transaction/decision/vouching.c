/* transaction/decision/vouching.c - facts that a member's machine vouches for.
 *
 *     read statements -> load callers -> load members -> verify each, read its facts
 */
#include "transaction/decision/vouching.h"

#include <assert.h>

#include "base/log.h"
#include "crypto/jwt.h"
#include "transaction/caller/caller.h"

#define STATEMENT_TYPE "assurance-facts+jwt"
#define SCRATCH (33 * JWT_LARGEST + 4 * KIB) /* what codec/reader.h takes at most */

static const struct limits limits = { .bytes = JWT_LARGEST, .depth = JWT_DEPTH, .members = JWT_VALUES };

/* As whom a member speaks, by what it does in the federation. Who authenticates for identity providers speaks as
 * one. */
static const struct {
	enum entity_role role;
	enum asserter as;
} parts[] = {
	{ ENTITY_IDP, ASSERTER_IDP },
	{ ENTITY_AUTHN_PROVIDER, ASSERTER_IDP },
	{ ENTITY_PROOFING_PROVIDER, ASSERTER_PROOFING_PROVIDER },
	{ ENTITY_PLATFORM, ASSERTER_PLATFORM },
	{ ENTITY_RP, ASSERTER_RP },
};

struct vouched {
	struct pending pending;
	struct pending *load;
	struct store *store;
	struct roll *roll;
	struct arena *arena;
	struct vouching asked;
	struct jwt_unverified jwts[VOUCHING_STATEMENTS];
	struct caller callers[VOUCHING_STATEMENTS];
	struct statement *statements;
	struct ask asks[VOUCHING_STATEMENTS + 1]; /* the last: the member who asks */
	on_vouched *done;
	void *arg;
};

static on_loaded on_callers_loaded, on_members_loaded;

static void
cancel_vouching(struct pending *pending)
{
	pending_cancel(&((struct vouched *)pending)->load);
}

static void
answer(struct vouched *v, enum err err, const struct problem *why)
{
	v->load = NULL;
	v->done(v->arg, err, err == OK ? v->statements : NULL, err == OK ? NULL : why);
}

static bool
holds(const struct vouched *v, size_t at)
{
	return v->statements[at].problem.code == OK;
}

/* Statements */

static void
read_statements(struct vouched *v)
{
	for (size_t i = 0; i < v->asked.count; i++) {
		struct problem *why = &v->statements[i].problem;

		if (jwt_read(v->arena, v->asked.statements[i], &v->jwts[i], why) == OK &&
		    !caller_name_valid(v->jwts[i].issuer))
			problem_set(why, ERR_INVALID, "RFC 7519 s4.1.1",
			    "the JWT's /iss: expected the name of a caller");
	}
}

/* Who vouches */

/* Who asks is not who vouches: of another's callers he is not told which there are, which keys they have and what they
 * may. */
static enum err
refuse_voucher(const struct vouched *v, size_t at, struct problem *why)
{
	log_info("statement.refused", "asker=%s caller=%s problem=%s", LOG_SPAN(v->asked.asker),
	    LOG_SPAN(v->jwts[at].issuer), LOG_TEXT(why->text));
	return problem_set(why, ERR_INVALID, "RFC 7515 s5.2",
	    "the JWT's /iss: expected the name of a caller who may vouch, and the JWT signed with a key registered "
	    "with it, found another");
}

/* One that there is not is looked at as one that has no key: that takes as long. */
static void
take_voucher(struct vouched *v, size_t at)
{
	struct problem *why = &v->statements[at].problem;

	if (caller_loaded(v->arena, &v->asks[at], &v->callers[at], why) != ERR_NOT_FOUND)
		return;
	v->callers[at] = (struct caller){ .name = v->jwts[at].issuer };
	why->code = OK;
}

/* What a statement says */

static enum err
verify(struct vouched *v, size_t at, struct jwt_claims *claims, struct problem *why)
{
	const struct caller *voucher = &v->callers[at];
	const struct span audiences[] = {
		span_text(arena_print(v->arena, "%.*s/", SPAN_ARGS(v->asked.audience))), v->asked.audience,
	};
	const struct jwt_expectation expected = {
		.type = STATEMENT_TYPE, .issuer = voucher->name, .audiences = audiences,
		.audience_count = COUNT(audiences),
		.now = v->asked.now, .longest = VOUCHING_LONGEST, .skew = CALLER_SKEW,
	};
	enum err err;

	if (jwt_verify(&v->jwts[at], voucher->keys, voucher->key_count, &expected, v->arena, claims, why) != OK) {
		if (!voucher->member.size)
			problem_set(why, ERR_NOT_FOUND, "", "there is no caller of this name");
		return claims->signed_by_key ? why->code : refuse_voucher(v, at, why);
	}
	err = caller_stands(voucher, &v->asks[at], v->asked.now, why);
	if (err == OK && !(voucher->rights & CALLER_VOUCH))
		err = problem_set(why, ERR_DENIED, "", "it has no right to vouch");
	return err == ERR_DENIED ? refuse_voucher(v, at, why) : err;
}

/* What is said beside the registered claims; which come first nobody says, so facts are read after. */
struct said {
	struct span transaction, party;
};

static enum err
read_said(struct vouched *v, struct span payload, struct arena *scratch, struct said *out, struct problem *why)
{
	struct reader r = reader_json(scratch, payload, limits);
	struct span name;

	*out = (struct said){ { 0 }, { 0 } };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "txn"))
			out->transaction = arena_copy(v->arena, reader_string(&r, 1, 1 * KIB));
		else if (span_is(name, "azp"))
			out->party = arena_copy(v->arena, reader_string(&r, 1, ENTITY_ID_LARGEST));
		else
			reader_raw(&r);
	}
	return reader_end(&r, why);
}

static enum err
check_asker(const struct vouched *v, const struct statement *s, struct span party, struct problem *why)
{
	const struct enrolled *asker;
	enum err err;

	if (!party.size && span_equal(s->member, v->asked.asker))
		return OK;
	err = roll_member(v->roll, &v->asks[v->asked.count], &asker, why);
	if (err != OK)
		return err;
	if (party.size && enrolled_find(asker, party))
		return OK;
	return problem_set(why, ERR_INVALID, "OpenID Connect Core 1.0 s2",
	    "the JWT's /azp: expected an entity ID of the member who asks, for whom the statement was made, found %s",
	    party.size ? "another's" : "none");
}

/* For the relying party only who is it: who asks. */
static unsigned
parts_of(const struct vouched *v, const struct statement *s)
{
	unsigned out = 0;

	for (size_t i = 0; i < COUNT(parts); i++)
		if ((s->roles & parts[i].role) && (parts[i].as != ASSERTER_RP || span_equal(s->member, v->asked.asker)))
			out |= parts[i].as;
	return out;
}

static enum err
read_facts(struct vouched *v, struct arena *scratch, const struct jwt_claims *claims, struct statement *s,
    struct problem *why)
{
	const struct word word = word_vouched(parts_of(v, s), claims->issued);
	struct reader r = reader_json(scratch, claims->payload, limits);
	struct facts *facts = arena_new(v->arena, struct facts);
	struct span name;
	bool stated = false;

	facts_init(facts, v->asked.dictionary);
	s->facts = facts;
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "facts")) {
			facts_read_word(&r, facts, &word, v->asked.now);
			stated = true;
		} else {
			reader_raw(&r);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	return stated ? OK : problem_set(why, ERR_INVALID, "", "the JWT's /facts: expected an object, found none");
}

static void
take_statement(struct vouched *v, size_t at)
{
	struct statement *s = &v->statements[at];
	struct arena scratch = arena_init(2 * SCRATCH);
	const struct enrolled *voucher;
	struct jwt_claims claims;
	struct problem *why = &s->problem;
	struct said said = { { 0 }, { 0 } };
	enum err err = verify(v, at, &claims, why);

	if (err == OK)
		err = read_said(v, claims.payload, &scratch, &said, why);
	if (err == OK)
		err = roll_member(v->roll, &v->asks[at], &voucher, why);
	if (err == OK) {
		s->member = v->callers[at].member;
		s->roles = voucher->roles;
		s->subject = claims.subject;
		s->transaction = said.transaction;
		if (check_asker(v, s, said.party, why) == OK)
			(void)read_facts(v, &scratch, &claims, s, why);
	}
	arena_release(&scratch);
}

/* The flow */

/* Where a statement cannot be read its own problem says so; the answer still comes later, as of every store. */
struct pending *
vouching_take(struct store *store, struct roll *roll, struct arena *arena, const struct vouching *asked,
    on_vouched *done, void *arg)
{
	struct vouched *v = arena_new(arena, struct vouched);

	assert(asked->count && asked->count <= VOUCHING_STATEMENTS);
	*v = (struct vouched){
		.pending = { cancel_vouching }, .store = store, .roll = roll, .arena = arena, .asked = *asked,
		.statements = arena_array(arena, struct statement, asked->count), .done = done, .arg = arg,
	};
	read_statements(v);
	for (size_t i = 0; i < asked->count; i++)
		v->asks[i] = holds(v, i) ? (struct ask){ .table = &caller_table, .from = v->jwts[i].issuer }
		                         : (struct ask){ .table = &member_table, .from = asked->asker };
	v->load = store_load(store, v->asks, asked->count, on_callers_loaded, v);
	return &v->pending;
}

/* Each ask stays at its statement's place; where that does not hold it is for the member who asks, whose row is wanted
 * anyhow. */
static void
on_callers_loaded(void *arg, enum err err, const struct problem *why)
{
	struct vouched *v = arg;

	if (err != OK) {
		answer(v, err, why);
		return;
	}
	for (size_t i = 0; i < v->asked.count; i++) {
		if (holds(v, i))
			take_voucher(v, i);
		v->asks[i] = (struct ask){ .table = &member_table,
			.from = holds(v, i) && v->callers[i].member.size ? v->callers[i].member : v->asked.asker };
	}
	v->asks[v->asked.count] = (struct ask){ .table = &member_table, .from = v->asked.asker };
	v->load = store_load(v->store, v->asks, v->asked.count + 1, on_members_loaded, v);
}

static void
on_members_loaded(void *arg, enum err err, const struct problem *why)
{
	struct vouched *v = arg;

	for (size_t i = 0; i < v->asked.count && err == OK; i++)
		if (holds(v, i))
			take_statement(v, i);
	answer(v, err, why);
}

/* Questions */

/* Of a transaction its own id is what counts, whoever the statement says took part. Of anybody else it is whom the
 * statement is about; where it says nothing of that, its transaction. */
static enum err
check_subject(const struct statement *s, const struct vouching_subject *subject, struct problem *why)
{
	const bool by_transaction = span_is(subject->type, "transaction") || (!s->subject.size && s->transaction.size);
	const struct span named = by_transaction ? s->transaction : s->subject;

	if (subject->id.size && span_equal(named, subject->id))
		return OK;
	return problem_set(why, ERR_INVALID, "RFC 8725 s3.8",
	    "the JWT's /%s: expected the id of the question's subject, found %s", by_transaction ? "txn" : "sub",
	    named.size ? "another" : "none");
}

/* Which of two that contradict each other is right nobody here can tell. */
static enum err
check_agreement(const struct statement *const *list, size_t at, const char *pointer, struct problem *why)
{
	const struct facts *mine = list[at]->facts;

	for (size_t i = 0; i < at; i++) {
		const struct facts *other = list[i]->facts;

		for (size_t n = 0; n < mine->dictionary->count; n++) {
			if (!facts_known(mine, n, VOUCHED) || !facts_known(other, n, VOUCHED) ||
			    mine->value[n] == other->value[n])
				continue;
			return problem_set(why, ERR_INVALID, "",
			    "the JWT's /facts/%.*s: expected the value that %s/%zu states, found another",
			    SPAN_ARGS(mine->dictionary->facts[n].id), pointer, i);
		}
	}
	return OK;
}

/* What is no good in a statement is bad input of the question, whoever was denied. */
static enum err
refuse(const char *at, size_t index, struct problem *why)
{
	if (why->code == ERR_DENIED || why->code == ERR_NOT_FOUND)
		why->code = ERR_INVALID;
	return problem_within(why, "%s/%zu", at, index);
}

enum err
vouching_apply(const struct statement *const *list, size_t count, const struct vouching_subject *subject,
    const char *at, struct facts *facts, struct problem *why)
{
	for (size_t i = 0; i < count; i++) {
		*why = list[i]->problem;
		if (why->code != OK || check_subject(list[i], subject, why) != OK ||
		    check_agreement(list, i, at, why) != OK)
			return refuse(at, i, why);
		facts_add(facts, list[i]->facts);
	}
	return OK;
}

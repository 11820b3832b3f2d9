/* transaction/vouching.c - facts that a member's machine vouches for.
 *
 *     read statements -> load callers -> load members -> verify each, take its facts
 */
#include "transaction/vouching.h"

#include <assert.h>

#include "crypto/jwt.h"
#include "registry/standing.h"
#include "transaction/caller.h"

#define STATEMENT_TYPE "assurance-facts+jwt"
#define SCRATCH (33 * JWT_LARGEST + 4 * KIB) /* what codec/reader.h takes at most */

struct statement {
	struct jwt_unverified jwt;
	struct caller voucher;
};

struct vouched {
	struct pending pending;
	struct pending *load;
	struct store *store;
	struct arena *arena;
	struct vouching asked;
	struct statement statements[VOUCHING_STATEMENTS];
	struct ask asks[VOUCHING_STATEMENTS];
	struct facts *facts;
	struct facts *stated[VOUCHING_STATEMENTS]; /* what each states: they must agree */
	struct problem why;          /* noticed before anything was asked */
	on_vouched *done;
	void *arg;
};

static void
cancel_vouching(struct pending *pending)
{
	pending_cancel(&((struct vouched *)pending)->load);
}

static void
answer(struct vouched *v, enum err err, const struct problem *why)
{
	v->load = NULL;
	v->done(v->arg, err, err == OK ? NULL : why);
}

/* Puts the statement's pointer before the sentence. What is no good in a statement is bad input of the question,
 * whoever was denied. */
static enum err
refuse(const struct vouched *v, size_t at, struct problem *why)
{
	if (why->code == ERR_DENIED)
		why->code = ERR_INVALID;
	return problem_within(why, "%s/%zu", v->asked.at, at);
}

/* Statements */

static enum err
read_statements(struct vouched *v, struct problem *why)
{
	for (size_t i = 0; i < v->asked.count; i++) {
		struct statement *s = &v->statements[i];

		if (jwt_read(v->arena, v->asked.statements[i], &s->jwt, why) != OK)
			return refuse(v, i, why);
		if (!caller_name_valid(s->jwt.issuer)) {
			problem_set(why, ERR_INVALID, "RFC 7519 s4.1.1",
			    "the JWT's /iss: expected the name of a caller");
			return refuse(v, i, why);
		}
	}
	return OK;
}

/* Members */

/* One of them is the id of the question's subject: a transaction's, or a person's as the asker knows him. */
static enum err
check_subject(const struct vouched *v, const struct jwt_claims *claims, struct span transaction, struct problem *why)
{
	struct span subject = v->asked.subject;

	if (subject.size && (span_equal(claims->subject, subject) || span_equal(transaction, subject)))
		return OK;
	return problem_set(why, ERR_INVALID, "RFC 8725 s3.8",
	    "the JWT's /sub or /txn: expected the id of the question's subject, found %s",
	    claims->subject.size || transaction.size ? "another" : "neither");
}

/* Once to see whom it is about, once for its facts: which come first nobody says. */
static struct span
transaction_of(struct arena *scratch, struct span payload)
{
	struct reader r = reader_json(scratch, payload,
	    (struct limits){ .bytes = JWT_LARGEST, .depth = JWT_DEPTH, .members = JWT_VALUES });
	struct span name, transaction = { 0 };

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "txn"))
			transaction = reader_string(&r, 1, 1 * KIB);
		else
			reader_raw(&r);
	}
	return reader_end(&r, NULL) == OK ? transaction : (struct span){ 0 };
}

static enum err
read_facts(struct vouched *v, struct arena *scratch, const struct jwt_claims *claims, struct facts *out,
    struct problem *why)
{
	struct reader r = reader_json(scratch, claims->payload,
	    (struct limits){ .bytes = JWT_LARGEST, .depth = JWT_DEPTH, .members = JWT_VALUES });
	const struct word vouched = word_vouched(ASSERTER_ANYBODY, claims->issued);
	struct span name;
	bool stated = false;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "facts")) {
			facts_read_word(&r, out, &vouched, v->asked.now);
			stated = true;
		} else {
			reader_raw(&r);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	return stated ? OK : problem_set(why, ERR_INVALID, "", "the JWT's /facts: expected an object, found none");
}

/* Which of two that contradict each other is right nobody here can tell. */
static enum err
check_agreement(const struct vouched *v, size_t at, struct problem *why)
{
	const struct facts *mine = v->stated[at];

	for (size_t i = 0; i < at; i++) {
		for (size_t n = 0; n < mine->dictionary->count; n++) {
			if (!facts_known(mine, n, VOUCHED) || !facts_known(v->stated[i], n, VOUCHED) ||
			    mine->value[n] == v->stated[i]->value[n])
				continue;
			return problem_set(why, ERR_INVALID, "",
			    "the JWT's /facts/%.*s: expected the value that %s/%zu states, found another",
			    SPAN_ARGS(mine->dictionary->facts[n].id), v->asked.at, i);
		}
	}
	return OK;
}

/* Beside what the question claims, and what was observed. */
static void
add_facts(struct facts *f, const struct facts *stated)
{
	for (size_t n = 0; n < stated->dictionary->count; n++)
		if (facts_known(stated, n, VOUCHED))
			facts_put(f, &stated->dictionary->facts[n], stated->value[n], VOUCHED);
	for (size_t i = 0; i < FACT_SETS; i++) {
		f->stale[i] |= stated->stale[i] & ~f->known[CLAIMED][i];
		f->too_weak[i] |= stated->too_weak[i] & ~f->known[CLAIMED][i];
		f->not_theirs[i] |= stated->not_theirs[i] & ~f->known[VOUCHED][i];
	}
}

static enum err
take_facts(struct vouched *v, size_t at, struct arena *scratch, const struct jwt_claims *claims, struct problem *why)
{
	struct facts *stated = v->stated[at] = arena_new(v->arena, struct facts);

	facts_init(stated, v->facts->dictionary);
	if (read_facts(v, scratch, claims, stated, why) != OK || check_agreement(v, at, why) != OK)
		return why->code;
	add_facts(v->facts, stated);
	return OK;
}

static struct span
without_slash(struct span url)
{
	return url.size && url.data[url.size - 1] == '/' ? span_first(url, url.size - 1) : url;
}

static enum err
take_statement(struct vouched *v, size_t at, struct problem *why)
{
	const struct statement *s = &v->statements[at];
	const struct span bare = without_slash(v->asked.audience);
	const struct span audiences[] = {
		span_text(arena_print(v->arena, "%.*s/", SPAN_ARGS(bare))), bare,
	};
	const struct jwt_expectation expected = {
		.type = STATEMENT_TYPE, .issuer = s->voucher.name, .audiences = audiences,
		.audience_count = COUNT(audiences),
		.now = v->asked.now, .longest = VOUCHING_LONGEST, .skew = CALLER_SKEW,
	};
	struct arena scratch = arena_init(2 * SCRATCH);
	struct jwt_claims claims;
	enum err err = jwt_verify(&s->jwt, s->voucher.keys, s->voucher.key_count, &expected, v->arena, &claims, why);

	/* After the signature: how a caller stands is told to nobody else. */
	if (err == OK)
		err = caller_stands(&s->voucher, &v->asks[at], v->asked.now, why);
	if (err == OK && !(s->voucher.rights & CALLER_VOUCH))
		err = problem_set(why, ERR_DENIED, "", "the caller \"%.*s\" has no right to vouch",
		    SPAN_ARGS(s->voucher.name));
	if (err == OK)
		err = check_subject(v, &claims, transaction_of(&scratch, claims.payload), why);
	if (err == OK)
		err = take_facts(v, at, &scratch, &claims, why);
	arena_release(&scratch);
	return err == OK ? OK : refuse(v, at, why);
}

static void
on_members_loaded(void *arg, enum err err, const struct problem *why)
{
	struct vouched *v = arg;
	struct problem mine;

	if (err != OK) {
		answer(v, err, why);
		return;
	}
	for (size_t i = 0; i < v->asked.count && err == OK; i++)
		err = take_statement(v, i, &mine);
	answer(v, err, &mine);
}

/* Callers */

static enum err
take_voucher(struct vouched *v, size_t at, struct problem *why)
{
	struct statement *s = &v->statements[at];
	const struct ask *ask = &v->asks[at];

	if (ask->count && caller_read(arena_copy(v->arena, ask->rows[0].value), &s->voucher))
		return OK;
	problem_set(why, ERR_INVALID, "RFC 7519 s4.1.1", "the JWT's /iss: there is no caller \"%.*s\"",
	    SPAN_ARGS(s->jwt.issuer));
	return refuse(v, at, why);
}

static void
on_callers_loaded(void *arg, enum err err, const struct problem *why)
{
	struct vouched *v = arg;
	struct problem mine;

	if (err == OK && v->why.code != OK) {
		answer(v, v->why.code, &v->why);
		return;
	}
	for (size_t i = 0; i < v->asked.count && err == OK; i++) {
		err = take_voucher(v, i, &mine);
		why = &mine;
	}
	if (err != OK) {
		answer(v, err, why);
		return;
	}
	for (size_t i = 0; i < v->asked.count; i++)
		v->asks[i] = (struct ask){ .table = &member_table, .from = v->statements[i].voucher.member };
	v->load = store_load(v->store, v->asks, v->asked.count, on_members_loaded, v);
}

/* Where a statement cannot be read nothing is asked; the answer still comes later, as of every store. */
struct pending *
vouching_take(struct store *store, struct arena *arena, const struct vouching *asked, struct facts *facts,
    on_vouched *done, void *arg)
{
	struct vouched *v = arena_new(arena, struct vouched);

	assert(asked->count <= VOUCHING_STATEMENTS);
	*v = (struct vouched){
		.pending = { cancel_vouching }, .store = store, .arena = arena, .asked = *asked, .facts = facts,
		.done = done,
		.arg = arg,
	};
	read_statements(v, &v->why);
	for (size_t i = 0; i < asked->count; i++)
		v->asks[i] = (struct ask){ .table = &caller_table, .from = v->statements[i].jwt.issuer };
	v->load = store_load(store, v->asks, v->why.code == OK ? asked->count : 0, on_callers_loaded, v);
	return &v->pending;
}

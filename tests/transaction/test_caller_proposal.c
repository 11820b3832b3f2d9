/* tests/transaction/test_caller_proposal.c - what changes of machine callers wait for operators, and what becomes of
 * them. */
#include "transaction/stage.h"

#include "codec/text.h"
#include "crypto/jwt_maker.h"
#include "transaction/caller/proposal.h"

static const struct table *const tables[] = {
	&member_table, &caller_table, &caller_secret_table, &caller_proposal_table, NULL,
};

/* One caller, "bank-1" of the member "bank", as the steps leave it. */
struct scene {
	struct arena arena;
	struct store *store;
	struct instant now;
	struct maker_key key;
	enum standing standing;        /* of its member */
	struct caller_verdict verdict;
	struct problem why;
};

static struct scene scene;

static void
scene_open(struct scene *s)
{
	*s = (struct scene){ .arena = arena_init(16 * MIB), .standing = STANDING_APPROVED };
	assert_true(instant_read(span_text(STAGE_NOON), &s->now));
	s->store = store_memory_new(tables, ROLE_STEWARD, 1);
	s->key = maker_key_new(&s->arena, "ED25519");
}

static void
scene_close(struct scene *s)
{
	maker_key_free(&s->key);
	store_free(s->store);
	arena_release(&s->arena);
}

static void
on_committed_here(void *arg, const struct committed *c)
{
	*(enum err *)arg = c->code;
}

struct look {
	struct scene *scene;
	struct ask ask;
	size_t count;
	uint64_t generation;
	struct span value;
};

static void
on_looked(void *arg, enum err err, const struct problem *why)
{
	struct look *l = arg;

	expect_ok("the store answers", err, why);
	l->count = l->ask.count;
	if (l->count) {
		l->generation = l->ask.rows[0].generation;
		l->value = arena_copy(&l->scene->arena, l->ask.rows[0].value);
	}
}

static struct look
look(struct scene *s, const struct table *table)
{
	struct look l = { .scene = s, .ask = { .table = table, .limit = 10 } };

	store_load(s->store, &l.ask, 1, on_looked, &l);
	while (store_memory_step(s->store, s->now))
		continue;
	return l;
}

static struct ask
member_answer(struct scene *s)
{
	struct member m = { .id = span_text("bank"), .standing = s->standing, .record = span_text("{}") };
	struct buffer b = buffer_init(4 * KIB);
	struct row *row = arena_new(&s->arena, struct row);
	struct ask ask = { .table = &member_table, .rows = row, .count = 1 };

	member_write(&b, &m);
	*row = (struct row){ .key = m.id, .value = arena_copy(&s->arena, buffer_span(&b)), .generation = 1 };
	buffer_release(&b);
	return ask;
}

static enum err
step(struct scene *s, struct caller_step step)
{
	struct look callers = look(s, &caller_table), proposals = look(s, &caller_proposal_table);
	struct ask member = member_answer(s);
	struct caller_proposal waiting;
	struct caller before;
	enum err code = ERR_UNAVAILABLE;
	struct unit *unit;

	step.change.name = span_text("bank-1");
	step.change.now = s->now;
	if (callers.count)
		expect_true("a caller", caller_read(callers.value, &before));
	if (proposals.count)
		expect_true("a proposal", caller_proposal_read(proposals.value, &waiting));
	if (caller_step_decide(&s->arena, proposals.count ? &waiting : NULL, callers.count ? &before : NULL, &member,
	    &step, &s->verdict, &s->why) != OK)
		return s->why.code;
	unit = unit_new(&s->arena, tables, id_new(s->now));
	caller_step_write(unit, &step, &s->verdict, proposals.generation, callers.generation);
	store_commit(s->store, unit, on_committed_here, &code);
	while (store_memory_step(s->store, s->now))
		continue;
	expect_number("written", code, OK);
	return OK;
}

static const char *operators = "A\nB\nC"; /* in force */

static struct agreeing
operator(const char *name, unsigned approvals)
{
	return (struct agreeing){ span_text(name), { span_text(operators), approvals } };
}

static enum err
create(struct scene *s, const char *who, unsigned approvals, unsigned rights)
{
	return step(s, (struct caller_step){ .by = operator(who, approvals), .change = { .action = CALLER_CREATE,
	    .member = span_text("bank"), .rights = rights, .key = s->key.spki,
	    .expires = instant_after(s->now, SECONDS(86400)) } });
}

static enum err
act(struct scene *s, const char *who, unsigned approvals, enum caller_action action)
{
	struct look proposals = look(s, &caller_proposal_table);
	struct caller_proposal waiting;
	struct span named = { 0 };
	uint8_t sum[32];

	if (proposals.count && action == CALLER_APPROVE && caller_proposal_read(proposals.value, &waiting)) {
		caller_proposal_digest(&waiting, sum);
		named = span_text(arena_print(&s->arena, "sha256:%s", hex_write(&s->arena, span_of(sum, 32))));
	}
	return step(s, (struct caller_step){ .by = operator(who, approvals), .proposal = named,
	    .change.action = action });
}

static void
which_changes_wait(void **state)
{
	static const struct { const char *title; unsigned rights, approvals; enum caller_fate fate; } cases[] = {
		{ "to decide takes one", CALLER_DECIDE, 2, CALLER_EFFECTIVE },
		{ "to ask for proofing too", CALLER_PROOFING | CALLER_DECIDE, 2, CALLER_EFFECTIVE },
		{ "to see every entry takes all", CALLER_AUDIT, 2, CALLER_WAITS },
		{ "to vouch too", CALLER_VOUCH, 2, CALLER_WAITS },
		{ "whatever else it may", CALLER_VOUCH | CALLER_DECIDE, 3, CALLER_WAITS },
		{ "unless one is all", CALLER_VOUCH | CALLER_AUDIT, 1, CALLER_EFFECTIVE },
	};
	struct scene *s = &scene;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		scene_open(s);
		expect_ok(cases[i].title, create(s, "A", cases[i].approvals, cases[i].rights), &s->why);
		expect_number(cases[i].title, s->verdict.fate, cases[i].fate);
		expect_number("a caller", look(s, &caller_table).count, cases[i].fate == CALLER_EFFECTIVE);
		expect_number("token and key", look(s, &caller_secret_table).count, cases[i].fate == CALLER_EFFECTIVE ?
		    2 : 1);
		expect_number("a proposal", look(s, &caller_proposal_table).count, cases[i].fate == CALLER_WAITS);
		expect_true("the token is told once, now", s->verdict.outcome.token.text[0] != '\0');
		scene_close(s);
	}
}

static void
a_token_that_was_told_counts_from_the_last_agreement(void **state)
{
	struct scene *s = &scene;
	struct caller_token told;
	struct caller made;

	(void)state;
	scene_open(s);
	expect_ok("proposed", create(s, "A", 3, CALLER_AUDIT), &s->why);
	told = s->verdict.outcome.token;
	expect_problem("not by who proposed", act(s, "A", 3, CALLER_APPROVE), &s->why, ERR_DENIED, "A proposed this");
	expect_problem("nor by who does not count", act(s, "D", 3, CALLER_APPROVE), &s->why, ERR_DENIED,
	    "not named in control/operators");
	expect_ok("a second", act(s, "B", 3, CALLER_APPROVE), &s->why);
	expect_number("waits on", s->verdict.fate, CALLER_WAITS);
	expect_problem("not twice", act(s, "B", 3, CALLER_APPROVE), &s->why, ERR_DENIED, "B has agreed to this");
	expect_ok("a third", act(s, "C", 3, CALLER_APPROVE), &s->why);
	expect_number("is enough", s->verdict.fate, CALLER_EFFECTIVE);
	expect_span("all are known", s->verdict.proposal.agreement.approvers, "A\nB\nC");
	expect_true("no other token is told", s->verdict.outcome.token.text[0] == '\0');
	expect_true("the caller is read", caller_read(look(s, &caller_table).value, &made));
	expect_true("it is the one that was told", span_equal(made.token, span_of(told.digest, 32)));
	expect_number("with its right", made.rights, CALLER_AUDIT);
	expect_number("token and key point to it", look(s, &caller_secret_table).count, 2);
	expect_number("nothing waits any more", look(s, &caller_proposal_table).count, 0);
	scene_close(s);
}

/* Whoever agreed while he was an operator and is one no more has agreed to nothing. */
static void
agreements_count_by_the_operators_in_force(void **state)
{
	struct scene *s = &scene;

	(void)state;
	scene_open(s);
	expect_ok("proposed", create(s, "A", 2, CALLER_AUDIT), &s->why);
	operators = "B\nC";
	expect_ok("A is dismissed, B agrees", act(s, "B", 2, CALLER_APPROVE), &s->why);
	expect_number("and is the first", s->verdict.fate, CALLER_WAITS);
	expect_number("no caller yet", look(s, &caller_table).count, 0);
	expect_ok("C agrees", act(s, "C", 2, CALLER_APPROVE), &s->why);
	expect_number("and is the second", s->verdict.fate, CALLER_EFFECTIVE);
	expect_span("who is told", s->verdict.proposal.agreement.approvers, "B\nC");
	operators = "A\nB\nC";
	scene_close(s);
}

/* Otherwise one operator would give himself what he may not: a key of his own to a caller that was approved. */
static void
a_key_of_a_trusted_caller_waits_too(void **state)
{
	struct scene *s = &scene;
	struct maker_key other;
	struct caller_step add, remove = { .by = operator("A", 2), .change.action = CALLER_REMOVE_KEY };
	struct caller made;

	(void)state;
	scene_open(s);
	other = maker_key_new(&s->arena, "P-256");
	add = (struct caller_step){ .by = operator("A", 2), .change = { .action = CALLER_ADD_KEY, .key = other.spki } };
	expect_ok("a caller", create(s, "A", 1, CALLER_VOUCH), &s->why);
	expect_ok("a key", step(s, add), &s->why);
	expect_number("waits", s->verdict.fate, CALLER_WAITS);
	expect_true("the caller as it was", caller_read(look(s, &caller_table).value, &made));
	expect_number("does not have it", made.key_count, 1);
	expect_number("though it is kept for it", look(s, &caller_secret_table).count, 3);
	expect_ok("approved", act(s, "B", 2, CALLER_APPROVE), &s->why);
	expect_true("the caller is read", caller_read(look(s, &caller_table).value, &made));
	expect_number("has it", made.key_count, 2);
	expect_number("and is found by it", look(s, &caller_secret_table).count, 3);
	memcpy(remove.change.fingerprint, s->verdict.outcome.fingerprint, 32);
	expect_ok("taking it away", step(s, remove), &s->why);
	expect_number("takes one", s->verdict.fate, CALLER_EFFECTIVE);
	expect_number("and nobody is found by it", look(s, &caller_secret_table).count, 2);
	add.change.key = s->key.spki;
	expect_problem("one it has already", step(s, add), &s->why, ERR_CONFLICT, "has that key already");
	expect_ok("as does ending it", act(s, "A", 2, CALLER_REVOKE), &s->why);
	expect_number("it is gone", look(s, &caller_table).count + look(s, &caller_secret_table).count, 0);
	maker_key_free(&other);
	scene_close(s);
}

static void
an_approval_looks_at_everything_again(void **state)
{
	struct scene *s = &scene;

	(void)state;
	scene_open(s);
	expect_ok("proposed", create(s, "A", 2, CALLER_VOUCH), &s->why);
	s->standing = STANDING_SUSPENDED;
	expect_problem("its member", act(s, "B", 2, CALLER_APPROVE), &s->why, ERR_INVALID, "is suspended");
	s->standing = STANDING_APPROVED;
	s->now = instant_after(s->now, SECONDS(86400));
	expect_problem("its time", act(s, "B", 2, CALLER_APPROVE), &s->why, ERR_INVALID, "ends later than now");
	s->now = instant_after(s->now, -1);
	expect_ok("to its last moment", act(s, "B", 2, CALLER_APPROVE), &s->why);
	expect_problem("nothing waits any more", act(s, "C", 2, CALLER_APPROVE), &s->why, ERR_NOT_FOUND,
	    "waits for operators");
	scene_close(s);
}

static void
a_proposal_ends_with_its_caller_or_is_taken_back(void **state)
{
	struct scene *s = &scene;
	struct maker_key other;

	(void)state;
	scene_open(s);
	other = maker_key_new(&s->arena, "P-256");
	expect_ok("proposed", create(s, "A", 2, CALLER_VOUCH), &s->why);
	expect_problem("one at a time", create(s, "B", 2, CALLER_AUDIT), &s->why, ERR_CONFLICT,
	    "approve it or take it back");
	expect_ok("taken back by anybody", act(s, "-", 2, CALLER_WITHDRAW), &s->why);
	expect_number("gone", look(s, &caller_proposal_table).count, 0);
	expect_ok("a caller", create(s, "A", 1, CALLER_VOUCH), &s->why);
	expect_ok("a key waits", step(s, (struct caller_step){ .by = operator("A", 2),
	    .change = { .action = CALLER_ADD_KEY, .key = other.spki } }), &s->why);
	expect_ok("the caller is revoked", act(s, "A", 2, CALLER_REVOKE), &s->why);
	expect_number("and with it what waits", look(s, &caller_proposal_table).count, 0);
	maker_key_free(&other);
	scene_close(s);
}

static void
a_row_is_read_as_it_was_written(void **state)
{
	static const uint8_t key[] = "a key";
	struct caller_proposal p = { .change = { .action = CALLER_CREATE, .name = span_text("bank-1"),
	    .member = span_text("bank"), .rights = 6, .rate = 7, .now = { 8 }, .expires = { 9 }, .tokenless = true,
	    .key = span_of(key, 5) }, .agreement = { span_text("A"), span_text("A\nB") } }, again;
	struct buffer b = buffer_init(4 * KIB);
	uint8_t one[32], other[32];

	(void)state;
	caller_proposal_write(&b, &p);
	expect_true("read", caller_proposal_read(buffer_span(&b), &again));
	expect_true("the same", again.change.action == CALLER_CREATE && again.change.rights == 6 &&
	    again.change.rate == 7 && again.change.now.us == 8 && again.change.expires.us == 9 &&
	    again.change.tokenless && span_equal(again.change.key, p.change.key) &&
	    span_equal(again.agreement.approvers, p.agreement.approvers));
	for (size_t cut = 0; cut < buffer_span(&b).size; cut++)
		expect_true("a part of it is none", !caller_proposal_read(span_first(buffer_span(&b), cut), &again));
	caller_proposal_digest(&p, one);
	p.agreement.approvers = span_text("A\nB\nC");
	caller_proposal_digest(&p, other);
	expect_true("who agreed does not change what was proposed", memcmp(one, other, 32) == 0);
	p.change.rights = 4;
	caller_proposal_digest(&p, other);
	expect_true("anything else does", memcmp(one, other, 32) != 0);
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_changes_wait),
		cmocka_unit_test(a_token_that_was_told_counts_from_the_last_agreement),
		cmocka_unit_test(agreements_count_by_the_operators_in_force),
		cmocka_unit_test(a_key_of_a_trusted_caller_waits_too),
		cmocka_unit_test(an_approval_looks_at_everything_again),
		cmocka_unit_test(a_proposal_ends_with_its_caller_or_is_taken_back),
		cmocka_unit_test(a_row_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tests/transaction/card_stage.h - the operator's own pages beside a card: the world of proofing_stage.h, in which the
 * operator has a relying party of its own, facts are published, and cards are bought by the dozen.
 *
 *     card_set_up -> stage_begin(owner, purpose) -> stage_prove(card) -> stage.task -> card_tear_down
 */
#pragma once

#include "person/account.h"
#include "person/history.h"
#include "person/proofing_record.h"
#include "transaction/card/task.h"

#ifndef CARD_FURTHER_TABLES
#define CARD_FURTHER_TABLES
#endif
#define FURTHER_TABLES \
	&card_code_table, &card_task_table, &account_certificate_table, &policy_table, &dictionary_table, \
	CARD_FURTHER_TABLES

#include "transaction/proofing_stage.h"
#include "transaction/shipped_policy.h"

#define HOUSE "https://watashi.example/account"

static struct {
	struct person_settings settings;
	struct card_task_begun begun;
	struct card_task task;
	struct proofing_challenge shown;
} stage;

/* "2026-11-23", so many days from now. */
static inline const char *
date_in(int64_t days)
{
	char text[INSTANT_TEXT];

	return arena_print(&world.arena, "%.10s", instant_text(instant_after(world.noon, days * DAY), text));
}

static inline const char *
house(void)
{
	return arena_print(&world.arena,
	    "{\"id\":\"platform\",\"kind\":\"platform\",\"name\":{\"ja\":\"基盤\",\"en\":\"Platform\"},"
	    "\"contacts\":[{\"type\":\"technical\",\"email\":\"a@platform.example\"}],"
	    "\"entities\":[{\"entity_id\":\"" HOUSE "\",\"roles\":[\"rp\"],\"attributes\":["
	    "{\"name\":\"name\",\"purpose\":{\"en\":\"Your account\"}},{\"name\":\"birthdate\",\"purpose\":"
	    "{\"en\":\"Your account\"}},{\"name\":\"gender\",\"purpose\":{\"en\":\"Your account\"}},"
	    "{\"name\":\"address\",\"purpose\":{\"en\":\"Your account\"}}]}],"
	    "\"jpki\":{\"accreditations\":[{\"name\":\"No. 1\",\"basis\":\"accredited\","
	    "\"uses\":[\"authentication\",\"signature\"],\"from\":\"%s\",\"until\":\"%s\",\"notified\":\"%s\"}]}}",
	    date_in(-200), date_in(150), date_in(-200));
}

static inline void
put_facts(void)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.noon));

	store_memory_become(world.store, ROLE_STEWARD);
	shipped_dictionary_put(&world.arena, unit);
	world.done = false;
	store_commit(world.store, unit, on_stored, NULL);
	run();
	store_memory_become(world.store, ROLE_WORKER);
}

static inline int
card_set_up(void **state)
{
	if (set_up(state) != 0)
		return -1;
	put_member("platform", STANDING_APPROVED, house());
	put_facts();
	world.source.says = REVOCATION_GOOD;
	stage.settings = (struct person_settings){
		.base_url = span_text("https://watashi.example/"), .origin = span_text("https://watashi.example"),
		.login_for = SECONDS(600), .relying_party = span_text(HOUSE), .operator = span_text("platform"),
		.proofing = &world.settings, .shelf = policy_shelf_new(world.store),
		.wrapping = { "0123456789abcdef0123456789abcdef" },
		.parent_age = DAY, .session = { .lasts = SECONDS(3600), .idle = SECONDS(600) },
	};
	world.done = false;
	run();
	return 0;
}

static inline int
card_tear_down(void **state)
{
	policy_shelf_free(stage.settings.shelf);
	return tear_down(state);
}

static inline void
on_task_begun(void *arg, enum err err, const struct card_task_begun *begun, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		stage.begun = *begun;
	else
		world.why = *why;
}

static inline void
stage_begin(const struct card_task_begin *asked)
{
	world.done = false;
	card_task_begin(world.store, &world.arena, &stage.settings, asked, on_task_begun, NULL);
	run();
	expect_true("beginning has an end", world.done);
}

static inline void
on_text(void *arg, enum err err, const struct proofing_challenge *challenge, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		stage.shown = *challenge;
	else
		world.why = *why;
}

static inline void
stage_text(const char *code)
{
	world.done = false;
	card_task_text(world.store, &world.arena, &stage.settings, span_text(code), world.noon, on_text, NULL);
	run();
}

static inline void
on_task_proved(void *arg, enum err err, const struct card_task *task, const struct problem *why)
{
	bool *done = arg;

	world.done = *done = true;
	world.err = err;
	if (err == OK)
		stage.task = *task;
	else
		world.why = *why;
}

static bool task_proved;

/* What a card with this certificate and key says to the text that is shown. */
static inline struct card_task_proof
card_says(struct span certificate, EVP_PKEY *key)
{
	return (struct card_task_proof){ .code = span_text(stage.begun.code),
		.submission = { .form = JPKI_CHALLENGE, .certificate = certificate, .algorithm = "RS256",
		    .signature = signature_make(&world.arena, stage.shown.text, key, EVP_sha256()) },
		.now = instant_after(world.noon, 1000 * (int64_t)++proofs) };
}

static inline void
stage_prove(const struct card_task_proof *proof)
{
	world.done = task_proved = false;
	card_task_prove(world.store, &world.arena, &stage.settings, proof, on_task_proved, &task_proved);
	run();
	expect_true("proving has an end", world.done);
}

/* From the code to the proof, by the world's card. */
static inline void
stage_card(const struct card_task_begin *asked, enum purpose purpose)
{
	struct card_task_proof proof;

	stage_begin(asked);
	expect_ok("begun", world.err, &world.why);
	stage_text(stage.begun.code);
	expect_ok("shown", world.err, &world.why);
	proof = card_says(world.certificates[purpose], world.keys[purpose]);
	stage_prove(&proof);
}

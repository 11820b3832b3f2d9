/* tests/transaction/enrolment_stage.h - people with cards at the page that enrols them: the world of card_stage.h, with
 * the tables of accounts.
 *
 *     person(…) -> enrol_begin -> enrol_card(person) -> enrol_look -> enrol_accept -> what the store has
 */
#pragma once

#include "authn/attempts.h"
#include "authn/credential.h"
#include "base/id.h"
#include "base/random.h"
#include "person/consent.h"
#include "person/likeness.h"
#include "transaction/account/erasing.h"
#include "transaction/caller/caller.h"
#include "transaction/enrolment/enrolment.h"
#include "transaction/notice/notice.h"
#include "transaction/authenticator/parent_certificate.h"

#define CARD_FURTHER_TABLES \
	&account_table, &account_name_table, &erasing_table, &history_table, &proofing_record_table, &attribute_table, \
	&consent_table, \
	&likeness_table, &attempts_table, &credential_table, &credential_name_table, &credential_model_table, \
	&session_table, &notice_table, &enrolment_table, &parent_certificate_table, &parent_due_table, &caller_table, \
	&caller_secret_table, &access_token_table,

#include "transaction/card_stage.h"

/* Who holds a card: its two certificates. */
struct person {
	struct span certificate, authentication;
};

static struct {
	struct enrolment enrolment;
	struct enrolment_view view;
	struct credential bound;
	struct cookie_secret cookie;     /* of the session that the last step began */
	struct session session;          /* logged in; id zero: nobody */
	uint8_t browser[32];
	const char *contact;             /* told when an account is opened */
	struct instant until;            /* it was not: that address gets no code before */
	uint64_t serial;
	int64_t valid_days;              /* of certificates made from now on; 0: 500 */
	int64_t later;                   /* each step is a little later than the one before */
} enrolling;

static inline struct instant
enrol_now(void)
{
	return instant_after(world.noon, SECONDS(1) + 2000 * ++enrolling.later);
}

static inline struct span
person_certificate(enum purpose purpose, const char *name, const char *born, const char *sex, const char *address)
{
	const struct holder holder = {
		.name = name, .born = born, .sex = sex, .address = address,
		.municipality = { "Tokyo-to", "Shibuya-ku", "13113" }, .from = instant_after(world.noon, -DAY),
		.until = instant_after(world.noon, (enrolling.valid_days ? enrolling.valid_days : 500) * DAY),
	};
	struct certificate_plan plan = holder_plan(&world.arena, &world.authorities[purpose], &holder,
	    world.keys[purpose], asn_number(&world.arena, 0x1000 + ++enrolling.serial));

	return certificate_sign(&world.arena, &plan, world.authorities[purpose].key);
}

/* A new card each time, of whoever it is. */
static inline struct person
person(const char *name, const char *born, const char *sex, const char *address)
{
	return (struct person){
		.certificate = person_certificate(SIGNATURE, name, born, sex, address),
		.authentication = person_certificate(AUTHENTICATION, name, born, sex, address),
	};
}

static inline void
on_enrolment_begun(void *arg, enum err err, const struct enrolment *e, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		enrolling.enrolment = *e;
	else
		world.why = *why;
}

/* Who is at the page now. */
static inline struct enrolment_asked
enrol_asked(void)
{
	struct enrolment_asked asked = { .id = enrolling.enrolment.id, .where = span_text("Firefox, 203.0.113.7"),
		.now = enrol_now() };

	memcpy(asked.browser, enrolling.browser, sizeof(asked.browser));
	if (id_given(&enrolling.session.id))
		asked.session = &enrolling.session;
	return asked;
}

static inline void
enrol_begin(bool reissue)
{
	struct enrolment_begin begin = { .reissue = reissue, .now = enrol_now() };

	random_bytes(enrolling.browser, sizeof(enrolling.browser));
	memcpy(begin.browser, enrolling.browser, sizeof(begin.browser));
	world.done = false;
	enrolment_begin(world.store, &world.arena, &stage.settings, &begin, on_enrolment_begun, NULL);
	run();
	expect_ok("an enrolment is begun", world.err, &world.why);
}

static inline void
log_out(void)
{
	enrolling.session = (struct session){ .generation = 0 };
}

/* The session that the last step began: its cookie is in this browser now. */
static inline void
log_in_as_begun(void)
{
	struct problem why;

	looked = session_ask(enrolling.cookie.digest);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("there is a session", session_loaded(&world.arena, &looked, &stage.settings.session, enrol_now(),
	    &enrolling.session, &why), &why);
}

/* The card, from the page's code to its answer. */
static inline void
enrol_card_begin(enum jpki_purpose purpose)
{
	struct enrolment_asked asked = enrol_asked();

	world.done = false;
	enrolment_card(world.store, &world.arena, &stage.settings, &asked, purpose, on_task_begun, NULL);
	run();
}

static inline void
enrol_card_at(const struct person *p, enum purpose purpose, const char *terminal)
{
	struct card_task_proof proof;

	enrol_card_begin(purpose == SIGNATURE ? JPKI_SIGNATURE : JPKI_AUTHENTICATION);
	expect_ok("a card's task", world.err, &world.why);
	stage_text(stage.begun.code);
	expect_ok("its text", world.err, &world.why);
	proof = card_says(purpose == SIGNATURE ? p->certificate : p->authentication, world.keys[purpose]);
	proof.terminal = span_text(terminal);
	proof.now = enrol_now();
	stage_prove(&proof);
	expect_ok("the card's answer", world.err, &world.why);
}

static inline void
enrol_card(const struct person *p)
{
	enrol_card_at(p, SIGNATURE, "");
}

static inline void
on_view(void *arg, enum err err, const struct enrolment_view *view, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		enrolling.view = *view;
	else
		world.why = *why;
}

static inline void
enrol_look(void)
{
	struct enrolment_asked asked = enrol_asked();

	world.done = false;
	enrolment_look(world.store, &world.arena, &stage.settings, &asked, on_view, NULL);
	run();
	expect_true("looking has an end", world.done);
}

static inline void
enrol_accept_revoking(const struct id *revoke, size_t count)
{
	struct enrolment_accept accept = { .asked = enrol_asked(), .cookie = &enrolling.cookie, .revoke_count = count };

	if (count)
		memcpy(accept.revoke, revoke, count * sizeof(*revoke));
	enrolling.cookie = cookie_secret_new();
	world.done = false;
	enrolment_accept(world.store, &world.arena, &stage.settings, &accept, on_view, NULL);
	run();
	expect_true("accepting has an end", world.done);
}

static inline void
enrol_accept(void)
{
	enrol_accept_revoking(NULL, 0);
}

static inline void
on_opened(void *arg, enum err err, const struct enrolment_opened *opened, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	enrolling.until = err == OK ? opened->until : (struct instant){ 0 };
	if (err == OK)
		enrolling.view.found = opened->account;
	else
		world.why = *why;
}

static inline void
enrol_open(void)
{
	struct enrolment_asked asked = enrol_asked();

	enrolling.cookie = cookie_secret_new();
	world.done = false;
	enrolment_open(world.store, &world.arena, &stage.settings, &asked, &enrolling.cookie,
	    span_text(enrolling.contact), on_opened, NULL);
	run();
}

/* A person who enrols and goes away again. */
static inline struct account
enrolled(const struct person *p)
{
	log_out();
	enrol_begin(false);
	enrol_card(p);
	enrol_accept();
	expect_ok("enrolled", world.err, &world.why);
	expect_true("taken over", !enrolling.view.failed);
	return enrolling.view.found;
}

static inline void
on_card_bound(void *arg, enum err err, const struct credential *c, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		enrolling.bound = *c;
	else
		world.why = *why;
}

static inline void
enrol_bind(void)
{
	struct enrolment_asked asked = enrol_asked();

	world.done = false;
	enrolment_bind(world.store, &world.arena, &stage.settings, &asked, on_card_bound, NULL);
	run();
}

static inline bool
store_holds(const char *text)
{
	for (size_t t = 0; tables[t]; t++) {
		size_t count = rows_of(tables[t]);

		for (size_t i = 0; i < count; i++)
			if (memmem(looked.rows[i].value.data, looked.rows[i].value.size, text, strlen(text)))
				return true;
	}
	return false;
}

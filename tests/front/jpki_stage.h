/* tests/front/jpki_stage.h - proofing by the card beside the decision point: authorities of a test world, one citizen's
 * two certificates, a revocation source that says what it is told to, members who may and may not have it done.
 *
 *     proofing_open -> [scene_policy …] -> proofing_front(access) -> ask_challenge -> submit(proof_by) -> answer
 */
#pragma once

#include "front/authzen_stage.h"

#include "base/turn.h"
#include "codec/text.h"
#include "front/jpki/jpki.h"
#include "front/ledger/disclosure.h"
#include "testcard/holder.h"
#include "testcard/key.h"

#define DAY SECONDS(86400)
#define ORIGIN "https://www.bank.example"
#define PROOFING_RATE 1000000

/* Says what it is told to, in a turn of its own, and counts. */
struct speaking {
	struct revocation_source source;
	struct pending pending;
	struct later later;
	struct turn *turn;
	enum revocation_status says;
	unsigned asked;
	on_revocation *done;
	void *arg;
};

struct proofing_stage {
	struct scene scene;
	struct authority authorities[PURPOSES];
	struct jpki_anchors *anchors;
	EVP_PKEY *keys[PURPOSES];
	struct span certificates[PURPOSES];
	struct speaking source;
	struct jpki_verifier verifier;
	struct jpki_front *front;
	struct disclosure disclosure;

	/* Of the challenge asked for last. */
	const char *challenge;       /* its id */
	struct span text;
	const char *entrusted;       /* what the record of who entrusts the work says */
};

static inline void
cancel_speaking(struct pending *pending)
{
	struct speaking *s = (struct speaking *)((char *)pending - offsetof(struct speaking, pending));

	turn_cancel(s->turn, &s->later);
}

static inline void
speak(void *arg)
{
	struct speaking *s = arg;
	struct revocation_answer answer;

	revocation_answer_set(&answer, s->says, "said by the test");
	answer.kind = REVOCATION_BY_OCSP;
	answer.source = s->source.name;
	answer.fresh = true;
	s->done(s->arg, &answer);
}

static inline struct pending *
ask_speaking(struct revocation_source *source, const struct revocation_question *question, on_revocation *done,
    void *arg)
{
	struct speaking *s = (struct speaking *)source;

	(void)question;
	s->asked++;
	s->done = done;
	s->arg = arg;
	turn_later(s->turn, &s->later);
	return &s->pending;
}

static inline void
make_authority(struct proofing_stage *p, enum purpose purpose)
{
	struct authority *ca = &p->authorities[purpose];
	struct arena *a = &p->scene.arena;
	struct instant now = clock_now();
	struct certificate_plan plan;
	struct problem why;

	*ca = (struct authority){ .purpose = purpose, .generation = 1, .key = key_rsa(2048, 65537),
		.serial = asn_number(a, 7), .name = authority_name(a, purpose) };
	plan = authority_plan(a, purpose, ca->key, ca->serial, instant_after(now, -1000 * DAY),
	    instant_after(now, 1000 * DAY));
	ca->certificate = certificate_sign(a, &plan, ca->key);
	expect_ok("an authority", jpki_anchors_add(p->anchors,
	    purpose == SIGNATURE ? JPKI_SIGNATURE : JPKI_AUTHENTICATION, JPKI_TEST, ca->certificate, &why), &why);
}

/* `substituted`: of the name's characters; NULL: none. */
static inline void
make_card_with(struct proofing_stage *p, enum purpose purpose, const char *substituted)
{
	const struct holder holder = {
		.name = "試験　太郎", .born = "319800217", .sex = "1", .address = "東京都渋谷区１－１",
		.municipality = { "Tokyo-to", "Shibuya-ku", "13113" }, .from = instant_after(clock_now(), -DAY),
		.until = instant_after(clock_now(), 500 * DAY), .name_substituted = substituted,
	};
	struct arena *a = &p->scene.arena;
	struct certificate_plan plan;

	p->keys[purpose] = key_rsa(2048, 65537);
	plan = holder_plan(a, &p->authorities[purpose], &holder, p->keys[purpose], asn_number(a, 0x0ac91af8));
	p->certificates[purpose] = certificate_sign(a, &plan, p->authorities[purpose].key);
}

static inline void
make_card(struct proofing_stage *p, enum purpose purpose)
{
	make_card_with(p, purpose, NULL);
}

/* "2026-11-23", so many days from now. */
static inline const char *
date_in(struct arena *a, int64_t days)
{
	char text[INSTANT_TEXT];

	return arena_print(a, "%.10s", instant_text(instant_after(clock_now(), days * DAY), text));
}

/* A member with one relying party that asks for these attributes, and this in its record of the law. */
static inline void
proofing_member(struct proofing_stage *p, const char *id, const char *attributes, const char *law)
{
	scene_member_as(&p->scene, id, STANDING_APPROVED, arena_print(&p->scene.arena,
	    "{\"id\":\"%s\",\"kind\":\"business\",\"name\":{\"ja\":\"店\",\"en\":\"The %s\"},"
	    "\"contacts\":[{\"type\":\"technical\",\"email\":\"a@%s.example\"}],"
	    "\"entities\":[{\"entity_id\":\"https://%s.example/\",\"roles\":[\"rp\"],\"attributes\":[%s]}],"
	    "\"jpki\":{%s}}", id, id, id, id, attributes, law));
}

#define ASKS_FOR(claim) "{\"name\":\"" claim "\",\"purpose\":{\"en\":\"To know\"}}"

static inline const char *
accreditation(struct arena *a, int64_t from, int64_t until)
{
	return arena_print(a, "\"accreditations\":[{\"name\":\"No. 1\",\"basis\":\"accredited\","
	    "\"uses\":[\"signature\",\"authentication\"],\"from\":\"%s\",\"until\":\"%s\","
	    "\"notified\":\"%s\"}]", date_in(a, from), date_in(a, until), date_in(a, from));
}

/* "bank" and "shop" entrust all of it to "platform", which is accredited; "late" was, until yesterday. */
static inline void
proofing_open(struct proofing_stage *p, uint64_t seed)
{
	struct scene *s = &p->scene;
	const char *entrusted;

	*p = (struct proofing_stage){ .anchors = jpki_anchors_new() };
	scene_open(s, seed);
	for (enum purpose purpose = SIGNATURE; purpose < PURPOSES; purpose++) {
		make_authority(p, purpose);
		make_card(p, purpose);
	}
	entrusted = arena_print(&s->arena, "\"entrustments\":[{\"to\":\"platform\",\"uses\":[\"signature\","
	    "\"authentication\"],\"from\":\"%s\",\"until\":\"%s\",\"reported\":\"%s\"}]", date_in(&s->arena, -100),
	    date_in(&s->arena, 100), date_in(&s->arena, -100));
	proofing_member(p, "platform", "", accreditation(&s->arena, -100, 200));
	proofing_member(p, "bank", ASKS_FOR("name") "," ASKS_FOR("age_over_18") "," ASKS_FOR("email"), entrusted);
	proofing_member(p, "shop", "", entrusted);
	p->entrusted = entrusted;
	proofing_member(p, "late", "", accreditation(&s->arena, -300, -1));
	scene_caller(s, "bank-1", "bank", CALLER_PROOFING | CALLER_DECIDE, PROOFING_RATE);
	scene_caller(s, "shop-1", "shop", CALLER_PROOFING | CALLER_DECIDE, PROOFING_RATE);
	scene_caller(s, "late-1", "late", CALLER_PROOFING, PROOFING_RATE);
}

static inline void
proofing_front(struct proofing_stage *p, const char *access)
{
	struct turn *turn = loop_turn(p->scene.loop);

	p->source = (struct speaking){ .source = { .name = "test", .kind = REVOCATION_BY_OCSP, .ask = ask_speaking },
		.pending = { cancel_speaking }, .turn = turn, .says = REVOCATION_GOOD };
	p->source.later = (struct later){ .run = speak, .arg = &p->source };
	p->verifier = (struct jpki_verifier){ .turn = turn,
		.trust = { .profiles = jpki_profiles_known(), .anchors = p->anchors, .test = true },
		.sources = { &p->source.source }, .source_count = 1 };
	scene_shelf(&p->scene);
	p->front = jpki_front_new(p->scene.store, &(struct jpki_front_settings){
		.proofing = { .verifier = &p->verifier, .operator = span_text("platform"),
		    .challenge_for = SECONDS(300),
		    .outcome_for = SECONDS(3600), .handle_secret = span_text("0123456789abcdef0123456789abcdef"),
		    .log_for = 400 * DAY },
		.shelf = p->scene.shelf,
		.rates = p->scene.rates,
		.rate = PROOFING_RATE,
	});
	p->disclosure = (struct disclosure){ p->scene.store };
	p->scene.beside[0] = (struct mount){ jpki_routes, p->front };
	p->scene.beside[1] = (struct mount){ disclosure_routes, &p->disclosure };
	scene_front(&p->scene, access);
}

static inline void
proofing_close(struct proofing_stage *p)
{
	jpki_front_free(p->front);
	for (enum purpose purpose = SIGNATURE; purpose < PURPOSES; purpose++) {
		EVP_PKEY_free(p->authorities[purpose].key);
		EVP_PKEY_free(p->keys[purpose]);
	}
	jpki_anchors_free(p->anchors);
	scene_close(&p->scene);
}

/* What stands behind the head. */
static inline struct span
answer_body(const struct scene *s)
{
	const char *at = strstr(s->answer, "\r\n\r\n");

	return at ? span_text(at + 4) : (struct span){ 0 };
}

/* A text of the answer; it lives in the arena. */
static inline struct span
answer_text(struct scene *s, const char *member)
{
	struct reader r = reader_json(&s->arena, answer_body(s), (struct limits){ .bytes = 64 * KIB, .depth = 8 });
	struct span name, found = { 0 };
	struct problem why;

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, member))
			found = reader_string(&r, 0, 32 * KIB);
		else
			reader_raw(&r);
	expect_ok("the answer is JSON", reader_end(&r, &why), &why);
	return arena_copy(&s->arena, found);
}

static inline int
ask_challenge(struct proofing_stage *p, const char *caller, const char *body)
{
	int status = scene_post(&p->scene, caller, "/v1/jpki/challenges", body);

	if (status == 201) {
		p->challenge = arena_text(&p->scene.arena, answer_text(&p->scene, "id"));
		p->text = answer_text(&p->scene, "text");
	}
	return status;
}

static inline const char *
base64_of(struct proofing_stage *p, struct span bytes)
{
	return arena_text(&p->scene.arena, base64_write(&p->scene.arena, bytes));
}

/* The card signs the challenge's text: the body that a caller sends. */
static inline const char *
proof_by(struct proofing_stage *p, enum purpose purpose)
{
	struct span signature = signature_make(&p->scene.arena, p->text, p->keys[purpose], EVP_sha256());

	return arena_print(&p->scene.arena, "{\"algorithm\":\"RS256\",\"certificate\":\"%s\",\"signature\":\"%s\","
	    "\"origin\":\"" ORIGIN "\"}", base64_of(p, p->certificates[purpose]), base64_of(p, signature));
}

static inline int
submit(struct proofing_stage *p, const char *caller, const char *body)
{
	return scene_post(&p->scene, caller,
	    arena_print(&p->scene.arena, "/v1/jpki/challenges/%s/proof", p->challenge), body);
}

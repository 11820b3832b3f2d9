/* front/jpki/proofs.c - POST /v1/jpki/challenges/{id}/proof: what was signed, and what came of it. */
#include <assert.h>
#include <stdio.h>

#include "codec/oid.h"
#include "codec/text.h"
#include "front/jpki/front.h"
#include "jpki/explanation.h"
#include "transaction/proofing/submission.h"

#define ANSWER_LARGEST (6 * X509_LARGEST + 32 * KIB) /* whatever the certificate holds, all of it escaped */

struct submitting {
	struct inquiry inquiry;
	struct proofing_prove asked;
	struct policy_snapshot *policies; /* whose dictionary facts are written for */
};

/* Answer */

/* `"name":`, with a comma unless the object has just begun. */
static void
write_name(struct buffer *b, const char *name)
{
	struct span s = buffer_span(b);

	buffer_print(b, "%s\"%s\":", s.data[s.size - 1] == '{' ? "" : ",", name);
}

static void
write_text(struct buffer *b, const char *name, struct span text)
{
	write_name(b, name);
	json_write_string(b, text);
}

static void
write_instant(struct buffer *b, const char *name, struct instant t)
{
	char text[INSTANT_TEXT];

	if (t.us)
		write_text(b, name, span_text(instant_text(t, text)));
}

/* Whether it counted, as the facts say, too. What the sources told serves this confirmation and nothing else (JPKI Act
 * Arts. 52, 53): which of them was asked, its times and its reason stay with who verifies. */
static void
write_revocation(struct buffer *b, const struct revocation_answer *r)
{
	write_name(b, "revocation");
	buffer_print(b, "{\"status\":\"%s\"}", revocation_status_name(r->status));
}

static void
write_ages(struct buffer *b, unsigned told, const struct birth_date *born, struct instant now)
{
	static const struct { unsigned attribute, years; } ages[] = {
		{ PROOFING_AGE_OVER_18, 18 }, { PROOFING_AGE_OVER_20, 20 }, { PROOFING_AGE_OVER_65, 65 },
	};
	char years[16];

	write_name(b, "age_over");
	buffer_byte(b, '{');
	for (size_t i = 0; i < COUNT(ages); i++) {
		int over = told & ages[i].attribute ? jpki_age_over(born, ages[i].years, now) : -1;

		if (over < 0)
			continue;
		snprintf(years, sizeof(years), "%u", ages[i].years);
		write_name(b, years);
		buffer_text(b, over ? "true" : "false");
	}
	buffer_byte(b, '}');
}

static void
write_others(struct buffer *b, struct arena *arena, const struct jpki_attributes *a)
{
	write_name(b, "others");
	buffer_byte(b, '{');
	for (size_t i = 0; i < a->other_count; i++)
		write_text(b, oid_text(arena, a->others[i].oid), a->others[i].value);
	buffer_byte(b, '}');
}

/* Only what the text promised and the record asks for. */
static void
write_attributes(struct buffer *b, struct arena *arena, const struct proofing_outcome *o, struct instant now)
{
	static const char *const sexes[] = { "unspecified", "male", "female" };
	const struct jpki_attributes *a = &o->verified->attributes;
	const unsigned told = o->attributes;
	struct span prefecture;
	char born[11];

	write_name(b, "attributes");
	buffer_byte(b, '{');
	if (told & PROOFING_NAME && a->name.size) {
		write_text(b, "name", a->name);
		if (a->name_substituted.size)
			write_text(b, "name_substituted", a->name_substituted);
	}
	if (told & PROOFING_BIRTHDATE && *jpki_birth_text(&a->born, born))
		write_text(b, "birthdate", span_text(born));
	if (told & PROOFING_SEX)
		write_text(b, "sex", span_text(sexes[a->sex]));
	if (told & PROOFING_ADDRESS && a->address.size) {
		write_text(b, "address", a->address);
		if (a->address_substituted.size)
			write_text(b, "address_substituted", a->address_substituted);
	}
	if (told & (PROOFING_NAME | PROOFING_ADDRESS) && a->substitution_unclear) {
		write_name(b, "substitution_unclear");
		buffer_text(b, "true");
	}
	if (told & PROOFING_PREFECTURE && jpki_prefecture(a->address, &prefecture))
		write_text(b, "prefecture", prefecture);
	if (told & (PROOFING_AGE_OVER_18 | PROOFING_AGE_OVER_20 | PROOFING_AGE_OVER_65))
		write_ages(b, told, &a->born, now);
	if (told & PROOFING_OTHERS && a->other_count)
		write_others(b, arena, a);
	buffer_byte(b, '}');
}

static void
write_words(struct buffer *b, const char *name, struct jpki_words words)
{
	write_name(b, name);
	buffer_byte(b, '{');
	write_text(b, "ja", span_text(words.ja));
	write_text(b, "en", span_text(words.en));
	buffer_byte(b, '}');
}

static void
write_outcome(struct buffer *b, struct arena *arena, const struct proofing_outcome *o, struct instant now)
{
	const struct jpki_verified *v = o->verified;
	const struct jpki_profile *profile = v->certificate.profile;
	const struct examined *cause = examination_cause(&v->examination);
	char id[LEDGER_ID_TEXT];

	buffer_byte(b, '{');
	write_text(b, "id", span_text(ledger_id_text(&o->id, id)));
	write_text(b, "outcome", span_text(outcome_name(v->outcome)));
	write_text(b, "purpose", span_text(jpki_purpose_name(o->purpose)));
	if (profile) {
		write_text(b, "medium", span_text(jpki_medium_name(profile->medium)));
		write_text(b, "world", span_text(jpki_world_name(profile->world)));
	}
	write_instant(b, "verified_at", now);
	if (o->reference.size)
		write_text(b, "reference", o->reference);
	if (o->handle.size)
		write_text(b, "handle", o->handle);
	if (o->continuity)
		write_text(b, "continuity", span_text(continuity_name(o->continuity)));
	if (cause) {
		write_name(b, "failed");
		buffer_byte(b, '{');
		write_text(b, "step", span_text(cause->step));
		if (*cause->clause)
			write_text(b, "clause", span_text(cause->clause));
		write_text(b, "text", span_text(cause->text));
		write_words(b, "title", jpki_step_title(cause->step));
		write_words(b, "meaning", jpki_step_meaning(cause->step, cause->outcome));
		buffer_byte(b, '}');
	}
	write_revocation(b, &v->revocation);
	if (o->attributes)
		write_attributes(b, arena, o, now);
	write_text(b, "salt", span_text(hex_write(arena, span_of(o->salt, sizeof(o->salt)))));
	write_text(b, "commitment", span_text(hex_write(arena, span_of(o->commitment.bytes, HASH_SIZE))));
	write_text(b, "receipt", span_text(arena_print(arena, "/v1/receipts/%s", id)));
	buffer_byte(b, '}');
}

static void
drop_policies(void *arg)
{
	struct submitting *s = arg;

	if (s->policies)
		policy_snapshot_unref(s->policies);
	s->policies = NULL;
}

static on_proofing_proved on_proved;

static void
submit(struct inquiry *q)
{
	struct submitting *s = (struct submitting *)q;
	struct exchange *e = q->exchange;
	struct problem why;

	if (!ledger_id_read(e->segment, &s->asked.challenge))
		problem_set(&why, ERR_NOT_FOUND, "",
		    "expected the id of a challenge, 32 hexadecimal digits, in the path");
	else if (proofing_submission_read(e->arena, e->body, &s->asked.submission, &s->asked.origin, &why) == OK)
		why.code = OK;
	if (why.code != OK) {
		inquiry_refuse(q, why.code, &why);
		return;
	}
	s->policies = policy_shelf_take(q->front->settings.shelf);
	exchange_on_gone(e, drop_policies, s);
	s->asked.caller = q->caller;
	s->asked.member = q->member;
	s->asked.dictionary = s->policies ? s->policies->dictionary : NULL;
	s->asked.now = q->now;
	exchange_hold(e, proofing_prove(q->front->store, e->arena, &q->front->settings.proofing, &s->asked, on_proved,
	    s));
}

static void
on_proved(void *arg, enum err err, const struct proofing_outcome *outcome, const struct problem *why)
{
	struct submitting *s = arg;
	struct exchange *e = s->inquiry.exchange;
	struct buffer out;

	exchange_hold(e, NULL);
	drop_policies(s);
	if (err != OK) {
		inquiry_refuse(&s->inquiry, err, why);
		return;
	}
	out = buffer_init(ANSWER_LARGEST);
	write_outcome(&out, e->arena, outcome, s->inquiry.now);
	assert(!out.overflowed);
	exchange_reply_json(e, 200, buffer_span(&out));
	buffer_release(&out);
}

void
prove(struct exchange *e, void *front)
{
	struct submitting *s = arena_new(e->arena, struct submitting);

	inquiry_begin(&s->inquiry, e, front, submit);
}

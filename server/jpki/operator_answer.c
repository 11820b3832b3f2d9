/* jpki/operator_answer.c - a question to an operator's API and its answer as JSON. */
#include "jpki/operator_answer.h"

#include <assert.h>
#include <stdio.h>

#include "codec/reader.h"
#include "codec/text.h"

#define ARENA (32 * OPERATOR_ANSWER_LARGEST + 64 * KIB)
#define LONGEST_WORD 32
#define LONGEST_REFERENCE (REVOCATION_REFERENCE - 1)
#define REASONS 11

static const enum revocation_status statuses[] = {
	REVOCATION_GOOD, REVOCATION_REVOKED, REVOCATION_EXPIRED, REVOCATION_UNKNOWN,
};

void
operator_question_write(struct buffer *b, const struct jpki_certificate *certificate)
{
	assert(certificate->issuer && certificate->profile);
	buffer_text(b, "{\"issuer_key_id\":\"");
	hex_add(b, certificate->issuer->certificate.subject_key_id);
	buffer_text(b, "\",\"serial\":\"");
	hex_add(b, certificate->x509.serial);
	buffer_print(b, "\",\"purpose\":\"%s\",\"medium\":\"%s\"}", jpki_purpose_name(certificate->profile->purpose),
	    jpki_medium_name(certificate->profile->medium));
}

static void
read_status(struct reader *r, struct revocation_answer *out)
{
	struct span word = reader_string(r, 1, LONGEST_WORD);

	for (size_t i = 0; i < COUNT(statuses); i++)
		if (span_is(word, revocation_status_name(statuses[i])))
			out->status = statuses[i];
	if (out->status == REVOCATION_NOT_CHECKED)
		reader_fail(r, "\"good\", \"revoked\", \"expired\" or \"unknown\"", "another word");
}

static void
read_reason(struct reader *r, struct revocation_answer *out)
{
	struct span word = reader_string(r, 1, LONGEST_WORD);

	for (int i = 0; i < REASONS; i++)
		if (word.size && span_is(word, crl_reason_name(i)))
			out->reason = i;
	if (out->reason < 0)
		reader_fail(r, "a CRLReason such as \"superseded\"", "another word");
}

static void
read_time(struct reader *r, struct instant *out)
{
	if (!instant_read(reader_string(r, 1, LONGEST_WORD), out))
		reader_fail(r, "a time such as \"2026-11-22T05:20:00Z\"", "another text");
}

/* It goes into logs and receipts: one word of letters that are seen. */
static void
read_reference(struct reader *r, struct revocation_answer *out)
{
	struct span text = reader_string(r, 1, LONGEST_REFERENCE);

	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~') {
			reader_fail(r, "letters of ASCII without blanks", "others");
			return;
		}
	snprintf(out->reference, sizeof(out->reference), "%.*s", SPAN_ARGS(text));
}

static enum err
read_answer(struct arena *a, struct span json, struct revocation_answer *out, struct problem *why)
{
	struct reader r = reader_json(a, json, (struct limits){ .bytes = OPERATOR_ANSWER_LARGEST, .depth = 2 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "status"))
			read_status(&r, out);
		else if (span_is(name, "reason"))
			read_reason(&r, out);
		else if (span_is(name, "revoked_at"))
			read_time(&r, &out->revoked_at);
		else if (span_is(name, "produced_at"))
			read_time(&r, &out->produced_at);
		else if (span_is(name, "this_update"))
			read_time(&r, &out->this_update);
		else if (span_is(name, "next_update"))
			read_time(&r, &out->next_update);
		else if (span_is(name, "reference"))
			read_reference(&r, out);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (out->status == REVOCATION_NOT_CHECKED || out->this_update.us == 0)
		return problem_set(why, ERR_SYNTAX, "", "expected /status and /this_update, found not both");
	if (out->status != REVOCATION_REVOKED && (out->reason >= 0 || out->revoked_at.us))
		return problem_set(why, ERR_INVALID, "", "a reason or time of revocation, though it is not revoked");
	return OK;
}

static const char *
untimely(const struct revocation_answer *answer, int64_t oldest, int64_t skew, struct instant now)
{
	if (answer->this_update.us > now.us + skew || answer->produced_at.us > now.us + skew)
		return "the operator's answer is of the future";
	if (answer->next_update.us && answer->next_update.us + skew < now.us)
		return "the operator's answer is stale";
	if (answer->this_update.us + oldest + skew < now.us)
		return "the operator's answer is too old";
	return NULL;
}

void
operator_answer_judge(struct span json, int64_t oldest, int64_t skew, struct instant now,
    struct revocation_answer *out)
{
	struct arena a = arena_init(ARENA);
	struct problem why;
	const char *late;

	revocation_answer_set(out, REVOCATION_NOT_CHECKED, "%s", "");
	if (read_answer(&a, json, out, &why) != OK)
		revocation_answer_set(out, REVOCATION_UNAVAILABLE, "the operator's answer: %s", why.text);
	else if ((late = untimely(out, oldest, skew, now)))
		revocation_answer_set(out, REVOCATION_UNAVAILABLE, "%s", late);
	else if (out->status != REVOCATION_GOOD)
		snprintf(out->text, sizeof(out->text), "the operator says it is %s",
		    revocation_status_name(out->status));
	out->kind = REVOCATION_BY_OPERATOR;
	out->asked_at = now;
	arena_release(&a);
}

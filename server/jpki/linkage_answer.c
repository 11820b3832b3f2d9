/* jpki/linkage_answer.c - a question for certificates that correspond, and its answer, as JSON. */
#include "jpki/linkage_answer.h"

#include <assert.h>
#include <stdio.h>

#include "codec/reader.h"
#include "codec/text.h"

#define KEY_ID_LARGEST 64
#define SERIAL_LARGEST (X509_SERIAL_LARGEST + 1) /* with its sign's byte */

void
linkage_question_write(struct buffer *b, const struct linkage_question *q)
{
	const struct jpki_certificate *c = q->certificate;

	assert(c->issuer && c->profile);
	buffer_text(b, "{\"issuer_key_id\":\"");
	hex_add(b, c->issuer->certificate.subject_key_id);
	buffer_text(b, "\",\"serial\":\"");
	hex_add(b, c->x509.serial);
	buffer_print(b, "\",\"purpose\":\"%s\",\"medium\":\"%s\",\"wanted\":{\"purpose\":\"%s\",\"medium\":\"%s\"}}",
	    jpki_purpose_name(c->profile->purpose), jpki_medium_name(c->profile->medium),
	    jpki_purpose_name(q->wanted.purpose), jpki_medium_name(q->wanted.medium));
}

static bool
has_capitals(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] >= 'A' && text.data[i] <= 'F')
			return true;
	return false;
}

static struct span
read_hex(struct reader *r, size_t most)
{
	struct span text = reader_string(r, 2, 2 * most);
	uint8_t bytes[KEY_ID_LARGEST];

	if (text.size == 0)
		return text;
	if (has_capitals(text) || !hex_read(text, bytes, text.size / 2)) {
		reader_fail(r, "bytes as lower-case hexadecimal digits", "another text");
		return (struct span){ 0 };
	}
	return arena_copy(r->arena, span_of(bytes, text.size / 2));
}

/* Another spelling of the same number would be compared as another certificate. */
static bool
is_serial(struct span s)
{
	if (s.data[0] == 0)
		return s.size > 1 && s.data[1] >= 0x80;
	return s.data[0] < 0x80 && s.size <= X509_SERIAL_LARGEST;
}

static struct linked
read_linked(struct reader *r)
{
	struct linked l = { 0 };
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "issuer_key_id"))
			l.issuer_key_id = read_hex(r, KEY_ID_LARGEST);
		else if (span_is(name, "serial"))
			l.serial = read_hex(r, SERIAL_LARGEST);
		if (l.serial.size && !is_serial(l.serial)) {
			reader_fail(r, "a serial number, positive and minimal", "another one");
			l.serial = (struct span){ 0 };
		}
	}
	return l;
}

static void
read_list(struct reader *r, struct linkage_answer *out)
{
	reader_array(r);
	while (reader_element(r)) {
		if (out->count == LINKED_LARGEST) {
			reader_fail(r, "at most 32 certificates", "more");
			return;
		}
		out->linked[out->count++] = read_linked(r);
	}
}

static void
read_time(struct reader *r, struct instant *out)
{
	if (!instant_read(reader_string(r, 1, 32), out))
		reader_fail(r, "a time such as \"2026-11-22T05:20:00Z\"", "another text");
}

static enum err
read_answer(struct arena *a, struct span json, struct linkage_answer *out, struct instant *as_of, struct problem *why)
{
	struct reader r = reader_json(a, json, (struct limits){ .bytes = OPERATOR_ANSWER_LARGEST, .depth = 3 });
	bool told = false, whole = true;
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "linked")) {
			told = true;
			read_list(&r, out);
		} else if (span_is(name, "complete")) {
			out->complete = reader_boolean(&r);
		} else if (span_is(name, "this_update")) {
			read_time(&r, as_of);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	for (size_t i = 0; i < out->count; i++)
		whole = whole && out->linked[i].issuer_key_id.size && out->linked[i].serial.size;
	if (!told || as_of->us == 0)
		return problem_set(why, ERR_SYNTAX, "", "expected /linked and /this_update, found not both");
	if (!whole)
		return problem_set(why, ERR_SYNTAX, "", "/linked: expected issuer_key_id and serial of each");
	return OK;
}

void
linkage_answer_judge(struct arena *a, struct span json, int64_t oldest, int64_t skew, struct instant now,
    struct linkage_answer *out)
{
	struct instant as_of = { 0 };
	const char *late = NULL;
	struct problem why;

	*out = (struct linkage_answer){ 0 };
	if (read_answer(a, json, out, &as_of, &why) != OK)
		late = why.text;
	else if (as_of.us > now.us + skew)
		late = "it is of the future";
	else if (as_of.us + oldest + skew < now.us)
		late = "it is too old";
	if (late) {
		*out = (struct linkage_answer){ 0 };
		snprintf(out->text, sizeof(out->text), "the operator's answer: %s", late);
	}
	out->answered = !late;
}

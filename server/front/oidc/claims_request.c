/* front/oidc/claims_request.c - the `claims` parameter, read. */
#include "front/oidc/claims_request.h"

#include "codec/reader.h"
#include "transaction/grant/grant.h"

#define VALUES 16           /* of one claim */
#define VALUE_LARGEST 512
#define SUBJECT_LARGEST 255 /* Core s2 */

struct reading {
	struct arena *arena;
	struct claims_request *out;
	struct verified_asked verified;
};

/* What is asked of one claim: null, or an object (s5.5.1). Members that are not known are passed over. */
struct asked {
	bool essential;
	struct span values[VALUES];
	size_t value_count;
};

/* Of acr and sub values are texts; of others they are nobody's concern here. */
static void
take_value(struct reader *r, struct asked *asked)
{
	if (asked->value_count == VALUES) {
		reader_raw(r);
		reader_fail(r, "at most 16 values", "more");
		return;
	}
	asked->values[asked->value_count++] = reader_string(r, 1, VALUE_LARGEST);
}

static void
read_asked(struct reader *r, bool texts, struct asked *out)
{
	struct span name;

	*out = (struct asked){ .essential = false };
	if (reader_peek(r) == READER_NULL) {
		reader_null(r);
		return;
	}
	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "essential")) {
			out->essential = reader_boolean(r);
		} else if (texts && span_is(name, "value")) {
			take_value(r, out);
		} else if (texts && span_is(name, "values")) {
			reader_array(r);
			while (reader_element(r))
				take_value(r, out);
		} else {
			reader_raw(r);
		}
	}
}

/* As acr_values would say it: words and blanks. */
static void
take_acr(struct reading *g, struct reader *r)
{
	struct buffer b = buffer_init(GRANT_TEXT_LARGEST);
	struct asked asked;

	read_asked(r, true, &asked);
	for (size_t i = 0; i < asked.value_count; i++) {
		for (size_t n = 0; n < asked.values[i].size; n++)
			if (asked.values[i].data[n] <= ' ' || asked.values[i].data[n] > '~')
				reader_fail(r, "acr values without blanks", "one with them");
		if (i)
			buffer_byte(&b, ' ');
		buffer_add(&b, asked.values[i]);
	}
	if (b.overflowed)
		reader_fail(r, "acr values of at most 2048 bytes in all", "more");
	g->out->acr_values = arena_copy(g->arena, buffer_span(&b));
	g->out->acr_essential = asked.essential && asked.value_count;
	buffer_release(&b);
}

static void
take_subject(struct reading *g, struct reader *r)
{
	struct asked asked;

	read_asked(r, true, &asked);
	for (size_t i = 0; i < asked.value_count; i++) {
		if (g->out->subject.size && !span_equal(g->out->subject, asked.values[i]))
			reader_fail(r, "one value of sub, if any", "several");
		if (asked.values[i].size > SUBJECT_LARGEST)
			reader_fail(r, "a sub of at most 255 bytes", "a longer one");
		g->out->subject = asked.values[i];
	}
}

static void
take_claim(struct reading *g, struct reader *r, struct span name, enum release_place place)
{
	struct asked asked;

	if (span_is(name, "verified_claims")) {
		*(place == RELEASE_IN_ID_TOKEN ? &g->verified.id_token : &g->verified.userinfo) = reader_raw(r);
	} else if (span_is(name, "acr") && place == RELEASE_IN_ID_TOKEN) {
		take_acr(g, r);
	} else if (span_is(name, "sub")) {
		take_subject(g, r);
	} else {
		read_asked(r, false, &asked);
		claims_wish(g->out->wishes, &g->out->wish_count, (struct release_wish){
			.name = arena_copy(g->arena, name), .essential = asked.essential, .places = place });
	}
}

static void
take_place(struct reading *g, struct reader *r, enum release_place place)
{
	struct span name;

	if (reader_peek(r) == READER_NULL) {
		reader_null(r);
		return;
	}
	reader_object(r);
	while (reader_member(r, &name))
		take_claim(g, r, name, place);
}

enum err
claims_request_read(struct arena *a, struct span json, struct claims_request *out, struct problem *why)
{
	struct reading g = { .arena = a, .out = out };
	struct reader r = reader_json(a, json, (struct limits){ .bytes = CLAIMS_REQUEST_LARGEST,
	    .depth = CLAIMS_REQUEST_DEPTH });
	struct span name;

	*out = (struct claims_request){ .acr_essential = false };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "id_token"))
			take_place(&g, &r, RELEASE_IN_ID_TOKEN);
		else if (span_is(name, "userinfo"))
			take_place(&g, &r, RELEASE_AT_USERINFO);
		else
			reader_raw(&r); /* s5.5: what is not understood is ignored */
	}
	if (reader_end(&r, why) != OK)
		return problem_within(why, "claims");
	return verified_request_read(a, &g.verified, &out->verified, out->wishes, &out->wish_count, why);
}

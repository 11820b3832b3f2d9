/* front/login/login_request.c - bodies of requests about a login, read. */
#include "front/login/login_request.h"

#include "codec/reader.h"
#include "front/login/return_path.h"

#define BODY_LARGEST (4 * KIB)
#define WHO_LARGEST 254
#define CODE_LARGEST 64

static struct reader
reader_of(struct arena *arena, struct span body)
{
	return reader_json(arena, body, (struct limits){ .bytes = BODY_LARGEST, .depth = 1, .members = 16 });
}

static void
read_why(struct reader *r, enum login_why *out)
{
	struct span word;

	if (reader_peek(r) == READER_NULL) {
		reader_null(r);
		return;
	}
	word = reader_string(r, 1, 32);
	if (!login_why_read(word, out))
		reader_fail_word(r, "null, change, persona:administrative, authenticator or staff", word);
}

enum err
login_asked_read(struct arena *arena, struct span body, struct login_asked *out, struct problem *why)
{
	struct reader r = reader_of(arena, body);
	struct span name, front = { 0 };

	*out = (struct login_asked){ .why = LOGIN_TO_LOOK };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "for")) {
			front = reader_string(&r, 1, 32);
			if (!span_is(front, "account"))
				reader_fail_word(&r, "account", front);
		} else if (span_is(name, "return")) {
			out->return_path = reader_string(&r, 1, RETURN_PATH_LARGEST);
			if (!return_path_valid(out->return_path))
				reader_fail(&r, "a path under /account/, /desk/, /enrol/ or /app/", "another text");
		} else if (span_is(name, "why")) {
			read_why(&r, &out->why);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!front.size || !out->return_path.size)
		return problem_set(why, ERR_INVALID, "", "/%s: expected with the others, found nothing",
		    front.size ? "return" : "for");
	return OK;
}

enum err
login_claim_read(struct arena *arena, struct span body, struct login_claim *out, struct problem *why)
{
	struct reader r = reader_of(arena, body);
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "who"))
			out->who = reader_string(&r, 1, WHO_LARGEST);
		else if (span_is(name, "remember"))
			out->remember = reader_boolean(&r);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	return out->who.size ? OK : problem_set(why, ERR_INVALID, "", "/who: expected a text, found nothing");
}

enum err
login_code_read(struct arena *arena, struct span body, struct login_code *out, struct problem *why)
{
	struct reader r = reader_of(arena, body);
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "code"))
			out->code = reader_string(&r, 1, CODE_LARGEST);
		else if (span_is(name, "second") && out->way == LOGIN_BY_CODE)
			out->second = reader_string(&r, 0, CODE_LARGEST);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	return out->code.size ? OK : problem_set(why, ERR_INVALID, "", "/code: expected a text, found nothing");
}

enum err
login_options_read(struct arena *arena, struct span body, bool *conditional, struct problem *why)
{
	struct reader r = reader_of(arena, body);
	struct span name;

	*conditional = false;
	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "conditional"))
			*conditional = reader_boolean(&r);
	return reader_end(&r, why);
}

enum err
login_finish_read(struct arena *arena, struct span body, bool *less, struct problem *why)
{
	struct reader r = reader_of(arena, body);
	struct span name;

	*less = false;
	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "less"))
			*less = reader_boolean(&r);
	return reader_end(&r, why);
}
